"""The change log of an ad account: ordered, waited for, taken out of its wrappings."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from harness import Sync

from source_tiktok_marketing.retrievers.change_logs import read_changes
from source_tiktok_marketing.schema.columns import read_entity_columns
from tiktok_simulator import Simulator, World
from tiktok_simulator.endpoints.lists.change_logs import make_changes
from tiktok_simulator.faults.fault import Answer, Fault
from tiktok_simulator.protocol.wire import Request, Response
from tiktok_simulator.world.ready_made import TOKYO

Config = dict[str, Any]
Read = Callable[..., Sync]
CREATE, CHECK, DOWNLOAD = (f"/changelog/task/{step}/" for step in ("create", "check", "download"))
DAYS = [date(2026, 1, 15) + timedelta(number) for number in range(10)]


def written(tiktok: Simulator, **members: Any) -> Fault:
    """Puts other members into every download."""

    def act(request: Request, answer: Answer) -> Response:
        body = answer(request).json()
        return replace(answer(request), body=json.dumps({**body, "data": {**body["data"], **members}}).encode())

    return tiktok.faults.arm(Fault("written", act, DOWNLOAD))


def test_every_change_of_every_day_comes_once_under_its_ad_account(sync: Read, world: World) -> None:
    result = sync("change_logs")
    found = sorted((row["advertiser_id"], row["time"], row["object_id"]) for row in result.rows("change_logs"))
    assert found == sorted(
        (advertiser_id, line[0].replace(" ", "T") + ":00", line[2])
        for advertiser_id in world.permitted
        for day in DAYS
        for line in make_changes(world, advertiser_id, day)
    )
    assert (result.errors, result.warnings) == ([], [])
    assert {name for row in result.rows("change_logs") for name in row} == set(read_entity_columns()["change_logs"])


def test_values_before_and_after_a_change_are_texts_whatever_letters_they_have(
    sync: Read, one_advertiser: Config
) -> None:
    rows = sync("change_logs", config=one_advertiser).rows("change_logs")
    values = {
        text for row in rows for change in row["changes"] for each in change["before_after"] for text in each.values()
    }
    assert {"Größe, neu", "1,000.00 €", "50.00 USD"} <= values
    assert not [text for text in values if text.startswith(("b'", 'b"'))]
    assert any(text.startswith("It's “") for text in values)


def test_details_that_are_no_json_stay_what_tiktok_wrote(sync: Read, tiktok: Simulator, one_advertiser: Config) -> None:
    heading = "Time,log_object_type,Object ID,Object,Operator,Source,App ID,Activity details,New heading"
    written(
        tiktok, changelog=f"Budget changes,1\r\n\r\n{heading}\r\n2026-01-20 07:00,Ad,17,Settings,me,Web,3,paused,x\r\n"
    )
    rows = sync("change_logs", config=one_advertiser).rows("change_logs")
    assert {(row["time"], row["activity_details"], row["New heading"]) for row in rows} == {
        ("2026-01-20T07:00:00", "paused", "x")
    }
    assert not [row for row in rows if row.get("changes")]


def test_a_log_without_any_change_is_no_error(sync: Read, tiktok: Simulator, one_advertiser: Config) -> None:
    written(tiktok, changelog="")
    result = sync("change_logs", config=one_advertiser)
    assert (result.rows("change_logs"), result.errors) == ([], [])


@pytest.mark.parametrize(
    ("log", "words"),
    [
        ("{'file_data': b'Time,Object", "has another form than before"),
        ("Time,Object ID\r\n2026-01-20 07:00\r\n", "broke off"),
    ],
)
def test_a_log_of_another_form_is_an_error_of_that_ad_account_and_moves_no_cursor(
    log: str, words: str, sync: Read, tiktok: Simulator
) -> None:
    fault = written(tiktok, changelog=log)
    fault.advertiser_id = TOKYO
    result = sync("change_logs")
    assert any(words in error for error in result.errors)
    assert {row["advertiser_id"] for row in result.rows("change_logs")}.isdisjoint({TOKYO})
    assert result.rows("change_logs")
    assert TOKYO not in result.cursors("change_logs")


def test_a_log_is_asked_for_in_windows_of_thirty_days_and_waited_for(
    sync: Read, tiktok: Simulator, waits: list[float], one_advertiser: Config
) -> None:
    sync("change_logs", config=one_advertiser | {"start_date": "2025-11-01", "end_date": "2026-01-09"})
    asked = sorted((each.query["start_time"], each.query["end_time"]) for each in tiktok.asked(CREATE))
    assert asked == [
        ("2025-11-01 00:00:00", "2025-11-30 23:59:59"),
        ("2025-12-01 00:00:00", "2025-12-30 23:59:59"),
        ("2025-12-31 00:00:00", "2026-01-09 23:59:59"),
    ]
    assert len(tiktok.asked(CHECK)) == 9
    assert waits.count(5.0) == 6


def test_a_log_that_fails_is_ordered_twice_more_and_then_left_to_the_next_sync(
    sync: Read, tiktok: Simulator, one_advertiser: Config
) -> None:
    def act(request: Request, answer: Answer) -> Response:
        body = answer(request).json()
        return replace(answer(request), body=json.dumps({**body, "data": {"status": "FAILED"}}).encode())

    tiktok.faults.arm(Fault("failed", act, CHECK))
    result = sync("change_logs", config=one_advertiser)
    assert len(tiktok.asked(CREATE)) == 3
    assert any("TikTok's log for stream change_logs failed. The next sync" in error for error in result.errors)
    assert any(error.trace.error.internal_message.endswith(", FAILED") for error in result.output.errors)


def test_a_log_that_is_never_ready_ends_after_max_wait_minutes(
    sync: Read, tiktok: Simulator, world: World, waits: list[float], one_advertiser: Config
) -> None:
    world.tasks.checks = 10_000
    result = sync("change_logs", config=one_advertiser | {"max_wait_minutes": 2})
    assert any("took too long" in error for error in result.errors)
    assert waits.count(5.0) == 24
    assert len(tiktok.asked(CREATE)) == 1  # nobody would wait for another one


def test_without_the_permission_the_stream_is_skipped_and_the_log_names_it(sync: Read, world: World) -> None:
    world.unscoped.add(CREATE)
    result = sync("change_logs", "campaigns")
    assert (result.rows("change_logs"), result.errors) == ([], [])
    (line,) = result.warnings
    assert line.startswith("change_logs was skipped") and "Change Log (230)" in line
    assert result.cursors("change_logs") == {}


def test_the_next_sync_goes_on_where_the_last_one_ended(sync: Read, tiktok: Simulator, one_advertiser: Config) -> None:
    first = sync("change_logs", config=one_advertiser)
    tiktok.transcript.clear()
    sync(
        "change_logs",
        config=one_advertiser | {"attribution_window": 1},
        state={"change_logs": first.state("change_logs")},
    )
    (order,) = tiktok.asked(CREATE)
    assert order.query["start_time"] == "2026-01-23 00:00:00"


@pytest.mark.parametrize(
    ("details", "found"),
    [
        ("", None),
        ("paused", None),
        ('[{"name": "Budget", "before_after": [{"before": "b\'1\'", "after": "b\'"}]}]', "b'"),
    ],
)
def test_what_looks_like_bytes_and_is_none_stays_as_it_is(details: str, found: str | None) -> None:
    read = read_changes(details)
    assert (read[0]["before_after"][0]["after"] if read else None) == found
