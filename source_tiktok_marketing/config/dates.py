"""Days of an ad account's own clock: what a configured date means there, and which day it is now."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# The time zones in which a day begins first, and last.
FIRST_ZONE = timezone(timedelta(hours=14))
LAST_ZONE = timezone(timedelta(hours=-12))

# How wrong a machine's clock may be.
CLOCK_ERROR = timedelta(days=366)
# Without a time dimension TikTok answers at most 365 days, both ends counted.
LONGEST_SPAN = timedelta(days=364)
# How many days of a report by day, both ends counted, TikTok answers at once.
MOST_DAYS = 30
# TikTok has nothing from any earlier day, so that an earlier year must be a mistake.
EARLIEST = date(2000, 1, 1)
WEEKDAYS = {"monday": 0, "sunday": 6}
# Periods by name: as a first day they mean their own first day, as a last day their last one.
PERIODS = tuple(f"{which}_{unit}" for unit in ("week", "month", "quarter", "year") for which in ("this", "last"))
WORDS = ("today", "yesterday", *PERIODS)
HOW_TO_WRITE_A_DAY = (
    "Write YYYY-MM-DD, today, yesterday, today-30, a number of days back such as 30, or a period such as last_month."
)

_PERIOD = re.compile(r"(this|last)[ _](week|month|quarter|year)")
_DAYS_BACK = re.compile(r"(?:today\s*-\s*)?(\d{1,5})")
_CALENDAR_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?:[t ].+)?")


def parse_day(text: str, today: date) -> date:
    """The day that a user means by `text` if today is `today`.

    `2026-01-05`, a date-time (its date counts), `today`, `yesterday`, `today-7`, or `7` (days back).
    Raises ValueError for anything else, and for a written day before `EARLIEST`.
    """
    wanted = text.strip().lower()
    if wanted in ("today", "yesterday"):
        return today - timedelta(days=wanted == "yesterday")
    if back := _DAYS_BACK.fullmatch(wanted):
        return max(today - timedelta(days=int(back[1])), EARLIEST)
    if not _CALENDAR_DAY.fullmatch(wanted):
        raise ValueError(f"{text!r} is not a day")
    day = datetime.fromisoformat(wanted.upper()).date()
    if day < EARLIEST:
        raise ValueError(f"{text!r} is before {EARLIEST}")
    return day


def parse_days(text: str, today: date, week_starts_on: str = "monday") -> tuple[date, date]:
    """The first and the last day a user means by `text`, seen from `today`; of a day, that day twice.

    `this_week`, `last_month`, `this_quarter`, `last_year` and their like are calendar periods, and whole: `this_month`
    ends in the future. Raises ValueError where `parse_day` does.
    """
    if not (named := _PERIOD.fullmatch(text.strip().lower())):
        day = parse_day(text, today)
        return day, day
    first, after = _find_period(named[2], today, week_starts_on)
    if named[1] == "last":
        first, after = _find_period(named[2], first - timedelta(days=1), week_starts_on)
    return first, after - timedelta(days=1)


def is_always_empty(first: str, last: str, today: date, week_starts_on: str) -> bool:
    """Whether `last` ends before `first` begins whatever day it is, such as two calendar dates, or today-3 to today-10.

    `this_week` to `yesterday` is empty on one day of the week, which is another one in each time zone.
    """
    days = [today + timedelta(days=number) for number in range(-366, 367)]
    return all(parse_days(last, day, week_starts_on)[1] < parse_days(first, day, week_starts_on)[0] for day in days)


def _find_period(unit: str, day: date, week_starts_on: str) -> tuple[date, date]:
    """The first day of the calendar period `day` lies in, and of the one after."""
    if unit == "week":
        return find_week(day, WEEKDAYS.get(week_starts_on, 0))
    if unit == "month":
        return find_month(day)
    if unit == "year":
        return date(day.year, 1, 1), date(day.year + 1, 1, 1)
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    return first, find_month(first + timedelta(days=64))[1]  # which lies in the third month


def find_today(zone: tzinfo) -> date:
    """Today's date in `zone`, by this machine's clock. `SyncClock` also knows TikTok's."""
    return datetime.now(UTC).astimezone(zone).date()


def find_day(seconds: float, zone: tzinfo) -> date | None:
    """The day in `zone` of a time in seconds since 1970; None if no calendar has it."""
    try:
        return datetime.fromtimestamp(seconds, zone).date()
    except (OSError, OverflowError, ValueError):
        return None


def find_week(day: date, first_weekday: int) -> tuple[date, date]:
    """The first day of the calendar week of `day`, and of the next one; Monday is 0, Sunday 6."""
    first = day - timedelta(days=(day.weekday() - first_weekday) % 7)
    return first, first + timedelta(days=7)


def find_month(day: date) -> tuple[date, date]:
    """The first day of the calendar month of `day`, and of the next one."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1)


def find_zone(*names: str | None) -> tzinfo:
    """The first of `names` that is a time zone; UTC if none is."""
    return look_up_zone(*names) or UTC


def look_up_zone(*names: str | None) -> ZoneInfo | None:
    """The first of `names` that is a time zone.

    TikTok gives `display_timezone` (IANA) and `timezone`, which may be an `Etc/GMT+8` with its sign reversed
    (UTC-8). The zone database reads that spelling in the same way.
    """
    for name in names:
        try:
            return ZoneInfo(name or "")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return None


def list_report_days(config: Mapping[str, Any], today: Callable[[tzinfo], date] = find_today) -> dict[str, Any]:
    """The days that reports span in any time zone, as ISO dates, with the options they come from.

    `from` is the first day in the time zone where days begin last, `until` the last day in the one where they begin
    first. `week_from` to `month_until` are the whole weeks and months around them. Each request is narrowed to the
    days of its own ad account. Empty if the options are no days. `today` returns today's date in a zone.
    """
    try:
        week_starts_on = str(config["week_starts_on"])
        first, _ = parse_days(config["start_date"], today(LAST_ZONE), week_starts_on)
        _, last = parse_days(config["end_date"], today(FIRST_ZONE), week_starts_on)
        last, weekday = min(last, today(FIRST_ZONE)), WEEKDAYS.get(week_starts_on, 0)
        spanned = {
            "from": first, "until": last,
            "week_from": find_week(first, weekday)[0], "week_until": find_week(last, weekday)[1],
            "month_from": find_month(first)[0], "month_until": find_month(last)[1],
        }  # fmt: skip
    except (AttributeError, OverflowError, ValueError):
        return {}
    words = {name: config[name] for name in ("start_date", "end_date", "attribution_window", "week_starts_on")}
    return words | {name: day.isoformat() for name, day in spanned.items()}
