"""Fixtures every suite shares: a simulated TikTok in process, a clock that stands still, and a sync to look at."""

from __future__ import annotations

import gc
import logging
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_type_hints

import pytest
from airbyte_cdk.sources.declarative import concurrent_declarative_source, yaml_declarative_source
from airbyte_cdk.sources.declarative.parsers import manifest_component_transformer, model_to_component_factory
from airbyte_cdk.sources.declarative.resolvers import parametrized_components_resolver
from airbyte_cdk.utils.yaml_loader import safe_load_yaml
from freezegun import freeze_time
from harness import (
    NOW,
    QuickResolver,
    QuickTransformer,
    Sync,
    Turns,
    copied,
    frozen_now,
    parse_once,
    read_manifest,
    read_streams,
    validate_once,
)
from pydantic.v1 import BaseModel

from source_tiktok_marketing.requesters.watchdog import Watchdog
from tiktok_simulator import Simulator, World, intercept
from tiktok_simulator.world.ready_made import SANDBOX, TOKYO, make_small_world
from tiktok_simulator.world.world import APP_ID, APP_SECRET, SANDBOX_TOKEN, TOKEN

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", action="store_true", help="rewrite the golden files instead of comparing with them")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Marks the cases of a test that are not among its samples as slow, before they are selected or shuffled."""
    cases: dict[tuple[str, str], list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item.get_closest_marker("samples"):
            cases[item.path.name, item.nodeid.partition("[")[0]].append(item)
    for found in cases.values():
        (number,) = found[0].get_closest_marker("samples").args
        kept = {each * len(found) // number for each in range(number)}
        for index, item in enumerate(found):
            if index not in kept:
                item.add_marker("slow")
    yield


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds the connector wanted to sleep; nobody sleeps in a test."""
    asked: list[float] = []
    monkeypatch.setattr("time.sleep", lambda seconds: asked.append(seconds) if seconds else None)
    return asked


@pytest.fixture
def no_spot_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skips all that may be skipped, for tests that count requests."""
    monkeypatch.setattr("source_tiktok_marketing.retrievers.spot_checks.ONE_IN", 1_000_000)


@pytest.fixture(autouse=True)
def turns(monkeypatch: pytest.MonkeyPatch) -> Turns:
    """When the connector's requests were let go by its quota: the time they wait passes at once."""
    found = Turns()
    monkeypatch.setattr("source_tiktok_marketing.requesters.rate_limiter.CLOCK", found)
    return found


@pytest.fixture(scope="module")
def stopped_clock() -> Iterator[Any]:
    """A clock that stands still. To stop it takes twenty milliseconds, as every module is looked at."""
    with freeze_time(NOW, ignore=["_pytest", "queue", "threading", Watchdog.__module__]) as frozen:
        yield frozen


@pytest.fixture(autouse=True)
def clock(stopped_clock: Any) -> Any:
    """The clock of connector and simulator; `clock.move_to(...)` moves both."""
    stopped_clock.move_to(NOW)
    return stopped_clock


# The CDK reads, resolves and validates the manifest and reads its own schema of manifests anew for every source; for
# every component the annotations of its class; and it copies every stream once for each level of its components.
READ_ONCE = cache(safe_load_yaml)
HINTS_READ_ONCE = cache(get_type_hints)


@pytest.fixture(autouse=True)
def _read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_declarative_source, "safe_load_yaml", read_manifest)
    monkeypatch.setattr(concurrent_declarative_source, "safe_load_yaml", READ_ONCE)
    monkeypatch.setattr(concurrent_declarative_source, "ManifestReferenceResolver", QuickResolver)
    monkeypatch.setattr(concurrent_declarative_source, "ManifestComponentTransformer", QuickTransformer)
    monkeypatch.setattr(concurrent_declarative_source, "validate_manifest", validate_once)
    monkeypatch.setattr(concurrent_declarative_source, "deepcopy", copied)
    monkeypatch.setattr(parametrized_components_resolver, "deepcopy", copied)
    monkeypatch.setattr(manifest_component_transformer, "copy", SimpleNamespace(deepcopy=copied))
    monkeypatch.setattr(model_to_component_factory, "get_type_hints", HINTS_READ_ONCE)
    monkeypatch.setattr(BaseModel, "parse_obj", classmethod(parse_once))


def pytest_collection_finish() -> None:
    """What was imported and collected stays: it need not be looked through for what could be thrown away."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 10, 30)  # Python's own seven hundred objects are made in a millisecond of a sync


@pytest.fixture(autouse=True)
def levels() -> Iterator[None]:
    """Restores the levels of the loggers after a test: benchmarks change them."""
    loggers = [logging.getLogger(name) for name in ("airbyte", "airbyte.source_tiktok_marketing")]
    before = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


@pytest.fixture
def debugging() -> Iterator[None]:
    """Everything a sync can log is logged."""
    names = ("airbyte", "airbyte.source_tiktok_marketing", "airbyte.HttpRequester.campaigns_reports_daily")
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield
    for name in names:
        logging.getLogger(name).setLevel(logging.NOTSET if name != "airbyte" else logging.INFO)


@pytest.fixture
def world() -> World:
    return make_small_world()


@pytest.fixture
def tiktok(world: World) -> Iterator[Simulator]:
    """A simulated TikTok that answers every request of this process."""
    with intercept(Simulator(world, clock=frozen_now)) as simulator:
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
    credentials = {"auth_type": "sandbox_access_token", "advertiser_id": SANDBOX, "access_token": SANDBOX_TOKEN}
    return {"credentials": credentials, "start_date": "2020-12-08", "end_date": "2020-12-19"}


@pytest.fixture
def one_advertiser(config: dict[str, Any]) -> dict[str, Any]:
    return config | {"advertiser_ids": [TOKYO]}


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
