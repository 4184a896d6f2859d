"""What docs/setup.md says of PostgresCache, in a real Postgres. `make postgres-test` brings one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from notebooks import execute

from demo.notebook import set_quiet_environment
from tiktok_simulator.endpoints.reports.truth import compute_truth
from tiktok_simulator.world.ready_made import BERLIN, EMPTY, LOS_ANGELES, TOKYO

ROOT = Path(__file__).parents[2]
SETUP = ROOT / "docs" / "setup.md"
READ = """
import json, os, pathlib
import airbyte
from airbyte.caches import PostgresCache

source = airbyte.get_source("source-tiktok-marketing", config=json.loads(pathlib.Path("config.json").read_text()),
                            local_executable="source-tiktok-marketing")
source.select_streams(["advertisers", "campaigns", "campaigns_reports_daily"])
source.read(PostgresCache(host="127.0.0.1", port=int(os.environ["POSTGRES_PORT"]), username="airbyte", password="-",
                          database="postgres", schema_name=os.environ["SCHEMA"]))
"""
ACCOUNTS = {TOKYO, LOS_ANGELES, BERLIN}


def read(
    lines: str, schema: str, tiktok: Any, config: dict[str, Any], directory: Path
) -> subprocess.CompletedProcess[str]:
    """Three streams in a schema of Postgres, read by a Python that ran these lines before."""
    (directory / "config.json").write_text(json.dumps(config), encoding="utf-8")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {"PATH": path, "HOME": str(directory), "POSTGRES_PORT": os.environ["POSTGRES_PORT"], "SCHEMA": schema}
    return subprocess.run(
        [sys.executable, "-c", lines + READ],
        cwd=directory,
        env=environment | set_quiet_environment(directory) | tiktok.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def column(schema: str, query: str) -> list[str]:
    """The first column of a query, as text."""
    address = f"host=127.0.0.1 port={os.environ['POSTGRES_PORT']} user=airbyte dbname=postgres"
    with psycopg.connect(address, options=f"-csearch_path={schema}") as connection:
        return [str(row[0]) for row in connection.execute(query).fetchall()]  # type: ignore[call-overload]


def test_with_the_lines_of_the_guide_every_id_is_exact(tiktok: Any, config: dict[str, Any], tmp_path: Path) -> None:
    (lines,) = re.findall(r"```python\n\s*(import functools.*?)```", SETUP.read_text("utf-8"), re.S)
    done = read(re.sub(r"^ +", "", lines, flags=re.M), "exact", tiktok, config, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {*column("exact", "select advertiser_id from advertisers")} == ACCOUNTS | {EMPTY}
    world = tiktok.simulator.world
    campaigns = {each.id for account in ACCOUNTS for each in world.list_entities("campaign", account)}
    assert {*column("exact", "select campaign_id from campaigns")} == campaigns
    assert {*column("exact", "select advertiser_id from campaigns_reports_daily")} <= ACCOUNTS
    assert {*column("exact", "select campaign_id from campaigns_reports_daily")} <= campaigns
    (modified, *_) = column("exact", "select modify_time from campaigns where modify_time is not null")
    assert re.match(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d", modified)


def test_without_them_ids_are_rounded_or_the_sync_ends(tiktok: Any, config: dict[str, Any], tmp_path: Path) -> None:
    done = read("", "rounded", tiktok, config, tmp_path)
    assert done.returncode != 0 or {*column("rounded", "select advertiser_id from campaigns")} != ACCOUNTS


def test_the_notebook_brings_exact_ids_and_sums_into_postgres(
    tiktok: Any, config: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (tmp_path / ".venv").symlink_to(Path(sys.prefix))
    server = {"host": "127.0.0.1", "port": int(os.environ["POSTGRES_PORT"]), "database": "postgres"}
    login = {"username": "airbyte", "password": "-", "schema_name": "notebook"}
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "DO_NOT_TRACK": "1", **tiktok.environment}
    execute(
        ROOT / "examples" / "notebook.ipynb", tmp_path, environment | {"TIKTOK_POSTGRES": json.dumps(server | login)}
    )
    assert {*column("notebook", "select advertiser_id from advertisers")} == ACCOUNTS | {EMPTY}
    delivered = compute_truth(
        tiktok.simulator.world,
        data_level="AUCTION_CAMPAIGN",
        dimensions=["campaign_id", "stat_time_day"],
        metrics=["spend"],
        start=date.fromisoformat(config["start_date"]),
        end=date.fromisoformat(config["end_date"]),
        now=datetime.now(UTC),
    )
    spend = "select sum(spend)::numeric(20, 2) from campaigns_reports_daily"
    assert column("notebook", spend) == [str(sum(Decimal(row["spend"]) for row in delivered))]
