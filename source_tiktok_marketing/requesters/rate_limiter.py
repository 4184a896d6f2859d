"""TikTok's quota: when a request may be sent, so that none is refused as too frequent."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from threading import Lock
from typing import Any

from source_tiktok_marketing.config.shards import take_share
from source_tiktok_marketing.requesters.endpoint_limits import EndpointLimits, is_about, list_limits
from source_tiktok_marketing.sync import Shared

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")

# Each interval is this much longer than the quota demands, as TikTok may count a request later than it was sent: a
# connection has to be opened, or a thread waits for the processor. 10 requests a second are then never more than 10 in
# one of TikTok's seconds, as long as no two delays differ by more than 60 ms.
MARGIN = 1.06
# If an answer took longer, TikTok may have counted its request later still, but it may also have worked on it for long.
# No delay above this is assumed.
MOST_LATE = 0.25
# In seconds; SLOWEST is a factor. TikTok counts by the second, so that a pause of one is enough. Another program that
# uses up the quota goes on for longer, so that the slowdown fades out slowly.
PAUSE, HALF_LIFE, SLOWEST = 1.0, 20.0, 16.0
# One refusal may be chance, such as a late request. A second one soon after is not.
FIRST_STEP, STEP = 1.2, 2.0
# A slowdown below this is as good as none.
CALM = 1.1


class Clock:
    """The time that passes while requests wait; tests have one of their own."""

    def now(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    def wait_until(self, moment: float) -> None:
        """Returns at `moment`. Asks for the time once only, as a test's clock may stand still."""
        if (seconds := moment - self.now()) > 0:
            time.sleep(seconds)


CLOCK = Clock()


@dataclass
class Turn:
    """When one request was sent, and how much later TikTok may have counted it."""

    moment: float
    late: float = MOST_LATE


@dataclass
class Pace:
    """Sends requests at even intervals.

      at most 10 a second     │  │  │  │  │  │  │  │  │  │     every 106 ms, however many threads ask
      idle for a while        │  │  │  │           │  │  │     what was not used is not made up for
      refused                 │  │  │x       │  │   x      │     a second's pause and a little slower, half as fast …
      refused no more         │     │    │    │   │  │  │  │     … and back to the full pace, half the way in 20 s

    A moving window would send ten at once, and if one is late, TikTok counts it with the ten of the next second. If a
    request may have been later than the intervals allow for, the tenth after it is sent later too.
    """

    per_second: float
    clock: Clock = field(default_factory=lambda: CLOCK)
    _next: float = 0.0
    _slowdown: float = 1.0
    _refused_at: float = float("-inf")
    _turn: Lock = field(default_factory=Lock, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def __post_init__(self) -> None:
        self._recent: deque[Turn] = deque(maxlen=ceil(self.per_second))

    def wait(self) -> Turn:
        """Returns when the next request may be sent.

        One thread waits for the clock, and the others wait for that thread. On a busy machine it may wake up late, and
        the next interval begins when it does.
        """
        with self._turn:
            with self._lock:
                moment = max(self.clock.now(), self._next, self._find_room())
                self._next = moment + MARGIN * self._find_slowdown(moment) / self.per_second
            self.clock.wait_until(moment)
            turn = Turn(max(moment, self.clock.now()))
            self._recent.append(turn)
        return turn

    def _find_room(self) -> float:
        """When another request may be sent: when the oldest of those that TikTok counts together no longer counts."""
        if len(self._recent) < ceil(self.per_second):
            return 0.0
        first, counted = self._recent[0], len(self._recent) / self.per_second
        return first.moment + counted + max(first.late, (MARGIN - 1) * counted)

    def note_refusal(self) -> bool:
        """Notes a refusal, and returns whether it comes after a calm time. Several in one second count once."""
        with self._lock:
            now = self.clock.now()
            if now < self._refused_at + PAUSE:
                return False
            slowed = self._find_slowdown(now)
            factor = STEP if now < self._refused_at + HALF_LIFE / 2 else FIRST_STEP
            self._slowdown = min(factor * slowed, SLOWEST)
            self._refused_at = now
            self._next = max(self._next, now + PAUSE)
            return slowed < CALM

    def _find_slowdown(self, moment: float) -> float:
        if self._slowdown == 1.0:
            return 1.0
        calm = max(0.0, moment - self._refused_at)
        return 1 + (self._slowdown - 1) * float(0.5 ** (calm / HALF_LIFE))


class Budget(Shared):
    """The requests that one sync may send, shared by all its streams and threads. A retry is a request like any other.

    TikTok counts by app. Its pages do not say whether it counts each endpoint separately or all together: here all are
    counted together, which is right either way. Endpoints with a lower limit of their own keep to that as well, by the
    second, the minute and the day. The app's limit per minute is sixty times the one per second, and the one per day
    86,400 times, so that a sync that keeps to the first keeps to all. (In the sandbox the limit per minute is lower:
    see `config.normalization`.)
    """

    def __init__(self, config: Mapping[str, Any], own_limits: Sequence[Mapping[str, Any]] = ()) -> None:
        self._wanted = config["requests_per_second"]
        self._every = Pace(take_share(config, self._wanted))
        limits = list_limits(self._wanted, own_limits)
        paced = [limit for limit in limits if "requests_per_second" in limit]
        self._own = [(limit, Pace(take_share(config, limit["requests_per_second"]))) for limit in paced]
        self._limits = EndpointLimits(config, limits, CLOCK)

    def wait(self, url: str) -> list[Turn]:
        """Returns when a request for `url` may be sent."""
        self._limits.wait(url)
        own = self._find_own_pace(url)
        return [pace.wait() for pace in (own, self._every) if pace]

    def note_refusal(self, url: str) -> None:
        """Slows down: TikTok got more requests than it allows, though this sync did not send too many."""
        pace = self._find_own_pace(url) or self._every
        if pace.note_refusal():
            LOGGER.info(
                f"TikTok refuses requests as too frequent. Another program uses the app's quota, or the app may make "
                f"fewer than Requests per Second (requests_per_second), which is {self._wanted:g}. "
                "The sync goes on more slowly."
            )

    def has_own(self, url: str) -> bool:
        """Whether TikTok counts requests for `url` separately."""
        return self._find_own_pace(url) is not None

    def _find_own_pace(self, url: str) -> Pace | None:
        path = url.partition("?")[0]
        return next((pace for limit, pace in self._own if is_about(path, limit)), None)
