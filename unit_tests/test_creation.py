"""An ad account has no row from before it was created: it is not asked for those days, and nothing is lost by that."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from harness import Sync, frozen_now, plain_reports, read_streams

from source_tiktok_marketing.retrievers.balance import Balance
from tiktok_simulator import Simulator, World, intercept
from tiktok_simulator.world.populate import Plan, add_advertiser, add_campaign
from tiktok_simulator.world.ready_made import BERLIN, EMPTY, LOS_ANGELES, TOKYO

Config = dict[str, Any]
Read = Callable[..., Sync]
DAILY, HOURLY, AUDIENCE = "ads_reports_daily", "campaigns_reports_hourly", "ads_audience_reports_daily"
CREATED = datetime(2026, 1, 20, 3, tzinfo=UTC)
LATE, NEW = "7100000000000000001", "7100000000000000002"
START = "2026-01-01"


def late_conversions() -> World:
    """An ad account whose only campaign, deleted since, ended soon; its buyers still come weeks later."""
    world = World()
    account = add_advertiser(world, LATE, timezone="America/Los_Angeles", created=CREATED)
    plan = Plan("Slow", CREATED, last_day=date(2026, 1, 24), late_days=60, ad_groups=1, ads=1,
                objective_type="WEB_CONVERSIONS")  # fmt: skip
    world.delete("campaign", add_campaign(world, account, plan))
    return world


def created_lately() -> World:
    """An ad account that has ads since a few days, as long as it exists, beside one that never had any."""
    world = World()
    created = datetime(2026, 2, 11, 1, tzinfo=UTC)
    add_campaign(world, add_advertiser(world, NEW, timezone="America/Los_Angeles", created=created), Plan("A", created))
    add_advertiser(world, EMPTY, timezone="Asia/Tokyo", created=created)
    return world


WORLDS = {"late": late_conversions, "new": created_lately}


def first_days(tiktok: Simulator, stream_level: str = "AUCTION_AD") -> dict[str, str]:
    """The first day that each ad account is asked for."""
    asked = [call.query for call in plain_reports(tiktok) if call.query["data_level"] == stream_level]
    return {
        each: min(query["start_date"] for query in asked if query["advertiser_id"] == each)
        for each in {query["advertiser_id"] for query in asked}
    }


def in_order(rows: list[Config]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


@pytest.mark.parametrize("make", WORLDS.values(), ids=WORLDS)
def test_no_row_and_no_cursor_differs_from_those_of_accounts_whose_age_is_not_known(
    make: Callable[[], World], config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Balance, "begin", lambda *_: False)  # every window is asked for
    streams, days = (DAILY, HOURLY, AUDIENCE), config | {"start_date": "2026-01-10", "end_date": ""}
    taken: list[tuple[Sync, int]] = []
    for known in (True, False):
        world = make()
        for account in world.accounts.values():
            account.row["create_time"] = account.row["create_time"] if known else None
        with intercept(Simulator(world, clock=frozen_now)) as tiktok:
            result = read_streams(streams, days)
            taken.append((result, len(plain_reports(tiktok))))
    (since, fewer), (whole, more) = taken
    assert since.errors == whole.errors == []
    for stream in streams:
        assert in_order(since.rows(stream)) == in_order(whole.rows(stream)), stream
        assert since.cursors(stream) == whole.cursors(stream), stream
    assert whole.rows(DAILY)
    assert fewer < more


def test_each_account_is_asked_from_the_day_before_it_was_created_by_its_own_clock(
    sync: Read, tiktok: Simulator, config: Config
) -> None:
    """All were created at the same moment of 4 June, when it still was the 3rd in Los Angeles."""
    assert sync(DAILY, config=config | {"start_date": "2016-09-01", "end_date": "2025-07-20"}).errors == []
    june = "2025-06-03"
    assert first_days(tiktok) == {TOKYO: june, BERLIN: june, EMPTY: june, LOS_ANGELES: "2025-06-02"}
    assert len([call for call in plain_reports(tiktok) if call.query["advertiser_id"] == EMPTY]) == 3


def test_a_start_date_after_it_was_created_stands(sync: Read, tiktok: Simulator, config: Config) -> None:
    sync(DAILY, config=config | {"start_date": START})
    assert set(first_days(tiktok).values()) == {START}


@pytest.mark.parametrize(
    "odd",
    ["absent", None, 0, -1, "", "long ago", 1_768_878_000_000, 32_503_680_000, 10**30, 1.5, [], True, "1768878000"],
)
def test_an_account_whose_age_can_not_be_read_is_asked_from_the_start_date(odd: Any, config: Config) -> None:
    world = late_conversions()
    if odd == "absent":
        del world.accounts[LATE].row["create_time"]
    else:
        world.accounts[LATE].row["create_time"] = odd
    with intercept(Simulator(world, clock=frozen_now)) as tiktok:
        result = read_streams([DAILY], config | {"start_date": START})
    assert result.errors == []
    assert first_days(tiktok) == {LATE: "2026-01-18" if odd == "1768878000" else START}
    assert result.rows(DAILY)


def test_an_account_that_is_younger_than_the_last_day_is_asked_for_that_day_alone(config: Config) -> None:
    with intercept(Simulator(created_lately(), clock=frozen_now)) as tiktok:
        result = read_streams([DAILY], config | {"start_date": "2025-12-01", "end_date": "2026-01-20"})
    assert first_days(tiktok) == {NEW: "2026-01-20", EMPTY: "2026-01-20"}
    assert result.cursors(DAILY) == {NEW: "2026-01-20", EMPTY: "2026-01-20"}


def test_accounts_whose_details_are_refused_are_asked_from_the_start_date(config: Config) -> None:
    world = late_conversions()
    with intercept(Simulator(world, clock=frozen_now)) as tiktok:
        tiktok.faults.no_permission(LATE, path="advertiser/info/")
        read_streams([DAILY], config | {"start_date": START})
    assert first_days(tiktok) == {LATE: START}


def test_reports_without_days_keep_the_days_as_configured(sync: Read, tiktok: Simulator, config: Config) -> None:
    weekly, total = "advertisers_reports_weekly", "whole"
    own = {"name": total, "level": "ad", "granularity": "total", "metrics": ["spend"]}
    days = {"start_date": "2025-05-19", "custom_reports": [own]}
    result = sync(weekly, total, config=config | days)
    assert result.errors == []
    assert {row["period_start"] for row in result.rows(total)} == {"2025-05-19"}
    assert first_days(tiktok, "AUCTION_ADVERTISER")[EMPTY] == "2025-05-19"


def test_an_ad_account_of_the_simulator_has_nothing_older_than_itself() -> None:
    world = World()
    account = add_advertiser(world, NEW, created=CREATED)
    with pytest.raises(ValueError, match=f"before ad account {NEW}"):
        add_campaign(world, account, Plan("Too early", datetime(2026, 1, 19, tzinfo=UTC)))
