"""docs/joins.csv: which column of which stream refers to which other stream."""

from __future__ import annotations

import csv
import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def docs() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "scripts"))
        yield importlib.import_module("docs")


@pytest.fixture(scope="module")
def streams(docs: ModuleType) -> Mapping[str, Any]:
    return {stream.name: stream.as_airbyte_stream() for stream in docs.SOURCE.streams(docs.SOURCE.normal_config)}


@pytest.fixture(scope="module")
def joins(docs: ModuleType, streams: Mapping[str, Any]) -> list[Any]:
    return list(docs.joins(streams))


def rows() -> list[dict[str, str]]:
    with (ROOT / "docs" / "joins.csv").open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def columns(streams: Mapping[str, Any], name: str) -> set[str]:
    return set(streams[name].json_schema["properties"])


def test_each_row_of_the_table_is_about_something_there_is(streams: Mapping[str, Any], joins: list[Any]) -> None:
    found = {(join.to, *join.on[0]) for join in joins}
    assert [row for row in rows() if row["to"] and (row["to"], row["column"], row["to_column"]) not in found] == []
    named = [row for row in rows() if row["stream"] != "*"]
    assert [row for row in named if row["column"] not in columns(streams, row["stream"])] == []


def test_a_row_that_refers_to_nothing_is_an_exception_from_one_about_every_stream() -> None:
    general = {row["column"] for row in rows() if row["stream"] == "*"}
    assert [row for row in rows() if not row["to"] and row["column"] not in general] == []


def test_no_row_stands_twice() -> None:
    assert len({tuple(row.values()) for row in rows()}) == len(rows())


def test_every_join_names_columns_of_both_streams(streams: Mapping[str, Any], joins: list[Any]) -> None:
    for join in joins:
        assert {ours for ours, _ in join.on} <= columns(streams, join.stream), join
        assert {theirs for _, theirs in join.on} <= columns(streams, join.to), join
        assert join.when is None or join.when[0] in columns(streams, join.stream), join


def test_a_record_that_two_accounts_share_is_joined_by_the_account_too(joins: list[Any]) -> None:
    (pixels,) = (join for join in joins if (join.stream, join.to) == ("pixel_events_statistics", "pixels"))
    assert pixels.on == (("pixel_id", "pixel_id"), ("advertiser_id", "advertiser_id"))


def test_every_stream_is_joined_to_another_but_for_two_lists_of_words(
    streams: Mapping[str, Any], joins: list[Any]
) -> None:
    joined = {name for join in joins if join.stream != join.to for name in (join.stream, join.to)}
    assert set(streams) - joined == {"catalog_locations", "os_versions"}
