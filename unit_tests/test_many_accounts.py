"""More ad accounts than the CDK keeps cursors for: each has its own all the same, as below that limit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from airbyte_cdk.sources.declarative.incremental import ConcurrentPerPartitionCursor
from harness import Sync, plain_reports

from source_tiktok_marketing.config.shards import is_ours
from tiktok_simulator import Simulator
from tiktok_simulator.world.ready_made import BERLIN, EMPTY, LOS_ANGELES, TOKYO

DAILY, CAMPAIGNS = "campaigns_reports_daily", "campaigns"
ACCOUNTS = (TOKYO, LOS_ANGELES, BERLIN, EMPTY)
REPORTS = "/report/integrated/get/"
START = "2026-01-15"
# The newest days of each ad account: it is the 15th in Tokyo and the 14th in Los Angeles.
TO_THE_PRESENT = {"start_date": "2026-02-01", "end_date": "", "attribution_window": 0}


@pytest.fixture(autouse=True)
def _low_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ConcurrentPerPartitionCursor, "SWITCH_TO_GLOBAL_LIMIT", 2)
    monkeypatch.setattr(ConcurrentPerPartitionCursor, "DEFAULT_MAX_PARTITIONS_NUMBER", 2)


def asked_from(tiktok: Simulator) -> dict[str, str]:
    """The earliest day each account was asked for since the last call."""
    found: dict[str, str] = {}
    for call in plain_reports(tiktok):
        account, day = call.query["advertiser_id"], call.query["start_date"]
        found[account] = min(day, found.get(account, day))
    tiktok.transcript.clear()
    return found


def states_of(result: Sync) -> Iterator[dict[str, Any]]:
    """Every state that was saved on the way."""
    for message in result.output.state_messages:
        stream = message.state.stream if message.state else None
        if stream and stream.stream_state:
            yield json.loads(json.dumps(stream.stream_state.__dict__))


def rows_of(result: Sync) -> set[tuple[str, str]]:
    return {(row["campaign_id"], row["stat_time_day"]) for row in result.rows(DAILY)}


def test_an_account_that_fails_stops_neither_the_state_nor_the_next_sync_of_the_others(
    sync: Callable[..., Sync], tiktok: Simulator
) -> None:
    tiktok.faults.outage(times=None, path=REPORTS, code=40001, advertiser_id=BERLIN)
    first = sync(DAILY)
    assert {account for account, day in first.cursors(DAILY).items() if day == "2026-01-24"} == {*ACCOUNTS} - {BERLIN}
    tiktok.faults.clear()
    tiktok.transcript.clear()
    second = sync(DAILY, state={DAILY: first.state(DAILY)})
    assert (second.errors, second.warnings) == ([], [])
    assert asked_from(tiktok) == dict.fromkeys(ACCOUNTS, "2026-01-21") | {BERLIN: START}


def test_a_killed_sync_goes_on_from_the_last_state_it_saved(
    sync: Callable[..., Sync], config: dict[str, Any], tiktok: Simulator
) -> None:
    with_rows = config | {"advertiser_ids": [TOKYO, BERLIN, LOS_ANGELES], "attribution_window": 0}
    whole = sync(DAILY, config=with_rows)
    saved = next(states_of(whole))
    tiktok.transcript.clear()
    again = sync(DAILY, config=with_rows, state={DAILY: saved})
    asked = asked_from(tiktok)
    assert set(asked.values()) == {START, "2026-01-24"}
    read_before = {(row["campaign_id"], row["stat_time_day"]) for row in whole.rows(DAILY)
                   if row["stat_time_day"] < asked[row["advertiser_id"]]}  # fmt: skip
    assert read_before
    assert read_before | rows_of(again) == rows_of(whole)
    assert not read_before & rows_of(again)


def test_an_accounts_own_days_are_kept_without_a_lookback(
    sync: Callable[..., Sync], config: dict[str, Any], tiktok: Simulator, clock: Any
) -> None:
    """It is another day in Los Angeles than in Tokyo: a cursor for both would pass over a day of one of them."""
    state = sync(DAILY, config=config | TO_THE_PRESENT).state(DAILY)
    clock.move_to("2026-02-17 05:00:00")
    tiktok.transcript.clear()
    later = sync(DAILY, config=config | TO_THE_PRESENT, state={DAILY: state})
    asked = asked_from(tiktok)
    assert (asked[TOKYO], asked[LOS_ANGELES]) == ("2026-02-15", "2026-02-14")
    days = {row["stat_time_day"] for row in later.rows(DAILY) if row["advertiser_id"] == LOS_ANGELES}
    assert days == {"2026-02-14", "2026-02-15", "2026-02-16"}


def test_workers_go_on_from_the_state_of_one(
    sync: Callable[..., Sync], config: dict[str, Any], tiktok: Simulator
) -> None:
    state = sync(DAILY).state(DAILY)
    tiktok.transcript.clear()
    for index in range(2):
        shard = {"shard": {"index": index, "count": 2}}
        result = sync(DAILY, config=config | shard, state={DAILY: state})
        assert result.errors == []
        assert asked_from(tiktok) == {each: "2026-01-21" for each in ACCOUNTS if is_ours(shard, each)}


def test_a_list_without_rows_saves_a_state_that_the_next_sync_takes(
    sync: Callable[..., Sync], tiktok: Simulator
) -> None:
    tiktok.faults.outage(times=None, path="/campaign/get/", code=40001, advertiser_id=TOKYO)
    first = sync(CAMPAIGNS)
    assert EMPTY not in {row["advertiser_id"] for row in first.rows(CAMPAIGNS)}
    tiktok.faults.clear()
    second = sync(CAMPAIGNS, state={CAMPAIGNS: first.state(CAMPAIGNS)})
    assert (second.errors, second.warnings) == ([], [])
    assert TOKYO in {row["advertiser_id"] for row in second.rows(CAMPAIGNS)}


def test_no_state_of_a_sync_is_one_cursor_for_all(sync: Callable[..., Sync]) -> None:
    states = list(states_of(sync(DAILY, CAMPAIGNS)))
    assert len(states) >= 4
    assert not any(state["use_global_cursor"] for state in states)


def test_a_state_of_one_cursor_for_all_is_read_anew_once_and_then_kept_for_each_account(
    sync: Callable[..., Sync], tiktok: Simulator
) -> None:
    of_all = {"use_global_cursor": True, "state": {"stat_time_day": "2026-01-22"}, "lookback_window": 9}
    result = sync(DAILY, state={DAILY: of_all})
    assert asked_from(tiktok) == dict.fromkeys(ACCOUNTS, START)
    assert [warning for warning in result.warnings if "one cursor for all" in warning]
    assert result.cursors(DAILY) == dict.fromkeys(ACCOUNTS, "2026-01-24")
