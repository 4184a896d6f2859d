"""Whether the connector asks first or not: rows and states are those of a sync that asks for everything."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from harness import Sync, frozen_now, read_streams

from source_tiktok_marketing.retrievers.balance import Balance
from source_tiktok_marketing.retrievers.kinds_together import KindsTogether
from tiktok_simulator import Simulator, World, intercept
from tiktok_simulator.world.populate import Plan, add_advertiser, add_campaign
from tiktok_simulator.world.ready_made import PROMOTED

Config = dict[str, Any]
DAILY, HOURLY, AUDIENCE = "ads_reports_daily", "campaigns_reports_hourly", "ads_audience_reports_daily"
OF_ACCOUNTS = "advertisers_reports_daily"
CREATED = datetime(2025, 11, 1, 3, tzinfo=UTC)
YESTERDAY = datetime(2026, 2, 14, 3, tzinfo=UTC)
PLAN = Plan("Auction", CREATED, ad_groups=1, ads=1)
TOP_VIEW = replace(PLAN, name="Top", buying_type="RESERVATION_TOP_VIEW", objective_type="RF_REACH")
REACH = replace(PLAN, name="Reach", buying_type="RESERVATION_RF", objective_type="RF_REACH")
LATE = replace(PLAN, name="Late", last_day=date(2025, 12, 20), late_days=60, objective_type="WEB_CONVERSIONS")
BOOSTED = replace(PROMOTED, created=CREATED)
# What comes without being asked for: TopView, Reach & Frequency, Promote. Whether the rows of ad accounts have Promote,
# and whether a report about several ad accounts heeds its filters.
READINGS = {
    "all comes unasked": (True, True, True, True, True),
    "as TikTok's pages say": (False, True, False, True, True),
    "nothing comes unasked": (False, False, False, False, True),
    "filters are not heeded": (False, False, False, False, False),
}
SLOW = {name: pytest.mark.slow for name in READINGS if name != "nothing comes unasked"}


def make_every_sort(reading: tuple[bool, ...]) -> World:
    """Ad accounts with one sort of campaign each, among idle ones."""
    world = World()
    world.top_view_unasked, world.reach_unasked, world.promote_unasked = reading[:3]
    world.promote_in_accounts, world.filters_of_several = reading[3:]
    for number, plan in enumerate((PLAN, TOP_VIEW, REACH, BOOSTED, LATE, None)):
        account = add_advertiser(world, str(7_100_000_000_000_000_010 + 10 * number), created=CREATED)
        if plan is not None:
            campaign = add_campaign(world, account, plan)
        if plan is LATE:
            world.delete("campaign", campaign)
        # Its neighbours in a question: idle ones, one of which is of unknown age.
        for beside in (1, 2):
            idle = add_advertiser(world, str(int(account.advertiser_id) + beside), created=CREATED)
            idle.row["create_time"] = None if beside == 1 else idle.row["create_time"]
    new = add_advertiser(world, "7100000000000000005", timezone="America/Los_Angeles", created=YESTERDAY)
    add_campaign(world, new, replace(PLAN, created=YESTERDAY))
    ageless = add_advertiser(world, "7100000000000000006", created=CREATED)
    add_campaign(world, ageless, PLAN)
    ageless.row["create_time"] = None
    return world


def in_order(rows: list[Config]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def read(world: World, streams: list[str], config: Config) -> tuple[Sync, int]:
    with intercept(Simulator(world, clock=frozen_now)) as tiktok:
        result = read_streams(streams, config)
    assert result.errors == result.warnings == []
    return result, len(tiktok.transcript)


@pytest.mark.parametrize("days", [3, pytest.param(100, marks=pytest.mark.slow)], ids=["some days", "months"])
@pytest.mark.parametrize(
    "reading", [pytest.param(reading, id=name, marks=SLOW.get(name, ())) for name, reading in READINGS.items()]
)
def test_no_row_and_no_state_differs_from_those_of_a_sync_that_asks_for_everything(
    days: int, reading: tuple[bool, ...], config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    streams = [OF_ACCOUNTS, DAILY, AUDIENCE] + ([HOURLY] if days < 30 else [])
    asked = config | {"start_date": "2026-02-12" if days < 30 else "2025-11-01", "end_date": ""}
    first = {how: read(make_every_sort(reading), streams, asked | {"skip_inactive": how == "always"})
             for how in ("as it pays", "always")}  # fmt: skip
    monkeypatch.setattr(Balance, "begin", lambda *_: False)
    monkeypatch.setattr(KindsTogether, "may_have_rows", lambda *_: True)
    monkeypatch.setattr(KindsTogether, "has_rows_by_day", lambda *_: None)
    whole, most = read(make_every_sort(reading), streams, asked)
    for how, (result, requests) in first.items():
        for stream in streams:
            assert in_order(result.rows(stream)) == in_order(whole.rows(stream)), (how, stream)
            assert result.cursors(stream) == whole.cursors(stream), (how, stream)
        assert requests < most, how
    assert len({row["campaign_id"] for row in whole.rows(DAILY)}) == 7
