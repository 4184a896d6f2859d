"""Limits of single endpoints beside the app's quota: so many requests per minute, so many per day."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from threading import Lock
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from airbyte_cdk import AirbyteTracedException

from source_tiktok_marketing.config.shards import take_share
from source_tiktok_marketing.errors import TransientError

SPANS = {"per_minute": 60.0, "per_day": 86_400.0}
# How many seconds after it was sent TikTok may count a request, perhaps in the next minute.
LATE = 4.0

Limit = Mapping[str, Any]


class Waits(Protocol):
    """A clock that can wait."""

    def now(self) -> float:
        """Seconds since some moment."""
        ...

    def wait_until(self, moment: float) -> None:
        """Returns at `moment`."""
        ...


def list_limits(requests_per_second: float, own_limits: Sequence[Limit]) -> list[Limit]:
    """The limits that apply to an app with this quota; if several rows are about one endpoint, the last that applies.

    A row is about `endpoint`, which may end in `*`, and applies to apps with at least `app_rate` requests per second.
    Requests are counted together, or with `apart_by` separately for each endpoint and each value of that parameter.
    """
    reached = (row for row in own_limits if row.get("app_rate", 0) <= requests_per_second)
    return list({(row["endpoint"], row.get("apart_by")): row for row in reached}.values())


def is_about(path: str, limit: Limit) -> bool:
    """Whether a limit applies to the endpoint at `path`, which may be a whole path or the end of one."""
    return fnmatch(f"/{path}", f"*/{limit['endpoint'].lstrip('/')}")


@dataclass
class Window:
    """At most `limit` requests in any span of `seconds`. The next one waits until the first is out of the span."""

    limit: int
    seconds: float
    _moments: deque[float] = field(default_factory=deque, repr=False)

    def find_next_moment(self, now: float) -> float:
        """When the next request may be sent."""
        if len(self._moments) < self.limit:
            return now
        return max(now, self._moments[0] + self.seconds + LATE)

    def take(self, moment: float) -> None:
        """Counts a request."""
        self._moments.append(moment)
        if len(self._moments) > self.limit:
            self._moments.popleft()


class EndpointLimits:
    """The windows of all endpoints with limits of their own. Requests of other syncs are not known."""

    def __init__(self, config: Mapping[str, Any], limits: Sequence[Limit], clock: Waits) -> None:
        self._config, self._limits, self._clock = config, limits, clock
        self._patience = 60 * int(config["max_wait_minutes"])
        self._windows: dict[tuple[Any, ...], Window] = {}
        self._lock = Lock()

    def wait(self, url: str) -> None:
        """Returns when a request may be sent. Raises a transient error if that would take too long."""
        with self._lock:
            windows = list(self._list_about(url))
            now = self._clock.now()
            moment = max((window.find_next_moment(now) for window in windows), default=now)
            if moment - now > self._patience:
                raise _make_used_up_error(
                    urlsplit(url).path, max(windows, key=lambda window: window.find_next_moment(now))
                )
            for window in windows:
                window.take(moment)
        if moment > now:
            self._clock.wait_until(moment)

    def _list_about(self, url: str) -> Iterator[Window]:
        address = urlsplit(url)
        for limit in self._limits:
            if not is_about(address.path, limit):
                continue
            name = limit.get("apart_by")
            apart = (address.path, *parse_qs(address.query).get(name, ())) if name else ()
            for span in SPANS.keys() & limit.keys():
                allowed = max(1, int(take_share(self._config, limit[span])))
                counter = (limit["endpoint"], span, *apart)
                yield self._windows.setdefault(counter, Window(allowed, SPANS[span]))


def _make_used_up_error(path: str, window: Window) -> AirbyteTracedException:
    return TransientError(
        message=f"TikTok allows {window.limit} requests a day to {path.partition('/v1.3/')[2]}, and this sync has made "
        "them. What was read is saved: the next sync goes on from there.",
        internal_message=f"{window.limit} requests in {window.seconds:g} s",
    )
