"""Invariants of the manifest: what the CDK would let pass, and a user would meet only in a sync."""

from __future__ import annotations

import csv
import importlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from harness import discovered
from jsonschema import Draft7Validator
from rows import ENTITIES, MANIFEST, PERIODS, REPORTS, TABLES, dimensions, metrics, name_of

from source_tiktok_marketing import SourceTiktokMarketing
from source_tiktok_marketing.config.stream_tables import find_row_type, load_words
from source_tiktok_marketing.schema.columns import read_entity_columns, read_report_columns, read_table

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "manifest.yaml").read_text(encoding="utf-8")
PEERS = ROOT.parent / "shared" / "reference" / "peers" / "streams.csv"


def classes(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "class_name" in node:
            yield node["class_name"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from classes(child)


@pytest.mark.parametrize("row", [row for rows in TABLES.values() for row in rows], ids=name_of)
def test_a_row_uses_the_words_of_its_kind(row: dict[str, Any]) -> None:
    schema = {"$ref": f"#/definitions/{find_row_type(row)}", "definitions": load_words()}
    assert [error.message for error in Draft7Validator(schema).iter_errors(row)] == []


def test_no_line_of_the_manifest_is_longer_than_a_screen() -> None:
    assert [line for line in TEXT.splitlines() if len(line.encode()) > 160] == []


@pytest.mark.parametrize("row", [*REPORTS, *PERIODS], ids=name_of)
def test_every_dimension_and_metric_is_in_the_catalogue_and_allowed_at_its_level(row: dict[str, Any]) -> None:
    allowed = {entry["metric"]: entry for entry in read_table("metrics.csv")}
    kind, level = ("AUDIENCE" if "_audience_" in row["name"] else "BASIC"), row["level"].upper()
    doubted = {metric for metrics in row.get("doubted", ()) for metric in metrics}
    for metric in metrics(row):
        entry = allowed[metric]
        assert kind in entry["report_types"].split(";") or metric in doubted, metric
        assert entry["data_levels"] == "all" or level in entry["data_levels"].split(";"), metric
    assert set(dimensions(row)) <= set(read_report_columns())


def test_the_conversions_users_miss_elsewhere_are_in_every_default_report() -> None:
    wanted = {"button_click", "complete_payment", "web_event_add_to_cart", "onsite_shopping", "total_purchase",
              "app_install", "engaged_view_through_conversions", "paid_engaged_view", "conversion"}  # fmt: skip
    daily = {row["name"]: set(metrics(row)) for row in TABLES["daily_reports"]}
    for name in (
        "ads_reports_daily",
        "ad_groups_reports_daily",
        "campaigns_reports_daily",
        "advertisers_reports_daily",
    ):
        assert wanted <= daily[name]


@pytest.mark.parametrize("row", [row for row in [*REPORTS, *PERIODS] if row["level"] != "advertiser"], ids=name_of)
def test_nobody_needs_a_join_to_name_a_row(row: dict[str, Any]) -> None:
    parents = {"ad": ["adgroup_id", "adgroup_name", "campaign_id", "campaign_name", "ad_name"],
               "adgroup": ["campaign_id", "campaign_name", "adgroup_name"], "campaign": ["campaign_name"]}  # fmt: skip
    assert set(parents[row["level"]]) <= set(metrics(row))


def test_every_entity_stream_has_columns_its_key_and_its_account() -> None:
    for row in ENTITIES:
        columns = read_entity_columns()[row["name"]]
        assert {"advertiser_id", *row["key"]} <= set(columns)


def test_every_class_the_manifest_names_exists() -> None:
    for name in set(classes(MANIFEST)):
        module, _, attribute = name.rpartition(".")
        assert hasattr(importlib.import_module(module), attribute)


@pytest.mark.slow
def test_nothing_in_the_manifest_is_deprecated() -> None:
    source = SourceTiktokMarketing(config={"credentials": {"access_token": "t", "advertiser_ids": ["1"]}})
    source.streams(source.normal_config)
    assert [warning.message for warning in source.deprecation_warnings()] == []


def test_every_definition_is_used() -> None:
    anchors = [word.split()[0] for word in TEXT.split("&")[1:] if word[0].isalpha()]
    unused = [name for name in anchors if f"*{name}" not in TEXT]
    assert unused == []


def test_no_two_rows_of_the_error_table_name_the_same_code() -> None:
    rows = (row for row in MANIFEST["definitions"]["error_table"] if not row.get("not_granted"))  # told by its words
    named = Counter(code for row in rows for code in row.get("codes", ()))
    assert [code for code, times in named.items() if times > 1] == []


def test_only_tiktoks_two_hosts_are_named() -> None:
    requests = json.dumps(MANIFEST["definitions"])
    hosts = {part.split("/")[0].split("'")[0] for part in requests.split("https://")[1:]}
    assert hosts == {"business-api.tiktok.com", "sandbox-ads.tiktok.com"}


def test_the_fields_common_streams_are_all_there_with_their_keys_and_cursors(config: dict[str, Any]) -> None:
    if not PEERS.exists():
        pytest.skip("shared/reference is not here: the peers' streams can't be compared")
    ours = discovered(config)
    refused = {"ads_reports_by_country_hourly", "ad_groups_reports_by_country_hourly"}
    later = ("spark_", "pixel", "gmv_", "smart_plus")
    for row in csv.DictReader(PEERS.read_text(encoding="utf-8").splitlines()):
        if row["name"] in refused or row["name"].startswith(later):
            continue
        stream = ours[row["name"]]
        assert [path[0] for path in stream.source_defined_primary_key or []] == row["primary_key"].split()
        assert " ".join(stream.default_cursor_field or []) == row["cursor_field"]
