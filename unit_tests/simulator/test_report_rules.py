"""The rules of reporting.md: each with what it refuses and the nearest thing it accepts.

A rule the simulator lacks is a request the connector may get wrong unseen.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tiktok_simulator import World
from tiktok_simulator.endpoints.filter_values import NOT_COMBINED
from tiktok_simulator.endpoints.reports.rules import CONFLICT
from tiktok_simulator.protocol.tables import DIMENSIONS, METRICS
from tiktok_simulator.world.ready_made import EMPTY, LOS_ANGELES, TOKYO

from .asking import Client

AD = {"data_level": "AUCTION_AD"}
ADVERTISER = {"data_level": "AUCTION_ADVERTISER"}
AUDIENCE = {"report_type": "AUDIENCE"}
LIFETIME = {"query_lifetime": True, "start_date": None, "end_date": None}


def dims(*names: str, **others: Any) -> dict[str, Any]:
    return {"dimensions": list(names), **others}


def filtered(field: str, operator: str, value: Any) -> dict[str, Any]:
    text = value if isinstance(value, str) else json.dumps(value)
    return {"filtering": [{"field_name": field, "filter_type": operator, "filter_value": text}]}


# refused, the message's beginning, and a neighbour that is accepted
RULES: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    ({"data_level": None}, "Missing required field(s): data_level", {}),
    ({"data_level": "RESERVATION_AD"}, "data_level: RESERVATION_AD is no longer", {}),
    ({"service_type": "RESERVATION"}, "service_type RESERVATION", {"service_type": "AUCTION"}),
    ({"query_mode": "CHUNK"}, "service_type RESERVATION and query_mode CHUNK", {"query_mode": "REGULAR"}),
    ({"bc_id": "1"}, "bc_id", {}),
    ({"advertiser_id": None}, "Missing required field(s): advertiser_id", {}),
    ({"advertiser_ids": [TOKYO] * 6}, "advertiser_ids: Must be at most 5", {"advertiser_ids": [TOKYO] * 5}),
    ({"dimensions": []}, "Missing required field(s): dimensions", dims("stat_time_day")),
    (dims("campaign_id", "planet"), "Invalid dimension fields: planet", dims("campaign_id")),
    (dims("campaign_id", "age"), "Invalid dimension fields: age", dims("campaign_id", "age", **AUDIENCE)),
    (dims("campaign_id", "campaign_id"), "dimensions: Each", dims("campaign_id")),
    (dims("ad_id", "campaign_id"), "dimensions: At most one ID", dims("ad_id", **AD)),
    (dims("ad_id"), "dimensions: ad_id does not match", dims("ad_id", **AD)),
    (dims("stat_time_day", "stat_time_hour"), "dimensions: At most one time", dims("stat_time_hour",
     end_date="2026-01-01")),
    (dims("country_code", "ad_type"), "dimensions: country_code, ad_type cannot", dims("campaign_id", "country_code")),
    (dims("match_type"), "dimensions: match_type needs search_keyword", dims("search_keyword", "match_type")),
    (dims("component_name"), "dimensions: component_name needs page_id", dims("page_id", "component_name")),
    (dims("image_id", metrics=["single_image_ctr"]), "dimensions: image_id needs ad_id",
     dims("ad_id", "image_id", metrics=["single_image_ctr"], **AD)),
    (dims("video_material_id", **AD), "dimensions: video_material_id needs ad_id", dims("ad_id", "video_material_id",
     **AD)),
    (dims("ad_id", "search_terms", **AD), "dimensions: Search dimensions", dims("campaign_id", "search_terms")),
    (dims("advertiser_id", "ad_type", **ADVERTISER), "dimensions: ad_type is not", dims("ad_type", **ADVERTISER)),
    (dims("country_code", "stat_time_hour", end_date="2026-01-01"), "dimensions: country_code cannot be",
     dims("country_code", "stat_time_day")),
    (dims("campaign_id", **AUDIENCE), "dimensions: AUDIENCE takes exactly one", dims("campaign_id", "gender",
     **AUDIENCE)),
    (dims("age", "platform", **AUDIENCE), "dimensions: AUDIENCE takes exactly one", dims("age", "gender", **AUDIENCE)),
    (dims("age", "stat_time_hour", end_date="2026-01-01", **AUDIENCE), "dimensions: stat_time_hour",
     dims("bucket_id", "stat_time_hour", end_date="2026-01-01", metrics=["spend"], **AUDIENCE)),
    (dims("interest_category", "stat_time_day", **AUDIENCE), "dimensions: interest_category cannot",
     dims("interest_category", **AUDIENCE)),
    (dims("device_brand_id", "stat_time_day", **AUDIENCE), "dimensions: device_brand_id cannot", dims("ac",
     **AUDIENCE)),
    (dims("campaign_id", "stat_time_day", **LIFETIME), "query_lifetime: Not supported with stat_time_day",
     dims("campaign_id", **LIFETIME)),
    (dims("country_code", **LIFETIME), "query_lifetime: Not supported with country_code", dims("ad_type", **LIFETIME)),
    (dims("gender", **LIFETIME, **AUDIENCE), "query_lifetime: Not supported for AUDIENCE", dims("gender", **AUDIENCE)),
    ({"start_date": None}, "Missing required field(s): start_date", {}),
    ({"end_date": None}, "Missing required field(s): end_date", {}),
    ({"start_date": "2026-1-01"}, "start_date: Not a valid date", {}),
    ({"end_date": "2026-02-30"}, "end_date: Not a valid date", {"end_date": "2026-01-30"}),
    ({"end_date": "2025-12-31"}, "end_date: Must not be before", {"end_date": "2026-01-01"}),
    ({"end_date": "2026-01-31"}, "start_date, end_date: The time span must be at most 30", {"end_date": "2026-01-30"}),
    (dims("stat_time_hour", end_date="2026-01-02"), "start_date, end_date: The time span must be at most 1 ",
     dims("stat_time_hour", end_date="2026-01-01")),
    (dims("campaign_id", end_date="2027-01-01"), "start_date, end_date: The time span must be at most 365",
     dims("campaign_id", end_date="2026-12-31")),
    ({"metrics": ["spend"] * 101}, "metrics: At most 100", {"metrics": ["spend"] * 100}),
    ({"metrics": ["spend", "glory"]}, "Invalid metric fields: glory", {"metrics": ["spend"]}),
    (dims("gender", metrics=["purchase"], **AUDIENCE), "Invalid metric fields: purchase", {"metrics": ["purchase"]}),
    (dims("country_code", metrics=["engagements"]), CONFLICT, dims("country_code", metrics=["engaged_view"])),
    (dims("country_code", metrics=["conversion_rate_v2"]), CONFLICT, dims("country_code", metrics=["conversion_rate"])),
    (dims("skan_postback_sequence", metrics=["spend"]), CONFLICT, dims("skan_postback_sequence",
     metrics=["skan_purchase"])),
    (dims("stat_time_day", metrics=["campaign_name"]), CONFLICT, dims("campaign_id", metrics=["campaign_name"])),
    (dims("campaign_id", metrics=["adgroup_name"]), CONFLICT,
     dims("adgroup_id", metrics=["adgroup_name"], data_level="AUCTION_ADGROUP")),
    (dims("country_code", "campaign_id", metrics=["adgroup_name"]), CONFLICT,
     dims("country_code", "campaign_id", metrics=["campaign_name"])),
    ({"metrics": ["cash_spend"]}, CONFLICT, dims("advertiser_id", "stat_time_day",
     metrics=["cash_spend"], **ADVERTISER)),
    (dims("advertiser_id", metrics=["voucher_spend"], **ADVERTISER), CONFLICT,
     dims("stat_time_day", metrics=["voucher_spend"], **ADVERTISER)),
    (dims("stat_time_day", metrics=["paid_engaged_view"]), CONFLICT, {"metrics": ["paid_engaged_view"]}),
    (dims("campaign_id", "stat_time_hour", metrics=["total_active_pay_roas"], end_date="2026-01-01"), CONFLICT,
     dims("campaign_id", "country_code", metrics=["purchase"])),
    (dims("country_code", metrics=["day7_retention"]), CONFLICT, dims("ad_type", metrics=["day7_retention"])),
    (dims("country_code", metrics=["evta_purchase"]), CONFLICT, dims("stat_time_day", metrics=["evta_purchase"])),
    (dims("ad_id", metrics=["single_image_ctr"], **AD), CONFLICT,
     dims("ad_id", "image_id", metrics=["single_image_ctr"], **AD)),
    (dims("ad_id", metrics=["ad_text_list"], **AD), CONFLICT, dims("ad_id_v2", metrics=["ad_text_list"], **AD)),
    (dims("ad_id_v2", metrics=["ad_id"], **AD), "metrics: ad_id cannot", dims("ad_id", metrics=["ad_id"], **AD)),
    ({"order_field": "clicks"}, "order_field: clicks is not", {"order_field": "spend"}),
    ({"order_field": "campaign_name", "metrics": ["campaign_name"]}, "order_field: campaign_name",
     {"order_field": "spend"}),
    (dims("ad_type", enable_total_metrics=True), "enable_total_metrics: Only for BASIC",
     dims("stat_time_day", enable_total_metrics=True)),
    ({"enable_total_metrics": True, "page": 2}, "enable_total_metrics: Only on page 1", {"enable_total_metrics": True}),
    ({"page_size": 1001}, "page_size: Must be at most 1000", {"page_size": 1000}),
    (filtered("planet", "IN", ["Mars"]), "filtering: Invalid filter field planet", {}),
    (filtered("campaign_ids", "MATCH", "1"), "filtering: campaign_ids does not support", filtered("campaign_ids",
     "IN", ["1"])),
    (filtered("campaign_ids", "IN", ["1"] * 101), "filtering: campaign_ids takes", filtered("campaign_ids", "IN",
     ["1"] * 100)),
    (filtered("campaign_ids", "IN", "1"), "filtering: filter_value", filtered("campaign_name", "MATCH", "night")),
    (filtered("ad_ids", "IN", ["1"]), "filtering: ad_ids is not", dims("ad_id", **AD) | filtered("ad_ids", "IN",
     ["1"])),
    (filtered("ad_status", "IN", ["STATUS_ALL"]), "filtering: ad_status is not",
     filtered("campaign_status", "IN", ["STATUS_ALL"])),
    (filtered("campaign_status", "IN", ["CAMPAIGN_STATUS_ALL"]), "filtering: campaign_status takes primary", {}),
    (dims("advertiser_id", **ADVERTISER) | filtered("campaign_status", "IN",
     ["STATUS_ALL"]), "filtering: campaign_status",
     dims("advertiser_id", **ADVERTISER)),
    (filtered("buying_types", "IN", ["AUCTION"]), "filtering: Invalid filter field buying_types",
     filtered("buying_type", "IN", ["AUCTION"])),
    (filtered("buying_type", "IN", ["AUCTION", "RESERVATION_TOP_VIEW"]), NOT_COMBINED,
     filtered("buying_type", "IN", ["RESERVATION_TOP_VIEW"])),
    (filtered("spend", "GREATER_THAN", "much"), "filtering: ", filtered("spend", "GREATER_THAN", "1.5")),
    (filtered("spend", "BETWEEN", ["1"]), "filtering: filter_value of spend", filtered("spend", "BETWEEN", ["1", "5"])),
    (filtered("clicks", "GREATER_THAN", "1"), "filtering: Invalid filter field clicks", filtered("spend",
     "LOWER_THAN", "1")),
    (filtered("country_code", "IN", ["US"]), "filtering: country_code is not",
     dims("country_code") | filtered("country_code", "IN", ["US"])),
]  # fmt: skip


@pytest.mark.parametrize(("refused", "message", "accepted"), RULES)
def test_a_rule_refuses_what_breaks_it_and_lets_its_neighbour_pass(
    client: Client, refused: dict[str, Any], message: str, accepted: dict[str, Any]
) -> None:
    code, told = client.report_refusal(**refused)
    assert code == 40002
    assert told.startswith(message)
    client.report(**accepted)


def test_country_by_hour_is_refused(wired: Client) -> None:
    code, message = wired.report_refusal(**dims("country_code", "stat_time_hour", end_date="2026-01-01"))
    assert (code, message) == (40002, "dimensions: country_code cannot be combined with stat_time_hour.")


def test_a_wrong_combination_fails_even_for_an_account_without_data(client: Client) -> None:
    assert client.report_refusal(advertiser_id=EMPTY, metrics=["cash_spend"]) == (40002, CONFLICT)
    assert client.report(advertiser_id=EMPTY) == []


@pytest.mark.parametrize("dimension", sorted(name for name, item in DIMENSIONS.items() if item.role == "audience"))
def test_every_audience_dimension_is_answered_by_itself(client: Client, dimension: str) -> None:
    assert client.report(**dims(dimension, metrics=["spend"], **AUDIENCE))


def test_every_basic_metric_that_any_campaign_report_may_ask_for_has_a_value(client: Client) -> None:
    names = [
        name
        for name, item in METRICS.items()
        if "BASIC" in item.report_types and "CAMPAIGN" in item.levels and item.scope in ("", "id_and_day", "id_or_day")
    ]
    assert len(names) > 900
    for start in range(0, len(names), 100):
        for row in client.report(**dims("campaign_id", metrics=names[start : start + 100])):
            assert all(isinstance(value, str) and value for value in row.values())


def test_placement_type_is_answered_in_audience_reports(client: Client) -> None:
    rows = client.report(
        **dims("adgroup_id", "gender", metrics=["placement_type"], **AUDIENCE), data_level="AUCTION_ADGROUP"
    )
    assert {row["placement_type"] for row in rows} == {"Automatic Placement"}


def test_advertisers_of_a_multiple_report_need_permission_each(client: Client) -> None:
    assert client.report_refusal(advertiser_id=None, advertiser_ids=[TOKYO, LOS_ANGELES, "1"])[0] == 40300


@pytest.mark.parametrize("asked", [
    dims("gender", metrics=["reach"], **AUDIENCE),
    dims("country_code", metrics=["purchase"]),
    dims("stat_time_hour", metrics=["total_purchase_value"], end_date="2026-01-01"),
])  # fmt: skip
def test_a_world_gives_what_the_sources_disagree_about_or_refuses_it(
    world: World, client: Client, asked: dict[str, Any]
) -> None:
    rows = client.report(**asked)
    assert all(asked["metrics"][0] in row for row in rows)
    world.gives_disputed = False
    assert client.report_refusal(**asked)[0] == 40002
