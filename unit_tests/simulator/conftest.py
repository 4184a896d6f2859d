"""Fixtures: a small world that stands still, and clients that ask it directly or over both transports."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tiktok_simulator import Simulator, World
from tiktok_simulator.world.ready_made import make_small_world

from .asking import NOW, Client, over


@pytest.fixture(autouse=True)
def clock() -> None:
    """Nothing is frozen here, unlike in the suites around: the simulator's clock is an argument."""


@pytest.fixture(autouse=True)
def waits() -> None:
    """Real waiting, for the same reason; no test of this suite waits."""


@pytest.fixture
def world() -> World:
    return make_small_world()


@pytest.fixture
def simulator(world: World) -> Simulator:
    return Simulator(world, clock=lambda: NOW)


@pytest.fixture
def client(simulator: Simulator) -> Client:
    """Asks the simulator itself, without a transport."""
    return Client(simulator.handle)


@pytest.fixture(params=["intercepted", "served"])
def wired(request: pytest.FixtureRequest, simulator: Simulator) -> Iterator[Client]:
    """Asks by `requests`, in process and then over a real socket."""
    with over(request.param, simulator) as found:
        yield found
