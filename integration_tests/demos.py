"""`make demo`, run as a user runs it: as a process of its own, in an empty home."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from demo.notebook import DATABASE

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class DemoRun:
    """One finished run of the demo, and the directory it had to itself."""

    directory: Path
    status: int
    printed: str
    complained: str

    @property
    def output(self) -> Path:
        return self.directory / "output"

    @property
    def home(self) -> Path:
        return self.directory / "home"

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(self.output / DATABASE, read_only=True) as connection:
            return connection.sql(question).fetchall()


def run_demo(directory: Path, environment: Mapping[str, str] | None = None) -> DemoRun:
    """Runs the demo in `directory`; what it prints names demo/output, as on a user's machine."""
    home, output = directory / "home", directory / "output"
    home.mkdir(parents=True)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("TIKTOK_", "AIRBYTE_"))}
    done = subprocess.run(
        [sys.executable, "-m", "demo"],
        cwd=ROOT,
        env={**inherited, "HOME": str(home), "TIKTOK_DEMO_OUTPUT": str(output), **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    return DemoRun(directory, done.returncode, done.stdout.replace(str(output), "demo/output"), done.stderr)


def run_demo_on(directory: Path, config: object, environment: Mapping[str, str] | None = None) -> DemoRun:
    """Runs the demo with a configuration file of one's own."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "config.json"
    path.write_text(config if isinstance(config, str) else json.dumps(config), encoding="utf-8")
    return run_demo(directory, {"TIKTOK_CONFIG": str(path), **(environment or {})})
