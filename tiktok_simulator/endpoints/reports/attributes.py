"""Attribute metrics, which describe the campaign, ad group or ad of a row (data/attributes.csv)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tiktok_simulator.protocol.tables import read_table
from tiktok_simulator.world.model import Entity
from tiktok_simulator.world.world import World

SOURCES: Mapping[str, tuple[str, str]] = {row["metric"]: (row["of"], row["field"]) for row in read_table("attributes")}
"""Attribute → the entity and the field it is taken from. "own" and "list" are the entity itself, "list" an array."""
APP = frozenset({"tt_app_id", "tt_app_name", "mobile_app_id"})
DISPLAY_TEXTS: Mapping[str, str] = {
    "PLACEMENT_TYPE_AUTOMATIC": "Automatic Placement",
    "WEBSITE": "Website",
    "APP_ANDROID": "App",
    "CPC": "Clicks",
    "CLICK": "Click",
    "BID_TYPE_NO_BID": "Lowest Cost",
}


def show_attribute(world: World, name: str, entity: Entity) -> Any:
    """An attribute of a campaign, ad group or ad as a report shows it; "-" if it has none.

    The attributes of an app are "0" for an ad group that promotes no app (reporting.md §2).
    """
    of, field = SOURCES.get(name, ("own", name))
    value = _find_row(world, of, entity).get(field)
    if of == "list":
        return value if isinstance(value, list) else [show_value(value)]
    return "0" if name in APP and value is None else show_value(value)


def _find_row(world: World, of: str, entity: Entity) -> Mapping[str, Any]:
    if of == "campaign":
        return world.find_campaign(entity).row
    if of == "adgroup" and entity.kind == "ad":
        return world.find_entity("adgroup", entity.row["adgroup_id"]).row
    return entity.row


def show_value(value: Any) -> str:
    """The value of a field as a report shows it."""
    if value is None:
        return "-"
    return f"{value:.2f}" if isinstance(value, float) else DISPLAY_TEXTS.get(str(value), str(value))
