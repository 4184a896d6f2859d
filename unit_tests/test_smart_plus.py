"""Smart+: creatives by day and by ad, and the rows of what Ads Manager calls an ad, against the simulated world."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from harness import Sync
from rows import TABLES, name_of, of_account

from source_tiktok_marketing.schema.columns import read_report_columns
from tiktok_simulator import Simulator, World
from tiktok_simulator.endpoints.lists.grouped import GroupedRequest, find_measures
from tiktok_simulator.endpoints.lists.smart_plus import make_report_rows
from tiktok_simulator.endpoints.reports.truth import compute_truth
from tiktok_simulator.world.populate import Plan, add_campaign
from tiktok_simulator.world.ready_made import TOKYO

FIRST, LAST = date(2026, 1, 15), date(2026, 1, 24)
Record = dict[str, Any]
ROWS: list[Record] = [row for row in TABLES["nested_reports"] if row["group"] == "smart_plus"]
OVERVIEW, BREAKDOWN = "smart_plus_material_reports_daily", "smart_plus_material_breakdown_reports_daily"
ADS = "smart_plus_ads_reports_daily"
INTEGRATED, CAMPAIGNS = "/report/integrated/get/", "/smart_plus/campaign/get/"
AUTOMATED = ("SMART_PLUS", "UPGRADED_SMART_PLUS")


def measured(row: Record) -> list[str]:
    return [*row.get("names", []), *(metric for metrics in row["metrics"] for metric in metrics)]


def delivered(world: World, row: Record) -> list[Record]:
    """What the world holds for a report of creatives: all days at once where its rows tell them, else day by day."""
    days = [FIRST + timedelta(day) for day in range((LAST - FIRST).days + 1)]
    metrics = find_measures("smart_plus", measured(row), [row["endpoint"].split("/")[2]])
    spans = [[day] for day in days] if "day" in row else [days]
    return [
        record(owned(world, advertiser_id) | ({"date": span[0].isoformat()} if "day" in row else {}), wire, row)
        for advertiser_id in world.permitted
        for span in spans
        for wire in make_report_rows(GroupedRequest(world, advertiser_id, row["dimensions"], metrics, span, {}))
    ]


def owned(world: World, advertiser_id: str) -> Record:
    return {"advertiser_id": advertiser_id} | of_account(world, advertiser_id)


def record(owners: Record, wire: Record, row: Record) -> Record:
    values = wire["dimensions"] | {name: wire["info"][name] for name in row["info"]} | wire["metrics"]
    return owners | {name: understood(name, value) for name, value in values.items() if value != "-"}


def understood(name: str, value: str) -> Any:
    casts: Record = {"integer": lambda text: round(float(text)), "number": float, "date": lambda text: text[:10]}
    return casts.get(read_report_columns()[name].type, str)(value)


def by_key(key: list[str], records: list[Record]) -> dict[tuple[Any, ...], Record]:
    found = {tuple(each[name] for name in key): each for each in records}
    assert len(found) == len(records), "a key came twice"
    return found


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_every_row_of_every_creative_comes_once(row: Record, sync: Callable[..., Sync], world: World) -> None:
    result = sync(row["name"])
    assert by_key(row["key"], result.rows(row["name"])) == by_key(row["key"], delivered(world, row)) != {}
    assert (result.errors, result.warnings) == ([], [])


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_every_column_is_filled_and_every_value_has_one(row: Record, sync: Callable[..., Sync]) -> None:
    records = sync(row["name"]).rows(row["name"])
    expected = {"advertiser_id", "currency", "display_timezone", *row["key"], *row["info"], *measured(row)}
    assert {name for each in records for name in each} == expected


@pytest.mark.parametrize("row", [pytest.param(ROWS[0], marks=pytest.mark.slow), *ROWS[1:]], ids=name_of)
def test_every_page_of_a_report_is_read(
    row: Record, sync: Callable[..., Sync], tiktok: Simulator, world: World, one_advertiser: Record
) -> None:
    world.list_sizes["/smart_plus/ad/get/"] = 120
    records = sync(row["name"], config=one_advertiser).rows(row["name"])
    expected = [each for each in delivered(world, row) if each["advertiser_id"] == TOKYO]
    assert by_key(row["key"], records) == by_key(row["key"], expected)
    pages = [exchange.query["page"] for exchange in tiktok.asked(f"/{row['endpoint']}")]
    assert "2" in pages or len(records) < 100


def test_a_report_whose_rows_do_not_tell_their_day_is_asked_for_day_by_day(
    sync: Callable[..., Sync], tiktok: Simulator, one_advertiser: Record
) -> None:
    sync(OVERVIEW, config=one_advertiser)
    asked = tiktok.asked(f"/{ROWS[0]['endpoint']}")
    spans = [(exchange.query["start_date"], exchange.query["end_date"]) for exchange in asked]
    days = [(FIRST + timedelta(day)).isoformat() for day in range(10)]
    assert sorted(spans) == [(day, day) for day in days]


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_an_account_without_smart_plus_campaigns_is_asked_for_them_once_and_for_no_report(
    row: Record, sync: Callable[..., Sync], tiktok: Simulator, world: World, one_advertiser: Record
) -> None:
    world.list_sizes[CAMPAIGNS] = 0
    result = sync(row["name"], config=one_advertiser)
    assert (result.rows(row["name"]), result.errors) == ([], [])
    assert len(tiktok.asked(CAMPAIGNS)) == 1
    assert tiktok.asked(f"/{row['endpoint']}") == []


def test_the_creatives_of_campaigns_that_are_all_deleted_are_still_reported_on(
    sync: Callable[..., Sync], tiktok: Simulator, one_advertiser: Record
) -> None:
    sync(BREAKDOWN, config=one_advertiser | {"include_deleted": False})
    (exchange,) = tiktok.asked(CAMPAIGNS)
    assert json.loads(exchange.query["filtering"]) == {"primary_status": "STATUS_ALL"}


def test_only_the_selected_columns_are_asked_for(
    sync: Callable[..., Sync], tiktok: Simulator, one_advertiser: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    selected = {BREAKDOWN: ["advertiser_id", "main_material_id", "stat_time_day", "spend", "clicks"]}
    monkeypatch.setattr("source_tiktok_marketing.source.select_columns", lambda _: selected)
    records = sync(BREAKDOWN, config=one_advertiser).rows(BREAKDOWN)
    asked = {exchange.query["metrics"] for exchange in tiktok.asked(f"/{ROWS[1]['endpoint']}")}
    assert [json.loads(metrics) for metrics in asked] == [["spend", "clicks"]]
    assert {name for each in records for name in each} == {*selected[BREAKDOWN], "main_material_type"}


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_a_report_the_token_has_no_permission_for_is_skipped_with_a_line_that_names_it(
    row: Record, sync: Callable[..., Sync], world: World
) -> None:
    world.unscoped.add(f"/{row['endpoint']}")
    result = sync(row["name"])
    assert (result.rows(row["name"]), result.errors) == ([], [])
    (line,) = result.warnings
    assert line.startswith(f"{row['name']} was skipped")
    assert row["scope"] in line


def smart_plus_ads(world: World, *, deleted: bool) -> list[Record]:
    """The rows of the world's Smart+ ads, by the id they have together."""
    (row,) = TABLES["smart_plus_reports"]
    dimensions, metrics = ["ad_id_v2", "stat_time_day"], measured(row)
    return [
        owned(world, advertiser_id)
        | {name: understood(name, wire[name]) for name in (*dimensions, *metrics) if wire[name] != "-"}
        for advertiser_id in world.permitted
        for wire in compute_truth(world,
            advertiser_id=advertiser_id, data_level="AUCTION_AD", dimensions=dimensions, metrics=metrics, start=FIRST,
            end=LAST, include_deleted=deleted, now=datetime.now(UTC),
        )
        if wire["campaign_automation_type"] in AUTOMATED
    ]  # fmt: skip


@pytest.mark.parametrize("deleted", [True, False])
def test_a_smart_plus_ad_has_one_row_a_day_whatever_creatives_it_has(
    deleted: bool, sync: Callable[..., Sync], world: World, config: Record
) -> None:
    result = sync(ADS, config=config | {"include_deleted": deleted})
    key = ["advertiser_id", "ad_id_v2", "stat_time_day"]
    assert by_key(key, result.rows(ADS)) == by_key(key, smart_plus_ads(world, deleted=deleted)) != {}
    assert (result.errors, result.warnings) == ([], [])


def test_the_smart_plus_ads_of_a_large_account_are_read_by_campaigns_and_ad_groups(
    sync: Callable[..., Sync], tiktok: Simulator, world: World
) -> None:
    plan = Plan("Second", datetime(2025, 12, 1, tzinfo=UTC), automation=AUTOMATED[1], ad_groups=2)
    add_campaign(world, world.accounts[TOKYO], plan)
    whole = sync(ADS).rows(ADS)
    world.newest_ids = 1
    world.note_change()
    result = sync(ADS)
    key = ["advertiser_id", "ad_id_v2", "stat_time_day"]
    assert by_key(key, result.rows(ADS)) == by_key(key, whole)
    assert result.errors == []
    filters = [json.loads(exchange.query["filtering"]) for exchange in tiktok.asked(INTEGRATED)]
    assert {each["field_name"] for several in filters for each in several} == {
        "ad_status", "campaign_automation_type", "campaign_ids", "adgroup_ids",
    }  # fmt: skip
