"""The hours, days, weeks and months of report rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta

DAY = timedelta(days=1)


def find_midnight(day: date) -> datetime:
    """The first moment of a local day."""
    return datetime.combine(day, time())


def _find_week(moment: datetime) -> tuple[datetime, datetime]:
    monday = find_midnight(moment.date() - moment.weekday() * DAY)
    return monday, monday + 7 * DAY


def _find_month(moment: datetime) -> tuple[datetime, datetime]:
    first = find_midnight(moment.date().replace(day=1))
    return first, (first + 31 * DAY).replace(day=1)


BUCKETS: Mapping[str, Callable[[datetime], tuple[datetime, datetime]]] = {
    "stat_time_hour": lambda moment: (moment, moment + timedelta(hours=1)),
    "stat_time_day": lambda moment: (moment, moment + DAY),
    "stat_time_week": _find_week,
    "stat_time_month": _find_month,
}
"""Time dimension → begin and end of the bucket with this moment. A week begins on Monday (unconfirmed)."""
