"""How far an ad account's cursor moves when a window of its days is read: window by window, without a sync."""

from __future__ import annotations

import sys
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from airbyte_cdk.sources.declarative.incremental import ConcurrentPerPartitionCursor
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.types import Record, StreamSlice

from source_tiktok_marketing.incremental.cursor import AdvertiserCursor
from source_tiktok_marketing.incremental.owned_stream import keep_every_account
from source_tiktok_marketing.incremental.page_messages import PageMessage
from source_tiktok_marketing.incremental.present_cursor import PresentCursor, bind_to_present
from source_tiktok_marketing.incremental.windows import get_days, get_slice, hold, is_outside, refuse
from source_tiktok_marketing.requesters.clock import SyncClock
from source_tiktok_marketing.requesters.pages import Lines

FIELD, TODAY = "stat_time_day", "2026-02-15"  # the day it is in the tests, in Tokyo


class Kept(Cursor):
    """The CDK's cursor as far as this one uses it: the largest value of each ad account, and what was closed."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.closed: list[StreamSlice] = []
        self.emitted = False

    @property
    def state(self) -> MutableMapping[str, Any]:
        return {"cursors": self.values}

    def observe(self, record: Record) -> None:
        owner = str(record.associated_slice["advertiser_id"]) if record.associated_slice else ""
        self.values[owner] = max(self.values.get(owner, ""), record.data[FIELD])

    def close_partition(self, partition: Partition) -> None:
        self.closed.append(get_slice(partition))

    def ensure_at_least_one_state_emitted(self) -> None:
        self.emitted = True

    def should_be_synced(self, record: Record) -> bool:
        return bool(record.data.get("wanted"))


class Window(Partition):
    def __init__(self, start: str, end: str, account: str = "1", **days: Any) -> None:
        extra = {"first_day": "2026-01-01", "last_day": TODAY, "today": TODAY, **days}
        cursor = {"start_time": start, "end_time": end}
        self.window = StreamSlice(partition={"advertiser_id": account}, cursor_slice=cursor, extra_fields=extra)

    def read(self) -> list[Record]:
        return []

    def to_slice(self) -> Mapping[str, Any] | None:
        return self.window

    def stream_name(self) -> str:
        return "ads_reports_daily"

    def __hash__(self) -> int:
        return id(self)

    def row(self, day: str | None) -> Record:
        return Record({FIELD: day}, self.stream_name(), self.window)


@pytest.fixture
def inner() -> Kept:
    return Kept()


@pytest.fixture
def cursor(inner: Kept) -> AdvertiserCursor:
    return AdvertiserCursor(inner, FIELD, SyncClock({}))


def read(cursor: AdvertiserCursor, window: Window, *days: str | None) -> None:
    for day in days:
        cursor.observe(window.row(day))
    cursor.close_partition(window)


@pytest.mark.parametrize(
    ("start", "end", "days", "reached"),
    [
        ("2026-01-01", "2026-01-30", (), "2026-01-30"),
        ("2026-01-01", "2026-01-30", ("2026-01-07",), "2026-01-30"),
        ("2026-02-01", "2026-02-15", (), "2026-02-13"),
        ("2026-02-01", "2026-02-15", (None,), "2026-02-13"),
        ("2026-02-01", "2026-02-15", ("2026-02-14 05:00:00", "2026-02-03"), "2026-02-14"),
        ("2026-02-01", "2026-02-15", ("2026-02-10",), "2026-02-13"),
        ("2026-02-01", "2026-02-15", ("2026-02-15",), "2026-02-15"),
        ("2026-02-01", "2026-02-20", ("2026-02-19",), "2026-02-15"),
        ("2026-01-01", "2026-01-30", ("2026-02-05",), "2026-01-30"),
        ("2026-02-15", "2026-02-15", (), "2026-02-13"),
    ],
)
def test_a_cursor_moves_to_the_last_row_or_past_the_days_that_are_settled(
    start: str, end: str, days: tuple[str | None, ...], reached: str, cursor: AdvertiserCursor, inner: Kept
) -> None:
    window = Window(start, end)
    cursor.open_partition(window)
    read(cursor, window, *days)
    assert inner.values == {"1": reached}
    assert inner.closed == [window.window]


def test_an_account_whose_today_is_yesterday_reaches_a_day_less(cursor: AdvertiserCursor, inner: Kept) -> None:
    window = Window("2026-02-01", "2026-02-15", today="2026-02-14")
    cursor.open_partition(window)
    read(cursor, window, "2026-02-15")
    assert inner.values == {"1": "2026-02-14"}


def test_a_page_counts_by_its_last_day(cursor: AdvertiserCursor, inner: Kept) -> None:
    window = Window("2026-02-01", "2026-02-15")
    cursor.open_partition(window)
    page = PageMessage(Lines("ads_reports_daily", 2, b"", "2026-02-14 00:00:00"), window.window)
    cursor.observe(page)
    page.take()
    read(cursor, window, "2026-02-02")
    assert inner.values == {"1": "2026-02-14"}


def test_the_cursor_stays_before_a_window_that_did_not_close(cursor: AdvertiserCursor, inner: Kept) -> None:
    first, second, third = (Window(f"2026-01-{day}1", f"2026-01-{day + 1}0") for day in (0, 1, 2))
    other = Window("2026-01-01", "2026-01-10", "2")
    for window in (first, other, second, third):
        cursor.open_partition(window)
    read(cursor, third)
    assert inner.values == {}
    read(cursor, other)
    assert inner.values == {"2": "2026-01-10"}
    read(cursor, first)
    assert inner.values == {"1": "2026-01-10", "2": "2026-01-10"}
    read(cursor, second)
    assert inner.values == {"1": "2026-01-30", "2": "2026-01-10"}
    assert len(inner.closed) == 4


@pytest.mark.parametrize("mark", [refuse, hold])
def test_a_window_that_was_refused_or_held_moves_nothing(mark: Any, cursor: AdvertiserCursor, inner: Kept) -> None:
    first, second = Window("2026-01-01", "2026-01-10"), Window("2026-01-11", "2026-01-20")
    for window in (first, second):
        cursor.open_partition(window)
    mark(first.window)
    read(cursor, first, "2026-01-05")
    read(cursor, second)
    assert inner.values == {}
    assert inner.closed == [second.window]


def test_what_a_window_that_failed_had_seen_says_nothing_about_it_when_it_is_read_again(
    cursor: AdvertiserCursor, inner: Kept
) -> None:
    window = Window("2026-02-01", "2026-02-15")
    cursor.open_partition(window)
    cursor.observe(window.row("2026-02-15"))
    cursor.open_partition(window)
    read(cursor, window)
    assert inner.values == {"1": "2026-02-13"}


def test_a_state_is_the_cdks_and_every_row_is_wanted(cursor: AdvertiserCursor, inner: Kept) -> None:
    inner.values["1"] = TODAY
    assert cursor.state == {"cursors": {"1": TODAY}}
    assert cursor.should_be_synced(Window(TODAY, TODAY).row(None))
    cursor.ensure_at_least_one_state_emitted()
    assert inner.emitted


@pytest.mark.parametrize(
    ("moment", "follows"),
    [
        ("2026-02-15T05:00:00", True),
        ("2026-02-15T04:59:59Z", True),
        ("2026-02-15T05:00:00Z", True),
        ("2026-02-15T05:00:01", False),
        ("2026-02-16", False),
        (None, True),
    ],
)
def test_a_list_follows_no_moment_that_has_not_been(moment: str | None, follows: bool, inner: Kept) -> None:
    window, seen = Window(TODAY, TODAY), list[Record]()
    inner.observe = seen.append  # type: ignore[method-assign]
    present = PresentCursor(inner, FIELD, SyncClock({}))
    present.observe(window.row(moment))
    assert bool(seen) is follows
    present.close_partition(window)
    present.ensure_at_least_one_state_emitted()
    assert (inner.closed, inner.emitted) == ([window.window], True)
    assert not present.should_be_synced(window.row(moment))
    assert present.state == inner.state


class Stream:
    """A stream as far as its cursor goes."""

    def __init__(self, cursor_field: str | None) -> None:
        self.cursor_field, self.cursor = cursor_field, Kept()


@pytest.mark.parametrize(
    ("field", "is_windowed", "kind"),
    [
        ("stat_time_day", False, AdvertiserCursor),
        ("period_start", False, AdvertiserCursor),
        ("create_time", True, AdvertiserCursor),
        ("modify_time", False, PresentCursor),
        (None, False, Kept),
    ],
)
def test_what_is_read_in_windows_follows_them_and_what_changes_follows_the_present(
    field: str | None, is_windowed: bool, kind: type[Cursor]
) -> None:
    stream: Any = Stream(field)
    assert isinstance(bind_to_present(stream, SyncClock({}), is_windowed=is_windowed).cursor, kind)


def test_what_changes_after_the_start_of_a_sync_does_not_move_the_cursor_of_a_list(inner: Kept, clock: Any) -> None:
    cursor = PresentCursor(inner, FIELD, SyncClock({}))
    began = datetime.now(UTC)
    clock.move_to(began + timedelta(minutes=5))
    for seconds in (-1, 0, 1, 200):
        moment = (began + timedelta(seconds=seconds)).isoformat()[:19]
        cursor.observe(Record({FIELD: moment}, "ads", StreamSlice(partition={"advertiser_id": "1"}, cursor_slice={})))
    assert inner.values == {"1": began.isoformat()[:19]}


@pytest.mark.parametrize(
    ("start", "end", "outside"),
    [
        ("2026-01-05", "2026-01-10", False),
        ("2026-01-10", "2026-01-12", False),
        ("2026-01-11", "2026-01-12", True),
        ("2025-12-01", "2026-01-01", False),
        ("2025-12-01", "2025-12-31", True),
    ],
)
def test_a_window_without_a_day_of_the_account_is_outside(start: str, end: str, outside: bool) -> None:
    assert is_outside(Window(start, end, last_day="2026-01-10").window) is outside


def test_the_days_of_a_window_in_tasks_are_those_of_its_first_task() -> None:
    plain = Window(TODAY, TODAY).window

    class Task:
        def job_parameters(self) -> StreamSlice:
            return plain

    window = StreamSlice(partition={}, cursor_slice={}, extra_fields={"jobs": [Task(), None]})
    assert get_days(window) == get_days(plain) == plain.extra_fields


def test_a_partition_without_a_slice_is_named() -> None:
    partition = Window(TODAY, TODAY)
    partition.to_slice = lambda: None  # type: ignore[method-assign]
    with pytest.raises(TypeError, match="ads_reports_daily has a partition without a slice"):
        get_slice(partition)


def test_above_the_cdks_limits_each_account_keeps_a_cursor_of_its_own() -> None:
    cursor, other = object.__new__(ConcurrentPerPartitionCursor), Kept()
    for each in (cursor, other):
        keep_every_account(each)
    assert cursor.SWITCH_TO_GLOBAL_LIMIT == cursor.DEFAULT_MAX_PARTITIONS_NUMBER == sys.maxsize
    assert vars(other) == vars(Kept())
