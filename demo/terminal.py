"""Prints plain text for a terminal of a hundred columns: headings, aligned tables, a line of progress."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import TextIO

Cell = str | int | Decimal | None
BOLD, PLAIN = "\x1b[1m", "\x1b[0m"
CLEAR_LINE = "\r\x1b[2K"
NOTHING = "-"
LONGEST_NAME = 36
NUMBER_ENDS = tuple("0123456789%")


def say(text: str) -> None:
    """Prints a paragraph."""
    print(text, flush=True)


def print_heading(text: str) -> None:
    """Prints a heading, in bold on a terminal."""
    bold = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    say(f"\n{BOLD}{text}{PLAIN}" if bold else f"\n{text}")


def shorten(name: str) -> str:
    """Cuts a name to leave room for figures."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def draw_table(header: Sequence[str], rows: Sequence[Sequence[Cell] | None]) -> str:
    """Draws aligned columns, with numbers to the right. None among the rows draws a line."""
    written = [None if row is None else [_write_cell(cell) for cell in row] for row in rows]
    columns = list(zip(header, *(row for row in written if row), strict=True))
    widths = [max(map(len, column)) for column in columns]
    aligns = ["<", *(">" if any(cell[-1:] in NUMBER_ENDS for cell in column) else "<" for column in columns[1:])]
    rule = ["─" * width for width in widths]

    def line(cells: Sequence[str]) -> str:
        placed = (f"{cell:{align}{width}}" for cell, align, width in zip(cells, aligns, widths, strict=True))
        return f"  {'  '.join(placed)}".rstrip()

    return "\n".join(line(cells or rule) for cells in (header, rule, *written))


def _write_cell(cell: Cell) -> str:
    if cell is None:
        return NOTHING
    if isinstance(cell, Decimal):
        return f"{cell:,.2f}"
    return cell if isinstance(cell, str) else f"{cell:,}"


class Progress:
    """A line on stderr that says what the demo is doing and for how long. It is shown on a terminal only."""

    def __init__(self, terminal: TextIO, doing: str) -> None:
        self.doing = doing
        self._terminal = terminal
        self._began = time.monotonic()
        self._over = threading.Event()

    @contextmanager
    def show_line(self) -> Iterator[Progress]:
        """Shows the line while the context is open, then removes it."""
        if not self._terminal.isatty():
            yield self
            return
        thread = threading.Thread(target=self._show, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join()
            print(CLEAR_LINE, end="", file=self._terminal, flush=True)

    def _show(self) -> None:
        while not self._over.wait(0.2):
            seconds = time.monotonic() - self._began
            print(f"{CLEAR_LINE}  {self.doing} … {seconds:.0f} s", end="", file=self._terminal, flush=True)
