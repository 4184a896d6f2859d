"""Every fault TikTok and the network can make: survived, or named to the user. `docs/faults.md` is made from these."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from harness import Sync, everything

from tiktok_simulator import Fault, Simulator
from tiktok_simulator.world.ready_made import BERLIN, TOKYO
from tiktok_simulator.world.world import APP_SECRET, TOKEN

STREAM, PATH = "campaigns_reports_daily", "/report/integrated/get/"
MESSAGES = Path(__file__).parent / "golden" / "faults.json"
PAGE = 25

Row = dict[str, str]
with (Path(__file__).parent / "faults.csv").open(encoding="utf-8", newline="") as table:
    ROWS: list[Row] = list(csv.DictReader(table))
PASSING = ("asks again", "waits", "reads the list anew", "reads the list anew for some time", "believes it in the end")
READS = ("reads it", "reads it with a warning", "reads it in parts", "reads the list anew for some time")
LASTING_ONE = ("asks again", "stops the ad account", "halves the window", "reads the list anew")
READ: dict[str, set[tuple[str, str]]] = {}
LASTING_ALL = ("waits", "stops the sync")


def rows_that(*outcomes: str) -> Any:
    return pytest.mark.parametrize("row", [r for r in ROWS if r["outcome"] in outcomes], ids=lambda row: row["what"])


def arm(tiktok: Simulator, row: Row, times: int | None, whom: str | None) -> Fault:
    """The row's fault, at pages that are small enough for there to be three."""
    tiktok.faults.small_pages(size=PAGE, path=PATH)
    make = getattr(tiktok.faults, row["fault"])
    taken = signature(make).parameters
    kept_to = {name: value for name, value in {"times": times, "path": PATH}.items() if name in taken}
    fault: Fault = make(**json.loads(row["arguments"]), **kept_to)
    fault.advertiser_id = whom
    return fault


def keys(result: Sync, advertiser_id: str) -> set[tuple[str, str]]:
    found = result.rows(STREAM)
    return {(row["campaign_id"], row["stat_time_day"]) for row in found if row["advertiser_id"] == advertiser_id}


@pytest.fixture
def sync(sync: Callable[..., Sync], capfd: pytest.CaptureFixture[str], debugging: None) -> Callable[..., Sync]:
    """Reads as in every test, while everything is logged; no byte of what it says has the token or the secret."""

    def run(*streams: str, **options: Any) -> Sync:
        result = sync(*streams, **options)
        said = everything(result, capfd)
        assert not [secret for secret in (TOKEN, APP_SECRET) if secret in said]
        return result

    return run


@pytest.fixture
def told(request: pytest.FixtureRequest) -> Callable[[Row, str], None]:
    """`told(row, message)`: the message is the one the documentation shows. With --golden it is written there."""

    def compare(row: Row, message: str) -> None:
        known = json.loads(MESSAGES.read_text(encoding="utf-8")) if MESSAGES.exists() else {}
        if request.config.getoption("--golden"):
            known[row["what"]] = message
            ordered = {each["what"]: known[each["what"]] for each in ROWS if each["what"] in known}
            MESSAGES.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        assert known[row["what"]] == message

    return compare


@pytest.fixture
def two(config: dict[str, Any]) -> dict[str, Any]:
    return config | {"advertiser_ids": [TOKYO, BERLIN]}


@pytest.fixture
def expected(sync: Callable[..., Sync], two: dict[str, Any]) -> dict[str, set[tuple[str, str]]]:
    """What an undisturbed sync reads; read once, as it is the same world in every test."""
    if not READ:
        result = sync(STREAM, config=two)
        READ.update({advertiser_id: keys(result, advertiser_id) for advertiser_id in (TOKYO, BERLIN)})
    return READ


@pytest.mark.samples(8)
@rows_that(*PASSING)
def test_a_fault_that_passes_loses_nothing(
    row: Row, sync: Callable[..., Sync], tiktok: Simulator, two: dict[str, Any], expected: dict[str, Any]
) -> None:
    fault = arm(tiktok, row, times=2, whom=BERLIN)
    result = sync(STREAM, config=two)
    assert (result.errors, result.statuses[STREAM]) == ([], "COMPLETE")
    assert {whom: keys(result, whom) for whom in expected} == expected
    assert fault.hits == 2


@pytest.mark.samples(20)
@rows_that(*LASTING_ONE)
def test_a_fault_that_lasts_is_one_accounts_own_and_named_once(
    row: Row, sync: Callable[..., Sync], tiktok: Simulator, two: dict[str, Any], expected: dict[str, Any], told: Any
) -> None:
    arm(tiktok, row, times=None, whom=BERLIN)
    result = sync(STREAM, config=two)
    assert keys(result, TOKYO) == expected[TOKYO]
    assert result.cursors(STREAM) == {TOKYO: "2026-01-24"}
    assert result.statuses[STREAM] == "INCOMPLETE"
    reason, closing = result.errors
    assert f"{reason}".count(BERLIN) == 1
    assert closing == f"Not everything was read; what is not named here is complete:\n1) {STREAM}: {reason}"
    told(row, reason)


@pytest.mark.samples(6)
@rows_that(*LASTING_ALL)
def test_a_fault_that_lasts_for_everybody_ends_the_sync_with_one_reason(
    row: Row, sync: Callable[..., Sync], tiktok: Simulator, two: dict[str, Any], told: Any
) -> None:
    arm(tiktok, row, times=None, whom=None)
    result = sync(STREAM, config=two | {"advertiser_ids": [TOKYO]})
    assert result.statuses[STREAM] == "INCOMPLETE"
    assert result.rows(STREAM) == []
    reason, _ = result.errors
    told(row, reason)


@pytest.mark.samples(3)
@rows_that(*READS)
def test_a_fault_that_is_none_is_read_over(
    row: Row, sync: Callable[..., Sync], tiktok: Simulator, two: dict[str, Any], expected: dict[str, Any], told: Any
) -> None:
    assert arm(tiktok, row, times=None, whom=BERLIN).hits == 0
    result = sync(STREAM, config=two)
    assert (result.errors, result.statuses[STREAM]) == ([], "COMPLETE")
    assert {whom: keys(result, whom) for whom in expected} == expected
    assert bool(result.warnings) == (row["outcome"] == "reads it with a warning")
    told(row, next(iter(result.warnings), ""))


def test_the_table_has_every_code_of_the_reference() -> None:
    reference = Path(__file__).parents[2] / "shared" / "reference" / "errors.md"
    if not reference.exists():
        pytest.skip("the reference of TikTok's codes is not here")
    lines = (line.split("|") for line in reference.read_text(encoding="utf-8").splitlines())
    codes = {cells[1].strip() for cells in lines if len(cells) > 5 and cells[1].strip().isdigit()} - {"0"}
    known = {row["what"].split(":")[0].removeprefix("code ") for row in ROWS}
    assert len(codes) > 70
    assert codes <= known
