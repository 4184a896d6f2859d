"""Columns the catalog selects reach TikTok: nothing is asked for that nobody wants."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from airbyte_cdk.models import SyncMode
from airbyte_cdk.test.catalog_builder import CatalogBuilder, ConfiguredAirbyteStreamBuilder
from airbyte_cdk.test.entrypoint_wrapper import read
from harness import Sync, plain_reports

from source_tiktok_marketing import SourceTiktokMarketing
from tiktok_simulator import Simulator

STREAM = "campaigns_reports_daily"


def read_columns(columns: list[str], config: dict[str, Any], state: list[Any] | None = None) -> Sync:
    schema = {"type": "object", "properties": {name: {} for name in columns}}
    entry = (
        ConfiguredAirbyteStreamBuilder().with_name(STREAM).with_sync_mode(SyncMode.incremental).with_json_schema(schema)
    )
    catalog = CatalogBuilder().with_stream(entry).build()
    source = SourceTiktokMarketing(catalog, deepcopy(config), state)
    return Sync(read(source, config, catalog, state, expecting_exception=None))


def asked(tiktok: Simulator) -> set[tuple[str, ...]]:
    return {tuple(json.loads(call.query["metrics"])) for call in plain_reports(tiktok)}


@pytest.mark.samples(2)
@pytest.mark.parametrize(
    ("columns", "metrics"),
    [
        (["campaign_id", "stat_time_day", "spend", "clicks"], ("spend", "clicks")),
        (["campaign_id", "stat_time_day", "campaign_name", "reach"], ("campaign_name", "reach")),
        (["campaign_id", "stat_time_day", "gone_since_last_year", "spend"], ("spend",)),
        (["campaign_id", "stat_time_day"], ("spend",)),
        (["campaign_id", "stat_time_day", "spend", "display_timezone"], ("spend",)),
    ],
)
def test_only_selected_columns_are_asked_for(
    columns: list[str], metrics: tuple[str, ...], tiktok: Simulator, one_advertiser: dict[str, Any]
) -> None:
    result = read_columns(columns, one_advertiser)
    assert result.errors == []
    assert asked(tiktok) == {metrics}
    told = {"display_timezone"} & set(columns)
    assert set().union(*result.rows(STREAM)) == {"advertiser_id", "campaign_id", "stat_time_day", *told, *metrics}


def test_a_catalog_without_columns_selects_all(tiktok: Simulator, one_advertiser: dict[str, Any]) -> None:
    read_columns([], one_advertiser)
    ((metrics,),) = [asked(tiktok)]
    assert len(metrics) > 80


def test_a_selection_is_halved_like_any_other_report(tiktok: Simulator, one_advertiser: dict[str, Any]) -> None:
    tiktok.faults.too_large(days=3)
    result = read_columns(["campaign_id", "stat_time_day", "spend"], one_advertiser)
    assert result.errors == []
    assert asked(tiktok) == {("spend",)}
    assert {row["stat_time_day"] for row in result.rows(STREAM)} == {f"2026-01-{day}" for day in range(15, 25)}
