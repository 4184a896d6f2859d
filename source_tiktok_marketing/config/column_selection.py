"""The columns of a saved catalog: a selection of this connector's, or another connector's schema."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from airbyte_cdk import ConfiguredAirbyteCatalog

from source_tiktok_marketing.schema.columns import (
    Column,
    list_renamed_columns,
    read_entity_columns,
    read_report_columns,
)
from source_tiktok_marketing.text import join_some, make_plain

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")
SHOWN = 5
# A property with one of these is no single value, whatever its type.
NESTED = ("properties", "items", "$ref", "anyOf", "oneOf", "allOf")


def select_columns(catalog: ConfiguredAirbyteCatalog | None) -> dict[str, list[str]]:
    """The columns that the catalog selects, by stream, without streams whose schema is empty or another connector's.

    A connection keeps the schema of the connector it was made with. The official connector's reports have `metrics`
    and `dimensions`: if these counted as a selection, every figure would be left out.
    """
    properties = _read_properties(catalog)
    return {
        stream: list(named) for stream, named in properties.items() if named and not list(_find_foreign(stream, named))
    }


def warn_of_foreign_schemas(catalog: ConfiguredAirbyteCatalog) -> None:
    """Logs one warning that names the streams whose saved schema is not ours."""
    found = {stream: list(_find_foreign(stream, named)) for stream, named in _read_properties(catalog).items()}
    if told := [f"{stream} ({', '.join(columns[:3])})" for stream, columns in found.items() if columns]:
        LOGGER.warning(
            "The connection's saved schema is not this connector's: "
            f"{join_some([*map(make_plain, told)], SHOWN, '; ')}. "
            "Every column is read. Refresh the schema of the connection, so that the destination keeps them."
        )


def _read_properties(catalog: ConfiguredAirbyteCatalog | None) -> dict[str, Mapping[str, Any]]:
    """The columns in each stream's schema, by TikTok's names."""
    renamed, entries = list_renamed_columns(), catalog.streams if catalog else []
    found = {entry.stream.name: entry.stream.json_schema.get("properties") for entry in entries}
    return {
        stream: {renamed.get(name, name): schema for name, schema in named.items()}
        for stream, named in found.items()
        if isinstance(named, Mapping)
    }


def _find_foreign(stream: str, properties: Mapping[str, Any]) -> Iterator[str]:
    """The columns that show that a schema is not ours; all of them if it has none of ours.

    An unknown column by itself shows nothing: an earlier version may have had it.
    """
    ours = read_entity_columns().get(stream) or read_report_columns()
    if not properties.keys() & ours.keys():
        yield from properties
        return
    for name, schema in properties.items():
        known = ours.get(name)
        if _is_different(known, schema) if known else _is_nested(schema):
            yield name


def _is_different(column: Column, schema: Any) -> bool:
    """Whether a property contradicts the column. If it says nothing, it agrees."""
    if not isinstance(schema, Mapping):
        return False
    ours = column.make_json_schema()
    if "type" in schema and _list_types(schema) != _list_types(ours):
        return True
    return ("format" in schema and schema["format"] != ours.get("format")) or (
        _is_nested(schema) and not _is_nested(ours)
    )


def _is_nested(schema: Any) -> bool:
    return isinstance(schema, Mapping) and (
        any(word in schema for word in NESTED) or bool(_list_types(schema) & {"object", "array"})
    )


def _list_types(schema: Mapping[str, Any]) -> set[str]:
    types = schema.get("type", [])
    return {str(each) for each in (types if isinstance(types, list) else [types])} - {"null"}
