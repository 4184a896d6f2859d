"""When a request may go and what a refusal costs: moment by moment, without a sync."""

from __future__ import annotations

import logging

import pytest
from harness import Turns

from source_tiktok_marketing.requesters.rate_limiter import CALM, Budget, Clock, Pace

ADDRESS = "https://business-api.tiktok.com/open_api/v1.3/"
CREATE = f"{ADDRESS}report/task/create/?advertiser_id=1"
CONFIG = {"requests_per_second": 10, "max_wait_minutes": 15}


def steps(pace: Pace, number: int, late: float = 0.0) -> list[float]:
    """When so many requests went, each answered without being late."""
    found = []
    for _ in range(number):
        turn = pace.wait()
        turn.late = late
        found.append(round(turn.moment, 3))
    return found


@pytest.mark.parametrize(
    ("per_second", "moments"),
    [(10, [0.0, 0.106, 0.212]), (2, [0.0, 0.53, 1.06, 1.59]), (1, [0.0, 1.06, 2.12]), (0.5, [0.0, 2.12, 4.24])],
)
def test_requests_go_evenly(per_second: float, moments: list[float], turns: Turns) -> None:
    assert steps(Pace(per_second), len(moments)) == moments


@pytest.mark.parametrize(("late", "eleventh"), [(0.0, 1.06), (0.06, 1.06), (0.1, 1.1), (0.25, 1.25)])
def test_as_many_as_may_be_counted_together_are_a_second_and_their_lateness_apart(
    late: float, eleventh: float, turns: Turns
) -> None:
    found = steps(Pace(10), 11, late)
    assert found[9] == 0.954
    assert found[10] == eleventh


def test_fewer_than_one_a_second_are_as_far_apart_as_they_count(turns: Turns) -> None:
    assert steps(Pace(0.5), 3, 0.25) == [0.0, 2.25, 4.5]


def test_a_refusal_costs_a_second_and_a_fifth_of_the_pace_and_the_next_one_half(turns: Turns) -> None:
    pace = Pace(10)
    steps(pace, 1)
    assert pace.note_refusal()
    found = steps(pace, 2)
    assert found[0] == 1.0
    assert found[1] - found[0] == pytest.approx(0.106 * (1 + 0.2 * 0.5 ** (1 / 20)), abs=0.001)
    turns.moments.append(2.0)
    assert not pace.note_refusal()
    found = steps(pace, 2)
    assert found[0] == 3.0
    slowdown = 2 * (1 + 0.2 * 0.5 ** (2 / 20))
    assert found[1] - found[0] == pytest.approx(0.106 * (1 + (slowdown - 1) * 0.5 ** (1 / 20)), abs=0.001)


def test_refusals_within_a_second_count_as_one(turns: Turns) -> None:
    pace = Pace(10)
    pace.note_refusal()
    turns.moments.append(0.999)
    assert not pace.note_refusal()
    assert steps(pace, 1) == [1.0]
    assert not pace.note_refusal()  # a second later: it is not calm yet
    assert steps(pace, 1) == [2.0]


@pytest.mark.parametrize(("after", "is_calm", "factor"), [(9.9, False, 2.0), (10.1, False, 1.2), (25.0, True, 1.2)])
def test_a_refusal_soon_after_another_one_weighs_more(after: float, is_calm: bool, factor: float, turns: Turns) -> None:
    pace = Pace(10)
    pace.note_refusal()
    turns.moments.append(after)
    assert pace.note_refusal() is is_calm
    slowed = 1 + 0.2 * 0.5 ** (after / 20)
    assert (slowed < CALM) is is_calm
    found = steps(pace, 2)
    slowdown = 1 + (factor * slowed - 1) * 0.5 ** (1 / 20)
    assert found[1] - found[0] == pytest.approx(0.106 * slowdown, abs=0.001)


def test_the_pace_is_never_slower_than_a_sixteenth(turns: Turns) -> None:
    pace = Pace(10)
    for second in range(20):
        turns.moments.append(float(second))
        pace.note_refusal()
    first, second = steps(pace, 2)
    assert second - first == pytest.approx(0.106 * (1 + 15 * 0.5 ** (1 / 20)), abs=0.001)


def test_half_of_a_slowdown_is_gone_after_twenty_seconds(turns: Turns) -> None:
    pace = Pace(10)
    pace.note_refusal()
    turns.moments.append(20.0)
    first, second = steps(pace, 2)
    assert (first, second - first) == (20.0, pytest.approx(0.106 * 1.1, abs=0.001))


def test_the_clock_sleeps_until_a_moment_and_not_for_one_that_has_been(
    waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.monotonic", lambda: 100.0)
    clock = Clock()
    assert clock.now() == 100.0
    for moment in (99.0, 100.0, 100.5, 103.0):
        clock.wait_until(moment)
    assert waits == [0.5, 3.0]


def test_an_endpoint_with_a_limit_of_its_own_keeps_to_both(turns: Turns) -> None:
    budget = Budget(CONFIG, [{"endpoint": "report/task/create/", "requests_per_second": 2},
                             {"endpoint": "report/task/check/", "per_minute": 600}])  # fmt: skip
    paths = ("report/task/create/?a=b", "report/task/check/", "ad/get/")
    assert [budget.has_own(f"{ADDRESS}{path}") for path in paths] == [True, False, False]
    assert [len(budget.wait(url)) for url in (CREATE, f"{ADDRESS}ad/get/", f"{ADDRESS}report/task/check/")] == [2, 1, 1]
    assert [round(moment, 3) for moment in turns.moments] == [0.0, 0.0, 0.106, 0.212]
    budget.note_refusal(CREATE)
    budget.wait(f"{ADDRESS}ad/get/")
    assert turns.moments[-1] == pytest.approx(0.318)  # only the endpoint makes way
    budget.wait(CREATE)
    assert turns.moments[-1] == pytest.approx(0.212 + 1.0)


def test_a_calm_sync_that_is_refused_says_so_once(turns: Turns, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    budget = Budget({**CONFIG, "requests_per_second": 2.5})
    for moment in (0.0, 5.0, 9.0):
        turns.moments.append(moment)
        budget.note_refusal(f"{ADDRESS}ad/get/")
    assert caplog.messages == [
        "TikTok refuses requests as too frequent. Another program uses the app's quota, or the app may make fewer than "
        "Requests per Second (requests_per_second), which is 2.5. The sync goes on more slowly."
    ]
