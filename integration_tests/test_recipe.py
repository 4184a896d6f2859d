"""The recipe for several workers: three processes, one database, and the rows of a worker that reads alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

if find_spec("airbyte") is None:
    pytest.skip("PyAirbyte, which the workers run through, does not support this Python", allow_module_level=True)

from demo.notebook import set_quiet_environment
from tiktok_simulator import Simulator, served
from tiktok_simulator.endpoints.filter_values import asks_apart
from tiktok_simulator.world.ready_made import TOKYO, small_world

RECIPE = Path(__file__).parents[1] / "recipes" / "kubernetes"
STREAMS = ("advertiser_ids", "advertisers", "campaigns", "campaigns_reports_daily", "advertisers_reports_lifetime")
Work = Callable[..., None]


@pytest.fixture
def tiktok() -> Iterator[Any]:
    """A simulator whose day stands still, so that a lifetime is as long for all who ask."""
    with served(Simulator(small_world(), clock=lambda: datetime(2026, 2, 15, 5, tzinfo=UTC))) as server:
        yield server


@pytest.fixture
def work(tiktok: Any, tmp_path: Path) -> Work:
    """`work(database, workers, config)` runs the workers as Kubernetes does: all at once, each with its number."""

    def run(database: Path, workers: int, config: dict[str, Any]) -> None:
        (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        shared = {"PATH": path, "HOME": str(tmp_path), "DATABASE": str(database), "WORKERS": str(workers),
                  "TIKTOK_CONFIG": str(tmp_path / "config.json"), "STREAMS": ",".join(STREAMS)}  # fmt: skip
        started = []
        for index in range(workers):
            own = tmp_path / f"{workers}-{index}"
            own.mkdir(exist_ok=True)
            environment = {
                **shared,
                **set_quiet_environment(own),
                **tiktok.environment,
                "JOB_COMPLETION_INDEX": str(index),
            }
            command = [sys.executable, str(RECIPE / "worker.py")]
            started.append(subprocess.Popen(command, cwd=own, env=environment, stdout=subprocess.PIPE,
                                            stderr=subprocess.STDOUT, text=True))  # fmt: skip
        said = [process.communicate(timeout=240)[0] for process in started]
        assert [process.returncode for process in started] == [0] * workers, "\n".join(said)[-5_000:]

    return run


def rows(database: Path, stream: str) -> list[dict[str, Any]]:
    with duckdb.connect(database, read_only=True) as connection:
        found = connection.sql(f"FROM tiktok.{stream}")
        told = [dict(zip(found.columns, map(str, row), strict=True)) for row in found.fetchall()]
    kept = [{name: value for name, value in row.items() if not name.startswith("_airbyte")} for row in told]
    return sorted(kept, key=lambda row: sorted(row.items()))


@pytest.mark.slow
def test_three_workers_leave_in_one_database_what_one_alone_leaves(
    work: Work, tiktok: Any, config: dict[str, Any], tmp_path: Path
) -> None:
    shared, alone = tmp_path / "shared.duckdb", tmp_path / "alone.duckdb"
    config = config | {"attribution_window": 1}
    later = config | {"end_date": "2026-01-20"}
    work(shared, 3, config)
    asked = len(tiktok.simulator.transcript)
    work(shared, 3, later)
    again = [exchange.query for exchange in tiktok.simulator.transcript[asked:]]
    assert {
        query["start_date"]
        for query in again
        if query.get("advertiser_id") == TOKYO and "start_date" in query and not asks_apart(query)
    } == {
        "2026-01-17"
    }  # each goes on from its own state: the second sync reads the attribution window again, and what is new
    work(alone, 1, later)
    for stream in STREAMS:
        assert rows(shared, stream) == rows(alone, stream) != []
    assert tiktok.refused == []


def test_the_job_gives_each_worker_what_it_asks_for() -> None:
    job = yaml.safe_load((RECIPE / "job.yaml").read_text(encoding="utf-8"))["spec"]
    (container,) = job["template"]["spec"]["containers"]
    given = {entry["name"]: entry.get("value") for entry in container["env"]} | {"JOB_COMPLETION_INDEX": None}
    source = (RECIPE / "worker.py").read_text(encoding="utf-8")
    assert {name for name in given if f'"{name}"' in source} == set(given)
    assert job["completionMode"] == "Indexed"
    assert given["WORKERS"] == str(job["completions"])
