"""Builds the models of dbt/ from the demo's tables, and says what `dbt build` made and what its tests found."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from .notebook import DemoError
from .terminal import Progress, say

PACKAGE = Path(__file__).parents[1] / "dbt"
# `make demo` installs dbt into a venv inside the connector's own.
DBT = Path(sys.prefix) / "dbt" / "bin" / "dbt"
NO_DBT = "dbt is not installed here; `make demo` installs it."
TARGET = "dbt"


def keep_history(database: Path, output: Path) -> None:
    """Saves the present state of campaigns, ad groups and ads, as TikTok keeps no history of them."""
    if DBT.exists():
        with Progress(sys.stderr, "saving the history").show_line():
            _run("build", database, output / TARGET, select="+resource_type:snapshot")


def build_models(database: Path, output: Path) -> bool:
    """Runs `dbt build` into the schema `marts` of the database, and says what it made. Returns False without dbt."""
    if not DBT.exists():
        say(NO_DBT)
        return False
    with Progress(sys.stderr, "building the models").show_line():
        done = _run("build", database, output / TARGET)
    results = output / TARGET / "run_results.json"
    if not results.exists():
        raise DemoError(f"dbt stopped before it built anything.\n{done.stdout.strip()}")
    say(summarize(json.loads(results.read_text(encoding="utf-8"))["results"]))
    return True


def _run(command: str, database: Path, target: Path, **more: str) -> subprocess.CompletedProcess[str]:
    shutil.rmtree(target, ignore_errors=True)
    options = {"project-dir": PACKAGE, "profiles-dir": PACKAGE, "target-path": target, "log-path": target,
               "vars": "tiktok_schema: main", **more}  # fmt: skip
    return subprocess.run(  # noqa: S603 - our own venv's dbt
        [DBT, "--quiet", command, *(f"--{name}={value}" for name, value in options.items())],
        env={**os.environ, "TIKTOK_DUCKDB": str(database), "DO_NOT_TRACK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def summarize(results: list[dict[str, Any]]) -> str:
    """Says how many models, histories and tests there are, and names those that failed."""
    kinds = Counter((result["unique_id"].partition(".")[0], result["status"]) for result in results)

    def count(kind: str, *states: str) -> int:
        return sum(number for (of, state), number in kinds.items() if of == kind and (not states or state in states))

    line = (
        f"dbt build: {count('model', 'success')} tables and {count('snapshot', 'success')} histories made, "
        f"{count('test', 'pass')} of {count('test')} tests passed."
    )
    bad, doubtful = _list_names(results, "error", "fail", "skipped"), _list_names(results, "warn")
    said = [f"Failed: {bad}."] * bool(bad) + [f"Warned: {doubtful}."] * bool(doubtful)
    return "\n".join([line, " ".join(said)]) if said else line


def _list_names(results: list[dict[str, Any]], *states: str) -> str:
    return ", ".join(result["unique_id"].split(".")[2] for result in results if result["status"] in states)
