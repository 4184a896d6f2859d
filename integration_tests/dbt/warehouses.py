"""A DuckDB file with raw tables, and one run of dbt over it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

PACKAGE = Path(__file__).parents[2] / "dbt"
DBT = Path(sys.prefix) / "dbt" / "bin" / "dbt"


@dataclass(frozen=True)
class Built:
    """What dbt made and printed."""

    path: Path
    printed: str
    results: dict[str, str]
    manifest: dict[str, Any]

    @property
    def failed(self) -> list[str]:
        """What did not go well, by name."""
        return sorted(name for name, status in self.results.items() if status not in ("success", "pass", "no-op"))

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        """What the warehouse answers."""
        with duckdb.connect(self.path, read_only=True) as connection:
            return connection.sql(question).fetchall()

    def nodes(self, kind: str) -> dict[str, Any]:
        """The package's models, say, by name."""
        return {node["name"]: node for node in self.manifest["nodes"].values() if node["resource_type"] == kind}


def copy_of_the_tables(tables: Path, directory: Path, *statements: str) -> Path:
    """The raw tables alone, in a file of their own, with statements run on them."""
    path = directory / "warehouse.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute(f"attach '{tables}' as demo (read_only)")
        names = "select table_name from duckdb_tables() where database_name = 'demo' and schema_name = 'main'"
        for (name,) in connection.sql(names).fetchall():
            connection.execute(f"create table {name} as from demo.main.{name}")
        connection.execute("detach demo")
        for statement in statements:
            connection.execute(statement)
    return path


def selected(names: str) -> list[str]:
    """dbt's options for some models and what they need, without tests of models that are not among them."""
    return [f"--select={names}", "--indirect-selection=cautious"] if names else []


def build(path: Path, *command: str, **variables: object) -> Built:
    """Runs dbt over a DuckDB file."""
    environment = {"TIKTOK_DUCKDB": str(path)}
    return run(path, environment, *command, **{"tiktok_schema": "main", **variables})


def run(
    path: Path,
    environment: dict[str, str],
    *command: str,
    profiles: Path = PACKAGE,
    project: Path = PACKAGE,
    **variables: object,
) -> Built:
    """Runs dbt in the directory of `path`; its home is there, too."""
    target = path.parent / "target"
    places = [
        f"--project-dir={project}",
        f"--profiles-dir={profiles}",
        f"--target-path={target}",
        f"--log-path={target}",
    ]
    done = subprocess.run(
        [DBT, "--no-use-colors", *(command or ("build",)), *places, f"--vars={json.dumps(variables)}"],
        env={"PATH": os.environ["PATH"], "HOME": str(path.parent), "DO_NOT_TRACK": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    if not (target / "run_results.json").exists():
        raise AssertionError(done.stdout)
    results = json.loads((target / "run_results.json").read_text("utf-8"))["results"]
    return Built(
        path,
        done.stdout,
        {each["unique_id"].split(".")[2]: each["status"] for each in results},
        json.loads((target / "manifest.json").read_text("utf-8")),
    )
