"""What TikTok refuses of a report costs that column and a warning, never a row, another column or the stream."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from airbyte_cdk import Status
from harness import Sync

from source_tiktok_marketing import SourceTiktokMarketing
from source_tiktok_marketing.requesters.metric_search import MOST_REQUESTS
from tiktok_simulator import Simulator, World
from tiktok_simulator.world.ready_made import TOKYO

LOGGER = logging.getLogger("airbyte")
Run = Callable[..., Sync]
Config = dict[str, Any]
REPORT, CREATE, ENTITY = "/report/integrated/get/", "/report/task/create/", "/campaign/get/"
DAILY, HOURLY = "campaigns_reports_daily", "campaigns_reports_hourly"
AUDIENCE, COUNTRY = "campaigns_audience_reports_daily", "ads_reports_by_country_daily"
PEOPLE = {"reach", "cost_per_1000_reached", "frequency", "average_video_play_per_user"}
PURCHASES = {"purchase", "cost_per_purchase", "purchase_rate"}
APP = PURCHASES | {"total_purchase", "total_purchase_value"}
PAID = {"paid_engaged_view", "paid_engaged_view_15s", "paid_engagement_engaged_view",
        "paid_engagement_engaged_view_15s"}  # fmt: skip


def less(rows: list[dict[str, Any]], columns: set[str]) -> list[str]:
    """The rows without some columns, in an order of their own."""
    kept = ({name: value for name, value in row.items() if name not in columns} for row in rows)
    return sorted(json.dumps(row, sort_keys=True) for row in kept)


def measured(tiktok: Simulator, path: str = REPORT) -> list[tuple[set[str], int | None]]:
    """What each request of one ad account measured, and the code it was answered with."""
    asked = [call for call in tiktok.asked(path) if "advertiser_ids" not in call.query]
    return [(set(json.loads(call.query["metrics"])), call.code) for call in asked]


# Named


def test_a_metric_that_is_refused_by_name_is_null_and_all_else_is_there(sync: Run, tiktok: Simulator) -> None:
    expected = sync(DAILY).rows(DAILY)
    tiktok.faults.refused_metric("video_views_p75", "likes")
    result = sync(DAILY)
    assert (result.errors, result.statuses[DAILY]) == ([], "COMPLETE")
    assert not any({"video_views_p75", "likes"} & row.keys() for row in result.rows(DAILY))
    assert less(result.rows(DAILY), set()) == less(expected, {"video_views_p75", "likes"})


def test_one_warning_says_what_was_left_out_where_and_in_which_words(sync: Run, tiktok: Simulator) -> None:
    tiktok.faults.refused_metric("likes")
    (warning,) = sync(DAILY, "campaigns_reports_lifetime").warnings
    assert "metrics likes of campaigns_reports_daily, campaigns_reports_lifetime" in warning
    assert "Invalid metric fields: ['likes'], code 40002" in warning


def test_what_is_refused_is_learned_once_for_all_windows_and_ad_accounts(
    sync: Run, tiktok: Simulator, config: Config
) -> None:
    tiktok.faults.refused_metric("likes")
    sync(DAILY, config=config | {"start_date": "2025-06-01", "concurrency": 2})
    codes = [code for _, code in measured(tiktok)]
    assert len(codes) > 20
    assert codes.count(40002) <= 3 * 2  # three ad accounts, one for each thread


def test_a_message_that_lists_what_tiktok_knows_leaves_out_the_others(
    sync: Run, tiktok: Simulator, config: Config
) -> None:
    expected = sync(DAILY, config=config).rows(DAILY)
    (known, _), *_ = measured(tiktok)
    tiktok.faults.refused_value("metrics", "likes", sorted(known - {"likes"}), REPORT)
    result = sync(DAILY)
    assert less(result.rows(DAILY), set()) == less(expected, {"likes"})
    assert [warning.count("metrics likes of") for warning in result.warnings] == [1]


def test_more_than_half_of_the_metrics_may_be_refused(sync: Run, tiktok: Simulator) -> None:
    expected = sync(DAILY).rows(DAILY)
    (asked, _), *_ = measured(tiktok)
    refused = asked - {"clicks", "campaign_name"}
    tiktok.faults.refused_metric(*refused)
    result = sync(DAILY)
    assert (result.errors, len(result.warnings)) == ([], 1)
    told = {"currency"}  # which the ad account's details have
    assert less(result.rows(DAILY), set()) == less(expected, refused - told)


def test_where_every_metric_is_refused_no_row_is_taken_for_none(sync: Run, tiktok: Simulator) -> None:
    tiktok.faults.refused(40002, "These metrics are wrong.", times=None, path=REPORT)
    result = sync(DAILY, "campaigns")
    assert result.statuses == {DAILY: "INCOMPLETE", "campaigns": "COMPLETE"}


def test_a_column_that_alone_is_selected_and_refused_is_null(sync: Run, tiktok: Simulator, config: Config) -> None:
    mine = {"name": "mine", "level": "campaign", "metrics": ["playable"], "report_type": "basic"}
    tiktok.faults.refused_metric("spend")
    result = sync("mine", config=config | {"custom_reports": [mine | {"metrics": ["basic"]}]})
    assert result.errors == []
    assert result.rows("mine")
    assert not any("spend" in row for row in result.rows("mine"))


# Not named


def test_a_metric_that_is_refused_without_a_name_is_found_by_halves(sync: Run, tiktok: Simulator) -> None:
    expected = sync(DAILY).rows(DAILY)
    tiktok.transcript.clear()
    tiktok.faults.conflict("video_views_p75")
    result = sync(DAILY)
    assert (result.errors, len(result.warnings)) == ([], 1)
    assert less(result.rows(DAILY), set()) == less(expected, {"video_views_p75"})
    first = next(number for number, (_, code) in enumerate(measured(tiktok)) if code == 0)
    assert first < len(tiktok.asked(REPORT))


def test_no_more_than_eight_requests_are_spent_on_a_refusal_that_nothing_explains(
    sync: Run, tiktok: Simulator, one_advertiser: Config
) -> None:
    fault = tiktok.faults.refused(40002, "The metrics are wrong.", times=None, path=REPORT)
    result = sync(DAILY, config=one_advertiser)
    assert (result.rows(DAILY), result.statuses[DAILY]) == ([], "INCOMPLETE")
    assert 2 < fault.hits <= 1 + MOST_REQUESTS
    assert f"not found out in {MOST_REQUESTS} requests" in result.errors[0]


def test_the_next_window_spends_none(sync: Run, tiktok: Simulator, one_advertiser: Config) -> None:
    fault = tiktok.faults.refused(40002, "The metrics are wrong.", times=None, path=REPORT)
    sync(DAILY, config=one_advertiser | {"start_date": "2025-11-25"})  # three windows
    assert fault.hits <= 3 + MOST_REQUESTS


# What the sources disagree about


@pytest.mark.samples(1)
@pytest.mark.parametrize(
    ("stream", "disputed"),
    [(HOURLY, APP | PAID), (COUNTRY, PURCHASES), (AUDIENCE, PEOPLE)],
    ids=["hour", "country", "audience"],
)
def test_whichever_source_is_right_no_row_and_no_other_column_is_lost(
    stream: str, disputed: set[str], world: World, sync: Run, config: Config
) -> None:
    short = config | {"start_date": "2026-01-20", "end_date": "2026-01-21"}
    given = sync(stream, config=short)
    assert (given.errors, given.warnings) == ([], [])
    assert all(disputed <= row.keys() | {"-"} or disputed & row.keys() for row in given.rows(stream))
    world.gives_disputed = False
    refused = sync(stream, config=short)
    assert (refused.errors, len(refused.warnings)) == ([], 1)
    assert less(refused.rows(stream), set()) == less(given.rows(stream), disputed)


# What the user named


@pytest.mark.parametrize("message", ["Invalid metric fields: ['likes'].", "The metrics are wrong."])
def test_a_metric_the_user_named_is_never_left_out(
    message: str, sync: Run, tiktok: Simulator, one_advertiser: Config
) -> None:
    mine = {"name": "mine", "level": "campaign", "metrics": ["likes", "clicks"]}
    tiktok.faults.refused(40002, message, times=None, path=REPORT)
    result = sync("mine", config=one_advertiser | {"custom_reports": [mine]})
    assert (result.statuses["mine"], result.warnings) == ("INCOMPLETE", [])
    assert len(tiktok.asked(REPORT)) == 1


@pytest.mark.parametrize("is_given", [True, False])
def test_what_sources_disagree_about_may_be_named_and_check_says_whether_tiktok_has_it(
    is_given: bool, world: World, tiktok: Simulator, one_advertiser: Config
) -> None:
    world.gives_disputed = is_given
    mine = {"name": "mine", "level": "campaign", "granularity": "hourly", "metrics": ["spend", "purchase"]}
    source = SourceTiktokMarketing(config=one_advertiser | {"custom_reports": [mine]})
    status = source.check(LOGGER, source.normal_config)
    assert (status.status is Status.SUCCEEDED) == is_given
    assert is_given or "have no relation (code 40002)" in str(status.message)


@pytest.mark.slow
def test_what_a_group_stands_for_may_be_left_out(sync: Run, tiktok: Simulator, config: Config) -> None:
    mine = {"name": "mine", "level": "campaign", "metrics": ["spend", "video", "all"]}
    tiktok.faults.refused_metric("video_views_p75")
    result = sync("mine", config=config | {"custom_reports": [mine]})
    assert (result.errors, len(result.warnings)) == ([], 1)
    assert result.rows("mine")
    assert not any("video_views_p75" in row for row in result.rows("mine"))


@pytest.mark.parametrize("named", [True, False])
def test_a_task_of_tiktoks_is_made_of_what_is_not_refused(
    named: bool, sync: Run, tiktok: Simulator, one_advertiser: Config
) -> None:
    metrics = ["spend", "video_views_p75"] if named else ["spend", "video"]
    mine = {"name": "mine", "level": "campaign", "large": True, "metrics": metrics,
            "filters": {"status": "STATUS_NOT_DELETE"}}  # fmt: skip
    tiktok.faults.refused_metric("video_views_p75", path=CREATE)
    result = sync("mine", config=one_advertiser | {"custom_reports": [mine]})
    assert (bool(result.rows("mine")), bool(result.errors)) == (not named, named)
    assert len([each for each in result.warnings if "video_views_p75 of mine" in each]) == (not named)


# A filter of ours


def test_a_status_filter_that_is_refused_is_left_out(sync: Run, tiktok: Simulator, config: Config) -> None:
    tiktok.faults.refused_value("filtering.campaign_status", "STATUS_ALL", path=REPORT)
    result = sync(DAILY, config=config | {"include_deleted": True})
    assert (result.errors, len(result.warnings)) == ([], 1)
    assert result.rows(DAILY)


# A refusal that passes


@pytest.mark.parametrize("path", [REPORT, ENTITY])
def test_a_refusal_that_names_nothing_is_asked_again(
    path: str, sync: Run, tiktok: Simulator, waits: list[float]
) -> None:
    stream = DAILY if path == REPORT else "campaigns"
    expected = sync(stream).rows(stream)
    fault = tiktok.faults.passing_refusal(times=3, path=path, advertiser_id=TOKYO)
    result = sync(stream)
    assert (result.errors, result.warnings, fault.hits) == ([], [], 3)
    assert less(result.rows(stream), set()) == less(expected, set())
    assert sum(waits) >= 6


def test_a_refusal_that_does_not_pass_is_one(sync: Run, tiktok: Simulator, waits: list[float]) -> None:
    fault = tiktok.faults.passing_refusal(times=1_000, path=ENTITY)
    result = sync("campaigns")
    assert (result.statuses["campaigns"], result.rows("campaigns")) == ("INCOMPLETE", [])
    assert "Could not acquire IP (code 40002)" in result.errors[0]
    assert 4 <= fault.hits <= 4 * 4
