"""What the members of a record refer to (references.csv): ids that another list, or the world itself, has as well.

A source is `accounts`, `centre` (the business centre), what the world has of a kind (`video`, `ad?field:VALUE`) or the
list of another endpoint (`/pixel/list/`). `VALUE>source` holds where an owner has that value; no source is null.
With `own source` the records are those of the source one by one, and with `table name` those of data/name.csv.
`members` are taken from one record of it: `ours=theirs|both`, or `*` for all that both have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from tiktok_simulator.endpoints.lists.made_up import ANOTHER, Member, read_members
from tiktok_simulator.endpoints.lists.rules import has
from tiktok_simulator.endpoints.reports.business_center import list_accounts
from tiktok_simulator.protocol.tables import read_table
from tiktok_simulator.world.world import World

Row = Mapping[str, Any]
Owners = Mapping[str, str]
TYPED: Mapping[str, Callable[[str], Any]] = {
    "integer": int,
    "string[]": lambda text: text.split("|") if text else [],
}
Listed = Callable[[str, Owners], Sequence[Row]]
"""The records of the endpoint at a path, of these owners."""


@dataclass(frozen=True)
class Reference:
    """Members of a record, each with the one of the source that it is a copy of."""

    members: str
    only: str
    source: str
    is_own: bool

    @property
    def id_member(self) -> str:
        """Which of their members tells the source's records apart, where it is the first that is copied."""
        return self.members.partition("|")[0].rpartition("=")[2].rpartition(".")[2]

    def list_pairs(self, element: Member, source: Row) -> Sequence[tuple[str, str]]:
        """Our members and theirs."""
        if self.members == "*":
            return [(name, name) for name in element.members if name in source]
        named = (each.partition("=") for each in self.members.split("|"))
        return [(ours, theirs or ours.rpartition(".")[2]) for ours, _, theirs in named]


@cache
def read_references() -> Mapping[str, Sequence[Reference]]:
    """The references of each endpoint."""
    found = defaultdict(list)
    for row in read_table("references"):
        only, _, source = row["source"].rpartition(">")
        is_own = source.startswith(("own ", "table "))
        found[row["endpoint"]].append(Reference(row["members"], only, source.removeprefix("own "), is_own))
    return dict(found)


@dataclass(frozen=True)
class Referring:
    """The records of one endpoint and its owners, and where they find what they refer to."""

    world: World
    path: str
    owners: Owners
    listed: Listed

    def count_records(self, usual: int) -> int:
        """How many records there are: as many as the source has, where they are the source's."""
        for reference in read_references().get(self.path, ()):
            if reference.is_own:
                found = self._find_records(reference)
                return len(found) if found or "?" in reference.source else usual
            if self._is_for_owners_value(reference):  # each is told once
                usual = min(usual, len(self._find_records(reference)))
        return usual

    def _is_for_owners_value(self, reference: Reference) -> bool:
        return bool(reference.only) and reference.only in self.owners.values()

    def write(self, row: dict[str, Any], number: int, element: Member) -> None:
        """Write into a record, the one with this number, what it has in common with others."""
        about = set(self.owners.values())
        for reference in read_references().get(self.path, ()):
            is_named = self._is_for_owners_value(reference)
            if reference.only and not is_named:
                continue
            found = self._find_records(reference)
            if reference.is_own and number >= len(found):
                continue
            near = found if reference.is_own or is_named else _find_near(self.world, reference, found, about)
            for ours, theirs in reference.list_pairs(element, near[0] if near else {}):
                if ours not in self.owners or element.members[ours].type == ANOTHER:
                    _put(row, ours.split("."), theirs.split("."), near, number)
                    about.add(str(row.get(ours)))

    def _find_records(self, reference: Reference) -> Sequence[Row]:
        source, world = reference.source.partition("?")[0], self.world
        if source.startswith("/"):
            return self.listed(source, self.owners)
        if source.startswith("table "):
            return _read_typed_table(source.removeprefix("table "), self.path)
        if source == "accounts":
            names = {each: world.accounts[each].name for each in list_accounts(world)}
            return [{"advertiser_id": each, "advertiser_name": name} for each, name in names.items()]
        if source == "centre":
            return [{"bc_id": world.bc_id}]
        return self._list_entities(reference) if source else []

    def _list_entities(self, reference: Reference) -> Sequence[Row]:
        kind, _, having = reference.source.partition("?")
        accounts = [self.owners["advertiser_id"]] if "advertiser_id" in self.owners else sorted(self.world.permitted)

        def make() -> Sequence[Row]:
            items = [item for account in accounts for item in self.world.list_entities(kind, account)]
            rows = [item.row for item in items if not (item.deleted and reference.is_own) and has(item.row, having)]
            return list({row.get(reference.id_member, number): row for number, row in enumerate(rows)}.values())

        found: Sequence[Row] = self.world.get_cached(("referred", reference, *accounts), make)
        return found


@cache
def _read_typed_table(name: str, path: str) -> Sequence[Row]:
    """The rows of a table, typed as the records of the endpoint are."""
    (records,) = (member for member in read_members(path).members.values() if member.type == "object[]")
    types = {member.name: member.type for member in records.members.values()}
    return [{column: TYPED.get(types[column], str)(text) for column, text in row.items()} for row in read_table(name)]


def _find_near(world: World, reference: Reference, found: Sequence[Row], about: set[str]) -> Sequence[Row]:
    """Those that belong to what the record is about already, where there are any: the ads of its ad group."""

    def make() -> Sequence[Row]:
        near = found
        for value in sorted(about):
            near = [row for row in near if value in row.values()] or near
        return near

    key = ("near", reference, len(found), str(found[:1]), *sorted(about))
    kept: Sequence[Row] = world.get_cached(key, make)
    return kept


def _put(holder: Any, ours: Sequence[str], theirs: Sequence[str], found: Sequence[Row], number: int) -> None:
    """Write the value of the source's record, or of one after the other where there is a list to fill."""
    name, *below = ours
    inner = holder[name]
    value = _get_value(found[number % len(found)], theirs) if found else None
    if below:
        for place, each in enumerate(inner if isinstance(inner, list) else [inner]):
            _put(each, below, theirs, found, number + place)
    elif isinstance(inner, list) and not isinstance(value, list):
        places = range(len(inner)) if found else ()
        holder[name] = [_get_value(found[(number + place) % len(found)], theirs) for place in places]
    else:
        holder[name] = value


def _get_value(row: Row, steps: Sequence[str]) -> Any:
    """The value at the end of the way, which goes through the first element of a list."""
    name, *below = steps
    inner = row[name]
    return _get_value(inner[0] if isinstance(inner, list) else inner, below) if below else inner
