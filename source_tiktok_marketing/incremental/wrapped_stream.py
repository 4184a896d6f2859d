"""A stream of the CDK's with another cursor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from airbyte_cdk import AirbyteStream
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.sources.streams.concurrent.availability_strategy import StreamAvailability
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from typing_extensions import override


class WrappedStream(AbstractStream):
    """A stream that is as `inner` but for its cursor. Subclasses change what is read."""

    def __init__(self, inner: AbstractStream, cursor: Cursor) -> None:
        self._inner, self._cursor = inner, cursor

    @override
    def generate_partitions(self) -> Iterable[Partition]:
        """The partitions to read."""
        return self._inner.generate_partitions()

    @property
    def name(self) -> str:
        """The stream's name."""
        return self._inner.name

    @property
    def cursor_field(self) -> str | None:
        """The column the state follows."""
        return self._inner.cursor_field

    @property
    def cursor(self) -> Cursor:
        """The cursor that follows what is read."""
        return self._cursor

    @override
    def get_json_schema(self) -> Mapping[str, Any]:
        """The stream's schema."""
        return self._inner.get_json_schema()

    @override
    def as_airbyte_stream(self) -> AirbyteStream:
        """The stream's entry in the catalog."""
        return self._inner.as_airbyte_stream()

    @override
    def log_stream_sync_configuration(self) -> None:
        """Logs how the stream is synced, at debug level."""
        self._inner.log_stream_sync_configuration()

    @override
    def check_availability(self) -> StreamAvailability:
        """Whether the first window can be read."""
        return self._inner.check_availability()
