"""What Postgres makes of rows and states: exact values, one row for each key, all of a write or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from errors import UnfitError
from postgres_server import PostgresServer
from store import Postgres, Table

ID = 7002238017842750003  # no floating-point number is equal to it
OWNER = '{"advertiser_id": "7002238017842750003"}'


def table(key: str = "id", **columns: str) -> Table:
    properties = {
        "id": {"type": ["null", "string"]},
        **{name: {"type": ["null", kind]} for name, kind in columns.items()},
    }
    stream = {"name": "things", "json_schema": {"properties": properties}, "source_defined_primary_key": [[key]]}
    return Table.of(stream)


@pytest.fixture
def store(postgres: PostgresServer, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Postgres]:
    for name, value in postgres.environment.items():
        monkeypatch.setenv(name, value)
    with Postgres.connect(tmp_path.name, "a test") as store:
        yield store


@pytest.fixture
def look(postgres: PostgresServer, tmp_path: Any) -> Iterator[Any]:
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
