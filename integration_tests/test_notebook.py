"""What docs/setup.md shows of PyAirbyte, and examples/notebook.ipynb, run as they stand."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from notebooks import execute

if find_spec("airbyte") is None:
    pytest.skip("PyAirbyte does not support this Python", allow_module_level=True)

ROOT = Path(__file__).parent.parent
NOTEBOOK = ROOT / "examples" / "notebook.ipynb"


@pytest.fixture
def project(config: dict[str, Any], tmp_path: Path) -> Path:
    """A directory such as a user's clone, with a configuration and `.venv`."""
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (tmp_path / ".venv").symlink_to(Path(sys.prefix))
    return tmp_path


@pytest.fixture
def environment(project: Path, tiktok: Any) -> dict[str, str]:
    """An empty home, and the simulated TikTok in TikTok's place."""
    return {"PATH": os.environ["PATH"], "HOME": str(project), "DO_NOT_TRACK": "1", **tiktok.environment}


@pytest.mark.slow
def test_the_code_of_the_guide_runs(project: Path, environment: dict[str, str]) -> None:
    (code,) = re.findall(r"```python\n(import json.*?)```", (ROOT / "docs" / "setup.md").read_text("utf-8"), re.S)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project,
        env={**environment, "AIRBYTE_OFFLINE_MODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    assert re.findall(r"^2026-01-1\d +\d+\.\d+$", done.stdout, re.M)


@pytest.mark.slow
def test_the_notebook_runs_from_the_configuration_to_the_chart(project: Path, environment: dict[str, str]) -> None:
    (project / "examples").mkdir()
    *_, table, chart = execute(NOTEBOOK, project / "examples", environment)
    assert re.search(r"Shop sales +\d+\.\d+ +\d+\.0 +\d+\.\d+\n", table.outputs[-1].data["text/plain"])
    (figure,) = (output.data["application/vnd.plotly.v1+json"] for output in chart.outputs if "data" in output)
    assert {bars["name"] for bars in figure["data"]} >= {"Big night", "Slow buyers"}


def test_the_notebook_is_kept_without_results() -> None:
    cells = [cell for cell in json.loads(NOTEBOOK.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
    assert [(cell["outputs"], cell["execution_count"]) for cell in cells] == [([], None)] * len(cells)
