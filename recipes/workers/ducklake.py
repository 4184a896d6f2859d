"""DuckLake as the database that all workers share: Parquet files in a folder, and their catalog in Postgres.

DuckLake lets several connections write to one table, but two that delete from it conflict, and issues 1094 and 1393 of
its repository tell of conflicts that were not noticed. So the workers write one after the other, each for less than a
second, and read at the same time.
"""

# Every name is quoted by `_name`, every other text by `_text`.
# ruff: noqa: S608
from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from decimal import Context, Decimal
from importlib.resources import files
from typing import Any

import duckdb
import psycopg
from errors import LostError, RefusedError, SettingsError
from locks import Locks, connect
from store import ENCODER, STATE, WRITTEN_AT, Cursors, Row, Table, to_plain

DECIMALS = 12  # TikTok's amounts have fewer; further ones are rounded
TYPES = {"integer": "bigint", "number": f"decimal(38, {DECIMALS})", "boolean": "boolean", "string": "varchar",
         "date": "date", "date-time": "timestamp", "json": "json"}  # fmt: skip
# A number arrives as a whole number of its last decimal: DuckDB reads that fifteen times as fast.
CASTS = {kind: f"::{name}" for kind, name in TYPES.items()}
CASTS["number"] = f"::hugeint::decimal(38, 0) * 0.{'1':0>{DECIMALS}}"
EXACT = Context(prec=80)
# Lakes that were opened. If the catalog goes away in the middle, DuckDB may end the process with SIGABRT when a lake is
# closed or forgotten. So a lake is closed only after success, and the worker ends without forgetting one.
LAKES: list[duckdb.DuckDBPyConnection] = []
STATES = Table(STATE, {"stream": "string", "owner": "string", "cursor": "json"}, ["stream", "owner"])
# States with fewer cursors are kept in the catalog, and not in a file of their own.
INLINED_CURSORS = 10_000
# How often a write is tried if something else, such as a compaction, changes the same table.
ATTEMPTS = 10


@contextmanager
def open_ducklake(schema: str, name: str, data_path: str, metadata_schema: str) -> Iterator[DuckLake]:
    """Connects to the catalog with what libpq's environment variables say, and to the files in `data_path`."""
    with connect(name) as connection:
        lake = duckdb.connect(config={"autoinstall_known_extensions": False})
        LAKES.append(lake)
        try:
            for extension in ("postgres_scanner", "ducklake"):
                lake.execute(f"load {_text(find_extension(extension))}")
            writes = Locks(connection, f"ducklake {metadata_schema}")
            with writes.alone():  # the first worker creates the catalog
                lake.execute(f"attach 'ducklake:postgres:' as lake "
                             f"(data_path {_text(data_path)}, metadata_schema {_text(metadata_schema)})")  # fmt: skip
            yield DuckLake(connection, lake, schema, writes)
        except duckdb.Error as error:
            connection.execute("select 1")  # if Postgres has gone away, this raises the better error
            if isinstance(error, duckdb.OperationalError):
                raise LostError(_first_line(error)) from error
            raise RefusedError("DuckLake", _first_line(error)) from error
        lake.close()


class DuckLake:
    """The connections of one worker: one to the lake, and one that holds its locks in the catalog's Postgres."""

    def __init__(
        self, connection: psycopg.Connection[Any], lake: duckdb.DuckDBPyConnection, schema: str, writes: Locks
    ) -> None:
        self._lake = lake
        self._schema = schema
        self._shards = Locks(connection, schema)
        self._writes = writes

    def claim(self, index: int, count: int) -> None:
        """Reserves a shard until the connection ends."""
        self._shards.claim(index, count)

    def prepare(self, tables: Iterable[Table]) -> None:
        """Creates the tables, and adds the columns that only a newer connector has."""
        self._commit(self._create_states)
        self._commit(self._keep_states_in_catalog)
        self._commit(lambda: self._create(tables))

    def load_cursors(self) -> Iterator[tuple[str, dict[str, Any], Any]]:
        """Yields stream, owner and cursor, as the workers saved them."""
        for stream, owner, cursor in self._lake.execute(f"from {self._named(STATE)}").fetchall():
            yield stream, json.loads(owner), json.loads(cursor)

    def write(self, table: Table, rows: Sequence[Row], cursors: Cursors) -> None:
        """Merges rows into a table by their key, and saves the cursors that follow them, in one transaction."""
        states = [{"stream": table.name, "owner": owner, "cursor": cursor} for owner, cursor in cursors.items()]
        self._stage("part", table, rows)
        self._stage("states", STATES, states)

        def merge() -> None:
            if rows:
                self._merge("part", table, f", now() as {WRITTEN_AT}")
            if states:
                self._merge("states", STATES)

        self._commit(merge)

    def _stage(self, name: str, table: Table, rows: Sequence[Row]) -> None:
        """Makes a temporary table of the last row of each key. Each value arrives as a text, so that it stays exact."""
        columns = table.columns
        with os.fdopen(os.memfd_create(name), "wb") as file:
            for row in table.keep_last(rows):
                texts = {column: _write_text(row.get(column), kind) for column, kind in columns.items()}
                file.write(ENCODER.encode(texts) + b"\n")
            file.flush()
            types = ", ".join(f"{_text(column)}: 'varchar'" for column in columns)
            values = ", ".join(f"{_name(column)}{CASTS[kind]} as {_name(column)}" for column, kind in columns.items())
            self._lake.execute(
                f"create or replace temp table {name} as select {values} from read_json("
                f"'/proc/self/fd/{file.fileno()}', format = 'newline_delimited', columns = {{{types}}})"
            )

    def _merge(self, part: str, table: Table, further: str = "") -> None:
        """Replaces the rows of the same keys. Deleting and inserting takes less time than DuckLake's `merge into`."""
        same = " and ".join(f"old.{_name(name)} is not distinct from new.{_name(name)}" for name in table.key)
        self._lake.execute(f"delete from {self._named(table.name)} old using {part} new where {same}")
        self._lake.execute(f"insert into {self._named(table.name)} by name select *{further} from {part}")

    def _create_states(self) -> None:
        self._lake.execute(f"create schema if not exists lake.{_name(self._schema)}")
        self._lake.execute(f"create table if not exists {self._named(STATE)} ({_declare(STATES.columns)})")

    def _keep_states_in_catalog(self) -> None:
        """Sets the option, which DuckLake refuses for a table of the same transaction."""
        option = "'data_inlining_row_limit', ?, schema => ?, table_name => ?"
        self._lake.execute(f"call lake.set_option({option})", [INLINED_CURSORS, self._schema, STATE])

    def _create(self, tables: Iterable[Table]) -> None:
        existing = self._lake.execute(
            "select table_name, column_name from duckdb_columns() where database_name = 'lake' and schema_name = ?",
            [self._schema]).fetchall()  # fmt: skip
        for table in tables:
            self._make(table, {column for name, column in existing if name == table.name})

    def _make(self, table: Table, existing: set[str]) -> None:
        if existing:
            for name in table.list_missing(existing, self._schema):
                column = _declare({name: table.columns[name]})
                self._lake.execute(f"alter table {self._named(table.name)} add column {column}")
            return
        # A user who drops a table wants the whole stream again.
        self._lake.execute(f"delete from {self._named(STATE)} where stream = ?", [table.name])
        columns = f"{_declare(table.columns)}, {WRITTEN_AT} timestamptz"
        self._lake.execute(f"create table {self._named(table.name)} ({columns})")

    def _commit(self, act: Callable[[], None]) -> None:
        """Acts in one transaction, while no other worker writes.

        DuckLake itself tries a commit again that only has to be numbered anew. If another program has changed the same
        table, the whole transaction is tried again.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self._writes.alone():
                    self._act(act)
            except duckdb.TransactionException:
                if attempt == ATTEMPTS:
                    raise
                time.sleep(0.1 * attempt)
            else:
                return

    def _act(self, act: Callable[[], None]) -> None:
        self._lake.execute("begin")
        try:
            act()
            self._writes.verify()
            self._lake.execute("commit")
        except BaseException:
            with suppress(duckdb.TransactionException):  # a failed commit has ended it already
                self._lake.execute("rollback")
            raise

    def _named(self, name: str) -> str:
        return f"lake.{_name(self._schema)}.{_name(name)}"


def find_extension(name: str) -> str:
    """The file of an extension in its PyPI package. DuckDB loads it only if it is signed by DuckDB's makers."""
    try:
        found = files(f"duckdb_extension_{name}") / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
    except ModuleNotFoundError:
        found = None
    if found is None or not found.is_file():
        package = f"duckdb-extension-{name.replace('_', '-')}"
        raise SettingsError(f"STORE=ducklake needs the Python package {package}=={duckdb.__version__}.")
    return str(found)


def _write_text(value: Any, kind: str) -> str | None:
    plain = to_plain(value, kind)
    if kind == "number" and plain is not None:
        return str(int(EXACT.to_integral_value(EXACT.scaleb(Decimal(plain), DECIMALS))))
    return plain if plain is None or isinstance(plain, str) else str(plain)


def _declare(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{_name(name)} {TYPES[kind]}" for name, kind in columns.items())


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(".")
