"""The endpoints of lists.csv: where their records are, which owners they have, and how many records each has."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from tiktok_simulator.endpoints.lists.made_up import Member, read_members
from tiktok_simulator.endpoints.lists.rules import Days
from tiktok_simulator.protocol.parameters import Signature, load_signatures
from tiktok_simulator.protocol.tables import read_table


@dataclass(frozen=True)
class Listed:
    """One endpoint of lists.csv.

    `records` is the way from `data` to the records. `owners` are parameters → where their values come from. `count` is
    the records of each owner; None stands for one per ad account. `deletes` is whether the list can have deleted ones.
    """

    path: str
    records: Sequence[str]
    owners: Mapping[str, str]
    count: int | None
    days: Days | None
    deletes: bool

    @property
    def word(self) -> str:
        """The name of the records, if they are texts and no objects."""
        return self.records[1] if len(self.records) > 1 else "value"

    def list_member_names(self, owner: str) -> set[str]:
        """The members of a record that have the value of an owner. They are named as the parameter or as its source."""
        told = re.fullmatch(r"\w+:(\w+)(\?.*)?", self.owners[owner])
        return {make_singular(owner), told[1] if told else make_singular(owner)}

    @property
    def tree(self) -> Member:
        """The members of `data`."""
        return read_members(self.path)


@cache
def read_lists() -> Mapping[str, Listed]:
    """Every endpoint of lists.csv by its path."""
    signatures = load_signatures()
    return {row["endpoint"]: _read_listed(row, signatures[row["endpoint"]]) for row in read_table("lists")}


def _read_listed(row: Mapping[str, str], signature: Signature) -> Listed:
    pairs = (owner.partition("=") for owner in row["owners"].split(";") if owner)
    first, last, longest, member, *more = row["days"].split(";") if row["days"] else ("", "", "0", "")
    days = Days(first, last, int(longest), member, "open" in more) if first else None
    records, members = row["records"].split("."), read_members(row["endpoint"])
    deletes = "primary_status" in signature.members and "secondary_status" in members.find_member(records[:1]).members
    count = None if row["count"] == "accounts" else int(row["count"] or 3)
    return Listed(row["endpoint"], records, {name: source for name, _, source in pairs}, count, days, deletes)


def make_singular(name: str) -> str:
    """The member that has the value of a parameter: `pixel_ids` → `pixel_id`."""
    called = name.rpartition(".")[2]
    return called.removesuffix("s") if called.endswith(("ids", "types")) else called
