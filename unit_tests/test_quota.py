"""A sync asks as often as TikTok's quota allows, and no more often; where others use the quota too, it makes way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from harness import Sync, Turns

from source_tiktok_marketing.requesters.rate_limiter import Budget, Pace
from tiktok_simulator import Quota, Simulator
from tiktok_simulator.protocol.wire import ApiError

LATE = 0.059
QUOTAS = {"basic": 10, "advanced": 20, "premium": 30, "ultimate": 50}
REPORTS, CREATE = "/report/integrated/get/", "/report/task/create/"
STREAMS = ("campaigns", "ads", "campaigns_reports_daily", "campaigns_reports_hourly", "advertisers_reports_lifetime")


class Door:
    """TikTok's quota of an app."""

    def __init__(self, per_second: int = 10, began: float = 1_771_131_600.0) -> None:
        self._quota = Quota(per_second, 60 * per_second, 86_400 * per_second)
        self._began = began

    def is_open(self, moment: float) -> bool:
        try:
            self._quota.count("app", REPORTS, datetime.fromtimestamp(self._began + moment, UTC))
        except ApiError:
            return False
        return True


def moments(pace: Pace, clock: Turns, number: int) -> list[float]:
    for _ in range(number):
        pace.wait().late = 0.0
    return clock.moments


def asking(pace: Pace, clock: Turns, number: int, let_in: Callable[[float], bool]) -> Iterator[bool]:
    """Asks until so many requests were answered; for each attempt, whether it was."""
    while number:
        pace.wait().late = 0.0
        answered = let_in(clock.moments[-1])
        number -= answered
        if not answered:
            pace.note_refusal()
        yield answered


@pytest.mark.parametrize("per_second", QUOTAS.values(), ids=QUOTAS)
def test_no_request_is_refused_at_any_level_and_little_of_the_quota_is_left(per_second: int, turns: Turns) -> None:
    late, door = Random(4), Door(per_second)
    requests = 120 * per_second  # two minutes: also the quota of the minute
    sent = moments(Pace(per_second), turns, requests)
    arrived = sorted(moment + late.uniform(0, LATE * 10 / per_second) for moment in sent)
    assert all(door.is_open(moment) for moment in arrived)
    assert sent[-1] <= 1.1 * requests / per_second


def test_what_was_not_used_is_not_made_up_for(turns: Turns) -> None:
    pace = Pace(10)
    pace.wait().late = 0.0
    turns.moments.append(100.0)
    later = moments(pace, turns, 20)[-20:]
    assert later[0] == 100.0
    assert min(after - before for before, after in pairwise(later)) > 0.1


def test_one_that_was_late_is_not_counted_with_those_of_the_next_second(turns: Turns) -> None:
    pace, chance, arrived = Pace(10), Random(4), []
    for number in range(1_000):
        turn = pace.wait()
        turn.late = chance.uniform(0, 0.2) if number % 7 == 0 else 0.0  # known from its answer
        arrived.append(turn.moment + turn.late)
    for phase in range(20):
        door = Door(began=1_771_131_600.0 + phase / 20)
        assert all(door.is_open(moment) for moment in sorted(arrived))
    assert turns.moments[-1] < 1.2 * 1_000 / 10


def test_a_thread_that_is_woken_late_is_not_made_up_for_at_once(turns: Turns) -> None:
    pace, door = Pace(10), Door()
    for number in range(200):
        turn = pace.wait()
        turn.late = 0.0
        if number % 25 == 24:  # the machine was busy elsewhere
            turns.moments.append(turn.moment + 0.4)
            turn.moment += 0.4
        assert door.is_open(turn.moment)
    assert turns.moments[-1] < 200 / 10 + 8 * 0.4 + 1.2


def test_a_request_without_an_answer_holds_up_the_others_for_a_moment_only(turns: Turns) -> None:
    pace = Pace(10)
    sent = [pace.wait().moment for _ in range(100)]
    assert sent[10] - sent[0] == pytest.approx(1.25)
    assert sent[-1] < 13


def test_a_program_that_takes_half_of_the_quota_slows_the_sync_down(turns: Turns) -> None:
    door, taken = Door(), set[int]()

    def let_in(moment: float) -> bool:
        if (second := int(moment)) not in taken:
            taken.add(second)
            assert all(door.is_open(float(second)) for _ in range(5))
        return door.is_open(moment)

    answers = list(asking(Pace(10), turns, 1_000, let_in))
    assert answers.count(False) < 0.03 * len(answers)
    assert 1_000 / 5 < turns.moments[-1] < 2 * 1_000 / 5


def test_a_program_that_takes_all_of_the_quota_is_waited_for(turns: Turns) -> None:
    door = Door()
    answers = list(asking(Pace(10), turns, 1_000, lambda moment: moment > 180 and door.is_open(moment)))
    assert answers.count(False) < 180
    assert turns.moments[-1] < 180 + 2 * 1_000 / 10
    assert turns.moments[-1] - turns.moments[-2] < 0.12  # back at the full pace


def test_many_refusals_within_a_second_count_as_one(turns: Turns) -> None:
    pace = Pace(10)
    assert [pace.note_refusal() for _ in range(8)] == [True] + 7 * [False]
    first, second = moments(pace, turns, 2)
    assert (first, second - first) == (1.0, pytest.approx(1.2 * 0.106, rel=0.05))


def test_every_request_of_a_sync_takes_its_turn_whatever_the_stream_and_the_attempt(
    sync: Callable[..., Sync], tiktok: Simulator, turns: Turns, config: dict[str, Any]
) -> None:
    tiktok.faults.outage(times=3, path=REPORTS)
    assert sync(*STREAMS, config=config | {"start_date": "2026-01-22"}).errors == []
    assert len(turns.moments) == len(tiktok.transcript) > 20
    assert min(after - before for before, after in pairwise(sorted(turns.moments))) >= 0.105


def test_a_refused_sync_says_so_once_and_goes_on_more_slowly(
    sync: Callable[..., Sync], tiktok: Simulator, turns: Turns, config: dict[str, Any]
) -> None:
    tiktok.faults.rate_limited(times=3, path=REPORTS)
    result = sync(*STREAMS, config=config | {"start_date": "2026-01-22"})
    assert result.errors == result.warnings == []
    told = [log.log.message for log in result.output.logs if "goes on more slowly" in log.log.message]
    assert len(told) == 1
    assert "Requests per Second (requests_per_second), which is 10" in told[0]
    assert max(turns.moments) > len(tiktok.transcript) * 0.106 + 1


def test_a_limit_of_one_ad_account_does_not_slow_the_others_down(
    sync: Callable[..., Sync], tiktok: Simulator, turns: Turns, config: dict[str, Any]
) -> None:
    tiktok.faults.rate_limited(times=3, path=REPORTS, code=40133)
    assert sync(*STREAMS, config=config | {"start_date": "2026-01-22"}).errors == []
    assert max(turns.moments) < len(tiktok.transcript) * 0.106 * 1.15


def test_creating_report_tasks_has_a_limit_of_its_own_and_counts_with_all_others(turns: Turns) -> None:
    budget = Budget(
        {"requests_per_second": 10, "max_wait_minutes": 15}, [{"endpoint": CREATE, "requests_per_second": 1}]
    )
    for url in (CREATE, REPORTS, CREATE):
        for turn in budget.wait(f"https://business-api.tiktok.com/open_api/v1.3{url}?x={CREATE}"):
            turn.late = 0.0
    own_and_all = [0.0, 0.0, pytest.approx(0.106), pytest.approx(1.06), pytest.approx(1.06)]
    assert turns.moments == own_and_all


def test_the_user_says_how_often_tiktok_may_be_asked(
    sync: Callable[..., Sync], tiktok: Simulator, turns: Turns, config: dict[str, Any]
) -> None:
    sync("campaigns", config=config | {"requests_per_second": 2.5})
    assert max(turns.moments) == pytest.approx((len(tiktok.transcript) - 1) * 1.06 / 2.5, rel=0.15)


def test_the_sandbox_is_asked_thirty_times_a_minute(
    sync: Callable[..., Sync], tiktok: Simulator, turns: Turns, sandbox_config: dict[str, Any]
) -> None:
    sync("campaigns", "ads", config=sandbox_config)
    assert max(turns.moments) == pytest.approx((len(tiktok.transcript) - 1) * 1.06 * 2, rel=0.15)
