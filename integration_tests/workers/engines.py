"""The databases that workers write to, and what is in them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb
from postgres_server import PostgresServer

Rows = list[tuple[Any, ...]]


@dataclass
class Engine:
    """Postgres itself."""

    server: PostgresServer
    name = "postgres"

    @property
    def environment(self) -> dict[str, str]:
        return {"STORE": self.name, **self.server.environment}

    def fetch(self, query: str) -> Rows:
        with self.server.connect() as connection:
            return connection.execute(query).fetchall()

    def execute(self, statement: str) -> None:
        with self.server.connect() as connection:
            connection.execute(statement)

    def fetch_all(self, schema: str, table: str) -> Rows:
        """The rows of a table, but for when they were written, in the order of their text."""
        names = self.fetch(
            f"select column_name from information_schema.columns where table_schema = '{schema}' and table_name = "
            f"'{table}' and column_name <> '_written_at' order by ordinal_position"
        )
        columns = ", ".join(f'"{name}"' for (name,) in names)
        rows = self.fetch(f'select {columns} from "{schema}"."{table}"')
        return sorted((tuple(map(_make_plain, row)) for row in rows), key=str)


@dataclass
class Lake(Engine):
    """A DuckLake with its catalog in Postgres."""

    directory: Path
    name = "ducklake"

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, "DATA_PATH": str(self.directory), "METADATA_SCHEMA": "catalog"}

    def fetch(self, query: str) -> Rows:
        with self.attach() as lake:
            return lake.execute(query).fetchall()

    def execute(self, statement: str) -> None:
        with self.attach() as lake:
            lake.execute(statement)

    def attach(self) -> duckdb.DuckDBPyConnection:
        """A connection of somebody who is no worker. The store's fixture tells libpq where the catalog is."""
        lake = duckdb.connect()
        find_extension = import_module("ducklake").find_extension
        for extension in ("postgres_scanner", "ducklake"):
            lake.execute(f"load '{find_extension(extension)}'")
        host = f"host=127.0.0.1 port={self.server.port} user=worker dbname=postgres"
        lake.execute(f"attach 'ducklake:postgres:{host}' as lake (metadata_schema 'catalog')")
        lake.execute("use lake")
        return lake


def _make_plain(value: Any) -> Any:
    """The same value for both: an amount without zeros at its end, and JSON as what it means."""
    if isinstance(value, Decimal):
        return value.normalize()
    if isinstance(value, str) and value[:1] in {"[", "{"}:
        return json.loads(value)
    return value
