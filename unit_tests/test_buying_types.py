"""TopView: whichever way TikTok reads a report without the filter of buying types, every row comes, and comes once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from harness import Sync

from tiktok_simulator import Simulator, World
from tiktok_simulator.worlds import TOKYO

Config = dict[str, Any]
Read = Callable[..., Sync]
REPORT, CAMPAIGNS = "/report/integrated/get/", "/campaign/get/"
BOUGHT_BY_AUCTION = "7100000000000000001"
TOP_VIEW = "RESERVATION_TOP_VIEW"
# Streams of each kind, with the one of the same days whose rows are about whole ad accounts.
KINDS = {
    "ads_reports_daily": "advertisers_reports_daily",
    "ad_groups_reports_by_country_daily": "advertisers_reports_daily",
    "campaigns_reports_hourly": "advertisers_reports_hourly",
    "ad_groups_reports_weekly": "advertisers_reports_weekly",
    "campaigns_reports_monthly": "advertisers_reports_monthly",
    "ads_reports_lifetime": "advertisers_reports_lifetime",
    "campaigns_audience_reports_daily": "advertisers_audience_reports_daily",
    "ads_audience_reports_by_country_daily": "advertisers_audience_reports_by_country_daily",
}


@pytest.fixture(params=[True, False], ids=["unasked", "only asked for"])
def reading(request: pytest.FixtureRequest, world: World) -> bool:
    """Whether TikTok gives TopView with everything else."""
    world.top_view_unasked = request.param
    return world.top_view_unasked


def spend(rows: list[dict[str, Any]]) -> float:
    return round(sum(row.get("spend", 0) for row in rows), 2)


def keys(rows: list[dict[str, Any]], stream: str) -> Counter[str]:
    """How often each key came."""
    own = {"ads": "ad_id", "ad": "adgroup_id", "campaigns": "campaign_id"}[stream.split("_", 1)[0]]
    names = (own, "stat_time_day", "stat_time_hour", "period_start", "country_code", "gender", "age")
    return Counter(json.dumps([row.get(name) for name in names]) for row in rows)


def is_about_top_view(call: Any) -> bool:
    return TOP_VIEW in call.query.get("filtering", "")


@pytest.mark.parametrize("stream", KINDS)
@pytest.mark.usefixtures("reading")
def test_what_is_spent_below_an_account_is_what_the_account_spends(
    stream: str, sync: Read, one_advertiser: Config
) -> None:
    result = sync(stream, KINDS[stream], config=one_advertiser)
    rows = result.rows(stream)
    assert result.errors == result.warnings == []
    assert spend(rows) == pytest.approx(spend(result.rows(KINDS[stream]))) != 0
    assert set(keys(rows, stream).values()) == {1}


@pytest.mark.parametrize("metrics", [["spend"], ["all"]])
@pytest.mark.usefixtures("reading")
def test_a_report_of_the_users_own_has_every_buying_type(
    metrics: list[str], world: World, sync: Read, one_advertiser: Config
) -> None:
    reports = [{"name": f"ads_of_{level}", "level": level, "metrics": metrics} for level in ("ad", "advertiser")]
    result = sync("ads_of_ad", "ads_of_advertiser", config=one_advertiser | {"custom_reports": reports})
    rows = result.rows("ads_of_ad")
    assert result.errors == []
    assert spend(rows) == pytest.approx(spend(result.rows("ads_of_advertiser"))) != 0
    assert set(keys(rows, "ads_of_ad").values()) == {1}
    assert {row["ad_id"] for row in rows} >= bought(world, TOP_VIEW)


KINDS_OF_TASKS = ("daily", "weekly", "monthly", "lifetime", "total")


@pytest.mark.parametrize("granularity", KINDS_OF_TASKS)
def test_a_report_made_as_a_task_has_every_buying_type(
    granularity: str, reading: bool, tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    found = {}
    for large in (False, True):
        report = {"name": "mine", "level": "ad", "granularity": granularity, "metrics": ["spend", "clicks"],
                  "status": "STATUS_NOT_DELETE", "large": large}  # fmt: skip
        days = {"start_date": "2025-12-03", "end_date": "2026-02-12"}
        result = sync("mine", config=one_advertiser | days | {"custom_reports": [report]})
        assert result.errors == []
        found[large] = sorted(json.dumps(row, sort_keys=True) for row in result.rows("mine"))
    assert len(tiktok.asked("/report/task/create/")) > 0
    assert found[True] == found[False] != []


def bought(world: World, kind: str) -> set[str]:
    return {ad.id for ad in world.entities("ad", TOKYO) if ad.buying_type == kind}


@pytest.mark.usefixtures("reading")
def test_the_users_own_choice_of_buying_types_stays(
    world: World, tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    for kind in (TOP_VIEW, "RESERVATION_RF"):
        report = {
            "name": "ads_bought",
            "level": "ad",
            "granularity": "total",
            "metrics": ["spend"],
            "buying_types": [kind],
        }
        result = sync("ads_bought", config=one_advertiser | {"custom_reports": [report]})
        assert {row["ad_id"] for row in result.rows("ads_bought")} == bought(world, kind)
    assert tiktok.asked(CAMPAIGNS) == []
    assert len(tiktok.asked(REPORT)) == 2


@pytest.mark.usefixtures("reading")
def test_a_report_read_in_parts_has_every_buying_type(world: World, sync: Read, one_advertiser: Config) -> None:
    plain = sync("ads_reports_daily", config=one_advertiser).rows("ads_reports_daily")
    world.newest_ids = 2
    world.changed()
    parts = sync("ads_reports_daily", config=one_advertiser)
    assert parts.errors == []
    assert keys(parts.rows("ads_reports_daily"), "ads") == keys(plain, "ads")
    assert {row["ad_id"] for row in plain} >= bought(world, TOP_VIEW)


@pytest.mark.usefixtures("reading")
def test_a_window_that_is_halved_has_every_buying_type(tiktok: Simulator, sync: Read, one_advertiser: Config) -> None:
    plain = sync("ads_reports_daily", config=one_advertiser).rows("ads_reports_daily")
    fault = tiktok.faults.too_large(days=7)
    halved = sync("ads_reports_daily", config=one_advertiser)
    assert fault.hits
    assert halved.errors == []
    assert keys(halved.rows("ads_reports_daily"), "ads") == keys(plain, "ads")


@pytest.mark.usefixtures("reading")
def test_an_account_without_topview_is_asked_once_a_window_and_looked_up_once_a_sync(
    world: World, tiktok: Simulator, sync: Read, config: Config
) -> None:
    world.add_advertiser(BOUGHT_BY_AUCTION, campaigns=3)
    streams = ("ads_reports_daily", "campaigns_reports_hourly", "campaigns_audience_reports_daily")
    assert sync(*streams, config=config | {"advertiser_ids": [BOUGHT_BY_AUCTION]}).errors == []
    assert len(tiktok.asked(CAMPAIGNS)) == 1
    assert len(tiktok.asked(REPORT)) == 1 + 10 + 1
    assert not any(map(is_about_top_view, tiktok.asked(REPORT)))


def test_reports_about_accounts_look_nothing_up(tiktok: Simulator, sync: Read, one_advertiser: Config) -> None:
    sync("advertisers_reports_daily", "advertisers_audience_reports_daily", config=one_advertiser)
    assert tiktok.asked(CAMPAIGNS) == []


def test_where_topview_comes_unasked_it_is_not_asked_for_again(
    tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    result = sync("ads_reports_hourly", config=one_advertiser | {"start_date": "2026-01-03", "concurrency": 2})
    twice = sum(map(is_about_top_view, tiktok.asked(REPORT)))
    assert result.errors == []
    assert 0 < twice < 8  # as many as are read at a time
    assert len(tiktok.asked(REPORT)) - twice == 22


@pytest.mark.usefixtures("reading")
def test_an_account_whose_campaigns_are_not_told_is_taken_to_have_topview(
    tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    tiktok.faults.no_permission(TOKYO, path=CAMPAIGNS)
    result = sync("ads_reports_daily", "advertisers_reports_daily", config=one_advertiser)
    assert result.errors == []
    rows = result.rows("ads_reports_daily")
    assert spend(rows) == pytest.approx(spend(result.rows("advertisers_reports_daily"))) != 0
    assert set(keys(rows, "ads").values()) == {1}


def test_a_filter_tiktok_does_not_take_costs_a_warning_and_no_row(
    tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    plain = sync("ads_reports_daily", config=one_advertiser).rows("ads_reports_daily")
    refusal = tiktok.faults.refused(40002, "filtering: Invalid filter field buying_type.", None, REPORT)
    refusal.when = lambda request: TOP_VIEW in request.parameters.get("filtering", "")
    result = sync("ads_reports_daily", config=one_advertiser)
    assert keys(result.rows("ads_reports_daily"), "ads") == keys(plain, "ads")
    assert result.errors == []
    assert len(result.warnings) == 1
    assert f"TopView campaigns of ad account {TOKYO}" in result.warnings[0]
