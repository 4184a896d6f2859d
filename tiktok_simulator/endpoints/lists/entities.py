"""Lists of what the world has: ad accounts, campaigns, ad groups, ads, audiences and assets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tiktok_simulator.endpoints.call import Answer, Call, find_page_bounds, make_page_info, refuse_beyond
from tiktok_simulator.endpoints.filter_values import NOT_COMBINED, TOP_VIEW
from tiktok_simulator.endpoints.promote import check_filters, write_row
from tiktok_simulator.endpoints.reports.filters import matches_status
from tiktok_simulator.protocol.wire import ApiError, BadRequestError
from tiktok_simulator.world.model import Entity
from tiktok_simulator.world.populate import read_fields

MANY_IDS = 100
ANSWERED_WHEN_ASKED = frozenset({"company_name_editable", "can_use_custom_identity", "ads_only_mode"})
AD_ID_V2_FIELDS = (
    "advertiser_id", "campaign_id", "campaign_name", "adgroup_id", "adgroup_name", "ad_id_v2", "ad_name",
    "campaign_automation_type",
)  # fmt: skip
PROMOTED = {"APP_ANDROID": "APP", "APP_IOS": "APP", "WEBSITE": "WEBSITE"}  # value of a row → value of the filter


@dataclass(frozen=True)
class Listing:
    """A list in pages: the kind it lists, the member of `data` with the records, and how many of them TikTok gives."""

    kind: str
    records: str = "list"
    reachable: int | None = None


def answer_authorized_advertisers(call: Call) -> Answer:
    """oauth2/advertiser/get: the ad accounts of this token. The app id and the secret are checked here."""
    secret = call.world.apps.get(call["app_id"])
    if secret is None:
        raise ApiError(40113, "The app has been blocked or does not exist.")
    if secret != call["secret"]:
        raise ApiError(40101, "secret is incorrect.")
    if call.grant.app_id != call["app_id"]:
        raise ApiError(40101, "app_id is inconsistent with the token's app information")
    accounts = [call.world.accounts[item] for item in sorted(call.world.list_permitted(call.grant))]
    return Answer({"list": [{"advertiser_id": item.advertiser_id, "advertiser_name": item.name} for item in accounts]})


def answer_advertiser_info(call: Call) -> Answer:
    """advertiser/info: at most a hundred ad accounts with all their fields, without pages."""
    asked = call["fields"] or [name for name in read_fields("advertiser") if name not in ANSWERED_WHEN_ASKED]
    rows = [call.world.accounts[item].row for item in dict.fromkeys(call["advertiser_ids"])]
    return Answer({"list": [_select_fields(row, asked, "advertiser") for row in rows]})


def refuse_too_many_advertisers(call: Call) -> None:
    """Refuses more than a hundred ids in one call with 40011 (errors.md §3)."""
    if len(call["advertiser_ids"]) > MANY_IDS:
        raise ApiError(40011, f"Too many IDs are provided in a single request: at most {MANY_IDS} advertiser_ids.")


def make_list_endpoint(listing: Listing) -> Callable[[Call], Answer]:
    """Makes the function that answers one list endpoint."""

    def answer(call: Call) -> Answer:
        _check_listing(call, listing)
        found = _sort(call, listing.kind, [item for item in _list_all(call, listing.kind) if _passes(call, item)])
        first, last = find_page_bounds(call)
        rows = [_write_entity(call, item) for item in found[first:last]]
        return Answer({listing.records: rows, "page_info": make_page_info(call, len(found))})

    return answer


def _list_all(call: Call, kind: str) -> Sequence[Entity]:
    return call.world.list_entities(kind, call["advertiser_id"])


def _get_filtering(call: Call) -> Mapping[str, Any]:
    return call.parameters.get("filtering") or {}


def _check_listing(call: Call, listing: Listing) -> None:
    if listing.reachable:
        refuse_beyond(call, listing.reachable)
    filtering = _get_filtering(call)
    buying_types = filtering.get("buying_types", ())
    if TOP_VIEW in buying_types and len(set(buying_types)) > 1:
        raise BadRequestError(NOT_COMBINED)
    if TOP_VIEW in buying_types and listing.kind == "adgroup" and call["page_size"] > MANY_IDS:
        raise BadRequestError(f"page_size: Must be at most {MANY_IDS} when buying_types is {TOP_VIEW}.")
    for name in filtering:
        if name not in MEMBERS and name not in STATUS_MEMBERS:
            raise BadRequestError(f"filtering.{name}: The simulator does not imitate this filter.")
    check_filters(listing.kind, filtering, filtering.get("campaign_system_origins", ()))
    _check_fields(call.parameters.get("fields"), listing.kind)


def _check_fields(names: Sequence[str] | None, kind: str) -> None:
    for name in names or ():
        if name not in read_fields(kind):
            raise BadRequestError(f"fields: Unknown field {name}.")


def _passes(call: Call, item: Entity) -> bool:
    filtering = _get_filtering(call)
    if item.kind in ("campaign", "adgroup", "ad"):
        buying_types = filtering.get("buying_types") or ("AUCTION", "RESERVATION_RF")
        origins = filtering.get("campaign_system_origins") or ("TT_ADS_PLATFORM",)
        if item.buying_type not in buying_types or item.origin not in origins or not _has_status(item, filtering):
            return False
    if (wanted := call.parameters.get("custom_audience_ids")) and item.id not in wanted:
        return False
    return all(MEMBERS[name](call, item, value) for name, value in filtering.items() if name in MEMBERS)


def _has_status(item: Entity, filtering: Mapping[str, Any]) -> bool:
    """Whether an entity has the status of the filters. Without one, deleted entities have not."""
    secondary = filtering.get("secondary_status", "")
    if secondary.endswith("_STATUS_ALL"):
        primary = filtering.get("primary_status", "STATUS_ALL")
    elif secondary.endswith("_STATUS_DELETE") and "primary_status" not in filtering:
        primary = "STATUS_DELETE"
    else:
        primary = filtering.get("primary_status", "STATUS_NOT_DELETE")
    exact = secondary and not secondary.endswith("_STATUS_ALL")
    return matches_status(primary, item) and (not exact or item.row.get("secondary_status") == secondary)


def _sort(call: Call, kind: str, found: list[Entity]) -> list[Entity]:
    """Sorts by id, newest first. Files are sorted by the time of their change or creation, newest first."""
    if kind not in ("image", "video"):
        return found
    moment = (call.parameters.get("sort_field") or "MODIFY_TIME").lower()
    return sorted(found, key=lambda item: (item.row[moment], item.id), reverse=True)


def _write_entity(call: Call, item: Entity) -> dict[str, Any]:
    row = write_row(item)
    if call.grant.sandbox:  # hosts_auth.md §4
        row = {name: value for name, value in row.items() if name != "secondary_status"}
    if "ad_ids_v2" in _get_filtering(call):
        return {name: row[name] for name in AD_ID_V2_FIELDS}
    if "NULL_FIELD" in (call.parameters.get("exclude_field_types_in_response") or ()):
        row = {name: value for name, value in row.items() if value is not None}
    return _select_fields(row, call.parameters.get("fields"), item.kind)


def _select_fields(row: Mapping[str, Any], names: Sequence[str] | None, kind: str) -> dict[str, Any]:
    _check_fields(names, kind)
    return dict(row) if not names else {name: row[name] for name in names if name in row}


Member = Callable[[Call, Entity, Any], bool]


def _match_equal(field: str) -> Member:
    return lambda _, item, value: bool(item.row.get(field) == value)


def _match_among(field: str) -> Member:
    return lambda _, item, values: item.row.get(field) in values


def _match_containing(field: str) -> Member:
    return lambda _, item, text: text.lower() in str(item.row.get(field)).lower()


def _is_modified_after(_: Call, item: Entity, moment: str) -> bool:
    """Whether an entity was modified after a moment. An ad of Smart+ has no modify_time, and is never in the list."""
    modify_time = item.row["modify_time"]
    return modify_time is not None and modify_time > moment


STATUS_MEMBERS = frozenset({"primary_status", "secondary_status", "buying_types", "campaign_system_origins"})
MEMBERS: Mapping[str, Member] = {
    **{name: _match_among(name[:-1]) for name in (
        "campaign_ids", "adgroup_ids", "ad_ids", "image_ids", "video_ids", "music_ids", "material_ids",
        "creative_portfolio_ids", "creative_portfolio_types", "billing_events",
    )},
    **{name: _match_equal(name) for name in (
        "campaign_automation_type", "is_smart_performance_campaign", "campaign_type", "optimization_goal",
        "creative_material_mode", "sales_destination", "campaign_product_source", "width", "height", "displayable",
    )},
    "ad_ids_v2": _match_among("ad_id_v2"),
    "campaign_name": _match_containing("campaign_name"),
    "adgroup_name": _match_containing("adgroup_name"),
    "video_name": _match_containing("file_name"),
    "keyword": _match_containing("name"),
    "objective_type": lambda call, item, value: call.world.find_campaign(item).row["objective_type"] == value,
    "promotion_type": lambda _, item, value: PROMOTED.get(item.row["promotion_type"]) == value,
    "creation_filter_start_time": lambda _, item, moment: item.row["create_time"] > moment,
    "creation_filter_end_time": lambda _, item, moment: item.row["create_time"] < moment,
    "modified_after": _is_modified_after,
}  # fmt: skip
