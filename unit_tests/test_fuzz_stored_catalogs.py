"""A stored catalog with any schema in it: a selection of our own columns is kept to, with any other all are read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fuzzing import JUNK, catalog_of, fuzz, run, warnings_of
from harness import plain_reports
from hypothesis import example, given
from hypothesis import strategies as st
from test_stored_catalogs import BEFORE_4_7, IDS, MOMENT, NESTED, nullable, offered

from tiktok_simulator import Simulator
from tiktok_simulator.world.ready_made import TOKYO
from tiktok_simulator.world.world import TOKEN

Json = dict[str, Any]
STREAM = "campaigns_reports_daily"
REPORTS = "/report/integrated/get/"
CONFIG: Json = {
    "credentials": {"auth_type": "production_access_token", "access_token": TOKEN, "advertiser_ids": [TOKYO]},
    "start_date": "2026-01-15",
    "end_date": "2026-01-16",
}
KEY = ("advertiser_id", "campaign_id", "stat_time_day")
FIGURES = ("spend", "clicks", "impressions", "reach", "conversion")
OURS = {name: schema for name, schema in offered(STREAM, CONFIG).items() if name in (*KEY, *FIGURES)}
OBJECT = {"type": "object"}

NOT_OURS = st.sampled_from([
    NESTED, BEFORE_4_7 | NESTED, IDS | {"stat_time_day": MOMENT} | NESTED, IDS,
    {"metrics": nullable("object")}, {"id": nullable("string")}, {"campaign_id": {"$ref": "#/definitions/Id"}},
    OURS | {"dimensions": NESTED["dimensions"]}, {"spend": nullable("string")}, {"spend": {"anyOf": [{}, {}]}},
])  # fmt: skip
ABSENT = [None, {}, OBJECT, {"properties": {}}, {"properties": None}, {"properties": [1]}, {"$ref": "#/x"}]
UNKNOWN = st.dictionaries(st.sampled_from(["gone_last_year", "", "\ud800", "Spend", "0"]), st.just(nullable("number")))


def read(caplog: pytest.LogCaptureFixture, schema: Any) -> tuple[Any, list[str]]:
    """What a sync with this schema gives, and the warnings about it."""
    catalog = catalog_of(STREAM)
    if schema is None:
        del catalog["streams"][0]["stream"]["json_schema"]
    else:
        catalog["streams"][0]["stream"]["json_schema"] = schema
    outcome = run("read", config=CONFIG, catalog=catalog)
    assert (outcome.errors, outcome.statuses) == ([], {STREAM: "COMPLETE"})
    return outcome, [line for line in warnings_of(caplog) if "saved schema" in line]


def asked(tiktok: Simulator) -> set[str]:
    """The metrics asked for since the last call."""
    found = {metric for call in plain_reports(tiktok) for metric in json.loads(call.query["metrics"])}
    tiktok.transcript.clear()
    return found


def assert_every_figure_is_read(outcome: Any, metrics: set[str]) -> None:
    assert len(metrics) > 50
    assert sum(row["spend"] for row in outcome.rows(STREAM)) > 0


@fuzz(12)
@given(properties=NOT_OURS, beside=st.dictionaries(st.sampled_from(["$schema", "required", "description"]), JUNK))
def test_with_a_schema_that_is_not_ours_every_figure_is_read_and_a_warning_says_so(
    tiktok: Simulator, caplog: pytest.LogCaptureFixture, properties: Json, beside: Json
) -> None:
    outcome, told = read(caplog, {**beside, "type": "object", "properties": properties})
    assert_every_figure_is_read(outcome, asked(tiktok))
    assert len(told) == 1


@fuzz(10)
@example(schema=None)
@example(schema={"properties": None})
@given(schema=st.sampled_from(ABSENT) | st.dictionaries(st.sampled_from(["type", "title", "properties"]), st.none()))
def test_a_stream_without_a_schema_is_read_whole(
    tiktok: Simulator, caplog: pytest.LogCaptureFixture, schema: Any
) -> None:
    outcome, told = read(caplog, schema)
    assert_every_figure_is_read(outcome, asked(tiktok))
    assert told == []


@fuzz(12)
@given(
    kept=st.sets(st.sampled_from(FIGURES), min_size=1),
    key=st.sets(st.sampled_from(KEY)),
    unknown=UNKNOWN,
    said=st.sampled_from([True, False]),
)
def test_of_our_own_schema_what_is_selected_is_read_and_unknown_columns_change_nothing(
    tiktok: Simulator, caplog: pytest.LogCaptureFixture, kept: set[str], key: set[str], unknown: Json, said: bool
) -> None:
    properties = {name: OURS[name] if said else {} for name in (*key, *kept)} | unknown
    outcome, told = read(caplog, {"type": "object", "properties": properties})
    assert (asked(tiktok), told) == (kept, [])
    assert all(row.keys() >= {*KEY, *kept} for row in outcome.rows(STREAM))


@fuzz(10)
@given(schema=JUNK.filter(lambda value: isinstance(value, dict)), name=st.sampled_from([*FIGURES, *KEY]), odd=JUNK)
def test_an_odd_schema_of_one_column_never_stops_the_stream(
    tiktok: Simulator, caplog: pytest.LogCaptureFixture, schema: Json, name: str, odd: Any
) -> None:
    outcome, _ = read(caplog, {**schema, "properties": OURS | {name: odd}})
    assert asked(tiktok) >= set(FIGURES)
    assert outcome.rows(STREAM) != []
