"""Turns rows into columns of text, sorted by what differs, what is the same in every row, and what is empty."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rich.cells import cell_len

Rows = Sequence[Mapping[str, Any]]
NOTHING = "-"
LONGEST_TEXT = 36


@dataclass(frozen=True)
class Column:
    """One column as it is printed. Its numbers have as many decimals as the longest of them."""

    name: str
    cells: Sequence[str]
    is_number: bool

    @classmethod
    def of(cls, name: str, values: Sequence[Any]) -> Column:
        """The column of these values, which may be null."""
        present = [value for value in values if not is_empty(value)]
        is_number = bool(present) and all(_is_number(value) for value in present)
        decimals = max((_count_decimals(value) for value in present), default=0) if is_number else 0
        return cls(name, [_write_value(value, decimals) for value in values], is_number)

    @property
    def width(self) -> int:
        """How many columns of the terminal it takes."""
        return max(map(cell_len, (self.name, *(shorten(cell) for cell in self.cells))))


@dataclass(frozen=True)
class Sorted:
    """The columns of some rows, by how much they show.

    Attributes:
        shown: Those of the key, and those whose values differ.
        same: Those with one value in every row.
        zero: Those that are 0 in every row.
        empty: Those without a value in any row.
    """

    shown: Sequence[Column]
    same: Sequence[Column]
    zero: Sequence[str]
    empty: Sequence[str]


def sort_columns(rows: Rows, always: Sequence[str], known: Sequence[str]) -> Sorted:
    """The columns of `rows` and those `known` of the stream; the ones in `always` come first, whatever they hold."""
    present = dict.fromkeys([*always, *(name for row in rows for name in row), *known])
    names = dict.fromkeys(name for column in present for name in (column, _find_name_column(column)) if name in present)
    values = {name: [row.get(name) for row in rows] for name in names}
    empty = [name for name in names if all(map(is_empty, values[name]))]
    zero = [name for name in names if name not in always and all(map(_is_zero, values[name]))]
    columns = {name: Column.of(name, values[name]) for name in names if name not in {*empty, *zero}}
    same = [column for name, column in columns.items() if name not in always and len({*column.cells}) == 1]
    if len(rows) == 1:
        same = []
    return Sorted([column for column in columns.values() if column not in same], same, zero, empty)


def _find_name_column(column: str) -> str:
    """The name that belongs to an id: `ad_name` to `ad_id`."""
    return f"{column.removesuffix('_id')}_name"


def is_empty(value: Any) -> bool:
    """Whether there is nothing to show: null, an empty text or an empty list."""
    return value is None or value in ("", [], {})


def shorten(text: str) -> str:
    """The text, cut to leave room for others."""
    return text if cell_len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _is_zero(value: Any) -> bool:
    return _is_number(value) and value == 0


def _count_decimals(value: int | Decimal) -> int:
    exponent = Decimal(value).as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _write_value(value: Any, decimals: int) -> str:
    if is_empty(value):
        return NOTHING
    if _is_number(value):
        return f"{Decimal(value):,.{decimals}f}"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    # Names are foreign text, which must not move the terminal's cursor.
    return "".join(letter if letter.isprintable() else " " for letter in " ".join(text.split()))
