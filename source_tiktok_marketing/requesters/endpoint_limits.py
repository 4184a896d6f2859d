"""What TikTok allows an endpoint beside the app's quota: so many requests in a minute, so many in a day."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from threading import Lock
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from airbyte_cdk import AirbyteTracedException

from source_tiktok_marketing.config.shards import share_of
from source_tiktok_marketing.errors import TransientError

SPANS = {"per_minute": 60.0, "per_day": 86_400.0}
# A request may be counted so many seconds after it was sent, with those of the next minute.
LATE = 4.0

Limit = Mapping[str, Any]


class Waits(Protocol):
    """A clock that can be waited for."""

    def now(self) -> float:
        """Seconds since some moment."""
        ...

    def wait_until(self, moment: float) -> None:
        """Returns at `moment`."""
        ...


def limits_at(requests_per_second: float, own_limits: Sequence[Limit]) -> list[Limit]:
    """The limits of an app that may make so many requests: of several rows for one endpoint the last that begins there.

    A row is about `endpoint`, which may end in `*`. It begins at `app_rate` requests per second. What it allows is
    counted for all together, or with `apart_by` for each endpoint and each value of that parameter.
    """
    reached = (row for row in own_limits if row.get("app_rate", 0) <= requests_per_second)
    return list({(row["endpoint"], row.get("apart_by")): row for row in reached}.values())


def is_about(path: str, limit: Limit) -> bool:
    """Whether a limit counts requests for the endpoint at `path`, the whole path of an address or the end of one."""
    return fnmatch(f"/{path}", f"*/{limit['endpoint'].lstrip('/')}")


@dataclass
class Window:
    """So many requests in any span of time. They may go at once; the next one waits until the first counts no more."""

    limit: int
    seconds: float
    _moments: deque[float] = field(default_factory=deque, repr=False)

    def next_moment(self, now: float) -> float:
        """When the next request may go."""
        if len(self._moments) < self.limit:
            return now
        return max(now, self._moments[0] + self.seconds + LATE)

    def take(self, moment: float) -> None:
        """Counts a request."""
        self._moments.append(moment)
        if len(self._moments) > self.limit:
            self._moments.popleft()


class EndpointLimits:
    """The windows of all endpoints with limits of their own, for one sync. What another sync asked for is not known."""

    def __init__(self, config: Mapping[str, Any], limits: Sequence[Limit], clock: Waits) -> None:
        self._config, self._limits, self._clock = config, limits, clock
        self._patience = 60 * int(config["max_wait_minutes"])
        self._windows: dict[tuple[Any, ...], Window] = {}
        self._lock = Lock()

    def wait(self, url: str) -> None:
        """Returns when a request may go. Raises a transient error where that is too long to wait for."""
        with self._lock:
            windows = list(self._list_about(url))
            now = self._clock.now()
            moment = max((window.next_moment(now) for window in windows), default=now)
            if moment - now > self._patience:
                raise _used_up_error(urlsplit(url).path, max(windows, key=lambda window: window.next_moment(now)))
            for window in windows:
                window.take(moment)
        if moment > now:
            self._clock.wait_until(moment)

    def _list_about(self, url: str) -> Iterator[Window]:
        parts = urlsplit(url)
        for limit in self._limits:
            if not is_about(parts.path, limit):
                continue
            name = limit.get("apart_by")
            apart = (parts.path, *parse_qs(parts.query).get(name, ())) if name else ()
            for span in SPANS.keys() & limit.keys():
                allowed = max(1, int(share_of(self._config, limit[span])))
                key = (limit["endpoint"], span, *apart)
                yield self._windows.setdefault(key, Window(allowed, SPANS[span]))


def _used_up_error(path: str, window: Window) -> AirbyteTracedException:
    return TransientError(
        message=f"TikTok allows {window.limit} requests a day to {path.partition('/v1.3/')[2]}, and this sync has made "
        "them. What was read is saved: the next sync goes on from there.",
        internal_message=f"{window.limit} requests in {window.seconds:g} s",
    )
