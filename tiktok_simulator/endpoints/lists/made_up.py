"""Makes up values for the members of an answer from their names and types. They are the same in every run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any

from tiktok_simulator.protocol.parameters import TIME_FORMAT
from tiktok_simulator.protocol.tables import read_table
from tiktok_simulator.world.delivery import mix

SINCE = datetime(2025, 6, 1, tzinfo=UTC)
ELEMENTS = 2
"""How many elements a list has, if it is no list of records."""
ANOTHER = "another"
"""The type of an id that is named as an owner but is of another one, such as the `bc_id` of a partner."""


@dataclass
class Member:
    """One member of an answer.

    Its type is `string`, `object`, `object[]` and so on. `object[1]` has one element. `object{}` is an object whose
    members are named by ids.
    """

    name: str
    type: str
    members: dict[str, Member] = field(default_factory=dict)

    def find_member(self, path: Sequence[str]) -> Member:
        """The member at the end of `path`; this one if `path` is empty."""
        return self.members[path[0]].find_member(path[1:]) if path and path[0] else self

    @property
    def element(self) -> Member:
        """The element of a list, or of an object whose members are named by ids."""
        return Member(self.name, self.type.removesuffix("[]").removesuffix("[1]").removesuffix("{}"), self.members)


@cache
def read_members(path: str) -> Member:
    """The members of the `data` of an endpoint (answers.csv)."""
    tree = Member("data", "object")
    for row in _read_answers().get(path, ()):
        *above, name = row["member"].split(".")
        tree.find_member(above).members[name] = Member(name, row["type"])
    return tree


@cache
def _read_answers() -> Mapping[str, Sequence[Mapping[str, str]]]:
    found = defaultdict(list)
    for row in read_table("answers"):
        found[row["endpoint"]].append(row)
    return dict(found)


def make_up(member: Member, seed: Sequence[Any], known: Mapping[str, str] = MappingProxyType({})) -> Any:
    """Makes up a value for a member. `known` has the values of members that refer to something else."""
    if member.type.endswith("?"):  # may be null
        there = mix(*seed, member.name, "there") % 2
        return make_up(Member(member.name, member.type[:-1], member.members), seed, known) if there else None
    if member.type.endswith("]"):
        elements = 1 if member.type.endswith("[1]") else ELEMENTS
        return [make_up(member.element, (*seed, number), known) for number in range(elements)]
    if member.type.endswith("{}"):
        return {}
    if member.type == "object":
        return {name: make_up(inner, (*seed, name), known) for name, inner in member.members.items()}
    mine = member.name in known and member.type != ANOTHER
    return known[member.name] if mine else _make_scalar(member, mix(*seed, member.name))


def make_time(member: Member, day: str) -> Any:
    """The value of a member that is a time: eight o'clock on that day."""
    if member.type == "epoch":
        return int(datetime.fromisoformat(f"{day}T08:00:00+00:00").timestamp())
    return f"{day} 08:00:00" if member.type == "time" else day


def _make_scalar(member: Member, number: int) -> Any:
    moment = SINCE + timedelta(seconds=number % 20_000_000)
    scalars: Mapping[str, Any] = {
        "boolean": bool(number % 2),
        "integer": number % 1_000,
        "number": number % 100_000 / 100,
        "epoch": int(moment.timestamp()),
        "time": moment.strftime(TIME_FORMAT),
        "date": moment.date().isoformat(),
        "figure": f"{number % 100_000 / 100:.2f}",
        "count": str(number % 1_000),
        "id": str(7_000_000_000_000_000_000 + number % 10**15),
    }
    if member.type in scalars:
        return scalars[member.type]
    if "|" in member.type:
        values = member.type.split("|")
        return values[number % len(values)]
    if member.name.endswith("_id"):
        return scalars["id"]
    return f"{member.name} {number % 10_000}"
