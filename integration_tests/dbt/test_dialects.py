"""Warehouses that no machine of ours has: their own adapters compile every model and test, and a parser reads them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from warehouses import DBT, run

HERE = Path(__file__).parent


@pytest.mark.parametrize("warehouse", ["snowflake", "bigquery", "redshift"])
def test_every_statement_is_one_of_the_warehouses_dialect(warehouse: str, tmp_path: Path) -> None:
    compiled = run(
        tmp_path / "none",
        {},
        *("--no-populate-cache", "compile", "--no-introspect", f"--target={warehouse}"),
        profiles=HERE,
        tiktok_assume_tables=True,
        tiktok_schema="raw",
        tiktok_fivetran_views=True,
    )
    assert compiled.failed == [], compiled.printed
    done = subprocess.run(
        [DBT.with_name("python"), HERE / "parse_sql.py", warehouse, tmp_path / "target" / "compiled"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 70
