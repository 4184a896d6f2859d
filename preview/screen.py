"""Prints the list of streams, or rows and the lines below them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.status import Status
from rich.text import Text

from .columns import Sorted, shorten, sort_columns
from .layout import lay_out, make_empty_table
from .offer import Stream
from .summary import summarize

WIDEST = 1000
HOW_TO_GO_ON = "\nRows of one of them: make preview REPORT=ads_reports_daily"


class Screen:
    """A terminal, or a file with lines as long as a terminal's."""

    def __init__(self) -> None:
        self._out = Console(highlight=False)
        self._errors = Console(stderr=True, highlight=False)

    def show_waiting(self, doing: str) -> Status:
        """Shows a line while the context is open, on a terminal only."""
        return self._errors.status(f"{doing} …")

    def complain(self, text: str) -> None:
        """Prints an error, on stderr."""
        self._errors.print(Text(text), soft_wrap=True)

    def say(self, text: str) -> None:
        """Prints a sentence."""
        self._out.print(Text(text))

    def list(self, streams: Sequence[Stream]) -> None:
        """Prints the list of streams. A name is never cut, as the user has to type it."""
        table = make_empty_table()
        table.add_column("stream", no_wrap=True, min_width=max(len(stream.name) for stream in streams))
        table.add_column("columns", justify="right", no_wrap=True)
        table.add_column("a row for each", no_wrap=True, overflow="ellipsis")
        for stream in streams:
            table.add_row(Text(stream.name), str(len(stream.columns)), Text(", ".join(stream.key)))
        # Whoever reads it from a pipe or a file has no edge at which a line would have to be cut.
        out = self._out if self._out.is_terminal else Console(highlight=False, width=WIDEST)
        out.print(table, HOW_TO_GO_ON)

    def show(self, stream: Stream, rows: Sequence[dict[str, object]], chosen: Sequence[str], complete: bool) -> None:
        """Prints rows, by ad account and key, and below them what is the same in every row."""
        first = ["advertiser_id", *stream.key]
        rows = sorted(rows, key=lambda row: [str(row.get(name)) for name in first])
        asked = [*stream.key, *chosen]
        columns = sort_columns(
            [{name: row.get(name) for name in asked} for row in rows] if chosen else rows, asked,
            () if chosen else stream.columns,
        )  # fmt: skip
        tables = list(lay_out(columns.shown, self._out.width))
        for part in (*tables, *_say_once(columns)):
            self._out.print(part, "", sep="\n")
        self.say(summarize(stream, rows, columns, complete=complete, divided=len(tables) > 1))


def _say_once(columns: Sorted) -> Iterator[RenderableType]:
    if columns.same:
        pairs = [Text.assemble((column.name, "dim"), " ", shorten(column.cells[0])) for column in columns.same]
        yield _add_title("The same in every row", Columns(pairs, padding=(0, 3)))
    if columns.zero:
        yield _add_title("0 in every row", Text(", ".join(columns.zero), "dim"))


def _add_title(title: str, content: RenderableType) -> Group:
    return Group(Text(title, "bold"), Padding(content, (0, 0, 0, 2)))
