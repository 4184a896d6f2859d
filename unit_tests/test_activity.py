"""Reports of idle ad accounts are not asked for, and no row is lost by that; with skip_inactive of a few ones, too."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier
from typing import Any

import pytest
from harness import PATIENCE, Sync, frozen_now, read_streams
from rows import PERIODS, REPORTS, name_of

from source_tiktok_marketing.retrievers.account_groups import Group
from source_tiktok_marketing.retrievers.activity import Activity
from source_tiktok_marketing.retrievers.balance import Balance
from source_tiktok_marketing.sync import PREPARED
from tiktok_simulator import Exchange, Simulator, World, intercept
from tiktok_simulator.world.populate import Plan, add_advertiser, add_campaign
from tiktok_simulator.world.ready_made import (
    BERLIN,
    EMPTY,
    FORBIDDEN,
    LOS_ANGELES,
    TOKYO,
    make_busy_world,
    make_empty_world,
    make_small_world,
)

Config = dict[str, Any]
Read = Callable[..., Sync]
REPORT = "/report/integrated/get/"
DAILY, HOURLY = "campaigns_reports_daily", "campaigns_reports_hourly"
EVERY_REPORT = [name_of(row) for row in (*REPORTS, *PERIODS)]
CREATED = datetime(2025, 12, 1, 3, tzinfo=UTC)
LATE = "7100000000000000001"


def idle(world: World, count: int) -> None:
    """Adds so many ad accounts that never had anything."""
    for number in range(count):
        add_advertiser(world, str(7300000000000000000 + number))


def late_conversions() -> World:
    """An ad account whose only campaign, deleted since, ended in December; its buyers still come in January."""
    world = World()
    account = add_advertiser(world, LATE, created=CREATED)
    plan = Plan("Slow", CREATED, last_day=date(2025, 12, 20), late_days=60, ad_groups=1, ads=1,
                objective_type="WEB_CONVERSIONS")  # fmt: skip
    world.delete("campaign", add_campaign(world, account, plan))
    idle(world, 2)
    return world


WORLDS: dict[str, Callable[[], World]] = {
    "small": make_small_world,
    "busy": lambda: make_busy_world(advertisers=3, campaigns=2),
    "late conversions": late_conversions,
}
SLOW = dict.fromkeys(("small", "busy", "late conversions"), pytest.mark.slow)


def skipping(config: Config, **others: Any) -> Config:
    return config | {"skip_inactive": True} | others


def in_order(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def probes(tiktok: Simulator) -> list[Exchange]:
    return [call for call in tiktok.asked(REPORT) if "advertiser_ids" in call.query and "filtering" not in call.query]


def reports(tiktok: Simulator) -> list[Exchange]:
    return [call for call in tiktok.asked(REPORT) if "advertiser_ids" not in call.query]


def asked_accounts(calls: Sequence[Exchange]) -> set[str]:
    return {call.query["advertiser_id"] for call in calls}


@pytest.mark.parametrize(
    "world", [pytest.param(make, id=name, marks=SLOW.get(name, ())) for name, make in WORLDS.items()]
)
def test_the_rows_and_states_of_every_report_are_those_of_a_sync_that_skips_nothing(
    world: Callable[[], World], config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = config | {"start_date": "2026-01-16", "end_date": "2026-01-17"}
    taken: list[tuple[Sync, Simulator]] = []
    for asks in (False, True):
        monkeypatch.setattr(Balance, "begin", lambda *_, asks=asks: asks)
        with intercept(Simulator(world(), clock=frozen_now)) as tiktok:
            taken.append((read_streams(EVERY_REPORT, days), tiktok))
    (whole, all_asked), (skipped, fewer_asked) = taken
    assert skipped.errors == whole.errors == []
    assert skipped.warnings == []
    for stream in EVERY_REPORT:
        assert in_order(skipped.rows(stream)) == in_order(whole.rows(stream)), stream
        if "lifetime" not in stream:
            assert skipped.cursors(stream) == whole.cursors(stream), stream
    assert len(fewer_asked.asked(REPORT)) <= len(all_asked.asked(REPORT)) + len(probes(fewer_asked))


def test_an_account_with_nothing_but_late_conversions_is_read(config: Config) -> None:
    with intercept(Simulator(late_conversions(), clock=frozen_now)) as tiktok:
        rows = read_streams(["ads_reports_daily"], skipping(config)).rows("ads_reports_daily")
    assert rows
    assert {(row["advertiser_id"], row["spend"], row["conversion"]) for row in rows} == {(LATE, 0, 0)}
    assert sum(row["real_time_conversion"] for row in rows) > 0
    assert asked_accounts(reports(tiktok)) == {LATE}


def test_an_empty_world_is_told_as_without_skipping(config: Config) -> None:
    with intercept(Simulator(make_empty_world(), clock=frozen_now)):
        assert any("reaches no ad account" in error for error in read_streams([DAILY], skipping(config)).errors)


@pytest.mark.slow
@pytest.mark.usefixtures("no_spot_checks")
def test_idle_accounts_cost_one_request_for_five_of_them_however_many_streams_there_are(
    world: World, tiktok: Simulator, sync: Read, config: Config
) -> None:
    idle(world, 96)
    streams = ("ads_reports_daily", DAILY, "ads_audience_reports_daily")
    assert sync(*streams, config=skipping(config)).errors == []
    assert len(probes(tiktok)) == 20
    assert asked_accounts(reports(tiktok)) == {TOKYO, LOS_ANGELES, BERLIN}
    assert len(reports(tiktok)) < 3 * 100


@pytest.mark.usefixtures("no_spot_checks")
def test_by_hour_thirty_days_are_asked_about_at_once(tiktok: Simulator, sync: Read, config: Config) -> None:
    month = skipping(config, start_date="2026-01-01", end_date="2026-01-30", advertiser_ids=[EMPTY])
    assert sync(HOURLY, config=month).cursors(HOURLY) == {EMPTY: "2026-01-30"}
    (probe,) = tiktok.asked(REPORT)
    assert (probe.query["start_date"], probe.query["end_date"]) == ("2026-01-01", "2026-01-30")


def test_the_state_moves_on_over_what_was_skipped(tiktok: Simulator, sync: Read, config: Config) -> None:
    years = skipping(config, start_date="2025-01-01", end_date="", advertiser_ids=[EMPTY])
    state = sync(DAILY, config=years).state(DAILY)
    tiktok.transcript.clear()
    assert sync(DAILY, config=years, state={DAILY: state}).cursors(DAILY) == {EMPTY: "2026-02-13"}
    assert len(tiktok.asked(REPORT)) == 1


def test_accounts_whose_cursors_lie_days_apart_share_one_question(
    tiktok: Simulator, sync: Read, config: Config
) -> None:
    until_today = skipping(config, start_date="2026-02-12", end_date="")
    state = sync(DAILY, HOURLY, config=until_today)
    tiktok.transcript.clear()
    saved = {stream: state.state(stream) for stream in (DAILY, HOURLY)}
    sync(DAILY, HOURLY, config=until_today, state=saved)
    (probe,) = probes(tiktok)
    assert json.loads(probe.query["advertiser_ids"]) == [TOKYO, LOS_ANGELES, BERLIN, EMPTY]


def test_accounts_that_are_not_answered_for_together_are_asked_about_one_by_one(
    tiktok: Simulator, sync: Read, config: Config
) -> None:
    tiktok.faults.outage(times=1, path=REPORT, code=40002)
    period = skipping(config, start_date="2025-12-01", end_date="2026-01-20")
    assert sync(DAILY, config=period).errors == []
    together = [call for call in probes(tiktok) if len(json.loads(call.query["advertiser_ids"])) > 1]
    assert asked_accounts(reports(tiktok)) == {TOKYO, LOS_ANGELES, BERLIN}
    assert len(together) <= 3
    assert len(probes(tiktok)) - len(together) >= 4


def test_where_there_is_no_answer_at_all_the_report_is_asked_for(tiktok: Simulator, sync: Read, config: Config) -> None:
    whole = sync(DAILY).rows(DAILY)
    tiktok.faults.outage(times=5, path=REPORT, code=40067)
    tiktok.transcript.clear()
    result = sync(DAILY, config=skipping(config))
    assert result.errors == []
    assert in_order(result.rows(DAILY)) == in_order(whole)
    assert asked_accounts(reports(tiktok)) == {TOKYO, LOS_ANGELES, BERLIN, EMPTY}


def test_an_account_without_permission_is_left_out_of_the_question_and_still_named(
    tiktok: Simulator, sync: Read, config: Config
) -> None:
    chosen = [TOKYO, FORBIDDEN, EMPTY]
    token = config["credentials"]["access_token"]
    credentials = {"auth_type": "production_access_token", "access_token": token, "advertiser_ids": chosen}
    result = sync(DAILY, config=skipping(config, credentials=credentials))
    assert any(FORBIDDEN in error and "code 40001" in error for error in result.errors)
    assert {row["advertiser_id"] for row in result.rows(DAILY)} == {TOKYO}
    assert [json.loads(call.query["advertiser_ids"]) for call in probes(tiktok)] == [[TOKYO, EMPTY]]


def test_periods_lifetimes_and_metrics_the_question_does_not_hold_are_always_asked_for(
    tiktok: Simulator, sync: Read, config: Config
) -> None:
    mine = {"name": "mine", "level": "campaign", "metrics": ["skan_result"]}
    streams = ("campaigns_reports_weekly", "campaigns_reports_lifetime", "mine")
    assert sync(*streams, config=skipping(config, advertiser_ids=[EMPTY], custom_reports=[mine])).errors == []
    assert probes(tiktok) == []
    assert len(reports(tiktok)) == 4  # two weeks, a lifetime, a window


def test_the_sandbox_which_knows_no_accounts_reports_is_read_whole(
    tiktok: Simulator, sync: Read, sandbox_config: Config
) -> None:
    assert sync(DAILY, config=skipping(sandbox_config)).rows(DAILY)
    assert probes(tiktok) == []


def test_a_day_is_claimed_by_one_thread_and_the_others_wait_for_its_answer() -> None:
    group, together = Group(["1"], until=40), Barrier(8, timeout=PATIENCE)

    def look(day: int) -> range:
        together.wait()
        claimed = group.claim(1 << day)
        if claimed:
            group.settle(claimed, {"1": 0})
        return claimed

    with ThreadPoolExecutor(8) as threads:
        claimed = [days for days in threads.map(look, range(20, 28)) if days]
    every = [day for days in claimed for day in days]
    assert len(every) == len(set(every))
    assert set(range(20, 28)) <= set(every)


def test_days_whose_question_failed_may_be_asked_for_again() -> None:
    group = Group(["1"], until=9)
    first = group.claim(1 << 5)
    group.settle(first, None)
    assert group.claim(1 << 5) == first


@pytest.mark.parametrize(
    ("metric", "can_tell"),
    [
        ("onsite_shopping", True),
        ("onsite_shopping_rate", True),
        ("onsite_shopping_roas", True),
        ("value_per_onsite_shopping", True),
        ("cost_per_onsite_shopping", True),
        ("campaign_name", True),
        ("onsite_form", False),
        ("value_per_onsite_form", False),
        ("single_image_ctr", False),
    ],
)
def test_what_is_counted_tells_of_its_ratios_and_of_nothing_else(metric: str, can_tell: bool) -> None:
    activity = Activity({PREPARED: {"sample": False}})
    activity.metrics = ["spend", "onsite_shopping"]
    assert activity.can_tell(["spend", metric]) == can_tell
