"""Whose rows are shown: a simulated TikTok's that lives as long as the preview, or your own account's."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.notebook import DemoError
from demo.scenario import read_configuration
from tiktok_simulator import Simulator, served
from tiktok_simulator.__main__ import configurations
from tiktok_simulator.world.ready_made import small_world


class PreviewError(Exception):
    """Ends the preview; the text says what to do."""


@dataclass(frozen=True)
class Account:
    """A configuration, and the environment of a connector that reads with it."""

    config: Mapping[str, Any]
    environment: Mapping[str, str]


@contextmanager
def simulated() -> Iterator[Account]:
    """A small TikTok on loopback, its clock the real one; it ends with the context."""
    simulator = Simulator(small_world())
    credentials = configurations(simulator.world)[0]["credentials"]
    with served(simulator) as server:
        # The simulated TikTok has no quota.
        yield Account({"credentials": credentials, "requests_per_second": 1000}, os.environ | server.environment)


@contextmanager
def own(path: Path) -> Iterator[Account]:
    """The account of a configuration file. Raises a PreviewError that names the file where there is none."""
    try:
        config = read_configuration(path)
    except DemoError as error:
        raise PreviewError(str(error)) from error
    yield Account(config, os.environ)
