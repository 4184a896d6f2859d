"""`python -m benchmarks.requests_per_sync`: how many requests a sync sends, counted by a simulated TikTok.

One ad account in ten has campaigns, and each is thirteen months old. `first` reads from the default start date on,
`daily` goes on from a state of the day before. Beside each figure stands what a first sync may send: 1.2 requests for
each page of a report that has rows, and half a request for each ad account and year. `asking for all` is what it would
take to ask for every window of every ad account since the start date, and for three kinds of campaigns. It is computed.
So is the official connector, from how it was seen to behave: windows from the cursor on, an ad account without rows
from its start date on in every sync, one list of ad accounts; further pages are left out.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from airbyte_cdk import SyncMode
from airbyte_cdk.test.catalog_builder import CatalogBuilder
from airbyte_cdk.test.state_builder import StateBuilder

from benchmarks.report import print_line, write_passage
from source_tiktok_marketing import SourceTiktokMarketing
from tiktok_simulator import Simulator, World, intercept
from tiktok_simulator.protocol.wire import Request, Response
from tiktok_simulator.world.populate import add_advertiser
from tiktok_simulator.world.world import APP_ID, APP_SECRET, TOKEN

STREAMS = ("ads_reports_daily", "ad_groups_reports_daily", "campaigns_reports_daily", "ads_audience_reports_daily",
           "ads_audience_reports_by_country_daily")  # fmt: skip
HOURLY = ("campaigns_reports_hourly",)
FIRST, YESTERDAY, LAST = date(2016, 9, 1), "2026-01-29", date(2026, 1, 30)
CREATED = datetime(2025, 1, 2, tzinfo=UTC)
ATTRIBUTION, REPORT = 3, "/report/integrated/get/"
ONE_IN = 10
COUNTS = (1, 10, 20, 100, 5_000)
CREDENTIALS = {"auth_type": "oauth2.0", "app_id": APP_ID, "secret": APP_SECRET, "access_token": TOKEN}
CONFIG = {"credentials": CREDENTIALS, "start_date": FIRST.isoformat(), "end_date": LAST.isoformat(),
          "requests_per_second": 1_000, "concurrency": 2}  # fmt: skip
LOGGER = logging.getLogger("airbyte")


def make_world(accounts: int) -> World:
    """So many ad accounts, every tenth with a campaign of six ads, the first among them."""
    world = World()
    for number in range(accounts):
        active = number % ONE_IN == 0
        add_advertiser(world, str(7_000_000_000_000_000_000 + number), created=CREATED, campaigns=int(active))
    return world


class CountingTiktok(Simulator):
    """A simulator that notes the pages of reports that have rows."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.pages_with_rows: list[str] = []  # several threads add to it

    def handle(self, request: Request) -> Response:
        """The answer."""
        response = super().handle(request)
        if request.path.endswith(REPORT) and "advertiser_ids" not in request.parameters:
            self.pages_with_rows += [request.path] if response.json()["data"].get("list") else []
        return response


def count_requests(world: World, streams: Sequence[str], *, daily: bool) -> tuple[int, int]:
    """The requests of one sync, in this process, and the pages with rows among them."""
    catalog, state = CatalogBuilder(), StateBuilder()
    for stream in streams:
        catalog = catalog.with_stream(stream, SyncMode.incremental)
        if daily:
            state = state.with_stream_state(stream, _make_state(world, stream))
    built, saved = catalog.build(), state.build()
    tiktok = CountingTiktok(world)
    with contextlib.redirect_stdout(io.StringIO()), intercept(tiktok):
        source = SourceTiktokMarketing(built, CONFIG, saved)
        for _ in source.read(LOGGER, source.normal_config, built, saved):
            pass
    return len(tiktok.transcript), len(tiktok.pages_with_rows)


def compute_asking_for_all(accounts: int, pages: int, streams: Sequence[str], *, daily: bool) -> int:
    """How many requests it takes to ask for every window, and for three kinds of campaigns."""
    active, asked = -(-accounts // ONE_IN), 0
    for stream in streams:
        windows = _count_windows(stream, ATTRIBUTION + 1 if daily else (LAST - FIRST).days + 1)
        since = _count_windows(stream, ATTRIBUTION + 1 if daily else (LAST - CREATED.date()).days + 1)
        asked += accounts * windows - active * since
    with_rows = sum(active * _count_windows(stream, ATTRIBUTION + 1 if daily else 0) for stream in streams)
    return 1 + -(-accounts // 100) + 3 * accounts + asked + max(pages, with_rows)


def compute_peers_requests(accounts: int, streams: Sequence[str], *, daily: bool) -> int:
    """How many requests the official connector would send."""
    active, found = -(-accounts // ONE_IN), 1
    for stream in streams:
        whole = _count_windows(stream, (LAST - FIRST).days + 1)
        again = _count_windows(stream, ATTRIBUTION + 1) if daily else whole
        found += active * again + (accounts - active) * whole
    return found


def list_every_stream() -> list[str]:
    """All daily, hourly and audience reports that everybody has."""
    rows = SourceTiktokMarketing().list_rows()
    timed = [row for row in rows if row["name"].endswith(("_daily", "_hourly"))]
    return [row["name"] for row in timed if "level" in row and "group" not in row]


def measure_requests(counts: Sequence[int], most_in_first: int, streams: Sequence[str]) -> Iterator[str]:
    """The lines of the table, each as soon as it is known."""
    yield ("| ad accounts | sync | pages with rows | requests | may be sent | asking for all (computed) "
           "| airbyte-source-tiktok-marketing 4.7.0 (computed) |")  # fmt: skip
    yield "|---:|---|---:|---:|---:|---:|---:|"
    for accounts in counts:
        world = make_world(accounts)
        for daily in (False, True):
            if not daily and accounts > most_in_first:
                continue
            sent, pages = count_requests(world, streams, daily=daily)
            every = compute_asking_for_all(accounts, pages, streams, daily=daily)
            peer = compute_peers_requests(accounts, streams, daily=daily)
            limit = "" if daily else f"{1.2 * pages + accounts * (LAST - FIRST).days / 365.25 / 2:,.0f}"
            line = f"{'daily' if daily else 'first'} | {pages:,} | {sent:,} | {limit} | {every:,} | {peer:,}"
            yield f"| {accounts:,} | {line} |"


def _count_windows(stream: str, days: int) -> int:
    return days if stream.endswith("_hourly") else -(-days // 30)


def _make_state(world: World, stream: str) -> dict[str, Any]:
    cursor = {"stat_time_hour": f"{YESTERDAY} 23:00:00"} if stream.endswith("_hourly") else {"stat_time_day": YESTERDAY}
    return {"states": [{"partition": {"advertiser_id": each}, "cursor": cursor} for each in world.accounts]}


def main() -> int:
    """The command line."""
    kinds = {"five": lambda: STREAMS, "hourly": lambda: HOURLY, "every": list_every_stream}
    command = argparse.ArgumentParser(prog="python -m benchmarks.requests_per_sync", description=__doc__)
    command.add_argument("--accounts", type=int, default=5_000, help="no more ad accounts than this")
    command.add_argument("--first", type=int, default=1, help="no first sync of more ad accounts than this")
    command.add_argument(
        "--streams", choices=kinds, default="five", help="five daily ones, an hourly one, or every one"
    )
    command.add_argument("--write", action="store_true", help="writes the table into docs/performance.md")
    options = command.parse_args()
    LOGGER.setLevel(logging.ERROR)
    counts = [count for count in COUNTS if count <= options.accounts]
    lines = [print_line(line) for line in measure_requests(counts, options.first, kinds[options.streams]())]
    if options.write:
        write_passage(f"bench-requests, {options.streams},", "\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
