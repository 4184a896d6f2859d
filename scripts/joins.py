"""How streams refer to each other: docs/joins.csv, worked out for each stream.

A row says that `column` of `stream` holds what `to_column` of the stream `to` holds. With `*` it is said of every
stream with such a column; rows about one stream go before. A row without `to` says that nothing is referred to: the ids
are the stream's own, or those of something that has no stream. `when` (`column=VALUE`) keeps a row to some records.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from airbyte_cdk import AirbyteStream

TABLE = Path(__file__).parents[1] / "docs" / "joins.csv"
EVERY = "*"


@dataclass(frozen=True)
class Join:
    """Records of `stream` belong to those of `to` with the same values in the columns `on`: pairs, the first one named.

    The other pairs say whose it is, where records of `to` belong to an ad account, a business centre or a catalogue: a
    pixel that two ad accounts share is a record of each. A column with a list refers to one record for each element.
    """

    stream: str
    to: str
    on: tuple[tuple[str, str], ...]
    when: tuple[str, str] | None
    is_list: bool


def read_joins(streams: Mapping[str, AirbyteStream]) -> list[Join]:
    """Every reference of these streams to another of them, or to itself, in the order of the streams."""
    rows = _read_rows()
    return [join for stream in streams.values() for join in _find_joins(stream, rows, streams)]


def keep_nearest(found: Iterable[Join]) -> list[Join]:
    """The references without those that others imply: an ad belongs to its ad group, and so to the campaign of that."""
    found = list(found)
    ways = {(join.stream, join.to, join.on[0]) for join in found}
    return [join for join in found if not any(_goes_through(join, other, ways) for other in found)]


def _goes_through(join: Join, other: Join, ways: Collection[tuple[str, str, tuple[str, str]]]) -> bool:
    """Whether the record that `other` leads to names the same record of `join.to`."""
    column, to_column = join.on[0]
    is_between = other.stream == join.stream and other.to not in (join.stream, join.to)
    return is_between and not other.when and (other.to, join.to, (column, to_column)) in ways


def _read_rows() -> Mapping[tuple[str, str], list[Mapping[str, str]]]:
    found: dict[tuple[str, str], list[Mapping[str, str]]] = {}
    with TABLE.open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            found.setdefault((row["stream"], row["column"]), []).append(row)
    return found


def _find_joins(
    stream: AirbyteStream,
    rows: Mapping[tuple[str, str], list[Mapping[str, str]]],
    streams: Mapping[str, AirbyteStream],
) -> Iterator[Join]:
    for column, schema in stream.json_schema["properties"].items():
        for row in rows.get((stream.name, column)) or rows.get((EVERY, column), []):
            if row["to"] not in streams or (row["to"], row["to_column"]) == (stream.name, column):
                continue
            name, _, value = row["when"].partition("=")
            if name and name not in stream.json_schema["properties"]:
                continue
            pair, to = (column, row["to_column"]), streams[row["to"]]
            on = (pair, *(each for each in _find_ids_beside(stream, to) if each != pair))
            yield Join(stream.name, to.name, on, (name, value) if name else None, "array" in schema["type"])


def _find_ids_beside(stream: AirbyteStream, to: AirbyteStream) -> Iterator[tuple[str, str]]:
    """The ids that say who owns a record of `to`: those before its own id in the key, if the stream has them."""
    *whose, _ = [path[0] for path in to.source_defined_primary_key or [] if path[0].endswith("_id")] or [""]
    for name in whose:
        if name in stream.json_schema["properties"]:
            yield name, name
