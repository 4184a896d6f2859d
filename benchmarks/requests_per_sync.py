"""`python -m benchmarks.requests_per_sync`: how many requests a sync sends, counted by a simulated TikTok.

One ad account in ten has campaigns. `first` reads 395 days, `daily` goes on from a state of the day before. The
official connector is computed from how it was seen to behave: windows of thirty days from the cursor on, an ad account
without rows from its start date on in every sync, one list of ad accounts; further pages are left out.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from airbyte_cdk import SyncMode
from airbyte_cdk.test.catalog_builder import CatalogBuilder
from airbyte_cdk.test.state_builder import StateBuilder

from source_tiktok_marketing import SourceTiktokMarketing
from tiktok_simulator import Simulator, World, intercept
from tiktok_simulator.world.populate import add_advertiser
from tiktok_simulator.world.world import APP_ID, APP_SECRET, TOKEN

STREAMS = ("ads_reports_daily", "ad_groups_reports_daily", "campaigns_reports_daily", "ads_audience_reports_daily",
           "ads_audience_reports_by_country_daily")  # fmt: skip
FIRST, YESTERDAY, LAST = date(2025, 1, 1), "2026-01-29", date(2026, 1, 30)
WINDOW, ATTRIBUTION = 30, 3
ONE_IN = 10
COUNTS = (1, 100, 5_000)
CREDENTIALS = {"auth_type": "oauth2.0", "app_id": APP_ID, "secret": APP_SECRET, "access_token": TOKEN}
CONFIG = {"credentials": CREDENTIALS, "start_date": FIRST.isoformat(), "end_date": LAST.isoformat(),
          "requests_per_second": 1_000, "concurrency": 2}  # fmt: skip
LOGGER = logging.getLogger("airbyte")


def make_world(accounts: int) -> World:
    """So many ad accounts, every tenth with a campaign of six ads, the first among them."""
    world = World()
    for number in range(accounts):
        active = number % ONE_IN == 0
        created = datetime(2025, 1, 2, tzinfo=UTC)
        add_advertiser(world, str(7_000_000_000_000_000_000 + number), created=created, campaigns=int(active))
    return world


def count_requests(world: World, *, daily: bool, skip: bool) -> int:
    """The requests of one sync, in this process."""
    catalog, state = CatalogBuilder(), StateBuilder()
    for stream in STREAMS:
        catalog = catalog.with_stream(stream, SyncMode.incremental)
        if daily:
            state = state.with_stream_state(stream, _make_state(world))
    built, saved = catalog.build(), state.build()
    with contextlib.redirect_stdout(io.StringIO()), intercept(Simulator(world)) as tiktok:
        source = SourceTiktokMarketing(built, {**CONFIG, "skip_inactive": skip}, saved)
        for _ in source.read(LOGGER, source.normal_config, built, saved):
            pass
    return len(tiktok.transcript)


def compute_peers_requests(accounts: int, *, daily: bool) -> int:
    """How many requests the official connector would send. They are computed, not counted."""
    active = -(-accounts // ONE_IN)
    whole = -(-((LAST - FIRST).days + 1) // WINDOW)
    return 1 + len(STREAMS) * (active * (1 if daily else whole) + (accounts - active) * whole)


def _make_state(world: World) -> dict[str, Any]:
    return {"states": [{"partition": {"advertiser_id": each}, "cursor": {"stat_time_day": YESTERDAY}}
                       for each in world.accounts]}  # fmt: skip


def print_table(counts: Sequence[int], most_in_first: int) -> None:
    """Prints the table. Each line is printed as soon as it is known."""
    sys.stdout.write("| ad accounts | sync | requests | with skip_inactive | official connector, computed |\n")
    sys.stdout.write("|---:|---|---:|---:|---:|\n")
    for accounts in counts:
        world = make_world(accounts)
        for daily in (False, True):
            if not daily and accounts > most_in_first:
                continue
            ours = [count_requests(world, daily=daily, skip=skip) for skip in (False, True)]
            sync, peer = "daily" if daily else "first", compute_peers_requests(accounts, daily=daily)
            sys.stdout.write(f"| {accounts:,} | {sync} | {ours[0]:,} | {ours[1]:,} | {peer:,} |\n")
            sys.stdout.flush()


def main() -> int:
    """The command line."""
    command = argparse.ArgumentParser(prog="python -m benchmarks.requests_per_sync", description=__doc__)
    command.add_argument("--accounts", type=int, default=5_000, help="no more ad accounts than this")
    command.add_argument("--first", type=int, default=1, help="no first sync of more ad accounts than this")
    options = command.parse_args()
    LOGGER.setLevel(logging.ERROR)
    print_table([count for count in COUNTS if count <= options.accounts], options.first)
    return 0


if __name__ == "__main__":
    sys.exit(main())
