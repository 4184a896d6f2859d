"""The world that TikTok knows: apps, tokens, ad accounts, their entities, and what was delivered.

Everything follows from a seed. Tests change a world by its methods, such as `add` and `delete`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, Literal

from tiktok_simulator.protocol.parameters import TIME_FORMAT
from tiktok_simulator.world.delivery import Flight
from tiktok_simulator.world.lead_files import LeadFiles
from tiktok_simulator.world.model import Account, Entity, Grant, Readings, TiktokAccount
from tiktok_simulator.world.statuses import NESTED_KINDS, follow_parents, mark_deleted
from tiktok_simulator.world.tasks import Tasks

APP_ID = "7000000000000000001"
APP_SECRET = "simulated-secret"  # noqa: S105 - opens nothing but this simulator
OTHER_APP_ID = "7000000000000000002"
OTHER_APP_SECRET = "another-simulated-secret"  # noqa: S105
TOKEN = "simulated-production-token"  # noqa: S105
OTHER_APP_TOKEN = "simulated-token-of-another-app"  # noqa: S105
SANDBOX_TOKEN = "simulated-sandbox-token"  # noqa: S105
BC_ID = "7000000000000000101"
NEWEST_IDS = 20_000


@dataclass
class World(Readings):
    """Apps, tokens, ad accounts and their entities. `version` grows with every change.

    `bc_id` is the business center that owns the permitted ad accounts, `bc_type` its type, and `bc_tokens` may read its
    report. `list_sizes` is how many records an owner has, for endpoints where that differs from lists.csv. `unscoped`
    are the endpoints that the tokens have no permission for. `statuses_below_campaigns` is whether GMV Max takes a
    filter by status in reports below the campaign; TikTok's pages can be read either way. `gives_disputed` is whether
    reports have the metrics that the sources disagree about (disputed_metrics.csv). `newest_ids` is how many of the
    newest ids a synchronous report covers. `cut_by` is what it counts: the ids of its own level ("ids"), its ads
    ("ads"), or its ads also at the level of the ad account ("every level").
    """

    seed: int = 7
    apps: dict[str, str] = field(default_factory=lambda: {APP_ID: APP_SECRET, OTHER_APP_ID: OTHER_APP_SECRET})
    grants: dict[str, Grant] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    permitted: set[str] = field(default_factory=set)
    flights: dict[str, Flight] = field(default_factory=dict)
    landmarks: dict[str, str] = field(default_factory=dict)
    recorded_rows: list[dict[str, Any]] = field(default_factory=list)
    newest_ids: int = NEWEST_IDS
    cut_by: Literal["ids", "ads", "every level"] = "ids"
    bc_id: str = BC_ID
    bc_type: str = "AGENCY"
    bc_tokens: set[str] = field(default_factory=lambda: {TOKEN})
    list_sizes: dict[str, int] = field(default_factory=dict)
    unscoped: set[str] = field(default_factory=set)
    statuses_below_campaigns: bool = True
    gives_disputed: bool = True
    tiktok_account: TiktokAccount = field(default_factory=TiktokAccount)
    tasks: Tasks = field(default_factory=Tasks)
    leads: LeadFiles = field(default_factory=LeadFiles)
    version: int = 0
    cache: dict[object, Any] = field(default_factory=dict, repr=False)
    _entities: dict[tuple[str, str], dict[str, Entity]] = field(default_factory=lambda: defaultdict(dict), repr=False)

    def __post_init__(self) -> None:
        for token, app_id in ((TOKEN, APP_ID), (OTHER_APP_TOKEN, OTHER_APP_ID), (SANDBOX_TOKEN, APP_ID)):
            self.grants[token] = Grant(token, app_id, sandbox=token == SANDBOX_TOKEN)

    # Looking

    def list_permitted(self, grant: Grant) -> set[str]:
        """The ad accounts that a token reaches: those of the sandbox, those of the first app, or none."""
        if grant.sandbox:
            return {account.advertiser_id for account in self.accounts.values() if account.sandbox}
        return self.permitted if grant.app_id == APP_ID else set()

    def list_entities(self, kind: str, advertiser_id: str) -> Sequence[Entity]:
        """All entities of a kind in one ad account, with the deleted ones, newest (highest) id first."""
        key = ("entities", kind, advertiser_id)
        members = self._entities[kind, advertiser_id]
        found: Sequence[Entity] = self.get_cached(key, lambda: sorted(members.values(), key=_sort_by_id, reverse=True))
        return found

    def find_entity(self, kind: str, entity_id: str) -> Entity:
        """The entity with this id. Raises a KeyError if the world has none."""
        for (known, _), members in self._entities.items():
            if known == kind and entity_id in members:
                return members[entity_id]
        raise KeyError(f"no {kind} {entity_id}")

    def find_campaign(self, entity: Entity) -> Entity:
        """The campaign of an ad group or ad; of a campaign, itself."""
        return self._entities["campaign", entity.advertiser_id][entity.row["campaign_id"]]

    def list_flights(self, advertiser_id: str, field_name: str, value: str) -> Sequence[Flight]:
        """The flights of the ads of an ad account whose row has this value in this field, such as one campaign_id."""
        index = self.get_cached(
            ("flights", advertiser_id, field_name), lambda: self._index_flights(advertiser_id, field_name)
        )
        found: Sequence[Flight] = index.get(value, ())
        return found

    def _index_flights(self, advertiser_id: str, field_name: str) -> dict[str, list[Flight]]:
        index: dict[str, list[Flight]] = defaultdict(list)
        for ad in self.list_entities("ad", advertiser_id):
            if ad.id in self.flights:
                index[ad.row[field_name]].append(self.flights[ad.id])
        return index

    def get_cached(self, key: object, make: Callable[[], Any]) -> Any:
        """The value kept under this key. It is made anew after a change of the world."""
        if key not in self.cache:
            self.cache[key] = make()
        return self.cache[key]

    # Changing

    def add(self, entity: Entity) -> None:
        """Add or replace an entity."""
        self._entities[entity.kind, entity.advertiser_id][entity.id] = entity
        self.note_change()

    def permit(self, advertiser_id: str) -> None:
        """Lets the production token reach an existing ad account."""
        self.permitted.add(advertiser_id)

    def forbid(self, advertiser_id: str) -> None:
        """Takes an ad account away from the production token. It still exists."""
        self.permitted.discard(advertiser_id)

    def touch(self, kind: str, entity_id: str, modify_time: datetime | str) -> None:
        """Sets the modify_time of an entity, in UTC: a text as TikTok writes it, or a datetime with a zone."""
        if isinstance(modify_time, datetime):
            modify_time = modify_time.astimezone(UTC).strftime(TIME_FORMAT)
        self.find_entity(kind, entity_id).row["modify_time"] = modify_time
        self.note_change()

    def delete(self, kind: str, entity_id: str, *, last_day: date | None = None) -> None:
        """Deletes a campaign, ad group or ad, and everything below it.

        What was delivered stays. With `last_day`, a local day, nothing is delivered after it.
        """
        for entity in self._list_with_below(kind, entity_id):
            mark_deleted(entity, by=kind)
            if last_day and entity.id in self.flights:
                self.flights[entity.id] = replace(self.flights[entity.id], last_day=last_day)
        self.note_change()

    def switch(self, kind: str, entity_id: str, modify_time: datetime, *, on: bool) -> None:
        """Pauses a campaign, ad group or ad, or lets it go on. Below it statuses change, but no modify_time does."""
        self.find_entity(kind, entity_id).row["operation_status"] = "ENABLE" if on else "DISABLE"
        follow_parents(self._list_with_below(kind, entity_id), self.find_entity)
        self.touch(kind, entity_id, modify_time)

    def _list_with_below(self, kind: str, entity_id: str) -> list[Entity]:
        advertiser_id = self.find_entity(kind, entity_id).advertiser_id
        every = (entity for each in NESTED_KINDS for entity in self.list_entities(each, advertiser_id))
        return [entity for entity in every if entity.row.get(f"{kind}_id") == entity_id]

    def note_change(self) -> None:
        """Counts a change, and forgets everything that was derived from the state before it."""
        self.version += 1
        self.cache.clear()


def _sort_by_id(entity: Entity) -> tuple[int, str]:
    return len(entity.id), entity.id
