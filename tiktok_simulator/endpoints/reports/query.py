"""What a report is asked for, once every rule has let it pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tiktok_simulator.protocol.tables import DIMENSIONS, METRICS

ABOUT_ROWS = {"country_code": "country_code", "cost": "spend"}


@dataclass(frozen=True)
class Filter:
    """One filter, its value decoded: texts for IN and the like, one or two for comparisons."""

    field: str
    operator: str
    values: tuple[str, ...]

    @property
    def is_about_rows(self) -> bool:
        """Whether it looks at a finished row (a metric, a country) instead of an entity."""
        return self.field in ABOUT_ROWS or (self.field in METRICS and not METRICS[self.field].is_attribute)


@dataclass(frozen=True)
class ReportQuery:
    """A report, asked for. `start`/`end` are days, both inclusive; None means the lifetime.

    `multiple` is set when `advertiser_ids` was used; `utc` when days are UTC's instead of each account's own;
    `uncut` when all ids are covered, not the newest only.
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
        """The query's dimensions with one of these roles."""
        return tuple(name for name in self.dimensions if DIMENSIONS[name].role in roles)

    def find_by_role(self, role: str) -> str | None:
        """The query's first dimension with this role, if it has one."""
        return next(iter(self.list_by_role(role)), None)
