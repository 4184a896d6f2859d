"""PyAirbyte's own validation of the connector, with configurations that work: today's and the older ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

if find_spec("airbyte") is None:
    pytest.skip("PyAirbyte does not support this Python", allow_module_level=True)

from demo.notebook import set_quiet_environment
from source_tiktok_marketing import SourceTiktokMarketing

CONFIGS = Path(__file__).with_name("configs")
WORKING = [path for path in sorted(CONFIGS.glob("*.json")) if not path.name.startswith("bad_")]
BINARIES = Path(sys.executable).parent


@pytest.fixture(scope="module")
def form() -> Draft7Validator:
    return Draft7Validator(SourceTiktokMarketing().connection_specification)


@pytest.mark.parametrize("config", WORKING, ids=lambda path: path.stem)
def test_every_configuration_that_works_is_valid_by_the_form(config: Path, form: Draft7Validator) -> None:
    form.validate(json.loads(config.read_text("utf-8")))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["oauth", "legacy_production"])
def test_pyairbyte_accepts_a_configuration_of_today_and_an_older_one(name: str, tiktok: Any, tmp_path: Path) -> None:
    environment = {"PATH": f"{BINARIES}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)}
    connector, config = BINARIES / "source-tiktok-marketing", CONFIGS / f"{name}.json"
    done = subprocess.run(
        [BINARIES / "pyab", "validate", f"--connector={connector}", f"--config={config}"],
        env=environment | set_quiet_environment(tmp_path) | tiktok.environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert tiktok.simulator.asked("/report/integrated/get/")
