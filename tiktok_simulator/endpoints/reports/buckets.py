"""The hours, days, weeks and months that the rows of a report are about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta

DAY = timedelta(days=1)


def midnight(day: date) -> datetime:
    """The first moment of a local day."""
    return datetime.combine(day, time())


def _week(moment: datetime) -> tuple[datetime, datetime]:
    monday = midnight(moment.date() - moment.weekday() * DAY)
    return monday, monday + 7 * DAY


def _month(moment: datetime) -> tuple[datetime, datetime]:
    first = midnight(moment.date().replace(day=1))
    return first, (first + 31 * DAY).replace(day=1)


BUCKETS: Mapping[str, Callable[[datetime], tuple[datetime, datetime]]] = {
    "stat_time_hour": lambda moment: (moment, moment + timedelta(hours=1)),
    "stat_time_day": lambda moment: (moment, moment + DAY),
    "stat_time_week": _week,
    "stat_time_month": _month,
}
"""Time dimension → from when to when the bucket lasts that a moment lies in; weeks begin on Monday (unconfirmed)."""
