"""What Postgres makes of rows and states: exact values, one row for each key, all of a write or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from errors import UnfitError
from postgres_server import PostgresServer
from psycopg.sql import SQL, Identifier
from store import Postgres, Table

ID = 7002238017842750003  # no floating-point number is equal to it
OWNER = '{"advertiser_id": "7002238017842750003"}'


@pytest.mark.parametrize("key", [None, [], [["pixel_id"]]])
def test_a_stream_whose_columns_nobody_knows_beforehand_is_refused_by_its_name(key: Any) -> None:
    stream = {"name": "my_pixels", "json_schema": {"properties": {}}, "source_defined_primary_key": key}
    with pytest.raises(UnfitError, match=r"my_pixels has no table.* Name the other streams in STREAMS\."):
        Table.of(stream)


def table(key: str = "id", **columns: str) -> Table:
    properties = {
        "id": {"type": ["null", "string"]},
        **{name: {"type": ["null", kind]} for name, kind in columns.items()},
    }
    stream = {"name": "things", "json_schema": {"properties": properties}, "source_defined_primary_key": [[key]]}
    return Table.of(stream)


@pytest.fixture
def look(postgres: PostgresServer, tmp_path: Path) -> Iterator[Any]:
    """`look("id, name")` gives these columns of all rows."""
    with postgres.connect() as connection:
        yield lambda columns: connection.execute(
            f'select {columns} from "{tmp_path.name}".things order by 1'
        ).fetchall()


def test_ids_of_19_digits_and_amounts_are_exact(store: Postgres, look: Any) -> None:
    things = table(number="integer", amount="number", parts="array")
    store.prepare([things])
    amount = Decimal("12345678901234567.89")
    store.write(things, [{"id": str(ID), "number": ID, "amount": amount, "parts": [{"id": ID, "spend": amount}]}], {})
    assert look("id, number, amount, parts::text") == [(str(ID), ID, amount, f'[{{"id": {ID}, "spend": {amount}}}]')]


def test_the_last_row_of_a_key_counts_even_if_a_part_of_the_key_is_null(store: Postgres, look: Any) -> None:
    things = table(name="string")
    store.prepare([things])
    store.write(things, [{"id": None, "name": "a"}, {"id": "1", "name": "b"}, {"id": "1", "name": "c"}], {})
    store.write(things, [{"id": None, "name": "d"}], {})
    assert look("id, name") == [("1", "c"), (None, "d")]


def test_a_character_that_postgres_has_not_becomes_another(store: Postgres, look: Any) -> None:
    things = table(parts="object")
    store.prepare([things])
    store.write(things, [{"id": "a\0b", "parts": {"name\0": ["c\0d", "\\u0000"]}}], {})
    assert look("id, parts") == [("a\ufffdb", {"name\ufffd": ["c\ufffdd", "\\u0000"]})]


def test_rows_that_postgres_refuses_save_no_state(store: Postgres, look: Any) -> None:
    things = table(number="integer")
    store.prepare([things])
    with pytest.raises(psycopg.DataError):
        store.write(things, [{"id": "1", "number": 1}, {"id": "2", "number": 10**30}], {OWNER: {"date": "2026-01-01"}})
    assert look("id") == list(store.load_cursors()) == []


def test_a_newer_connector_adds_its_columns_and_keeps_the_rows(store: Postgres, look: Any) -> None:
    old, new = table(name="string"), table(name="string", colour="string")
    store.prepare([old])
    store.write(old, [{"id": "1", "name": "a"}], {})
    store.prepare([new])
    store.write(new, [{"id": "2", "name": "b", "colour": "red"}], {})
    assert look("id, name, colour") == [("1", "a", None), ("2", "b", "red")]


def test_a_table_that_was_dropped_is_read_from_the_start(
    store: Postgres, postgres: PostgresServer, tmp_path: Path
) -> None:
    dropped, kept = table(), replace(table(), name="others")
    store.prepare([dropped, kept])
    for each in (dropped, kept):
        store.write(each, [{"id": "1"}], {OWNER: {"date": "2026-01-01"}})
    with postgres.connect() as connection:
        connection.execute(SQL("drop table {}").format(Identifier(tmp_path.name, dropped.name)))
    store.prepare([dropped, kept])
    assert [stream for stream, _, _ in store.load_cursors()] == [kept.name]


def test_a_row_that_is_written_again_says_so(store: Postgres, look: Any) -> None:
    things = table()
    store.prepare([things])
    for ids in ("12", "2"):
        store.write(things, [{"id": name} for name in ids], {})
    ((_, gone), (_, there)) = look("id, _written_at")
    assert gone < there


def test_a_name_that_postgres_would_cut_off_is_refused() -> None:
    with pytest.raises(UnfitError, match="is longer than the 63 bytes"):
        table(**{"n" * 64: "string"})
