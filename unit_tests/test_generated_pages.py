"""What is generated into docs/metrics.md and docs/data-model.md: readable, and nothing left out."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).parents[1] / "scripts"
MOST_NAMES = 12
CELLS = re.compile(r"(?<!\\)\|")


def scripts(*names: str) -> Iterator[list[ModuleType]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(SCRIPTS))
        yield [importlib.import_module(name) for name in names]


@pytest.fixture(scope="module")
def pages() -> Iterator[list[ModuleType]]:
    yield from scripts("docs", "metric_tables", "data_model", "joins")


def test_no_cell_of_the_metrics_names_more_streams_than_one_can_read(pages: list[ModuleType]) -> None:
    docs, metric_tables, *_ = pages
    tables = metric_tables.write_metrics_tables()
    names = [sum(word in docs.read_streams() for word in re.findall(r"`(\w+)`", line)) for line in tables.splitlines()]
    assert 3 <= max(names) <= MOST_NAMES


def test_streams_that_are_not_named_are_counted(pages: list[ModuleType]) -> None:
    docs, metric_tables, *_ = pages
    (line,) = [line for line in metric_tables.write_metrics_tables().splitlines() if line.startswith("| `reach` |")]
    cell = CELLS.split(line)[5]
    told = sum(map(int, re.findall(r"(\d+) (?:of \d+ )?(?:basic|audience|reports)", cell)))
    named = sum(word in docs.read_streams() for word in re.findall(r"`(\w+)`", cell))
    having = [name for name, stream in docs.read_streams().items() if "reach" in stream.json_schema["properties"]]
    assert told + named == len([name for name in having if "_reports_" in name])


def test_where_sources_differ_on_a_metric_its_line_says_so(pages: list[ModuleType]) -> None:
    _, metric_tables, *_ = pages
    lines = metric_tables.write_metrics_tables().splitlines()
    cells = {line.split("`")[1]: CELLS.split(line)[4] for line in lines if line.startswith("| `")}
    assert cells["reach"] == " basic, business_center, audience (disputed); all "
    assert "basic by hour (disputed)" in cells["total_purchase"]
    assert "disputed" not in cells["impressions"]


def test_every_stream_is_in_a_diagram_with_its_key(pages: list[ModuleType]) -> None:
    docs, _, data_model, _ = pages
    text = docs.draw_data_model() + data_model.draw_group_diagrams()
    assert [name for name in docs.read_streams() if f" {name} " not in text] == ["advertiser_ids"]
    assert "  catalog_feeds {\n    string bc_id PK\n    string catalog_id PK\n    string feed_id PK\n  }" in text


def test_a_join_that_is_not_drawn_follows_from_those_that_are(pages: list[ModuleType]) -> None:
    docs, *_, joins = pages
    found = joins.read_joins(docs.read_streams())
    near = joins.keep_nearest(found)
    ways: dict[str, set[str]] = {}
    for join in near:
        ways.setdefault(join.stream, set()).add(join.to)
    assert len(near) < len(found)
    assert [join for join in found if join.to not in reached(join.stream, ways)] == []


def reached(stream: str, ways: dict[str, set[str]]) -> set[str]:
    found, open_ends = set[str](), [stream]
    while open_ends:
        new = ways.get(open_ends.pop(), set()) - found
        found |= new
        open_ends.extend(new)
    return found


def test_a_join_of_some_rows_alone_says_of_which(pages: list[ModuleType]) -> None:
    *_, data_model, _ = pages
    assert 'ads ||--o{ automated_rule_result_details : "object_dimension_id where object_dimension is AD"' in (
        data_model.draw_group_diagrams()
    )
