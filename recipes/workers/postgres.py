"""Postgres as the database that all workers share: a table for each stream, and one table for all states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from locks import Locks, connect
from psycopg.sql import SQL, Composed, Identifier
from psycopg.types.json import Jsonb
from store import STATE, WRITTEN_AT, Cursors, Row, Table, to_plain

TYPES = {"integer": "bigint", "number": "numeric", "boolean": "boolean", "string": "text",
         "date": "date", "date-time": "timestamp", "json": "jsonb"}  # fmt: skip


@contextmanager
def open_postgres(schema: str, name: str) -> Iterator[Postgres]:
    """Connects with what libpq's environment variables say."""
    with connect(name) as connection:
        yield Postgres(connection, schema)


class Postgres:
    """The connection of one worker. It also holds the lock on the shard: a worker that loses the lock can't write."""

    def __init__(self, connection: psycopg.Connection[Any], schema: str) -> None:
        self._connection = connection
        self._schema = schema
        self._locks = Locks(connection, schema)

    def claim(self, index: int, count: int) -> None:
        """Reserves a shard until the connection ends."""
        self._locks.claim(index, count)

    def prepare(self, tables: Iterable[Table]) -> None:
        """Creates the tables, and adds the columns that only a newer connector has."""
        with self._locks.alone():
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
        names, key = _listed(table.columns), _listed(table.key)
        self._execute(SQL("create temp table part on commit drop as select {} from {} with no data").format(
            names, self._named(table.name)))  # fmt: skip
        with self._connection.cursor().copy(SQL("copy part ({}) from stdin").format(names)) as copy:
            for row in table.keep_last(rows):
                copy.write_row([to_plain(row.get(name), kind) for name, kind in table.columns.items()])
        changes = SQL(", ").join(SQL("{0} = excluded.{0}").format(Identifier(name)) for name in table.columns)
        self._execute(SQL("insert into {table} ({names}) select {names} from part order by {key} "
                          "on conflict ({key}) do update set {changes}, {written_at} = default").format(
            table=self._named(table.name), names=names, key=key, changes=changes,
            written_at=Identifier(WRITTEN_AT)))  # fmt: skip

    def _make(self, table: Table, existing: set[str]) -> None:
        parts = {name: SQL("{} {}").format(Identifier(name), SQL(TYPES[kind])) for name, kind in table.columns.items()}
        if existing:
            for name in table.list_missing(existing, self._schema):
                self._execute(SQL("alter table {} add column {}").format(self._named(table.name), parts[name]))
            return
        # A user who drops a table wants the whole stream again.
        self._connection.execute(SQL("delete from {} where stream = %s").format(self._named(STATE)), [table.name])
        self._execute(SQL("create table {} ({}, {} timestamptz not null default now(), unique nulls not distinct ({}))")
                      .format(self._named(table.name), SQL(", ").join(parts.values()), Identifier(WRITTEN_AT),
                              _listed(table.key)))  # fmt: skip

    def _execute(self, query: Composed) -> psycopg.Cursor[Any]:
        return self._connection.execute(query)

    def _named(self, name: str) -> Identifier:
        return Identifier(self._schema, name)


def _listed(names: Iterable[str]) -> Composed:
    return SQL(", ").join(map(Identifier, names))
