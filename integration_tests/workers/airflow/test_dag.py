"""The DAG in a real Airflow: its tasks run worker.py, and one whose worker is killed is tried again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from several import RECIPE, STREAMS, Workers

from tiktok_simulator.world.ready_made import LOS_ANGELES

AIRFLOW = Path(__file__).parents[3] / ".venv" / "airflow" / "bin" / "airflow"


@pytest.fixture
def airflow(workers: Workers, tmp_path: Path) -> Callable[[], subprocess.CompletedProcess[str]]:
    """Runs the DAG once, in an Airflow with a database of its own."""
    environment = {
        **workers.environment(),
        "AIRFLOW_HOME": str(tmp_path / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(RECIPE / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "TIKTOK_PYTHON": sys.executable,
        "TIKTOK_WORKER": str(RECIPE / "worker.py"),
        "TIKTOK_RETRY_SECONDS": "0.1",
    }

    def run() -> subprocess.CompletedProcess[str]:
        for arguments in (["db", "migrate"], ["dags", "test", "tiktok_sync"]):
            done = subprocess.run([AIRFLOW, *arguments], env=environment, capture_output=True, text=True, timeout=240,
                                  check=False, cwd=tmp_path)  # fmt: skip
        return done

    return run


def workers_of(schema: str) -> list[int]:
    """The processes of worker.py that write into a schema."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command, environment = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
        except OSError:  # it has ended, or is another user's
            continue
        if str(RECIPE / "worker.py").encode() in command and f"SCHEMA={schema}\0".encode() in environment:
            found.append(int(process.name))
    return found


def test_a_task_whose_worker_is_killed_is_tried_again_and_all_rows_are_there(
    airflow: Callable[[], subprocess.CompletedProcess[str]], workers: Workers, when_asked: Callable[..., None]
) -> None:
    killed = []

    def kill() -> None:
        for process in workers_of(workers.schema):
            os.kill(process, signal.SIGKILL)
            killed.append(process)

    when_asked(kill, LOS_ANGELES, 2)
    done = airflow()
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-5_000:]
    assert len(killed) == 1
    assert f"Shard 0 of 3 ended with {-signal.SIGKILL}" in said
    together, alone = workers.rows(), workers.rows_alone()
    assert {stream: together[stream] == alone[stream] != [] for stream in STREAMS} == dict.fromkeys(STREAMS, True)


def test_a_mistake_in_the_configuration_is_tried_once(
    airflow: Callable[[], subprocess.CompletedProcess[str]], workers: Workers
) -> None:
    workers.config["start_date"] = "soon"
    workers.write_config()
    said = (done := airflow()).stdout + done.stderr
    assert done.returncode != 0
    assert said.count("Start Date (start_date)") == 3  # once for each shard
