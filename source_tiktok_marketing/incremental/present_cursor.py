"""Lists of things that change: their cursor follows the times of records, but never beyond the start of the sync."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.types import Record
from typing_extensions import override

from source_tiktok_marketing.incremental.cursor import AdvertiserStream
from source_tiktok_marketing.incremental.wrapped_stream import WrappedStream
from source_tiktok_marketing.requesters.clock import SyncClock


class PresentCursor(Cursor):
    """Follows the times of records, but ignores those after the start of the sync.

    While later pages are read, a record of a page that was already read may change. Only the next sync can find that
    change, and it would not look for it if a later page had moved the cursor beyond it.
    """

    def __init__(self, inner: Cursor, cursor_field: str, clock: SyncClock) -> None:
        self._inner = inner
        self._field = cursor_field
        self._clock = clock

    @property
    @override
    def state(self) -> MutableMapping[str, Any]:
        """The state to save, as the CDK's cursor keeps it."""
        return self._inner.state

    @override
    def observe(self, record: Record) -> None:
        """Notes the time of one record, unless it is after the start of the sync."""
        if str(record.data.get(self._field) or "")[:19] <= self._clock.get_beginning().isoformat()[:19]:
            self._inner.observe(record)

    @override
    def close_partition(self, partition: Partition) -> None:
        """Passes on that a partition was read."""
        self._inner.close_partition(partition)

    @override
    def ensure_at_least_one_state_emitted(self) -> None:
        """Emits the state at the end of the stream."""
        self._inner.ensure_at_least_one_state_emitted()

    @override
    def should_be_synced(self, record: Record) -> bool:
        """As the CDK's cursor decides."""
        return self._inner.should_be_synced(record)


def bind_to_present(stream: AbstractStream, clock: SyncClock, *, is_windowed: bool) -> AbstractStream:
    """The stream with a cursor that never moves beyond the start of the sync. Every report is read in windows."""
    if is_windowed or str(stream.cursor_field).startswith(("stat_time", "period")):
        return AdvertiserStream(stream, clock)
    if not stream.cursor_field:
        return stream
    return WrappedStream(stream, PresentCursor(stream.cursor, stream.cursor_field, clock))
