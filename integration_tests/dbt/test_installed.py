"""The package in a dbt project of somebody's own, as dbt/README.md says."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from warehouses import DBT, PACKAGE, copy_of_the_tables, run

PROJECT = """
name: mine
version: 1.0.0
profile: tiktok_ads
vars:
  tiktok_ads:
    tiktok_schema: airbyte
    tiktok_table_prefix: tt_
    tiktok_streams: [advertisers, campaigns, campaigns_reports_daily]
"""
MODEL = "select currency, sum(spend) as spend from {{ ref('tiktok__campaign_daily') }} group by currency"


def test_a_project_of_ones_own_installs_it_and_reads_its_marts(tables: Path, tmp_path: Path) -> None:
    streams = ("advertisers", "campaigns", "campaigns_reports_daily")
    moved = [f"create table airbyte.tt_{stream} as from {stream}" for stream in streams]
    warehouse = copy_of_the_tables(tables, tmp_path, "create schema airbyte", *moved)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "spend.sql").write_text(MODEL, encoding="utf-8")
    (tmp_path / "dbt_project.yml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "packages.yml").write_text(f"packages: [{{local: '{PACKAGE}'}}]", encoding="utf-8")
    subprocess.run(
        [DBT, "deps", f"--project-dir={tmp_path}", f"--profiles-dir={PACKAGE}"],
        check=True,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "DO_NOT_TRACK": "1"},
    )
    done = run(warehouse, {"TIKTOK_DUCKDB": str(warehouse)}, project=tmp_path)
    assert done.failed == [], done.printed
    assert "is empty or incomplete" not in done.printed
    raw = "select currency, sum(spend) from campaigns_reports_daily group by 1 order by 1"
    assert done.rows("from marts.spend order by 1") == done.rows(raw)
