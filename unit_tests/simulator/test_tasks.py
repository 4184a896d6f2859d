"""Asynchronous report tasks: their life, their text, and whose they are."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from tiktok_simulator import Quota, Request, Simulator, World
from tiktok_simulator.endpoints.reports.csv_text import make_title
from tiktok_simulator.endpoints.reports.truth import compute_truth, list_true_entities
from tiktok_simulator.protocol.tables import METRICS
from tiktok_simulator.server.app import PRODUCTION_HOST, SANDBOX_HOST
from tiktok_simulator.server.routes import PREFIX
from tiktok_simulator.world.ready_made import BERLIN, LOS_ANGELES, SANDBOX, TOKYO
from tiktok_simulator.world.world import OTHER_APP_TOKEN, SANDBOX_TOKEN, TOKEN

from .asking import NOW, REPORT, TASK, Client

CREATE, CHECK, DOWNLOAD, CANCEL = (f"/report/task/{name}/" for name in ("create", "check", "download", "cancel"))
NAMES = {"enable_report_title_translation": False}


def finished(client: Client, **changes: Any) -> str:
    """The id of a task that has succeeded."""
    task_id = client.created(**changes)
    while client.status(task_id, **TASK) in ("QUEUING", "PROCESSING"):
        pass
    return task_id


def test_a_task_queues_is_processed_and_succeeds(wired: Client) -> None:
    task_id = wired.created()
    assert [wired.status(task_id) for _ in range(4)] == ["QUEUING", "PROCESSING", "SUCCESS", "SUCCESS"]


@pytest.mark.parametrize(
    ("checks", "statuses"),
    [(0, ["SUCCESS"]), (1, ["QUEUING", "SUCCESS"]), (3, ["QUEUING", "PROCESSING", "PROCESSING", "SUCCESS"])],
)
def test_a_world_says_how_many_checks_a_task_takes(
    client: Client, world: World, checks: int, statuses: list[str]
) -> None:
    world.tasks.checks = checks
    task_id = client.created()
    assert [client.status(task_id) for _ in statuses] == statuses


def test_a_task_is_downloaded_only_after_it_succeeded(wired: Client) -> None:
    task_id = wired.created(**NAMES)
    for status in ("QUEUING", "PROCESSING"):
        assert wired.refusal(DOWNLOAD, **TASK, task_id=task_id) == (40201, "Task is not ready")
        assert wired.status(task_id) == status
    assert wired.refusal(DOWNLOAD, **TASK, task_id=task_id)[0] == 40201
    assert wired.status(task_id) == "SUCCESS"
    assert wired.table(task_id)


def test_the_text_holds_the_same_values_as_the_synchronous_report(wired: Client) -> None:
    metrics = ["spend", "impressions", "ctr", "campaign_name", "secondary_goal_result", "reach"]
    assert wired.table(finished(wired, metrics=metrics, **NAMES)) == wired.report(metrics=metrics)


def test_columns_are_the_dimensions_and_metrics_in_the_order_asked_for(client: Client) -> None:
    dimensions = ["stat_time_day", "campaign_id"]
    rows = client.table(finished(client, dimensions=dimensions, metrics=["impressions", "spend"], **NAMES))
    assert list(rows[0]) == [*dimensions, "impressions", "spend"]


def test_titles_are_translated_unless_told_otherwise(client: Client) -> None:
    rows = client.table(finished(client, metrics=["campaign_name", "spend", "impressions", "clicks"]))
    assert list(rows[0]) == ["Campaign ID", "By Day", "Campaign Name", "Cost", "Impression", "Click"]


def test_no_two_metrics_share_a_title() -> None:
    assert len({make_title(name) for name in METRICS}) == len(METRICS)


def test_a_country_is_a_name_in_a_task_and_a_code_in_a_synchronous_report(client: Client) -> None:
    by_country = {"dimensions": ["country_code"], "metrics": ["spend"]}
    rows = client.table(finished(client, **by_country, **NAMES))
    assert {row["country_code"] for row in rows} == {"France", "Germany", "Japan", "United Kingdom", "United States"}
    assert sorted(row["spend"] for row in rows) == sorted(row["spend"] for row in client.report(**by_country))


def test_a_report_without_rows_is_a_header_line(client: Client) -> None:
    task_id = finished(client, start_date="2024-01-01", end_date="2024-01-02", **NAMES)
    text = client.send(DOWNLOAD, **TASK, task_id=task_id).body
    assert text == b"campaign_id,stat_time_day,spend,impressions\n"


def test_arrays_are_json_text(client: Client, world: World) -> None:
    level = {"data_level": "AUCTION_AD", "dimensions": ["ad_id_v2"], "metrics": ["ad_text_list"]}
    rows = client.table(finished(client, **level, **NAMES))
    texts = [[item.row["ad_text"]] for item in world.list_entities("ad", TOKYO)]
    assert all(json.loads(row["ad_text_list"]) in texts for row in rows)


def test_a_task_covers_a_longer_time_than_a_synchronous_report(client: Client, world: World) -> None:
    period = {"start_date": "2025-12-01", "end_date": "2026-02-28"}
    rows = client.table(finished(client, **period, **NAMES))
    expected = compute_truth(world,
        advertiser_id=TOKYO, data_level="AUCTION_CAMPAIGN", dimensions=REPORT["dimensions"], metrics=REPORT["metrics"],
        start=date(2025, 12, 1), end=date(2026, 2, 28), include_deleted=False, now=NOW,
    )  # fmt: skip
    assert rows == expected
    assert client.table(finished(client, dimensions=["stat_time_hour"], **period, **NAMES))


def test_deleted_entities_are_absent_as_their_status_cannot_be_asked_for(client: Client, world: World) -> None:
    deleted = world.landmarks["Tokyo.deleted_campaign"]
    rows = client.table(finished(client, dimensions=["campaign_id"], **NAMES))
    assert deleted not in {row["campaign_id"] for row in rows}
    alive = {row["campaign_id"] for row in list_true_entities(world, "campaign", TOKYO, include_deleted=False)}
    assert {row["campaign_id"] for row in rows} == alive


def test_a_task_covers_all_ids(client: Client, world: World) -> None:
    world.newest_ids = 2
    world.note_change()
    whole = client.table(finished(client, dimensions=["campaign_id"], **NAMES))
    assert len(client.report(dimensions=["campaign_id"])) == 2 < len(whole)


def test_a_task_may_be_kept_to_twenty_thousand_ids(client: Client) -> None:
    (chosen, *_) = client.report(dimensions=["campaign_id"])

    def only(ids: list[str]) -> dict[str, Any]:
        return {"filtering": [{"field_name": "campaign_ids", "filter_type": "IN", "filter_value": json.dumps(ids)}]}

    many = [chosen["campaign_id"], *map(str, range(19_999))]
    assert client.table(finished(client, dimensions=["campaign_id"], **only(many), **NAMES)) == [chosen]
    assert client.task_refusal(**only([*many, "1"])) == (40002, "filtering: campaign_ids takes at most 20000 ids.")


def test_rows_of_a_task_can_be_ordered(client: Client) -> None:
    rows = client.table(finished(client, order_field="impressions", order_type="ASC", **NAMES))
    counts = [int(row["impressions"]) for row in rows]
    assert counts == sorted(counts)


def test_a_lifetime_needs_no_dates(client: Client) -> None:
    whole = {"query_lifetime": True, "start_date": None, "end_date": None, "dimensions": ["campaign_id"]}
    assert client.table(finished(client, **whole, **NAMES)) == client.report(**whole)


def test_several_advertisers_can_be_named_beside_their_campaigns(client: Client, world: World) -> None:
    both = {"advertiser_id": None, "advertiser_ids": [TOKYO, LOS_ANGELES]}
    task_id = finished(client, **both, dimensions=["advertiser_id", "campaign_id"], **NAMES)
    rows = client.table(task_id)
    owners = {row["campaign_id"]: row["advertiser_id"] for row in rows}
    assert set(owners.values()) == {TOKYO, LOS_ANGELES}
    assert all(world.find_entity("campaign", campaign).advertiser_id == owner for campaign, owner in owners.items())
    assert client.table(task_id, advertiser_id=LOS_ANGELES) == rows


def test_a_finished_task_keeps_its_text_whatever_changes_later(client: Client, world: World) -> None:
    task_id = finished(client, **NAMES)
    before = client.table(task_id)
    world.delete("campaign", before[0]["campaign_id"])
    assert client.table(task_id) == before


def test_a_task_is_not_found_by_another_advertiser_token_or_id(client: Client, world: World) -> None:
    task_id = client.created()
    unknown = (40002, f"task_id: Task {task_id} does not exist.")
    assert client.refusal(CHECK, advertiser_id=BERLIN, task_id=task_id) == unknown
    assert client.refusal(CHECK, **TASK, task_id="1") == (40002, "task_id: Task 1 does not exist.")
    assert client.refusal(CHECK, **TASK, task_id=task_id, token=OTHER_APP_TOKEN)[0] == 40001
    world.grants["second"] = world.grants[TOKEN].__class__("second", world.grants[TOKEN].app_id)
    assert client.refusal(CHECK, **TASK, task_id=task_id, token="second") == unknown


def test_a_task_is_kept_for_thirty_days(world: World) -> None:
    moments = [NOW]
    client = Client(Simulator(world, clock=lambda: moments[-1]).handle)
    task_id = finished(client)
    moments.append(NOW + timedelta(days=30, seconds=-1))
    assert client.table(task_id)
    moments.append(NOW + timedelta(days=30))
    assert client.refusal(DOWNLOAD, **TASK, task_id=task_id)[0] == 40002


def test_only_a_task_that_has_not_ended_can_be_canceled(wired: Client) -> None:
    task_id = wired.created()
    assert wired.get(CANCEL, **TASK, task_id=task_id)["data"] == {"status": "CANCELED"}
    assert wired.status(task_id) == "CANCELED"
    assert wired.refusal(DOWNLOAD, **TASK, task_id=task_id)[0] == 40200
    assert wired.refusal(CANCEL, **TASK, task_id=task_id)[0] == 40002
    done = finished(wired)
    assert wired.refusal(CANCEL, **TASK, task_id=done)[0] == 40002


def test_files_to_fetch_elsewhere_are_refused_clearly(client: Client) -> None:
    code, message = client.task_refusal(output_format="CSV_DOWNLOAD", file_name="report")
    assert (code, message) == (40002, "output_format: The simulator writes CSV_STRING only, not CSV_DOWNLOAD.")
    assert client.task_refusal(file_name="x" * 256) == (40002, "file_name: Must be at most 255.")


def test_tasks_are_posted_and_looked_at(wired: Client) -> None:
    assert wired.send(CREATE, method="GET").status == 405
    assert wired.send(CHECK, method="POST").status == 405


def test_the_transcript_tells_a_body_like_a_query(wired: Client, simulator: Simulator) -> None:
    wired.created(metrics=["spend"], **NAMES)
    (exchange,) = simulator.asked(CREATE)
    assert (exchange.method, exchange.status, exchange.code) == ("POST", 200, 0)
    assert (exchange.query["advertiser_id"], exchange.query["start_date"]) == (TOKYO, "2026-01-01")
    assert json.loads(exchange.query["metrics"]) == ["spend"]
    assert exchange.query["enable_report_title_translation"] == "false"


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"dimensions=x"])
def test_a_body_must_be_a_json_object(simulator: Simulator, body: bytes) -> None:
    request = Request("POST", PRODUCTION_HOST, PREFIX + CREATE, {}, {"Access-Token": TOKEN}, body)
    answer = simulator.handle(request).json()
    assert (answer["code"], answer["message"]) == (40002, "The body must be a JSON object.")
    assert simulator.transcript[-1].query == {}


def test_a_body_has_types_and_a_query_beside_it_is_refused(client: Client, simulator: Simulator) -> None:
    assert client.task_refusal(metrics='["spend"]') == (40002, "metrics: Not a valid string[].")
    assert client.task_refusal(query_lifetime="true") == (40002, "query_lifetime: Not a valid boolean.")
    request = Request("POST", PRODUCTION_HOST, PREFIX + CREATE, {"page": "1"}, {"Access-Token": TOKEN}, b"{}")
    assert simulator.handle(request).json()["message"] == "page: Unknown field."


def test_the_sandbox_has_no_tasks(client: Client) -> None:
    sandbox = {"token": SANDBOX_TOKEN, "host": SANDBOX_HOST, "advertiser_id": SANDBOX}
    assert client.task_refusal(**sandbox)[0] == 40014


def test_creating_tasks_has_a_quota_of_its_own(world: World) -> None:
    moments = [NOW]
    client = Client(Simulator(world, clock=lambda: moments[-1], quota=Quota()).handle)
    for second in range(30):
        moments.append(NOW.replace(second=second))
        client.created()
        task_id = client.created()
    assert client.task_refusal()[0] == 40100, "two a second"
    moments.append(NOW.replace(second=40))
    assert client.task_refusal()[0] == 40100, "sixty a minute"
    assert client.status(task_id) == "QUEUING"
    moments.append(NOW + timedelta(minutes=1))
    assert client.created()
