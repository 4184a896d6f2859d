"""What a worker needs of the database that all workers share, and which rows and states it writes to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

from errors import UnfitError
from msgspec.json import Encoder

STATE = "_state"
# When a row was last written. Rows that TikTok no longer has stay in the table, with an old time.
WRITTEN_AT = "_written_at"
LONGEST_NAME = 63  # bytes; Postgres cuts longer names
JSON = "json"

# The cursors of one stream, by owner. The owner is a JSON object: `{"advertiser_id": "7002238017842750001"}`.
Cursors = dict[str, Any]
Row = Mapping[str, Any]
ENCODER = Encoder(decimal_format="number")


@dataclass(frozen=True)
class Table:
    """The table of a stream: the kind of each column, and the columns of the primary key.

    The kinds are `integer`, `number`, `boolean`, `string`, `date`, `date-time` and `json`.
    """

    name: str
    columns: Mapping[str, str]
    key: Sequence[str]

    @classmethod
    def of(cls, stream: Mapping[str, Any]) -> Self:
        """The table of a stream in the connector's catalog.

        Raises UnfitError if a name is too long for Postgres, or if the columns or the primary key of the stream are not
        known beforehand, as with the Extra Endpoints of a configuration.
        """
        columns = {name: _kind_of(schema) for name, schema in stream["json_schema"]["properties"].items()}
        key = [path[0] for path in stream.get("source_defined_primary_key") or ()]
        if not key or not columns.keys() >= set(key):
            raise UnfitError(f"{stream['name']} has no table, as its columns or its key are not known before it is "
                             "read. Name the other streams in STREAMS.")  # fmt: skip
        for name in (stream["name"], *columns):
            if len(name.encode()) > LONGEST_NAME:
                raise UnfitError(f"{name} of {stream['name']} is longer than the {LONGEST_NAME} bytes of a name.")
        return cls(stream["name"], columns, key)

    def list_missing(self, existing: set[str], schema: str) -> list[str]:
        """The columns that an existing table of the stream lacks. Raises UnfitError if it is not a worker's table."""
        if WRITTEN_AT not in existing:
            raise UnfitError(f"{schema}.{self.name} was not made by a worker: it has no column {WRITTEN_AT}. Name "
                             "another schema in SCHEMA, or rename that table.")  # fmt: skip
        return [name for name in self.columns if name not in existing]

    def keep_last(self, rows: Iterable[Row]) -> Iterable[Row]:
        """The last row of each key."""
        return {tuple(row.get(name) for name in self.key): row for row in rows}.values()


class Store(Protocol):
    """The database, as one worker sees it."""

    def claim(self, index: int, count: int) -> None:
        """Reserves a shard for this worker, or raises BusyError."""

    def prepare(self, tables: Iterable[Table]) -> None:
        """Creates the tables, and adds the columns that only a newer connector has."""

    def load_cursors(self) -> Iterator[tuple[str, dict[str, Any], Any]]:
        """Yields stream, owner and cursor, as the workers saved them."""

    def write(self, table: Table, rows: Sequence[Row], cursors: Cursors) -> None:
        """Merges rows into a table by their key, and saves the cursors that follow them, in one transaction."""


def _kind_of(schema: Mapping[str, Any]) -> str:
    types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    kind = next(name for name in types if name != "null")
    return JSON if kind in {"array", "object"} else schema.get("format") or kind


def to_plain(value: Any, kind: str) -> Any:
    """A value without the zero character, which Postgres allows in no text, and JSON as a text."""
    if kind == JSON and value is not None:
        return ENCODER.encode(_without_zero(value)).decode()
    return _without_zero(value)


def _without_zero(value: Any) -> Any:
    if isinstance(value, dict):
        return {_without_zero(name): _without_zero(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_without_zero(each) for each in value]
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value
