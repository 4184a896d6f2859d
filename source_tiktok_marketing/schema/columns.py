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

    def json_schema(self) -> dict[str, Any]:
        """The column as a property of a stream's JSON schema. Every column may be null."""
        return {**SHAPES[self.type], "description": self.description}


def _nullable(kind: str, **rest: Any) -> Mapping[str, Any]:
    return {"type": ["null", kind], **rest}


SHAPES: Mapping[str, Mapping[str, Any]] = {
    "string": _nullable("string"),
    "integer": _nullable("integer"),
    "number": _nullable("number"),
    "boolean": _nullable("boolean"),
    "date": _nullable("string", format="date"),
    "date-time": _nullable("string", format="date-time", airbyte_type="timestamp_without_timezone"),
    "epoch": _nullable("string", format="date-time", airbyte_type="timestamp_without_timezone"),
    "object": _nullable("object", additionalProperties=True),
    "array<string>": _nullable("array", items=_nullable("string")),
    "array<integer>": _nullable("array", items=_nullable("integer")),
    "array<number>": _nullable("array", items=_nullable("number")),
    "array<object>": _nullable("array", items=_nullable("object", additionalProperties=True)),
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
def report_columns() -> Mapping[str, Column]:
    """Every metric and dimension by its name. A name that is both (`campaign_id`) is the dimension."""
    others = {column.name: column for column in (*PERIOD, TIME_ZONE, BUSINESS_CENTER, *BESIDE)}
    return _columns("metrics.csv", "metric") | _columns("dimensions.csv", "dimension") | others


@cache
def renamed_columns() -> Mapping[str, str]:
    """TikTok's names of the report columns that have another name in a record."""
    return {column.label: name for name, column in report_columns().items() if column.label != name}


@cache
def entity_columns() -> Mapping[str, Mapping[str, Column]]:
    """The columns of each entity stream, by stream and name, in TikTok's order."""
    streams: dict[str, dict[str, Column]] = {}
    for row in table("fields.csv"):
        column = Column(row["field"], row["type"], row["description"])
        streams.setdefault(row["stream"], {})[column.name] = column
    return streams


def _columns(name: str, key: str) -> dict[str, Column]:
    return {row[key]: Column(row[key], row["type"], row["description"]) for row in table(name)}


def table(name: str) -> list[dict[str, str]]:
    """The rows of one CSV file of the catalogue."""
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
