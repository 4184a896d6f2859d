"""Reports too large for one answer: in parts by ids, or as a task; the rows are those of the plain one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from harness import Sync

from tiktok_simulator import Fault, Request, Response, Simulator, World
from tiktok_simulator.endpoints.call import Answer
from tiktok_simulator.world.ready_made import BERLIN, TOKYO

Config = dict[str, Any]
Read = Callable[..., Sync]
REPORT = "/report/integrated/get/"
CREATE, CHECK, DOWNLOAD = "/report/task/create/", "/report/task/check/", "/report/task/download/"


def mine(config: Config, **report: Any) -> Config:
    return config | {"custom_reports": [{"name": "mine", "level": "ad", "metrics": ["spend", "reach"], **report}]}


def in_order(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def cut(world: World, newest: int) -> None:
    """From now on TikTok answers for so many ids at most."""
    world.newest_ids = newest
    world.note_change()


# Parts


@pytest.mark.samples(1)
@pytest.mark.parametrize("newest", [1, 2, 7])
@pytest.mark.parametrize(
    "stream",
    [
        "ads_reports_daily",
        "campaigns_reports_hourly",
        "campaigns_reports_weekly",
        "ad_groups_reports_lifetime",
        "ads_audience_reports_by_country_daily",
    ],
)
def test_a_report_read_in_parts_has_the_rows_of_the_plain_one(
    stream: str, newest: int, world: World, sync: Read, one_advertiser: Config
) -> None:
    plain = sync(stream, config=one_advertiser).rows(stream)
    cut(world, newest)
    parts = sync(stream, config=one_advertiser)
    assert parts.errors == []
    assert plain
    assert in_order(parts.rows(stream)) == in_order(plain)


@pytest.mark.slow
def test_an_account_is_known_to_be_large_after_its_first_windows(
    world: World, tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    cut(world, 7)
    result = sync("ads_reports_hourly", config=one_advertiser | {"start_date": "2026-01-01"})
    reports = (call.query for call in tiktok.asked(REPORT) if "advertiser_ids" not in call.query)
    filters = [query.get("filtering", "") for query in reports]
    refused = [each for each in filters if "_ids" not in each and "RESERVATION_" not in each]
    assert len(refused) <= 8  # of 24 days, as many as are read at a time
    told = [entry.log.message for entry in result.output.logs if "ids at a time" in entry.log.message]
    assert told == [
        f"ads_reports_hourly: ad account {TOKYO} has more rows than TikTok answers at once (the 20,000 newest ids); it "
        "is read a hundred ids at a time."
    ]


def test_parts_keep_the_filters_of_the_report(world: World, sync: Read, one_advertiser: Config) -> None:
    kept = one_advertiser | {"include_deleted": False}
    plain = sync("ads_reports_daily", config=kept).rows("ads_reports_daily")
    everything = sync("ads_reports_daily", config=one_advertiser).rows("ads_reports_daily")
    cut(world, 2)
    parts = sync("ads_reports_daily", config=kept).rows("ads_reports_daily")
    assert in_order(parts) == in_order(plain)
    assert len(parts) < len(everything)


def test_parts_keep_the_ids_and_the_status_a_report_asks_for(
    world: World, tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    campaigns = sorted({row["campaign_id"] for row in sync("campaigns", config=one_advertiser).rows("campaigns")})
    filters = {"campaign_ids": campaigns[1:4], "status": "STATUS_ALL"}
    config = mine(one_advertiser | {"include_deleted": False}, filters=filters)
    plain = sync("mine", config=config).rows("mine")
    cut(world, 7)
    before = len(tiktok.asked(REPORT))
    parts = sync("mine", config=config)
    assert parts.errors == []
    assert plain
    assert in_order(parts.rows("mine")) == in_order(plain)
    for call in tiktok.asked(REPORT)[before + 1 :]:
        fields = [item["field_name"] for item in json.loads(call.query["filtering"])]
        assert len(fields) == len(set(fields))  # TikTok does not say what a field means that comes twice


def test_ids_are_looked_up_like_any_list_of_entities(
    world: World, tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    cut(world, 2)
    sync("ads_reports_daily", config=one_advertiser | {"include_deleted": False})
    lists = [call.query for call in tiktok.asked("/campaign/get/")]
    # Among them are three lookups, which kinds are to be asked for apart.
    told = Counter((call["page_size"], "TOP_VIEW" in call["filtering"]) for call in lists)
    assert told == {("1000", True): 1, ("100", True): 1, ("1000", False): len(lists) - 2}
    assert all(json.loads(call["filtering"])["primary_status"] == "STATUS_ALL" for call in lists)


@pytest.mark.samples(2)
@pytest.mark.parametrize(
    ("stream", "told"),
    [
        ("campaigns_reports_daily", "counts 20,000 ads at most. Read the report by ad group or ad instead."),
        ("ad_groups_reports_hourly", "Read the report by ad instead."),
        ("ads_reports_daily", "The next sync asks again."),
        ("campaigns_reports_lifetime", "Read the report by ad group or ad instead."),
    ],
)
def test_what_is_cut_and_can_not_be_divided_stops_its_account_and_says_what_to_do(
    stream: str, told: str, tiktok: Simulator, sync: Read, config: Config
) -> None:
    tiktok.faults.always_cut().advertiser_id = TOKYO
    result = sync(stream, config=config | {"advertiser_ids": [TOKYO, BERLIN], "start_date": "2026-01-24"})
    assert result.statuses[stream] == "INCOMPLETE"
    assert {row["advertiser_id"] for row in result.rows(stream)} == {BERLIN}
    assert f"of ad account {TOKYO}" in result.errors[0]
    assert told in result.errors[0]
    assert not [error for error in result.errors if "IndexError" in error]


@pytest.mark.samples(1)
@pytest.mark.parametrize("value", ["0", "false", ""])
def test_a_header_that_says_nothing_was_cut_is_believed(
    value: str, tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    streams = ("campaigns_reports_daily", "advertisers_reports_daily")
    plain = sync(*streams, config=one_advertiser)
    tiktok.faults.always_cut(value)
    result = sync(*streams, config=one_advertiser)
    assert result.errors == []
    for stream in streams:
        assert in_order(result.rows(stream)) == in_order(plain.rows(stream))


# Tasks


LARGE = {"large": True, "filters": {"status": "STATUS_NOT_DELETE"}}


PERIODS = ("daily", "weekly", "monthly", "total")
OF_ENTITIES = [(level, [], granularity) for level in ("ad", "advertiser") for granularity in (*PERIODS, "lifetime")]
OF_AUDIENCES = [("campaign", ["gender", "age"], granularity) for granularity in PERIODS]


@pytest.mark.samples(2)
@pytest.mark.parametrize(("level", "breakdowns", "granularity"), OF_ENTITIES + OF_AUDIENCES)
def test_a_task_has_the_rows_of_the_plain_report(
    level: str, breakdowns: list[str], granularity: str, tiktok: Simulator, sync: Read, config: Config
) -> None:
    kind = {"report_type": "audience", "metrics": ["spend", "clicks"]} if breakdowns else {}
    report = {"level": level, "breakdowns": breakdowns, "granularity": granularity} | kind
    status = {"filters": {} if level == "advertiser" else LARGE["filters"]}
    plain = sync("mine", config=mine(config, **report, **status)).rows("mine")
    assert plain
    assert tiktok.asked(CREATE) == []
    asked = len(tiktok.asked(REPORT))
    large = sync("mine", config=mine(config, **report, **status, large=True))
    assert large.errors == []
    assert in_order(large.rows("mine")) == in_order(plain)
    assert len(tiktok.asked(DOWNLOAD)) == len(tiktok.asked(CREATE)) > 0
    assert all("RESERVATION_" in call.query["filtering"] for call in tiktok.asked(REPORT)[asked:])


def test_a_task_covers_a_year_of_days(tiktok: Simulator, sync: Read, one_advertiser: Config) -> None:
    config = mine(one_advertiser, level="advertiser", large=True) | {"start_date": "2024-06-01", "end_date": ""}
    result = sync("mine", config=config)
    windows = [(call.query["start_date"], call.query["end_date"]) for call in tiktok.asked(CREATE)]
    assert windows == [("2024-06-01", "2025-05-31"), ("2025-06-01", "2026-02-15")]
    assert result.cursors("mine") == {TOKYO: "2026-02-15"}


def test_a_later_sync_makes_a_task_for_what_is_new(tiktok: Simulator, sync: Read, one_advertiser: Config) -> None:
    config = mine(one_advertiser, level="advertiser", large=True) | {"end_date": ""}
    state = {"states": [{"partition": {"advertiser_id": TOKYO}, "cursor": {"stat_time_day": "2026-02-10"}}]}
    sync("mine", config=config, state={"mine": state})
    assert [call.query["start_date"] for call in tiktok.asked(CREATE)] == ["2026-02-07"]


def test_a_task_that_fails_is_made_again(tiktok: Simulator, sync: Read, one_advertiser: Config) -> None:
    plain = sync("mine", config=mine(one_advertiser, level="advertiser")).rows("mine")
    tiktok.faults.task_failed(times=1)
    large = sync("mine", config=mine(one_advertiser, level="advertiser", large=True))
    assert in_order(large.rows("mine")) == in_order(plain)
    assert len(tiktok.asked(CREATE)) == 2


def test_a_status_that_the_manifest_does_not_name_is_asked_for_again(
    tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    def act(request: Request, answer: Answer) -> Response:
        body = answer(request).json()
        return replace(answer(request), body=json.dumps({**body, "data": {"status": "PONDERING"}}).encode())

    tiktok.faults.arm(Fault("pondering", act, CHECK, left=1))
    large = sync("mine", config=mine(one_advertiser, level="advertiser", large=True))
    assert (large.errors, large.statuses["mine"]) == ([], "COMPLETE")
    assert any("without a status that is known" in log.log.message for log in large.output.logs)


def test_a_download_that_breaks_off_is_not_taken_for_whole(
    tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    tiktok.faults.cut_csv(times=1)
    large = sync("mine", config=mine(one_advertiser, level="advertiser", large=True))
    assert large.statuses["mine"] == "INCOMPLETE"
    assert any("broke off" in error for error in large.errors)


@pytest.mark.samples(1)
@pytest.mark.parametrize(
    ("report", "reason"),
    [
        ({"granularity": "hourly"}, "hourly"),
        ({"breakdowns": ["country_code"], "metrics": ["spend"], **LARGE}, "country_code"),
        ({}, "filter of status or buying type"),
        ({"metrics": ["all"], **LARGE}, "at most 100 metrics"),
        ({"metrics": ["billed_cost"], **LARGE}, "billed_cost only synchronously"),
        ({"metrics": ["native_growth_active"], **LARGE}, "native_growth_active only synchronously"),
        ({"breakdowns": ["minis_id"], "metrics": ["spend"], **LARGE}, "minis_id"),
        (
            {"report_type": "tiktok_shop", "level": "advertiser", "metrics": ["spend"]},
            "no asynchronous tiktok_shop report",
        ),
    ],
)
def test_what_tiktok_makes_no_task_for_is_read_plainly_and_said_so(
    report: Config, reason: str, tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    result = sync("mine", config=mine(one_advertiser, **(report | {"large": True})))
    assert result.errors == []
    assert tiktok.asked(CREATE) == []
    assert tiktok.asked(REPORT) != []
    told = [entry.log.message for entry in result.output.logs if "mine is read synchronously" in entry.log.message]
    assert len(told) == 1
    assert reason in told[0]
