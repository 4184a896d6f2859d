"""What a report task may ask for, where that differs from the synchronous report."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tiktok_simulator.endpoints.reports.rules import CONFLICT
from tiktok_simulator.world.ready_made import BERLIN, EMPTY, FORBIDDEN, LOS_ANGELES, TOKYO

from .asking import Client

BOTH = {"advertiser_id": None, "advertiser_ids": [TOKYO, LOS_ANGELES]}
AUDIENCE = {"report_type": "AUDIENCE", "dimensions": ["campaign_id", "gender"]}


def filtered(field: str, operator: str, value: Any) -> dict[str, Any]:
    text = value if isinstance(value, str) else json.dumps(value)
    return {"filtering": [{"field_name": field, "filter_type": operator, "filter_value": text}]}


# refused, the message's beginning, and a neighbour that is accepted
RULES: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    ({"report_type": "BC"}, "report_type: Must be one of: AUDIENCE, BASIC, CATALOG, PLAYABLE_MATERIAL", {}),
    ({"report_type": "TT_SHOP"}, "report_type: Must be one of", {"report_type": "CATALOG"}),
    ({"bc_id": "1"}, "bc_id: Unknown field", {}),
    ({"page": 1}, "page: Unknown field", {}),
    ({"page_size": 10}, "page_size: Unknown field", {}),
    ({"enable_total_metrics": True}, "enable_total_metrics: Unknown field", {}),
    ({"query_mode": "REGULAR"}, "query_mode: Unknown field", {}),
    ({"service_type": "RESERVATION"}, "service_type RESERVATION", {"service_type": "AUCTION"}),
    ({"output_format": "XLSX_DOWNLOAD"}, "output_format: The simulator writes", {"output_format": "CSV_STRING"}),
    ({"data_level": None}, "Missing required field(s): data_level", {}),
    ({"dimensions": ["campaign_id", "age"]}, "Invalid dimension fields: age", AUDIENCE),
    ({"end_date": "2025-12-01"}, "end_date: Must not be before", {"end_date": "2027-01-01"}),
    ({"dimensions": ["advertiser_id", "campaign_id"]}, "dimensions: At most one ID",
     {"dimensions": ["advertiser_id", "campaign_id"], **BOTH}),
    ({"dimensions": ["campaign_id", "advertiser_id", "adgroup_id"], **BOTH}, "dimensions: At most one ID",
     {"dimensions": ["campaign_id", "advertiser_id", "stat_time_day"], **BOTH}),
    ({"dimensions": ["advertiser_id"], **BOTH}, "dimensions: advertiser_id does not match",
     {"dimensions": ["advertiser_id"], "data_level": "AUCTION_ADVERTISER", **BOTH}),
    ({"advertiser_id": None, "advertiser_ids": [TOKYO] * 6}, "advertiser_ids: Must be at most 5", BOTH),
    ({"metrics": ["billed_cost"]}, "metrics: billed_cost can only", {"metrics": ["spend"]}),
    ({"metrics": ["native_growth_active"]}, "metrics: native_growth_active can only", {"metrics": ["app_install"]}),
    ({"metrics": ["optimization_event"], "data_level": "AUCTION_ADGROUP", "dimensions": ["adgroup_id"]},
     "metrics: optimization_event can", {"data_level": "AUCTION_ADGROUP", "dimensions": ["adgroup_id"]}),
    ({"dimensions": ["minis_id"]}, "dimensions: minis_id can only", {"dimensions": ["ad_type"]}),
    ({"metrics": ["onsite_destination_visits"]}, "metrics: onsite_destination_visits can", {"metrics": ["clicks"]}),
    ({"dimensions": ["country_code"], "metrics": ["result"]}, CONFLICT,
     {"dimensions": ["campaign_id"], "metrics": ["result"]}),
    ({"dimensions": ["country_code"], "metrics": ["reach"]}, CONFLICT,
     {"dimensions": ["country_code"], "metrics": ["spend"]}),
    ({"dimensions": ["country_code"], "metrics": ["purchase"]}, CONFLICT,
     {"dimensions": ["campaign_id"], "metrics": ["purchase"]}),
    ({"dimensions": ["ad_type"], "metrics": ["skan_conversion_rate"]}, CONFLICT,
     {"dimensions": ["ad_type"], "metrics": ["clicks"]}),
    ({**AUDIENCE, "metrics": ["reach"]}, "Invalid metric fields: reach", {"metrics": ["reach"]}),
    ({**AUDIENCE, "metrics": ["frequency"]}, "Invalid metric fields: frequency", {"metrics": ["frequency"]}),
    ({**AUDIENCE, "metrics": ["average_video_play_per_user"]}, "Invalid metric fields", AUDIENCE),
    (filtered("campaign_status", "IN", ["STATUS_ALL"]), "filtering: Invalid filter field campaign_status",
     filtered("campaign_ids", "IN", ["1"])),
    (filtered("spend", "GREATER_THAN", "1"), "filtering: Invalid filter field spend", {}),
    (filtered("adgroup_ids", "IN", ["1"]), "filtering: adgroup_ids is not supported", {}),
    ({"order_field": "clicks"}, "order_field: clicks", {"order_field": "spend", "order_type": "ASC"}),
    (dict.fromkeys(["start_date", "end_date"]), "Missing required field(s): start_date", {}),
    ({"query_lifetime": True}, "query_lifetime: Not supported with stat_time_day",
     {"query_lifetime": True, "dimensions": ["campaign_id"]}),
]  # fmt: skip


@pytest.mark.parametrize(("refused", "message", "accepted"), RULES)
def test_a_task_refuses_at_creation_what_breaks_a_rule(
    client: Client, refused: dict[str, Any], message: str, accepted: dict[str, Any]
) -> None:
    code, told = client.task_refusal(**refused)
    assert code == 40002
    assert told.startswith(message)
    assert client.created(**accepted)


@pytest.mark.parametrize(
    "asked",
    [
        {"metrics": ["billed_cost"]},
        {"metrics": ["onsite_destination_visits"]},
        {"dimensions": ["country_code"], "metrics": ["result", "reach", "purchase"]},
        {"dimensions": ["ad_type"], "metrics": ["skan_conversion_rate"]},
        filtered("campaign_status", "IN", ["STATUS_ALL"]),
    ],
)
def test_what_only_a_task_refuses_is_answered_synchronously(client: Client, asked: dict[str, Any]) -> None:
    assert client.task_refusal(**asked)[0] == 40002
    assert client.report(**asked)


def test_a_task_needs_the_permission_of_every_advertiser(client: Client) -> None:
    assert client.task_refusal(advertiser_id=FORBIDDEN)[0] == 40001
    assert client.task_refusal(advertiser_id=None, advertiser_ids=[BERLIN, "1"])[0] == 40300


def test_a_wrong_task_is_refused_even_for_an_account_without_data(client: Client) -> None:
    assert client.task_refusal(advertiser_id=EMPTY, metrics=["cash_spend"]) == (40002, CONFLICT)
