"""Every row with money says its currency, and every row of a report the time zone its days are in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from harness import Sync, discovered
from rows import of_account

from tiktok_simulator import Simulator, World
from tiktok_simulator.world.ready_made import BERLIN, EMPTY, LOS_ANGELES, TOKYO

Config = dict[str, Any]
Read = Callable[..., Sync]
DAILY, WEEKLY, INFO = "campaigns_reports_daily", "campaigns_reports_weekly", "/advertiser/info/"
MONEY = re.compile(
    r"(^|_)(spend|cost|cpc|cpm|cpa|cpv|price|budget|bid|amount|balance|revenue|gmv|fee|tax)s?($|_)|_value($|_)|^value_per_"
)
# Kinds, counts, shares and ids, whose names have such a word too.
NO_MONEY = re.compile(r"mode|type|status|restriction|(^|_)(rate|ratio|id|ids|name|event)\d*$|^tax_(id|rate)|_count$")
CENTER = "the ad accounts of a business centre may have several currencies"
WITHOUT = {
    "payment_portfolios": "the currency of each amount is in cash_balance_list",
    "business_center_reports_daily": CENTER,
    "business_center_reports_weekly": CENTER,
    "business_center_reports_monthly": CENTER,
    "invoices": "called currency_code",
    "unpaid_invoices": "called currency_code",
}
OWN_REPORTS = [
    {"name": "by_task", "level": "campaign", "granularity": "daily", "metrics": ["spend"], "large": True},
    {"name": "in_all", "level": "ad", "granularity": "total", "metrics": ["spend"]},
    {"name": "of_accounts", "report_type": "business_center", "level": "advertiser", "granularity": "daily",
     "business_center_id": "7000000000000000101", "metrics": ["spend"]},
]  # fmt: skip


def money_in(schema: Config) -> list[str]:
    found = (name for name, column in schema["properties"].items() if {"number", "integer"} & set(column["type"]))
    return [name for name in found if MONEY.search(name) and not NO_MONEY.search(name)]


def told(result: Sync, stream: str) -> dict[str, Any]:
    """What the rows of each ad account say of it."""
    return {
        row["advertiser_id"]: {name: row.get(name) for name in ("currency", "display_timezone")}
        for row in result.rows(stream)
    }


def by_key(rows: list[Config]) -> dict[tuple[str, str], Config]:
    return {(row["advertiser_id"], row["stat_time_day"]): row for row in rows}


def test_every_stream_with_money_has_a_column_for_its_currency(config: Config) -> None:
    schemas = {name: each.json_schema for name, each in discovered(config | {"include_leads": True}).items()}
    with_money = {name for name, schema in schemas.items() if money_in(schema)}
    assert {name for name in with_money if "currency" not in schemas[name]["properties"]} == WITHOUT.keys()


def test_every_report_of_an_ad_account_has_columns_for_currency_and_time_zone(config: Config) -> None:
    streams = discovered(config)
    reports = [name for name in streams if "_reports_" in name and name not in WITHOUT]
    assert len(reports) > 60
    for name in reports:
        properties = streams[name].json_schema["properties"]
        assert all(properties[column]["description"] for column in ("currency", "display_timezone")), name


@pytest.mark.parametrize("stream", [DAILY, "advertisers_audience_reports_daily", WEEKLY, "in_all", "by_task"])
def test_each_row_says_what_its_ad_account_says_of_itself(
    stream: str, sync: Read, world: World, config: Config
) -> None:
    result = sync(stream, config=config | {"custom_reports": OWN_REPORTS[:2]})
    assert result.errors == []
    assert told(result, stream) == {each: of_account(world, each) for each in (TOKYO, LOS_ANGELES, BERLIN)}


@pytest.mark.parametrize("lacking", [None, "-"])
def test_a_currency_that_tiktok_leaves_out_of_a_row_is_filled(
    lacking: str | None, sync: Read, tiktok: Simulator, one_advertiser: Config
) -> None:
    tiktok.faults.odd_value("currency", lacking, times=None)
    result = sync(DAILY, config=one_advertiser)
    assert {(row["currency"], row["display_timezone"]) for row in result.rows(DAILY)} == {("JPY", "Asia/Tokyo")}
    assert result.errors == result.warnings == []


def test_the_details_are_asked_for_once_however_many_streams_repeat_them(sync: Read, tiktok: Simulator) -> None:
    sync(DAILY, "campaigns", "ad_groups", "gmv_max_advertiser_reports_daily", "advertisers")
    assert len(tiktok.asked(INFO)) == 1


def test_where_the_details_are_not_permitted_lists_have_nulls_and_one_warning_says_so(sync: Read, world: World) -> None:
    world.unscoped.add(INFO)
    result = sync("campaigns", "ad_groups")
    assert result.errors == []
    assert {name for row in told(result, "campaigns").values() for name in row.values()} == {None}
    assert {name for row in told(result, "ad_groups").values() for name in row.values()} == {None}
    (warning,) = result.warnings
    assert warning.startswith("The columns currency and display_timezone of ad accounts are null. TikTok refused")


def test_the_sandbox_has_no_details_and_says_the_currency_in_its_reports(
    sync: Read, tiktok: Simulator, sandbox_config: Config
) -> None:
    result = sync("campaigns", DAILY, config=sandbox_config)
    assert (result.errors, result.warnings) == ([], [])
    assert list(told(result, DAILY).values()) == [{"currency": "USD", "display_timezone": None}]
    assert list(told(result, "campaigns").values()) == [{"currency": None, "display_timezone": None}]
    assert tiktok.asked(INFO) == []


def test_the_ad_accounts_of_a_business_centre_say_theirs_row_by_row(sync: Read, world: World, config: Config) -> None:
    result = sync("of_accounts", config=config | {"custom_reports": OWN_REPORTS[2:]})
    assert result.errors == []
    assert told(result, "of_accounts") == {
        each: of_account(world, each) for each in (TOKYO, LOS_ANGELES, BERLIN, EMPTY)
    }


@pytest.mark.parametrize("index", range(3))
def test_a_report_on_a_business_centre_says_the_same_in_every_shard(index: int, sync: Read, config: Config) -> None:
    config |= {"custom_reports": OWN_REPORTS[2:]}
    alone = sync("of_accounts", config=config)
    part = sync("of_accounts", config=config | {"shard": {"index": index, "count": 3}})
    assert by_key(part.rows("of_accounts")) == (by_key(alone.rows("of_accounts")) if index == 0 else {})
    assert part.errors == []


@pytest.mark.parametrize(
    "option",
    [{"advertiser_ids": [TOKYO]}, {"exclude_advertiser_ids": [BERLIN, TOKYO]}, {"shard": {"index": 0, "count": 16}}],
)
def test_a_report_on_a_business_centre_has_the_details_of_ad_accounts_that_are_not_read(
    option: Config, sync: Read, world: World, tiktok: Simulator, config: Config
) -> None:
    result = sync("of_accounts", "campaigns", config=config | {"custom_reports": OWN_REPORTS[2:]} | option)
    assert told(result, "of_accounts") == {
        each: of_account(world, each) for each in (TOKYO, LOS_ANGELES, BERLIN, EMPTY)
    }
    assert len(tiktok.asked(INFO)) <= 2
    assert result.warnings == []


def test_an_ad_account_of_a_centre_that_the_token_does_not_reach_is_named(
    sync: Read, world: World, config: Config
) -> None:
    world.permitted.remove(BERLIN)
    result = sync("of_accounts", config=config | {"custom_reports": OWN_REPORTS[2:]})
    assert told(result, "of_accounts")[BERLIN] == {"currency": None, "display_timezone": None}
    assert told(result, "of_accounts")[TOKYO] == of_account(world, TOKYO)
    (warning,) = result.warnings
    assert f"as far as this sync knows: {BERLIN}. Authorise them" in warning


@pytest.mark.parametrize(
    ("said", "zone", "told_of"),
    [
        ({"display_timezone": None, "timezone": "Asia/Seoul"}, "Asia/Seoul", None),
        ({"display_timezone": "Mars/Olympus", "timezone": "Etc/GMT-9"}, "Etc/GMT-9", None),
        ({"display_timezone": "", "timezone": ""}, None, f"{TOKYO} (none)"),
        ({"display_timezone": None, "timezone": None}, None, f"{TOKYO} (none)"),
        ({"display_timezone": "Mars/Olympus", "timezone": "UTC+9"}, None, f"{TOKYO} (Mars/Olympus and UTC+9)"),
        ({"display_timezone": 9, "timezone": None}, None, f"{TOKYO} (9)"),
        ({"display_timezone": ["Asia/Tokyo"], "timezone": None}, None, f'{TOKYO} (["Asia/Tokyo"])'),
        ({"display_timezone": "../../etc/passwd", "timezone": "Asia"}, None, f"{TOKYO} (../../etc/passwd and Asia)"),
    ],
)
@pytest.mark.parametrize("stream", [DAILY, pytest.param("ad_groups_reports_hourly", marks=pytest.mark.slow), WEEKLY])
def test_an_odd_time_zone_is_null_or_the_one_the_days_are_in_and_a_warning_names_the_account(
    stream: str, said: Config, zone: str | None, told_of: str | None, sync: Read, world: World, one_advertiser: Config
) -> None:
    world.accounts[TOKYO].row |= said
    result = sync(stream, config=one_advertiser)
    assert result.errors == []
    assert {row.get("display_timezone") for row in result.rows(stream)} == {zone}
    warnings = [each for each in result.warnings if "time zone" in each]
    assert len(warnings) == (1 if told_of else 0)
    assert all(f"for these ad accounts: {told_of}. Their days" in each for each in warnings)
