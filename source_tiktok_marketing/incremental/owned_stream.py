"""Streams that are read owner by owner: the windows of each, and the partitions that read them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import InitVar, dataclass
from functools import lru_cache
from typing import Any

from airbyte_cdk import AirbyteMessage
from airbyte_cdk.sources.declarative.incremental import ConcurrentPerPartitionCursor
from airbyte_cdk.sources.declarative.models.declarative_component_schema import (
    CustomRetriever,
    DatetimeBasedCursor,
    DeclarativeStream,
)
from airbyte_cdk.sources.declarative.parsers.model_to_component_factory import ModelToComponentFactory
from airbyte_cdk.sources.declarative.partition_routers.partition_router import PartitionRouter
from airbyte_cdk.sources.declarative.retrievers import Retriever
from airbyte_cdk.sources.message import NoopMessageRepository
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.types import Record, StreamSlice
from typing_extensions import override

from source_tiktok_marketing.incremental.owner_cursor import OwnerCursor, SavedCursors, name_owner
from source_tiktok_marketing.incremental.page_messages import PageMessage, split_page
from source_tiktok_marketing.incremental.wrapped_stream import WrappedStream
from source_tiktok_marketing.sync import Shared

# Most owners of reports have reached the same days. Owners of lists have a value each.
DIFFERENT_VALUES = 64

Reader = Callable[[Mapping[str, Any], StreamSlice], Iterable[Any]]


@dataclass(frozen=True)
class Definition:
    """How a stream is read owner by owner: its owners, its windows in the manifest's words, and what reads one."""

    router: PartitionRouter
    windows: DatetimeBasedCursor
    read: Reader


class OwnedStreams(Shared):
    """The streams of a sync that are read owner by owner. Their retrievers add them.

    A retriever is the only component to which the CDK gives all that a `Definition` consists of.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._config = config
        self._definitions: dict[str, Definition] = {}

    def add(self, stream: str, definition: Definition) -> None:
        """Notes how a stream is read."""
        self._definitions[stream] = definition

    def wrap(self, stream: AbstractStream, emit: Callable[[AirbyteMessage], None]) -> AbstractStream:
        """The stream with an `OwnerCursor` if it is read owner by owner, otherwise with the CDK's cursor."""
        if not (definition := self._definitions.get(stream.name)):
            keep_every_account(stream.cursor)
            return stream
        saved = SavedCursors.of(self._config).by_stream.get(stream.name, {})
        cursor = OwnerCursor(stream.name, str(stream.cursor_field), saved, emit)
        windows = Windows(stream, definition.windows, self._config)
        return OwnedStream(stream, definition, cursor, windows)


@dataclass(kw_only=True)
class OwnedRetriever(Retriever):
    """A retriever of a stream that is read owner by owner. The CDK gives it what it needs to say so (`Definition`)."""

    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    stream: str
    partition_router: PartitionRouter | None = None
    incremental_sync: DatetimeBasedCursor | None = None

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        if self.partition_router and self.incremental_sync:
            definition = Definition(self.partition_router, self.incremental_sync, self.read_records)
            OwnedStreams.of(self.config).add(self.stream, definition)


class Windows:
    """The windows of a stream's owners, as the CDK's cursor makes them from the manifest.

    They only depend on the value that an owner's last sync reached. Owners with the same value share them.
    """

    def __init__(self, stream: AbstractStream, definition: DatetimeBasedCursor, config: Mapping[str, Any]) -> None:
        self._stream, self._definition, self._config = stream, definition, config
        self._factory = ModelToComponentFactory()
        self.list_after = lru_cache(DIFFERENT_VALUES)(self._list_after)

    def _list_after(self, saved: str) -> list[Mapping[str, Any]]:
        """The windows to read if the last sync reached `saved`, or all of them if there was none."""
        cursor = self._factory.create_concurrent_cursor_from_datetime_based_cursor(
            model_type=DatetimeBasedCursor,
            component_definition=dict(self._definition.__dict__),
            stream_name=self._stream.name,
            stream_namespace=None,
            stream_state={str(self._stream.cursor_field): saved} if saved else {},
            config=self._config,
            message_repository=NoopMessageRepository(),
        )
        return [window.cursor_slice for window in cursor.stream_slices()]


class OwnerPartition(Partition):
    """One window of one owner. `rows` counts what was read of it.

    Its pages are messages. Its first record comes alone, as the CDK starts the stream with a record.
    """

    def __init__(self, stream: AbstractStream, window: StreamSlice, read: Reader) -> None:
        self._stream, self._window, self._read = stream, window, read
        self.rows = 0

    @override
    def read(self) -> Iterator[Any]:
        """The records of the window, and pages of them."""
        for found in self._read(self._stream.get_json_schema(), self._window):
            record = found if isinstance(found, Record) else Record(found, self._stream.name, self._window)
            for each in split_page(record):
                self.rows += each.lines.count if isinstance(each, PageMessage) else 1
                yield each

    @override
    def to_slice(self) -> Mapping[str, Any] | None:
        """The window."""
        return self._window

    @override
    def stream_name(self) -> str:
        """The stream's name."""
        return self._stream.name

    @override
    def __hash__(self) -> int:
        return id(self)


class OwnedStream(WrappedStream):
    """A stream that is read owner by owner, each from the value that its last sync reached (`OwnerCursor`)."""

    def __init__(self, inner: AbstractStream, definition: Definition, cursor: OwnerCursor, windows: Windows) -> None:
        super().__init__(inner, cursor)
        self._definition, self._owners, self._windows = definition, cursor, windows

    @override
    def generate_partitions(self) -> Iterator[Partition]:
        """Every window of every owner. The windows of one owner come in the order of their days."""
        owners: Iterable[StreamSlice] = self._definition.router.stream_slices()
        if self._owners.of_all:
            owners = list(owners)
            self._owners.give_to_each(name_owner(owner.partition) for owner in owners)
        for owner in owners:
            for window in self._windows.list_after(self._owners.get_saved(name_owner(owner.partition))):
                found = StreamSlice(partition=owner.partition, cursor_slice=window, extra_fields=owner.extra_fields)
                yield OwnerPartition(self._inner, found, self._definition.read)


def keep_every_account(cursor: Cursor) -> None:
    """Lifts the CDK's limit, above which all ad accounts share one cursor: a new one would lose its history."""
    if isinstance(cursor, ConcurrentPerPartitionCursor):
        cursor.SWITCH_TO_GLOBAL_LIMIT = cursor.DEFAULT_MAX_PARTITIONS_NUMBER = sys.maxsize


def is_owned(definition: DeclarativeStream | None) -> bool:
    """Whether a stream of the manifest has an `OwnedRetriever`. Reports that are made as tasks have the CDK's."""
    return definition is not None and isinstance(definition.retriever, CustomRetriever)
