"""How long a sync waits where TikTok refuses, and when it stops asking: request by request, without a sync."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Condition, Event

import pytest
from airbyte_cdk import AirbyteTracedException, FailureType

from source_tiktok_marketing.requesters.retry import (
    EVERYWHERE,
    LOST_IN_A_ROW,
    OUTAGE_WAITS,
    QUOTA_WAITS,
    TASK_CHECK,
    Patience,
    TiktokBackoff,
    Trouble,
)

HERE, THERE = ("campaign/get/", "17"), ("campaign/get/", "18")
OUTAGE = Trouble(HERE, "TikTok is out.", OUTAGE_WAITS)
QUOTA = Trouble((HERE[0], ""), "Too frequent.", QUOTA_WAITS, is_long=True, is_quota=True)
OF_APP = Trouble((HERE[0], ""), "Too frequent.", QUOTA_WAITS, is_long=True, is_quota=True, is_of_app=True)
MINUTES_5 = [2, 4, 8, 16, 30, *[60] * 4]
MINUTES_15 = [1, 2, 4, 8, 16, 30, 60, 300, 300, 179]


class Seconds:
    """A clock on which nothing passes but what is sat out."""

    def __init__(self) -> None:
        self.passed = 1_000.0

    def __call__(self) -> float:
        return self.passed


@pytest.fixture(autouse=True)
def seconds(monkeypatch: pytest.MonkeyPatch) -> Seconds:
    found = Seconds()
    monkeypatch.setattr("time.monotonic", found)
    return found


class Queue(Condition):
    """Tells when somebody waits for the outcome of another one; with a clock, nobody but the clock ends the wait."""

    waits = Event()
    seconds: Seconds | None = None

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.set()
        if self.seconds is None:
            return super().wait(timeout)
        self.seconds.passed += timeout or 0
        return False


@pytest.fixture
def queue(patience: Patience) -> Queue:
    found = patience._outcome
    assert isinstance(found, Queue)
    found.waits = Event()
    return found


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> Patience:
    monkeypatch.setattr("source_tiktok_marketing.requesters.retry.Condition", Queue)
    return Patience({"max_wait_minutes": 15})


def waits_of(patience: Patience, trouble: Trouble, seconds: Seconds) -> Iterator[float]:
    """The waits of one request, sat out one after another until it is given up."""
    for attempt in range(1, 100):
        try:
            wait = patience.wait(trouble, attempt)
        except AirbyteTracedException:
            return
        yield wait
        seconds.passed += wait


def give_up(patience: Patience, trouble: Trouble) -> AirbyteTracedException:
    with pytest.raises(AirbyteTracedException) as found:
        patience.wait(trouble, 100)
    return found.value


def is_hopeless(patience: Patience, path: str, advertiser_id: str, *, is_apart: bool = False) -> bool:
    try:
        patience.refuse_hopeless(path, advertiser_id, is_apart=is_apart)
    except AirbyteTracedException:
        return True
    return False


@pytest.mark.parametrize(
    ("trouble", "minutes", "waits"),
    [
        (OUTAGE, 15, MINUTES_5),
        (OUTAGE, 1, [2, 4, 8, 16, 30]),
        (QUOTA, 15, MINUTES_15),
        (QUOTA, 1, [1, 2, 4, 8, 16, 29]),
        (Trouble(HERE, "Being upgraded.", OUTAGE_WAITS, is_long=True), 6, [*MINUTES_5, 60]),
        (OF_APP, 15, MINUTES_15),
    ],
)
def test_waits_grow_and_end_with_the_patience(
    trouble: Trouble, minutes: int, waits: list[int], seconds: Seconds
) -> None:
    assert list(waits_of(Patience({"max_wait_minutes": minutes}), trouble, seconds)) == waits


def test_a_request_asks_again_when_the_one_before_it_does(
    patience: Patience, seconds: Seconds, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert patience.wait(OUTAGE, 5) == 30
    seconds.passed += 10
    assert [patience.wait(OUTAGE, number) for number in (1, 2, 3, 4)] == [20, 20, 20, 20]
    assert [record.getMessage() for record in caplog.records] == [
        "TikTok is out. Asking again in 30 s, after 30 s of waiting."
    ]
    seconds.passed += 5
    assert patience.wait(OUTAGE, 5) == 30
    assert patience.wait(Trouble(THERE, "TikTok is out.", OUTAGE_WAITS), 1) == 2
    assert len(caplog.records) == 3


def test_nobody_waits_for_another_one_longer_than_his_own_patience(patience: Patience) -> None:
    assert patience.wait(Trouble(HERE, "Busy.", QUOTA_WAITS, is_long=True), 9) == 300
    assert patience.wait(Trouble(HERE, "Out.", (400,), is_long=True), 1) == 400
    assert patience.wait(OUTAGE, 1) == 300


@pytest.mark.parametrize(
    ("trouble", "minutes", "of_quota"),
    [(OUTAGE, "5", False), (QUOTA, "15", True), (Trouble(HERE, "Closed.", (60,), is_long=True), "15", False)],
)
def test_who_gives_up_says_after_which_time_and_that_the_next_sync_goes_on(
    trouble: Trouble, minutes: str, of_quota: bool, patience: Patience
) -> None:
    error = give_up(patience, trouble)
    told = str(error.message)
    assert told.startswith(f"{trouble.words} This did not change in {minutes} minutes of retrying. ")
    assert ("The quota of the day" in told) is of_quota
    assert told.endswith("What was read is saved: the next sync goes on from there.")
    assert error.failure_type is FailureType.transient_error


def test_an_endpoint_is_down_when_so_many_requests_in_a_row_were_given_up(patience: Patience) -> None:
    for _ in range(LOST_IN_A_ROW - 1):
        assert not patience.has_lost("ad/get/")
        give_up(patience, OUTAGE)
        assert not is_hopeless(patience, *HERE)
    assert patience.has_lost(HERE[0])
    give_up(patience, OUTAGE)
    assert is_hopeless(patience, *HERE)
    assert is_hopeless(patience, *THERE, is_apart=True)
    assert not is_hopeless(patience, "ad/get/", "17")


def test_an_answer_between_them_begins_the_count_anew(patience: Patience) -> None:
    for number in range(2 * LOST_IN_A_ROW):
        give_up(patience, OUTAGE)
        if number % 5 == 4:
            patience.note_answer(*THERE)
            assert not patience.has_lost(HERE[0])
    assert not is_hopeless(patience, *HERE)


def test_a_quota_given_up_once_is_given_up_for_all_who_ask_there(patience: Patience) -> None:
    give_up(patience, QUOTA)
    assert is_hopeless(patience, *HERE)
    assert is_hopeless(patience, *THERE)
    assert not is_hopeless(patience, "ad/get/", "17")
    patience.note_answer(*HERE)
    assert not is_hopeless(patience, *HERE)


def test_the_quota_of_one_ad_account_is_that_accounts(patience: Patience) -> None:
    give_up(patience, Trouble(HERE, "Too frequent.", QUOTA_WAITS, is_long=True, is_quota=True))
    assert is_hopeless(patience, *HERE)
    assert not is_hopeless(patience, *THERE)


def test_the_quota_of_the_app_is_everybodys_but_theirs_who_have_one_of_their_own(patience: Patience) -> None:
    give_up(patience, OF_APP)
    assert is_hopeless(patience, "ad/get/", "17")
    assert not is_hopeless(patience, "ad/get/", "17", is_apart=True)
    patience.note_answer("ad/get/", "17", is_apart=True)
    assert is_hopeless(patience, "ad/get/", "17")
    patience.note_answer("ad/get/", "17")
    assert not is_hopeless(patience, "ad/get/", "17")


def test_an_answer_ends_the_wait_of_those_who_ask_there(patience: Patience) -> None:
    patience.wait(OUTAGE, 5)
    patience.note_answer(*THERE)
    assert patience.wait(OUTAGE, 1) == 30
    patience.note_answer(*HERE)
    assert patience.wait(OUTAGE, 1) == 2


def test_what_is_stopped_fails_with_the_words_and_the_kind_it_was_stopped_with(
    patience: Patience, waits: list[float]
) -> None:
    patience.stop(EVERYWHERE, "The token is revoked.", FailureType.config_error)
    with pytest.raises(AirbyteTracedException, match=r"The token is revoked\.") as found:
        patience.refuse_hopeless(*HERE)
    assert found.value.message == "The token is revoked."
    assert found.value.failure_type is FailureType.config_error
    assert waits == []


def test_the_cdk_asks_for_the_state_of_its_tasks_once_a_minute_though_all_is_stopped(
    patience: Patience, waits: list[float]
) -> None:
    patience.stop(EVERYWHERE, "The token is revoked.", FailureType.config_error)
    assert is_hopeless(patience, TASK_CHECK, "17")
    assert waits == [60]


def test_while_one_asks_for_all_the_others_wait_and_go_on_with_it(patience: Patience, queue: Queue) -> None:
    assert patience.wait(OF_APP, 1) == 1
    with ThreadPoolExecutor(1) as pool:
        pool.submit(patience.end_probe).result()  # another thread's answer says nothing about this one
        other = pool.submit(patience.wait, OF_APP, 1)
        assert queue.waits.wait(timeout=30)
        assert patience.wait(OF_APP, 2) == 2
        patience.end_probe()
        assert other.result(timeout=30) == 0
    assert patience.wait(OF_APP, 3) == 4


def test_where_the_one_that_asks_for_all_gives_up_all_do(patience: Patience, queue: Queue) -> None:
    assert patience.wait(OF_APP, 1) == 1
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(patience.wait, OF_APP, 1)
        assert queue.waits.wait(timeout=30)
        told = give_up(patience, OF_APP).message
        with pytest.raises(AirbyteTracedException) as found:
            other.result(timeout=30)
    assert (found.value.message, found.value.failure_type) == (told, FailureType.transient_error)


def test_a_refusal_that_comes_after_all_have_given_up_ends_with_their_words(patience: Patience) -> None:
    told = give_up(patience, OF_APP).message
    with pytest.raises(AirbyteTracedException) as found:
        patience.wait(OF_APP, 1)
    assert (found.value.message, found.value.failure_type) == (told, FailureType.transient_error)
    patience.note_answer(*THERE)
    assert patience.wait(OF_APP, 1) == 1


@pytest.mark.parametrize("ends_with", ["request", "wait"])
def test_where_the_one_that_asks_for_all_is_stopped_the_others_need_not_wait_for_it(
    ends_with: str, patience: Patience, queue: Queue
) -> None:
    assert patience.wait(OF_APP, 1) == 1
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(patience.wait, OF_APP, 1)
        assert queue.waits.wait(timeout=30)
        patience.stop(EVERYWHERE, "The token is revoked.", FailureType.config_error)
        with pytest.raises(AirbyteTracedException, match="revoked"):
            patience.refuse_hopeless(*HERE) if ends_with == "request" else patience.wait(OF_APP, 2)
        with pytest.raises(AirbyteTracedException, match="revoked"):
            other.result(timeout=30)


def test_another_one_asks_for_all_where_the_first_one_is_a_minute_late(
    patience: Patience, seconds: Seconds, queue: Queue
) -> None:
    queue.seconds = seconds
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(patience.wait, OF_APP, 7).result() == 60
        began = seconds.passed
        assert patience.wait(OF_APP, 1) == 0
        assert seconds.passed == began + 180
        assert patience.wait(OF_APP, 8) == 300  # it is the one that asks for all now


def test_the_backoff_waits_as_the_patience_says(patience: Patience) -> None:
    backoff = TiktokBackoff(patience, lambda _: OUTAGE)
    assert [backoff.backoff_time(None, attempt) for attempt in (1, 2, 3)] == [2, 4, 8]
