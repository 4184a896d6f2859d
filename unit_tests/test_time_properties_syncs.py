"""Sync after sync, whole ones: no day is left out between them, and figures changed since are right after the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from airbyte_cdk.models import Status
from airbyte_cdk.test.entrypoint_wrapper import read
from airbyte_cdk.test.state_builder import StateBuilder
from circumstances import (
    ACCOUNT,
    DAILY,
    DAY,
    LIFETIME,
    WEEKLY,
    ZONES,
    Circumstances,
    catalog_of,
    moments,
    world_of,
)
from fuzzing import times
from harness import QuickSource, Sync, frozen_now, plain_reports
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from source_tiktok_marketing import SourceTiktokMarketing
from tiktok_simulator import Simulator, World, intercept
from tiktok_simulator.endpoints.reports.truth import compute_truth
from tiktok_simulator.world.cells import Cell
from tiktok_simulator.world.delivery import Flight
from tiktok_simulator.world.populate import Plan, add_advertiser, add_campaign
from tiktok_simulator.world.ready_made import LOS_ANGELES

REPORTS = "/report/integrated/get/"
SOME = settings(
    max_examples=times(40),
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass(frozen=True)
class Corrected(Flight):
    """An ad to which TikTok credited `more` conversions on a past day, at noon of it."""

    on: date = date.min
    more: int = 0

    def count_between(self, counts: Sequence[str], start: int, end: int, cell: Cell | None = None) -> list[int]:
        credited = self.more if start <= self.count_hours(datetime.combine(self.on, time(12))) < end else 0
        found = super().count_between(counts, start, end, cell)
        return [gained + credited * (name == "conversion") for name, gained in zip(counts, found, strict=True)]

    def moves(self, start: int, end: int) -> bool:
        return True


def whole_sync(stream: str, config: dict[str, Any], state: dict[str, Any] | None) -> Sync:
    catalog, saved = catalog_of(stream, "spend", "impressions", "conversion"), StateBuilder()
    if state:
        saved = saved.with_stream_state(stream, state)
    source = QuickSource(catalog, config, saved.build())
    return Sync(read(source, config, catalog, saved.build(), expecting_exception=None))


def asked(tiktok: Simulator, account: str) -> list[date]:
    """The days an account was asked for and answered, as often as it was; pages count once."""
    found = {(call.query["start_date"], call.query["end_date"]) for call in plain_reports(tiktok)
             if call.code == 0 and call.query["advertiser_id"] == account}  # fmt: skip
    spans = sorted((date.fromisoformat(first), date.fromisoformat(last)) for first, last in found)
    return [first + n * DAY for first, last in spans for n in range((last - first).days + 1)]


def span(first: date, last: date) -> list[date]:
    return [first + n * DAY for n in range((last - first).days + 1)]


@SOME
@given(
    accounts=st.lists(st.tuples(st.sampled_from(ZONES), st.booleans()), min_size=1, max_size=3),
    begin=moments(),
    gaps=st.lists(st.integers(1, 24 * 35), min_size=1, max_size=2),
    window=st.integers(0, 9),
    stream=st.sampled_from([DAILY, DAILY, WEEKLY]),
)
def test_syncs_leave_no_day_out_between_them_and_each_goes_on_from_the_lookback(
    accounts: list[tuple[str, bool]], begin: tuple[str, datetime], gaps: list[int], window: int, stream: str, clock: Any
) -> None:
    world, zones = World(), {str(int(ACCOUNT) + n): zone for n, (zone, _) in enumerate(accounts)}
    for (account, zone), (_, delivers) in zip(zones.items(), accounts, strict=True):
        created = datetime(2023, 1, 1, tzinfo=UTC)
        made = add_advertiser(world, account, timezone=zone, created=created)
        if delivers:
            add_campaign(world, made, Plan("Evergreen", created, ad_groups=1, ads=1))
    now, start = begin[1], (begin[1] - 20 * DAY).date()
    config = Circumstances(stream, "Etc/UTC", now, start=20, window=window).config
    config["credentials"]["advertiser_ids"] = list(zones)
    state, known = None, dict.fromkeys(zones, start)
    for gap in [0, *gaps]:
        now += timedelta(hours=gap)
        clock.move_to(now)
        with intercept(Simulator(world, clock=frozen_now)) as tiktok:
            result = whole_sync(stream, config, state)
            assert result.errors == []
            for account, zone in zones.items():
                days, today = asked(tiktok, account), now.astimezone(ZoneInfo(zone)).date()
                assert days == span(days[0], today)
                assert days[0] - 6 * DAY * (stream == WEEKLY) <= max(known[account], start) <= days[0] + 6 * DAY
        state = result.state(stream)
        known = {account: date.fromisoformat(cursor[:10]) - window * DAY for account, cursor in
                 result.cursors(stream).items()}  # fmt: skip


@SOME
@given(
    begin=moments(),
    window=st.integers(0, 14),
    back=st.integers(0, 14),
    hours=st.integers(1, 24 * 9),
    more=st.integers(1, 1000),
)
def test_figures_credited_inside_the_attribution_window_are_right_after_the_next_sync(
    begin: tuple[str, datetime], window: int, back: int, hours: int, more: int, clock: Any
) -> None:
    zone, now = begin
    world, found = world_of.__wrapped__(zone, delivers=True), Circumstances(DAILY, zone, now, start=20, window=window)
    table: dict[str, dict[str, Any]] = {}
    with intercept(Simulator(world, clock=frozen_now)):
        clock.move_to(now)
        first = whole_sync(DAILY, found.config, None)
        cursor = date.fromisoformat(first.cursors(DAILY)[ACCOUNT])
        credit(world, cursor - min(back, window) * DAY, more)
        clock.move_to(now + timedelta(hours=hours))
        again = whole_sync(DAILY, found.config, first.state(DAILY))
    for row in (*first.rows(DAILY), *again.rows(DAILY)):
        table[row["stat_time_day"]] = row
    expected = delivered(world, found.first)
    assert (first.errors, again.errors) == ([], [])
    assert {day: (row["conversion"], row["spend"]) for day, row in table.items()} == expected


def credit(world: World, day: date, more: int) -> None:
    """Has TikTok credit conversions to a past day of the account's only ad."""
    ((ad_id, flight),) = world.flights.items()
    world.flights[ad_id] = Corrected(ad_id, flight.seed, flight.first_day, on=day, more=more)
    world.note_change()


def delivered(world: World, start: date) -> dict[str, tuple[int, float]]:
    """The days of the account as TikTok tells them now, which is by whole hours."""
    rows = compute_truth(world,
        advertiser_id=ACCOUNT, dimensions=["advertiser_id", "stat_time_day"], metrics=["conversion", "spend"],
        start=start, end=start + 60 * DAY,
        now=frozen_now().replace(minute=0, second=0, microsecond=0),
    )  # fmt: skip
    return {row["stat_time_day"][:10]: (int(row["conversion"]), float(row["spend"])) for row in rows}


@SOME
@given(begin=moments(), limit=st.integers(1, 12), end=st.sampled_from([None, 0, 3]), start=st.integers(3, 40))
def test_windows_halved_as_too_large_still_tile_the_days(
    begin: tuple[str, datetime], limit: int, end: int | None, start: int, clock: Any
) -> None:
    zone, now = begin
    clock.move_to(now)
    found = Circumstances(DAILY, zone, now, start=start, end=end, start_is_relative=end is None)
    world = world_of(zone, delivers=True)
    with intercept(Simulator(world, clock=frozen_now)) as tiktok:
        tiktok.faults.too_large(days=limit)
        result = whole_sync(DAILY, found.config, None)
    assert result.errors == []
    last = found.last.isoformat()
    assert sorted(row["stat_time_day"] for row in result.rows(DAILY)) == [
        day for day in sorted(delivered(world, found.first)) if day <= last
    ]
    assert asked(tiktok, ACCOUNT) == span(found.first, found.last)


def test_a_start_that_has_not_begun_for_the_account_is_waited_for_without_an_error(
    sync: Callable[..., Sync], tiktok: Simulator, config: dict[str, Any], clock: Any
) -> None:
    """The 15th has begun in Tokyo, and not in Los Angeles; the next day its cursor, kept by nobody, hides nothing."""
    early = config | {"advertiser_ids": [LOS_ANGELES], "start_date": "2026-02-15", "end_date": ""}
    source = SourceTiktokMarketing(config=early)
    assert source.check(source.logger, source.normal_config).status == Status.SUCCEEDED
    tiktok.transcript.clear()
    result = sync(DAILY, LIFETIME, config=early)
    assert (result.errors, set(result.statuses.values()), plain_reports(tiktok)) == ([], {"COMPLETE"}, [])
    clock.move_to(datetime(2026, 2, 16, 5, tzinfo=UTC))
    rows = sync(DAILY, config=early, state={DAILY: result.state(DAILY)}).rows(DAILY)
    assert {row["stat_time_day"] for row in rows} == {"2026-02-15"}
