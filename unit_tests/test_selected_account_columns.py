"""Currency and time zone of rows, with some columns selected only: nothing else changes, whatever is selected."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from airbyte_cdk.models import ConfiguredAirbyteCatalog, SyncMode
from airbyte_cdk.test.catalog_builder import CatalogBuilder, ConfiguredAirbyteStreamBuilder
from airbyte_cdk.test.entrypoint_wrapper import read
from harness import QuickSource, Sync, discovered
from rows import of_account

from tiktok_simulator import Simulator, World
from tiktok_simulator.world.ready_made import SANDBOX, TOKYO

Config = dict[str, Any]
Read = Callable[..., Sync]
DAILY, IMAGES, CENTRE = (
    "campaigns_reports_daily",
    "ads_reports_by_image_daily",
    "business_center_advertisers_reports_daily",
)
STREAMS = [DAILY, "campaigns", IMAGES, "ads_audience_reports_daily", CENTRE]
TOLD = {"currency", "display_timezone"}
TWO_DAYS = {"advertiser_ids": [TOKYO], "start_date": "2026-01-23"}


def catalog_of(columns: dict[str, Iterable[str]]) -> ConfiguredAirbyteCatalog:
    catalog = CatalogBuilder()
    for stream, names in columns.items():
        schema = {"type": "object", "properties": {name: {} for name in names}}
        entry = ConfiguredAirbyteStreamBuilder().with_name(stream).with_sync_mode(SyncMode.incremental)
        catalog = catalog.with_stream(entry.with_json_schema(schema))
    return catalog.build()


def read_columns(columns: dict[str, Iterable[str]], config: Config) -> Sync:
    catalog = catalog_of(columns)
    return Sync(read(QuickSource(catalog, config, []), config, catalog, [], expecting_exception=None))


def without(rows: list[Config], names: set[str]) -> list[str]:
    kept = ({name: value for name, value in row.items() if name not in names} for row in rows)
    return sorted(json.dumps(row, sort_keys=True) for row in kept)


@pytest.mark.parametrize("left_out", [{"currency"}, TOLD])
def test_what_is_not_selected_is_in_no_row_and_nothing_else_changes(
    left_out: set[str], sync: Read, tiktok: Simulator, config: Config
) -> None:
    columns = {stream: discovered(config)[stream].json_schema["properties"].keys() for stream in STREAMS}
    config |= TWO_DAYS
    chosen = read_columns({stream: names - left_out for stream, names in columns.items()}, config)
    whole = sync(*STREAMS, config=config)
    assert chosen.errors == chosen.warnings == []
    for stream in STREAMS:
        assert without(chosen.rows(stream), set()) == without(whole.rows(stream), left_out) != [], stream


@pytest.mark.parametrize("column", sorted(TOLD))
def test_with_nothing_else_selected_every_row_comes_and_says_it(
    column: str, sync: Read, tiktok: Simulator, config: Config
) -> None:
    config |= TWO_DAYS
    streams = [name for name in STREAMS if column != "display_timezone" or name != "campaigns"]
    chosen, whole = read_columns({name: [column] for name in streams}, config), sync(*streams, config=config)
    assert chosen.errors == chosen.warnings == []
    for stream in streams:
        told = [sorted(str(row.get(column)) for row in each.rows(stream)) for each in (chosen, whole)]
        assert told[0] == told[1] != [], stream


def test_of_a_report_that_has_no_spend_another_metric_is_asked_for(tiktok: Simulator, one_advertiser: Config) -> None:
    result = read_columns({IMAGES: ["ad_id", "stat_time_day", "image_id"]}, one_advertiser)
    assert (result.errors, result.warnings) == ([], [])
    asked = {call.query["metrics"] for call in tiktok.asked("/report/integrated/get/")}
    assert asked == {'["single_image_impressions"]'}


def test_a_currency_that_tiktok_refuses_as_a_metric_is_told_by_the_account(
    sync: Read, tiktok: Simulator, world: World, one_advertiser: Config
) -> None:
    expected = sync(DAILY, config=one_advertiser).rows(DAILY)
    tiktok.faults.refused_metric("currency")
    result = sync(DAILY, config=one_advertiser)
    assert result.errors == []
    assert without(result.rows(DAILY), set()) == without(expected, set())
    assert {row["currency"] for row in result.rows(DAILY)} == {of_account(world, TOKYO)["currency"]}


def test_in_the_sandbox_a_refused_currency_is_null_and_a_warning_says_so(
    sync: Read, tiktok: Simulator, sandbox_config: Config
) -> None:
    tiktok.faults.refused_metric("currency")
    result = sync(DAILY, config=sandbox_config)
    assert result.errors == []
    assert {(row["advertiser_id"], row.get("currency")) for row in result.rows(DAILY)} == {(SANDBOX, None)}
    assert any("currency" in warning for warning in result.warnings)
