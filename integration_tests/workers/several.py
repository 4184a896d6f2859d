"""Starts workers in processes of their own, and looks at the rows they leave."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from postgres_server import PostgresServer
from psycopg.sql import SQL, Identifier

RECIPE = Path(__file__).parents[2] / "recipes" / "workers"
STREAMS = ("advertiser_ids", "advertisers", "campaigns", "pixels", "business_centers",
           "campaigns_reports_daily", "advertisers_reports_lifetime")  # fmt: skip
Rows = list[tuple[Any, ...]]


@dataclass
class Ended:
    """How a worker ended, and what it said."""

    code: int
    said: str


@dataclass
class Workers:
    """Starts workers as Kubernetes does: each with its number, all with the same environment."""

    postgres: PostgresServer
    tiktok: Any
    config: dict[str, Any]
    directory: Path
    schema: str
    alone: dict[str, dict[str, Rows]]
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, index: int, count: int, **settings: str) -> subprocess.Popen[str]:
        config = self.directory / "config.json"
        config.write_text(json.dumps(self.config), encoding="utf-8")
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.directory), "TIKTOK_CONFIG": str(config),
                       "JOB_COMPLETION_INDEX": str(index), "WORKERS": str(count), "STREAMS": ",".join(STREAMS),
                       "SCHEMA": self.schema,
                       **self.postgres.environment, **self.tiktok.environment, **settings}  # fmt: skip
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

    def rows(self, schema: str = "") -> dict[str, Rows]:
        """The rows of each stream, but for when they were written, in the order of their text."""
        with self.postgres.connect() as connection:
            return {stream: _rows(connection, schema or self.schema, stream) for stream in STREAMS}

    def rows_alone(self) -> dict[str, Rows]:
        """The rows that a single run leaves. It is run once for all tests with the same dates."""
        end = self.config["end_date"]
        if end not in self.alone:
            self.must_run(1, SCHEMA=f"alone_{end}")
            self.alone[end] = self.rows(f"alone_{end}")
        return self.alone[end]


def _rows(connection: psycopg.Connection[Any], schema: str, stream: str) -> Rows:
    query = SQL("select to_jsonb(t) - '_written_at' from {} t").format(Identifier(schema, stream))
    return sorted(connection.execute(query).fetchall(), key=str)


def wait_for(process: subprocess.Popen[str]) -> Ended:
    said, _ = process.communicate(timeout=120)
    return Ended(process.returncode, said)
