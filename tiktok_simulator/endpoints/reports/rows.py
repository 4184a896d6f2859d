"""The rows of a report of any period and dimensions. TikTok's rules are checked elsewhere (rules.py)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class ReportRow:
    """One row of an answer. Values are texts as TikTok writes them; some metrics of ad_id_v2 are arrays."""

    dimensions: dict[str, str]
    metrics: dict[str, Any]


class Rows:
    """The rows of one report, in order. A row is written when it is needed.

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
        """Writes the rows from index `first` to the one before index `last`."""
        return [self._write(item) for item in self._items[first:last]]

    def keep(self, wanted: Callable[[ReportRow], bool]) -> None:
        """Keeps the rows that are `wanted`."""
        self._items = [item for item in self._items if wanted(self._write(item))]

    def sort(self, metric: str, *, descending: bool) -> None:
        """Sorts the rows by the number of a metric. "-" is less than all numbers."""
        self._items.sort(key=lambda item: read_number(self._write(item).metrics[metric]), reverse=descending)


def read_number(text: str) -> float:
    """The number that the text of a metric stands for."""
    return float("-inf") if text == "-" else float(text)
