"""The statuses of campaigns, ad groups and ads, by TikTok's table of statuses.

The `secondary_status` of an ad follows its campaign first, then its ad group, then the ad itself. Its `modify_time`
does not: a recorded ad of a campaign that was paused on 30 March 2022 is `AD_STATUS_CAMPAIGN_DISABLE`, and was last
modified on the 28th.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tiktok_simulator.world.model import Entity

NESTED_KINDS = ("campaign", "adgroup", "ad")
DELIVERS = {"campaign": "ENABLE", "adgroup": "DELIVERY_OK", "ad": "DELIVERY_OK"}
HAS_ENDED = {"adgroup": "TIME_DONE", "ad": "DONE"}
WITH_AN_END = "SCHEDULE_START_END"
"""The schedule type of ad groups that have ended. All others of a world go on."""


def find_state(kind: str, *, ended: bool) -> str:
    """The state of an entity that is switched on. A campaign has no state of its own for ended ad groups."""
    return (HAS_ENDED if ended and kind in HAS_ENDED else DELIVERS)[kind]


def has_ended(entity: Entity) -> bool:
    """Whether TikTok says that an ad group or an ad is completed."""
    return entity.row.get("secondary_status") in {f"{kind.upper()}_STATUS_{state}" for kind, state in HAS_ENDED.items()}


def mark_deleted(entity: Entity, by: str) -> None:
    """Marks an entity as deleted. `by` is the kind of what was deleted: a parent, or the entity itself."""
    entity.deleted = True
    entity.row["operation_status"] = "DISABLE"
    entity.row["secondary_status"] = _write_status(entity.kind, by, "DELETE")


def follow_parents(entities: Iterable[Entity], find: Callable[[str, str], Entity]) -> None:
    """Gives each entity the status that follows from its parents and itself. Deleted entities stay deleted."""
    for entity in entities:
        if entity.deleted:
            continue
        above = [each for each in NESTED_KINDS[: NESTED_KINDS.index(entity.kind) + 1] if _is_off(entity, each, find)]
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


def _is_off(entity: Entity, kind: str, find: Callable[[str, str], Entity]) -> bool:
    found = entity if kind == entity.kind else find(kind, entity.row[f"{kind}_id"])
    return bool(found.row["operation_status"] != "ENABLE")


def _write_status(kind: str, by: str, state: str) -> str:
    cause = "" if by == kind else f"{by.upper()}_"
    return f"{kind.upper()}_STATUS_{cause}{state}"
