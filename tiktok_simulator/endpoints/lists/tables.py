"""Lists without code of their own: three tables describe them, and their values are made up.

`lists.csv` says where the records are in the answer of an endpoint, what a request has to name (`owners`), how many
records each owner has, and which days a request can be about. `answers.csv` has the members of the answer,
`parameters.csv` the parameters.

An owner is a parameter and, after `=`, where its values come from:

- `advertiser_id`, `bc_id`: the ad accounts, the business centre.
- `name=*`: all values that the parameter takes. `name=A|B`: these values only.
- `name=/path/:member`: the ids that the list at `path` has for the owners before this one.
- `name=ad:ad_id`: ids of entities; `name=ad~:ad_id`: also of deleted ones; `name=ad:ad_id?field:VALUE&other:!VALUE`:
  of those that meet a condition.
- `name=PIXEL>/path/:member+APP>/other/:member`: ids of several lists. Each one counts if an owner before has the value
  in front of it. `APP>` alone has no ids.

A `count` of `accounts` is one record for each ad account.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from tiktok_simulator.endpoints.call import Answer, Call, find_page_bounds, make_page_info
from tiktok_simulator.endpoints.lists.listed import Listed, make_singular, read_lists
from tiktok_simulator.endpoints.lists.made_up import make_time, make_up
from tiktok_simulator.endpoints.lists.references import Referring
from tiktok_simulator.endpoints.lists.replies import make_replies
from tiktok_simulator.endpoints.lists.rules import (
    DELETED,
    EVERY,
    adapt_record,
    check_rules,
    choose_members,
    find_value,
    has,
    keep_by_status,
    list_days,
)
from tiktok_simulator.endpoints.reports.business_center import list_accounts
from tiktok_simulator.protocol.parameters import load_signatures
from tiktok_simulator.protocol.wire import ApiError, BadRequestError
from tiktok_simulator.world.world import World

Owners = Mapping[str, str]
LOOKUPS = "/tool/"
"""These lists are the same for every ad account."""


def answer_list(path: str, call: Call) -> Answer:
    """The answer of one endpoint.

    Raises:
        ApiError: 40001 for a business centre that the token can't read, 40002 for wrong ids or days.
    """
    listed, world, call = read_lists()[path], call.world, check_rules(path, call)
    every = list(_find_asked(listed, call))
    days = list_days(listed.days, call)
    rows = keep_by_status(call, [row for owners in every for row in make_rows(world, listed, owners, days)])
    total = len(rows)
    if "page" in call.parameters:
        first, last = find_page_bounds(call)
        rows = rows[first:last]
    data = place_records(listed, [choose_members(path, call, row) for row in rows])
    if "page_info" in listed.tree.members:
        data["page_info"] = make_page_info(call, total)
    return Answer(data)


def list_everything(world: World, path: str, first: date, last: date) -> Iterator[tuple[Owners, dict[str, Any]]]:
    """Every record of an endpoint between two days, with its owners.

    If the records have no day, it is among the owners as `day`.
    """
    listed = read_lists()[path]
    days = [first + timedelta(day) for day in range((last - first).days + 1)] if listed.days else [None]
    for owners in _list_all_owners(world, listed):
        for day in days:
            for row in make_rows(world, listed, owners, [day] if day else None):
                yield ({**owners, "day": day.isoformat()} if day else owners), row


def make_rows(world: World, listed: Listed, owners: Owners, days: Sequence[date] | None) -> list[dict[str, Any]]:
    """The records of one owner for each of `days`. If records have no day, they are about all days together."""
    named = {name: value for owner, value in owners.items() if value for name in listed.list_member_names(owner)}
    element = listed.tree.find_member(listed.records[:1]).element
    accounts = list_accounts(world) if listed.count is None else ()

    def list_others(path: str, owners: Owners) -> Sequence[dict[str, Any]]:
        return [{**each, **row} for each, row in _make_records(world, path, owners)]

    referring = Referring(world, listed.path, {**owners, **named}, list_others)
    own = not listed.path.startswith(LOOKUPS)
    about = [listed.path, *(value for name, value in owners.items() if own or name != "advertiser_id")]
    usual = referring.count_records(len(accounts) if listed.count is None else listed.count)
    found: list[dict[str, Any]] = []
    for day in _list_told_days(listed, days):
        size = world.list_sizes.get(listed.path, usual)
        for number in range(size + min(size, listed.deletes)):
            known = named if number else {"bc_id": world.bc_id, **named}
            known = {**known, "advertiser_id": accounts[number]} if number < len(accounts) else known
            known = known if number < size else {**known, "secondary_status": DELETED}
            row = make_up(element, (*about, day, number), known)
            if isinstance(row, dict) and number < usual:  # a list that a test makes longer has other ids there
                referring.write(row, number, element)
            row = adapt_record(world, listed.path, owners, row) if isinstance(row, dict) else {listed.word: row}
            make_replies(listed.path, row, number, found)
            if listed.days and listed.days.member:
                row[listed.days.member] = make_time(element.members[listed.days.member], day)
            found.append(row)
    return found


def _list_told_days(listed: Listed, days: Sequence[date] | None) -> Sequence[str]:
    """The days of the records; one text for all days if records have no day."""
    if days is None:
        return [""]
    if listed.days and not listed.days.member:
        return [f"{days[0]}"] if len(days) == 1 else [f"{days[0]} to {days[-1]}"]
    return [day.isoformat() for day in days]


def place_records(listed: Listed, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Makes `data` with the records in their place. All else in it is made up."""
    name = listed.records[0]
    if not name:
        return dict(rows[0]) if rows else {}
    member = listed.tree.find_member([name])
    others = (other for other in listed.tree.members.values() if other.name not in (name, "page_info"))
    data = {other.name: make_up(other, (listed.path, other.name)) for other in others}
    if member.type == "object{}":
        id_member = listed.records[-1]
        return {**data, name: {str(row.get(id_member, number)): row for number, row in enumerate(rows)}}
    if member.type == "object":
        return {**data, name: rows[0] if rows else {}}
    return {**data, name: [row[listed.word] if member.type != "object[]" else row for row in rows]}


def _find_asked(listed: Listed, call: Call) -> Iterator[Owners]:
    """The owners that a request names. Each is checked against those before it."""
    found: list[dict[str, str]] = [{}]
    for name, source in listed.owners.items():
        given = find_value(call, name)
        if name == "advertiser_id":  # the permission has been checked already
            found = [{**owners, name: str(given)} for owners in found]
            continue
        known = [(owners, _list_known(call.world, listed, name, source, owners)) for owners in found]
        every = list(dict.fromkeys(value for _, values in known for value in values))
        values = every if given == EVERY else given if isinstance(given, list) else [given]
        if name == "bc_id" and (values[0] not in every or call.grant.token not in call.world.bc_tokens):
            raise ApiError(40001, f"No permission to operate business center {values[0]}.")
        if strange := [value for value in values if value not in every]:
            raise BadRequestError(f"{name}: {', '.join(map(str, strange))} is not known here.")
        found = [{**owners, name: str(value)} for owners, here in known for value in values if value in here]
    yield from found


def _list_all_owners(world: World, listed: Listed) -> Iterator[Owners]:
    found: list[dict[str, str]] = [{}]
    for name, source in listed.owners.items():
        found = [
            {**owners, name: value} for owners in found for value in _list_known(world, listed, name, source, owners)
        ]
    yield from found


def _list_known(world: World, listed: Listed, name: str, source: str, owners: Owners) -> Sequence[str]:
    """The values that an owner can have."""
    if name == "advertiser_id":
        return sorted(world.permitted)
    if name == "bc_id" and not source:
        return [world.bc_id]
    if name == "business_id":
        return [world.tiktok_account.open_id]
    if source == "*":
        signature = load_signatures()[listed.path]
        return sorted((signature.parameters.get(name) or signature.members[name.partition(".")[2]]).values)
    found = (_list_ids(world, listed, each, owners) for each in source.split("+"))
    return list(dict.fromkeys(value for values in found for value in values))


def _list_ids(world: World, listed: Listed, source: str, owners: Owners) -> Sequence[str]:
    """The ids of one source. If owners before came from the same list, only ids of the same records."""
    only, _, place = source.rpartition(">")
    path, _, member = place.partition(":")
    if only and only not in owners.values():
        return []
    if not member:
        return place.split("|")
    member, _, having = member.partition("?")
    if not path.startswith("/"):
        items, deleted = world.list_entities(path.rstrip("~"), owners["advertiser_id"]), path.endswith("~")
        rows = [item.row for item in items if deleted or not item.deleted]
        return [str(row[member]) for row in rows if row[member] is not None and has(row, having)]
    living = ((each, row) for each, row in _make_records(world, path, owners) if row.get("secondary_status") != DELETED)
    rows = [row for each, row in living if has({**{make_singular(name): each[name] for name in each}, **row}, having)]
    for other, value in owners.items():
        beside = listed.owners[other].partition(":")
        if beside[0] == path:
            rows = [row for row in rows if value in _walk_to(row, beside[2].partition("?")[0].split("."))]
    return [value for row in rows for value in _walk_to(row, member.split("."))]


def _make_records(world: World, path: str, owners: Owners) -> Sequence[tuple[Owners, dict[str, Any]]]:
    """The records of a list with their owners. Only owners that agree with `owners` count."""
    parent = read_lists()[path]
    named = {name: value for name, value in owners.items() if name in parent.owners}

    def make() -> Sequence[tuple[Owners, dict[str, Any]]]:
        above = (each for each in _list_all_owners(world, parent) if named.items() <= each.items())
        return [(each, row) for each in above for row in make_rows(world, parent, each, None)]

    key = ("records", path, *named.items(), *world.list_sizes.items(), *sorted(world.permitted))
    found: Sequence[tuple[Owners, dict[str, Any]]] = world.get_cached(key, make)
    return found


def _walk_to(row: Any, steps: Sequence[str]) -> list[str]:
    """The values at the end of the way. Of a list, the way goes through every element."""
    if isinstance(row, list):
        return [value for element in row for value in _walk_to(element, steps)]
    return _walk_to(row[steps[0]], steps[1:]) if steps else [str(row)]
