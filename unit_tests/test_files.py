"""Files of TikTok's that are damaged: downloaded again, and otherwise named, beside all that can be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from harness import Sync

from tiktok_simulator import Simulator, World

Config = dict[str, Any]
Read = Callable[..., Sync]
FILE, LOG = "/page/lead/task/download/", "/changelog/task/download/"
LONG = "so much to say " * 20_000  # more than csv takes by itself


@pytest.fixture
def asked_for(one_advertiser: Config) -> Config:
    return one_advertiser | {"include_leads": True}


def in_order(result: Sync, stream: str) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in result.rows(stream))


def test_a_damaged_archive_is_downloaded_again(sync: Read, tiktok: Simulator, world: World, asked_for: Config) -> None:
    whole = in_order(sync("leads", config=asked_for), "leads")
    world.leads.zipped_from = 1
    fault = tiktok.faults.flipped_bytes(times=2)
    result = sync("leads", config=asked_for)
    assert (in_order(result, "leads"), result.errors, result.warnings) == (whole, [], [])
    assert fault.hits == 2


@pytest.mark.samples(1)
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("flipped_bytes", "TikTok's file broke off"),
        ("encrypted_zip", "TikTok's file is packed or encrypted in an unknown way"),
        ("unknown_zip", "TikTok's file is packed or encrypted in an unknown way"),
    ],
)
def test_a_file_that_can_not_be_read_is_named_and_all_others_are_read(
    fault: str, words: str, sync: Read, tiktok: Simulator, world: World, asked_for: Config
) -> None:
    whole = in_order(sync("leads", config=asked_for), "leads")
    world.leads.zipped_from = 1
    getattr(tiktok.faults, fault)(times=3)  # as often as one file is asked for
    result = sync("leads", config=asked_for)
    assert 0 < len(result.rows("leads")) < len(whole)
    assert set(in_order(result, "leads")) < set(whole)
    assert result.statuses == {"leads": "INCOMPLETE"}
    error = result.output.errors[0].trace.error
    assert f"{words} for stream leads, form " in error.message
    assert error.message.count("region ") == 1
    assert (error.failure_type.value, error.stack_trace) == ("transient_error", None)


def test_an_answer_may_be_as_long_as_people_write(
    sync: Read, asked_for: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tiktok_simulator.endpoints.lists.leads.write_file", lambda _: f"lead_id,Why\n1,{LONG}\n")
    result = sync("leads", config=asked_for)
    assert result.errors == []
    assert {row["answers"]["Why"] for row in result.rows("leads")} == {LONG}


def test_an_answer_that_was_cut_in_a_letter_costs_that_letter(
    sync: Read, tiktok: Simulator, asked_for: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tiktok_simulator.endpoints.lists.leads.write_file", lambda _: "lead_id,Why\n1,Sommer CUT\n")
    tiktok.faults.body(lambda _, body: body.replace(b"CUT", b"\xf0\x9f"), None, FILE)
    result = sync("leads", config=asked_for)
    assert result.errors == []
    assert {row["answers"]["Why"] for row in result.rows("leads")} == {"Sommer \ufffd"}
    assert len(result.warnings) == 1


def test_a_change_log_that_broke_off_is_downloaded_again(sync: Read, tiktok: Simulator, one_advertiser: Config) -> None:
    whole = in_order(sync("change_logs", config=one_advertiser), "change_logs")
    assert whole

    def cut(_: Any, body: bytes) -> bytes:
        found = json.loads(body)
        log = found["data"]["changelog"]
        found["data"]["changelog"] = "Time,Object ID,Operator\n2026-01-20 07:00,17" if log else log
        return json.dumps(found).encode()

    fault = tiktok.faults.body(cut, 2, LOG)
    result = sync("change_logs", config=one_advertiser)
    assert (in_order(result, "change_logs"), result.errors) == (whole, [])
    assert fault.hits == 2


@pytest.mark.parametrize("details", ["7", "{}", '"x"', '[{"a": "\\ud83d"}]', "[NaN]", LONG], ids=lambda text: text[:20])
def test_details_of_a_change_may_have_any_form(
    details: str, sync: Read, tiktok: Simulator, one_advertiser: Config
) -> None:
    quoted = details.replace('"', '""')
    log = f'Time,Object ID,Activity details\r\n2026-01-20 07:00,17,"{quoted}"\r\n'
    tiktok.faults.other_form("changelog", log, path=LOG)
    result = sync("change_logs", config=one_advertiser)
    assert result.errors == []
    assert {row["activity_details"] for row in result.rows("change_logs")} == {details}
