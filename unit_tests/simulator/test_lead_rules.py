"""Exports of leads: by form, by region, for those the form belongs to."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any

import pytest

from tiktok_simulator import Simulator, World
from tiktok_simulator.endpoints.lists.leads import REGION, list_forms, list_leads
from tiktok_simulator.world.ready_made import BERLIN, TOKYO

from .asking import Client

TASK, FILE = "/page/lead/task/", "/page/lead/task/download/"


@pytest.fixture
def form(world: World) -> dict[str, Any]:
    (first, *_) = list_forms(world, {"advertiser_id": TOKYO})
    return {"advertiser_id": TOKYO, "page_id": first["page_id"]}


def from_region(simulator: Simulator, region: str) -> Client:
    return Client(lambda request: simulator.handle(replace(request, headers={**request.headers, REGION: region})))


def finished(client: Client, form: dict[str, Any]) -> dict[str, str]:
    """The export of a form, asked about until it is there; the account and the task."""
    task = client.get(TASK, **form)["data"]
    while task["status"] != "SUCCEED":
        task = client.get(TASK, **form, task_id=task["task_id"])["data"]
    return {"advertiser_id": form["advertiser_id"], "task_id": task["task_id"]}


def test_an_export_goes_through_its_states(client: Client, world: World, form: dict[str, Any]) -> None:
    world.leads.tasks.checks = 2
    task = client.get(TASK, **form)["data"]
    states = [client.get(TASK, **form, task_id=task["task_id"])["data"]["status"] for _ in range(3)]
    assert [task["status"], *states] == ["CREATED", "CREATED", "RUNNING", "SUCCEED"]


def test_a_file_is_a_csv_of_all_leads_of_the_form(client: Client, world: World, form: dict[str, Any]) -> None:
    response = client.send(FILE, **finished(client, form))
    lines = csv.DictReader(io.StringIO(response.body.decode("utf-8-sig"), newline=""))
    assert list(lines) == list_leads(world, {"advertiser_id": TOKYO}, form["page_id"], "")


def test_a_region_has_leads_of_its_own(simulator: Simulator, client: Client, form: dict[str, Any]) -> None:
    europe = from_region(simulator, "eu")
    there, here = finished(europe, form), finished(client, form)
    assert europe.send(FILE, **there).body != client.send(FILE, **here).body
    assert client.refusal(FILE, **there)[0] == 40002


def test_a_file_is_not_there_before_its_task_has_ended(client: Client, form: dict[str, Any]) -> None:
    task = client.get(TASK, **form)["data"]
    assert client.refusal(FILE, advertiser_id=TOKYO, task_id=task["task_id"])[0] == 40201


@pytest.mark.parametrize(
    "change",
    [{"page_id": None}, {"ad_id": "1"}, {"library_id": "1"}, {"advertiser_id": None}, {"advertiser_id": BERLIN}],
    ids=str,
)
def test_a_form_is_named_with_whom_it_belongs_to(client: Client, form: dict[str, Any], change: dict[str, Any]) -> None:
    assert client.refusal(TASK, **{**form, **change})[0] == 40002


def test_a_form_that_moved_belongs_to_its_ad_account_no_more(
    client: Client, world: World, form: dict[str, Any]
) -> None:
    world.leads.moved.add(form["page_id"])
    assert client.refusal(TASK, **form)[0] == 40002


def test_an_unknown_region_or_library_is_refused(simulator: Simulator, client: Client, form: dict[str, Any]) -> None:
    assert from_region(simulator, "mars").refusal(TASK, **form) == (40002, "x-lead-region: mars is not a region.")
    assert client.refusal(TASK, library_id="1", page_id=form["page_id"])[0] == 40001
