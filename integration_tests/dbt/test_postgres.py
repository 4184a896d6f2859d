"""The models in a real Postgres, over tables as Airbyte's destination types them. `make postgres-test` brings one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import psycopg
import pytest
from psycopg import sql
from test_figures import MARTS
from warehouses import Built, run

# DuckDB's names of types that Postgres calls otherwise; PyAirbyte and Airbyte keep lists as JSON in both.
TYPES = {"JSON": "jsonb", "TIMESTAMP WITH TIME ZONE": "timestamptz"}
PORT = os.environ["POSTGRES_PORT"]
COLUMNS = (
    "select table_name, column_name, data_type from duckdb_columns() "
    "where schema_name = 'main' and table_name not like '\\_%' escape '\\' and not internal order by column_index"
)


@pytest.fixture(scope="module")
def postgres(tables: Path) -> Iterator[psycopg.Connection]:
    """A Postgres with the demo's tables in the schema `raw`, each row in it twice."""
    with psycopg.connect(f"host=127.0.0.1 port={PORT} user=airbyte dbname=postgres", autocommit=True) as connection:
        connection.execute("create schema raw")
        with duckdb.connect(tables, read_only=True) as demo:
            columns: dict[str, dict[str, str]] = {}
            for table, column, kind in demo.sql(COLUMNS).fetchall():
                columns.setdefault(table, {})[column] = TYPES.get(kind, kind.replace("DECIMAL", "numeric"))
            for table, kinds in columns.items():
                fill(connection, table, kinds, demo.table(table).fetchall() * 2)
        yield connection


def fill(connection: psycopg.Connection, table: str, kinds: dict[str, str], rows: list[tuple[object, ...]]) -> None:
    """Makes a table and copies rows into it."""
    name = sql.Identifier("raw", table)
    typed = [sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind)) for column, kind in kinds.items()]
    connection.execute(sql.SQL("create table {} ({})").format(name, sql.SQL(", ").join(typed)))
    with connection.cursor() as cursor, cursor.copy(sql.SQL("copy {} from stdin").format(name)) as copy:
        for row in rows:
            copy.write_row(row)


@pytest.fixture(scope="module")
def on_postgres(postgres: psycopg.Connection, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """All models, and the views for other packages, in Postgres."""
    path = tmp_path_factory.mktemp("postgres") / "none"
    return run(
        path,
        {"TIKTOK_POSTGRES_PORT": PORT},
        *("build", "--target=postgres"),
        tiktok_schema="raw",
        tiktok_fivetran_views=True,
    )


def test_all_models_and_their_tests_pass(on_postgres: Built) -> None:
    assert on_postgres.failed == [], on_postgres.printed


@pytest.mark.parametrize("mart", MARTS)
def test_the_figures_are_those_of_the_tables(
    on_postgres: Built, postgres: psycopg.Connection, tables: Path, mart: str
) -> None:
    question = "select advertiser_id, sum(spend) from {} group by 1 order by 1"
    with duckdb.connect(tables, read_only=True) as demo:
        assert postgres.execute(question.format(f"marts.{mart}")).fetchall() == demo.sql(
            question.format(MARTS[mart])
        ).fetchall()  # fmt: skip


def test_marts_are_the_same_in_duckdb_and_postgres(
    on_postgres: Built, postgres: psycopg.Connection, built: Built
) -> None:
    ratios = "cpa, ctr, roas, vtr, engagement_rate"
    question = f"select ad_id, stat_time_day, {ratios} from marts.tiktok__ad_daily order by ad_id, stat_time_day"
    ours, theirs = postgres.execute(question).fetchall(), built.rows(question)
    assert [row[:2] for row in ours] == [row[:2] for row in theirs]
    assert [row[2:] for row in ours] == [pytest.approx(row[2:]) for row in theirs]
    lookups = "select * from marts.tiktok_meta_ad order by ad_id"
    assert postgres.execute(lookups).fetchall() == built.rows(lookups)
