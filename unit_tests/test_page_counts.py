"""What TikTok says of how many rows a list has can be wrong: the rows that come decide, and none is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from harness import Sync, frozen_now, read_streams

from tiktok_simulator import Simulator, intercept
from tiktok_simulator.world.ready_made import BERLIN, TOKYO, make_busy_world

Config = dict[str, Any]
Read = Callable[..., Sync]
SIZE = 4
REPORT = "campaigns_reports_daily"
STREAMS = {
    "campaigns": "/campaign/get/",
    REPORT: "/report/integrated/get/",
    "ads": "/ad/get/",
}
# One number that is wrong or left out, and several at once as long as one is right.
FORMS: list[Config] = [
    {"total_number": 0},
    {"total_number": 1},
    {"total_number": SIZE},
    {"total_number": SIZE + 1},
    {"total_number": 0, "total_page": 0},
    {"total_number": 0, "total_page": 1},
    {"total_number": 0, "total_page": None},
    {"total_number": 1, "total_page": 1, "page_size": 1000},
    {"total_number": None},
    {"total_number": None, "total_page": None},
    {"total_number": None, "total_page": 0},
    {"total_number": None, "page_size": None},
    {"total_page": 0},
    {"total_page": 1},
    {"total_page": 99},
    {"total_page": None},
    {"total_page": None, "page_size": None},
    {"total_page": 1, "page_size": 1000},
    {"page_size": 0},
    {"page_size": 1},
    {"page_size": 1000},
    {"page_size": None},
    {"page_size": 1000, "total_page": None},
    {"page_size": 1000, "total_number": 0},
    {"page_size": 1, "total_page": 1},
]


@pytest.fixture
def two(config: Config) -> Config:
    return config | {"advertiser_ids": [TOKYO, BERLIN]}


def rows_of(result: Sync, stream: str) -> list[str]:
    assert (result.errors, result.statuses[stream]) == ([], "COMPLETE")
    return sorted(str(sorted(row.items(), key=str)) for row in result.rows(stream))


@pytest.mark.samples(6)
@pytest.mark.parametrize("false", FORMS, ids=str)
@pytest.mark.parametrize("stream", STREAMS)
def test_a_page_info_that_contradicts_itself_loses_no_row(
    stream: str, false: Config, tiktok: Simulator, sync: Read, two: Config
) -> None:
    whole = rows_of(sync(stream, config=two), stream)
    assert len(whole) > 2 * SIZE
    tiktok.faults.small_pages(size=SIZE, path=STREAMS[stream])
    fault = tiktok.faults.false_page_info(path=STREAMS[stream], **false)
    fault.when = lambda request: "PROMOTE" not in request.parameters.get("filtering", "")  # there is none to count
    assert rows_of(sync(stream, config=two), stream) == whole
    assert fault.hits


@pytest.mark.parametrize("stream", STREAMS)
def test_a_page_that_is_not_full_is_the_last_one_where_none_is_counted(
    stream: str, tiktok: Simulator, sync: Read, two: Config
) -> None:
    whole = rows_of(sync(stream, config=two), stream)
    tiktok.faults.no_page_info(path=STREAMS[stream])
    assert rows_of(sync(stream, config=two), stream) == whole


@pytest.mark.slow
def test_a_full_page_is_followed_by_another_where_none_is_counted(config: Config) -> None:
    with intercept(Simulator(make_busy_world(advertisers=1, campaigns=2100), clock=frozen_now)) as tiktok:
        tiktok.faults.no_page_info(path="/campaign/get/")
        result = read_streams(["campaigns"], config)
    assert len(rows_of(result, "campaigns")) == 2100
    assert len(tiktok.asked("/campaign/get/")) == 3 + 2  # three pages, TopView, and whether there is Promote


@pytest.mark.samples(1)
@pytest.mark.parametrize("stream", STREAMS)
def test_a_later_page_may_leave_out_how_many_there_are(stream: str, tiktok: Simulator, sync: Read, two: Config) -> None:
    whole = rows_of(sync(stream, config=two), stream)
    tiktok.faults.small_pages(size=SIZE, path=STREAMS[stream])
    tiktok.faults.no_page_info(path=STREAMS[stream], page=2)
    assert rows_of(sync(stream, config=two), stream) == whole


def test_rows_that_tiktok_counts_and_does_not_give_are_asked_for_once_and_told(
    tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    count = len(rows_of(sync("pixels", config=one_advertiser), "pixels"))
    tiktok.transcript.clear()
    tiktok.faults.false_page_info(path="/pixel/list/", total_number=count + 1)
    result = sync("pixels", config=one_advertiser)
    assert len(rows_of(result, "pixels")) == count
    assert [call.query["page"] for call in tiktok.asked("/pixel/list/")] == ["1", "2"]
    assert result.warnings == [
        f"pixels: ad account {TOKYO}'s list has {count + 1} rows by TikTok's count, but only {count} came."
    ]


def test_a_list_that_ends_with_an_empty_page_behind_a_full_one_is_read_anew(
    tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    whole = rows_of(sync(REPORT, config=one_advertiser), REPORT)
    tiktok.faults.small_pages(size=SIZE, path=STREAMS[REPORT])
    tiktok.faults.false_page_info(path=STREAMS[REPORT], total_page=1)
    fault = tiktok.faults.empty_page(page=2, path=STREAMS[REPORT])
    assert set(rows_of(sync(REPORT, config=one_advertiser), REPORT)) == set(whole)
    assert fault.hits == 1


@pytest.mark.parametrize("stream", ["campaigns", "pixels", "creative_assets_images"])
def test_a_list_without_anything_in_its_data_is_empty(
    stream: str, tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    for path in ("/campaign/get/", "/pixel/list/", "/file/image/ad/search/"):
        tiktok.faults.empty_data(path=path)
    result = sync(stream, config=one_advertiser)
    assert rows_of(result, stream) == []
    assert result.warnings == []


def test_a_report_without_anything_in_its_data_is_asked_for_again_before_it_is_believed(
    tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    whole = rows_of(sync(REPORT, config=one_advertiser), REPORT)
    tiktok.faults.empty_data(path=STREAMS[REPORT], times=2)
    assert rows_of(sync(REPORT, config=one_advertiser), REPORT) == whole
    tiktok.faults.empty_data(path=STREAMS[REPORT])
    assert rows_of(sync(REPORT, config=one_advertiser), REPORT) == []
