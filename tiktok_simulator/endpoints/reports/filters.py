"""The filters of a report (reporting.md §5): what each compares, and what it keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tiktok_simulator.endpoints.reports.query import ABOUT_ROWS, Filter
from tiktok_simulator.endpoints.reports.rows import ReportRow, read_number
from tiktok_simulator.world.model import Entity
from tiktok_simulator.world.statuses import has_ended
from tiktok_simulator.world.world import World

NUMERIC: Mapping[str, Callable[[float, tuple[float, ...]], bool]] = {
    "GREATER_EQUAL": lambda value, bounds: value >= bounds[0],
    "GREATER_THAN": lambda value, bounds: value > bounds[0],
    "LOWER_EQUAL": lambda value, bounds: value <= bounds[0],
    "LOWER_THAN": lambda value, bounds: value < bounds[0],
    "BETWEEN": lambda value, bounds: bounds[0] <= value <= bounds[1],
}
STATUS_FIELDS = {
    "AUCTION_CAMPAIGN": "campaign_status",
    "AUCTION_ADGROUP": "adgroup_status",
    "AUCTION_AD": "ad_status",
}
"""data_level → the only status filter that it takes. The level of the ad account has none."""
ID_FIELDS = {"campaign_ids": "campaign_id", "adgroup_ids": "adgroup_id", "ad_ids": "ad_id", "ad_ids_v2": "ad_id_v2"}
"""Filter by ids → the field of an entity that it compares."""
OF_CAMPAIGN = {"objective_type", "campaign_automation_type"}


def make_status_filter(data_level: str, status: str) -> tuple[Filter, ...]:
    """The filter by status of a level; empty at the level of the ad account."""
    return (Filter(STATUS_FIELDS[data_level], "IN", (status,)),) if data_level in STATUS_FIELDS else ()


def matches_status(status: str, entity: Entity) -> bool:
    """Whether an entity has a primary status."""
    if entity.deleted:
        return status in ("STATUS_ALL", "STATUS_DELETE")
    if has_ended(entity):
        mine = ["STATUS_TIME_DONE"]
    elif entity.row["operation_status"] == "ENABLE":
        mine = ["STATUS_DELIVERY_OK"]
    else:
        mine = ["STATUS_DISABLE", "STATUS_NOT_DELIVERY"]
    return status in ("STATUS_ALL", "STATUS_NOT_DELETE", *mine)


def keeps_entity(world: World, entity: Entity, item: Filter) -> bool:
    """Whether an entity passes a filter that is not about rows."""
    row = entity.row
    if item.field in STATUS_FIELDS.values():
        return any(matches_status(status, entity) for status in item.values)
    if item.field in ID_FIELDS:
        return row[ID_FIELDS[item.field]] in item.values
    if item.field == "buying_type":
        return entity.buying_type in item.values
    if item.field == "campaign_system_origins":
        return entity.origin in item.values
    return _passes(world.find_campaign(entity).row if item.field in OF_CAMPAIGN else row, item)


def _passes(row: Mapping[str, Any], item: Filter) -> bool:
    value = row.get(item.field)
    if item.operator == "MATCH":
        return item.values[0].lower() in str(value).lower()
    if item.operator in NUMERIC:  # create_time: its texts compare as times do
        return _compare(str(value), item)
    return value in item.values


def _compare(value: str, item: Filter) -> bool:
    low, high = item.values[0], item.values[-1]
    return {"GREATER_EQUAL": value >= low, "LOWER_EQUAL": value <= low, "BETWEEN": low <= value <= high}[item.operator]


def keeps_row(row: ReportRow, item: Filter) -> bool:
    """Whether a row passes a filter about rows."""
    if item.field == "country_code":
        return row.dimensions["country_code"] in item.values
    metric = ABOUT_ROWS.get(item.field, item.field)
    return NUMERIC[item.operator](read_number(row.metrics[metric]), tuple(map(float, item.values)))
