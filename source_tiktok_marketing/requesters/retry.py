"""How long a sync waits for TikTok, and when it stops asking."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Condition, Lock, get_ident
from typing import Any

from airbyte_cdk import AirbyteTracedException, FailureType
from airbyte_cdk.sources.streams.http.error_handlers import BackoffStrategy

from source_tiktok_marketing.errors import TransientError
from source_tiktok_marketing.requesters.responses import Outcome
from source_tiktok_marketing.sync import Shared

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")

# Recovery after 40100 (reference: rate limits): the next second if the limit was per second, 5 minutes if it was per
# minute. TikTok does not say which, so the short waits come first; the last one is repeated.
QUOTA_WAITS = (1, 2, 4, 8, 16, 30, 60, 300)
OUTAGE_WAITS = (2, 4, 8, 16, 30, 60)
OUTAGE_SECONDS = 300
# After so many requests in a row were given up, without an answer between them, the endpoint counts as down.
LOST_IN_A_ROW = 10
EVERYWHERE = ("", "")
# How long the request that asks for all may be overdue before another one takes its place.
LATE = 60.0
# After an error the CDK asks for the status of its tasks again at once, for as long as an hour.
TASK_CHECK, BETWEEN_CHECKS = "report/task/check/", 60


@dataclass(frozen=True)
class Trouble:
    """Why a request is not answered: where (endpoint, ad account or `""`), and in which words.

    `is_long` trouble lasts for minutes. `is_quota` trouble meets every request to the same place; other trouble may be
    this request's alone. `is_of_app` trouble meets every request to any place, as the quota is the app's.
    """

    where: tuple[str, str]
    words: str
    waits: tuple[int, ...]
    is_long: bool = False
    is_quota: bool = False
    is_of_app: bool = False


class Patience(Shared):
    """What the requests of one sync know of each other's refusals, shared by all streams and threads.

    A wait is logged once, however many requests wait. If one request has waited in vain, no other one waits for the
    same thing: ten thousand windows of fifteen minutes would be a hundred days. What TikTok refuses to every request
    (with a revoked token) is not asked for again.

    If the quota of the app is used up, one of the refused requests, the probe, asks for all, which share its outcome:

      probe    refused ─ 1 s ─ refused ─ 2 s ─ refused ─ … ─ answered (all go on) or given up (all end)
      others   refused ─────────────────────────────────────┤

    A request that was not refused yet is sent once: another endpoint may have a quota of its own.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._minutes = int(config["max_wait_minutes"])
        self._lock = Lock()
        self._outcome = Condition(self._lock)
        self._probe, self._due = 0, 0.0
        self._until: dict[tuple[str, str], float] = {}
        self._lost: Counter[str] = Counter()
        self._verdicts: dict[tuple[str, str], tuple[str, FailureType]] = {}

    def refuse_hopeless(self, path: str, advertiser_id: str, *, is_apart: bool = False) -> None:
        """Raises the lasting error, if any, that this sync has met at this endpoint or ad account, and saves a request.

        With `is_apart` the place has a token and a quota of its own, and errors about all others do not apply to it.
        """
        with self._lock:
            found = next(
                filter(None, map(self._verdicts.get, _list_places(path, advertiser_id, is_apart=is_apart))), None
            )
        if found:
            self.end_probe()  # this thread's request is not sent again
            if path == TASK_CHECK:
                time.sleep(BETWEEN_CHECKS)
            raise AirbyteTracedException(
                message=found[0], internal_message="not asked: refused before in this sync", failure_type=found[1]
            )

    def note_answer(self, path: str, advertiser_id: str, *, is_apart: bool = False) -> None:
        """Notes that TikTok has answered there: the trouble has passed."""
        with self._lock:
            self._lost.pop(path, None)
            for place in _list_places(path, advertiser_id, is_apart=is_apart):
                self._until.pop(place, None)
                self._verdicts.pop(place, None)

    def has_lost(self, path: str) -> bool:
        """Whether a request to this endpoint was given up, and none was answered since."""
        return bool(self._lost[path])

    def stop(self, where: tuple[str, str], message: str, failure: FailureType) -> None:
        """Makes every later request there fail with `message`, without being sent."""
        with self._lock:
            self._verdicts[where] = (message, failure)

    def wait(self, trouble: Trouble, attempt: int) -> float:
        """Seconds to wait after the `attempt`-th refusal of one request. Raises a transient error after the last.

        While another request asks for all, this returns or raises as soon as that one has its outcome.
        """
        if trouble.is_of_app and self._leave_to_probe():
            return 0.0
        patience = self._minutes * 60 if trouble.is_long else min(OUTAGE_SECONDS, self._minutes * 60)
        waited = sum(_wait(trouble.waits, number) for number in range(1, attempt))
        if waited >= patience:
            raise self._give_up(trouble, patience)
        wait = min(_wait(trouble.waits, attempt), patience - waited)
        now = time.monotonic()
        with self._lock:
            self._due = now + wait if self._probe == get_ident() else self._due
            until = self._until.get(trouble.where, 0.0)
            if now + wait <= until:
                return min(until - now, patience)
            self._until[trouble.where] = now + wait
        LOGGER.info(f"{trouble.words} Asking again in {wait} s, after {waited} s of waiting.")
        return float(wait)

    def end_probe(self) -> None:
        """If this thread asks for all, lets the others go on."""
        with self._lock:
            self._end_probe()

    def _end_probe(self) -> None:
        if self._probe == get_ident():
            self._probe = 0
            self._outcome.notify_all()

    def _leave_to_probe(self) -> bool:
        """True once the thread that asks for all was answered. False if there is none: then this thread asks for all.

        Raises the other thread's error if that has given up, even if this thread's refusal came after that.
        """
        with self._lock:
            is_asked_by_another = self._probe not in (0, get_ident())
            while is_asked_by_another and (probe := self._probe):
                if not self._outcome.wait(LATE) and time.monotonic() > self._due + LATE and self._probe == probe:
                    self._probe = 0
            if found := self._verdicts.get(EVERYWHERE):
                self._end_probe()
                raise AirbyteTracedException(message=found[0], internal_message="given up", failure_type=found[1])
            if not is_asked_by_another:
                self._probe = get_ident()
        return is_asked_by_another

    def _give_up(self, trouble: Trouble, patience: int) -> AirbyteTracedException:
        words = f"{trouble.words} This did not change in {patience // 60} minutes of retrying."
        if trouble.is_quota:
            words += " The quota of the day is probably used up; TikTok counts anew from 00:00 UTC."
        words += " What was read is saved: the next sync goes on from there."
        path = trouble.where[0]
        with self._lock:
            self._lost[path] += 1
            if trouble.is_of_app:  # all that waited end with the same words
                words, _ = self._verdicts.setdefault(EVERYWHERE, (words, FailureType.transient_error))
            if trouble.is_quota:
                self._verdicts[trouble.where] = (words, FailureType.transient_error)
            elif self._lost[path] >= LOST_IN_A_ROW:
                self._verdicts[path, ""] = (words, FailureType.transient_error)
        self.end_probe()
        return TransientError(
            message=words,
            internal_message=f"given up: {trouble.where}",
        )


@dataclass
class TiktokBackoff(BackoffStrategy):
    """Asks `Patience` how long to wait. `trouble_of` says what is wrong with an answer."""

    patience: Patience
    trouble_of: Callable[[Outcome], Trouble]

    def backoff_time(self, response_or_exception: Outcome, attempt_count: int) -> float:
        """Seconds to wait after the `attempt_count`-th refusal of one request; the CDK adds one."""
        return self.patience.wait(self.trouble_of(response_or_exception), attempt_count)


def _list_places(path: str, advertiser_id: str, *, is_apart: bool) -> tuple[tuple[str, str], ...]:
    here = (path, ""), (path, advertiser_id)
    return here if is_apart else (EVERYWHERE, *here)


def _wait(waits: tuple[int, ...], attempt: int) -> int:
    return waits[min(attempt, len(waits)) - 1]
