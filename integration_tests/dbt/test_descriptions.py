"""Every column is described, once and truly: the warehouse has it."""

from __future__ import annotations

import re
from pathlib import Path

from warehouses import PACKAGE, Built

COLUMNS = "select column_name from duckdb_columns() where schema_name = '{}' and table_name = '{}'"


def test_every_column_of_every_model_and_history_is_described_and_nothing_else(built: Built) -> None:
    models, histories = built.nodes("model"), built.nodes("snapshot")
    assert (len(models), len(histories)) == (24, 3)
    for name, node in (models | histories).items():
        made = {column for (column,) in built.rows(COLUMNS.format(node["schema"], node["alias"]))}
        described = {column for column, said in node["columns"].items() if said["description"].strip()}
        assert described == made, name
        assert node["description"], name


def test_every_model_says_its_key_and_which_streams_it_reads(built: Built) -> None:
    sources = {source["name"] for source in built.manifest["sources"].values()}
    for name, node in built.nodes("model").items():
        if name.startswith("tiktok_"):
            meta = node["config"]["meta"]
            assert set(meta["key"]) <= set(node["columns"]), name
            assert {*meta["needs"], *meta["needs_one_of"]} <= sources, name


def test_the_guide_names_every_model_and_every_variable(built: Built) -> None:
    guide = (PACKAGE / "README.md").read_text("utf-8")
    assert [name for name in built.nodes("model") if name.startswith("tiktok_") and f"`{name}`" not in guide] == []
    assert [name for name in built.nodes("snapshot") if f"`{name}`" not in guide] == []
    project = (PACKAGE / "dbt_project.yml").read_text("utf-8")
    variables = re.findall(r"^  (\w+):", project.partition("\nvars:\n")[2].partition("\n\n")[0], re.M)
    assert len(variables) == 11
    assert [name for name in variables if f"`{name}`" not in guide] == []


def test_streams_and_columns_are_the_connectors_own(built: Built) -> None:
    columns = Path(__file__).parents[2] / "unit_tests" / "golden" / "columns.txt"
    offered = {line.partition(" | ")[0] for line in columns.read_text("utf-8").splitlines()}
    assert {source["name"] for source in built.manifest["sources"].values()} <= offered
