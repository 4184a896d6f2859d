"""Some windows that TikTok calls empty are read all the same, and if they have rows, no window is skipped any more."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from airbyte_cdk import AirbyteTracedException
from airbyte_cdk.sources.types import StreamSlice
from harness import Sync, frozen_now, plain_reports, read_streams

from source_tiktok_marketing.retrievers.spot_checks import ONE_IN, ONE_IN_LATER, Skipped, SpotChecks
from tiktok_simulator import Simulator, World, intercept
from tiktok_simulator.world.populate import Plan, add_advertiser, add_campaign

Config = dict[str, Any]
DAILY, AUDIENCE, GROUPS = "ads_reports_daily", "ads_audience_reports_daily", "ad_groups_reports_daily"
STREAMS = (DAILY, AUDIENCE, GROUPS)
HOURLY = "ads_reports_hourly"
CREATED = datetime(2025, 11, 3, tzinfo=UTC)
ACCOUNTS = [str(7_100_000_000_000_000_001 + number) for number in range(30)]
OLD_ROW, NEW_ROW = {"stat_time_day": "2026-02-13 00:00:00"}, {"stat_time_hour": "2026-02-14 00:00:00"}

TOP_VIEW = Plan("Top", CREATED, ad_groups=1, ads=1, buying_type="RESERVATION_TOP_VIEW", objective_type="RF_REACH")


def thirty_accounts(*, idle: bool = False) -> World:
    """One campaign in each ad account, unless they are idle."""
    world = World()
    for advertiser_id in ACCOUNTS:
        account = add_advertiser(world, advertiser_id, created=CREATED)
        if not idle:
            add_campaign(world, account, Plan("Auction", CREATED, ad_groups=1, ads=1))
    return world


def read(config: Config, *silent: str, **others: Any) -> tuple[Sync, Simulator]:
    days = {"start_date": "2026-01-10", "end_date": "2026-01-20", "skip_inactive": True}
    with intercept(Simulator(thirty_accounts(), clock=frozen_now)) as tiktok:
        tiktok.faults.silent_accounts(*silent)
        return read_streams(STREAMS, config | days | others), tiktok


def list_accounts(result: Sync, stream: str) -> set[str]:
    return {row["advertiser_id"] for row in result.rows(stream)}


def make_skipped(number: int = 0, *, close: bool = False) -> Skipped:
    window = StreamSlice(
        partition={"advertiser_id": str(number)},
        cursor_slice={"start_time": "2026-01-10", "end_time": "2026-01-20"},
        extra_fields={"today": "2026-02-15"},
    )
    return Skipped(DAILY, window, is_close=close)


def take_turns(checks: SpotChecks, skipped: int, **sort: bool) -> list[int]:
    """Which of so many skipped windows are read, each of an ad account of its own."""
    return [
        number
        for number in range(1, skipped + 1)
        if list(checks.read(lambda number=number: make_skipped(number, **sort), lambda: [{}], lambda: [{}]))
    ]


def test_accounts_that_are_silent_although_their_ads_have_rows_are_told_and_nothing_is_skipped_then(
    config: Config,
) -> None:
    result, _ = read(config, *ACCOUNTS)
    assert result.errors == []
    (warning,) = result.warnings
    assert "TikTok sent rows of ad account 71000000000000000" in warning
    assert "from 2026-01-10 to 2026-01-20, although it had said that there are none" in warning
    assert "turn on Read Every Window" in warning
    read_windows = {(stream, each) for stream in STREAMS for each in list_accounts(result, stream)}
    assert len(read_windows) > len(STREAMS) * len(ACCOUNTS) - 2 * ONE_IN


def test_a_kind_that_has_rows_although_its_campaigns_have_none_is_told(config: Config) -> None:
    world = World()
    world.top_view_unasked = False
    account = add_advertiser(world, ACCOUNTS[0], created=CREATED)
    for plan in (Plan("Auction", CREATED, ad_groups=1, ads=1), TOP_VIEW):
        add_campaign(world, account, plan)
    # With two threads, the window that is checked is that of January 16 or a day near it, which all have TopView.
    days = {"start_date": "2025-12-26", "end_date": "2026-02-10", "concurrency": 2}
    with intercept(Simulator(world, clock=frozen_now)) as tiktok:
        tiktok.faults.silent_accounts(ACCOUNTS[0], level="AUCTION_CAMPAIGN")
        result = read_streams([HOURLY], config | days)
    assert result.errors == []
    assert any("TikTok sent rows of TopView of ad account" in warning for warning in result.warnings)
    told = {row["stat_time_hour"][:10] for row in result.rows(HOURLY) if row["campaign_name"] == TOP_VIEW.name}
    assert len(told) > 47 - 2 * ONE_IN


def test_what_is_silent_for_good_reason_is_read_now_and_then_and_not_told(config: Config) -> None:
    days = {"start_date": "2026-01-10", "end_date": "2026-01-20", "skip_inactive": True}
    with intercept(Simulator(thirty_accounts(idle=True), clock=frozen_now)) as tiktok:
        result = read_streams(STREAMS, config | days)
    assert (result.errors, result.warnings) == ([], [])
    assert 1 <= len(plain_reports(tiktok)) <= len(STREAMS)


def test_with_read_every_window_nothing_is_asked_first_and_no_row_is_lost(config: Config) -> None:
    result, tiktok = read(config, *ACCOUNTS, read_every_window=True)
    assert (result.errors, result.warnings) == ([], [])
    assert [list_accounts(result, stream) for stream in STREAMS] == [set(ACCOUNTS)] * 3
    assert [call for call in tiktok.transcript if "advertiser_ids" in call.query and "report" in call.path] == []


def test_with_read_every_window_days_before_an_account_was_created_are_asked_for(config: Config) -> None:
    early = {"start_date": "2025-10-01", "end_date": "2025-10-10", "advertiser_ids": ACCOUNTS[:1]}
    _, seldom = read(config, **early)
    _, always = read(config, read_every_window=True, **early)
    assert len(plain_reports(seldom)) == 0
    assert len(plain_reports(always)) == len(STREAMS)


def test_one_in_twenty_is_read_once_for_each_sort_and_then_one_in_five_hundred(config: Config) -> None:
    checks = SpotChecks(config)
    first, *later = take_turns(checks, 3 * ONE_IN_LATER)
    assert ONE_IN <= first < 2 * ONE_IN
    assert len(later) in (2, 3)
    (close,) = take_turns(checks, ONE_IN, close=True)
    assert close <= ONE_IN


def test_an_account_far_from_any_rows_is_read_once_however_many_streams_there_are(config: Config) -> None:
    checks = SpotChecks(config)
    same = [list(checks.read(lambda: make_skipped(7), lambda: [{}], lambda: [{}])) for _ in range(5 * ONE_IN_LATER)]
    assert sum(map(len, same)) == 1


@pytest.mark.parametrize(("row", "may_skip"), [(OLD_ROW, False), (NEW_ROW, True)], ids=["older", "of yesterday"])
def test_rows_that_may_be_newer_than_the_answer_contradict_nothing(row: Config, may_skip: bool, config: Config) -> None:
    checks = SpotChecks(config)
    for _ in range(2 * ONE_IN):
        list(checks.read(make_skipped, lambda: [row], lambda: [row]))
    assert checks.may_skip == may_skip


def test_a_check_that_fails_without_a_row_is_as_if_it_had_not_been_made(config: Config) -> None:
    def fail(*rows: Config) -> Any:
        yield from rows
        raise AirbyteTracedException(message="refused")

    checks = SpotChecks(config)
    for _ in range(2 * ONE_IN):
        assert list(checks.read(make_skipped, fail, fail)) == []
    another = SpotChecks(config)
    with pytest.raises(AirbyteTracedException, match="refused"):
        for _ in range(2 * ONE_IN):
            list(another.read(make_skipped, lambda: fail(OLD_ROW), fail))
