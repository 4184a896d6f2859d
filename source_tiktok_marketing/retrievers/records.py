"""Records as a retriever passes them on: one row each, or a page of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from airbyte_cdk.sources.types import Record

from source_tiktok_marketing.requesters.pages import Page


def get_values(record: Any) -> dict[str, Any]:
    """The values of a record, which the CDK may have wrapped."""
    values: Any = record.data if isinstance(record, Record) else record
    return cast("dict[str, Any]", values)


def list_rows(record: Any) -> Iterable[Mapping[str, Any]]:
    """The rows of a record: many if it is a page."""
    values: Any = get_values(record)
    return [*values.first.read_rows(), *values.rest.read_rows()] if isinstance(values, Page) else [values]


def has_rows(record: Any) -> bool:
    """Whether a record has any row: a page may be empty."""
    values: Any = get_values(record)
    return not isinstance(values, Page) or values.first.count + values.rest.count > 0


def make_record(row: Mapping[str, Any], record: Any) -> Any:
    """A row of a page as a record of its own."""
    return Record(row, record.stream_name, record.associated_slice) if isinstance(record, Record) else row
