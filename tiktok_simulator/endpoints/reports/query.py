"""The query of a report, after all rules have been checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tiktok_simulator.protocol.tables import DIMENSIONS, METRICS

ABOUT_ROWS = {"country_code": "country_code", "cost": "spend"}


@dataclass(frozen=True)
class Filter:
    """One decoded filter. A comparison has one or two values, IN and similar operators have any number."""

    field: str
    operator: str
    values: tuple[str, ...]

    @property
    def is_about_rows(self) -> bool:
        """Whether it compares a value of a row (a metric, a country) and not one of an entity."""
        return self.field in ABOUT_ROWS or (self.field in METRICS and not METRICS[self.field].is_attribute)


@dataclass(frozen=True)
class ReportQuery:
    """The query of a report. `start` and `end` are its first and last day; None stands for the lifetime.

    `multiple` is set if `advertiser_ids` is used, `utc` if days are those of UTC and not of each ad account, `uncut` if
    all ids are covered and not only the newest.
    """

    report_type: str
    data_level: str
    advertiser_ids: tuple[str, ...]
    dimensions: tuple[str, ...]
    metrics: tuple[str, ...]
    start: date | None
    end: date | None
    now: datetime
    filters: tuple[Filter, ...] = ()
    multiple: bool = False
    utc: bool = False
    uncut: bool = False

    def list_by_role(self, *roles: str) -> tuple[str, ...]:
        """The dimensions with one of these roles."""
        return tuple(name for name in self.dimensions if DIMENSIONS[name].role in roles)

    def find_by_role(self, role: str) -> str | None:
        """The first dimension with this role, or None."""
        return next(iter(self.list_by_role(role)), None)
