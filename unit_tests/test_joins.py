"""docs/joins.csv: which column of which stream refers to which other stream."""

from __future__ import annotations

import csv
import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from harness import Sync, read_streams

from tiktok_simulator import Simulator
from tiktok_simulator.endpoints.lists.rules import DELETED
from tiktok_simulator.world.model import OPEN_ID, TiktokAccount
from tiktok_simulator.world.world import APP_ID, APP_SECRET

ROOT = Path(__file__).parents[1]
DAY = {"start_date": "2026-02-14", "end_date": "2026-02-14", "include_leads": True}
# What ads and their reports name.
CORE = (
    "advertisers", "campaigns", "ad_groups", "ads", "creative_assets_images", "creative_assets_videos",
    "creative_assets_music", "audiences", "spark_ads", "identities", "pixels", "apps", "catalogs", "regions",
    "interest_categories", "device_models", "languages", "creative_portfolio_details", "creative_assets_portfolios",
    "smart_plus_campaigns", "smart_plus_ad_groups", "smart_plus_ads", "ads_reports_by_image_daily",
    "ads_reports_by_video_daily", "ads_reports_by_post_daily", "ads_audience_reports_by_province_daily",
    "ads_audience_reports_by_dma_daily", "ads_audience_reports_by_language_daily",
    "ads_audience_reports_by_interest_lifetime", "ads_audience_reports_by_device_brand_lifetime",
)  # fmt: skip
NOTHING = (None, "", "0")


@pytest.fixture(scope="module")
def docs() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "scripts"))
        yield importlib.import_module("docs")


@pytest.fixture(scope="module")
def streams(docs: ModuleType) -> Mapping[str, Any]:
    return dict(docs.read_streams())


@pytest.fixture(scope="module")
def joins(docs: ModuleType, streams: Mapping[str, Any]) -> list[Any]:
    return list(docs.read_joins(streams))


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


def values_of(record: Mapping[str, Any], column: str) -> Iterator[str]:
    value = record.get(column)
    yield from (str(each) for each in (value if isinstance(value, list) else [value]) if each not in NOTHING)


def dangling(join: Any, result: Sync) -> list[tuple[str, ...]]:
    """The values of a join that no record of the other stream has."""
    column, others = join.on[0][0], [ours for ours, _ in join.on[1:]]
    known = {tuple(str(row.get(theirs)) for _, theirs in join.on) for row in result.rows(join.to)}
    about = (row for row in result.rows(join.stream) if join.when is None or row.get(join.when[0]) == join.when[1])
    # What was deleted through Smart+ is in the lists of Smart+ alone.
    living = (row for row in about if row.get("secondary_status") != DELETED)
    named = ((value, *(str(row.get(ours)) for ours in others)) for row in living for value in values_of(row, column))
    return [key for key in named if key not in known]


def checked(joins: list[Any], result: Sync) -> int:
    """How many joins have a value, all of them found on the other side."""
    assert {str(join): found[0] for join in joins if (found := dangling(join, result))} == {}
    return sum(any(True for row in result.rows(join.stream) for _ in values_of(row, join.on[0][0])) for join in joins)


def test_what_ads_and_their_reports_name_is_in_the_stream_it_is_of(
    docs: ModuleType, streams: Mapping[str, Any], tiktok: Simulator, config: dict[str, Any]
) -> None:
    result = read_streams(CORE, config | DAY)
    found = docs.read_joins({name: streams[name] for name in CORE})
    assert result.errors == []
    pairs = [(join.stream, join.on[0][0]) for join in found]
    used = {(name, column) for name, column in pairs if any(row.get(column) for row in result.rows(name))}
    assert used >= {("ads", "video_id"), ("ads", "image_ids"), ("ads", "tiktok_item_id"), ("ad_groups", "pixel_id"),
                    ("ad_groups", "catalog_id"), ("ad_groups", "audience_ids"), ("ad_groups", "app_id")}  # fmt: skip
    assert checked(found, result) > 60


@pytest.mark.slow
def test_every_value_of_a_join_is_found_in_the_other_stream(
    joins: list[Any], streams: Mapping[str, Any], tiktok: Simulator, config: dict[str, Any]
) -> None:
    organic = {"client_id": APP_ID, "client_secret": APP_SECRET, "business_id": OPEN_ID,
               "refresh_token": TiktokAccount().refresh_token}  # fmt: skip
    result = read_streams(list(streams), config | DAY | {"organic": organic})
    assert result.errors == []
    assert checked(joins, result) > 500
