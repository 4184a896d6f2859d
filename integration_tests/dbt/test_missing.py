"""A warehouse that lacks streams or columns gets the marts that are possible, and a sentence for the others."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
import yaml
from warehouses import PACKAGE, Built, build, copy_of_the_tables

SPENT = "select sum(spend) from {}"
SOURCES = [
    table["name"]
    for table in yaml.safe_load((PACKAGE / "models" / "sources.yml").read_text("utf-8"))["sources"][0]["tables"]
]
TOLD = re.compile(r"(\w+) is (?:empty or incomplete|built without)\b.*")
# The demo has no images of ads, and reads no such report: what lacks them is told, but is not to be seen.
UNSEEN = {
    "creative_assets_images": {"tiktok__creative_daily", "tiktok_meta_ad"},
    "campaigns_audience_reports_by_country_daily": {"campaign_country_report"},
}
# All rows of a table as one number, but for the moments dbt saw them at.
FINGERPRINT = "select count(*), bit_xor(hash(r)) from (select columns(c -> not starts_with(c, 'dbt_')) from {}) as r"


def contents(built: Built) -> dict[str, tuple[object, ...]]:
    """What is in each model, history and view."""
    names = "select table_schema, table_name from information_schema.tables where table_schema like 'marts%'"
    return {name: built.rows(FINGERPRINT.format(f"{schema}.{name}"))[0] for schema, name in built.rows(names)}


@pytest.mark.parametrize("stream", SOURCES)
def test_without_a_stream_all_is_built_and_a_sentence_names_each_model_that_lacks_something(
    stream: str, built: Built, changed: Callable[..., Built]
) -> None:
    partial = changed(f"drop table if exists {stream}", tiktok_fivetran_views=True)
    assert partial.failed == [], partial.printed
    sentences = (found for line in partial.printed.splitlines() if (found := TOLD.search(line)))
    told = {found[1].removeprefix("fivetran_tiktok__") for found in sentences if re.search(rf"\b{stream}\b", found[0])}
    before, after = contents(built), contents(partial)
    assert after.keys() == before.keys()
    assert told == UNSEEN.get(stream, {name for name in before if before[name] != after[name]})


def test_a_warehouse_without_some_streams_gets_the_other_marts_and_a_sentence_for_each(
    built: Built, changed: Callable[..., Built]
) -> None:
    partial = changed(
        "drop table ads_reports_by_country_daily",
        "drop table campaigns_reports_weekly",
        "drop table advertisers_reports_weekly",
        "drop table campaigns_reports_monthly",
        "drop table creative_assets_videos",
        "drop table ad_groups",
    )
    told = [line.partition("  ")[2] for line in partial.printed.splitlines() if "is empty or incomplete" in line]
    assert [(line.split()[0], line.partition("table of ")[2].partition(" in main")[0]) for line in sorted(told)] == [
        ("tiktok__country_daily", "ads_reports_by_country_daily"),
        ("tiktok__pacing_daily", "ad_groups"),
        ("tiktok__weekly_reach", "advertisers_reports_weekly or campaigns_reports_weekly"),
        ("tiktok_history_ad_groups", "ad_groups"),
        ("tiktok_meta_adgroup", "ad_groups"),
    ]
    assert all("Read that stream, or leave the model out" in line for line in told)
    assert partial.failed == [], partial.printed
    assert partial.rows("select count(*) from marts.tiktok__country_daily") == [(0,)]
    for mart in ("tiktok__campaign_daily", "tiktok__ad_daily", "tiktok__pacing_daily"):
        assert partial.rows(SPENT.format(f"marts.{mart}")) == built.rows(SPENT.format(f"marts.{mart}"))
    assert partial.rows("select distinct level from marts.tiktok__monthly_reach") == [("account",)]


def test_the_streams_one_names_say_which_models_are_built(changed: Callable[..., Built]) -> None:
    chosen = changed(
        "drop table ads_reports_daily",
        "drop table ad_groups_reports_daily",
        tiktok_streams=["advertisers", "campaigns", "ad_groups", "ads", "campaigns_reports_daily"],
    )
    assert chosen.failed == [], chosen.printed
    assert "is empty or incomplete" not in chosen.printed
    assert "Models that need other streams than those named in tiktok_streams are left out." in chosen.printed
    made = {name for (name,) in chosen.rows("select table_name from duckdb_tables() where schema_name = 'marts'")}
    assert made == {
        "tiktok__campaign_daily",
        "tiktok_meta_account",
        "tiktok_meta_ad",
        "tiktok_meta_adgroup",
        "tiktok_meta_campaign",
    }


def test_what_is_not_listed_keeps_its_spend_and_the_name_the_report_has(
    built: Built, changed: Callable[..., Built]
) -> None:
    unlisted = changed("delete from ads", "delete from campaigns", "delete from ad_groups")
    assert unlisted.failed == [], unlisted.printed
    for mart in ("tiktok__ad_daily", "tiktok__creative_daily", "tiktok__landing_page_daily", "tiktok__country_daily"):
        assert unlisted.rows(SPENT.format(f"marts.{mart}")) == built.rows(SPENT.format(f"marts.{mart}"))
    names = "select distinct campaign_name from marts.tiktok__ad_daily order by 1"
    assert unlisted.rows(names) == built.rows(names)
    assert unlisted.rows("select distinct creative_type from marts.tiktok__creative_daily") == [("unknown",)]


def test_a_column_that_a_table_lacks_is_null_and_without_accounts_the_reports_say_the_currency(
    changed: Callable[..., Built],
) -> None:
    narrow = changed(
        "alter table campaigns_reports_daily drop column video_views_p100",
        "alter table campaigns_reports_daily drop column reach",
        "drop table advertisers",
        select="+tiktok__campaign_daily",
    )
    assert narrow.failed == [], narrow.printed
    assert narrow.rows("select distinct video_views_p100, vtr, reach, frequency from marts.tiktok__campaign_daily") == [
        (None,) * 4
    ]
    assert narrow.rows("select distinct currency from marts.tiktok__campaign_daily order by 1") == [
        ("EUR",),
        ("JPY",),
        ("USD",),
    ]


def test_days_that_do_not_add_up_are_an_error(
    changed: Callable[..., Built],
) -> None:
    fault = "delete from ads_reports_daily where spend = (select max(spend) from ads_reports_daily)"
    assert changed(fault, select="+ads_add_up_to_ad_groups").results["ads_add_up_to_ad_groups"] == "fail"


def test_where_deleted_entities_are_left_out_it_is_a_warning(changed: Callable[..., Built]) -> None:
    fault = "delete from ads_reports_daily where spend = (select max(spend) from ads_reports_daily)"
    done = changed(fault, select="+ads_add_up_to_ad_groups", include_deleted=False)
    assert done.results["ads_add_up_to_ad_groups"] == "warn"


def test_the_newest_two_days_may_differ(changed: Callable[..., Built]) -> None:
    newest = "delete from ads_reports_daily where stat_time_day > '2026-01-25' and clicks > 3"
    done = changed(newest, select="+ads_add_up_to_ad_groups")
    assert done.failed == [], done.printed


def test_amounts_in_two_currencies_in_one_account_are_an_error(
    changed: Callable[..., Built],
) -> None:
    mixed = changed(
        "update campaigns_reports_daily set currency = 'CHF' where stat_time_day = '2026-01-05'",
        select="+tiktok__campaign_daily",
    )
    assert mixed.failed == ["tiktok_ads_has_one_currency_for_each_account_tiktok__campaign_daily_"]


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("tiktok_schema", "nowhere", "No table of the connector is in the schema nowhere."),
        ("tiktok_streams", ["campaign"], "tiktok_streams names campaign, which no model reads."),
        ("tiktok_conversion", "complete_payments", "no table has complete_payments."),
        ("tiktok_revenue", ["total_purchase_value", "sales"], "no table has sales."),
    ],
)
def test_a_mistake_in_a_variable_stops_the_run_before_a_table_is_replaced(
    variable: str, value: object, told: str, tables: Path, tmp_path: Path
) -> None:
    warehouse = copy_of_the_tables(tables, tmp_path)
    with duckdb.connect(warehouse) as connection:
        connection.execute("create schema marts; create table marts.tiktok__campaign_daily as select 1 as kept")
    with pytest.raises(AssertionError) as stopped:  # there are no results
        build(warehouse, "run", **{variable: value})
    assert told in " ".join(str(stopped.value).split())
    with duckdb.connect(warehouse, read_only=True) as connection:
        assert connection.sql("from marts.tiktok__campaign_daily").fetchall() == [(1,)]
