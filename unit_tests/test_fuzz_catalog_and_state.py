"""Whatever stands in a catalog or a saved state: streams are read, or refused in a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from fuzzing import JUNK, assert_told_well, catalog_of, fuzz, run, spoiled
from hypothesis import example, given
from hypothesis import strategies as st

from tiktok_simulator import Simulator
from tiktok_simulator.world.ready_made import BERLIN, TOKYO
from tiktok_simulator.world.world import TOKEN

CONFIG = {
    "credentials": {"auth_type": "production_access_token", "access_token": TOKEN, "advertiser_ids": [TOKYO, BERLIN]},
    "start_date": "2026-01-15",
    "end_date": "2026-01-20",
}
STREAMS = {"campaigns": "modify_time", "campaigns_reports_daily": "stat_time_day", "ads_reports_weekly": "period_start"}
UNTOUCHED = "advertisers"
CATALOG = catalog_of(UNTOUCHED, *STREAMS)
CONFIGURED: dict[str, Any] = {
    "stream": {
        "name": "campaigns_reports_daily",
        "json_schema": {"type": "object", "properties": {"campaign_id": {}, "spend": {"type": "number"}}},
        "supported_sync_modes": ["full_refresh", "incremental"],
        "source_defined_cursor": True,
        "default_cursor_field": ["stat_time_day"],
        "source_defined_primary_key": [["advertiser_id"], ["campaign_id"], ["stat_time_day"]],
        "namespace": None,
    },
    "sync_mode": "incremental",
    "destination_sync_mode": "append_dedup",
    "cursor_field": ["stat_time_day"],
    "primary_key": [["campaign_id"]],
}


def blob(cursor: str, day: Any = "2026-01-18", **partition: Any) -> dict[str, Any]:
    """A saved state, with what the official connector keeps beside it."""
    own = {"partition": {"advertiser_id": TOKYO, **partition}, "cursor": {cursor: day}}
    return {"states": [own], "state": {cursor: day}, "lookback_window": 7, "use_global_cursor": False}


def state_of(blobs: dict[str, Any]) -> list[Any]:
    return [
        {"type": "STREAM", "stream": {"stream_descriptor": {"name": stream}, "stream_state": state}}
        for stream, state in blobs.items()
    ]


def named(stream: str) -> str:
    """The stream's name as a sentence can have it."""
    return stream.encode(errors="replace").decode()


def assert_read_or_told(outcome: Any) -> None:
    assert_told_well(outcome)
    for stream, status in outcome.statuses.items():
        assert status == "COMPLETE" or any(named(stream) in error["message"] for error in outcome.errors)
    assert outcome.errors or UNTOUCHED in outcome.statuses


def anything_but(blobs: dict[str, Any]) -> Any:
    return spoiled(blobs) | st.fixed_dictionaries(dict.fromkeys(blobs, JUNK))


@pytest.mark.slow
@fuzz(25)
@example(entries=[])
@example(entries=[CONFIGURED, CONFIGURED])
@example(entries=[CONFIGURED | {"stream": CONFIGURED["stream"] | {"json_schema": {"properties": [1]}}}])
@example(entries=[CONFIGURED | {"stream": CONFIGURED["stream"] | {"json_schema": {"properties": "spend"}}}])
@example(entries=[CONFIGURED | {"stream": CONFIGURED["stream"] | {"name": "no\ud800such"}}])
@example(entries=[CONFIGURED | {"cursor_field": ["nonsense"], "primary_key": [[], ["nonsense"]]}])
@given(entries=spoiled([CONFIGURED], most=2) | spoiled([CONFIGURED["stream"]]) | JUNK)
def test_any_catalog_is_read_or_refused_in_words(tiktok: Simulator, entries: Any) -> None:
    entries = [*CATALOG["streams"][:1], *entries] if isinstance(entries, list) else entries
    outcome = run("read", config=CONFIG, catalog={"streams": entries})
    assert_read_or_told(outcome)


@pytest.mark.slow
@fuzz(25)
@example(blobs={"campaigns_reports_daily": blob("stat_time_day", "2026-13-45")})
@example(blobs={"campaigns_reports_daily": blob("stat_time_day", "9999-12-31")})
@example(blobs={"campaigns_reports_daily": blob("stat_time_day", "0001-01-01")})
@example(blobs={"campaigns": blob("modify_time", "")})
@example(blobs={"campaigns_reports_daily": {"states": 7}})
@example(blobs={"campaigns_reports_daily": {"states": [None]}})
@example(blobs={"campaigns_reports_daily": {"states": [["stat_time_day"]]}})
@example(blobs={"campaigns_reports_daily": {"stat_time_day": "yesterday"}})
@example(blobs={"campaigns_reports_daily": {"states": [blob("stat_time_day")["states"][0]] * 20_000}})
@example(blobs={"ads_reports_weekly": blob("period_start", "2026-01-14", parent_slice={})})
@given(blobs=anything_but({stream: blob(cursor) for stream, cursor in STREAMS.items()}))
def test_any_state_is_gone_on_from_or_refused_in_words(tiktok: Simulator, blobs: Any) -> None:
    state = state_of(blobs) if isinstance(blobs, dict) else blobs
    outcome = run("read", config=CONFIG, catalog=CATALOG, state=state)
    assert_read_or_told(outcome)
    if not outcome.errors:
        assert set(outcome.statuses.values()) == {"COMPLETE"}


@pytest.mark.samples(4)
@pytest.mark.parametrize("option", ["catalog", "state"])
@pytest.mark.parametrize(
    "text",
    [b"", b"\xff", b"{", b"null", b"7", b'"x"', b"{}", b'{"streams": 7}', b'{"campaigns": {"modify_time": 1}}',
     b'[{"type": "GLOBAL"}]', b'[{"type": "LEGACY", "data": {"campaigns": 1}}]', b"[" * 100_000],
)  # fmt: skip
def test_a_file_that_is_none_is_refused_in_words(tiktok: Simulator, option: str, text: bytes) -> None:
    assert_read_or_told(run("read", config=CONFIG, **({"catalog": CATALOG} | {option: text})))
