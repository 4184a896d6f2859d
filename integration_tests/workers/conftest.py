"""Workers in processes of their own, a simulator that notes what each asks, and a real Postgres."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from postgres_server import PostgresServer
from several import Rows, Workers
from store import Postgres

from tiktok_simulator import Simulator, serve
from tiktok_simulator.faults.fault import Answer, Fault
from tiktok_simulator.protocol.wire import Request, Response
from tiktok_simulator.world.ready_made import make_small_world

collect_ignore = ["airflow"]  # `make airflow-test` brings it
REPORT = "report/integrated/get/"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    # Not below pytest's directory, which Debian's user may not enter.
    directory = Path(tempfile.mkdtemp(prefix="workers-"))
    directory.chmod(0o755)
    server = PostgresServer(directory)
    server.start()
    yield server
    server.end()
    shutil.rmtree(directory)


@pytest.fixture
def store(postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Postgres]:
    for name, value in postgres.environment.items():
        monkeypatch.setenv(name, value)
    with Postgres.connect(tmp_path.name, "a test") as store:
        yield store


@pytest.fixture
def tiktok() -> Iterator[Any]:
    """A simulator whose day stands still, so that a lifetime is as long for all who ask."""
    with serve(Simulator(make_small_world(), clock=lambda: datetime(2026, 2, 15, 5, tzinfo=UTC))) as server:
        yield server


@pytest.fixture(scope="session")
def alone() -> dict[str, dict[str, Rows]]:
    return {}


@pytest.fixture
def workers(
    postgres: PostgresServer,
    tiktok: Any,
    config: dict[str, Any],
    tmp_path: Path,
    alone: dict[str, dict[str, Rows]],
) -> Iterator[Workers]:
    config = config | {"attribution_window": 1, "stream_groups": ["business_center", "events"]}
    several = Workers(postgres, tiktok, config, tmp_path, f"schema of {tmp_path.name[:40]}", alone)
    yield several
    for process in several.started:
        process.kill()
        process.communicate()


@pytest.fixture
def when_asked(tiktok: Any) -> Callable[..., None]:
    """`when_asked(act, advertiser_id, number)` acts as so many reports of an ad account are asked for."""

    def arrange(act: Callable[[], object], advertiser_id: str, number: int = 1) -> None:
        def answer(request: Request, otherwise: Answer) -> Response:
            act()
            return otherwise(request)

        fault = Fault("moment", answer, path=REPORT, advertiser_id=advertiser_id, skip=number - 1, left=1)
        tiktok.simulator.faults.armed.insert(0, fault)

    return arrange
