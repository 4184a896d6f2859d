"""Finds the rows of a report, recorded or generated."""

from __future__ import annotations

from tiktok_simulator.endpoints.reports.filters import keeps_row
from tiktok_simulator.endpoints.reports.generated import generate_report
from tiktok_simulator.endpoints.reports.query import ReportQuery
from tiktok_simulator.endpoints.reports.recorded import replay_report
from tiktok_simulator.endpoints.reports.rows import Rows
from tiktok_simulator.world.world import World


def find_report_rows(world: World, query: ReportQuery) -> Rows:
    """The rows of a query: recorded ones if the world was recorded, else generated ones."""
    rows = replay_report(world, query) if world.recorded_rows else generate_report(world, query)
    row_filters = [item for item in query.filters if item.is_about_rows]
    if row_filters:
        rows.keep(lambda row: all(keeps_row(row, item) for item in row_filters))
    return rows
