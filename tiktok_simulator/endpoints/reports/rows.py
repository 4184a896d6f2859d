"""Report rows: what a report of any period and combination holds. No rule of TikTok's is checked here (rules.py)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class ReportRow:
    """One row of the answer; values are the wire's text (arrays for the list metrics of ad_id_v2)."""

    dimensions: dict[str, str]
    metrics: dict[str, Any]


class Rows:
    """The rows of one report, in order; each is written when it is looked at.

    `throttled` says that ids beyond the newest 20,000 were left out. `write_totals` writes the metrics of all rows
    together.
    """

    def __init__(
        self,
        items: Sequence[Any],
        write: Callable[[Any], ReportRow],
        write_totals: Callable[[], dict[str, Any]],
        *,
        throttled: bool,
    ) -> None:
        self._items = list(items)
        self._write = write
        self.write_totals = write_totals
        self.throttled = throttled

    def __len__(self) -> int:
        return len(self._items)

    def write_page(self, first: int = 0, last: int | None = None) -> list[ReportRow]:
        """The rows from index `first` up to, not including, index `last`."""
        return [self._write(item) for item in self._items[first:last]]

    def keep(self, wanted: Callable[[ReportRow], bool]) -> None:
        """Drop every row that is not wanted."""
        self._items = [item for item in self._items if wanted(self._write(item))]

    def sort(self, metric: str, *, descending: bool) -> None:
        """Order the rows by a metric's number; "-" counts as less than any."""
        self._items.sort(key=lambda item: read_number(self._write(item).metrics[metric]), reverse=descending)


def read_number(text: str) -> float:
    """The number a metric's text stands for."""
    return float("-inf") if text == "-" else float(text)
