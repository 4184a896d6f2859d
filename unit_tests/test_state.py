"""What a sync saves and how the next one goes on: nothing lost, nothing moved back, each ad account by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from airbyte_cdk.sources.declarative.incremental import ConcurrentPerPartitionCursor
from harness import Sync, plain_reports

from tiktok_simulator import Simulator, World
from tiktok_simulator.world.populate import add_advertiser
from tiktok_simulator.world.ready_made import BERLIN, EMPTY, LOS_ANGELES, TOKYO

DAILY, HOURLY = "campaigns_reports_daily", "campaigns_reports_hourly"
NEWCOMER = "7200000000000000001"


def state_of(cursors: dict[str, str], field: str = "stat_time_day", **partition: Any) -> dict[str, Any]:
    return {"states": [{"partition": {"advertiser_id": advertiser_id, **partition}, "cursor": {field: value}}
                       for advertiser_id, value in cursors.items()]}  # fmt: skip


def first_days(result: Sync, stream: str, field: str = "stat_time_day") -> dict[str, str]:
    found: dict[str, str] = {}
    for row in result.rows(stream):
        day = row[field][:10]
        found[row["advertiser_id"]] = min(day, found.get(row["advertiser_id"], day))
    return found


def asked_from(tiktok: Simulator) -> dict[str, str]:
    """The earliest day each account was asked for."""
    found: dict[str, str] = {}
    for call in plain_reports(tiktok):
        account, day = call.query["advertiser_id"], call.query["start_date"]
        found[account] = min(day, found.get(account, day))
    return found


def test_each_account_has_a_cursor_of_its_own_on_the_last_day_seen(sync: Callable[..., Sync]) -> None:
    assert sync(DAILY).cursors(DAILY) == {TOKYO: "2026-01-24", LOS_ANGELES: "2026-01-24", BERLIN: "2026-01-24",
                                          EMPTY: "2026-01-24"}  # fmt: skip


@pytest.mark.parametrize(
    ("window", "start"), [(0, "2026-01-22"), (3, "2026-01-19"), (5, "2026-01-17"), (60, "2026-01-15")]
)
def test_the_attribution_window_is_read_again_and_never_before_the_start(
    window: int, start: str, sync: Callable[..., Sync], tiktok: Simulator, config: dict[str, Any]
) -> None:
    state = {DAILY: state_of({TOKYO: "2026-01-22"})}
    sync(DAILY, config=config | {"attribution_window": window, "advertiser_ids": [TOKYO]}, state=state)
    assert asked_from(tiktok) == {TOKYO: start}


def test_the_attribution_window_is_three_days_where_it_is_left_out(
    sync: Callable[..., Sync], tiktok: Simulator, one_advertiser: dict[str, Any]
) -> None:
    sync(DAILY, config=one_advertiser, state={DAILY: state_of({TOKYO: "2026-01-22"})})
    assert asked_from(tiktok) == {TOKYO: "2026-01-19"}


@pytest.mark.parametrize("stream", [DAILY, HOURLY])
def test_the_newest_day_is_always_read_again(
    stream: str, sync: Callable[..., Sync], tiktok: Simulator, one_advertiser: dict[str, Any]
) -> None:
    today = one_advertiser | {"attribution_window": 0, "start_date": "2026-02-10", "end_date": ""}
    state = sync(stream, config=today).state(stream)
    tiktok.transcript.clear()
    sync(stream, config=today, state={stream: state})
    assert asked_from(tiktok) == {TOKYO: "2026-02-15"}


def test_a_lookback_rereads_but_never_moves_the_cursor_back(
    sync: Callable[..., Sync], one_advertiser: dict[str, Any]
) -> None:
    shorter = one_advertiser | {"end_date": "2026-01-18"}
    result = sync(DAILY, config=shorter, state={DAILY: state_of({TOKYO: "2026-01-24"})})
    assert result.cursors(DAILY) == {TOKYO: "2026-01-24"}


def test_an_account_without_rows_moves_on_and_is_not_asked_for_its_past_again(
    sync: Callable[..., Sync], tiktok: Simulator, config: dict[str, Any]
) -> None:
    """It is asked for the nine windows since it was created, which is eight months ago."""
    years = config | {"start_date": "2024-01-01", "end_date": "", "advertiser_ids": [EMPTY]}
    state = sync(DAILY, config=years).state(DAILY)
    assert len(plain_reports(tiktok)) == 9
    tiktok.transcript.clear()
    sync(DAILY, config=years, state={DAILY: state})
    assert len(plain_reports(tiktok)) == 1


def test_days_whose_rows_may_still_come_late_are_read_again_even_without_a_lookback(
    sync: Callable[..., Sync], tiktok: Simulator, config: dict[str, Any]
) -> None:
    """Audience rows arrive up to 16 hours late: a day without rows is not done before two days have passed."""
    empty = config | {"start_date": "2026-02-01", "end_date": "", "advertiser_ids": [EMPTY], "attribution_window": 0}
    assert sync(DAILY, config=empty).cursors(DAILY) == {EMPTY: "2026-02-13"}


def test_a_newly_authorised_account_gets_its_whole_history(sync: Callable[..., Sync], world: World) -> None:
    state = sync(DAILY, "campaigns").output
    saved = {name: Sync(state).state(name) for name in (DAILY, "campaigns")}
    add_advertiser(world, NEWCOMER, campaigns=2, created=datetime(2025, 12, 1, tzinfo=UTC))
    result = sync(DAILY, "campaigns", state=saved)
    assert first_days(result, DAILY)[NEWCOMER] == "2026-01-15"
    assert len([row for row in result.rows("campaigns") if row["advertiser_id"] == NEWCOMER]) == 2


def test_the_officials_state_per_account_is_taken_over(
    sync: Callable[..., Sync], tiktok: Simulator, world: World, config: dict[str, Any]
) -> None:
    official = state_of({TOKYO: "2026-01-22"}, parent_slice={}) | {
        "use_global_cursor": False, "state": {"stat_time_day": "2026-01-22"}, "lookback_window": 7}  # fmt: skip
    sync(DAILY, config=config | {"advertiser_ids": [TOKYO, BERLIN]}, state={DAILY: official})
    assert asked_from(tiktok) == {TOKYO: "2026-01-19", BERLIN: "2026-01-15"}


@pytest.mark.samples(1)
@pytest.mark.parametrize(
    ("stream", "saved", "start"),
    [
        (DAILY, {"stat_time_day": "2026-01-22"}, "2026-01-19"),
        (DAILY, {"stat_time_day": "2026-01-22", "dimensions": {"stat_time_day": "2026-01-22"}}, "2026-01-19"),
        (HOURLY, {"stat_time_hour": "2026-01-22 10:00:00"}, "2026-01-19"),
    ],
)
def test_the_older_whole_stream_state_counts_for_every_account(
    stream: str, saved: dict[str, Any], start: str, sync: Callable[..., Sync], tiktok: Simulator
) -> None:
    assert sync(stream, state={stream: saved}).errors == []
    asked = asked_from(tiktok)
    assert asked.pop(EMPTY, start) == start  # left out where it was asked first whether it has any rows
    assert asked == dict.fromkeys((TOKYO, LOS_ANGELES, BERLIN), start)


@pytest.mark.slow
def test_the_officials_hours_and_times_are_understood(
    sync: Callable[..., Sync], tiktok: Simulator, world: World
) -> None:
    hours = state_of({TOKYO: "2026-01-22 10:00:00"}, "stat_time_hour", parent_slice={})
    sync(HOURLY, state={HOURLY: hours})
    assert asked_from(tiktok)[TOKYO] == "2026-01-19"
    newest = max(item.row["modify_time"] for item in world.list_entities("ad", TOKYO) if item.row["modify_time"])
    times = state_of({TOKYO: f"{newest}Z"}, "modify_time", parent_slice={})
    emitted = [row for row in sync("ads", state={"ads": times}).rows("ads") if "modify_time" in row]
    assert {row["modify_time"] for row in emitted if row["advertiser_id"] == TOKYO} == {newest.replace(" ", "T")}


def test_of_several_cursors_per_account_the_earliest_counts(sync: Callable[..., Sync], world: World) -> None:
    """The official connector keeps one cursor per buying type."""
    split = [state_of({TOKYO: moment}, "modify_time", buying_type=kind)["states"][0] for kind, moment in (
        ("AUCTION", "2026-02-14 00:00:00Z"), ("RESERVATION_RF", "2025-01-01 00:00:00Z"))]  # fmt: skip
    rows = sync("campaigns", state={"campaigns": {"states": split}}).rows("campaigns")
    assert len([row for row in rows if row["advertiser_id"] == TOKYO]) == len(world.list_entities("campaign", TOKYO))


def test_a_window_that_failed_is_read_again_although_later_ones_succeeded(
    sync: Callable[..., Sync], tiktok: Simulator, one_advertiser: dict[str, Any]
) -> None:
    tiktok.faults.outage(times=1, path="/report/integrated/get/", code=40001)
    result = sync(HOURLY, config=one_advertiser)
    failed = next(call.query["start_date"] for call in tiktok.asked("/report/integrated/get/") if call.code)
    assert result.cursors(HOURLY).get(TOKYO, "") < failed
    tiktok.faults.clear()
    again = sync(HOURLY, config=one_advertiser | {"attribution_window": 0}, state={HOURLY: result.state(HOURLY)})
    seen = {row["stat_time_hour"][:10] for each in (result, again) for row in each.rows(HOURLY)}
    assert seen == {(datetime(2026, 1, 15) + timedelta(days=n)).date().isoformat() for n in range(10)}


def test_a_day_that_failed_while_read_again_holds_the_cursor_back(
    sync: Callable[..., Sync], tiktok: Simulator, one_advertiser: dict[str, Any]
) -> None:
    """It lies before the cursor: the CDK's cursor alone would take it for read and move on past its corrections."""
    saved = {HOURLY: state_of({TOKYO: "2026-01-20"}, "stat_time_hour")}
    tiktok.faults.outage(times=1, path="/report/integrated/get/", code=40001)
    result = sync(HOURLY, config=one_advertiser, state=saved)
    failed = next(call.query["start_date"] for call in tiktok.asked("/report/integrated/get/") if call.code)
    day_before = (datetime.fromisoformat(failed) - timedelta(days=1)).date().isoformat()
    assert result.cursors(HOURLY)[TOKYO] == max("2026-01-20", day_before)


def test_full_refresh_streams_take_any_earlier_state_of_theirs(sync: Callable[..., Sync]) -> None:
    assert sync("advertisers", state={"advertisers": {"__ab_no_cursor_state_message": True}}).errors == []


def test_above_the_cdks_limit_each_account_keeps_a_cursor_of_its_own_and_a_new_one_gets_its_history(
    sync: Callable[..., Sync], tiktok: Simulator, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ConcurrentPerPartitionCursor, "SWITCH_TO_GLOBAL_LIMIT", 2)
    monkeypatch.setattr(ConcurrentPerPartitionCursor, "DEFAULT_MAX_PARTITIONS_NUMBER", 2)
    saved = {name: sync(name).state(name) for name in (DAILY, "campaigns")}
    assert {name: len(state["states"]) for name, state in saved.items()} == {DAILY: 4, "campaigns": 3}  # one has none
    add_advertiser(world, NEWCOMER, campaigns=2, created=datetime(2025, 12, 1, tzinfo=UTC))
    tiktok.transcript.clear()
    result = sync(DAILY, "campaigns", state=saved)
    assert (result.errors, result.warnings) == ([], [])
    assert asked_from(tiktok) == dict.fromkeys((TOKYO, LOS_ANGELES, BERLIN, EMPTY), "2026-01-21") | {
        NEWCOMER: "2026-01-15"
    }
    assert len([row for row in result.rows("campaigns") if row["advertiser_id"] == NEWCOMER]) == 2


@pytest.mark.samples(1)
@pytest.mark.parametrize("metrics", [["spend"], ["all"]])
def test_a_row_of_a_day_that_was_not_asked_for_leaves_the_cursor_within_what_was_asked_for(
    metrics: list[str], one_advertiser: dict[str, Any], sync: Callable[..., Sync], tiktok: Simulator
) -> None:
    fault = tiktok.faults.unasked_day()
    config = one_advertiser | {"custom_reports": [{"name": "mine", "level": "campaign", "metrics": metrics}]}
    result = sync(DAILY, "mine", config=config)
    assert fault.hits
    for stream in (DAILY, "mine"):
        assert "2099-01-25" in {row["stat_time_day"] for row in result.rows(stream)}
        assert result.cursors(stream) == {TOKYO: "2026-01-24"}
    again = sync(DAILY, "mine", config=config, state={name: result.state(name) for name in (DAILY, "mine")})
    assert (again.errors, again.warnings) == ([], [])


@pytest.mark.parametrize("stream", ["campaigns", "ads"])
def test_a_moment_in_the_future_leaves_the_cursor_at_what_has_been(
    stream: str, one_advertiser: dict[str, Any], sync: Callable[..., Sync], tiktok: Simulator
) -> None:
    before = sync(stream, config=one_advertiser).cursors(stream)
    tiktok.faults.far_future(path={"campaigns": "/campaign/get/", "ads": "/ad/get/"}[stream])
    result = sync(stream, config=one_advertiser)
    assert "9999-12-31T00:00:00" in {row.get("modify_time") for row in result.rows(stream)}
    assert result.cursors(stream)[TOKYO] <= max(before[TOKYO], "2026-02-15T05:00:00")
    again = sync(stream, config=one_advertiser, state={stream: result.state(stream)})
    assert (again.errors, again.warnings) == ([], [])
