"""Starts workers in processes of their own, and looks at the rows they leave."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from engines import Engine, Rows
from postgres_server import PASSWORD

from tiktok_simulator.world.world import APP_SECRET, TOKEN

RECIPE = Path(__file__).parents[2] / "recipes" / "workers"
sys.path.insert(0, str(RECIPE))  # for the tests of its modules
STREAMS = ("advertiser_ids", "advertisers", "campaigns", "pixels", "business_centers",
           "campaigns_reports_daily", "advertisers_reports_lifetime")  # fmt: skip
SECRETS = (TOKEN, APP_SECRET, PASSWORD)
in_both = pytest.mark.parametrize("engine", ["postgres", "ducklake"], indirect=True)


@dataclass
class Ended:
    """How a worker ended, and what it said."""

    code: int
    said: str


@dataclass
class Workers:
    """Starts workers as Kubernetes does: each with its number, all with the same environment."""

    engine: Engine
    tiktok: Any
    config: dict[str, Any]
    directory: Path
    schema: str
    alone: dict[str, dict[str, Rows]]
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def write_config(self) -> Path:
        path = self.directory / "config.json"
        path.write_text(json.dumps(self.config), encoding="utf-8")
        return path

    def environment(self) -> dict[str, str]:
        """What all of them share."""
        return {"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", ""), "HOME": str(self.directory),
                "TIKTOK_CONFIG": str(self.write_config()), "STREAMS": ",".join(STREAMS), "SCHEMA": self.schema,
                **self.engine.environment, **self.tiktok.environment}  # fmt: skip

    def start(self, index: int, count: int, **settings: str) -> subprocess.Popen[str]:
        environment = {**self.environment(), "JOB_COMPLETION_INDEX": str(index), "WORKERS": str(count), **settings}
        command = [sys.executable, str(RECIPE / "worker.py")]
        process = subprocess.Popen(command, cwd=self.directory, env=environment, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True)  # fmt: skip
        self.started.append(process)
        return process

    def run(self, count: int, *indexes: int, **settings: str) -> list[Ended]:
        """These shards, or all of them, at once."""
        processes = [self.start(index, count, **settings) for index in indexes or range(count)]
        return [wait_for(process) for process in processes]

    def must_run(self, count: int, *indexes: int, **settings: str) -> None:
        for ended in self.run(count, *indexes, **settings):
            assert ended.code == 0, ended.said[-5_000:]

    def rows(self) -> dict[str, Rows]:
        """The rows of each stream."""
        return {stream: self.engine.fetch_all(self.schema, stream) for stream in STREAMS}

    def rows_alone(self) -> dict[str, Rows]:
        """The rows that a single run leaves in Postgres. It is run once for all tests with the same dates."""
        end = self.config["end_date"]
        if end not in self.alone:
            postgres = Engine(self.engine.server)
            self.must_run(1, SCHEMA=f"alone_{end}", **postgres.environment)
            self.alone[end] = {stream: postgres.fetch_all(f"alone_{end}", stream) for stream in STREAMS}
        return self.alone[end]


def wait_for(process: subprocess.Popen[str]) -> Ended:
    """Waits until the worker, and all that write where it does, have ended. No secret is ever among what they say."""
    said, _ = process.communicate(timeout=120)
    assert [secret for secret in SECRETS if secret in said] == []
    return Ended(process.returncode, said)
