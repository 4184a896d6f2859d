"""The database that all workers share: a table for each stream, and one table for all states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from zlib import crc32

import psycopg
from errors import BusyError, UnfitError
from msgspec.json import Encoder
from psycopg.sql import SQL, Composed, Identifier
from psycopg.types.json import Jsonb

TYPES = {"integer": "bigint", "number": "numeric", "boolean": "boolean", "string": "text",
         "date": "date", "date-time": "timestamp", "array": "jsonb", "object": "jsonb"}  # fmt: skip
STATE = "_state"
# When a row was last written. Rows that TikTok no longer has stay in the table, with an old time.
WRITTEN_AT = "_written_at"
LONGEST_NAME = 63  # bytes; Postgres cuts longer names
OLDEST_SERVER = 15  # the first version with NULLS NOT DISTINCT
# A lost connection to the server is noticed within a minute and a half.
NETWORK: dict[str, Any] = {
    "connect_timeout": 15,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 6,
}

# The cursors of one stream, by owner. The owner is a JSON object: `{"advertiser_id": "7002238017842750001"}`.
Cursors = dict[str, Any]
Row = Mapping[str, Any]
ENCODER = Encoder(decimal_format="number")


@dataclass(frozen=True)
class Table:
    """The table of a stream: the type of each column, and the columns of the primary key."""

    name: str
    columns: Mapping[str, str]
    key: Sequence[str]

    @classmethod
    def of(cls, stream: Mapping[str, Any]) -> Self:
        """The table of a stream in the connector's catalog.

        Raises UnfitError if a name is too long for Postgres, or if the columns or the primary key of the stream are not
        known beforehand, as with the Extra Endpoints of a configuration.
        """
        columns = {name: _type_of(schema) for name, schema in stream["json_schema"]["properties"].items()}
        key = [path[0] for path in stream["source_defined_primary_key"] or ()]
        if not key or not columns.keys() >= set(key):
            raise UnfitError(f"{stream['name']} has no table, as its columns or its key are not known before it is "
                             "read. Name the other streams in STREAMS.")  # fmt: skip
        for name in (stream["name"], *columns):
            if len(name.encode()) > LONGEST_NAME:
                raise UnfitError(f"{name} of {stream['name']} is longer than the {LONGEST_NAME} bytes of a name.")
        return cls(stream["name"], columns, key)


def _type_of(schema: Mapping[str, Any]) -> str:
    types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    kind = next(name for name in types if name != "null")
    return TYPES[schema.get("format") or kind]


class Postgres:
    """The connection of one worker. It also holds the lock on the shard: a worker that loses the lock can't write."""

    def __init__(self, connection: psycopg.Connection[Any], schema: str) -> None:
        self._connection = connection
        self._schema = schema
        # The first of the two numbers of each advisory lock on these tables.
        self._space = crc32(schema.encode()) & 0x7FFF_FFFF

    @classmethod
    def connect(cls, schema: str, name: str) -> Self:
        """Connects with what libpq's environment variables say."""
        connection = psycopg.connect(autocommit=True, application_name=name, **NETWORK)
        return cls(connection, schema)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._connection.close()

    def claim(self, index: int, count: int) -> None:
        """Reserves a shard until the connection ends.

        Raises BusyError if another worker reads it, or if workers with another number of shards are running, because
        they divide the ad accounts in another way. Raises UnfitError if the server is too old.
        """
        if self._connection.info.server_version < OLDEST_SERVER * 10_000:
            raise UnfitError(f"The server is older than Postgres {OLDEST_SERVER}.")
        with self._alone():
            for other_index, other_count in self._claimed():
                if (other_index, other_count) == (index, count):
                    raise BusyError("it is being read by another worker. Wait until that one has ended.")
                if other_count != count:
                    raise BusyError(f"shard {other_index} of {other_count} is being read. Wait until it is done.")
            self._connection.execute("select pg_advisory_lock(%s, %s)", [self._space, count * 1000 + index])

    def prepare(self, tables: Iterable[Table]) -> None:
        """Creates the tables, and adds the columns that only a newer connector has."""
        with self._alone():
            if not self._connection.execute("select 1 from pg_namespace where nspname = %s", [self._schema]).fetchone():
                self._execute(SQL("create schema {}").format(Identifier(self._schema)))
            self._execute(SQL("create table if not exists {} (stream text, owner jsonb, cursor jsonb not null, "
                              "primary key (stream, owner))").format(self._named(STATE)))  # fmt: skip
            existing = set(self._connection.execute(
                "select table_name, column_name from information_schema.columns where table_schema = %s",
                [self._schema]).fetchall())  # fmt: skip
            for table in tables:
                self._make(table, {column for name, column in existing if name == table.name})

    def load_cursors(self) -> Iterator[tuple[str, dict[str, Any], Any]]:
        """Yields stream, owner and cursor, as the workers saved them."""
        yield from self._execute(SQL("select stream, owner, cursor from {}").format(self._named(STATE)))

    def write(self, table: Table, rows: Sequence[Row], cursors: Cursors) -> None:
        """Merges rows into a table by their key, and saves the cursors that follow them, in one transaction."""
        with self._connection.transaction():
            if rows:
                self._merge(table, rows)
            if cursors:
                insert = SQL("insert into {} values (%s, %s, %s) "
                             "on conflict (stream, owner) do update set cursor = excluded.cursor")  # fmt: skip
                values = [(table.name, owner, Jsonb(cursor)) for owner, cursor in cursors.items()]
                self._connection.cursor().executemany(insert.format(self._named(STATE)), values)

    def _merge(self, table: Table, rows: Sequence[Row]) -> None:
        """Writes the last row of each key. Sorted by key, workers that write the same rows can't deadlock."""
        last = {tuple(row.get(name) for name in table.key): row for row in rows}
        names, key = _listed(table.columns), _listed(table.key)
        self._execute(SQL("create temp table part on commit drop as select {} from {} with no data").format(
            names, self._named(table.name)))  # fmt: skip
        with self._connection.cursor().copy(SQL("copy part ({}) from stdin").format(names)) as copy:
            for row in last.values():
                copy.write_row([_value(row.get(name), kind) for name, kind in table.columns.items()])
        changes = SQL(", ").join(SQL("{0} = excluded.{0}").format(Identifier(name)) for name in table.columns)
        self._execute(SQL("insert into {table} ({names}) select {names} from part order by {key} "
                          "on conflict ({key}) do update set {changes}, {written_at} = default").format(
            table=self._named(table.name), names=names, key=key, changes=changes,
            written_at=Identifier(WRITTEN_AT)))  # fmt: skip

    def _make(self, table: Table, existing: set[str]) -> None:
        parts = {name: SQL("{} {}").format(Identifier(name), SQL(kind)) for name, kind in table.columns.items()}
        if existing:
            for name in table.columns.keys() - existing:
                self._execute(SQL("alter table {} add column {}").format(self._named(table.name), parts[name]))
            return
        # A user who drops a table wants the whole stream again.
        self._connection.execute(SQL("delete from {} where stream = %s").format(self._named(STATE)), [table.name])
        self._execute(SQL("create table {} ({}, {} timestamptz not null default now(), unique nulls not distinct ({}))")
                      .format(self._named(table.name), SQL(", ").join(parts.values()), Identifier(WRITTEN_AT),
                              _listed(table.key)))  # fmt: skip

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """A transaction that only one worker can have at a time."""
        with self._connection.transaction():
            self._connection.execute("select pg_advisory_xact_lock(%s, 0)", [self._space])
            yield

    def _claimed(self) -> Iterator[tuple[int, int]]:
        """The shards that workers are reading: the index and the count of each."""
        found = self._connection.execute(
            "select objid::int from pg_locks where locktype = 'advisory' and objsubid = 2 and objid <> 0 "
            "and classid = %s and database = (select oid from pg_database where datname = current_database())",
            [self._space]).fetchall()  # fmt: skip
        return ((number % 1000, number // 1000) for (number,) in found)

    def _execute(self, query: Composed) -> psycopg.Cursor[Any]:
        return self._connection.execute(query)

    def _named(self, name: str) -> Identifier:
        return Identifier(self._schema, name)


def _listed(names: Iterable[str]) -> Composed:
    return SQL(", ").join(map(Identifier, names))


def _value(value: Any, kind: str) -> Any:
    """A value in the form that its column accepts. Postgres allows no zero character in a text, so it is replaced."""
    if kind == "jsonb" and value is not None:
        return ENCODER.encode(_without_zero(value)).decode()
    return _without_zero(value)


def _without_zero(value: Any) -> Any:
    if isinstance(value, dict):
        return {_without_zero(name): _without_zero(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_without_zero(each) for each in value]
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value
