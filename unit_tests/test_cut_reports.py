"""Reports that TikTok cuts to the newest ads, in every way it may: each row comes once, or the ad account is named."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Literal

import pytest
from harness import Sync

from tiktok_simulator import Simulator, World
from tiktok_simulator.world.ready_made import BERLIN, TOKYO

Config = dict[str, Any]
Read = Callable[..., Sync]
Rows = list[str]
PLAIN: dict[str, Rows] = {}
REPORT = "/report/integrated/get/"
BY_DAY = ["campaigns_reports_daily", "ads_reports_daily", "ad_groups_reports_lifetime", "mine", "wide"]
LONG = ["campaigns_reports_hourly", "ads_audience_reports_daily"]
STREAMS = ["campaigns_reports_hourly", "campaigns_reports_daily", "ads_audience_reports_daily"]
OF_ACCOUNTS = ["advertisers_reports_daily", "advertisers_reports_hourly", "advertisers_audience_reports_daily"]
ALL = dict.fromkeys([*BY_DAY, *LONG, *STREAMS, *OF_ACCOUNTS])
MINE = [
    {"name": "mine", "level": "ad", "granularity": "total", "metrics": ["spend", "reach"]},
    {"name": "wide", "level": "ad_group", "granularity": "daily", "metrics": ["all"]},
]
# What is left out and how it is told: TikTok's header has a sentence, as far as anybody wrote it down.
WAYS: Mapping[str, Config] = {
    "as documented": {},
    "a number in the header, and page_info counts what is missing": {"told": "{ids}", "hides": True},
    "campaigns are not filtered": {"deaf_to": "campaign_ids"},
    "ad groups are not filtered": {"deaf_to": "adgroup_ids", "hides": True},
}


@pytest.fixture
def days(config: Config) -> Config:
    return config | {"start_date": "2026-01-23", "custom_reports": MINE, "advertiser_ids": [TOKYO, BERLIN]}


@pytest.fixture
def plain(sync: Read, tiktok: Simulator, days: Config) -> dict[str, Rows]:
    """What an undisturbed sync reads; read once, as it is the same world in every test."""
    if not PLAIN:
        result = sync(*ALL, config=days)
        PLAIN.update({stream: in_order(result.rows(stream)) for stream in ALL})
        tiktok.transcript.clear()
    return PLAIN


def in_order(rows: list[Config]) -> Rows:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def of(advertiser_id: str, rows: Rows) -> Rows:
    return [row for row in rows if f'"advertiser_id": "{advertiser_id}"' in row]


def whole(result: Sync, plain: dict[str, Rows]) -> set[str]:
    """The streams that are whole; of the others TOKYO alone lacks rows, and an error names it. No row comes twice."""
    found = set()
    for stream in result.statuses:
        rows = in_order(result.rows(stream))
        assert (stream, of(BERLIN, rows)) == (stream, of(BERLIN, plain[stream]))
        if result.statuses[stream] == "COMPLETE":
            assert (stream, rows) == (stream, plain[stream])
            found.add(stream)
        else:
            assert [error for error in result.errors if error.startswith(f"{stream}:") and TOKYO in error], (
                result.errors
            )
            assert len(set(rows)) == len(rows)
            assert set(rows) <= set(plain[stream])
    return found


@pytest.mark.samples(1)
@pytest.mark.parametrize("page", [2, 3])
@pytest.mark.parametrize(("streams", "size"), [(BY_DAY, 5), (LONG, 50)])
@pytest.mark.slow
def test_a_report_that_is_cut_from_a_later_page_on_has_every_row_once(
    streams: list[str], size: int, page: int, tiktok: Simulator, sync: Read, days: Config, plain: dict[str, Rows]
) -> None:
    tiktok.faults.small_pages(size=size, path=REPORT)
    fault = tiktok.faults.cut_from_page(page)
    fault.advertiser_id = TOKYO
    result = sync(*streams, config=days)
    assert fault.hits
    assert whole(result, plain) == set(streams)


def test_a_window_found_too_large_from_its_second_page_on_has_every_row_once(
    tiktok: Simulator, sync: Read, days: Config
) -> None:
    days = days | {"start_date": "2026-01-15"}
    stream = "campaigns_reports_daily"
    undisturbed = in_order(sync(stream, config=days).rows(stream))
    tiktok.faults.small_pages(size=20, path=REPORT)
    fault = tiktok.faults.too_large(days=3, advertiser_id=TOKYO)
    is_too_large = fault.when
    fault.when = lambda request: request.parameters.get("page") != "1" and is_too_large(request)
    result = sync(stream, config=days)
    assert fault.hits
    assert whole(result, {stream: undisturbed}) == {stream}


@pytest.mark.slow
def test_no_row_comes_twice_where_too_many_were_given_to_be_known_again(
    tiktok: Simulator, sync: Read, days: Config, plain: dict[str, Rows], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("source_tiktok_marketing.requesters.cut_answers.MOST_KEPT", 4)
    tiktok.faults.small_pages(size=5, path=REPORT)
    tiktok.faults.cut_from_page(2).advertiser_id = TOKYO
    result = sync("campaigns_reports_daily", config=days)
    assert whole(result, plain) == set()
    assert result.errors[0] == (
        f"campaigns_reports_daily: ad account {TOKYO} became too large for TikTok to answer at once while the report "
        "was read. The next sync reads it in parts."
    )


@pytest.mark.samples(1)
@pytest.mark.parametrize("way", WAYS)
def test_however_an_answer_is_cut_its_rows_come_once_or_its_account_is_named(
    way: str, tiktok: Simulator, sync: Read, days: Config, plain: dict[str, Rows]
) -> None:
    fault = tiktok.faults.cut_answer(2, **WAYS[way])
    fault.advertiser_id = TOKYO
    found = whole(sync(*STREAMS, config=days), plain)
    assert fault.hits
    assert found == set(STREAMS) or "deaf_to" in WAYS[way]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cut_by", "newest", "lacking"),
    [
        ("ads", 6, set()),
        ("ads", 2, {"campaigns_reports_hourly", "campaigns_reports_daily"}),
        ("every level", 6, set(OF_ACCOUNTS)),
    ],
)
def test_a_report_is_whole_or_named_where_tiktok_counts_the_ads_it_is_about(
    cut_by: Literal["ads", "every level"], newest: int, lacking: set[str],
    world: World, sync: Read, days: Config, plain: dict[str, Rows],
) -> None:  # fmt: skip
    world.newest_ids, world.cut_by = newest, cut_by
    world.note_change()
    streams = {*STREAMS, *OF_ACCOUNTS}
    result = sync(*streams, config=days | {"advertiser_ids": [TOKYO]})
    assert streams - whole(result, {stream: of(TOKYO, rows) for stream, rows in plain.items()}) == lacking


@pytest.mark.samples(1)
@pytest.mark.parametrize("stream", ["campaigns_reports_daily", "campaigns_reports_hourly"])
def test_a_report_whose_parts_are_not_listed_names_its_account(
    stream: str, world: World, tiktok: Simulator, sync: Read, days: Config, plain: dict[str, Rows]
) -> None:
    tiktok.faults.cut_answer(2).advertiser_id = TOKYO
    tiktok.faults.empty_data(path="/campaign/get/")
    result = sync(stream, config=days)
    assert whole(result, plain) == set()
    assert "the list of its campaigns is empty" in result.errors[0]
