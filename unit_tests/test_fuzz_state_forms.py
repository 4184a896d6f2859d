"""A saved state in any form, with anything in it: every stream is read, and no ad account loses a day unnoticed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fuzzing import JUNK, Outcome, catalog_of, fuzz, run, warnings_of
from harness import plain_reports
from hypothesis import example, given
from hypothesis import strategies as st

from tiktok_simulator import Simulator
from tiktok_simulator.world.ready_made import BERLIN, TOKYO
from tiktok_simulator.world.world import TOKEN

Json = dict[str, Any]
SPOILED, GOOD, LIST = "campaigns_reports_daily", "ad_groups_reports_daily", "advertisers"
LEVELS = {SPOILED: "AUCTION_CAMPAIGN", GOOD: "AUCTION_ADGROUP"}
CURSOR = "stat_time_day"
START, RESUMED = "2026-01-15", "2026-01-19"
CONFIG = {
    "credentials": {"auth_type": "production_access_token", "access_token": TOKEN, "advertiser_ids": [TOKYO, BERLIN]},
    "start_date": START,
    "end_date": "2026-01-24",
}
STATE_OF_GOOD: Json = {
    "states": [{"partition": {"advertiser_id": owner}, "cursor": {CURSOR: "2026-01-22"}} for owner in (TOKYO, BERLIN)]
}

DAYS = [
    "2026-01-22", "2026-01-20", "2026-01-22 10:00:00", "2026-01-22T10:00:00Z", "2026-01-22T10:00:00.123Z",
    "2026-01-22T23:30:00-08:00", "2026-01-22T01:00:00.5+09:00", "2026-01-22 10:00:00 UTC", "2026-01-22T10:00:00.000000",
    "2026-02-30", "2099-12-31", "2026-02-16T00:00:00+14:00", "2026-01-22T10:00:00+99:00", "22.01.2026", "20260122", "",
]  # fmt: skip
IDS = st.sampled_from([TOKYO, BERLIN, int(TOKYO), "7999999999999999999"])
VALUES = st.sampled_from(DAYS) | JUNK
CURSORS = st.builds(dict, st.fixed_dictionaries({CURSOR: VALUES})) | st.just({}) | JUNK
OWN = st.fixed_dictionaries({"advertiser_id": IDS}, optional={"parent_slice": st.just({}) | JUNK, "store_id": JUNK})
PARTITIONS = OWN | st.fixed_dictionaries({"parent_slice": OWN, "campaign_id": JUNK}) | JUNK
ENTRIES = st.fixed_dictionaries({}, optional={"partition": PARTITIONS, "cursor": CURSORS}) | JUNK
# What the CDK keeps beside the partitions, and what it makes of more than 10,000 of them.
BESIDE = {
    "state": CURSORS,
    "use_global_cursor": st.booleans() | JUNK,
    "lookback_window": st.integers(0, 99) | JUNK,
    "parent_state": JUNK,
}
BLOBS = st.one_of(
    st.fixed_dictionaries({"states": st.lists(ENTRIES, max_size=4) | st.none() | JUNK}, optional=BESIDE),
    st.fixed_dictionaries({CURSOR: VALUES}, optional=BESIDE),
    st.fixed_dictionaries({}, optional=BESIDE),
    JUNK,
)


def named(name: str, camel: bool, blob: Any) -> Json:
    keys = ("streamDescriptor", "streamState") if camel else ("stream_descriptor", "stream_state")
    return {keys[0]: {"name": name}, keys[1]: blob}


def global_of(shared: Any, states: Json) -> Any:
    streams = [named(name, False, blob) for name, blob in states.items()]
    return [{"type": "GLOBAL", "global": {"shared_state": shared, "stream_states": streams}}]


def platforms(kind: str, states: Json) -> Json:
    streams = [named(name, True, blob) for name, blob in states.items()]
    if kind == "stream":
        return {"stateType": kind, "streamState": streams}
    return {"stateType": kind, "globalState": {"sharedState": None, "streamStates": streams}}


def messages(kind: str, states: Json) -> list[Json]:
    streams = [named(name, False, blob) for name, blob in states.items()]
    return [{"type": kind, "stream": stream} if kind else {"stream": stream} for stream in streams]


# How the states of several streams come together in one file.
ENVELOPES: Json = {
    "messages": lambda states, _: messages("STREAM", states),
    "messages without a type": lambda states, _: messages("", states),
    "as printed": lambda states, _: [{"type": "STATE", "state": each} for each in messages("STREAM", states)],
    "GLOBAL": lambda states, shared: global_of(shared, states),
    "LEGACY": lambda states, _: [{"type": "LEGACY", "data": states}],
    "an object": lambda states, _: states,
    "the platform's": lambda states, _: platforms("stream", states),
    "the platform's, global": lambda states, _: platforms("global", states),
    "beside nothing": lambda states, _: [None, *messages("STREAM", states), None],
}


def first_day(tiktok: Simulator, stream: str, owner: str) -> str:
    asked = [call.query for call in plain_reports(tiktok)]
    mine = (each for each in asked if each["data_level"] == LEVELS[stream] and each["advertiser_id"] == owner)
    return min((each["start_date"] for each in mine), default="never")


def sync(tiktok: Simulator, envelope: str, blob: Any, shared: Any = None) -> Outcome:
    tiktok.transcript.clear()
    state = ENVELOPES[envelope]({SPOILED: blob, GOOD: STATE_OF_GOOD}, shared)
    return run("read", config=CONFIG, catalog=catalog_of(LIST, SPOILED, GOOD), state=state)


@pytest.mark.slow
@fuzz(16)
@example(envelope="GLOBAL", blob={"states": None}, shared={"lsn": 7})
@example(envelope="LEGACY", blob=None, shared=None)
@example(envelope="messages", blob={"states": [None, 7, "x", []]}, shared=None)
@example(envelope="the platform's", blob={"use_global_cursor": True, "state": {CURSOR: "2026-01-22"}}, shared=None)
@example(envelope="GLOBAL", blob={"states": [{"partition": {"parent_slice": {"advertiser_id": TOKYO}},
                                             "cursor": {CURSOR: "2026-01-22T10:00:00.1Z"}}]}, shared=[])  # fmt: skip
@given(envelope=st.sampled_from(list(ENVELOPES)), blob=BLOBS, shared=st.none() | st.just({}) | JUNK)
def test_every_stream_is_read_whatever_its_saved_state_and_no_ad_account_loses_its_days(
    tiktok: Simulator, caplog: pytest.LogCaptureFixture, envelope: str, blob: Any, shared: Any
) -> None:
    outcome = sync(tiktok, envelope, blob, shared)
    told = warnings_of(caplog)
    assert (outcome.errors, outcome.statuses) == ([], dict.fromkeys((LIST, SPOILED, GOOD), "COMPLETE"))
    assert [first_day(tiktok, GOOD, owner) for owner in (TOKYO, BERLIN)] == [RESUMED, RESUMED]
    assert all(warning.startswith(f"{SPOILED}: ") for warning in told)
    assert len(told) <= 1
    for owner in (TOKYO, BERLIN):
        if first_day(tiktok, SPOILED, owner) == "never":
            assert "in the far future" in told[0]
        elif first_day(tiktok, SPOILED, owner) != START:
            assert owner in json.dumps(blob) or CURSOR in blob, "the state says nothing of this ad account"


def is_foreign(blob: Any) -> bool:
    """Whether a state has something in it, and nothing that could be gone on from."""
    return blob is not None and blob != {} and not (isinstance(blob, dict) and {"states", CURSOR} & blob.keys())


@pytest.mark.slow
@fuzz(10)
@example(envelope="messages", blob=[])
@example(envelope="an object", blob=0)
@example(envelope="LEGACY", blob="")
@given(
    envelope=st.sampled_from(list(ENVELOPES)),
    blob=(JUNK | st.fixed_dictionaries({}, optional=BESIDE)).filter(is_foreign),
)
def test_a_state_of_unknown_form_costs_one_warning_and_begins_anew(
    tiktok: Simulator, caplog: pytest.LogCaptureFixture, envelope: str, blob: Any
) -> None:
    outcome = sync(tiktok, envelope, blob)
    (told,) = warnings_of(caplog)
    assert told.startswith(f"{SPOILED}: ")
    assert "read from the start again" in told
    assert (outcome.errors, set(outcome.statuses.values())) == ([], {"COMPLETE"})
    assert [first_day(tiktok, SPOILED, owner) for owner in (TOKYO, BERLIN)] == [START, START]
