"""A connection keeps the schema of the connector it was made with: figures are read whichever connector that was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer
from airbyte_cdk.test.entrypoint_wrapper import read
from fuzzing import run
from harness import QuickSource, Sync, plain_reports
from test_spec_and_catalog import known_catalog

from source_tiktok_marketing import SourceTiktokMarketing
from source_tiktok_marketing.config.column_selection import select_columns
from source_tiktok_marketing.schema.columns import list_renamed_columns
from tiktok_simulator import Simulator

Json = dict[str, Any]
DAILY, HOURLY, AUDIENCE = "campaigns_reports_daily", "ads_reports_hourly", "ads_audience_reports_daily"
STREAMS = (DAILY, HOURLY, AUDIENCE, "campaigns_reports_lifetime")
REPORTS = "/report/integrated/get/"


def nullable(kind: str, **rest: Any) -> Json:
    return {"type": ["null", kind], **rest}


MOMENT = nullable("string", format="date-time", airbyte_type="timestamp_without_timezone")
FIGURES = {"spend": nullable("string"), "clicks": nullable("string"), "video_play_actions": nullable("number")}
NESTED = {"metrics": nullable("object", properties=FIGURES), "dimensions": nullable("object", properties=FIGURES)}
IDS = {name: nullable("integer") for name in ("advertiser_id", "campaign_id", "adgroup_id", "ad_id")}
BEFORE_4_7 = {"stat_time_day": nullable("string"), "stat_time_hour": nullable("string")} | {
    name: nullable("string") for name in IDS
}
# What the official connector has offered, from its versions of 2021 to those of 2026.
OFFICIAL = {
    "dimensions and metrics alone": NESTED,
    "ids and times beside them, as text": BEFORE_4_7 | NESTED,
    "ids as numbers, moments for days": IDS | {"stat_time_day": MOMENT, "stat_time_hour": MOMENT} | NESTED,
    "the figures of it deselected": IDS | {"stat_time_day": MOMENT, "stat_time_hour": MOMENT},
    "by audience": IDS | {"stat_time_day": MOMENT, "gender": nullable("string"), "age": nullable("string")} | NESTED,
    "metrics as an object of any form": {"metrics": nullable("object"), "dimensions": nullable("object")},
    "types by reference": {name: {"$ref": "WellKnownTypes.json#/definitions/Integer"} for name in (*IDS, "metrics")},
    "somebody else's altogether": {"id": nullable("string"), "updated_at": MOMENT},
}


def catalog_of(properties: Json, *streams: str) -> Json:
    return {"streams": [
        {"stream": {"name": name, "json_schema": {"type": "object", "properties": properties},
                    "supported_sync_modes": ["full_refresh", "incremental"]},
         "sync_mode": "incremental", "destination_sync_mode": "append"} for name in streams]}  # fmt: skip


def read_with(catalog: Json, config: Json) -> Sync:
    built = ConfiguredAirbyteCatalogSerializer.load(catalog)
    return Sync(read(SourceTiktokMarketing(built, config, None), config, built, None, expecting_exception=None))


def asked(tiktok: Simulator) -> set[tuple[str, ...]]:
    return {tuple(json.loads(call.query["metrics"])) for call in plain_reports(tiktok)}


@pytest.mark.samples(1)
@pytest.mark.parametrize("properties", OFFICIAL.values(), ids=OFFICIAL)
def test_a_schema_of_another_connector_selects_nothing(
    properties: Json, tiktok: Simulator, one_advertiser: Json
) -> None:
    two_days = one_advertiser | {"start_date": "2026-01-23"}
    result = read_with(catalog_of(properties, *STREAMS), two_days)
    assert result.errors == []
    assert min(len(metrics) for metrics in asked(tiktok)) > 20
    for stream in STREAMS:
        assert sum(row["spend"] for row in result.rows(stream)) > 0, stream


def test_one_warning_names_the_streams_and_says_to_refresh_the_schema(tiktok: Simulator, one_advertiser: Json) -> None:
    (warning,) = read_with(catalog_of(NESTED, *STREAMS), one_advertiser | {"start_date": "2026-01-24"}).warnings
    assert all(f"{stream} (metrics, dimensions)" in warning for stream in STREAMS)
    assert "Refresh the schema of the connection" in warning


def test_a_list_keeps_all_its_columns_whatever_the_schema_says(tiktok: Simulator, one_advertiser: Json) -> None:
    stored = {"campaign_id": nullable("integer"), "campaign_name": nullable("string"), "modify_time": MOMENT}
    result = read_with(catalog_of(stored, "campaigns"), one_advertiser)
    (warning,) = result.warnings
    assert "campaigns (campaign_id)" in warning
    assert {"objective_type", "budget", "advertiser_id"} <= set().union(*result.rows("campaigns"))


def test_the_command_reads_figures_with_the_officials_catalog(tiktok: Simulator, one_advertiser: Json) -> None:
    outcome = run("read", config=one_advertiser, catalog=catalog_of(BEFORE_4_7 | NESTED, DAILY))
    assert outcome.statuses == {DAILY: "COMPLETE"}
    assert sum(row["spend"] for row in outcome.rows(DAILY)) > 0


def offered(stream: str, config: Json) -> Json:
    """The stream's columns as this connector offers them."""
    source = QuickSource(ConfiguredAirbyteCatalogSerializer.load(catalog_of({}, stream)), config, [])
    (found,) = (each for each in source.streams(source.normal_config) if each.name == stream)
    return dict(found.get_json_schema()["properties"])


@pytest.mark.samples(1)
@pytest.mark.parametrize("kept", [("spend", "clicks"), ("reach",), ("campaign_name", "real_time_result")])
def test_our_own_schema_with_columns_left_out_is_a_selection(
    kept: tuple[str, ...], tiktok: Simulator, one_advertiser: Json
) -> None:
    ours = offered(DAILY, one_advertiser)
    properties = {name: ours[name] for name in ours if name in ("campaign_id", "stat_time_day", *kept)}
    result = read_with(catalog_of(properties, DAILY), one_advertiser)
    assert {frozenset(metrics) for metrics in asked(tiktok)} == {frozenset(kept)}
    assert (result.errors, result.warnings) == ([], [])


@pytest.mark.samples(1)
@pytest.mark.parametrize("stream", STREAMS)
def test_our_own_schema_whole_warns_of_nothing(stream: str, tiktok: Simulator, one_advertiser: Json) -> None:
    config = one_advertiser | {"start_date": "2026-01-24"}
    result = read_with(catalog_of(offered(stream, config), stream), config)
    assert (result.errors, result.warnings) == ([], [])
    assert result.rows(stream) != []


def test_a_column_of_ours_that_is_gone_leaves_the_selection_as_it_is(tiktok: Simulator, one_advertiser: Json) -> None:
    ours = offered(DAILY, one_advertiser)
    properties = {"spend": ours["spend"], "campaign_id": ours["campaign_id"], "gone_last_year": nullable("number")}
    assert read_with(catalog_of(properties, DAILY), one_advertiser).warnings == []
    assert asked(tiktok) == {("spend",)}


def test_a_column_of_ours_whose_type_has_changed_makes_no_selection(tiktok: Simulator, one_advertiser: Json) -> None:
    properties = offered(DAILY, one_advertiser) | {"spend": nullable("string")}
    (warning,) = read_with(catalog_of(properties, DAILY), one_advertiser).warnings
    assert f"{DAILY} (spend)" in warning


def test_everything_we_offer_is_ours(config: Json) -> None:
    entries = [{"stream": stream, "sync_mode": "full_refresh", "destination_sync_mode": "append"}
               for stream in known_catalog(config)["streams"]]  # fmt: skip
    selected = select_columns(ConfiguredAirbyteCatalogSerializer.load({"streams": entries}))
    assert selected == {
        each["stream"]["name"]: [
            list_renamed_columns().get(name, name) for name in each["stream"]["json_schema"]["properties"]
        ]
        for each in entries
    }
