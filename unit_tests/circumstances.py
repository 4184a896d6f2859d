"""What a sync may find: a zone, a moment, configured days, a saved state. And what one report asks for then."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from airbyte_cdk import ConfiguredAirbyteCatalog
from airbyte_cdk.models import SyncMode
from airbyte_cdk.test.catalog_builder import CatalogBuilder
from airbyte_cdk.test.state_builder import StateBuilder
from harness import QuickSource, frozen_now, plain_reports
from hypothesis import strategies as st

from source_tiktok_marketing.config.dates import CLOCK_ERROR, FIRST_ZONE
from source_tiktok_marketing.incremental.page_messages import PageMessage
from tiktok_simulator import Simulator, World, intercept
from tiktok_simulator.world.populate import Plan, add_advertiser, add_campaign
from tiktok_simulator.world.world import TOKEN

ACCOUNT = "7002238017842750777"
DAILY, HOURLY = "advertisers_reports_daily", "advertisers_reports_hourly"
WEEKLY, MONTHLY = "advertisers_reports_weekly", "advertisers_reports_monthly"
LIFETIME = "advertisers_audience_reports_lifetime"
CURSORS = {DAILY: "stat_time_day", HOURLY: "stat_time_hour", WEEKLY: "period_start", MONTHLY: "period_start"}
# How many days back a sync may begin: a few windows of each length, and no more.
REACH = {DAILY: 95, HOURLY: 5, WEEKLY: 40, MONTHLY: 130, LIFETIME: 800}
DAY = timedelta(days=1)

# From where days begin last to where they begin first; halves and quarters of an hour; summer time of an hour, of half
# an hour (Lord Howe), the other way round (Dublin), and at midnight, which then is not on the clock (Santiago, Beirut).
ZONES = (
    "Etc/GMT+12",
    "Pacific/Niue",
    "Pacific/Marquesas",
    "America/Los_Angeles",
    "America/Santiago",
    "America/St_Johns",
    "Atlantic/Azores",
    "Etc/UTC",
    "Europe/Dublin",
    "Europe/Berlin",
    "Asia/Beirut",
    "Asia/Tehran",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Tokyo",
    "Australia/Adelaide",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Etc/GMT-14",
)
# Leap days, ends of months and years, and days on which clocks change on either half of the earth.
TURNS = [date.fromisoformat(day) for day in (
    "2024-02-28", "2024-02-29", "2024-03-01", "2024-12-31", "2025-01-01", "2025-02-28", "2025-03-09", "2025-03-30",
    "2025-04-06", "2025-04-30", "2025-09-07", "2025-10-05", "2025-10-26", "2025-11-02", "2026-01-31", "2026-02-28",
    "2026-03-01", "2026-03-08", "2026-03-29", "2026-04-05", "2026-12-31", "2027-01-01", "2028-02-29",
)]  # fmt: skip
HOURS = [time(0), time(0, 0, 1), time(0, 30), time(2, 30), time(11, 59, 59), time(12), time(23, 30), time(23, 59, 59)]


@dataclass(frozen=True)
class Circumstances:
    """What a sync finds. Days are counted back from the account's own today, so that no day is parsed here."""

    stream: str
    zone: str
    now: datetime
    start: int
    start_is_relative: bool = False
    end: int | None = None
    window: int = 3
    saved: int | None = None
    delivers: bool = False

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    @property
    def first(self) -> date:
        return self.today - self.start * DAY

    @property
    def last(self) -> date:
        return self.today - max(self.end or 0, 0) * DAY

    @property
    def cursor(self) -> date | None:
        return None if self.saved is None or self.stream == LIFETIME else self.today - self.saved * DAY

    @property
    def is_of_a_wrong_clock(self) -> bool:
        """Whether the cursor lies so far ahead that a machine's wrong clock wrote it: the account begins anew."""
        latest = self.now.astimezone(FIRST_ZONE).date()
        return self.cursor is not None and latest < self.cursor <= latest + CLOCK_ERROR

    @property
    def resumed(self) -> date:
        """The first day to read: the start, or the lookback of the cursor where that is later."""
        if self.cursor is None or self.is_of_a_wrong_clock:
            return self.first
        return max(self.first, self.cursor - self.window * DAY)

    @property
    def config(self) -> dict[str, Any]:
        credentials = {"auth_type": "production_access_token", "access_token": TOKEN, "advertiser_ids": [ACCOUNT]}
        end = "" if self.end is None else (self.today - self.end * DAY).isoformat()
        start = f"today-{self.start}" if self.start_is_relative else self.first.isoformat()
        return {"credentials": credentials, "start_date": start, "end_date": end, "attribution_window": self.window}

    @property
    def state(self) -> dict[str, Any] | None:
        if self.cursor is None:
            return None
        value = self.cursor.isoformat() + ("T07:00:00" if self.stream == HOURLY else "")
        return {"states": [{"partition": {"advertiser_id": ACCOUNT}, "cursor": {CURSORS[self.stream]: value}}]}


@dataclass(frozen=True)
class Outcome:
    """What a sync asked for, from day to day, what TikTok refused of it, and the cursor it left."""

    windows: list[tuple[date, date]]
    refusals: list[str]
    cursor: date | None

    @property
    def days(self) -> list[date]:
        return [first + n * DAY for first, last in self.windows for n in range((last - first).days + 1)]


@st.composite
def circumstances(draw: st.DrawFn, *streams: str) -> Circumstances:
    """Any of them that a configuration can be valid in."""
    stream, zone, now = draw(st.sampled_from(streams)), *draw(moments())
    ahead = (now.astimezone(FIRST_ZONE).date() - now.astimezone(ZoneInfo(zone)).date()).days
    relative = draw(st.booleans())
    earliest = 0 if relative else -ahead
    start = draw(st.integers(earliest, 1) | st.integers(earliest, REACH[stream]))
    latest = max(start, 0) if relative else start
    end = draw(st.none() | st.integers(-400, latest) | st.integers(min(latest, 0), latest))
    if relative and end is not None and end + ahead > start:  # the end would lie before it where days begin first
        end = None
    saved = draw(st.none() | st.integers(0, start + 40) | st.integers(-800, start + 400))
    window = draw(st.sampled_from([0, 1, 3, 7, 28, 364]) | st.integers(0, 40))
    return Circumstances(stream, zone, now, start, relative, end, window, saved, delivers=draw(st.booleans()))


@st.composite
def moments(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone, and a moment that is a turn of its clock or calendar half of the time."""
    zone = draw(st.sampled_from(ZONES))
    near = st.builds(lambda day, n: day + n * DAY, st.sampled_from(TURNS), st.integers(-1, 1))
    day = draw(near | st.dates(date(2024, 1, 1), date(2028, 12, 31)))
    clock = draw(st.sampled_from(HOURS) | st.times()).replace(microsecond=0)
    local = datetime.combine(day, clock, ZoneInfo(zone)).replace(fold=draw(st.integers(0, 1)))
    return zone, local.astimezone(UTC)


@cache
def world_of(zone: str, *, delivers: bool) -> World:
    """One ad account, with an ad that has run for years, or without any."""
    world = World()
    account = add_advertiser(world, ACCOUNT, timezone=zone, created=datetime(2020, 1, 1, tzinfo=UTC))
    if delivers:
        add_campaign(world, account, Plan("Evergreen", datetime(2021, 1, 1, tzinfo=UTC), ad_groups=1, ads=1))
    return world


def day_of(state: Any) -> date | None:
    """The day of the only cursor of a state."""
    with suppress(LookupError, TypeError):
        return date.fromisoformat(next(iter(state["states"][0]["cursor"].values()))[:10])
    return None


def catalog_of(stream: str, *columns: str) -> ConfiguredAirbyteCatalog:
    """The stream with a few of its columns: most of a row's cost is columns."""
    catalog: ConfiguredAirbyteCatalog = CatalogBuilder().with_stream(stream, SyncMode.incremental).build()
    catalog.streams[0].stream.json_schema = {"properties": {column: {} for column in columns}}
    return catalog


def synced(found: Circumstances, world: World) -> Outcome:
    """One sync of one report by one ad account, window after window, in this very thread."""
    saved = StateBuilder()
    if found.state:
        saved = saved.with_stream_state(found.stream, deepcopy(found.state))
    with intercept(Simulator(world, clock=frozen_now)) as tiktok:
        source = QuickSource(catalog_of(found.stream, "spend"), found.config, saved.build())
        (stream,) = (each for each in source.streams(source.normal_config) if each.name == found.stream)
        for partition in stream.generate_partitions():
            for record in partition.read():
                stream.cursor.observe(record)
                if isinstance(record, PageMessage):
                    record.take()
            stream.cursor.close_partition(partition)
        asked = plain_reports(tiktok)
    pages = {(call.query["start_date"], call.query["end_date"]) for call in asked}
    windows = sorted((date.fromisoformat(start), date.fromisoformat(end)) for start, end in pages)
    return Outcome(windows, [f"{call.code}: {call.query}" for call in asked if call.code], day_of(stream.cursor.state))
