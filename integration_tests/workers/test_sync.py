"""What of the connector's messages is written, and when: a state after its rows, and of it only what has changed."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
import worker
from connector import Connector, Descriptor, Message, Record, State, StreamState
from store import Store, Table
from worker import Sync
from worker_settings import Settings

TOKYO, BERLIN = {"advertiser_id": "7002238017842750001"}, {"advertiser_id": "7002238017842750003"}
THINGS = Table("things", {"id": "string"}, ["id"])


@pytest.fixture
def sync(store: Store) -> Sync:
    store.prepare([THINGS])
    return Sync(Settings({}, [], "", 0, 1), store, Connector(), {THINGS.name: THINGS})


def row(number: int) -> Message:
    return Message("RECORD", record=Record(THINGS.name, {"id": str(number)}))


def state(content: dict[str, Any]) -> Message:
    return Message("STATE", state=State(StreamState(Descriptor(THINGS.name), content)))


def cursors(*states: tuple[dict[str, str], str]) -> Message:
    return state({"states": [{"partition": owner, "cursor": {"date": day}} for owner, day in states]})


def test_rows_are_written_when_there_are_many_and_no_state_with_them(
    sync: Sync, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "MOST_ROWS", 2)
    for number in range(5):
        sync.take(row(number))
    assert (sync.written, sync.in_hand, list(store.load_cursors())) == (4, 1, [])


def test_a_state_is_saved_with_the_rows_before_it(sync: Sync, store: Store) -> None:
    sync.take(row(1))
    sync.take(cursors((TOKYO, "2026-01-05")))
    assert sync.written == 1
    assert list(store.load_cursors()) == [(THINGS.name, TOKYO, {"date": "2026-01-05"})]


def test_a_cursor_that_has_not_moved_is_not_saved_again(sync: Sync, store: Store) -> None:
    sync.take(cursors((TOKYO, "2026-01-05"), (BERLIN, "2026-01-05")))
    later = {json.dumps(BERLIN): {"date": "2026-01-09"}}  # saved by somebody else, who reads Berlin by now
    store.write(THINGS, [], later)
    sync.take(cursors((TOKYO, "2026-01-06"), (BERLIN, "2026-01-05")))
    saved = {owner["advertiser_id"]: cursor["date"] for _, owner, cursor in store.load_cursors()}
    assert saved == {TOKYO["advertiser_id"]: "2026-01-06", BERLIN["advertiser_id"]: "2026-01-09"}


def test_a_state_of_all_ad_accounts_in_one_is_not_saved_and_that_is_said(
    sync: Sync, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    sync.take(row(1))
    with caplog.at_level(logging.WARNING):
        sync.take(state({"use_global_cursor": True, "state": {"date": "2026-01-05"}}))
    assert (sync.written, list(store.load_cursors())) == (1, [])
    assert "things has no state for each ad account" in caplog.text
