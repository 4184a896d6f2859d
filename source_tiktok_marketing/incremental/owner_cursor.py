"""How far each owner of a stream was read: one value for each, and a state that follows the work."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from datetime import datetime
from threading import Lock
from time import monotonic
from typing import Any

from airbyte_cdk import AirbyteMessage, Type
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.types import Record
from typing_extensions import override

from source_tiktok_marketing.incremental.state_forms import make_message
from source_tiktok_marketing.incremental.windows import get_slice
from source_tiktok_marketing.sync import Shared

# A state is saved after so many rows, or seconds, that no state tells of. Airbyte advises no more than one a minute.
ROWS, SECONDS = 50_000, 60.0


class SavedCursors(Shared):
    """The saved cursors of a sync, by stream and owner, as `AdvertiserStateMigration` found them in the state.

    The value of a stream's owner `""` counts for every owner that has none of its own.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__(config)
        self.by_stream: dict[str, dict[str, str]] = {}

    def take_over(self, other: SavedCursors) -> None:
        """Takes over what another configuration of the same sync has found: the CDK has no state left then."""
        self.by_stream |= other.by_stream

    def keep(self, stream: str, state: Mapping[str, Any], cursor_field: str) -> None:
        """Keeps the cursors of a migrated state."""
        found = {name_owner(each["partition"]): each["cursor"][cursor_field] for each in state.get("states", [])}
        self.by_stream[stream] = {"": state[cursor_field]} if cursor_field in state else found


class OwnerCursor(Cursor):
    """Keeps how far each owner was read as one value: an ISO day, or a moment without a zone.

    The CDK's ConcurrentPerPartitionCursor has a cursor object for each owner, which takes 6 kB and is built anew from
    the manifest: 5,000 ad accounts with 30 streams took 900 MB. Above 10,000 owners it has one cursor for all. It saves
    a state every ten minutes, in which a sync reads millions of rows.

    This one saves a state with the first window, and then whenever so many rows, or so much time, passed that a sync
    that is killed would read them again (`ROWS`, `SECONDS`). Windows that are open then are read again as well.

    Args:
        stream: The name of the stream.
        cursor_field: The column that the values are of.
        saved: The values of the last sync, by owner; that of `""` is `of_all`, of every owner without one of its own.
        emit: Emits a message after all earlier ones.
    """

    def __init__(
        self, stream: str, cursor_field: str, saved: Mapping[str, str], emit: Callable[[AirbyteMessage], None]
    ) -> None:
        self._stream, self._field, self._emit = stream, cursor_field, emit
        self._values = {owner: value for owner, value in saved.items() if owner}
        self.of_all = saved.get("", "")
        self._seen: dict[str, str] = {}
        self._rows, self._saved_at = 0, float("-inf")
        self._lock = Lock()

    def get_saved(self, owner: str) -> str:
        """The value to go on from; empty if the owner is new."""
        return self._values.get(owner) or self.of_all

    def give_to_each(self, owners: Iterable[str]) -> None:
        """Gives the value `of_all` to each of the owners, so that the first state that is saved has it for all."""
        with self._lock:
            self._values = dict.fromkeys(owners, self.of_all) | self._values

    @property
    @override
    def state(self) -> MutableMapping[str, Any]:
        """The state to save, in the form of the CDK's cursors."""
        with self._lock:
            values = sorted(self._values.items())
        states = [{"partition": json.loads(owner), "cursor": {self._field: value}} for owner, value in values]
        return {"use_global_cursor": False, "states": states}

    @override
    def observe(self, record: Record) -> None:
        """Notes the value of a record, unless it is no day or moment. The owner moves there when its window closes."""
        value = str(record.data.get(self._field) or "")[:19].replace(" ", "T")
        if record.associated_slice and _is_moment(value):
            owner = name_owner(record.associated_slice.partition)
            with self._lock:
                self._seen[owner] = max(value, self._seen.get(owner, ""))

    @override
    def close_partition(self, partition: Partition) -> None:
        """Moves the window's owner, never back, and saves the state if the work since the last one is enough.

        A list is sorted by no time: what an owner moved past before its window was read to the end might be lost.
        """
        owner = name_owner(get_slice(partition).partition)
        with self._lock:
            if seen := self._seen.pop(owner, ""):
                self._values[owner] = max(seen, self.get_saved(owner))
            self._rows += getattr(partition, "rows", 0)
            now = monotonic()
            if self._rows < ROWS and now < self._saved_at + SECONDS:
                return
            self._rows, self._saved_at = 0, now
        self.ensure_at_least_one_state_emitted()

    @override
    def ensure_at_least_one_state_emitted(self) -> None:
        """Emits the state."""
        self._emit(AirbyteMessage(type=Type.STATE, state=make_message(self._stream, self.state)))

    @override
    def should_be_synced(self, record: Record) -> bool:
        """Always true: every row of a window is wanted."""
        return True


def _is_moment(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def name_owner(partition: Mapping[str, Any]) -> str:
    """A partition as text, to find it by. All streams share the text of an owner."""
    return sys.intern(json.dumps(dict(partition), sort_keys=True))
