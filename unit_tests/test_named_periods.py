"""Days written as a calendar period: what they mean on each ad account's clock, and that no sync leaves a day out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from harness import Sync, plain_reports

from source_tiktok_marketing import SourceTiktokMarketing
from source_tiktok_marketing.config.dates import PERIODS, parse_days
from source_tiktok_marketing.config.mistakes import find_mistakes
from tiktok_simulator import Simulator, World
from tiktok_simulator.world.ready_made import BERLIN, LOS_ANGELES, TOKYO

Config = dict[str, Any]
Read = Callable[..., Sync]
DAILY = "campaigns_reports_daily"
SUNDAY = date(2026, 2, 15)
LEAP_DAY, NEW_YEAR, SILVESTER = date(2028, 2, 29), date(2026, 1, 1), date(2026, 12, 31)


@pytest.mark.parametrize(
    ("text", "today", "week_starts_on", "first", "last"),
    [
        ("this_week", SUNDAY, "monday", date(2026, 2, 9), date(2026, 2, 15)),
        ("this_week", SUNDAY, "sunday", date(2026, 2, 15), date(2026, 2, 21)),
        ("last_week", SUNDAY, "monday", date(2026, 2, 2), date(2026, 2, 8)),
        ("last_week", SUNDAY, "sunday", date(2026, 2, 8), date(2026, 2, 14)),
        ("last_week", NEW_YEAR, "monday", date(2025, 12, 22), date(2025, 12, 28)),
        ("this_week", NEW_YEAR, "sunday", date(2025, 12, 28), date(2026, 1, 3)),
        ("this_month", LEAP_DAY, "monday", date(2028, 2, 1), date(2028, 2, 29)),
        ("last_month", date(2028, 3, 31), "monday", date(2028, 2, 1), date(2028, 2, 29)),
        ("last_month", NEW_YEAR, "monday", date(2025, 12, 1), date(2025, 12, 31)),
        ("this_quarter", SUNDAY, "monday", date(2026, 1, 1), date(2026, 3, 31)),
        ("this_quarter", SILVESTER, "monday", date(2026, 10, 1), date(2026, 12, 31)),
        ("last_quarter", SUNDAY, "monday", date(2025, 10, 1), date(2025, 12, 31)),
        ("last_quarter", date(2026, 8, 1), "monday", date(2026, 4, 1), date(2026, 6, 30)),
        ("this_year", LEAP_DAY, "monday", date(2028, 1, 1), date(2028, 12, 31)),
        ("last_year", NEW_YEAR, "monday", date(2025, 1, 1), date(2025, 12, 31)),
        (" Last Month ", SUNDAY, "monday", date(2026, 1, 1), date(2026, 1, 31)),
        ("yesterday", NEW_YEAR, "monday", date(2025, 12, 31), date(2025, 12, 31)),
    ],
)
def test_a_period_has_a_first_and_a_last_day(
    text: str, today: date, week_starts_on: str, first: date, last: date
) -> None:
    assert parse_days(text, today, week_starts_on) == (first, last)


@pytest.mark.parametrize("unit", ["week", "month", "quarter", "year"])
@pytest.mark.parametrize("week_starts_on", ["monday", "sunday"])
def test_on_every_day_of_five_years_the_last_period_ends_where_this_one_begins(unit: str, week_starts_on: str) -> None:
    for today in (date(2024, 1, 1) + timedelta(number) for number in range(5 * 366)):
        first, last = parse_days(f"this_{unit}", today, week_starts_on)
        assert first <= today <= last
        assert parse_days(f"last_{unit}", today, week_starts_on)[1] == first - timedelta(days=1)
        assert parse_days(f"this_{unit}", last + timedelta(days=1), week_starts_on)[0] == last + timedelta(days=1)


@pytest.mark.parametrize("name", PERIODS)
def test_every_period_may_be_the_first_and_the_last_day_of_a_configuration(name: str, config: Config) -> None:
    own = {"name": "mine", "level": "campaign", "granularity": "total", "metrics": ["spend"]} | dict.fromkeys(
        ("start_date", "end_date"), name
    )
    source = SourceTiktokMarketing(config=config | {"start_date": name, "end_date": name, "custom_reports": [own]})
    assert find_mistakes(source.normal_config, source.connection_specification) == []


@pytest.mark.parametrize(("text", "meant"), [("last_mnth", "last_month"), ("thisweek", "this_week"), ("tody", "today")])
def test_a_misspelt_period_is_answered_with_the_nearest(text: str, meant: str, config: Config) -> None:
    report = {"name": "mine", "start_date": text}
    source = SourceTiktokMarketing(config=config | {"start_date": text, "custom_reports": [report]})
    told = find_mistakes(source.normal_config, source.connection_specification)
    assert [f"{text!r} is not a day. Did you mean {meant}? Write YYYY-MM-DD" in line for line in told] == [True] * 2


def test_a_period_that_ends_before_the_other_begins_is_a_mistake(config: Config) -> None:
    source = SourceTiktokMarketing(config=config | {"start_date": "this_month", "end_date": "last_month"})
    (told,) = find_mistakes(source.normal_config, source.connection_specification)
    assert told.startswith("End Date (end_date): 'last_month' is before Start Date, which is 'this_month'.")


@pytest.mark.parametrize(
    ("first", "last", "moment"),
    [
        ("this_week", "yesterday", datetime(2026, 2, 15, 11, tzinfo=UTC)),  # it is Monday in UTC+14
        ("yesterday", "2026-02-14", datetime(2026, 2, 15, 11, tzinfo=UTC)),
        ("this_year", "last_month", datetime(2026, 1, 10, 11, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("granularity", ["daily", "total"])
def test_days_that_are_empty_on_some_days_only_are_no_mistake(
    first: str, last: str, moment: datetime, granularity: str, sync: Read, tiktok: Simulator, clock: Any, config: Config
) -> None:
    clock.move_to(moment)
    days = {"start_date": first, "end_date": last}
    mine = {"name": "mine", "level": "campaign", "granularity": granularity, "metrics": ["spend"], **days}
    result = sync("campaigns", DAILY, "mine", config=config | days | {"custom_reports": [mine]})
    assert (result.errors, len(result.rows("campaigns")) > 0) == ([], True)
    assert all(call.query["start_date"] <= call.query["end_date"] for call in plain_reports(tiktok))


def asked(tiktok: Simulator, advertiser_id: str) -> list[tuple[str, str]]:
    """The windows an ad account was asked for, in order."""
    calls = (call.query for call in plain_reports(tiktok) if call.query["advertiser_id"] == advertiser_id)
    return sorted((query["start_date"], query["end_date"]) for query in calls)


def test_last_month_is_last_month_on_each_ad_accounts_own_clock(
    sync: Read, tiktok: Simulator, clock: Any, config: Config
) -> None:
    clock.move_to(datetime(2026, 2, 1, 5, tzinfo=UTC))  # still January in Los Angeles
    result = sync(DAILY, config=config | {"start_date": "last_month", "end_date": "last_month"})
    assert result.errors == []
    days = {each: (asked(tiktok, each)[0][0], asked(tiktok, each)[-1][1]) for each in (TOKYO, BERLIN, LOS_ANGELES)}
    january, december = ("2026-01-01", "2026-01-31"), ("2025-12-01", "2025-12-31")
    assert days == {TOKYO: january, BERLIN: january, LOS_ANGELES: december}
    assert result.cursors(DAILY)[LOS_ANGELES] <= "2025-12-31"


def test_syncs_at_any_hour_of_the_turn_of_a_month_leave_no_day_of_it_out(
    sync: Read, tiktok: Simulator, clock: Any, config: Config
) -> None:
    monthly = config | {"start_date": "last_month", "end_date": "last_month"}
    state, read = None, dict[str, set[str]]()
    for moment in (datetime(2026, 1, 20, 12, tzinfo=UTC), datetime(2026, 2, 1, 5, tzinfo=UTC),
                   datetime(2026, 2, 1, 20, tzinfo=UTC), datetime(2026, 3, 1, 5, tzinfo=UTC),
                   datetime(2026, 3, 2, 5, tzinfo=UTC)):  # fmt: skip
        clock.move_to(moment)
        result = sync(DAILY, config=monthly, state=state)
        state = {DAILY: result.state(DAILY)}
        for each in (TOKYO, BERLIN, LOS_ANGELES):
            read.setdefault(each, set()).update(days_of(asked(tiktok, each)))
        tiktok.transcript.clear()
    every = {(date(2025, 12, 1) + timedelta(number)).isoformat() for number in range(31 + 31 + 28)}
    assert {each: every - days for each, days in read.items() if every - days} == {}


def days_of(windows: list[tuple[str, str]]) -> set[str]:
    found = ((date.fromisoformat(first), date.fromisoformat(last)) for first, last in windows)
    return {(first + timedelta(n)).isoformat() for first, last in found for n in range((last - first).days + 1)}


def test_a_report_of_its_own_has_a_period_of_its_own(sync: Read, tiktok: Simulator, one_advertiser: Config) -> None:
    report = {"name": "last_quarters", "level": "campaign", "granularity": "total", "metrics": ["spend"],
              "start_date": "last_quarter", "end_date": "last_quarter"}  # fmt: skip
    rows = sync("last_quarters", config=one_advertiser | {"custom_reports": [report]}).rows("last_quarters")
    assert asked(tiktok, TOKYO) == [("2025-10-01", "2025-12-31")]
    assert {(row["period_start"], row["period_end"]) for row in rows} == {("2025-10-01", "2025-12-31")}


def test_a_week_begins_on_the_day_the_configuration_says(sync: Read, tiktok: Simulator, one_advertiser: Config) -> None:
    begins = []
    for day in ("monday", "sunday"):
        sync(DAILY, config=one_advertiser | {"start_date": "this_week", "end_date": "", "week_starts_on": day})
        begins.append(asked(tiktok, TOKYO)[0][0])
        tiktok.transcript.clear()
    assert begins == ["2026-02-09", "2026-02-15"]


def test_a_period_as_start_moves_as_a_number_of_days_does(
    sync: Read, tiktok: Simulator, clock: Any, one_advertiser: Config
) -> None:
    windows = []
    for start in ("this_month", "today-14"):
        clock.move_to(datetime(2026, 2, 15, 5, tzinfo=UTC))
        own = one_advertiser | {"start_date": start, "end_date": ""}
        state = sync(DAILY, config=own).state(DAILY)
        clock.move_to(datetime(2026, 2, 20, 5, tzinfo=UTC))
        tiktok.transcript.clear()
        sync(DAILY, config=own, state={DAILY: state})
        windows.append(asked(tiktok, TOKYO))
    assert windows[0] == windows[1] != []
    assert all(first < last for first, last in pairwise(date for window in windows[0] for date in window))


@pytest.mark.samples(1)
@pytest.mark.parametrize("week_starts_on", ["monday", "sunday"])
@pytest.mark.parametrize("stream", [DAILY, "campaigns_reports_weekly"])
@pytest.mark.parametrize(("first", "last"), [("this_week", ""), ("last_week", "last_week"), ("this_week", "this_week")])
def test_daily_syncs_over_weeks_leave_no_day_out_at_either_end_of_the_day(
    first: str,
    last: str,
    stream: str,
    week_starts_on: str,
    sync: Read,
    tiktok: Simulator,
    world: World,
    clock: Any,
    config: Config,
) -> None:
    world.accounts[TOKYO].row["display_timezone"] = "Pacific/Kiritimati"  # UTC+14
    world.accounts[LOS_ANGELES].row["display_timezone"] = "Pacific/Pago_Pago"  # UTC-11
    own = config | {"start_date": first, "end_date": last, "week_starts_on": week_starts_on, "attribution_window": 0,
                    "advertiser_ids": [TOKYO, LOS_ANGELES]}  # fmt: skip
    start, state = datetime(2026, 2, 6, 10, 30, tzinfo=UTC), None
    read, todays = dict[str, set[str]](), dict[str, set[str]]()
    for number in range(17):
        clock.move_to(start + timedelta(days=number))
        result = sync(stream, config=own, state=state)
        assert (result.errors, result.warnings) == ([], [])
        state = {stream: result.state(stream)}
        for each, hours in ((TOKYO, 14), (LOS_ANGELES, -11)):
            read.setdefault(each, set()).update(days_of(asked(tiktok, each)))
            todays.setdefault(each, set()).add((start + timedelta(days=number, hours=hours)).date().isoformat())
        tiktok.transcript.clear()
    for each, days in todays.items():
        known = {day for day in days if last != "last_week" or day <= "2026-02-13"}
        assert known - read[each] == set()
        assert max(read[each]) <= max(days)
