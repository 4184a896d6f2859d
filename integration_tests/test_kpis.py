"""docs/kpis.md: its queries run on the demo's tables, and give what it shows."""

from __future__ import annotations

import re
from decimal import Decimal
from importlib.util import find_spec
from typing import Any

import duckdb
import pytest
from demos import ROOT, DemoRun

from demo.notebook import DATABASE
from source_tiktok_marketing.schema.metrics import read_metrics

if find_spec("airbyte") is None:
    pytest.skip("PyAirbyte, which the demo runs through, does not support this Python", allow_module_level=True)

PAGE = ROOT / "docs" / "kpis.md"
EXAMPLE = re.compile(r"```sql\n(?P<query>.*?)```\n(?:\n```\n(?P<result>.*?)```\n)?", re.DOTALL)
COLUMNS = ROOT / "unit_tests" / "golden" / "columns.txt"
CELL = 44  # characters


def written(value: Any) -> str:
    """A cell of a result: amounts without trailing zeros beyond the cents, long texts cut."""
    if isinstance(value, (Decimal, float)):
        return f"{value:.2f}"
    text = "" if value is None else " ".join(str(value).split())
    return text if len(text) <= CELL else f"{text[: CELL - 1]}…"


def result_of(query: str, demo: DemoRun) -> str:
    """The query's rows as a table of text."""
    with duckdb.connect(demo.output / DATABASE, read_only=True) as connection:
        found = connection.sql(query)
        rows = [found.columns, *([written(value) for value in row] for row in found.fetchall())]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, ["-" * width for width in widths])
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "".join(f"{line.rstrip()}\n" for line in lines)


@pytest.mark.slow
def test_every_query_of_the_page_gives_what_the_page_shows(demo: DemoRun, request: pytest.FixtureRequest) -> None:
    page = PAGE.read_text(encoding="utf-8")
    found = EXAMPLE.sub(
        lambda example: f"```sql\n{example['query']}```\n\n```\n{result_of(example['query'], demo)}```\n", page
    )
    if request.config.getoption("--golden", default=False):
        PAGE.write_text(found, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == found


def test_there_is_a_query_for_each_of_the_twelve_questions_and_it_finds_rows() -> None:
    questions = PAGE.read_text(encoding="utf-8").split("\n### ")[1:]
    assert [question.split(".")[0] for question in questions] == [str(number) for number in range(1, 13)]
    for question in questions:
        results = [example["result"] for example in EXAMPLE.finditer(question)]
        assert results
        assert all(result.count("\n") > 2 for result in results)


def test_the_page_names_only_columns_there_are() -> None:
    text = EXAMPLE.sub("", PAGE.read_text(encoding="utf-8"))
    named = set(re.findall(r"`([a-z][a-z0-9]*(?:_[a-z0-9]+)+)`", text))
    columns = set(re.findall(r"\w+", COLUMNS.read_text(encoding="utf-8")))
    assert (
        named - columns - set(read_metrics()) - {"include_deleted", "current_date", "dbt_valid_from", "dbt_valid_to"}
        == set()
    )
