"""gmv_max/report/get/: what TikTok Shops sold by GMV Max, by ad account, campaign, product, post or LIVE.

Reports by hour and by watch time (`duration`) are not simulated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tiktok_simulator.endpoints.call import Answer, Call
from tiktok_simulator.endpoints.lists.grouped import GroupedRequest, Row, answer_page, read_request
from tiktok_simulator.endpoints.lists.listed import read_lists
from tiktok_simulator.endpoints.lists.rules import DELETED
from tiktok_simulator.endpoints.lists.tables import make_rows as listed_rows
from tiktok_simulator.protocol.wire import BadRequestError
from tiktok_simulator.world.delivery import mix
from tiktok_simulator.world.world import World

BEGIN = date(2023, 9, 1)
STORES, CAMPAIGNS = "/gmv_max/store/list/", "/gmv_max/campaign/get/"
SOLD, IDENTITIES = "/store/product/get/", "/gmv_max/identity/get/"
PRODUCT, LIVE = "PRODUCT", "LIVE"
# The dimensions of a report beside time → the name of this grouping.
GROUPINGS: Mapping[frozenset[str], str] = {
    frozenset({"advertiser_id"}): "account",
    frozenset({"campaign_id"}): "campaign",
    frozenset({"item_group_id"}): "product",
    frozenset({"campaign_id", "item_group_id"}): "product",
    frozenset({"item_id"}): "creative",
    frozenset({"campaign_id", "item_group_id", "item_id"}): "creative",
    frozenset({"room_id"}): "live_room",
    frozenset({"campaign_id", "room_id"}): "live_room",
}
# The filters that a grouping needs, and those that it refuses.
NEEDED = {"product": {"campaign_ids"}, "creative": {"campaign_ids", "item_group_ids"}, "live_room": {"campaign_ids"}}
REFUSED = {"product": {"gmv_max_promotion_types", "item_group_ids"}, "creative": {"gmv_max_promotion_types"}}
# Metrics that are no figures: they describe a product, a post or a LIVE.
ATTRIBUTES = frozenset({
    "title", "item_id", "tt_account_name", "tt_account_profile_image_url", "tt_account_authorization_type",
    "shop_content_type", "product_name", "item_group_id", "product_image_url", "product_status", "bid_type",
    "live_name", "live_status", "live_launched_time", "live_duration",
})  # fmt: skip
# Stands for the card of the product itself, which is no post.
PRODUCT_CARD = "-1"
PRODUCTS, POSTS, ROOMS = 2, 2, 2


@dataclass(frozen=True)
class Campaign:
    """What reports need of a GMV Max campaign. `promotion` is PRODUCT or LIVE."""

    campaign_id: str
    promotion: str
    deleted: bool


def answer_gmv_max_report(call: Call) -> Answer:
    """The answer of gmv_max/report/get/.

    Raises:
        ApiError: 40002 for a store, days, dimensions, a filter or a metric that it does not take.
    """
    filtering = call["filtering"] or {}
    grouping = _find_grouping(call["dimensions"])
    _refuse_filters(grouping, filtering)
    if grouping in NEEDED:
        _refuse_attributes(call, filtering)
        if "campaign_statuses" in filtering and not call.world.statuses_below_campaigns:
            raise BadRequestError(f"filtering.campaign_statuses: Not supported by {grouping}.")
    store_id = call["store_ids"][0]
    if store_id not in list_open_stores(call.world, call["advertiser_id"]):
        raise BadRequestError(f"store_ids: {store_id} is not available for GMV Max.")
    if date.fromisoformat(call["start_date"]) < BEGIN:
        raise BadRequestError(f"start_date: Must not be before {BEGIN}.")
    return answer_page(
        call, make_report_rows(read_request(call, "gmv_max", _list_metric_groupings(grouping, filtering)), store_id)
    )


def make_report_rows(request: GroupedRequest, store_id: str) -> list[Row]:
    """The rows of one store."""
    grouping = _find_grouping(request.dimensions)
    if grouping == "account":
        return request.make_rows({"advertiser_id": request.advertiser_id})
    wanted = (
        each
        for each in list_campaigns(request.world, request.advertiser_id, store_id)
        if _is_wanted(each, request.filtering)
    )
    products = _list_products(request.world, request.advertiser_id, store_id)
    subjects = (subject for campaign in wanted for subject in _list_subjects(campaign, grouping, products))
    among = (subject for subject in subjects if _has_wanted_ids(subject, request.filtering))
    named = ({name: value for name, value in subject.items() if name in request.dimensions} for subject in among)
    rows = [row for subject in named for row in request.make_rows(subject)]
    owners = {
        "advertiser_id": request.advertiser_id,
        "store_id": store_id,
        "store_authorized_bc_id": request.world.bc_id,
    }
    identities = [row["identity_id"] for row in listed_rows(request.world, read_lists()[IDENTITIES], owners, None)]
    for row in rows:
        if "identity_id" in row["metrics"]:
            row["metrics"]["identity_id"] = identities[mix(*row["dimensions"].values()) % len(identities)]
    return rows


def list_open_stores(world: World, advertiser_id: str) -> list[str]:
    """The stores an ad account can run GMV Max for."""
    rows = listed_rows(world, read_lists()[STORES], {"advertiser_id": advertiser_id}, None)
    return [row["store_id"] for row in rows if row["is_gmv_max_available"]]


def list_campaigns(world: World, advertiser_id: str, store_id: str) -> Iterator[Campaign]:
    """The campaigns of one store."""
    stores = list_open_stores(world, advertiser_id)
    for promotion in (PRODUCT, LIVE):
        owners = {"advertiser_id": advertiser_id, "filtering.gmv_max_promotion_types": f"{promotion}_GMV_MAX"}
        for row in listed_rows(world, read_lists()[CAMPAIGNS], owners, None):
            if stores[mix(row["campaign_id"]) % len(stores)] == store_id:
                yield Campaign(row["campaign_id"], promotion, row["secondary_status"] == DELETED)


def _list_products(world: World, advertiser_id: str, store_id: str) -> Sequence[str]:
    """The products of a store."""
    owners = {"advertiser_id": advertiser_id, "store_id": store_id, "bc_id": world.bc_id}
    return [row["item_group_id"] for row in listed_rows(world, read_lists()[SOLD], owners, None)]


def _list_subjects(campaign: Campaign, grouping: str, products: Sequence[str]) -> Iterator[dict[str, str]]:
    """The ids of what a campaign has by this grouping: its products, posts or LIVE rooms."""
    own = {"campaign_id": campaign.campaign_id}
    if grouping == "campaign":
        yield own
    elif grouping == "live_room" and campaign.promotion == LIVE:
        for number in range(ROOMS):
            yield own | {"room_id": _make_id(campaign.campaign_id, "room", number)}
    elif grouping in ("product", "creative") and campaign.promotion == PRODUCT:
        for item_group_id in products[:PRODUCTS]:
            product = own | {"item_group_id": item_group_id}
            posts = [PRODUCT_CARD, *(_make_id(*product.values(), post) for post in range(POSTS))]
            yield from [product | {"item_id": post} for post in posts] if grouping == "creative" else [product]


def _make_id(*seed: object) -> str:
    return str(7_200_000_000_000_000_000 + mix(*seed) % 10**15)


def _find_grouping(dimensions: Sequence[str]) -> str:
    grouping = GROUPINGS.get(frozenset(dimensions) - {"stat_time_day"})
    if grouping is None or len(set(dimensions)) < len(dimensions):
        raise BadRequestError(f"dimensions: {', '.join(dimensions)} cannot be combined.")
    return grouping


def _list_metric_groupings(grouping: str, filtering: Mapping[str, Any]) -> list[str]:
    """The groupings of report_metrics.csv that a metric must have. Those of campaigns differ for products and LIVE."""
    if grouping != "campaign":
        return [grouping]
    return [
        f"{promotion.lower()}_campaign" for promotion in filtering.get("gmv_max_promotion_types") or (PRODUCT, LIVE)
    ]


def _refuse_filters(grouping: str, filtering: Mapping[str, Any]) -> None:
    if missing := NEEDED.get(grouping, set()) - filtering.keys():
        raise BadRequestError(f"filtering: {', '.join(sorted(missing))} is needed by {grouping}.")
    if wrong := REFUSED.get(grouping, set()) & filtering.keys():
        raise BadRequestError(f"filtering: {', '.join(sorted(wrong))} cannot be combined with {grouping}.")


def _refuse_attributes(call: Call, filtering: Mapping[str, Any]) -> None:
    """Refuses metrics that are no figures, unless the report has one dimension beside time and one id."""
    several = any(len(filtering.get(name) or ()) > 1 for name in ("campaign_ids", "item_group_ids", "room_ids"))
    if not several and len(set(call["dimensions"]) - {"stat_time_day"}) == 1:
        return
    if wrong := [name for name in call["metrics"] or () if name in ATTRIBUTES]:
        raise BadRequestError(f"metrics: {', '.join(wrong)} cannot be used with multiple IDs or ID dimensions.")


def _is_wanted(campaign: Campaign, filtering: Mapping[str, Any]) -> bool:
    statuses = set(filtering.get("campaign_statuses") or ["STATUS_NOT_DELETE"])
    if "STATUS_ALL" not in statuses and not (
        statuses & {"STATUS_DELETE"} if campaign.deleted else statuses - {"STATUS_DELETE"}
    ):
        return False
    return campaign.promotion in (filtering.get("gmv_max_promotion_types") or (PRODUCT, LIVE))


def _has_wanted_ids(subject: Mapping[str, str], filtering: Mapping[str, Any]) -> bool:
    """Whether the ids of a subject are among those of the filters."""
    filters = {name: filtering.get(f"{name}s") for name in ("campaign_id", "item_group_id", "item_id", "room_id")}
    return all(not ids or name not in subject or subject[name] in ids for name, ids in filters.items())
