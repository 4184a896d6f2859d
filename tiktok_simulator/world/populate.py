"""Adds ad accounts to a world, and campaigns with their ad groups and ads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from tiktok_simulator.protocol.parameters import TIME_FORMAT
from tiktok_simulator.protocol.tables import read_table
from tiktok_simulator.world.creatives import CALLS, choose_form, make_creative, pick_one
from tiktok_simulator.world.delivery import Flight, mix
from tiktok_simulator.world.model import Account, Entity
from tiktok_simulator.world.statuses import WITH_AN_END, find_state
from tiktok_simulator.world.world import World

OBJECTIVES = ("TRAFFIC", "WEB_CONVERSIONS", "APP_PROMOTION", "REACH")
SANDBOX_DAYS = date(2020, 12, 8), date(2020, 12, 19)  # hosts_auth.md §4: only these days have mock data
EMPTY_VALUE: Mapping[str, Any] = {"boolean": False, "number": 0, "integer": 0}


@cache
def read_fields(kind: str) -> Mapping[str, Any]:
    """Every field of the rows of a kind, with an empty value of its type, in the order of data/fields.csv."""
    return {
        row["field"]: [] if row["type"].endswith("[]") else EMPTY_VALUE.get(row["type"])
        for row in read_table("fields")
        if row["kind"] == kind
    }


def make_entity_row(kind: str, **values: Any) -> dict[str, Any]:
    """A row with all fields of its kind. Fields without a value are empty."""
    blank = {name: list(value) if isinstance(value, list) else value for name, value in read_fields(kind).items()}
    return blank | values


def make_id(created: datetime, *seed: object) -> str:
    """A 16-digit id that grows with the creation time, as the ids of TikTok do (seconds shifted by 20 bits)."""
    return str((int(created.timestamp()) << 20) + mix(*seed) % (1 << 20))


def write_utc(moment: datetime) -> str:
    """Writes a moment as entities have it, in UTC."""
    return moment.astimezone(UTC).strftime(TIME_FORMAT)


def write_etc_name(timezone: str, moment: datetime) -> str:
    """The Etc/GMT name of a zone. Its sign is inverted: Etc/GMT-9 is nine hours ahead of UTC."""
    offset = moment.astimezone(ZoneInfo(timezone)).utcoffset() or timedelta()
    hours = int(offset.total_seconds() // 3600)
    return f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT"


def make_account_row(advertiser_id: str, name: str, timezone: str, currency: str, created: datetime) -> dict[str, Any]:
    """A row of advertiser/info. There `create_time` is epoch seconds, and `balance` a number."""
    return make_entity_row(
        "advertiser",
        advertiser_id=advertiser_id, name=name, timezone=write_etc_name(timezone, created), display_timezone=timezone,
        currency=currency, company=f"{name} Ltd", country="US", industry="290500", language="en",
        status="STATUS_ENABLE", role="ROLE_ADVERTISER", advertiser_account_type="AUCTION",
        balance=mix(advertiser_id) % 100_000 / 100, create_time=int(created.timestamp()),
    )  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """What a campaign is like. `late_days` and `last_day` are those of the delivery of its ads."""

    name: str
    created: datetime
    buying_type: str = "AUCTION"
    automation: str = "MANUAL"
    objective_type: str = "TRAFFIC"
    ad_groups: int = 2
    ads: int = 3
    last_day: date | None = None
    late_days: int = 0
    origin: str | None = None


def add_campaign(world: World, account: Account, plan: Plan) -> str:
    """Adds a campaign with its ad groups, ads and delivery. Returns its id. It can't be older than its ad account."""
    if plan.created.timestamp() < account.row.get("create_time", 0):
        raise ValueError(f"{plan.name} was created before ad account {account.advertiser_id}")
    campaign_id = make_id(plan.created, world.seed, account.advertiser_id, plan.name)
    times = {"create_time": write_utc(plan.created), "modify_time": write_utc(plan.created + timedelta(days=2))}
    smart = plan.automation != "MANUAL"
    reservation = {"RESERVATION_RF": "STANDARD", "RESERVATION_TOP_VIEW": "TOPVIEW"}
    row = make_entity_row(
        "campaign", **times,
        advertiser_id=account.advertiser_id, campaign_id=campaign_id, campaign_name=plan.name,
        campaign_system_origin=plan.origin, campaign_automation_type=plan.automation,
        campaign_type="REGULAR_CAMPAIGN", objective_type=plan.objective_type,
        objective="APP" if plan.objective_type == "APP_PROMOTION" else "LANDING_PAGE",
        rf_campaign_type=reservation.get(plan.buying_type), is_smart_performance_campaign=smart, is_new_structure=True,
        budget_mode="BUDGET_MODE_DAY" if smart else "BUDGET_MODE_INFINITE", budget=50.0 if smart else 0,
        operation_status="ENABLE", secondary_status="CAMPAIGN_STATUS_ENABLE",
    )  # fmt: skip
    world.add(Entity("campaign", campaign_id, account.advertiser_id, row, plan.buying_type))
    for number in range(plan.ad_groups):
        _add_ad_group(world, account, plan, row, number)
    return campaign_id


def _take_inherited(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    shared = ("advertiser_id", "campaign_id", "campaign_name", "campaign_system_origin", "campaign_automation_type")
    return {name: row[name] for name in (*shared, *names)}


def _add_ad_group(world: World, account: Account, plan: Plan, campaign: Mapping[str, Any], number: int) -> None:
    created = plan.created + timedelta(minutes=5 + number)
    adgroup_id = make_id(created, campaign["campaign_id"], number)
    app, selling = plan.objective_type == "APP_PROMOTION", plan.objective_type == "WEB_CONVERSIONS"
    special = plan.buying_type == "AUCTION" and number > 0
    row = make_entity_row(
        "adgroup", **_take_inherited(campaign, "is_smart_performance_campaign", "is_new_structure"),
        adgroup_id=adgroup_id, adgroup_name=f"{plan.name} / group {number + 1}",
        create_time=write_utc(created), modify_time=write_utc(created + timedelta(days=3)),
        promotion_type="APP_ANDROID" if app else "WEBSITE", **(_choose_app(world, account, created) if app else {}),
        placement_type="PLACEMENT_TYPE_AUTOMATIC", placements=["PLACEMENT_TIKTOK", "PLACEMENT_PANGLE"],
        gender="GENDER_UNLIMITED", location_ids=["6252001"], budget_mode="BUDGET_MODE_DAY", budget=100.0,
        **_make_schedule(account, plan, created), dayparting="1" * 336,
        creative_material_mode="SMART_CREATIVE" if special else "CUSTOM",
        messaging_app_type="WHATSAPP" if special else None,
        messaging_app_account_id=make_id(created, adgroup_id, "messages") if special else None,
        split_test_group_id=make_id(plan.created, campaign["campaign_id"], "test") if selling else None,
        optimization_goal="CLICK", bid_type="BID_TYPE_NO_BID", billing_event="CPC", pacing="PACING_MODE_SMOOTH",
        operation_status="ENABLE",
        secondary_status=f"ADGROUP_STATUS_{find_state('adgroup', ended=bool(plan.last_day))}",
        **(_choose_sales_source(world, account, campaign["campaign_id"]) if selling else {}),
        **(_make_targeting(world, account, adgroup_id) if special else {}),
    )  # fmt: skip
    world.add(Entity("adgroup", adgroup_id, account.advertiser_id, row, plan.buying_type))
    for ad_number in range(plan.ads):
        _add_ad(world, account, plan, row, ad_number)


def _make_schedule(account: Account, plan: Plan, created: datetime) -> dict[str, Any]:
    """When an ad group delivers. If it has no end, TikTok writes one that is ten years away."""
    end = created + timedelta(days=3650)
    if plan.last_day:
        end = datetime.combine(plan.last_day + timedelta(days=1), time(), ZoneInfo(account.timezone))
    return {
        "schedule_type": WITH_AN_END if plan.last_day else "SCHEDULE_FROM_NOW",
        "schedule_start_time": write_utc(created), "schedule_end_time": write_utc(end),
    }  # fmt: skip


def _choose_app(world: World, account: Account, created: datetime) -> dict[str, Any]:
    app = pick_one(world, account, "app", 0)
    return {"app_id": app.get("app_id", make_id(created, "app")), "package": app.get("package_name", "com.example.app")}


def _choose_sales_source(world: World, account: Account, campaign_id: str) -> dict[str, Any]:
    """The pixel that reports sales, and the catalogue with the products."""
    pixel, catalog = pick_one(world, account, "pixel", 0), pick_one(world, account, "catalog", mix(campaign_id) % 97)
    return {
        "pixel_id": pixel.get("pixel_id"), "catalog_id": catalog.get("catalog_id"),
        "catalog_authorized_bc_id": account.bc_id if catalog else None,
    }  # fmt: skip


def _make_targeting(world: World, account: Account, adgroup_id: str) -> dict[str, Any]:
    """The targeting of an ad group. No list has its keywords and hashtags. Of each kind one is shared, one its own."""
    ids: dict[str, list[str]] = {}
    for kind in ("interest_keyword", "intention_keyword", "hashtag"):
        ids[kind] = [str(10**18 + mix(kind, whose) % 10**17) for whose in (account.advertiser_id, adgroup_id)]
        for each in ids[kind]:
            world.add(Entity(kind, each, account.advertiser_id, {"keyword_id": each}))
    scenes = {"VIDEO_RELATED": ["21101000000"], "HASHTAG_RELATED": ids["hashtag"]}
    audiences = [item.id for item in world.list_entities("audience", account.advertiser_id)]
    return {
        "audience_ids": audiences[:1],
        "excluded_audience_ids": audiences[1:2],
        "interest_category_ids": ["10000", "13120"],
        "languages": ["en", "de"],
        "device_model_ids": ["201"],
        "interest_keyword_ids": ids["interest_keyword"],
        "purchase_intention_keyword_ids": ids["intention_keyword"],
        "actions": [
            {"action_scene": scene, "action_period": 0, "video_user_actions": [], "action_category_ids": categories}
            for scene, categories in scenes.items()
        ],
    }


def _add_ad(world: World, account: Account, plan: Plan, ad_group: Mapping[str, Any], number: int) -> None:
    created = plan.created + timedelta(minutes=10 + number)
    ad_id = make_id(created, ad_group["adgroup_id"], number)
    smart = plan.automation == "UPGRADED_SMART_PLUS"
    form = choose_form(number, plan.objective_type) if plan.buying_type == "AUCTION" and not smart else "video"
    smart_id = make_id(plan.created, ad_group["adgroup_id"], "smart") if smart else None
    row = make_entity_row(
        "ad", **_take_inherited(ad_group, "adgroup_id", "adgroup_name", "is_new_structure"),
        ad_id=ad_id, smart_plus_ad_id=smart_id, ad_id_v2=smart_id or ad_id, ad_name=f"{plan.name} / ad {number + 1}",
        create_time=write_utc(created), modify_time=None if smart else write_utc(created + timedelta(days=4)),
        display_name=account.name, app_name="", page_id=None,
        call_to_action="LEARN_MORE", call_to_action_id=None if number else _choose_calls(account, ad_id),
        catalog_id=ad_group["catalog_id"], tracking_pixel_id=int(ad_group["pixel_id"] or 0) or None,
        operation_status="ENABLE", secondary_status=f"AD_STATUS_{find_state('ad', ended=bool(plan.last_day))}",
        **make_creative(world, account, ad_id, form, plan.objective_type),
    )  # fmt: skip
    world.add(Entity("ad", ad_id, account.advertiser_id, row, plan.buying_type))
    first_day, last_day = SANDBOX_DAYS if account.sandbox else (account.get_local_time(created).date(), plan.last_day)
    world.flights[ad_id] = Flight(ad_id, world.seed, first_day, last_day, plan.late_days, plan.objective_type)


def _choose_calls(account: Account, ad_id: str) -> str:
    """The id of the calls to action of an ad. Other ads of the ad account have the same."""
    return make_id(datetime(2025, 6, 1, tzinfo=UTC), account.advertiser_id, "calls", mix(ad_id, "calls") % CALLS)


def add_auction_campaign(world: World, account: Account, created: datetime, number: int) -> str:
    """Adds an ordinary campaign, a week after the one with the previous number. Every third is Upgraded Smart+."""
    automation = "UPGRADED_SMART_PLUS" if number % 3 == 2 else "MANUAL"
    objective = OBJECTIVES[number % len(OBJECTIVES)]
    begin = created + timedelta(days=7 * (number % 20) + 1, minutes=20 * number)
    return add_campaign(
        world, account, Plan(f"Campaign {number + 1}", begin, automation=automation, objective_type=objective)
    )


def add_advertiser(  # noqa: PLR0913 - keywords only
    world: World,
    advertiser_id: str,
    *,
    name: str = "",
    timezone: str = "Etc/UTC",
    currency: str = "USD",
    created: datetime = datetime(2025, 6, 1, tzinfo=UTC),
    permitted: bool = True,
    sandbox: bool = False,
    campaigns: int = 0,
) -> Account:
    """Adds an ad account with some ordinary auction campaigns, which are created soon after it."""
    row = make_account_row(advertiser_id, name or f"Advertiser {advertiser_id[-4:]}", timezone, currency, created)
    owner = world.bc_id if permitted and not sandbox else ""
    account = Account(advertiser_id, row["name"], timezone, currency, sandbox, row, owner)
    world.accounts[advertiser_id] = account
    for number in range(campaigns):
        add_auction_campaign(world, account, created, number)
    if permitted and not sandbox:
        world.permitted.add(advertiser_id)
    world.note_change()
    return account
