"""Weeks and months: one request per calendar period, so that the people reached are those of the period."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from harness import Sync, frozen_now, plain_reports
from rows import PERIODS, metrics, name_of, of_account
from test_reports import understood

from tiktok_simulator import Simulator, World
from tiktok_simulator.endpoints.reports.truth import compute_truth
from tiktok_simulator.world.ready_made import BERLIN, EMPTY, LOS_ANGELES, TOKYO

WEEKLY, MONTHLY = "campaigns_reports_weekly", "campaigns_reports_monthly"
WEEKS = [date(2026, 1, 12) + timedelta(days=7 * number) for number in range(5)]
MONTHS = [date(2026, 1, 1), date(2026, 2, 1)]
LAST_OF = {first: first + timedelta(days=6) for first in WEEKS} | {
    date(2026, 1, 1): date(2026, 1, 31), date(2026, 2, 1): date(2026, 2, 28)}  # fmt: skip
TODAY = {TOKYO: date(2026, 2, 15), LOS_ANGELES: date(2026, 2, 14), BERLIN: date(2026, 2, 15), EMPTY: date(2026, 2, 15)}


@pytest.fixture
def config(config: dict[str, Any]) -> dict[str, Any]:
    """From the middle of a week and month until today."""
    return config | {"start_date": "2026-01-14", "end_date": ""}


def delivered(world: World, row: dict[str, Any], first: date, advertiser_id: str) -> list[dict[str, Any]]:
    """The rows of one period of an account, as far as it has come."""
    rows = compute_truth(
        world,
        advertiser_id=advertiser_id,
        data_level=f"AUCTION_{row['level'].upper()}",
        dimensions=[f"{row['level']}_id"],
        metrics=metrics(row),
        start=first,
        end=min(LAST_OF[first], TODAY[advertiser_id]),
        now=frozen_now(),
    )
    period = {"period_start": first.isoformat(), "period_end": LAST_OF[first].isoformat()}
    typed = [{name: understood(name, value) for name, value in wire.items()} for wire in rows]
    known = [{name: value for name, value in row.items() if value is not None} for row in typed]
    told = of_account(world, advertiser_id) | {"advertiser_id": advertiser_id}
    return [row | period | told for row in known]


def sorted_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    order = ("period_start", "ad_id", "adgroup_id", "campaign_id", "advertiser_id")
    return sorted(rows, key=lambda row: [str(row.get(name)) for name in order])


def asked(tiktok: Simulator, advertiser_id: str) -> list[tuple[str, str]]:
    calls = plain_reports(tiktok)
    return sorted(
        (c.query["start_date"], c.query["end_date"]) for c in calls if c.query["advertiser_id"] == advertiser_id
    )


@pytest.mark.samples(2)
@pytest.mark.parametrize("row", PERIODS, ids=name_of)
def test_a_period_is_what_the_world_delivered_in_it(
    row: dict[str, Any], sync: Callable[..., Sync], world: World
) -> None:
    result = sync(row["name"])
    periods = WEEKS if "weekly" in row["name"] else MONTHS
    expected = [wire for first in periods for account in TODAY for wire in delivered(world, row, first, account)]
    assert sorted_rows(result.rows(row["name"])) == sorted_rows(expected)
    assert (result.errors, result.warnings) == ([], [])


def test_the_reach_of_a_week_is_its_people_and_not_the_sum_of_its_days(sync: Callable[..., Sync]) -> None:
    result = sync("campaigns_reports_daily", WEEKLY)
    weeks = [row for row in result.rows(WEEKLY) if row["period_start"] == "2026-01-19" and row["reach"]]
    days = [
        row for row in result.rows("campaigns_reports_daily") if "2026-01-19" <= row["stat_time_day"] <= "2026-01-25"
    ]
    for week in weeks:
        reached = [day["reach"] for day in days if day["campaign_id"] == week["campaign_id"]]
        assert max(reached) <= week["reach"] <= sum(reached)
    assert sum(week["reach"] for week in weeks) < sum(day["reach"] for day in days)
    assert sum(week["spend"] for week in weeks) == pytest.approx(sum(day["spend"] for day in days))


@pytest.mark.samples(1)
@pytest.mark.parametrize(
    ("stream", "start", "first"),
    [(WEEKLY, "monday", "2026-01-12"), (WEEKLY, "sunday", "2026-01-11"), (MONTHLY, "monday", "2026-01-01")],
)
def test_the_first_period_is_asked_for_whole_and_the_last_until_today(
    stream: str, start: str, first: str, sync: Callable[..., Sync], tiktok: Simulator, config: dict[str, Any]
) -> None:
    sync(stream, config=config | {"week_starts_on": start})
    for advertiser_id, today in TODAY.items():
        found = asked(tiktok, advertiser_id)
        assert (found[0][0], found[-1][1]) == (first, today.isoformat())
        ends = [date.fromisoformat(end) + timedelta(days=1) for _, end in found[:-1]]
        assert [end.isoformat() for end in ends] == [begin for begin, _ in found[1:]]


def test_the_unfinished_period_is_read_again_under_the_same_key_until_it_has_settled(
    sync: Callable[..., Sync], tiktok: Simulator, config: dict[str, Any], clock: Any
) -> None:
    tokyo = config | {"advertiser_ids": [TOKYO]}
    first = sync(WEEKLY, config=tokyo)
    state, running = first.state(WEEKLY), WEEKS[-1].isoformat()
    for day, periods in ((17, [running, "2026-02-16"]), (20, ["2026-02-16"])):
        clock.move_to(datetime(2026, 2, day, 5, tzinfo=UTC))
        tiktok.transcript.clear()
        again = sync(WEEKLY, config=tokyo | {"attribution_window": 0}, state={WEEKLY: state})
        assert [begin for begin, _ in asked(tiktok, TOKYO)] == periods
        state = again.state(WEEKLY)
        ended = {row["period_end"] for row in again.rows(WEEKLY) if row["period_start"] == running}
        assert ended in (set(), {"2026-02-15"})


def test_the_attribution_window_reaches_back_into_the_period_before(
    sync: Callable[..., Sync], tiktok: Simulator, config: dict[str, Any]
) -> None:
    saved = {"states": [{"partition": {"advertiser_id": TOKYO}, "cursor": {"period_start": "2026-02-11"}}]}
    for stream, window, first in ((WEEKLY, 1, "2026-02-09"), (WEEKLY, 3, "2026-02-02"), (MONTHLY, 12, "2026-01-01")):
        tiktok.transcript.clear()
        sync(stream, config=config | {"advertiser_ids": [TOKYO], "attribution_window": window}, state={stream: saved})
        assert asked(tiktok, TOKYO)[0][0] == first


@pytest.mark.parametrize("stream", [WEEKLY, MONTHLY])
def test_an_end_inside_a_period_stops_there(
    stream: str, sync: Callable[..., Sync], tiktok: Simulator, config: dict[str, Any]
) -> None:
    sync(stream, config=config | {"end_date": "2026-02-05"})
    assert {asked(tiktok, account)[-1][1] for account in TODAY} == {"2026-02-05"}
