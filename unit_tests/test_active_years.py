"""Years without anything are found by one question for five ad accounts, and no row is lost by it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from harness import Sync, frozen_now, plain_reports, read_streams

from source_tiktok_marketing.retrievers.account_groups import Group
from source_tiktok_marketing.retrievers.activity import Activity
from source_tiktok_marketing.retrievers.balance import Balance
from source_tiktok_marketing.sync import PREPARED
from tiktok_simulator import Exchange, Simulator, World, intercept
from tiktok_simulator.world.populate import Plan, add_advertiser, add_campaign

Config = dict[str, Any]
DAILY, HOURLY, AUDIENCE = "ads_reports_daily", "campaigns_reports_hourly", "ads_audience_reports_daily"
LATE, BOOSTED, BRIEF = "7100000000000000001", "7100000000000000002", "7100000000000000003"
FOUNDED = datetime(2023, 3, 1, tzinfo=UTC)
REPORT = "/report/integrated/get/"


def years_ago(idle: int = 3) -> World:
    """Three accounts with a campaign each, and idle ones; all of them are three years old.

    One campaign had late buyers and is deleted, one was made in the TikTok app, one ran for two days.
    """
    world = World()
    late, boosted, brief = (add_advertiser(world, each, created=FOUNDED) for each in (LATE, BOOSTED, BRIEF))
    slow = Plan("Slow", datetime(2024, 1, 10, tzinfo=UTC), last_day=date(2024, 1, 20), late_days=60, ad_groups=1, ads=1,
                objective_type="WEB_CONVERSIONS")  # fmt: skip
    world.delete("campaign", add_campaign(world, late, slow))
    made_in_app = Plan("Boost", datetime(2025, 5, 1, tzinfo=UTC), last_day=date(2025, 5, 4), ad_groups=1, ads=1,
                       origin="PROMOTE")  # fmt: skip
    add_campaign(world, boosted, made_in_app)
    begin = datetime(2025, 12, 30, tzinfo=UTC)
    add_campaign(world, brief, Plan("Brief", begin, last_day=date(2025, 12, 31), ad_groups=1, ads=1))
    for number in range(idle):
        add_advertiser(world, str(7_300_000_000_000_000_000 + number), created=FOUNDED)
    return world


def asking(config: Config, **others: Any) -> Config:
    return config | {"start_date": "2023-01-01", "end_date": "", "skip_inactive": True} | others


def questions(tiktok: Simulator, *, of_years: bool) -> list[Exchange]:
    """The questions for the years or for the days on which ad accounts have anything."""
    probes = [call for call in tiktok.asked(REPORT) if "advertiser_ids" in call.query and "filtering" not in call.query]
    return [call for call in probes if ("stat_time_day" not in call.query["dimensions"]) == of_years]


def days(first: str, last: str) -> set[date]:
    begin = date.fromisoformat(first)
    return {begin + timedelta(days=number) for number in range((date.fromisoformat(last) - begin).days + 1)}


def in_order(rows: list[Config]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


@pytest.mark.parametrize("apart", [True, False], ids=["Promote apart", "Promote in the account's rows"])
@pytest.mark.slow
def test_the_rows_and_states_are_those_of_a_sync_that_asks_for_everything(
    apart: bool, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[tuple[Sync, int]] = []
    for asks in (True, False):
        monkeypatch.setattr(Balance, "begin", lambda *_, asks=asks: asks)
        world = years_ago()
        world.promote_in_accounts = not apart
        with intercept(Simulator(world, clock=frozen_now)) as tiktok:
            taken.append((read_streams([DAILY, AUDIENCE], asking(config)), len(tiktok.transcript)))
    (asked, fewer), (whole, more) = taken
    assert asked.errors == whole.errors == []
    assert asked.warnings == whole.warnings == []
    for stream in (DAILY, AUDIENCE):
        assert in_order(asked.rows(stream)) == in_order(whole.rows(stream)), stream
        assert asked.cursors(stream) == whole.cursors(stream), stream
    assert {row["advertiser_id"] for row in asked.rows(DAILY)} == {LATE, BOOSTED, BRIEF}
    assert fewer < more / 3


@pytest.mark.usefixtures("no_spot_checks")
def test_idle_accounts_cost_a_question_a_year_for_five_of_them(config: Config) -> None:
    world = World()
    for number in range(10):
        add_advertiser(world, str(7_300_000_000_000_000_000 + number), created=FOUNDED)
    with intercept(Simulator(world, clock=frozen_now)) as tiktok:
        assert read_streams([DAILY, AUDIENCE], asking(config)).errors == []
    asked = questions(tiktok, of_years=True)
    spans = [(call.query["start_date"], call.query["end_date"]) for call in asked]
    # Each day of both groups once. Where a year is cut, is for the thread that comes first to say.
    told = [day for first, last in spans for day in days(first, last)]
    assert sorted(told) == sorted([*days("2023-02-28", "2026-02-15")] * 2)
    assert {len(json.loads(call.query["advertiser_ids"])) for call in asked} == {5}
    assert questions(tiktok, of_years=False) == plain_reports(tiktok) == []


@pytest.mark.usefixtures("no_spot_checks")
def test_by_hour_only_the_days_with_rows_are_asked_for(config: Config) -> None:
    with intercept(Simulator(years_ago(), clock=frozen_now)) as tiktok:
        result = read_streams([HOURLY], asking(config, advertiser_ids=[BRIEF], start_date="2025-11-01"))
    found = {row["stat_time_hour"][:10] for row in result.rows(HOURLY)}
    assert {call.query["start_date"] for call in plain_reports(tiktok)} == found
    assert found == {"2025-12-30", "2025-12-31"}


def test_sixty_days_and_fewer_are_asked_for_day_by_day(config: Config) -> None:
    for start, years in (("2025-12-18", 0), ("2025-12-17", 1)):
        with intercept(Simulator(years_ago(), clock=frozen_now)) as tiktok:
            read_streams([DAILY], asking(config, start_date=start))
        assert len(questions(tiktok, of_years=True)) == 2 * years


def test_where_no_year_is_told_every_day_is_asked_for_and_soon_no_year_any_more(config: Config) -> None:
    with intercept(Simulator(years_ago(idle=0), clock=frozen_now)):
        whole = read_streams([DAILY], asking(config))
    with intercept(Simulator(years_ago(idle=0), clock=frozen_now)) as tiktok:
        tiktok.faults.too_large(days=60)
        asked = read_streams([DAILY], asking(config, concurrency=2))
    assert asked.errors == []
    assert in_order(asked.rows(DAILY)) == in_order(whole.rows(DAILY))
    # All together, then three alone; the other thread may meanwhile have begun with another year.
    assert 4 <= len(questions(tiktok, of_years=True)) <= 8
    spans = [(call.query["start_date"], call.query["end_date"]) for call in questions(tiktok, of_years=False)]
    told = {day for first, last in spans for day in days(first, last)}
    # The thread that comes second with a part of the year asks for some earlier days too.
    assert days("2023-02-28", "2026-02-15") <= told <= days("2023-02-21", "2026-02-15")


def test_three_years_without_anything_are_three_questions() -> None:
    start, until = date(2023, 2, 28).toordinal(), date(2026, 2, 15).toordinal()
    years, asked = Group(["1"], until, most=365), list[range]()

    def answer_nothing(days: range) -> dict[str, int]:
        asked.append(days)
        return {}

    for day in range(start, until + 1):
        assert not years.is_active("1", 1 << day, answer_nothing)
    assert [len(days) for days in asked] == [365, 365, 354]


@pytest.mark.parametrize(
    ("told", "is_active"),
    [
        ({"clicks": "0", "spend": "0.00"}, False),
        ({"clicks": "-", "spend": "0"}, False),
        ({"clicks": 0, "spend": 0.0}, False),
        ({"clicks": "0", "spend": "0.01"}, True),
        ({"clicks": "<5", "spend": "0"}, True),
        ({"clicks": "10", "spend": "0"}, True),
        ({"clicks": "-3", "spend": "0"}, True),
        ({"clicks": "0"}, True),
        ({"clicks": "0", "spend": None}, True),
        ({"clicks": "0", "spend": ""}, True),
        ({}, True),
    ],
)
def test_a_year_is_idle_if_tiktok_says_so_of_every_count(told: Config, is_active: bool) -> None:
    activity = Activity({PREPARED: {"sample": False}})
    activity.metrics = ["clicks", "spend"]
    assert activity._has_counts(told) == is_active
