"""Real rows of a real ad account, replayed by the simulator, come out as they were, flat and typed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from harness import Sync, frozen_now, read_streams

from source_tiktok_marketing.schema.columns import read_entity_columns, read_report_columns
from tiktok_simulator import Simulator, intercept
from tiktok_simulator.endpoints.reports.recorded import make_recorded_world

RECORDED = Path(__file__).parents[2] / "shared" / "recorded" / "real_records.jsonl"
LINES = [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()] if RECORDED.exists() else []
# Without the recording one test of each kind stands for all of them, and says why it is skipped.
EACH = LINES or [{"stream": "no recording", "data": {}}]
Found = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def recorded(config: dict[str, Any]) -> Iterator[Found]:
    """The rows of a stream in October 2021, which is when most was recorded."""
    if not LINES:
        pytest.skip("shared/recorded is not here: there are no real rows to replay")
    month = config | {"start_date": "2021-10-19", "end_date": "2021-10-29"}
    with intercept(Simulator(make_recorded_world(RECORDED), clock=frozen_now)):
        yield lambda stream: _read(stream, month).rows(stream)


def _read(stream: str, config: dict[str, Any]) -> Sync:
    result = read_streams([stream], config)
    assert result.errors == []
    return result


def expected(line: dict[str, Any]) -> dict[str, Any]:
    """The recorded row as a record: flat, ids as text, numbers as numbers, nulls left out, one form of time."""
    data = dict(line["data"])
    data |= {**data.pop("dimensions", {}), **data.pop("metrics", {})}
    columns = read_entity_columns().get(line["stream"], read_report_columns())
    rows = ((name, columns[name].type, value) for name, value in data.items() if name in columns and value is not None)
    return {name: _as(kind, value) for name, kind, value in rows}


def _as(kind: str, value: Any) -> Any:
    match kind:
        case "string":
            return str(value)
        case "integer":
            return round(float(value))
        case "number":
            return float(value)
        case "boolean":
            return bool(value)
        case "date":
            return value[:10]
        case "date-time":
            return value[:19].replace(" ", "T")
        case "array<string>":
            return [str(item) for item in value]
        case _:
            return value


@pytest.mark.parametrize("line", EACH, ids=lambda line: line["stream"])
def test_a_real_row_comes_out_as_it_was(line: dict[str, Any], recorded: Found) -> None:
    wanted = expected(line)
    rows = recorded(line["stream"])
    asked = set().union(*rows)
    assert any({name: row.get(name) for name in wanted if name in asked} ==
               {name: value for name, value in wanted.items() if name in asked} for row in rows), wanted  # fmt: skip


@pytest.mark.samples(6)
@pytest.mark.parametrize("line", EACH, ids=lambda line: line["stream"])
def test_every_column_that_was_recorded_is_emitted(line: dict[str, Any], recorded: Found) -> None:
    missing = set(expected(line)) - set().union(*recorded(line["stream"]))
    assert missing == set()
