"""What TikTok refuses of one kind of campaigns, TopView or Promote, costs that and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from harness import Sync, plain_reports
from test_buying_types import REPORT, TOP_VIEW, is_about_days, keys, promote, reading

from tiktok_simulator import Simulator, World

Config = dict[str, Any]
Read = Callable[..., Sync]
__all__ = ["reading"]


@pytest.mark.usefixtures("reading")
def test_a_metric_tiktok_refuses_costs_a_report_made_as_a_task_no_kind(
    tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    tiktok.faults.refused_metric("video_watched_6s", path=None)
    found = {}
    for large in (False, True):
        report = {"name": "mine", "level": "ad", "metrics": ["video"], "status": "STATUS_NOT_DELETE", "large": large}
        result = sync("mine", config=one_advertiser | {"custom_reports": [report]})
        assert result.errors == []
        assert [warning.count("video_watched_6s of mine") for warning in result.warnings] == [1]
        assert "buying_type" not in result.warnings[0]
        found[large] = keys(result.rows("mine"), "ads")
    assert found[True] == found[False] != {}


def refuse_where(tiktok: Simulator, word: str, *metrics: str) -> None:
    """TikTok refuses these metrics in questions that hold the word."""
    fault = tiktok.faults.refused_metric(*metrics, path=REPORT)
    measures = fault.when
    fault.when = lambda request: word in str(request.parameters) and measures(request)


def test_what_is_refused_of_one_kind_is_null_in_its_rows_alone_and_the_warning_names_it(
    world: World, tiktok: Simulator, sync: Read, config: Config
) -> None:
    stream = "campaigns_reports_hourly"
    world.top_view_unasked = False
    few = config | {"end_date": "2026-01-18", "concurrency": 2}
    plain = sync(stream, config=few).rows(stream)
    refuse_where(tiktok, TOP_VIEW, "likes")
    result = sync(stream, config=few)
    assert result.errors == []
    campaigns = (each for owner in world.permitted for each in world.list_entities("campaign", owner))
    of_top_view = {each.id for each in campaigns if each.buying_type == TOP_VIEW}
    assert keys(result.rows(stream), stream) == keys(plain, stream)
    assert {row["campaign_id"] for row in result.rows(stream) if "likes" not in row} == of_top_view != set()
    assert ["metrics likes of TopView in campaigns_reports_hourly" in each for each in result.warnings] == [True]


@pytest.mark.usefixtures("reading")
def test_a_stream_that_may_ask_for_less_does_not_say_on_which_days_the_others_have_rows(
    world: World, tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    promoted = promote(world, last_day=date(2025, 12, 24), late_days=60, objective_type="WEB_CONVERSIONS")
    streams = ("ad_groups_reports_daily", "ads_reports_daily")
    sync(*streams, config=one_advertiser)
    metrics = {name for call in plain_reports(tiktok) for name in json.loads(call.query["metrics"])}
    refuse_where(tiktok, '"ad_id"', *metrics - {"spend"})
    tiktok.transcript.clear()
    result = sync(*streams, config=one_advertiser)
    assert result.errors == []
    late = [row for row in result.rows(streams[0]) if row["campaign_id"] == promoted]
    assert sum(row["real_time_conversion"] for row in late) > 0
    assert len({call.query["metrics"] for call in tiktok.asked(REPORT) if is_about_days(call)}) == len(streams)
