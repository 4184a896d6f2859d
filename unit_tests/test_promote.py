"""Campaigns made with Promote in the TikTok app: lists have them, and who has none pays one question for it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from harness import Sync

from tiktok_simulator import Simulator, World
from tiktok_simulator.endpoints.filter_values import asks_for_optional
from tiktok_simulator.world.populate import add_advertiser, add_campaign
from tiktok_simulator.world.ready_made import BERLIN, EMPTY, PROMOTED, TOKYO

Config = dict[str, Any]
Read = Callable[..., Sync]
LISTS = {"campaigns": "campaign_id", "ad_groups": "adgroup_id", "ads": "ad_id"}
PATHS = {"campaigns": "/campaign/get/", "ad_groups": "/adgroup/get/", "ads": "/ad/get/"}
REPORT = "/report/integrated/get/"


@pytest.fixture
def promoted(world: World) -> str:
    """The campaign of an ad account that was made in the TikTok app."""
    return add_campaign(world, world.accounts[TOKYO], PROMOTED)


def about_promote(tiktok: Simulator, path: str) -> list[Any]:
    return [call for call in tiktok.asked(path) if "PROMOTE" in call.query.get("filtering", "")]


@pytest.mark.parametrize("stream", LISTS)
def test_a_list_has_what_was_made_with_promote_in_every_sync(
    stream: str, promoted: str, sync: Read, one_advertiser: Config
) -> None:
    first = sync(stream, config=one_advertiser)
    later = sync(stream, config=one_advertiser, state={stream: first.state(stream)})
    for result in (first, later):
        (row,) = [row for row in result.rows(stream) if row["campaign_id"] == promoted]
        assert result.errors == result.warnings == []
        assert (row["campaign_system_origin"], row.get("modify_time")) == ("PROMOTE", None)
        keys = Counter((row["advertiser_id"], row[LISTS[stream]]) for row in result.rows(stream))
        assert set(keys.values()) == {1}
    assert (len(first.rows(stream)) > len(later.rows(stream))) == (stream == "ads")


def test_only_an_account_that_has_some_is_asked_for_their_lists(
    promoted: str, tiktok: Simulator, sync: Read, config: Config
) -> None:
    assert sync(*LISTS, config=config | {"advertiser_ids": [TOKYO, BERLIN]}).errors == []
    asked = {stream: Counter(call.query["advertiser_id"] for call in about_promote(tiktok, path))
             for stream, path in PATHS.items()}  # fmt: skip
    assert promoted
    # One question tells whether there are any, for all streams of the sync.
    assert asked == {"campaigns": {TOKYO: 2, BERLIN: 1}, "ad_groups": {TOKYO: 1}, "ads": {TOKYO: 1}}


@pytest.mark.slow
def test_lists_and_reports_share_the_question_whether_there_are_any(
    tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    streams = ("campaigns_reports_daily", "ads_reports_weekly", "ads_audience_reports_daily")
    assert sync(*LISTS, *streams, config=one_advertiser).errors == []
    assert sum(len(about_promote(tiktok, path)) for path in (*PATHS.values(), REPORT)) == 1


def test_a_list_of_promote_is_asked_for_with_the_filters_it_takes(
    promoted: str, tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    state = {"states": [{"partition": {"advertiser_id": TOKYO}, "cursor": {"modify_time": "2026-02-10T00:00:00"}}]}
    assert sync("ads", config=one_advertiser, state={"ads": state}).errors == []
    (asked,) = about_promote(tiktok, "/ad/get/")
    assert promoted
    assert json.loads(asked.query["filtering"]) == {
        "campaign_system_origins": ["PROMOTE"],
        "primary_status": "STATUS_ALL",
    }


@pytest.mark.parametrize("told", ["'PROMOTE' is not a valid choice.", "Invalid filter field campaign_system_origins."])
@pytest.mark.parametrize("stream", LISTS)
def test_where_tiktok_refuses_the_filter_the_list_has_all_else(
    stream: str, told: str, promoted: str, tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    expected = {row[LISTS[stream]] for row in sync(stream, config=one_advertiser).rows(stream)
                if row["campaign_id"] != promoted}  # fmt: skip
    refusal = tiktok.faults.refused(40002, told, None, PATHS[stream])
    refusal.when = lambda request: "PROMOTE" in request.parameters.get("filtering", "")
    result = sync(stream, config=one_advertiser)
    assert (result.errors, result.statuses[stream]) == ([], "COMPLETE")
    assert {row[LISTS[stream]] for row in result.rows(stream)} == expected
    (warning,) = result.warnings
    assert f"campaign_system_origins PROMOTE of {stream}" in warning


def test_where_the_question_is_not_answered_the_lists_are_asked_for(
    promoted: str, tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    tiktok.faults.no_permission(TOKYO, path="/campaign/get/")
    result = sync("ads", config=one_advertiser)
    assert result.errors == []
    assert promoted in {row["campaign_id"] for row in result.rows("ads")}


@pytest.mark.parametrize("is_unasked", [True, False])
@pytest.mark.parametrize("is_counted", [True, False])
def test_promote_is_activity_of_an_account_that_does_nothing_else(
    is_counted: bool, is_unasked: bool, world: World, tiktok: Simulator, sync: Read, config: Config
) -> None:
    world.promote_in_accounts, world.promote_unasked = is_counted, is_unasked
    promoted = add_campaign(world, world.accounts[EMPTY], PROMOTED)
    idle = add_advertiser(world, "7100000000000000002", name="Idle").advertiser_id
    skipping = config | {"advertiser_ids": [EMPTY, idle], "skip_inactive": True, "start_date": "2025-11-15"}
    result = sync("campaigns_reports_daily", config=skipping)
    assert result.errors == []
    rows = result.rows("campaigns_reports_daily")
    assert {row["campaign_id"] for row in rows} == {promoted}
    assert len({row["stat_time_day"] for row in rows}) > 30  # of several windows
    assert idle not in {call.query.get("advertiser_id") for call in tiktok.asked(REPORT)}
    assert [call.query["advertiser_id"] for call in tiktok.asked("/campaign/get/")].count(idle) == 1


@pytest.mark.samples(1)
@pytest.mark.parametrize("stream", ["ads_reports_hourly", "ads_reports_by_country_daily"])
@pytest.mark.parametrize("told", ["", "dimensions: stat_time_hour is not supported for Promote."])
def test_a_report_by_what_promote_does_not_support_has_all_others(
    stream: str, told: str, promoted: str, tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    if told:
        refusal = tiktok.faults.refused(40002, told, None, REPORT)
        refusal.when = lambda request: (
            asks_for_optional(request.query)
            and any(each in request.parameters["dimensions"] for each in ("stat_time_hour", "country_code"))
        )
    days = {"start_date": "2026-01-20", "end_date": "2026-01-21"}
    result = sync(stream, config=one_advertiser | days)
    campaigns = {row["campaign_id"] for row in result.rows(stream)}
    assert (result.errors, len(result.warnings)) == ([], 1 if told else 0)
    assert len(campaigns) > 3
    assert promoted not in campaigns
