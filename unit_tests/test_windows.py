"""The days a report is asked for: all of them, each once, within TikTok's limits and the account's own clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from harness import Sync, plain_reports

from tiktok_simulator import Exchange, Simulator, World
from tiktok_simulator.world.ready_made import BERLIN, EMPTY, LOS_ANGELES, TOKYO

DAILY, HOURLY = "campaigns_reports_daily", "campaigns_reports_hourly"
Window = tuple[date, date]


def windows(asked: Sequence[Exchange], advertiser_id: str) -> list[Window]:
    """The windows of an account in order; every further page of a window counts as the same."""
    return sorted({
        (date.fromisoformat(call.query["start_date"]), date.fromisoformat(call.query["end_date"]))
        for call in asked if call.query["advertiser_id"] == advertiser_id and call.code == 0
    })  # fmt: skip


def days(found: Sequence[Window]) -> list[date]:
    return [first + timedelta(days=n) for first, last in found for n in range((last - first).days + 1)]


def span(first: date, last: date) -> list[date]:
    return days([(first, last)])


@pytest.mark.samples(4)
@pytest.mark.parametrize(
    ("stream", "longest", "length"),
    [(DAILY, 30, length) for length in (1, 2, 30, 31, 59, 60, 61)] + [(HOURLY, 1, length) for length in (1, 2, 3, 12)],
)
def test_windows_tile_the_period_without_gap_or_overlap_and_within_tiktoks_limit(
    stream: str, longest: int, length: int, sync: Callable[..., Sync], tiktok: Simulator, one_advertiser: dict[str, Any]
) -> None:
    first = date(2025, 12, 5)
    last = first + timedelta(days=length - 1)
    period = {"start_date": first.isoformat(), "end_date": last.isoformat()}
    assert sync(stream, config=one_advertiser | period).errors == []
    found = windows(plain_reports(tiktok), TOKYO)
    assert days(found) == span(first, last)
    assert max((end - start).days + 1 for start, end in found) <= longest
    assert len(found) == -(-length // longest)


@pytest.mark.parametrize("stream", [DAILY, HOURLY])
def test_a_start_that_is_the_end_makes_one_day(
    stream: str, sync: Callable[..., Sync], tiktok: Simulator, one_advertiser: dict[str, Any]
) -> None:
    same_day = one_advertiser | {"start_date": "2026-01-20", "end_date": "2026-01-20"}
    rows = sync(stream, config=same_day).rows(stream)
    assert windows(plain_reports(tiktok), TOKYO) == [(date(2026, 1, 20), date(2026, 1, 20))]
    assert {next(iter(row[name][:10] for name in row if name.startswith("stat_time"))) for row in rows} == {
        "2026-01-20"
    }


@pytest.mark.samples(1)
@pytest.mark.parametrize("stream", [DAILY, HOURLY])
@pytest.mark.parametrize(
    ("moment", "today"),
    [  # the day it is in Tokyo, in Berlin and in Los Angeles
        ("2026-02-15T05:00:00", ("2026-02-15", "2026-02-15", "2026-02-14")),
        ("2026-02-15T16:00:00", ("2026-02-16", "2026-02-15", "2026-02-15")),
        ("2026-02-15T23:30:00", ("2026-02-16", "2026-02-16", "2026-02-15")),
        ("2026-02-28T15:30:00", ("2026-03-01", "2026-02-28", "2026-02-28")),
    ],
)
def test_reports_end_with_the_accounts_own_today_and_nothing_later_is_asked_for(
    stream: str, moment: str, today: tuple[str, ...], sync: Callable[..., Sync], tiktok: Simulator,
    config: dict[str, Any], clock: Any,
) -> None:  # fmt: skip
    clock.move_to(datetime.fromisoformat(moment).replace(tzinfo=UTC))
    assert sync(stream, config=config | {"start_date": "today-3", "end_date": ""}).errors == []
    asked = plain_reports(tiktok)
    for advertiser_id, local in zip((TOKYO, BERLIN, LOS_ANGELES), today, strict=True):
        last = date.fromisoformat(local)
        assert days(windows(asked, advertiser_id)) == span(last - timedelta(days=3), last)


def test_a_relative_start_is_a_day_of_the_accounts_own_clock(
    sync: Callable[..., Sync], tiktok: Simulator, config: dict[str, Any]
) -> None:
    sync(DAILY, config=config | {"start_date": "yesterday", "end_date": "yesterday"})
    asked = plain_reports(tiktok)
    assert windows(asked, TOKYO) == [(date(2026, 2, 14), date(2026, 2, 14))]
    assert windows(asked, LOS_ANGELES) == [(date(2026, 2, 13), date(2026, 2, 13))]


def test_the_next_daily_sync_costs_one_request_per_account(
    sync: Callable[..., Sync], tiktok: Simulator, config: dict[str, Any], clock: Any
) -> None:
    until_today = config | {"start_date": "2026-01-01", "end_date": ""}
    state = sync(DAILY, config=until_today).state(DAILY)
    tiktok.transcript.clear()
    clock.move_to(datetime(2026, 2, 16, 5, tzinfo=UTC))
    sync(DAILY, config=until_today, state={DAILY: state})
    asked = [call.query["advertiser_id"] for call in plain_reports(tiktok)]
    assert sorted(asked) == sorted([TOKYO, LOS_ANGELES, BERLIN, EMPTY])


@pytest.mark.samples(1)
@pytest.mark.parametrize("limit", [1, 4, 7, 15])
def test_a_query_too_large_is_halved_until_it_fits_and_no_row_is_lost(
    limit: int, sync: Callable[..., Sync], tiktok: Simulator, one_advertiser: dict[str, Any]
) -> None:
    month = one_advertiser | {"start_date": "2025-12-20", "end_date": "2026-01-18"}
    whole = sync(DAILY, config=month).rows(DAILY)
    tiktok.transcript.clear()
    tiktok.faults.too_large(days=limit)
    split = sync(DAILY, config=month)
    by_key = {(row["campaign_id"], row["stat_time_day"]): row for row in split.rows(DAILY)}
    assert by_key == {(row["campaign_id"], row["stat_time_day"]): row for row in whole}
    assert len(by_key) == len(split.rows(DAILY))
    assert split.cursors(DAILY) == {TOKYO: "2026-01-18"}
    found = windows(plain_reports(tiktok), TOKYO)
    assert days(found) == span(date(2025, 12, 20), date(2026, 1, 18))


def test_only_the_account_that_is_too_large_is_halved(sync: Callable[..., Sync], tiktok: Simulator) -> None:
    tiktok.faults.too_large(days=5, advertiser_id=BERLIN)
    assert sync(DAILY).errors == []
    asked = plain_reports(tiktok)
    assert len(windows(asked, TOKYO)) == 1
    assert len(windows(asked, BERLIN)) == 2


def test_a_day_that_is_too_large_by_itself_fails_with_advice_and_keeps_its_state(
    sync: Callable[..., Sync], tiktok: Simulator
) -> None:
    before = {"states": [{"partition": {"advertiser_id": BERLIN}, "cursor": {"stat_time_day": "2026-01-18"}}]}
    tiktok.faults.too_large(days=0, advertiser_id=BERLIN)
    result = sync(DAILY, state={DAILY: before})
    assert any("read a higher level" in error for error in result.errors)
    assert result.cursors(DAILY)[BERLIN] == "2026-01-18"
    assert result.cursors(DAILY)[TOKYO] == "2026-01-24"
    assert {row["advertiser_id"] for row in result.rows(DAILY)} == {TOKYO, LOS_ANGELES}


def test_an_account_of_unknown_zone_lives_in_utc(
    sync: Callable[..., Sync], tiktok: Simulator, world: World, config: dict[str, Any]
) -> None:
    row = world.accounts[TOKYO].row
    row |= {"timezone": "somewhere", "display_timezone": ""}
    sync(DAILY, config=config | {"advertiser_ids": [TOKYO], "start_date": "today", "end_date": ""})
    assert windows(plain_reports(tiktok), TOKYO) == [(date(2026, 2, 15), date(2026, 2, 15))]
