"""What docs/setup.md shows of PyAirbyte, run as it stands."""

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

if find_spec("airbyte") is None:
    pytest.skip("PyAirbyte does not support this Python", allow_module_level=True)

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
def test_the_notebook_of_the_guide_runs(tiktok: Any, config: dict[str, Any], tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(import json.*?)```", (ROOT / "docs" / "setup.md").read_text("utf-8"), re.S)
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (tmp_path / ".venv").symlink_to(Path(sys.prefix))
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "AIRBYTE_OFFLINE_MODE": "1", "DO_NOT_TRACK": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment | tiktok.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    assert re.findall(r"^2026-01-1\d +\d+\.\d+$", done.stdout, re.M)
