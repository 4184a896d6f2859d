"""The real command in a process of its own, against the simulator over TLS, as a user runs it."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from demos import DemoRun, run_demo
from running import Run

from tiktok_simulator import Simulator, serve
from tiktok_simulator.world.ready_made import make_small_world
from tiktok_simulator.world.world import APP_ID, APP_SECRET, TOKEN

# Need Chromium and what npm installs, Postgres, or dbt: `make browser-test`, `postgres-test`, `workers-test` and
# `dbt-test` bring them.
collect_ignore = ["browser", "dbt", "postgres", "workers"]
COMMAND = str(Path(sys.executable).with_name("source-tiktok-marketing"))


@pytest.fixture
def tiktok() -> Iterator[Any]:
    """The simulator, served; `.simulator` and `.environment` are what a test needs of it."""
    with serve(Simulator(make_small_world())) as server:
        yield server


@pytest.fixture
def config() -> dict[str, Any]:
    return {
        "credentials": {"auth_type": "oauth2.0", "app_id": APP_ID, "secret": APP_SECRET, "access_token": TOKEN},
        "start_date": "2026-01-15",
        "end_date": "2026-01-18",
        "requests_per_second": 1000,  # the simulator has no quota here, and nobody wants to wait
    }


@pytest.fixture
def command(tiktok: Any, tmp_path: Path) -> Callable[..., Run]:
    """`command("read", config=…, catalog=[…], state=…)` runs it; `argv` replaces the console script."""

    def run(verb: str, *, argv: list[str] | None = None, **files: Any) -> Run:
        arguments = [*(argv or [COMMAND]), verb]
        for option, content in files.items():
            path = tmp_path / f"{option}.json"
            path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
            arguments += [f"--{option}", str(path)]
        clean = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
        done = subprocess.run(
            arguments,
            env=clean | tiktok.environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        lines = [line for line in done.stdout.splitlines() if line]
        return Run(done.returncode, [json.loads(line) for line in lines], done.stderr)

    return run


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[DemoRun]:
    """The demo as `make demo` runs it. It runs once, whichever of the parallel workers comes first."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    directory, record = shared / "demo", shared / "demo.json"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not record.exists():
            done = run_demo(directory)
            record.write_text(json.dumps([done.status, done.printed, done.complained]), encoding="utf-8")
    yield DemoRun(directory, *json.loads(record.read_text(encoding="utf-8")))
