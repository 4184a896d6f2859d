"""The reports of business centres: all ad accounts by day, week and month, each account by country and placement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from harness import Sync, frozen_now
from rows import TABLES, name_of, of_account

from source_tiktok_marketing.schema.columns import read_report_columns
from tiktok_simulator import Simulator, World
from tiktok_simulator.endpoints.reports.truth import compute_truth
from tiktok_simulator.faults.fault import Fault, refuse
from tiktok_simulator.protocol.wire import Request
from tiktok_simulator.world.world import BC_ID

Config = dict[str, Any]
Read = Callable[..., Sync]
Record = dict[str, Any]
REPORT = "/report/integrated/get/"
FIRST, LAST = date(2026, 1, 15), date(2026, 1, 24)
DAYS = [FIRST + timedelta(day) for day in range((LAST - FIRST).days + 1)]
DAILY, *_ = BY_DAY = TABLES["center_reports"]
PERIODS = [*TABLES["weekly_center_reports"], *TABLES["monthly_center_reports"]]
ROWS: list[Record] = [*BY_DAY, *PERIODS]
ACCOUNTS = [row for row in BY_DAY if "day" in row]


def asked(row: Record) -> list[str]:
    return [*row.get("names", []), *(metric for metrics in row["metrics"] for metric in metrics)]


def understood(name: str, value: str) -> Any:
    casts: Record = {"integer": lambda text: round(float(text)), "number": float, "date": lambda text: text[:10]}
    return casts.get(read_report_columns()[name].type, str)(value)


def spans(row: Record) -> list[tuple[date, date]]:
    """What each request is about: a day, or the week or month whole, up to the last day asked for."""
    if row in PERIODS:
        weekly = row["name"].endswith("_weekly")
        return (
            [(date(2026, 1, 12), date(2026, 1, 18)), (date(2026, 1, 19), LAST)]
            if weekly
            else [(date(2026, 1, 1), LAST)]
        )
    return [(day, day) for day in DAYS] if row in ACCOUNTS else [(FIRST, LAST)]


def delivered(world: World, row: Record) -> list[Record]:
    """What the world holds for a report, as records."""
    found = []
    for first, last in spans(row):
        told = {"stat_time_day": first.isoformat()} if row in ACCOUNTS else {}
        for wire in compute_truth(world, report_type="BC", dimensions=row["dimensions"], metrics=asked(row),
                                  start=first, end=last, now=frozen_now()):  # fmt: skip
            values = {name: understood(name, value) for name, value in wire.items() if value != "-"}
            account = of_account(world, values["advertiser_id"]) if row in ACCOUNTS else {}
            found.append({"bc_id": BC_ID, **told, **account, **values})
    return found


def without_period(record: Record) -> Record:
    return {name: value for name, value in record.items() if not name.startswith("period_")}


def by_key(row: Record, records: list[Record]) -> dict[tuple[Any, ...], Record]:
    key = [name for name in row["key"] if not name.startswith("period_")]
    found = {tuple(each[name] for name in key): without_period(each) for each in records}
    assert len(found) == len(records), "a key came twice"
    return found


@pytest.mark.samples(3)
@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_every_row_of_a_business_centre_comes_once(row: Record, sync: Read, world: World) -> None:
    result = sync(row["name"])
    assert by_key(row, result.rows(row["name"])) == by_key(row, delivered(world, row)) != {}
    assert (result.errors, result.warnings) == ([], [])


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_every_metric_that_tiktok_has_for_a_dimension_is_asked_for(row: Record) -> None:
    counts = {"stat_time_day": 55, "stat_time_week": 55, "stat_time_month": 55, "advertiser_id": 57, "country_code": 17,
              "placement": 14}  # fmt: skip
    assert len(set(asked(row))) == len(asked(row)) == counts[row["dimensions"][-1]]


@pytest.mark.samples(3)
@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_every_column_is_filled_and_every_value_has_one(row: Record, sync: Read) -> None:
    records = sync(row["name"]).rows(row["name"])
    told = {"currency", "display_timezone"} if row in ACCOUNTS else set()
    assert {name for each in records for name in each} == {*row["key"], *told, *asked(row)}


@pytest.mark.parametrize("row", PERIODS, ids=name_of)
def test_a_week_and_a_month_are_asked_for_whole(row: Record, sync: Read, tiktok: Simulator) -> None:
    result = sync(row["name"])
    days = [(call.query["start_date"], call.query["end_date"]) for call in tiktok.asked(REPORT)]
    assert sorted(days) == [(first.isoformat(), last.isoformat()) for first, last in spans(row)]
    assert sorted({record["period_start"] for record in result.rows(row["name"])}) == sorted({day for day, _ in days})


def test_a_week_that_tiktok_begins_on_another_day_loses_no_row(sync: Read, config: Config) -> None:
    rows = sync("business_center_reports_weekly", config=config | {"week_starts_on": "sunday"}).rows(
        "business_center_reports_weekly"
    )
    keys = [(row["period_start"], row["stat_time_week"]) for row in rows]
    assert len(set(keys)) == len(keys) > len({start for start, _ in keys})


def test_a_year_of_days_is_one_question_and_the_accounts_days_are_asked_for_one_by_one(
    sync: Read, tiktok: Simulator, config: Config
) -> None:
    year = config | {"start_date": "2025-01-25"}
    sync("business_center_reports_daily", config=year)
    assert len(tiktok.asked(REPORT)) == 1
    tiktok.transcript.clear()
    sync("business_center_advertisers_reports_daily")
    assert {call.query["start_date"] for call in tiktok.asked(REPORT)} == {day.isoformat() for day in DAYS}
    assert all(call.query["start_date"] == call.query["end_date"] for call in tiktok.asked(REPORT))


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_without_the_permission_a_report_is_skipped_and_names_it(row: Record, sync: Read, tiktok: Simulator) -> None:
    refused = refuse(40001, "You have no finance role in the business center.")
    tiktok.faults.arm(Fault("no role", refused, REPORT))
    result = sync(row["name"])
    assert (result.errors, result.rows(row["name"])) == ([], [])
    (line,) = result.warnings
    assert line.startswith(f"{row['name']} was skipped for {BC_ID}")


def test_by_placement_nobody_confirmed_the_request_and_a_refusal_costs_a_warning(sync: Read, tiktok: Simulator) -> None:
    def by_placement(request: Request) -> bool:
        return "placement" in request.query.get("dimensions", "")

    refused = refuse(40002, "dimensions: advertiser_id, placement is not a set that BC takes.")
    tiktok.faults.arm(Fault("no such set", refused, REPORT, when=by_placement))
    result = sync("business_center_advertisers_reports_by_placement_daily", "business_center_reports_daily")
    assert (result.errors, set(result.statuses.values())) == ([], {"COMPLETE"})
    assert result.rows("business_center_reports_daily")
    (line,) = result.warnings
    assert line.startswith(f"business_center_advertisers_reports_by_placement_daily was skipped for {BC_ID}, as TikTok")
    assert "is not a set that BC takes (code 40002). Nobody has confirmed" in line


@pytest.mark.parametrize("stream", ["minis", "message_event_sets"])
def test_an_endpoint_that_is_on_no_page_costs_a_warning_where_tiktok_refuses_it(
    stream: str, sync: Read, tiktok: Simulator
) -> None:
    refused = refuse(40002, "advertiser_id: Unknown parameter.")
    tiktok.faults.arm(Fault("not so", refused, {"minis": "/minis/get/"}.get(stream, "/ctm/message_event_set/get/")))
    result = sync(stream, "campaigns")
    assert (result.errors, bool(result.rows("campaigns"))) == ([], True)
    (line,) = result.warnings
    assert line.startswith(f"{stream} was skipped") and "Nobody has confirmed" in line


@pytest.mark.samples(3)
@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_the_next_sync_goes_on_where_the_last_one_ended(
    row: Record, sync: Read, tiktok: Simulator, config: Config
) -> None:
    settled = config | {"attribution_window": 0}
    state = sync(row["name"], config=settled).state(row["name"])
    assert [entry["partition"] for entry in state["states"]] == [{"bc_id": BC_ID}]
    tiktok.transcript.clear()
    again = sync(row["name"], config=settled, state={row["name"]: state})
    begun = {"_monthly": "2026-01-01", "_weekly": "2026-01-19"}
    first = next((day for end, day in begun.items() if row["name"].endswith(end)), LAST.isoformat())
    assert min(call.query["start_date"] for call in tiktok.asked(REPORT)) == first
    assert again.rows(row["name"])
