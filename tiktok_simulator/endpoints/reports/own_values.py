"""Breakdowns by files, posts and pixels: their values are ids of the ad account, not those in cells.csv."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from tiktok_simulator.world.cells import list_cells
from tiktok_simulator.world.model import Account, Entity
from tiktok_simulator.world.world import World

# Dimension → the kind of entities it is about, and the field with its value.
OWN: Mapping[str, tuple[str, str]] = {
    "image_id": ("image", "image_id"),
    "video_material_id": ("video", "material_id"),
    "post_id": ("post", "item_id"),
    "event_source_id": ("pixel", "pixel_id"),
}


@cache
def _number_values(dimension: str) -> Mapping[str, int]:
    return {cell.values[0]: place for place, cell in enumerate(list_cells((dimension,), 0))}


def name_values(
    world: World, account: Account, entity: Entity | None, dimensions: Sequence[str], values: Sequence[str]
) -> dict[str, str]:
    """The values of a cell by dimension. Ids are those of the ad account; what the ad itself shows comes first."""
    found = dict(zip(dimensions, values, strict=True))
    for dimension in OWN.keys() & found.keys():
        kind, member = OWN[dimension]
        items = world.list_entities(kind, account.advertiser_id)
        shown = set(map(str, _list_shown(entity)))
        items = sorted(items, key=lambda item: item.id not in shown)
        if (place := _number_values(dimension)[found[dimension]]) < len(items):
            found[dimension] = str(items[place].row[member])
    return found


def _list_shown(entity: Entity | None) -> Sequence[object]:
    """The ids of what an ad shows."""
    row = entity.row if entity and entity.kind == "ad" else {}
    return [row.get("video_id"), row.get("tiktok_item_id"), *row.get("image_ids", ())]
