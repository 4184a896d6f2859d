"""Campaigns made with Promote in the TikTok app: what lists and reports have of them, by TikTok's page about it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from tiktok_simulator.endpoints.reports.definition import ReportRequest
from tiktok_simulator.endpoints.reports.query import Filter
from tiktok_simulator.protocol.wire import BadRequestError
from tiktok_simulator.world.model import Entity

PROMOTE, ORIGINS = "PROMOTE", "campaign_system_origins"
ELSEWHERE = "TT_ADS_PLATFORM"
# The filters that lists and reports take together with Promote.
OF_LISTS = {
    ORIGINS, "campaign_ids", "adgroup_ids", "ad_ids", "campaign_name", "adgroup_name", "primary_status",
    "secondary_status", "is_smart_performance_campaign", "campaign_type", "bid_strategy", "creative_material_mode",
    "billing_events", "creation_filter_start_time", "creation_filter_end_time",
}  # fmt: skip
OF_REPORTS = {
    ORIGINS, "campaign_ids", "adgroup_ids", "ad_ids", "campaign_status", "adgroup_status", "ad_status", "billing_event",
    "image_mode", "create_time",
}  # fmt: skip
BASIC = {"advertiser_id", "campaign_id", "adgroup_id", "ad_id", "stat_time_day"}
DIMENSIONS: Mapping[str, set[str]] = {
    "BASIC": BASIC,
    "AUDIENCE": BASIC | {"gender", "age", "country_code", "province_id", "dma_id", "ac", "platform",
                         "interest_category", "placement", "ad_type", "device_brand_id"},
}  # fmt: skip
# TikTok gives no other fields of such a campaign, ad group or ad.
SHARED = ("advertiser_id", "campaign_id", "campaign_name", "campaign_system_origin", "create_time", "operation_status",
          "secondary_status")  # fmt: skip
SETTINGS: Mapping[str, Collection[str]] = {
    "campaign": SHARED,
    "adgroup": {*SHARED, "adgroup_id", "adgroup_name", "budget", "schedule_type", "schedule_start_time",
                "schedule_end_time"},
    "ad": {*SHARED, "adgroup_id", "adgroup_name", "ad_id", "ad_name"},
}  # fmt: skip


def write_row(item: Entity) -> dict[str, Any]:
    """The row of an entity. One made with Promote has only a few fields."""
    if item.kind not in SETTINGS or item.origin != PROMOTE:
        return item.row
    return {name: value for name, value in item.row.items() if name in SETTINGS[item.kind]}


def check_filters(of: str, names: Iterable[str], origins: Collection[str]) -> None:
    """Raises 40002 for filters that can't be combined with Promote. `of` is the kind of a list, or the report type."""
    known = OF_LISTS if of in SETTINGS else OF_REPORTS
    if PROMOTE in origins and (unknown := sorted(set(names) - known)):
        raise BadRequestError(f"filtering: {', '.join(unknown)} is not supported for Promote campaigns.")


def make_origin_filter(filters: Sequence[Filter], request: ReportRequest, *, unasked: bool) -> Filter:
    """The filter by origin of a report below the ad account. By some dimensions there are no rows of Promote."""
    every = (ELSEWHERE, PROMOTE) if unasked or request.in_task else (ELSEWHERE,)
    origins = next((each.values for each in filters if each.field == ORIGINS), every)
    has_promote = DIMENSIONS[request.report_type].issuperset(request.dimensions)
    return Filter(ORIGINS, "IN", tuple(each for each in origins if each != PROMOTE or has_promote))
