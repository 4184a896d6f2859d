"""What a campaign, ad group or ad says of its own state: by TikTok's table of statuses, parents before itself.

`secondary_status` follows the campaign and the ad group above it, `modify_time` does not: a recorded ad of a campaign
that was paused on 30 March 2022 is `AD_STATUS_CAMPAIGN_DISABLE`, and was last modified on the 28th.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tiktok_simulator.world.model import Entity

LEVELS = ("campaign", "adgroup", "ad")
DELIVERS = {"campaign": "ENABLE", "adgroup": "DELIVERY_OK", "ad": "DELIVERY_OK"}
HAS_ENDED = {"adgroup": "TIME_DONE", "ad": "DONE"}
WITH_AN_END = "SCHEDULE_START_END"
"""The schedule of ad groups that have ended; the others of a world go on."""


def find_state(kind: str, *, ended: bool) -> str:
    """The state of what is on: a campaign has none of its own for the end of its ad groups."""
    return (HAS_ENDED if ended and kind in HAS_ENDED else DELIVERS)[kind]


def has_ended(entity: Entity) -> bool:
    """Whether TikTok calls an ad group or an ad completed."""
    return entity.row.get("secondary_status") in {f"{kind.upper()}_STATUS_{state}" for kind, state in HAS_ENDED.items()}


def mark_deleted(entity: Entity, by: str) -> None:
    """The state of what was deleted, with its parent of the kind `by` or by itself."""
    entity.deleted = True
    entity.row["operation_status"] = "DISABLE"
    entity.row["secondary_status"] = _write_status(entity.kind, by, "DELETE")


def follow_parents(entities: Iterable[Entity], find: Callable[[str, str], Entity]) -> None:
    """Gives each of them the status that it and those above it amount to; what is deleted stays so."""
    for entity in entities:
        if entity.deleted:
            continue
        above = [level for level in LEVELS[: LEVELS.index(entity.kind) + 1] if _is_off(entity, level, find)]
        entity.row["secondary_status"] = (
            _write_status(entity.kind, above[0], "DISABLE")
            if above
            else _write_status(entity.kind, entity.kind, find_state(entity.kind, ended=_is_past(entity, find)))
        )


def _is_past(entity: Entity, find: Callable[[str, str], Entity]) -> bool:
    if entity.kind == "campaign":
        return False
    group = entity if entity.kind == "adgroup" else find("adgroup", entity.row["adgroup_id"])
    return bool(group.row["schedule_type"] == WITH_AN_END)


def _is_off(entity: Entity, level: str, find: Callable[[str, str], Entity]) -> bool:
    found = entity if level == entity.kind else find(level, entity.row[f"{level}_id"])
    return bool(found.row["operation_status"] != "ENABLE")


def _write_status(kind: str, by: str, state: str) -> str:
    cause = "" if by == kind else f"{by.upper()}_"
    return f"{kind.upper()}_STATUS_{cause}{state}"
