"""Ad accounts are asked about first where that takes fewer requests, and not where it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from harness import Sync, frozen_now, read_streams

from source_tiktok_marketing.retrievers.balance import MOST_AT_FIRST, Balance
from tiktok_simulator import Simulator, World, intercept
from tiktok_simulator.world.populate import add_advertiser

Config = dict[str, Any]
STREAMS = ["ads_reports_daily", "campaigns_reports_daily", "ad_groups_reports_daily"]
REPORT = "/report/integrated/get/"
DAYS, YEARS = 30, 365
MONTH = range(100, 100 + DAYS)
# What is seen while asking allows some more questions than at first.
SOON = range(MOST_AT_FIRST, 2 * MOST_AT_FIRST)


def make_balance(daily: int = 2, hourly: int = 0, accounts: int = 5_000, *, always: bool = False) -> Balance:
    return Balance([False] * daily + [True] * hourly, accounts, always=always)


def ask(balance: Balance, active: list[int], left: int = 4, most: int = DAYS) -> bool:
    """Asks about five ad accounts, if the balance wants to, and is answered that they have rows on these days."""
    days = range(100, 100 + min(left, most))
    asks = balance.begin(len(active), days, left, most)
    if asks:
        balance.note(most, days, active)
    return asks


@pytest.mark.parametrize(
    ("daily", "hourly", "accounts", "left", "most", "pays"),
    [
        (2, 0, 10, 4, DAYS, True),
        (2, 0, 9, 4, DAYS, False),
        (1, 0, 5_000, 4, DAYS, False),
        (1, 0, 5_000, 60, DAYS, False),
        (1, 0, 1, 3_650, YEARS, True),
        (1, 0, 1, 395, YEARS, False),
        (5, 0, 1, 395, DAYS, True),
        (5, 0, 1, 30, DAYS, False),
        (0, 1, 1, 30, DAYS, True),
        (0, 1, 1, 19, DAYS, False),
        (0, 1, 5_000, 1, DAYS, False),
        (0, 0, 5_000, 3_650, YEARS, False),
    ],
)
def test_questions_pay_where_there_are_many_requests_to_save(
    daily: int, hourly: int, accounts: int, left: int, most: int, pays: bool
) -> None:
    assert ask(make_balance(daily, hourly, accounts), [0] * 5, left, most) == pays
    assert ask(make_balance(daily, hourly, accounts, always=True), [0] * 5, left, most)


def test_questions_end_where_the_first_ones_find_nobody_idle() -> None:
    balance = make_balance()
    assert sum(ask(balance, [1] * 5) for _ in range(20)) in SOON
    balance = make_balance()
    assert all(ask(balance, [1] * 4 + [0]) for _ in range(20))


def test_a_small_sync_asks_less_in_vain() -> None:
    balance = make_balance(accounts=20)
    assert sum(ask(balance, [1] * 5) for _ in range(10)) == 2


def test_questions_about_days_and_about_years_are_balanced_apart() -> None:
    balance = make_balance()
    assert all(ask(balance, [0] * 5, 365, YEARS) for _ in range(20))
    assert sum(ask(balance, [1] * 5, 365) for _ in range(20)) in SOON


def test_idle_days_are_saved_by_the_hour_only() -> None:
    workdays = 0b0011111
    assert all(ask(make_balance(daily=0, hourly=1), [workdays] * 5, 7) for _ in range(20))
    balance = make_balance(daily=5)
    assert sum(ask(balance, [workdays] * 5, 7) for _ in range(20)) in SOON


def test_one_question_in_fifty_requests_finds_later_accounts_that_are_idle() -> None:
    balance = make_balance()
    first = [ask(balance, [1] * 5) for _ in range(2_000)]
    assert sum(first) < 2_000 / 30
    assert any(first[1_000:])
    assert sum(ask(balance, [0] * 5) for _ in range(200)) > 100


def test_what_an_account_of_another_owner_takes_is_counted() -> None:
    balance, asked = make_balance(daily=5), 0
    while balance.begin(5, MONTH, 30, DAYS):
        balance.note(DAYS, MONTH, [1] * 5, requests=6)
        asked += 1
    assert asked == 1


@pytest.mark.parametrize("always", [False, True])
def test_after_a_question_that_fails_there_is_no_other(always: bool) -> None:
    balance = make_balance(always=always)
    assert balance.begin(5, MONTH, 30, DAYS)
    balance.give_up()
    assert not balance.begin(5, MONTH, 30, DAYS)


# Syncs


def read(
    active: Callable[[int], bool], accounts: int, config: Config, streams: list[str] = STREAMS, **refusal: Any
) -> tuple[Sync, Simulator]:
    world = World()
    for number in range(accounts):
        add_advertiser(world, str(7_300_000_000_000_000_000 + number), campaigns=int(active(number)))
    with intercept(Simulator(world, clock=frozen_now)) as tiktok:
        if refusal:
            tiktok.faults.refused(path=REPORT, **refusal)
        day = {"start_date": "2026-01-20", "end_date": "2026-01-20", "concurrency": 2}
        return read_streams(streams, config | day), tiktok


def count(tiktok: Simulator) -> tuple[int, int]:
    """The questions, and the reports that were asked for."""
    asked = [call.query for call in tiktok.asked(REPORT)]
    questions = sum("advertiser_ids" in query and "filtering" not in query for query in asked)
    return questions, sum("advertiser_id" in query for query in asked)


@pytest.mark.usefixtures("no_spot_checks")
@pytest.mark.parametrize(("accounts", "asked"), [(40, (8, 0)), (6, (0, 18))])
def test_idle_accounts_are_asked_about_without_an_option(accounts: int, asked: tuple[int, int], config: Config) -> None:
    result, tiktok = read(lambda _: False, accounts, config)
    assert result.errors == []
    assert count(tiktok) == asked
    assert len(set(result.cursors(STREAMS[0]).values())) == 1


def test_active_accounts_are_asked_about_a_few_times_only(config: Config) -> None:
    result, tiktok = read(lambda _: True, 60, config)
    assert result.errors == []
    assert count(tiktok)[0] in SOON
    assert len({row["advertiser_id"] for row in result.rows(STREAMS[0])}) == 60


def test_a_report_that_is_always_read_is_no_reason_to_ask(config: Config) -> None:
    mine = [{"name": name, "level": "campaign", "metrics": ["skan_result"]} for name in ("first", "second")]
    result, tiktok = read(lambda _: False, 20, config | {"custom_reports": mine}, ["first", "second"])
    assert result.errors == []
    assert count(tiktok) == (0, 40)


def test_a_question_that_fails_costs_no_report(config: Config) -> None:
    whole, _ = read(lambda number: number == 1, 8, config)
    result, tiktok = read(lambda number: number == 1, 8, config, code=40003, message="Not for you.", times=1)
    assert result.errors == []
    assert count(tiktok) == (1, 24)
    assert len(result.rows(STREAMS[0])) == len(whole.rows(STREAMS[0])) > 0
