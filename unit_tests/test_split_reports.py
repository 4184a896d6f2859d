"""A report of more metrics than fit a request: its rows are joined whole, or not given at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from harness import Sync

from tiktok_simulator import Fault, Request, Simulator, World
from tiktok_simulator.world.ready_made import BERLIN, TOKYO

REPORT = "/report/integrated/get/"
Body = dict[str, Any]
Change = Callable[[Body], None]
Rows = list[str]
PARTS: dict[str, Rows] = {}


@pytest.fixture
def wide(config: dict[str, Any]) -> dict[str, Any]:
    report = {"name": "wide", "level": "campaign", "metrics": ["all"]}
    return config | {"advertiser_ids": [TOKYO, BERLIN], "start_date": "2026-01-21", "custom_reports": [report]}


@pytest.fixture
def expected(sync: Callable[..., Sync], tiktok: Simulator, wide: dict[str, Any]) -> dict[str, Rows]:
    """What an undisturbed sync reads, in pages of ten rows as all tests here; read once for all of them."""
    tiktok.faults.small_pages(size=10, path=REPORT)
    if not PARTS:
        result = sync("wide", config=wide)
        PARTS.update({whom: rows_of(result, whom) for whom in (TOKYO, BERLIN)})
    return PARTS


def rows_of(result: Sync, advertiser_id: str) -> Rows:
    rows = (row for row in result.rows("wide") if row["advertiser_id"] == advertiser_id)
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def is_second_page_of_the_second_part(request: Request) -> bool:
    asked = request.parameters
    return asked.get("page") == "2" and "spend" not in json.loads(asked["metrics"])


def spoil(tiktok: Simulator, change: Change, times: int | None) -> Fault:
    """Spoils the second page of the second hundred of metrics."""

    def what(_: Request, body: bytes) -> bytes:
        document = json.loads(body)
        change(document["data"])
        return json.dumps(document).encode()

    fault = tiktok.faults.body(what, times=times, path=REPORT)
    fault.advertiser_id, fault.when = BERLIN, is_second_page_of_the_second_part
    return fault


def with_other_keys(data: Body) -> None:
    for row in data["list"]:
        row["dimensions"]["campaign_id"] += "7"


def without_a_row(data: Body) -> None:
    del data["list"][3]


def with_a_row_twice(data: Body) -> None:
    data["list"][3] = data["list"][4]


def without_rows(data: Body) -> None:
    data["list"] = []


def with_a_row_without_day(data: Body) -> None:
    del data["list"][3]["dimensions"]["stat_time_day"]


CHANGES = [with_other_keys, without_a_row, with_a_row_twice, without_rows, with_a_row_without_day]


@pytest.mark.samples(1)
@pytest.mark.parametrize("change", CHANGES)
def test_a_part_that_goes_wrong_once_is_read_anew_and_joined_whole(
    change: Change, sync: Callable[..., Sync], tiktok: Simulator, wide: dict[str, Any], expected: dict[str, Rows]
) -> None:
    fault = spoil(tiktok, change, times=1)
    result = sync("wide", config=wide)
    assert fault.hits == 1
    assert (result.errors, result.statuses["wide"]) == ([], "COMPLETE")
    assert {whom: rows_of(result, whom) for whom in expected} == expected


@pytest.mark.samples(1)
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.slow
def test_a_part_that_stays_wrong_stops_its_ad_account_without_a_half_joined_row(
    change: Change, sync: Callable[..., Sync], tiktok: Simulator, wide: dict[str, Any], expected: dict[str, Rows]
) -> None:
    spoil(tiktok, change, times=None)
    result = sync("wide", config=wide)
    assert {whom: rows_of(result, whom) for whom in expected} == {TOKYO: expected[TOKYO], BERLIN: []}
    assert result.statuses["wide"] == "INCOMPLETE"
    assert BERLIN in result.errors[0]
    assert {message.trace.error.failure_type.value for message in result.output.errors[:-1]} == {"transient_error"}
    assert BERLIN not in result.cursors("wide")


def test_the_first_page_again_in_one_part_is_noticed(
    sync: Callable[..., Sync], tiktok: Simulator, wide: dict[str, Any], expected: dict[str, Rows]
) -> None:
    fault = tiktok.faults.repeated_page(page=2, times=1, path=REPORT)
    fault.advertiser_id, fault.when = BERLIN, is_second_page_of_the_second_part
    result = sync("wide", config=wide)
    assert fault.hits == 1
    assert result.errors == []
    assert {whom: rows_of(result, whom) for whom in expected} == expected


def test_a_part_by_ids_that_goes_wrong_loses_no_row(
    world: World, sync: Callable[..., Sync], tiktok: Simulator, wide: dict[str, Any], expected: dict[str, Rows]
) -> None:
    world.newest_ids = 4
    world.note_change()
    fault = spoil(tiktok, with_other_keys, times=1)
    result = sync("wide", config=wide)
    assert (fault.hits, result.errors) == (1, [])
    assert {whom: rows_of(result, whom) for whom in expected} == expected
