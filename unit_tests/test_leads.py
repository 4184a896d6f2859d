"""What people wrote into forms: all of it, under its form, and only where the configuration says so."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from harness import Sync, discovered
from rows import TABLES

from tiktok_simulator import Simulator, World
from tiktok_simulator.endpoints.call import Answer
from tiktok_simulator.endpoints.lists.leads import QUESTIONS, list_forms, list_leads
from tiktok_simulator.endpoints.lists.listed import read_lists
from tiktok_simulator.endpoints.lists.tables import make_rows
from tiktok_simulator.protocol.wire import Response
from tiktok_simulator.server.app import _write_answer
from tiktok_simulator.world.ready_made import TOKYO

Config = dict[str, Any]
Read = Callable[..., Sync]
Record = dict[str, Any]
TASK, FILE = "/page/lead/task/", "/page/lead/task/download/"
PERSONAL = {"leads", "library_leads"}
REGIONS = {"other": "", "us": "us", "eu": "eu"}


@pytest.fixture
def asked_for(one_advertiser: Config) -> Config:
    return one_advertiser | {"include_leads": True}


def expected(world: World, owner: dict[str, str]) -> list[Record]:
    """The leads of every form and region of an owner, as records."""
    pages = [form["page_id"] for form in list_forms(world, owner)]
    return [
        record(owner | {"lead_region": name}, lead)
        for page_id in pages
        for name, region in REGIONS.items()
        for lead in list_leads(world, owner, page_id, region)
    ]


def record(around: dict[str, str], lead: dict[str, str]) -> Record:
    names = {"created_time": "create_time", "form_id": "page_id", "form_name": "page_name"}
    known = {names.get(name, name): value for name, value in lead.items() if name not in QUESTIONS}
    known["create_time"] = known["create_time"].replace(" ", "T")
    return {**around, **known, "answers": {question: lead[question] for question in QUESTIONS}}


def in_order(rows: list[Record]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def spoilt(written: Answer, request_id: str, *, answer: Response, keep: Callable[..., Response]) -> Response:
    """`answer` in the place of every file."""
    return answer if written.file is not None else keep(written, request_id)


def offered(config: Config) -> list[str]:
    return list(discovered(config))


# Only where the configuration says so


@pytest.mark.slow
def test_leads_are_not_offered_before_the_configuration_asks_for_them(config: Config, asked_for: Config) -> None:
    assert not set(offered(config)) & PERSONAL
    assert set(offered(asked_for)) >= PERSONAL


def test_every_stream_of_personal_data_has_to_be_asked_for() -> None:
    options = {row["name"]: row["opt_in"] for table in TABLES.values() for row in table if "opt_in" in row}
    assert options == dict.fromkeys(PERSONAL, "include_leads")


@pytest.mark.parametrize("value", [False, None, "yes", 1])
def test_a_catalog_alone_does_not_get_personal_data(
    value: Any, sync: Read, tiktok: Simulator, one_advertiser: Config
) -> None:
    result = sync("leads", "instant_forms", config=one_advertiser | {"include_leads": value})
    assert not result.rows("leads")
    assert not tiktok.asked(TASK)
    if value in (False, None):
        assert "leads (personal data, which is read where include_leads is on)." in "".join(result.errors)
    else:
        assert "include_leads" in "".join(result.errors)


@pytest.mark.parametrize("trouble", ["", "broken off", "odd time", "no envelope"])
def test_nothing_people_wrote_is_logged_not_even_in_debug_lines(
    trouble: str,
    sync: Read,
    world: World,
    tiktok: Simulator,
    asked_for: Config,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if trouble == "odd time":
        monkeypatch.setattr("tiktok_simulator.endpoints.lists.leads.TIME_FORMAT", "Ada Lovelace")
    if trouble == "broken off":
        monkeypatch.setattr(
            "tiktok_simulator.endpoints.lists.leads.write_file", lambda _: "lead_id,Full name\n1,Ada Lovelace,too much"
        )
    if trouble == "no envelope":
        answer = Response(403, {"Content-Type": "text/csv"}, b"lead_id,Full name\n1,Ada Lovelace")
        monkeypatch.setattr(
            "tiktok_simulator.server.app._write_answer", partial(spoilt, answer=answer, keep=_write_answer)
        )
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, logger="airbyte"):
        result = sync("leads", config=asked_for)
    said = caplog.text + "".join(json.dumps(entry.__dict__, default=str) for entry in caplog.records)
    said += "".join(result.warnings) + "".join(result.errors) + str(result.output.trace_messages)
    assert tiktok.asked(FILE) and "Making outbound API request" in said
    assert "Person " not in said and "example.org" not in said and "Lovelace" not in said


# All of it


def test_every_lead_of_every_form_and_region_comes_once(sync: Read, world: World, asked_for: Config) -> None:
    result = sync("leads", config=asked_for)
    assert (result.errors, result.warnings) == ([], [])
    assert in_order(result.rows("leads")) == in_order(expected(world, {"advertiser_id": TOKYO}))
    assert len({row["lead_id"] for row in result.rows("leads")}) == len(result.rows("leads")) == 12


def test_leads_that_moved_to_a_business_centre_come_from_its_libraries(
    sync: Read, world: World, asked_for: Config
) -> None:
    (moved, *_) = list_forms(world, {"advertiser_id": TOKYO})
    world.leads.moved.add(moved["page_id"])
    result = sync("leads", "library_leads", config=asked_for)
    libraries = [row["library_id"] for row in make_rows(world, read_lists()["/page/library/get/"], {}, None)]
    held = [lead for library in libraries for lead in expected(world, {"library_id": library})]
    assert result.errors == []
    assert in_order(result.rows("library_leads")) == in_order(held)
    assert moved["page_id"] not in {row["page_id"] for row in result.rows("leads")}
    assert in_order(result.rows("leads")) == in_order(expected(world, {"advertiser_id": TOKYO}))


def test_a_zipped_file_has_the_leads_of_a_plain_one(sync: Read, world: World, asked_for: Config) -> None:
    plain = sync("leads", config=asked_for).rows("leads")
    world.leads.zipped_from = 1
    zipped = sync("leads", config=asked_for)
    assert zipped.errors == []
    assert in_order(zipped.rows("leads")) == in_order(plain)


def test_a_form_nobody_filled_in_has_no_leads(sync: Read, world: World, asked_for: Config) -> None:
    world.leads.counts = dict.fromkeys(world.leads.counts, 0)
    result = sync("leads", config=asked_for)
    assert (result.rows("leads"), result.errors, result.warnings) == ([], [], [])
    assert result.statuses == {"leads": "COMPLETE"}


def test_headings_are_known_however_they_are_written(
    sync: Read, world: World, asked_for: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = "Your name,Your name,Your name"
    text = f'Lead ID,Created Time,Ad Group ID,Page ID,Form name,Ad ID,{names}\n="7\t",,\'8,9,Spring,-,Ada,,Bo\n'
    monkeypatch.setattr("tiktok_simulator.endpoints.lists.leads.write_file", lambda _: text)
    rows = sync("leads", config=asked_for).rows("leads")
    shared = {"lead_id": "7", "adgroup_id": "8", "page_id": "9", "page_name": "Spring"}
    assert {key: value for key, value in rows[0].items() if key not in ("advertiser_id", "lead_region")} == {
        **shared,
        "answers": {"Your name": "Ada", "Your name (2)": "", "Your name (3)": "Bo"},
    }


# A file takes its time


def test_a_task_is_asked_about_until_its_file_is_there(
    sync: Read, tiktok: Simulator, world: World, asked_for: Config, waits: list[float]
) -> None:
    world.leads.tasks.checks = 3
    result = sync("leads", config=asked_for)
    files = len(tiktok.asked(FILE))
    assert result.errors == []
    assert files == 9
    assert len(tiktok.asked(TASK)) == files * 5  # begun, three times unfinished, ready
    assert waits == [5.0] * files * 4


def test_a_task_that_fails_is_begun_again_and_then_named(
    sync: Read, tiktok: Simulator, world: World, asked_for: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = world.leads.tasks.add

    def failing(*arguments: Any) -> Any:
        task = begin(*arguments)
        task.fails = "out of order"
        return task

    monkeypatch.setattr(world.leads.tasks, "add", failing)
    result = sync("leads", "campaigns", config=asked_for)
    begun = [call for call in tiktok.asked(TASK) if "task_id" not in call.query]
    assert len(begun) == 3
    assert result.statuses["leads"] == "INCOMPLETE" and result.rows("campaigns")
    assert "TikTok's export failed for stream leads. The next sync asks for it again." in "".join(result.errors)


def test_a_task_that_never_ends_is_given_up_after_the_longest_wait(
    sync: Read, tiktok: Simulator, world: World, asked_for: Config, waits: list[float]
) -> None:
    world.leads.tasks.checks = 10_000
    result = sync("leads", config=asked_for | {"max_wait_minutes": 1})
    assert "TikTok's export took too long" in "".join(result.errors)
    assert sum(waits) == 60
    assert len([call for call in tiktok.asked(TASK) if "task_id" not in call.query]) == 1  # nobody would wait for more


@pytest.mark.parametrize("text", ["lead_id,Name\n1,Ada\n2", "lead_id,Name\n1,Ada,too much\n"])
def test_a_file_that_breaks_off_is_no_success(
    text: str, sync: Read, asked_for: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tiktok_simulator.endpoints.lists.leads.write_file", lambda _: text)
    result = sync("leads", config=asked_for)
    assert "TikTok's file broke off for stream leads" in "".join(result.errors)
    assert result.statuses == {"leads": "INCOMPLETE"}


def test_a_file_without_ids_is_not_taken_for_leads(
    sync: Read, asked_for: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "tiktok_simulator.endpoints.lists.leads.write_file", lambda _: "Name,Email\nAda,ada@example.org\n"
    )
    result = sync("leads", config=asked_for)
    assert result.rows("leads") == []
    assert "has no column lead_id" in "".join(result.errors)


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("/page/get/", "Instant Page Management (680)"),
        (TASK, "Lead Management (12000000)"),
        (FILE, "Lead Management (12000000)"),
    ],
)
def test_without_the_permission_leads_are_skipped_and_all_else_is_read(
    path: str, scope: str, sync: Read, world: World, asked_for: Config
) -> None:
    world.unscoped.add(path)
    result = sync("leads", "campaigns", config=asked_for)
    assert (result.rows("leads"), result.errors) == ([], [])
    (line,) = result.warnings
    assert line.startswith("leads was skipped") and scope in line
    assert result.statuses == {"leads": "COMPLETE", "campaigns": "COMPLETE"}


@pytest.mark.slow
def test_forms_of_every_library_are_asked_for_however_many_there_are(
    sync: Read, tiktok: Simulator, world: World, asked_for: Config
) -> None:
    world.list_sizes["/page/library/get/"] = 21
    rows = sync("lead_form_libraries", "library_leads", config=asked_for).rows("lead_form_libraries")
    asked = {call.query.get("library_id") for call in tiktok.asked("/page/get/")}
    assert asked == {row["library_id"] for row in rows}
    assert len(asked) == 21
