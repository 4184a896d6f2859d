"""Every report row of the manifest, against the truth of the simulated world.

The rows are read through windows, pages, typing and flattening; the truth is computed for the whole period in one go.
A lost page, a window too few, a mistyped or swapped metric shows as a difference in some cell.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from harness import Sync, plain_reports
from rows import REPORTS, dimensions, metrics, name_of, of_account, report_type

from source_tiktok_marketing.schema.columns import read_report_columns
from tiktok_simulator import Simulator, World
from tiktok_simulator.endpoints.reports.truth import compute_truth
from tiktok_simulator.world.ready_made import BERLIN, EMPTY, LOS_ANGELES, TOKYO

FIRST, LAST = date(2026, 1, 18), date(2026, 1, 22)  # a campaign was deleted on the 20th
TOLD = ("currency", "display_timezone")
Key = tuple[Any, ...]


@pytest.fixture
def config(config: dict[str, Any]) -> dict[str, Any]:
    return config | {"start_date": FIRST.isoformat(), "end_date": LAST.isoformat()}


def delivered(world: World, row: dict[str, Any], include_deleted: bool = True) -> dict[Key, dict[str, Any]]:
    start, end = (None, None) if "lifetime" in row["name"] and report_type(row) == "BASIC" else (FIRST, LAST)
    found: dict[Key, dict[str, Any]] = {}
    for advertiser_id in (TOKYO, LOS_ANGELES, BERLIN, EMPTY):
        for wire in compute_truth(
            world,
            advertiser_id=advertiser_id,
            report_type=report_type(row),
            data_level=f"AUCTION_{row['level'].upper()}",
            dimensions=dimensions(row),
            metrics=metrics(row),
            start=start,
            end=end,
            include_deleted=include_deleted,
            now=datetime.now(UTC),
        ):
            asked = {name: wire[name] for name in (*dimensions(row), *metrics(row))}  # interests come with a name more
            expected = {"advertiser_id": advertiser_id} | {name: understood(name, asked[name]) for name in asked}
            told = of_account(world, advertiser_id)
            found[key(row, expected)] = told | {name: value for name, value in expected.items() if value is not None}
    return found


def understood(name: str, wire: str) -> Any:
    """What a wire value means, said a second time and in another way than the connector's casters say it."""
    kind = read_report_columns()[name].type
    if wire == "-":
        return None
    if kind == "date":
        return datetime.strptime(wire, "%Y-%m-%d 00:00:00").strftime("%Y-%m-%d")
    if kind == "date-time":
        return datetime.strptime(wire, "%Y-%m-%d %H:00:00").strftime("%Y-%m-%dT%H:%M:%S")
    if kind == "boolean":
        return wire == "true"
    return {"integer": lambda: round(float(wire)), "number": lambda: float(wire)}.get(kind, lambda: wire)()


def key(row: dict[str, Any], record: dict[str, Any]) -> Key:
    return tuple(record[name] for name in ["advertiser_id", *dimensions(row)])


def read_rows(row: dict[str, Any], records: list[dict[str, Any]]) -> dict[Key, dict[str, Any]]:
    found = {key(row, record): record for record in records}
    assert len(found) == len(records), "a key came twice"
    return found


@pytest.mark.samples(6)
@pytest.mark.parametrize("row", REPORTS, ids=name_of)
def test_a_report_emits_exactly_what_the_world_delivered(
    row: dict[str, Any], sync: Callable[..., Sync], world: World
) -> None:
    result = sync(row["name"])
    assert result.errors == []
    assert read_rows(row, result.rows(row["name"])) == delivered(world, row)
    assert result.warnings == []
    assert set().union(*result.rows(row["name"])) <= {"advertiser_id", *TOLD, *dimensions(row), *metrics(row)}


@pytest.mark.samples(3)
@pytest.mark.parametrize("row", [row for row in REPORTS if row["level"] != "advertiser"], ids=name_of)
def test_without_deleted_entities_a_report_leaves_out_their_rows_and_no_others(
    row: dict[str, Any], sync: Callable[..., Sync], world: World, config: dict[str, Any]
) -> None:
    rows = read_rows(row, sync(row["name"], config=config | {"include_deleted": False}).rows(row["name"]))
    assert rows == delivered(world, row, include_deleted=False)
    assert len(rows) < len(delivered(world, row))


def test_every_level_and_every_breakdown_adds_up_to_the_same_spend(
    sync: Callable[..., Sync], config: dict[str, Any]
) -> None:
    names = [row["name"] for row in REPORTS if row["time"] and "spend" in metrics(row)]
    result = sync(*names, config=config | {"start_date": "2026-01-24"})
    spend = {name: round(sum(row["spend"] for row in result.rows(name)), 2) for name in names}
    assert len(set(spend.values())) == 1, spend


def test_an_audience_lifetime_is_the_last_365_days_of_the_account(
    sync: Callable[..., Sync], tiktok: Simulator, config: dict[str, Any]
) -> None:
    sync("advertisers_audience_reports_lifetime", config=config | {"start_date": "2016-09-01"})
    for exchange in plain_reports(tiktok):
        first, last = (date.fromisoformat(exchange.query[name]) for name in ("start_date", "end_date"))
        assert (last - first, last) == (timedelta(days=364), LAST)


def test_a_page_is_a_thousand_rows_and_no_page_is_asked_for_twice_or_in_vain(
    sync: Callable[..., Sync], tiktok: Simulator, one_advertiser: dict[str, Any]
) -> None:
    rows = sync("ads_audience_reports_daily", config=one_advertiser).rows("ads_audience_reports_daily")
    asked = [exchange.query["page"] for exchange in plain_reports(tiktok)]
    assert asked == [str(page + 1) for page in range(-(-len(rows) // 1000))]
    assert len(asked) > 1


def test_a_request_never_asks_for_more_metrics_than_tiktok_takes() -> None:
    assert all(len(metrics(row)) == len(set(metrics(row))) <= 100 for row in REPORTS)
