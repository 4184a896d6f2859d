"""A report as the rules check it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tiktok_simulator.endpoints.reports.report_types import LEVEL_ORDER, REPORT_TYPES, ReportType
from tiktok_simulator.protocol.tables import DIMENSIONS, DISPUTED


@dataclass(frozen=True)
class ReportRequest:
    """The request for a report, as the rules check it.

    `start` and `end` are None if they are not given, or if the report is about the lifetime. `several` is set if
    advertiser_ids is used, `in_task` if the report is asynchronous. `gives_disputed` is whether it has the metrics that
    the sources disagree about.
    """

    report_type: str
    data_level: str | None
    dimensions: Sequence[str]
    metrics: Sequence[str]
    start: date | None
    end: date | None
    lifetime: bool = False
    order_field: str | None = None
    total_metrics: bool = False
    page: int = 1
    several: bool = False
    in_task: bool = False
    gives_disputed: bool = True

    @property
    def type_rules(self) -> ReportType:
        """The rules of the report type."""
        return REPORT_TYPES[self.report_type]

    @property
    def level(self) -> str:
        """The data level of the rows: the given one, else that of the ID dimension, else that of the ad account."""
        ids = self.list_by_role("id")
        return self.data_level or (DIMENSIONS[ids[0]].level if ids else LEVEL_ORDER[0])

    def is_disputed(self, metric: str) -> bool:
        """Whether the sources disagree about a metric in this report. They are about synchronous reports only."""
        broken_down = bool(self.list_by_role("breakdown", "audience"))
        names = [name for name in self.dimensions if not (broken_down and name == "stat_time_hour")]
        places = {(self.report_type, name, metric) for name in ("", *names)}
        return not self.in_task and not places.isdisjoint(DISPUTED)

    def list_by_role(self, *roles: str) -> list[str]:
        """The dimensions with one of these roles."""
        return [name for name in self.dimensions if DIMENSIONS[name].role in roles]
