"""How far each ad account has been read: windows inside its own days, state that moves with it."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, MutableMapping
from datetime import date, timedelta
from threading import Lock
from typing import Any

from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.types import Record, StreamSlice
from typing_extensions import override

from source_tiktok_marketing.config.dates import FIRST_ZONE
from source_tiktok_marketing.incremental.page_messages import PageMessage
from source_tiktok_marketing.incremental.windows import HELD, REFUSED, get_days, get_slice, is_outside
from source_tiktok_marketing.incremental.wrapped_stream import WrappedStream
from source_tiktok_marketing.requesters.clock import SyncClock

# Audience figures and distinct-people metrics arrive up to 16 hours late and the daily correction runs at 12:00 UTC:
# a day without rows may still get some until two days later.
SETTLED_AFTER = timedelta(days=2)


class AdvertiserCursor(Cursor):
    """Moves an ad account's cursor to the last day seen, and past windows without rows.

    The CDK's cursor only follows records, so that every sync would read all days of an ad account without rows; and it
    parses a date and hashes the slice for every record. This one remembers the largest day of a window, and passes it
    to the CDK's cursor when the window closes.

      window        [────────────────────────────────]
      rows             ▪ ▪▪  ▪
      settled       ───────────────────────┤ two days before the account's today, at most the window's end
      last row              ─┤
      cursor                               ┤ the later of the two

    It never moves back, never past TikTok's today, never past the account's own last day (`last_month` is another month
    in Los Angeles for some hours), and never past a window of the account that has not closed. So a window that failed
    is read again, and so is one that TikTok refused (`refuse`), once the token has the permission.
    """

    def __init__(self, inner: Cursor, cursor_field: str, clock: SyncClock) -> None:
        self._inner = inner
        self._field = cursor_field
        self._clock = clock
        self._last_day: dict[int, str] = {}
        self._lock = Lock()
        # The windows of each ad account in order, by their first day, with the day they reached once they are closed.
        self._windows: defaultdict[str, OrderedDict[str, str | None]] = defaultdict(OrderedDict)

    @property
    @override
    def state(self) -> MutableMapping[str, Any]:
        """The state to save, as the CDK's cursor keeps it."""
        return self._inner.state

    def open_partition(self, partition: Partition) -> None:
        """Notes a window before it is read. The windows of one ad account come in the order of their days."""
        window = get_slice(partition)
        with self._lock:
            self._last_day.pop(id(window), None)  # left by a failed window that had the same id
            self._windows[_name_owner(window)][window["start_time"]] = None

    @override
    def observe(self, record: Record | PageMessage) -> None:
        """Notes the day of one record of an open window, or the last day of a page of them."""
        if isinstance(record, PageMessage):
            day, window = record.lines.last[:10], id(record.window)
        else:
            day, window = (record.data.get(self._field) or "")[:10], id(record.associated_slice)
        if day > self._last_day.get(window, ""):
            self._last_day[window] = day

    @override
    def close_partition(self, partition: Partition) -> None:
        """Moves the cursor past all windows that were read, up to the first one that was not."""
        window = get_slice(partition)
        if window.extra_fields.get(REFUSED) or window.extra_fields.get(HELD):
            return
        today = min(get_days(window)["today"], self._clock.get_earlier().astimezone(FIRST_ZONE).date().isoformat())
        with self._lock:
            seen = min(self._last_day.pop(id(window), ""), _find_last_day(window, today))
            reached = max(seen, _find_settled_day(window, today))
            self._windows[_name_owner(window)][window["start_time"]] = reached
            if last := self._forget_closed(_name_owner(window)):
                self._inner.observe(Record({self._field: last}, partition.stream_name(), window))
            self._inner.close_partition(partition)

    def _forget_closed(self, owner: str) -> str:
        """Forgets the account's closed windows before the first open one, and returns the last day they reached."""
        windows, last = self._windows[owner], ""
        while windows and windows[next(iter(windows))]:
            last = max(last, windows.popitem(last=False)[1] or "")
        if not windows:
            del self._windows[owner]
        return last

    @override
    def ensure_at_least_one_state_emitted(self) -> None:
        """Emits the state at the end of the stream."""
        self._inner.ensure_at_least_one_state_emitted()

    @override
    def should_be_synced(self, record: Record) -> bool:
        """Always true: every row of a window is wanted."""
        return True


class AdvertiserStream(WrappedStream):
    """A report stream whose windows stay inside the ad account's own days.

    The CDK makes windows up to the latest day anywhere on earth, which has not begun in Los Angeles yet. A window that
    is wholly outside the account's days is closed without a request; the manifest narrows all others to these days.
    """

    def __init__(self, inner: AbstractStream, clock: SyncClock) -> None:
        self._windows = AdvertiserCursor(inner.cursor, str(inner.cursor_field), clock)
        super().__init__(inner, self._windows)

    @override
    def generate_partitions(self) -> Iterable[Partition]:
        """The windows to read."""
        for partition in self._inner.generate_partitions():
            self._windows.open_partition(partition)
            if get_slice(partition).extra_fields.get("jobs") == []:  # all tasks failed, as the CDK says at the end
                continue
            if is_outside(get_slice(partition)):
                self._windows.close_partition(partition)
            else:
                yield partition


def _name_owner(window: StreamSlice) -> str:
    return ",".join(map(str, window.partition.values()))


def _find_last_day(window: StreamSlice, today: str) -> str:
    """The last day of a window that has begun. TikTok has been seen to send rows of days outside the request."""
    return min(today, str(window.cursor_slice["end_time"]))


def _find_settled_day(window: StreamSlice, today: str) -> str:
    settled = date.fromisoformat(today) - SETTLED_AFTER
    return min(settled.isoformat(), str(window.cursor_slice["end_time"]), get_days(window)["last_day"])
