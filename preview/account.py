"""The account to read: a simulated TikTok's, which lives as long as the preview, or your own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from source_tiktok_marketing.json_files import read_json
from tiktok_simulator import Simulator, serve
from tiktok_simulator.__main__ import list_configurations
from tiktok_simulator.world.ready_made import make_small_world


class PreviewError(Exception):
    """Ends the preview. The text says what to do."""


@dataclass(frozen=True)
class Account:
    """A configuration, and the environment of a connector that reads with it."""

    config: Mapping[str, Any]
    environment: Mapping[str, str]


@contextmanager
def open_simulated() -> Iterator[Account]:
    """Starts a small TikTok on loopback with the real clock. It ends with the context."""
    simulator = Simulator(make_small_world())
    credentials = list_configurations(simulator.world)[0]["credentials"]
    with serve(simulator) as server:
        # The simulated TikTok has no quota.
        yield Account({"credentials": credentials, "requests_per_second": 1000}, os.environ | server.environment)


@contextmanager
def open_own(path: Path) -> Iterator[Account]:
    """The account of a configuration file. Raises a PreviewError that names the file if it can't be read."""
    yield Account(read_configuration(path), os.environ)


def read_configuration(path: Path) -> dict[str, Any]:
    """The JSON object in a file. Raises a PreviewError that names the file if it has none."""
    try:
        config = read_json(str(path))
    except (OSError, ValueError) as error:
        raise PreviewError(f"TIKTOK_CONFIG={path} can't be read: {error}") from error
    if not isinstance(config, dict) or not config:
        raise PreviewError(f"TIKTOK_CONFIG={path} is not a configuration: write a JSON object with credentials in it.")
    return config
