"""What a campaign, ad group or ad says of its own state: by TikTok's table of statuses, parents before itself.

`secondary_status` follows the campaign and the ad group above it, `modify_time` does not: a recorded ad of a campaign
that was paused on 30 March 2022 is `AD_STATUS_CAMPAIGN_DISABLE`, and was last modified on the 28th.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tiktok_simulator.world.model import Entity

LEVELS = ("campaign", "adgroup", "ad")
DELIVERS = {"campaign": "ENABLE", "adgroup": "DELIVERY_OK", "ad": "DELIVERY_OK"}


def mark_deleted(entity: Entity, by: str) -> None:
    """The state of what was deleted, with its parent of the kind `by` or by itself."""
    entity.deleted = True
    entity.row["operation_status"] = "DISABLE"
    entity.row["secondary_status"] = _status(entity.kind, by, "DELETE")


def follow_parents(entities: Iterable[Entity], find: Callable[[str, str], Entity]) -> None:
    """Gives each of them the status that it and those above it amount to; what is deleted stays so."""
    for entity in entities:
        if entity.deleted:
            continue
        above = [level for level in LEVELS[: LEVELS.index(entity.kind) + 1] if _is_off(entity, level, find)]
        entity.row["secondary_status"] = (
            _status(entity.kind, above[0], "DISABLE")
            if above
            else _status(entity.kind, entity.kind, DELIVERS[entity.kind])
        )


def _is_off(entity: Entity, level: str, find: Callable[[str, str], Entity]) -> bool:
    found = entity if level == entity.kind else find(level, entity.row[f"{level}_id"])
    return bool(found.row["operation_status"] != "ENABLE")


def _status(kind: str, by: str, state: str) -> str:
    cause = "" if by == kind else f"{by.upper()}_"
    return f"{kind.upper()}_STATUS_{cause}{state}"
