"""TikTok's columns: their types and descriptions, from the tables in CSV."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Column:
    """One column of a stream, by TikTok's name for it. `type` is a word of `SHAPES`."""

    name: str
    type: str
    description: str

    @property
    def label(self) -> str:
        """The column's name in a record. A name in SQL can't begin with a digit: it gets a `_`, as in warehouses."""
        return f"_{self.name}" if self.name[0].isdigit() else self.name

    def make_json_schema(self) -> dict[str, Any]:
        """The column as a property of a stream's JSON schema. Every column may be null."""
        return {**SHAPES[self.type], "description": self.description}


def _make_nullable(json_type: str, **rest: Any) -> Mapping[str, Any]:
    return {"type": ["null", json_type], **rest}


SHAPES: Mapping[str, Mapping[str, Any]] = {
    "string": _make_nullable("string"),
    "integer": _make_nullable("integer"),
    "number": _make_nullable("number"),
    "boolean": _make_nullable("boolean"),
    "date": _make_nullable("string", format="date"),
    "date-time": _make_nullable("string", format="date-time", airbyte_type="timestamp_without_timezone"),
    "epoch": _make_nullable("string", format="date-time", airbyte_type="timestamp_without_timezone"),
    "object": _make_nullable("object", additionalProperties=True),
    "array<string>": _make_nullable("array", items=_make_nullable("string")),
    "array<integer>": _make_nullable("array", items=_make_nullable("integer")),
    "array<number>": _make_nullable("array", items=_make_nullable("number")),
    "array<object>": _make_nullable("array", items=_make_nullable("object", additionalProperties=True)),
}


# Columns of our own: a report without a time dimension does not say which week or month its rows are about.
PERIOD = (
    Column("period_start", "date", "First day of the calendar week or month the row is about."),
    Column("period_end", "date", "Last day of the calendar week or month the row is about."),
)
# Not of a report's own either: each row repeats it of its ad account (accounts.py).
TIME_ZONE = Column("display_timezone", "string", "Time zone of the ad account, as Europe/London, whose days it are.")
BUSINESS_CENTER = Column("bc_id", "string", "ID of the business centre the row belongs to.")
# Columns of other reports than the integrated one.
BESIDE = (
    Column("store_id", "string", "ID of the TikTok Shop the row is about."),
    Column("date", "date", "Day the row is about, on the ad account's clock."),
    Column("main_material_type", "string", "Kind of creative, for example VIDEO_SPARK_ADS."),
)


@cache
def read_report_columns() -> Mapping[str, Column]:
    """Every metric and dimension by its name. A name that is both (`campaign_id`) is the dimension."""
    others = {column.name: column for column in (*PERIOD, TIME_ZONE, BUSINESS_CENTER, *BESIDE)}
    return _make_columns("metrics.csv", "metric") | _make_columns("dimensions.csv", "dimension") | others


@cache
def list_renamed_columns() -> Mapping[str, str]:
    """TikTok's names of the report columns that have another name in a record."""
    return {column.label: name for name, column in read_report_columns().items() if column.label != name}


@cache
def read_entity_columns() -> Mapping[str, Mapping[str, Column]]:
    """The columns of each entity stream, by stream and name, in TikTok's order."""
    streams: dict[str, dict[str, Column]] = {}
    for row in read_table("fields.csv"):
        column = Column(row["field"], row["type"], row["description"])
        streams.setdefault(row["stream"], {})[column.name] = column
    return streams


def _make_columns(table: str, heading: str) -> dict[str, Column]:
    return {row[heading]: Column(row[heading], row["type"], row["description"]) for row in read_table(table)}


def read_table(name: str) -> list[dict[str, str]]:
    """The rows of one CSV file of the catalogue."""
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
