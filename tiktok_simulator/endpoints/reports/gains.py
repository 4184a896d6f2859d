"""What some ads gained over some hours: their counts, and the people they reached.

Results are kept, as a sync asks several times about the same days, and the many worlds of a test run have the same ads.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from tiktok_simulator.world.cells import Cell, list_cells
from tiktok_simulator.world.delivery import Flight, count_distinct

USUAL = ("impressions", "spend", "conversion")
# Results about more ads are not kept: finding them again takes as long, and a large world would fill the memory.
FEW = 50

Span = tuple[Flight, int, int]
"""A flight, and the first and last hour that a slice takes of it, counted from its first midnight."""
Place = tuple[tuple[str, ...], int]
"""A breakdown, and the number of one of its cells."""


def count(spans: tuple[Span, ...], place: Place | None, counts: tuple[str, ...], *, with_reach: bool) -> Sequence[int]:
    """What each count gained, in one cell of a breakdown or in all. Reach is the last one."""
    return (_kept_count if len(spans) <= FEW else _count)(spans, place, counts, with_reach)


def is_delivered(spans: tuple[Span, ...], place: Place | None, report_type: str) -> bool:
    """Whether any count of this report type is not zero. The usual ones are tried first."""
    return (_kept_delivery if len(spans) <= FEW else _is_delivered)(spans, place, report_type)


def _count(spans: Sequence[Span], place: Place | None, counts: Sequence[str], with_reach: bool) -> Sequence[int]:
    gained = _count_gained(spans, place, counts)
    return [*gained, _count_reach(spans, place)] if with_reach else gained


def _is_delivered(spans: Sequence[Span], place: Place | None, report_type: str) -> bool:
    return any(_count_gained(spans, place, USUAL)) or any(
        any(flight.count_between(flight.list_possible_counts(report_type), start, end, _find_cell(place, flight)))
        for flight, start, end in spans
        if flight.moves(start, end)
    )


_kept_count = lru_cache(maxsize=5_000)(_count)
_kept_delivery = lru_cache(maxsize=20_000)(_is_delivered)


def _count_gained(spans: Sequence[Span], place: Place | None, counts: Sequence[str]) -> list[int]:
    totals = [0] * len(counts)
    for flight, start, end in spans:
        gained = flight.count_between(counts, start, end, _find_cell(place, flight))
        totals = [total + more for total, more in zip(totals, gained, strict=True)]
    return totals


def _count_reach(spans: Sequence[Span], place: Place | None) -> int:
    """How many different people the ads reached: at most as many as they have impressions."""
    reached = [people for flight, start, end in spans for people in flight.find_people(start, end)]
    cell = None if place is None else list_cells(place[0], 0)[place[1]]
    return min(count_distinct(reached, cell), _count_gained(spans, place, ("impressions",))[0])


def _find_cell(place: Place | None, flight: Flight) -> Cell | None:
    return None if place is None else list_cells(place[0], flight.variant)[place[1]]
