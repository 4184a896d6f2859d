"""Writes the metrics of a row from its counts, and the attributes of its entity."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from tiktok_simulator.endpoints.reports.attributes import show_attribute
from tiktok_simulator.endpoints.reports.query import ReportQuery
from tiktok_simulator.protocol.tables import METRICS
from tiktok_simulator.world.formulas import REACH, Formula, find_formula
from tiktok_simulator.world.model import Account, Entity
from tiktok_simulator.world.world import World

EXTRA_METRICS = ("currency", "timezone", "advertiser_id")
"""What rows of a report with `advertiser_ids` have beside the requested metrics (reporting.md §2)."""

Writer = Callable[[Sequence[int]], str]


class Measures:
    """The metrics of one query: the counts they need, and how they are written."""

    def __init__(self, world: World, query: ReportQuery) -> None:
        self._world = world
        self._query = query
        extra = tuple(name for name in EXTRA_METRICS if query.multiple and name not in query.metrics)
        names = [*query.metrics, *extra]
        self._attributes = [name for name in names if METRICS.get(name) is None or METRICS[name].is_attribute]
        self._measured = tuple(name for name in names if name not in self._attributes)
        self._together = query.multiple, bool(query.list_by_role("id"))
        needed = dict.fromkeys(count for name in self._measured for count in find_formula(name).needs)
        self.needs_reach = needed.pop(REACH, 0) is None
        self.counts = tuple(needed)

    def write(self, account: Account, entity: Entity | None, counts: Sequence[int]) -> dict[str, Any]:
        """Writes the metrics of a row: attributes of its entity and ad account, and the others from its counts."""
        metrics = {name: self._show_attribute(name, account, entity) for name in self._attributes}
        return metrics | self._write_measured(counts)

    def write_totals(self, counts: Sequence[int]) -> dict[str, Any]:
        """Writes the metrics of all rows together. Attributes are "-"."""
        return dict.fromkeys(self._attributes, "-") | self._write_measured(counts)

    def _write_measured(self, counts: Sequence[int]) -> dict[str, str]:
        return dict(zip(self._measured, _write_texts(self._measured, *self._together, tuple(counts)), strict=True))

    def _show_attribute(self, name: str, account: Account, entity: Entity | None) -> Any:
        if name in EXTRA_METRICS:
            return getattr(account, name) if self._query.list_by_role("id") else "0"
        if name == "advertiser_name":
            return account.name
        return "-" if entity is None else show_attribute(self._world, name, entity)


@lru_cache(maxsize=4000)
def _write_texts(names: Sequence[str], multiple: bool, by_id: bool, counts: Sequence[int]) -> list[str]:
    """Writes metrics from counts. Results are kept, as syncs ask several times about the same days."""
    return [write(counts) for write in _make_writers(names, multiple, by_id)]


@lru_cache(maxsize=1000)
def _make_writers(names: Sequence[str], multiple: bool, by_id: bool) -> list[Writer]:
    formulas = [find_formula(name) for name in names]
    needed = dict.fromkeys(count for item in formulas for count in item.needs if count != REACH)
    positions = {count: position for position, count in enumerate([*needed, REACH])}
    return [_make_writer(item, [positions[count] for count in item.needs], multiple, by_id) for item in formulas]


def _make_writer(item: Formula, needed: Sequence[int], multiple: bool, by_id: bool) -> Writer:
    if multiple and item.is_cost:
        if not by_id:
            return lambda _: "-"  # ad accounts may have different currencies, so there is no total cost
        if item.money:
            return lambda counts: str((counts[needed[0]] + 50) // 100)
    write = item.write
    return lambda counts: write([counts[position] for position in needed])
