"""What each database makes of rows and states: exact values, one row for each key, all of a write or nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from engines import Engine
from several import in_both
from store import Store, Table

pytestmark = in_both
ID = 7002238017842750003  # no floating-point number is equal to it
AMOUNT = Decimal("12345678901234567.891234567891")
OWNER = '{"advertiser_id": "7002238017842750003"}'


def table(key: str = "id", **columns: str) -> Table:
    properties = {
        "id": {"type": ["null", "string"]},
        **{name: {"type": ["null", kind]} for name, kind in columns.items()},
    }
    stream = {"name": "things", "json_schema": {"properties": properties}, "source_defined_primary_key": [[key]]}
    return Table.of(stream)


@pytest.fixture
def look(engine: Engine, tmp_path: Path) -> Any:
    """`look("id, name")` gives these columns of all rows."""
    return lambda columns: engine.fetch(f'select {columns} from "{tmp_path.name}".things order by 1')


@pytest.mark.parametrize("count", [1, 50])  # DuckLake keeps few rows in its catalog, and more of them in a file
def test_ids_of_19_digits_amounts_and_dates_are_exact(store: Store, look: Any, count: int) -> None:
    columns = {"id": "string", "number": "integer", "amount": "number", "day": "date", "time": "date-time"}
    things = Table("things", columns | {"parts": "json"}, ["id"])
    store.prepare([things])
    row = {"number": ID, "amount": AMOUNT, "day": "2026-01-31", "time": "2026-01-31T23:59:59",
           "parts": [{"id": ID, "spend": AMOUNT}]}  # fmt: skip
    store.write(things, [row | {"id": f"{ID}{number}"} for number in range(count)], {})
    day, time = date(2026, 1, 31), datetime(2026, 1, 31, 23, 59, 59)
    exact = (f"{ID}0", ID, AMOUNT, day, time, f'[{{"id":{ID},"spend":{AMOUNT}}}]')
    found = look("id, number, amount, day, time, replace(parts::text, ' ', '')")
    assert (len(found), found[0]) == (count, exact)


def test_the_last_row_of_a_key_counts_even_if_a_part_of_the_key_is_null(store: Store, look: Any) -> None:
    things = table(name="string")
    store.prepare([things])
    store.write(things, [{"id": None, "name": "a"}, {"id": "1", "name": "b"}, {"id": "1", "name": "c"}], {})
    store.write(things, [{"id": None, "name": "d"}], {})
    assert look("id, name") == [("1", "c"), (None, "d")]


def test_a_character_that_no_text_can_have_becomes_another(store: Store, look: Any) -> None:
    things = table(parts="object")
    store.prepare([things])
    store.write(things, [{"id": "a\0b", "parts": {"name\0": ["c\0d", "\\u0000"]}}], {})
    ((name, parts),) = look("id, parts::text")
    assert (name, json.loads(parts)) == ("a\ufffdb", {"name\ufffd": ["c\ufffdd", "\\u0000"]})


def test_rows_that_are_refused_save_no_state(store: Store, look: Any) -> None:
    things = table(number="integer")
    store.prepare([things])
    with pytest.raises((psycopg.DataError, duckdb.DataError)):
        store.write(things, [{"id": "1", "number": 1}, {"id": "2", "number": 10**30}], {OWNER: {"date": "2026-01-01"}})
    assert look("id") == list(store.load_cursors()) == []


def test_a_newer_connector_adds_its_columns_and_keeps_the_rows(store: Store, look: Any) -> None:
    old, new = table(name="string"), table(name="string", colour="string")
    store.prepare([old])
    store.write(old, [{"id": "1", "name": "a"}], {})
    store.prepare([new])
    store.write(new, [{"id": "2", "name": "b", "colour": "red"}], {})
    assert look("id, name, colour") == [("1", "a", None), ("2", "b", "red")]


def test_a_table_that_was_dropped_is_read_from_the_start(store: Store, engine: Engine, tmp_path: Path) -> None:
    dropped, kept = table(), replace(table(), name="others")
    store.prepare([dropped, kept])
    for each in (dropped, kept):
        store.write(each, [{"id": "1"}], {OWNER: {"date": "2026-01-01"}})
    engine.execute(f'drop table "{tmp_path.name}"."{dropped.name}"')
    store.prepare([dropped, kept])
    assert [stream for stream, _, _ in store.load_cursors()] == [kept.name]


def test_a_row_that_is_written_again_says_so(store: Store, look: Any) -> None:
    things = table()
    store.prepare([things])
    for ids in ("12", "2"):
        store.write(things, [{"id": name} for name in ids], {})
    ((_, gone), (_, there)) = look("id, _written_at::text")
    assert gone < there
