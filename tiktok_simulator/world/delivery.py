"""How much an ad delivered: whole numbers that add up exactly over hours, days, cells and entities.

A count never falls. What an ad has reached in all `t` hours after its first midnight is

    total(t) = (rate * volume(t) + phase) // SCALE

where `volume` is one of a few long curves that look like weeks, and `rate` and `phase` are hashed from
(seed, ad, count). The count of a period is total(end) - total(start). So an hour takes as long to compute as a year,
and hours add up to days and days to months.

What people do after a click is dated by the click or by itself. If buyers come late, the figures dated by the click
grow until the last buyer has come, and the others go on after the delivery has ended. TikTok's example is a click on
Monday and a purchase on Tuesday: Monday has the conversion, Tuesday the real-time conversion.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cache, cached_property, lru_cache
from itertools import accumulate
from operator import sub

from tiktok_simulator.world.cells import VARIANTS, Cell
from tiktok_simulator.world.formulas import REACH, Dated, compute_event_share, find_dating, list_counts

SCALE = 1_000_000
CYCLE_DAYS = 97  # a prime number longer than every report window, so that no two windows of an ad look alike
CURVES = 16
IMPRESSIONS_PER_USER = (6, 5)  # six impressions a day reach five people
USERS_DRIFT = 150  # how far an ad's daily audience moves on each day
CONVERSIONS = frozenset({"conversion", "real_time_conversion"})
OF_LATE_BUYERS = 10_000  # conversions per million impressions of an ad whose buyers come late
HOURLY_WEIGHT = (3, 2, 1, 1, 1, 2, 4, 6, 7, 7, 8, 9, 10, 9, 8, 8, 9, 10, 12, 13, 12, 10, 7, 5)

Interval = tuple[int, int]


def mix(*values: object) -> int:
    """A 64-bit hash of the values, the same on every machine and Python version."""
    text = "\x1f".join(map(str, values)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest())


@lru_cache(maxsize=CURVES)
def _make_curve(number: int) -> list[int]:
    """Volume after each hour of a cycle; about one day in five of the odd curves delivers nothing."""
    dice = random.Random(f"curve {number}")
    volume = [0]
    for _ in range(CYCLE_DAYS):
        day = 0 if number % 2 and dice.random() < 0.2 else dice.randint(4, 14)
        for weight in HOURLY_WEIGHT:
            volume.append(volume[-1] + day * weight * dice.randint(0, 2) // 2)
    return volume


@cache
def _make_late_cell(late_days: int, waited: int) -> Cell:
    """The events that have come `waited` days after the last click. Half come at once, the others day by day."""
    lags = [0] * late_days + [*range(1, late_days + 1)]
    random.Random(f"late {late_days}").shuffle(lags)
    return Cell((), tuple(accumulate((lag <= waited for lag in lags), initial=0)))


@dataclass(frozen=True)
class Flight:
    """The delivery of one ad. Days are local days of the ad account. Without a `last_day` the ad still runs.

    With `late_days`, half of what people do after a click comes within that many days after the last day. `waited` is
    how many of them have passed. Without it all have; `freeze_at` sets it.
    """

    ad_id: str
    seed: int
    first_day: date
    last_day: date | None = None
    late_days: int = 0
    objective_type: str = "TRAFFIC"
    waited: int | None = None

    def __hash__(self) -> int:
        return hash((self.seed, self.ad_id))

    def count_hours(self, moment: datetime) -> int:
        """The whole hours from the first midnight of this ad to a local moment. They are negative before it."""
        return int((moment - datetime.combine(self.first_day, time())).total_seconds() // 3600)

    @cached_property
    def variant(self) -> int:
        """The number of the shuffle that this ad uses for the patterns of breakdowns."""
        return mix(self.ad_id) % VARIANTS

    @cached_property
    def _curve(self) -> list[int]:
        return _make_curve(mix(self.seed, self.ad_id) % CURVES)

    def _find_volume(self, hours: int) -> int:
        curve = self._curve
        cycles, rest = divmod(max(hours, 0), CYCLE_DAYS * 24)
        return cycles * curve[-1] + curve[rest]

    def freeze_at(self, moment: datetime) -> Flight:
        """This flight as it is known at a local moment. Late events are known when their day has passed."""
        if self.last_day is None or not self.late_days:
            return self
        passed = (moment.date() - self.last_day).days - 1
        return replace(self, waited=min(max(passed, 0), self.late_days))

    def compute_rate(self, count: str) -> tuple[int, int, int]:
        """(rate, phase, date) of one count; the last one is a number of `Dated`."""
        draw = mix(self.seed, self.ad_id, count)
        base = 300_000 + mix(self.seed, self.ad_id, "impressions") % 1_200_000
        share = compute_event_share(count, self.objective_type) * (90 + draw % 21) // 100
        if count in CONVERSIONS and self.late_days:
            share = max(share, OF_LATE_BUYERS)
        rate = base if count == "impressions" else base * share // SCALE
        return rate, draw % SCALE if rate else 0, int(find_dating(count))

    def _find_volumes(self, hours: int) -> tuple[int, int, int]:
        """The volumes of what is dated by the delivery, by the click and by itself: the order of `Dated`."""
        if self.last_day is None:
            volume = self._find_volume(hours)
            return volume, volume, volume
        end = 24 * ((self.last_day - self.first_day).days + 1)
        volume, tail = self._find_volume(min(hours, end)), 24 * self.late_days
        if not tail:
            return volume, volume, volume
        late = self._find_volume(end) * min(max(hours - end, 0), tail) // tail
        return volume, volume, (volume + late) // 2

    def count_totals(self, counts: Sequence[str], hours: int) -> list[int]:
        """What each count has reached in all, `hours` after the first midnight."""
        return self._count_reached(_compute_rates(self, tuple(counts)), self._find_volumes(hours))

    def _count_reached(self, rates: Sequence[tuple[int, int, int]], volumes: Sequence[int]) -> list[int]:
        totals = [(rate * volumes[by] + phase) // SCALE for rate, phase, by in rates]
        if self.last_day is None or not self.late_days:
            return totals
        come = _make_late_cell(self.late_days, self.late_days if self.waited is None else self.waited).count_own
        return [come(total) if by == Dated.CLICK else total for total, (_, _, by) in zip(totals, rates, strict=True)]

    def list_possible_counts(self, report_type: str) -> list[str]:
        """The counts of a report type that this ad can have."""
        counts = list_counts(report_type)
        return [count for count, (rate, _, _) in zip(counts, _compute_rates(self, counts), strict=True) if rate]

    def moves(self, start: int, end: int) -> bool:
        """Whether anything can be delivered from hour `start` to hour `end`."""
        return self._find_volumes(start) != self._find_volumes(end)

    def count_between(self, counts: Sequence[str], start: int, end: int, cell: Cell | None = None) -> list[int]:
        """What each count gained from hour `start` to hour `end`, in one cell or in all."""
        then, now = self._find_volumes(start), self._find_volumes(end)
        if then == now:
            return [0] * len(counts)
        rates = _compute_rates(self, tuple(counts))
        before, after = self._count_reached(rates, then), self._count_reached(rates, now)
        if cell is None:
            return list(map(sub, after, before))
        return list(map(sub, map(cell.count_own, after), map(cell.count_own, before)))

    def find_people(self, start: int, end: int) -> list[Interval]:
        """The people reached between two hours, as half-open intervals of their numbers, one a day at most."""
        impressions_per, users_per = IMPRESSIONS_PER_USER
        base = mix(self.seed, self.ad_id, REACH) % 3000
        reached = []
        for day in range(max(start, 0) // 24, max(-(-end // 24), 0)):
            midnight = self.count_totals(("impressions",), day * 24)[0]
            first = self.count_totals(("impressions",), max(start, day * 24))[0] - midnight
            last = self.count_totals(("impressions",), min(end, day * 24 + 24))[0] - midnight
            if last > first:
                origin = base + day * USERS_DRIFT
                reached.append(
                    (origin + first * users_per // impressions_per, origin - (-last * users_per // impressions_per))
                )
        return reached


@lru_cache(maxsize=5_000)
def _compute_rates(flight: Flight, counts: tuple[str, ...]) -> Sequence[tuple[int, int, int]]:
    """The rates of some counts. They are kept for all worlds, as the many worlds of a test run have the same ads."""
    return [flight.compute_rate(count) for count in counts]


def count_distinct(intervals: Sequence[Interval], cell: Cell | None = None) -> int:
    """How many different people are in the intervals, in one cell or in all."""
    people, covered = 0, 0
    for start, end in sorted(intervals):
        first = max(start, covered)
        if end > first:
            people += end - first if cell is None else cell.count_own(end) - cell.count_own(first)
            covered = end
    return people
