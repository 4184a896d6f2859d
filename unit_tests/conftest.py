"""Fixtures every suite shares: a simulated TikTok in process, a clock that stands still, and a sync to look at."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer, SyncMode
from airbyte_cdk.test.catalog_builder import CatalogBuilder
from airbyte_cdk.test.entrypoint_wrapper import EntrypointOutput, read
from airbyte_cdk.test.state_builder import StateBuilder
from freezegun import freeze_time

from source_tiktok_marketing import SourceTiktokMarketing
from tiktok_simulator import Simulator, World, intercepted
from tiktok_simulator.world import APP_ID, APP_SECRET, SANDBOX_TOKEN, TOKEN
from tiktok_simulator.worlds import SANDBOX, TOKYO

# Noon in Berlin; still the 14th in Los Angeles, already the evening of the 15th in Tokyo.
NOW = datetime(2026, 2, 15, 5, 0, tzinfo=UTC)
GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", action="store_true", help="rewrite the golden files instead of comparing with them")


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds the connector wanted to sleep; nobody sleeps in a test."""
    asked: list[float] = []
    monkeypatch.setattr("time.sleep", lambda seconds: asked.append(seconds) if seconds else None)
    return asked


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    """The clock of connector and simulator; `clock.move_to(...)` moves both."""
    with freeze_time(NOW, ignore=["_pytest", "queue", "threading"]) as frozen:
        yield frozen


@pytest.fixture
def world() -> World:
    return World.small()


@pytest.fixture
def tiktok(world: World) -> Iterator[Simulator]:
    """A simulated TikTok that answers every request of this process."""
    with intercepted(Simulator(world, clock=lambda: datetime.now(UTC))) as simulator:
        yield simulator


@pytest.fixture
def config() -> dict[str, Any]:
    """OAuth credentials of the simulated app, ten days of reports."""
    return {
        "credentials": {"auth_type": "oauth2.0", "app_id": APP_ID, "secret": APP_SECRET, "access_token": TOKEN},
        "start_date": "2026-01-15",
        "end_date": "2026-01-24",
    }


@pytest.fixture
def sandbox_config() -> dict[str, Any]:
    return {"credentials": {"auth_type": "sandbox_access_token", "advertiser_id": SANDBOX, "access_token": SANDBOX_TOKEN},
            "start_date": "2020-12-08", "end_date": "2020-12-19"}  # fmt: skip


@pytest.fixture
def one_advertiser(config: dict[str, Any]) -> dict[str, Any]:
    return config | {"advertiser_ids": [TOKYO]}


@dataclass
class Sync:
    """What one sync gave."""

    output: EntrypointOutput

    def rows(self, stream: str) -> list[dict[str, Any]]:
        return [message.record.data for message in self.output.records if message.record.stream == stream]

    def state(self, stream: str) -> dict[str, Any]:
        """The last state of `stream`, as plain JSON."""
        states = [message.state.stream for message in self.output.state_messages]
        blobs = [state.stream_state for state in states if state.stream_descriptor.name == stream]
        return dict(json.loads(json.dumps(blobs[-1].__dict__)))

    def cursors(self, stream: str) -> dict[str, str]:
        """The cursor of each ad account."""
        states = self.state(stream)["states"]
        return {entry["partition"]["advertiser_id"]: next(iter(entry["cursor"].values())) for entry in states}

    @property
    def statuses(self) -> dict[str, str]:
        """The last status of each stream."""
        found = {}
        for message in self.output.trace_messages:
            if message.trace.stream_status:
                status = message.trace.stream_status
                found[status.stream_descriptor.name] = status.status.value
        return found

    @property
    def errors(self) -> list[str]:
        return [message.trace.error.message for message in self.output.errors]

    @property
    def warnings(self) -> list[str]:
        return [message.log.message for message in self.output.logs if message.log.level.value in ("WARN", "ERROR", "FATAL")]


def read_streams(streams: Sequence[str], config: dict[str, Any], state: dict[str, Any] | None = None) -> Sync:
    """One sync in process, as a user's would be; `state` maps a stream to its saved state."""
    catalog = CatalogBuilder()
    for stream in streams:
        catalog = catalog.with_stream(stream, SyncMode.incremental)
    built = catalog.build()
    saved = StateBuilder()
    for stream, blob in (state or {}).items():
        saved = saved.with_stream_state(stream, deepcopy(blob))
    source = SourceTiktokMarketing(built, config, saved.build())
    return Sync(read(source, config, built, saved.build(), expecting_exception=None))


@pytest.fixture
def sync(tiktok: Simulator, config: dict[str, Any]) -> Callable[..., Sync]:
    """Reads streams from the simulator: `sync("campaigns", "ads", config=…, state={stream: …})`."""

    def run(*streams: str, config: dict[str, Any] = config, state: dict[str, Any] | None = None) -> Sync:
        return read_streams(streams, config, state)

    return run


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """`golden(name, text)`: `text` is what stands in golden/name. With --golden it is written instead."""

    def compare(name: str, text: str) -> None:
        if request.config.getoption("--golden"):
            GOLDEN.mkdir(exist_ok=True)
            (GOLDEN / name).write_text(text, encoding="utf-8")
        assert (GOLDEN / name).read_text(encoding="utf-8") == text

    return compare


assert ConfiguredAirbyteCatalogSerializer  # the CDK's serializers must be loaded before the clock is frozen
