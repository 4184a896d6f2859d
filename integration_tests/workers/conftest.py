"""Workers in processes of their own, a simulator that notes what each asks, and a real Postgres."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from engines import Engine, Lake, Rows
from postgres_server import PostgresServer
from several import Workers
from store import Store
from worker import open_store
from worker_settings import Settings

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


@pytest.fixture(scope="session")
def engines(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Engine]:
    return {"postgres": Engine(postgres), "ducklake": Lake(postgres, tmp_path_factory.mktemp("lake"))}


@pytest.fixture(params=["postgres"])
def engine(engines: dict[str, Engine], request: pytest.FixtureRequest) -> Engine:
    """Postgres, or what a test asks for with `in_both`."""
    return engines[request.param]


@pytest.fixture
def store(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    settings = engine.environment
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with open_store(Settings({}, [], tmp_path.name, 0, 1, engine.name, settings.get("DATA_PATH", ""),
                             settings.get("METADATA_SCHEMA", ""))) as store:  # fmt: skip
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
    engine: Engine,
    tiktok: Any,
    config: dict[str, Any],
    tmp_path: Path,
    alone: dict[str, dict[str, Rows]],
) -> Iterator[Workers]:
    config = config | {"attribution_window": 1, "stream_groups": ["business_center", "events"]}
    several = Workers(engine, tiktok, config, tmp_path, f"schema of {tmp_path.name[:40]}", alone)
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
