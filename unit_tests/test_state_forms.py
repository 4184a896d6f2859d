"""A saved state in any form: gone on from where it can be, else its stream begins anew with one warning."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStateMessageSerializer
from airbyte_cdk.test.entrypoint_wrapper import read
from fuzzing import Outcome, catalog_of, run
from harness import Sync, plain_reports

from source_tiktok_marketing import SourceTiktokMarketing
from source_tiktok_marketing.incremental.state_forms import read_states
from source_tiktok_marketing.json_files import read_json
from tiktok_simulator import Simulator
from tiktok_simulator.world.ready_made import BERLIN, TOKYO

Json = dict[str, Any]
DAILY, OTHER = "campaigns_reports_daily", "campaigns_reports_hourly"
REPORTS = "/report/integrated/get/"
START, RESUMED = "2026-01-15", "2026-01-19"
NAME = {"name": DAILY}
STATE = {"states": [{"partition": {"advertiser_id": TOKYO}, "cursor": {"stat_time_day": "2026-01-22"}}]}
STREAM = {"stream_descriptor": NAME, "stream_state": STATE}
SHARED = {"shared_state": {"lsn": 7}, "stream_states": [STREAM]}
CAMEL = {"streamDescriptor": NAME, "streamState": STATE}

FORMS: Json = {
    "a message per stream": [{"type": "STREAM", "stream": STREAM}],
    "one message without a list": {"type": "STREAM", "stream": STREAM},
    "messages without a type": [{"stream": STREAM}],
    "as the connector printed it": [{"type": "STATE", "state": {"type": "STREAM", "stream": STREAM}}],
    "GLOBAL": [{"type": "GLOBAL", "global": {"stream_states": [STREAM]}}],
    "GLOBAL with a shared state": [{"type": "GLOBAL", "global": SHARED}],
    "LEGACY": [{"type": "LEGACY", "data": {DAILY: STATE}}],
    "an object with a state per stream": {DAILY: STATE},
    "the platform's API": {"stateType": "stream", "connectionId": "1", "streamState": [CAMEL]},
    "the platform's API, global": {
        "stateType": "global",
        "globalState": {"sharedState": {}, "streamStates": [CAMEL]},
    },
    "the platform's form": [CAMEL],
    "beside one that was reset": [
        {"type": "STREAM", "stream": STREAM},
        {"type": "STREAM", "stream": {"stream_descriptor": {"name": OTHER}, "stream_state": None}},
    ],
}


@pytest.fixture
def one_day(one_advertiser: Json) -> Json:
    return one_advertiser | {"end_date": "2026-01-24", "start_date": START}


def read_with(state: Any, config: Json, *streams: str) -> Outcome:
    return run("read", config=config, catalog=catalog_of(*(streams or (DAILY,))), state=state)


def first_day(tiktok: Simulator, dimension: str = "stat_time_day", account: str = TOKYO) -> str:
    asked = (call for call in plain_reports(tiktok) if dimension in call.query["dimensions"])
    return min(call.query["start_date"] for call in asked if call.query["advertiser_id"] == account)


@pytest.fixture
def warnings(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """What the connector has warned of so far."""
    return lambda: [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_state_of_streams_that_no_longer_exist_costs_a_warning_and_nothing_is_left_unread(
    tiktok: Simulator, one_day: Json, warnings: Callable[[], list[str]]
) -> None:
    renamed = [{"stream_descriptor": {"name": f"mine_{number}"}, "stream_state": STATE} for number in range(7)]
    outcome = read_with([{"type": "STREAM", "stream": each} for each in renamed], one_day)
    assert (outcome.errors, outcome.statuses) == ([], {DAILY: "COMPLETE"})
    assert first_day(tiktok) == START
    (warning,) = warnings()
    assert "mine_0, mine_1, mine_2, mine_3, mine_4 and 2 more" in warning


def test_a_state_of_a_stream_that_no_longer_exists_leaves_the_others_theirs(
    tiktok: Simulator, one_day: Json, warnings: Callable[[], list[str]]
) -> None:
    read_with({DAILY: STATE, "mine": STATE}, one_day)
    assert first_day(tiktok) == RESUMED
    (warning,) = warnings()
    assert " of mine is" in warning


@pytest.mark.samples(2)
@pytest.mark.parametrize("state", FORMS.values(), ids=FORMS)
def test_a_state_file_of_any_form_is_gone_on_from(
    state: Any, tiktok: Simulator, one_day: Json, warnings: Callable[[], list[str]]
) -> None:
    outcome = read_with(state, one_day)
    assert (outcome.errors, warnings(), outcome.statuses) == ([], [], {DAILY: "COMPLETE"})
    assert first_day(tiktok) == RESUMED


def saved_state(stream: Json) -> Json:
    return {"type": "STATE", "state": {"type": "STREAM", "stream": stream}}


LINES = [
    {"type": "LOG", "log": {"level": "INFO", "message": "Syncing"}},
    saved_state({**STREAM, "stream_state": {"stat_time_day": "2026-01-16"}}),
    {"type": "RECORD", "record": {"stream": DAILY, "data": {"spend": 1}, "emitted_at": 1}},
    saved_state(STREAM),
    saved_state({"stream_descriptor": {"name": OTHER}, "stream_state": STATE}),
]


@pytest.mark.parametrize("indent", [None, 2])
def test_the_saved_output_of_a_sync_is_a_state_file_whose_last_states_count(indent: int | None, tmp_path: Path) -> None:
    saved = tmp_path / "output.jsonl"
    saved.write_text("\n".join(json.dumps(line, indent=indent) for line in LINES) + "\n\n", encoding="utf-8")
    states = {each.stream.stream_descriptor.name: each.stream for each in read_states(str(saved)) if each.stream}
    assert [*states] == [DAILY, OTHER]
    assert vars(states[DAILY].stream_state) == vars(states[OTHER].stream_state) == STATE


@pytest.mark.parametrize("cut", ['{"type": "STATE"', "", "[] nonsense"])
def test_lines_that_are_cut_are_no_state_file(cut: str, tmp_path: Path) -> None:
    saved = tmp_path / "output.jsonl"
    saved.write_text(json.dumps(LINES[1]) * bool(cut) + "\n" + cut, encoding="utf-8")
    with pytest.raises(ValueError, match="Expecting"):
        read_states(str(saved))


def test_a_pipe_can_be_read_as_often_as_a_file_and_another_pipe_is_another() -> None:
    for content in ({"a": 1}, {"b": 2}):
        reader, writer = os.pipe()
        os.write(writer, json.dumps(content).encode())
        os.close(writer)
        path = f"/dev/fd/{reader}"
        assert [read_json(path), read_json(path)] == [content, content]
        os.close(reader)


@pytest.mark.samples(1)
@pytest.mark.parametrize("form", ["GLOBAL", "GLOBAL with a shared state", "LEGACY", "messages without a type"])
def test_a_state_given_in_process_is_gone_on_from(form: str, tiktok: Simulator, one_day: Json) -> None:
    from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer  # noqa: PLC0415

    state = [AirbyteStateMessageSerializer.load(message) for message in FORMS[form]]
    catalog = ConfiguredAirbyteCatalogSerializer.load(catalog_of(DAILY))
    source = SourceTiktokMarketing(catalog, one_day, state)
    assert Sync(read(source, one_day, catalog, state, expecting_exception=None)).errors == []
    assert first_day(tiktok) == RESUMED


FOREIGN: Json = {
    "another cursor": {"updated_at": "2026-01-01"},
    "nobody's": {"states": [{"partition": {"shop": "1"}, "cursor": {"stat_time_day": "2026-01-01"}}]},
    "no day": {"states": [{"partition": {"advertiser_id": TOKYO}, "cursor": {"id": 4}}]},
    "states that are none": {"states": [None, 7, "x", []]},
    "a text": "2026-01-22",
    "one cursor for all of more than 10,000 ad accounts": {
        "use_global_cursor": True, "state": {"stat_time_day": "2026-01-22"}, "lookback_window": 0},
    "more than 10,000 ad accounts, without rows": {"use_global_cursor": True, "lookback_window": 0},
    "a machine whose clock was ahead": {"states": [
        {"partition": {"advertiser_id": TOKYO}, "cursor": {"stat_time_day": "2026-02-25"}}]},
    "one of several unreadable": {"states": [
        {"partition": {"advertiser_id": TOKYO, "store_id": "1"}, "cursor": {"stat_time_day": "2026-01-22"}},
        {"partition": {"advertiser_id": TOKYO, "store_id": "2"}, "cursor": None}]},
}  # fmt: skip


@pytest.mark.samples(2)
@pytest.mark.parametrize("state", FOREIGN.values(), ids=FOREIGN)
def test_a_stream_whose_state_is_not_understood_begins_anew_with_one_warning_and_the_others_go_on(
    state: Any, tiktok: Simulator, one_day: Json, warnings: Callable[[], list[str]]
) -> None:
    outcome = read_with({DAILY: state, OTHER: {"stat_time_hour": "2026-01-22 10:00:00"}}, one_day, DAILY, OTHER)
    assert (outcome.errors, outcome.statuses) == ([], {DAILY: "COMPLETE", OTHER: "COMPLETE"})
    (warning,) = warnings()
    assert warning.startswith(f"{DAILY}: ")
    assert "start again" in warning
    assert (first_day(tiktok), first_day(tiktok, "stat_time_hour")) == (START, RESUMED)


@pytest.mark.samples(2)
@pytest.mark.parametrize(
    "cursor",
    ["2026-01-22", "2026-01-22 00:00:00", "2026-01-22T10:00:00Z", "2026-01-22T10:00:00.123Z", "2026-01-22 10:00:00 UTC",
     "2026-01-22T10:00:00.000000", "2026-01-22T23:30:00-08:00", "2026-01-23T01:00:00+09:00", " 2026-01-22 "],
)  # fmt: skip
def test_a_cursor_with_a_zone_or_parts_of_a_second_is_understood(
    cursor: str, tiktok: Simulator, one_day: Json, warnings: Callable[[], list[str]]
) -> None:
    states = [{"partition": {"advertiser_id": TOKYO}, "cursor": {"stat_time_day": cursor}}]
    outcome = read_with({DAILY: {"states": states}}, one_day)
    assert (outcome.errors, warnings(), first_day(tiktok)) == ([], [], RESUMED)


def test_the_account_of_a_partition_is_found_in_its_parent(
    tiktok: Simulator, config: Json, warnings: Callable[[], list[str]]
) -> None:
    parent = {"advertiser_id": TOKYO, "parent_slice": {}}
    deeper = {"parent_slice": {"advertiser_id": BERLIN, "parent_slice": {}}, "campaign_id": "1"}
    states = [{"partition": {"store_id": "7", "parent_slice": parent}, "cursor": {"stat_time_day": "2026-01-22"}},
              {"partition": {"store_id": "8", "parent_slice": parent}, "cursor": {"stat_time_day": "2026-01-20"}},
              {"partition": deeper, "cursor": {"stat_time_day": "2026-01-22"}}]  # fmt: skip
    outcome = read_with({DAILY: {"states": states}}, config | {"advertiser_ids": [TOKYO, BERLIN]})
    assert (outcome.errors, warnings()) == ([], [])
    assert (first_day(tiktok), first_day(tiktok, account=BERLIN)) == ("2026-01-17", RESUMED)


@pytest.mark.parametrize("cursor", ["2099-12-31", "9999-12-31"])
def test_a_cursor_in_the_far_future_stands_and_a_warning_says_that_nothing_is_read(
    cursor: str, tiktok: Simulator, one_day: Json, warnings: Callable[[], list[str]]
) -> None:
    outcome = read_with({DAILY: {"stat_time_day": cursor}}, one_day)
    (warning,) = warnings()
    assert "far future: nothing of them is read" in warning
    assert (outcome.errors, outcome.rows(DAILY)) == ([], [])
