"""Lays out columns for the width of a terminal.

If all columns fit, they are one table with a row per line. If not, they are divided into several tables. Many numbers
are transposed, with a metric per line, as their names are longer than they are. Rows are numbered then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from rich import box
from rich.cells import cell_len
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from .columns import Column, shorten

GAP = 2
BETWEEN_TABLES = 4
T = TypeVar("T")


def lay_out(columns: Sequence[Column], width: int) -> Iterator[RenderableType]:
    """The tables that show `columns`, at most as wide as the terminal."""
    if len(columns[0].cells) == 1:
        yield _make_record(columns)
    elif _add_up_total(column.width for column in columns) <= width:
        yield _make_table(columns)
    else:
        yield from _split(columns, width)


def _split(columns: Sequence[Column], width: int) -> Iterator[RenderableType]:
    texts = [column for column in columns if not column.is_number]
    numbers = [column for column in columns if column.is_number]
    count = Column.of("#", range(1, len(columns[0].cells) + 1))
    few = _add_up_total(column.width for column in (count, *numbers)) <= width
    for band in pack(columns if few else texts, lambda column: column.width, width - count.width - GAP):
        yield _make_table([count, *band])
    if not few:
        names = max(cell_len(column.name) for column in numbers)
        for rows in pack(range(len(count.cells)), lambda row: _add_up_width(row, numbers, count), width - names - GAP):
            yield _put_abreast(numbers, count, rows, width)


def pack(items: Iterable[T], size: Callable[[T], int], room: int) -> Iterator[Sequence[T]]:
    """The items in their order, as many at a time as there is room for, but at least one."""
    band: list[T] = []
    for item in items:
        if band and _add_up_total(map(size, [*band, item])) > room:
            yield band
            band = []
        band.append(item)
    if band:
        yield band


def _put_abreast(numbers: Sequence[Column], count: Column, rows: Sequence[int], width: int) -> RenderableType:
    """The metrics of some rows, in as many tables beside each other as fit."""
    names = max(cell_len(column.name) for column in numbers)
    one = _add_up_total([names, *(_add_up_width(row, numbers, count) for row in rows)])
    times = max(1, (width + BETWEEN_TABLES) // (one + BETWEEN_TABLES))
    length = -(-len(numbers) // times)
    grid = Table.grid(padding=(0, BETWEEN_TABLES))
    grid.add_row(*(_turn_round(numbers[at : at + length], count, rows) for at in range(0, len(numbers), length)))
    return grid


def _turn_round(numbers: Sequence[Column], count: Column, rows: Sequence[int]) -> Table:
    table = make_empty_table()
    table.add_column(count.name)
    for row in rows:
        table.add_column(count.cells[row], justify="right")
    for column in numbers:
        table.add_row(Text(column.name, "bold"), *(Text(column.cells[row]) for row in rows))
    return table


def _make_table(columns: Sequence[Column]) -> Table:
    table = make_empty_table()
    for column in columns:
        table.add_column(Text(column.name), justify="right" if column.is_number else "left")
    for cells in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*(Text(shorten(cell)) for cell in cells))
    return table


def _make_record(columns: Sequence[Column]) -> Table:
    """One row, with a column per line, which leaves room for long texts."""
    table = make_empty_table()
    table.show_header = False
    table.add_column(style="bold")
    table.add_column(no_wrap=False, overflow="fold")
    for column in columns:
        table.add_row(Text(column.name), Text(column.cells[0]))
    return table


def make_empty_table() -> Table:
    """A table with only a line under its header."""
    return Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, GAP - 1, 0, 0), border_style="dim")


def _add_up_width(row: int, numbers: Sequence[Column], count: Column) -> int:
    return max(len(column.cells[row]) for column in (count, *numbers))


def _add_up_total(widths: Iterable[int]) -> int:
    return sum(width + GAP for width in widths) - GAP
