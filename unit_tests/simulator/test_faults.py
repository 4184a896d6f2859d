"""Misbehaviour on demand: each fault does what its name says, as often as it was told, and counts it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from tiktok_simulator import Request, Simulator, World
from tiktok_simulator.faults.faults import Faults
from tiktok_simulator.world.ready_made import BERLIN, TOKYO

from .asking import TASK, Client, over

CAMPAIGNS = "/campaign/get/"
CHECK, DOWNLOAD = "/report/task/check/", "/report/task/download/"


def test_a_rate_limit_ends_after_so_many_requests(wired: Client, simulator: Simulator) -> None:
    fault = simulator.faults.rate_limited(times=2)
    for _ in range(2):
        assert wired.refusal(CAMPAIGNS, advertiser_id=TOKYO)[0] == 40100
    assert wired.rows(CAMPAIGNS, advertiser_id=TOKYO)
    assert fault.hits == 2


@pytest.mark.parametrize(
    ("arm", "code"),
    [
        (lambda faults: faults.rate_limited(code=40133), 40133),
        (lambda faults: faults.outage(), 50000),
        (lambda faults: faults.outage(code=60001), 60001),
        (lambda faults: faults.no_permission(TOKYO), 40001),
        (lambda faults: faults.revoked_token(), 40105),
    ],
)
def test_a_fault_answers_with_its_code(
    client: Client, simulator: Simulator, arm: Callable[[Faults], Any], code: int
) -> None:
    arm(simulator.faults)
    assert client.refusal(CAMPAIGNS, advertiser_id=TOKYO)[0] == code
    assert simulator.transcript[-1].code == code


def test_a_fault_can_be_kept_to_one_path(client: Client, simulator: Simulator) -> None:
    fault = simulator.faults.outage(times=1, path="/ad/get/")
    assert client.rows(CAMPAIGNS, advertiser_id=TOKYO)
    assert fault.hits == 0
    assert client.refusal("/ad/get/", advertiser_id=TOKYO)[0] == 50000


def test_a_lost_permission_is_one_advertisers_own(client: Client, simulator: Simulator) -> None:
    simulator.faults.no_permission(TOKYO, path="/report/integrated/get/")
    assert client.report_refusal()[0] == 40001
    assert client.report(advertiser_id=BERLIN)
    assert client.rows(CAMPAIGNS, advertiser_id=TOKYO)


def test_a_gateway_page_is_html_with_503(wired: Client, simulator: Simulator) -> None:
    simulator.faults.html_503()
    response = wired.send(CAMPAIGNS, advertiser_id=TOKYO)
    assert (response.status, response.body[:6]) == (503, b"<html>")
    assert wired.rows(CAMPAIGNS, advertiser_id=TOKYO)


def test_a_cut_answer_is_200_and_not_json(wired: Client, simulator: Simulator) -> None:
    simulator.faults.cut_json()
    response = wired.send(CAMPAIGNS, advertiser_id=TOKYO)
    assert response.status == 200
    with pytest.raises(json.JSONDecodeError):
        response.json()


def test_a_reset_connection_is_a_connection_error_and_the_next_request_works(
    wired: Client, simulator: Simulator
) -> None:
    simulator.faults.connection_reset()
    with pytest.raises(requests.ConnectionError):
        wired.send(CAMPAIGNS, advertiser_id=TOKYO)
    assert (simulator.transcript[-1].status, simulator.transcript[-1].code) == (0, None)
    assert wired.rows(CAMPAIGNS, advertiser_id=TOKYO)


def test_a_window_too_large_is_refused_until_it_is_small_enough(client: Client, simulator: Simulator) -> None:
    fault = simulator.faults.too_large(days=4, advertiser_id=TOKYO)
    assert client.report_refusal() == (40067, "Your query is too large")
    assert client.report(end_date="2026-01-04")
    assert client.report(advertiser_id=BERLIN)
    assert fault.hits == 1


def test_a_token_can_be_revoked_in_the_middle(client: Client, simulator: Simulator) -> None:
    simulator.faults.revoked_token(after=1)
    assert client.rows(CAMPAIGNS, advertiser_id=TOKYO)
    assert client.refusal(CAMPAIGNS, advertiser_id=TOKYO)[0] == 40105


def test_one_metric_can_hold_an_odd_value(client: Client, simulator: Simulator) -> None:
    simulator.faults.odd_value("spend", "n/a", times=1)
    assert {row["spend"] for row in client.report()} == {"n/a"}
    assert "n/a" not in {row["spend"] for row in client.report()}


def test_a_slow_answer_waits_on_a_real_socket_only(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("tiktok_simulator.server.over_tls.pause", lambda _, seconds: waits.append(seconds))
    simulator.faults.slow(seconds=3)
    with over("intercepted", simulator) as client:
        client.rows(CAMPAIGNS, advertiser_id=TOKYO)
    assert waits == []
    with over("served", simulator) as client:
        client.rows(CAMPAIGNS, advertiser_id=TOKYO)
    assert waits == [3]


def test_a_task_can_end_failed_with_a_message(wired: Client, simulator: Simulator) -> None:
    fault = simulator.faults.task_failed(message="out of memory")
    task_id = wired.created()
    answers = [wired.get(CHECK, **TASK, task_id=task_id)["data"] for _ in range(3)]
    assert [answer["status"] for answer in answers] == ["QUEUING", "PROCESSING", "FAILED"]
    assert [answer["message"] for answer in answers] == ["", "", "out of memory"]
    assert wired.refusal(DOWNLOAD, **TASK, task_id=task_id)[0] == 40200
    another = wired.created()
    assert [wired.status(another) for _ in range(3)][-1] == "SUCCESS"
    assert fault.hits == 1


def test_a_task_can_be_stuck_for_so_many_checks(client: Client, simulator: Simulator) -> None:
    simulator.faults.task_stuck(checks=5)
    task_id = client.created()
    assert [client.status(task_id) for _ in range(6)] == ["PROCESSING"] * 5 + ["SUCCESS"]
    assert client.table(task_id)


def test_a_refused_creation_leaves_nothing_to_spoil(client: Client, simulator: Simulator) -> None:
    simulator.faults.task_failed(times=2)
    assert client.task_refusal(metrics=["nonsense"])[0] == 40002
    assert client.created()


def test_a_tasks_text_can_break_off_inside_a_row(wired: Client, simulator: Simulator, world: World) -> None:
    world.tasks.checks = 0
    simulator.faults.cut_csv()
    task_id = wired.created()
    cut, whole = (wired.send(DOWNLOAD, **TASK, task_id=task_id) for _ in range(2))
    assert cut.status == 200
    assert whole.body.startswith(cut.body)
    lines = cut.body.decode().split("\n")
    assert len(lines) > 2
    assert lines[-1].count(",") < lines[0].count(",")


def test_a_cut_text_leaves_other_answers_alone(client: Client, simulator: Simulator) -> None:
    simulator.faults.cut_csv()
    assert client.refusal(DOWNLOAD, **TASK, task_id=client.created())[0] == 40201


def test_a_fault_of_one_advertiser_reaches_its_tasks(client: Client, simulator: Simulator) -> None:
    simulator.faults.no_permission(TOKYO, path="/report/task/create/")
    assert client.task_refusal()[0] == 40001
    assert client.created(advertiser_id=BERLIN)


def test_faults_act_together_and_can_be_disarmed(client: Client, simulator: Simulator) -> None:
    simulator.faults.too_large(days=1)
    simulator.faults.outage(times=5)
    assert client.report_refusal()[0] == 40067
    assert client.report_refusal(end_date="2026-01-01")[0] == 50000
    simulator.faults.clear()
    assert client.report()


def test_every_answer_carries_the_moment_it_was_made_unless_a_fault_writes_another(simulator: Simulator) -> None:
    made = "Sun, 15 Feb 2026 05:00:00 GMT"
    simulator.clock = lambda: datetime(2026, 2, 15, 5, tzinfo=UTC)
    nowhere = Request("HEAD", "business-api.tiktok.com", "/")
    assert simulator.handle(nowhere).headers["Date"] == made
    simulator.faults.wrong_date(times=1)
    assert "Date" not in simulator.handle(nowhere).headers
    simulator.faults.wrong_date("yesterday", age="60", times=1)
    assert simulator.handle(nowhere).headers.items() >= {"Date": "yesterday", "Age": "60"}.items()
    assert simulator.handle(nowhere).headers["Date"] == made
