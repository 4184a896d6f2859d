"""The catalogue: complete against what is known of TikTok, and worth reading in a warehouse."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from source_tiktok_marketing.schema.columns import SHAPES, read_table

REFERENCE = Path(__file__).parents[2] / "shared" / "reference"
# Metrics that TikTok's documents have, or tell otherwise, since the reference was written, by their type and group.
SINCE = {"minis_name": ("string", "Attribute"), "optimization_event": ("string", "Attribute"),
         "account_type": ("string", "Core"), "app_install_rate": ("number", "App"),
         "real_time_app_install_rate": ("number", "App"), "live_duration": ("string", "GMV Max")}  # fmt: skip
TABLES = [("metrics.csv", "metric"), ("dimensions.csv", "dimension"), ("fields.csv", "field")]


def reference(name: str) -> list[dict[str, str]]:
    if not REFERENCE.exists():
        pytest.skip("shared/reference is not here: there is nothing to compare the catalogue with")
    return list(csv.DictReader((REFERENCE / name).read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize(("name", "key"), [("metrics.csv", "metric"), ("dimensions.csv", "dimension")])
def test_everything_tiktok_is_known_to_have_is_in_the_catalogue(name: str, key: str) -> None:
    known = {row[key] for row in reference(name)}
    assert known == {row[key] for row in read_table(name)} - (SINCE.keys() - known)


def test_a_metric_has_the_type_and_group_tiktok_gives_it() -> None:
    known = {row["metric"]: (row["type"], row["group"]) for row in reference("metrics.csv")} | SINCE
    assert {row["metric"]: (row["type"], row["group"]) for row in read_table("metrics.csv")} == known


@pytest.mark.parametrize(("name", "key"), TABLES)
def test_every_column_is_described_in_a_line_and_typed(name: str, key: str) -> None:
    for row in read_table(name):
        assert row["type"] in SHAPES, row[key]
        assert row["description"].endswith("."), row[key]
        assert 15 <= len(row["description"]) <= 200, row[key]
        assert row["description"].isascii(), row[key]


def test_no_two_metrics_are_described_alike() -> None:
    descriptions = [row["description"] for row in read_table("metrics.csv")]
    assert len(descriptions) == len(set(descriptions))


@pytest.mark.parametrize(("name", "key"), [("metrics.csv", "metric"), ("dimensions.csv", "dimension")])
def test_no_name_comes_twice(name: str, key: str) -> None:
    names = [row[key] for row in read_table(name)]
    assert len(names) == len(set(names))
