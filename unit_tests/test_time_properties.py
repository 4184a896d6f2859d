"""Whatever the zone, the moment, the configured days and the saved state: the right days are asked for, each once.

Every property looks at the same hundreds of syncs; what they asked for is kept, so a further property costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from circumstances import (
    DAILY,
    DAY,
    HOURLY,
    LIFETIME,
    MONTHLY,
    REACH,
    WEEKLY,
    Circumstances,
    Outcome,
    circumstances,
    synced,
    world_of,
)
from fuzzing import times
from hypothesis import HealthCheck, Phase, example, given, seed, settings

Run = Callable[[Circumstances], Outcome]
LIMITS = {DAILY: 30, HOURLY: 1, WEEKLY: 7, MONTHLY: 31, LIFETIME: 365}
KNOWN: dict[Circumstances, Outcome] = {}

# A seed and not derandomize, which has each test draw its own: all properties look at the same syncs.
SAME = seed(20260215)
# Without shrinking, whose time limit would be measured on the clock that stands still.
MANY = settings(
    max_examples=times(400),
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
EVERY = circumstances(*REACH)
# Tomorrow in Tokyo has begun for the configuration, and not for Los Angeles.
EARLY = Circumstances(LIFETIME, "America/Los_Angeles", datetime(2026, 2, 15, 5, tzinfo=UTC), start=-1)
MOVING = circumstances(DAILY, HOURLY, WEEKLY, MONTHLY)


@pytest.fixture
def run(clock: Any) -> Run:
    """One sync, or what it gave before."""

    def outcome(found: Circumstances) -> Outcome:
        if found not in KNOWN:
            clock.move_to(found.now)
            KNOWN[found] = synced(found, world_of(found.zone, delivers=found.delivers))
        return KNOWN[found]

    return outcome


def period_of(stream: str, day: date) -> tuple[date, date]:
    """The first and the last day of the calendar week or month `day` lies in; of other reports, the day itself."""
    if stream == WEEKLY:
        monday = day - day.weekday() * DAY
        return monday, monday + 6 * DAY
    if stream == MONTHLY:
        first = day.replace(day=1)
        return first, (first + 31 * DAY).replace(day=1) - DAY
    return day, day


def begins(found: Circumstances) -> date:
    """The first day to ask for: a period whole, a lifetime for a year at most."""
    if found.stream == LIFETIME:
        return max(found.first, found.last - 364 * DAY)
    return period_of(found.stream, found.resumed)[0]


@SAME
@MANY
@given(found=EVERY)
@example(found=EARLY)
@example(found=replace(EARLY, stream=WEEKLY))
def test_windows_tile_exactly_the_days_wanted(found: Circumstances, run: Run) -> None:
    """From the lookback of the cursor, but not before the start, to the configured end or the account's today."""
    days, first = run(found).days, begins(found)
    if found.stream == MONTHLY and days and days[0] < first:  # a month and 30 days back may be two months
        first = max(period_of(MONTHLY, first - DAY)[0], period_of(MONTHLY, found.first)[0])
    begun = found.first <= found.last and first <= found.last
    assert days == ([first + n * DAY for n in range((found.last - first).days + 1)] if begun else [])


@SAME
@MANY
@given(found=EVERY)
def test_no_window_is_longer_than_tiktok_answers(found: Circumstances, run: Run) -> None:
    assert all((last - first).days < LIMITS[found.stream] for first, last in run(found).windows)


@SAME
@MANY
@given(found=EVERY)
@example(found=EARLY)
@example(found=replace(EARLY, stream=WEEKLY))
def test_tiktok_refuses_nothing_it_is_asked(found: Circumstances, run: Run) -> None:
    assert run(found).refusals == []


@SAME
@MANY
@given(found=EVERY)
def test_no_day_is_asked_for_before_it_begins_for_the_account(found: Circumstances, run: Run) -> None:
    assert all(last <= found.today for _, last in run(found).windows)


@SAME
@MANY
@given(found=EVERY)
def test_no_day_is_asked_for_before_the_start_but_in_its_period(found: Circumstances, run: Run) -> None:
    assert all(first >= period_of(found.stream, found.first)[0] for first, _ in run(found).windows)


@SAME
@MANY
@given(found=EVERY)
def test_a_window_of_a_calendar_period_is_the_period(found: Circumstances, run: Run) -> None:
    for first, last in run(found).windows:
        if found.stream in (WEEKLY, MONTHLY):
            begin, end = period_of(found.stream, first)
            assert (first, last) == (begin, min(end, found.last))


@SAME
@MANY
@given(found=EVERY)
def test_the_newest_day_is_read_again_wherever_the_cursor_stands(found: Circumstances, run: Run) -> None:
    if found.start >= 0 and found.last == found.today and (found.cursor is None or found.cursor <= found.today):
        assert run(found).days[-1] == found.today


@SAME
@MANY
@given(found=EVERY)
def test_the_cursor_never_moves_back_nor_past_what_was_read(found: Circumstances, run: Run) -> None:
    after, read = run(found).cursor, [period_of(found.stream, last)[1] for _, last in run(found).windows]
    if found.is_of_a_wrong_clock:
        assert not after or after <= max([found.cursor, found.first, *read])
    elif found.cursor:
        assert after
        assert found.cursor <= after <= max([found.cursor, found.first, *read])
    elif after:
        assert after <= max([found.first, *read])


@SAME
@MANY
@given(found=EVERY)
def test_a_day_without_rows_is_not_done_before_two_days_have_passed(found: Circumstances, run: Run) -> None:
    after = run(found).cursor
    if not found.delivers and found.stream in (DAILY, HOURLY) and after:
        assert after <= max(found.today - 2 * DAY, found.first, found.cursor or found.first)


@SAME
@settings(MANY, max_examples=times(200))
@given(found=MOVING.map(lambda each: replace(each, saved=-370 - each.window - abs(each.saved or 0))))
def test_a_cursor_of_the_far_future_stays_and_asks_for_nothing_but_a_period_that_has_begun(
    found: Circumstances, run: Run
) -> None:
    days = run(found).days
    assert run(found).cursor == found.cursor
    assert days == [] or (found.stream in (WEEKLY, MONTHLY) and days[0] < found.resumed)


@SAME
@settings(MANY, max_examples=times(200))
@given(found=MOVING.map(lambda each: replace(each, saved=max(each.start, 0) + 1 + abs(each.saved or 0))))
def test_a_cursor_before_the_start_reads_from_the_start(found: Circumstances, run: Run) -> None:
    days, first = run(found).days, period_of(found.stream, found.first)[0]
    assert days == [first + n * DAY for n in range((found.last - first).days + 1) if found.first <= found.last]
