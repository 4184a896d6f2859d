"""The ready-made worlds: a small one, which is easy to reason about, and a busy one with many pages."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, timedelta
from functools import cache

from tiktok_simulator.world.assets import add_assets
from tiktok_simulator.world.model import Account
from tiktok_simulator.world.populate import Plan, add_advertiser, add_auction_campaign, add_campaign
from tiktok_simulator.world.world import World

FOUNDED = datetime(2025, 12, 1, 3, tzinfo=UTC)
"""When the first campaign of each ad account of the small world was created."""

TOKYO, LOS_ANGELES, BERLIN = "7002238017842750001", "7002238017842750002", "7002238017842750003"
EMPTY, FORBIDDEN, SANDBOX = "7002238017842750004", "7002238017842750009", "7002238017842750101"

CAMPAIGNS = (
    Plan("Summer traffic", FOUNDED),
    Plan("Shop sales", FOUNDED + timedelta(days=9), objective_type="WEB_CONVERSIONS"),
    Plan(
        "App installs", FOUNDED + timedelta(days=16), objective_type="APP_PROMOTION", automation="UPGRADED_SMART_PLUS"
    ),
    Plan("Last season", FOUNDED + timedelta(days=3), last_day=date(2026, 1, 20)),
    Plan("Big night", FOUNDED + timedelta(days=30), buying_type="RESERVATION_TOP_VIEW", objective_type="RF_REACH"),
    Plan("Reserved reach", FOUNDED + timedelta(days=23), buying_type="RESERVATION_RF", objective_type="RF_REACH"),
    Plan("Slow buyers", FOUNDED + timedelta(days=12), last_day=date(2025, 12, 20), late_days=60, ad_groups=1, ads=1,
         objective_type="WEB_CONVERSIONS"),
)  # fmt: skip
PROMOTED = Plan("Boosted video", FOUNDED + timedelta(days=20), origin="PROMOTE", ad_groups=1, ads=1)
"""A campaign made in the TikTok app, with one ad group and one ad. No ready-made world has it; a test can add it."""


def _fill_small(world: World) -> None:
    """Adds three ordinary ad accounts, an empty one, a forbidden one and one of the sandbox.

    `world.landmarks` has the ids of entities that tests refer to, such as `Tokyo.deleted_ad`.
    """
    created = FOUNDED - timedelta(days=180)
    for advertiser_id, name, timezone, currency in (
        (TOKYO, "Tokyo", "Asia/Tokyo", "JPY"),
        (LOS_ANGELES, "Los Angeles", "America/Los_Angeles", "USD"),
        (BERLIN, "Berlin", "Europe/Berlin", "EUR"),
    ):
        account = add_advertiser(world, advertiser_id, name=name, timezone=timezone, currency=currency, created=created)
        _fill(world, account)
    add_advertiser(world, EMPTY, name="Empty", timezone="Europe/London", currency="GBP", created=created)
    forbidden = add_advertiser(world, FORBIDDEN, name="Forbidden", created=created, permitted=False)
    add_campaign(world, forbidden, CAMPAIGNS[0])
    sandbox = add_advertiser(world, SANDBOX, name="Sandbox", created=datetime(2020, 11, 20, tzinfo=UTC), sandbox=True)
    add_campaign(world, sandbox, Plan("Sandbox campaign", datetime(2020, 12, 1, tzinfo=UTC)))


def _fill(world: World, account: Account) -> None:
    add_assets(world, account, FOUNDED)
    ids = [add_campaign(world, account, plan) for plan in CAMPAIGNS]
    ad_groups = _list_below(world, account, "adgroup", campaign_id=ids[0])
    ads = _list_below(world, account, "ad", adgroup_id=ad_groups[1])
    late = _list_below(world, account, "ad", campaign_id=ids[6])[0]
    world.delete("campaign", ids[3])
    world.delete("adgroup", ad_groups[0], last_day=date(2026, 2, 3))
    world.delete("ad", ads[0], last_day=date(2026, 1, 25))
    for landmark, entity_id in {
        "smart_plus_campaign": ids[2], "deleted_campaign": ids[3], "top_view_campaign": ids[4],
        "reservation_campaign": ids[5], "deleted_adgroup": ad_groups[0], "deleted_ad": ads[0], "late_ad": late,
    }.items():  # fmt: skip
        world.landmarks[f"{account.name}.{landmark}"] = entity_id


def _list_below(world: World, account: Account, kind: str, **parent: str) -> list[str]:
    ((field, value),) = parent.items()
    return [item.id for item in world.list_entities(kind, account.advertiser_id) if item.row[field] == value]


def _fill_busy(world: World, advertisers: int, campaigns: int) -> None:
    """Adds ad accounts with many campaigns of six ads each."""
    for number in range(advertisers):
        created = datetime(2025, 1, 6, 5, tzinfo=UTC) + timedelta(hours=number)
        advertiser_id = str((int(created.timestamp()) << 32) + number)
        account = add_advertiser(world, advertiser_id, name=f"Busy {number + 1}", timezone="America/New_York",
                                 created=created)  # fmt: skip
        add_assets(world, account, created, 25)
        for campaign in range(campaigns):
            add_auction_campaign(world, account, created, campaign)


def make_small_world(seed: int = 7) -> World:
    """Makes a world of six ad accounts: Tokyo, Los Angeles, Berlin, an empty, a forbidden and a sandbox one."""
    world: World = pickle.loads(_pickle_small_world(seed))  # noqa: S301 - of our own making
    return world


@cache
def _pickle_small_world(seed: int) -> bytes:
    """The small world as it is made: to copy it takes half as long as to make it."""
    world = World(seed=seed)
    _fill_small(world)
    return pickle.dumps(world)


def make_busy_world(seed: int = 7, *, advertisers: int = 2, campaigns: int = 150) -> World:
    """Makes a world of ad accounts with many campaigns of six ads each: thousands of rows."""
    world = World(seed=seed)
    _fill_busy(world, advertisers, campaigns)
    return world


def make_empty_world() -> World:
    """Makes a world whose valid token reaches no ad account."""
    return World()
