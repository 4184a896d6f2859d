"""What the members of a record refer to (references.csv): ids that another list or the world has too.

A source is `accounts`, `centre` (the business centre), a kind of entities (`video`, `ad?field:VALUE`) or the list
of another endpoint (`/pixel/list/`). `VALUE>source` is for owners with that value only. Without a source the member is
null. With `own source` the list has one record for each of the source, with `table name` one for each of data/name.csv.
`members` are copied from one record of the source: `ours=theirs|both`, or `*` for all members that both have.
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
"""Lists the records of the endpoint at a path, for these owners."""


@dataclass(frozen=True)
class Reference:
    """One line of references.csv: members of a record, and the source they are copied from.

    `only` is the value that an owner must have. `is_own` is set for `own` and `table`.
    """

    members: str
    only: str
    source: str
    is_own: bool

    @property
    def id_member(self) -> str:
        """The member that identifies a record of the source: the first one that is copied."""
        return self.members.partition("|")[0].rpartition("=")[2].rpartition(".")[2]

    def list_pairs(self, element: Member, source: Row) -> Sequence[tuple[str, str]]:
        """Pairs of a member of ours and the member of the source that it is copied from."""
        if self.members == "*":
            return [(name, name) for name in element.members if name in source]
        named = (each.partition("=") for each in self.members.split("|"))
        return [(ours, theirs or ours.rpartition(".")[2]) for ours, _, theirs in named]


@cache
def read_references() -> Mapping[str, Sequence[Reference]]:
    """The references of each endpoint, by its path."""
    found = defaultdict(list)
    for row in read_table("references"):
        only, _, source = row["source"].rpartition(">")
        is_own = source.startswith(("own ", "table "))
        found[row["endpoint"]].append(Reference(row["members"], only, source.removeprefix("own "), is_own))
    return dict(found)


@dataclass(frozen=True)
class Referring:
    """Writes references into the records of one endpoint, for some owners."""

    world: World
    path: str
    owners: Owners
    listed: Listed

    def count_records(self, usual: int) -> int:
        """How many records there are: as many as the source has if they are copies of it, else `usual`."""
        for reference in read_references().get(self.path, ()):
            if reference.is_own:
                found = self._find_records(reference)
                return len(found) if found or "?" in reference.source else usual
            if self._is_for_owners_value(reference):  # each record of the source is named once
                usual = min(usual, len(self._find_records(reference)))
        return usual

    def _is_for_owners_value(self, reference: Reference) -> bool:
        return bool(reference.only) and reference.only in self.owners.values()

    def write(self, row: dict[str, Any], number: int, element: Member) -> None:
        """Writes the references into a record. `number` is its number in the list."""
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
    """The rows of a table, with the types that the records of the endpoint have."""
    (records,) = (member for member in read_members(path).members.values() if member.type == "object[]")
    types = {member.name: member.type for member in records.members.values()}
    return [{column: TYPED.get(types[column], str)(text) for column, text in row.items()} for row in read_table(name)]


def _find_near(world: World, reference: Reference, found: Sequence[Row], about: set[str]) -> Sequence[Row]:
    """The records that belong to what a record already refers to, such as the ads of its ad group; if none do, all."""

    def make() -> Sequence[Row]:
        near = found
        for value in sorted(about):
            near = [row for row in near if value in row.values()] or near
        return near

    key = ("near", reference, len(found), str(found[:1]), *sorted(about))
    kept: Sequence[Row] = world.get_cached(key, make)
    return kept


def _put(holder: Any, ours: Sequence[str], theirs: Sequence[str], found: Sequence[Row], number: int) -> None:
    """Writes the value of a record of the source. A list gets the values of several records, one after another."""
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
    """The value at the end of the way. Of a list, the way goes through the first element."""
    name, *below = steps
    inner = row[name]
    return _get_value(inner[0] if isinstance(inner, list) else inner, below) if below else inner
