"""The rows of a report, wherever they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .filters import keeps_row
from .recording import recorded_report
from .rows import ReportQuery, Rows
from .slices import generated_report

if TYPE_CHECKING:
    from .world import World


def report_rows(world: World, query: ReportQuery) -> Rows:
    """The rows of a query: the recorded ones when the world was recorded, else the generated ones."""
    rows = recorded_report(world, query) if world.recorded_rows else generated_report(world, query)
    row_filters = [item for item in query.filters if item.is_about_rows]
    if row_filters:
        rows.keep(lambda row: all(keeps_row(row, item) for item in row_filters))
    return rows
