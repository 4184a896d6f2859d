"""What a user's tables rest on: names of streams and columns, types, keys, cursors, sync modes.

golden/columns.txt is the last word given to users, a stream a line. What is new gets into it with `make golden`; what
would break a table has to be announced besides: in the current section of CHANGELOG.md or in
`releases.breakingChanges` of metadata.yaml, with the names of stream and column in backquotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from test_spec_and_catalog import known_catalog

ROOT = Path(__file__).parents[1]
GOLDEN = Path(__file__).parent / "golden" / "columns.txt"


@dataclass(frozen=True)
class Table:
    """What a stream promises."""

    name: str
    key: str
    cursor: str
    modes: str
    columns: Mapping[str, str] = field(default_factory=dict)

    def line(self) -> str:
        columns = " ".join(f"{name}:{kind}" for name, kind in self.columns.items())
        return f"{self.name} | {self.key} | {self.cursor} | {self.modes} | {columns}\n"


@dataclass(frozen=True)
class Break:
    """A promise not kept: of a stream, or of one of its columns."""

    stream: str
    column: str
    what: str

    def __str__(self) -> str:
        return f"{self.stream}{f'.{self.column}' if self.column else ''}: {self.what}"

    def is_announced_in(self, announcement: str) -> bool:
        """Whether one sentence or list item names the stream and the column."""
        return all(f"`{name}`" in announcement for name in (self.stream, self.column) if name)


def type_of(schema: Mapping[str, Any]) -> str:
    """A column's type in a word: `string`, `string/date`, `array(object(id:string))`."""
    kinds = schema.get("type", [])
    told = "+".join(kind for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null") or "any"
    told += "".join(f"/{schema[word]}" for word in ("format", "airbyte_type") if word in schema)
    if "items" in schema:
        told += f"({type_of(schema['items'])})"
    if "properties" in schema:
        told += "(" + ",".join(f"{name}:{type_of(inner)}" for name, inner in schema["properties"].items()) + ")"
    return told


def table_of(stream: Mapping[str, Any]) -> Table:
    key = ",".join(".".join(path) for path in stream["source_defined_primary_key"])
    columns = {name: type_of(column) for name, column in stream["json_schema"]["properties"].items()}
    cursor = ".".join(stream.get("default_cursor_field") or ["none"])
    return Table(stream["name"], key, cursor, ",".join(stream["supported_sync_modes"]), columns)


def table_in(line: str) -> Table:
    name, key, cursor, modes, columns = line.rstrip("\n").split(" | ")
    return Table(name, key, cursor, modes, dict(column.split(":", 1) for column in columns.split()))


def breaks(old: Mapping[str, Table], new: Mapping[str, Table]) -> list[Break]:
    """What users of `old` would find missing or changed in `new`; what is new breaks nothing."""
    return [found for name, table in old.items() for found in _breaks_of(table, new.get(name))]


def _breaks_of(old: Table, new: Table | None) -> Iterator[Break]:
    if new is None:
        yield Break(old.name, "", "is gone")
        return
    for what, before, after in (("primary key", old.key, new.key), ("cursor", old.cursor, new.cursor)):
        if before != after:
            yield Break(old.name, "", f"its {what} was {before}, is {after}")
    for mode in set(old.modes.split(",")) - set(new.modes.split(",")):
        yield Break(old.name, "", f"can't be synced as {mode} any more")
    for column, kind in old.columns.items():
        if column not in new.columns:
            yield Break(old.name, column, "is gone")
        elif new.columns[column] != kind:
            yield Break(old.name, column, f"was {kind}, is {new.columns[column]}")


def unannounced(found: list[Break], announcements: list[str]) -> list[str]:
    return [str(each) for each in found if not any(each.is_announced_in(text) for text in announcements)]


def announcements(changelog: str, metadata: Mapping[str, Any]) -> list[str]:
    """The list items of the changelog's newest section, and the message of the current version's breaking change."""
    section = changelog.split("\n## ")[1]
    version = metadata["data"]["dockerImageTag"]
    breaking = metadata["data"].get("releases", {}).get("breakingChanges", {}).get(version, {})
    return [*re.split(r"\n(?=- |\n|#)", section), breaking.get("message", "")]


def current(config: dict[str, Any]) -> dict[str, Table]:
    return {stream["name"]: table_of(stream) for stream in known_catalog(config)["streams"]}


def announced() -> list[str]:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    return announcements(changelog, yaml.safe_load((ROOT / "metadata.yaml").read_text(encoding="utf-8")))


ADS = Table("ads", "ad_id", "modify_time", "full_refresh,incremental",
            {"ad_id": "string", "spend": "number", "day": "string/date"})  # fmt: skip
OLD = {"ads": ADS, "audiences": Table("audiences", "audience_id", "none", "full_refresh", {"audience_id": "string"})}


def changed(**columns: str) -> Table:
    return replace(ADS, columns={**ADS.columns, **columns})


def without(column: str, **others: str) -> Table:
    kept = {name: kind for name, kind in ADS.columns.items() if name != column}
    return replace(ADS, columns=kept | others)


def test_i_want_no_breaking_change_of_a_schema_that_nobody_announced(
    config: dict[str, Any], golden: Callable[[str, str], None]
) -> None:
    """Complaint 26: schemas broke with releases 3.0.0 and 5.0.0, another was drafted for 6.0.0."""
    tables = current(config)
    known = {table.name: table for table in map(table_in, GOLDEN.read_text(encoding="utf-8").splitlines())}
    assert unannounced(breaks(known, tables), announced()) == []
    golden("columns.txt", "".join(table.line() for table in tables.values()))


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (without("spend"), ["ads.spend: is gone"]),
        (without("spend", cost="number"), ["ads.spend: is gone"]),
        (changed(spend="string"), ["ads.spend: was number, is string"]),
        (changed(day="string/date-time"), ["ads.day: was string/date, is string/date-time"]),
        (replace(ADS, key="ad_id,day"), ["ads: its primary key was ad_id, is ad_id,day"]),
        (replace(ADS, cursor="day"), ["ads: its cursor was modify_time, is day"]),
        (replace(ADS, modes="full_refresh"), ["ads: can't be synced as incremental any more"]),
    ],
)
def test_what_breaks_a_table_is_named(table: Table, told: list[str]) -> None:
    assert unannounced(breaks(OLD, OLD | {"ads": table}), []) == told


def test_a_stream_that_is_gone_or_renamed_is_named() -> None:
    renamed = {"ad": replace(ADS, name="ad"), "audiences": OLD["audiences"]}
    assert unannounced(breaks(OLD, renamed), []) == ["ads: is gone"]


@pytest.mark.parametrize(
    "new",
    [
        OLD,
        OLD | {"ads": changed(clicks="integer")},
        OLD | {"pixels": replace(ADS, name="pixels")},
        OLD | {"audiences": replace(OLD["audiences"], modes="full_refresh,incremental")},
        OLD | {"ads": replace(ADS, columns=dict(reversed(ADS.columns.items())))},
    ],
)
def test_what_is_only_more_breaks_nothing(new: dict[str, Table]) -> None:
    assert breaks(OLD, new) == []


CHANGELOG = """# Changelog

## 1.1.0 — unreleased

### Changed

- The column `spend` of `ads` is text
  now.
- `audiences` are nicer.

## 1.0.0 — 2026-01-01

- `day` of `ads` is gone.
"""


@pytest.mark.parametrize(
    ("column", "is_announced"),
    [("spend", True), ("day", False), ("ad_id", False)],
    ids=["said now", "said for another release", "not said"],
)
def test_an_announcement_names_stream_and_column_in_the_current_section(column: str, is_announced: bool) -> None:
    said = announcements(CHANGELOG, {"data": {"dockerImageTag": "1.1.0"}})
    assert (unannounced([Break("ads", column, "is gone")], said) == []) is is_announced


def test_a_breaking_change_may_be_announced_in_the_registrys_words() -> None:
    found, said = [Break("ads", "ad_id", "was string, is integer")], {"message": "`ad_id` of `ads` is a number."}
    for version, left in (("1.1.0", []), ("1.0.0", ["ads.ad_id: was string, is integer"])):
        metadata = {"data": {"dockerImageTag": "1.1.0", "releases": {"breakingChanges": {version: said}}}}
        assert unannounced(found, announcements(CHANGELOG, metadata)) == left


def test_a_type_is_told_with_what_is_inside() -> None:
    moment = {"type": ["null", "string"], "format": "date-time"}
    nested = {"type": ["null", "array"], "items": {"type": "object", "properties": {"at": moment}}}
    assert type_of(nested) == "array(object(at:string/date-time))"


@pytest.mark.parametrize("table", OLD.values(), ids=OLD)
def test_a_line_of_the_golden_file_says_all_of_a_table(table: Table) -> None:
    assert table_in(table.line()) == table
