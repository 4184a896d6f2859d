"""A recorded world answers with the real rows it was given, as the wire had them, and invents nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tiktok_simulator import Simulator
from tiktok_simulator.endpoints.reports.recorded import OWNER, make_recorded_world
from tiktok_simulator.world.world import APP_ID, APP_SECRET

from .asking import NOW, Client

RECORDING = Path(__file__).resolve().parents[2] / ".." / "shared" / "recorded" / "real_records.jsonl"
STREAMS = {
    "ads_reports_daily": "AUCTION_AD",
    "ad_groups_reports_daily": "AUCTION_ADGROUP",
    "ad_group_audience_reports_daily": "AUCTION_ADGROUP",
    "campaigns_audience_reports_by_country_daily": "AUCTION_CAMPAIGN",
    "advertisers_audience_reports_daily": "AUCTION_ADVERTISER",
    "advertisers_audience_reports_lifetime": "AUCTION_ADVERTISER",
    "ad_group_audience_reports_by_platform_daily": "AUCTION_ADGROUP",
}


@pytest.fixture(scope="module")
def lines() -> dict[str, list[dict[str, Any]]]:
    if not RECORDING.exists():
        pytest.skip("no recording of real rows here")
    found: dict[str, list[dict[str, Any]]] = {}
    for line in RECORDING.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found.setdefault(row["stream"], []).append(row["data"])
    return found


@pytest.fixture
def recorded(lines: dict[str, list[dict[str, Any]]]) -> Client:
    return Client(Simulator(make_recorded_world(RECORDING), clock=lambda: NOW).handle)


def asked(stream: str, data: dict[str, Any], **changes: Any) -> dict[str, Any]:
    day = data["dimensions"].get("stat_time_day", "2021-10-20")[:10]
    return {
        "advertiser_id": OWNER,
        "report_type": "AUDIENCE" if "audience" in stream else "BASIC",
        "data_level": STREAMS[stream],
        "dimensions": list(data["dimensions"]),
        "metrics": list(data["metrics"]),
        "start_date": day,
        "end_date": day,
        **changes,
    }


@pytest.mark.parametrize("stream", STREAMS)
def test_a_recorded_report_row_is_served_as_the_wire_had_it(
    recorded: Client, lines: dict[str, list[dict[str, Any]]], stream: str
) -> None:
    (data,) = lines[stream]
    (row,) = recorded.rows("/report/integrated/get/", **asked(stream, data))
    assert row["dimensions"] == {name: str(value) for name, value in data["dimensions"].items()}
    assert row["metrics"] == {name: "-" if value is None else str(value) for name, value in data["metrics"].items()}


def test_another_day_has_no_recorded_row(recorded: Client, lines: dict[str, list[dict[str, Any]]]) -> None:
    (data,) = lines["ads_reports_daily"]
    elsewhere = {"start_date": "2021-10-21", "end_date": "2021-11-01"}
    assert recorded.rows("/report/integrated/get/", **asked("ads_reports_daily", data, **elsewhere)) == []


def test_a_metric_that_was_not_recorded_is_a_dash(recorded: Client, lines: dict[str, list[dict[str, Any]]]) -> None:
    (data,) = lines["ads_reports_daily"]
    (row,) = recorded.rows("/report/integrated/get/", **asked("ads_reports_daily", data, metrics=["engagements"]))
    assert row["metrics"] == {"engagements": "-"}


def test_recorded_campaigns_have_their_ids_as_text_again(
    recorded: Client, lines: dict[str, list[dict[str, Any]]]
) -> None:
    rows = recorded.rows("/campaign/get/", advertiser_id=OWNER)
    assert [row["campaign_id"] for row in rows] == sorted(
        (str(row["campaign_id"]) for row in lines["campaigns"]), reverse=True
    )
    assert rows[0]["secondary_status"] == "CAMPAIGN_STATUS_DISABLE"


def test_the_recorded_accounts_are_reached(recorded: Client) -> None:
    rows = recorded.rows("/oauth2/advertiser/get/", app_id=APP_ID, secret=APP_SECRET)
    assert {"Airbyte0827"} <= {row["advertiser_name"] for row in rows}
    assert OWNER in {row["advertiser_id"] for row in rows}
