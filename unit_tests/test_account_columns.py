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
DAILY, INFO = "campaigns_reports_daily", "/advertiser/info/"
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


@pytest.mark.parametrize(
    "stream", [DAILY, "advertisers_audience_reports_daily", "campaigns_reports_weekly", "in_all", "by_task"]
)
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
