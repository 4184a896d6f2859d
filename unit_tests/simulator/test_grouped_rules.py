"""What TikTok refuses when GMV Max, Smart+ creatives and audiences are asked for, and what adds up in the answers."""

from __future__ import annotations

from typing import Any

import pytest

from tiktok_simulator import World
from tiktok_simulator.endpoints.lists.gmv_max import list_open_stores
from tiktok_simulator.endpoints.lists.listed import read_lists
from tiktok_simulator.endpoints.lists.tables import make_rows
from tiktok_simulator.world.ready_made import LOS_ANGELES, TOKYO

from .asking import Client

Asked = dict[str, Any]
GMV_MAX, OVERVIEW, BREAKDOWN = "/gmv_max/report/get/", "overview", "breakdown"
JANUARY = {"start_date": "2026-01-01", "end_date": "2026-01-30"}
CAMPAIGNS: Asked = {"dimensions": ["campaign_id", "stat_time_day"], "metrics": ["cost"], **JANUARY}
OF_ONE = {"campaign_ids": ["1"]}
POSTS = ["campaign_id", "item_group_id", "item_id", "stat_time_day"]


def filtered(**filtering: Any) -> Asked:
    return {"filtering": filtering}


@pytest.fixture
def gmv_max(world: World) -> Asked:
    return {"advertiser_id": TOKYO, "store_ids": list_open_stores(world, TOKYO)[:1], **CAMPAIGNS}


# what is refused, the message's beginning, and a neighbour that is accepted
RULES: list[tuple[Asked, str, Asked]] = [
    ({"end_date": "2026-01-31"}, "start_date: Must be at most 30 days", {"end_date": "2026-01-30"}),
    ({"dimensions": ["campaign_id"], "end_date": "2027-01-01"}, "start_date: Must be at most 365 days",
     {"dimensions": ["campaign_id"], "end_date": "2026-12-31"}),
    ({"start_date": "2023-08-31", "end_date": "2023-09-05"}, "start_date: Must not be before 2023-09-01",
     {"start_date": "2023-09-01", "end_date": "2023-09-05"}),
    ({"store_ids": ["1", "2"]}, "store_ids: Must be at most 1", {}),
    ({"dimensions": ["campaign_id", "room_id"], "metrics": ["live_name"], **filtered(**OF_ONE)}, "metrics: live_name",
     {"dimensions": ["room_id"], "metrics": ["live_name"], **filtered(**OF_ONE)}),
    ({"dimensions": ["item_group_id"], "metrics": ["product_name"], **filtered(campaign_ids=["1", "2"])},
     "metrics: product_name", {"dimensions": ["item_group_id"], "metrics": ["product_name"], **filtered(**OF_ONE)}),
    ({"store_ids": ["1"]}, "store_ids: 1 is not available", {}),
    ({"dimensions": ["campaign_id", "advertiser_id"]}, "dimensions: campaign_id, advertiser_id cannot",
     {"dimensions": ["advertiser_id"]}),
    ({"dimensions": ["country_code"]}, "dimensions: Must be one of", {}),
    ({"metrics": ["spend"]}, "Invalid metric fields: spend", {"metrics": ["cost"]}),
    ({"metrics": ["live_views"]}, "Invalid metric fields: live_views",
     {"metrics": ["live_views"], **filtered(gmv_max_promotion_types=["LIVE"])}),
    ({"metrics": ["net_cost"], "dimensions": ["item_group_id"], **filtered(**OF_ONE)}, "Invalid metric fields",
     {"metrics": ["cost"], "dimensions": ["item_group_id"], **filtered(**OF_ONE)}),
    ({"dimensions": ["item_group_id"]}, "filtering: campaign_ids is needed",
     {"dimensions": ["item_group_id"], **filtered(**OF_ONE)}),
    ({"dimensions": ["item_group_id"], **filtered(**OF_ONE, item_group_ids=["2"])}, "filtering: item_group_ids cannot",
     {"dimensions": POSTS, **filtered(**OF_ONE, item_group_ids=["2"])}),
    ({"dimensions": POSTS, **filtered(**OF_ONE)}, "filtering: item_group_ids is needed",
     {"dimensions": POSTS, **filtered(**OF_ONE, item_group_ids=["2"])}),
    (filtered(campaign_statuses=["GONE"]), "campaign_statuses: Must be one of",
     filtered(campaign_statuses=["STATUS_ALL"])),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "message", "neighbour"), RULES)
def test_a_gmv_max_report_is_refused_for_what_breaks_a_rule(
    client: Client, gmv_max: Asked, asked: Asked, message: str, neighbour: Asked
) -> None:
    code, words = client.refusal(GMV_MAX, **gmv_max | asked)
    assert (code, words[: len(message)]) == (40002, message)
    assert client.get(GMV_MAX, **gmv_max | neighbour)["code"] == 0


OF_CREATIVES: list[tuple[str, Asked, str, Asked]] = [
    (OVERVIEW, {"dimensions": ["campaign_id", "adgroup_id"]}, "dimensions: One ID dimension",
     {"dimensions": ["campaign_id", "ad_text_entity_id"]}),
    (OVERVIEW, {"dimensions": ["main_material_id"]}, "dimensions: Must be at least 2", {}),
    (OVERVIEW, {"page_size": 101}, "page_size: Must be at most 100", {"page_size": 100}),
    (OVERVIEW, {"start_date": "2025-01-01", "end_date": "2026-01-01"}, "start_date: Must be at most 365 days", {}),
    (OVERVIEW, {"metrics": ["cash_spend"]}, "Invalid metric fields: cash_spend", {"metrics": ["ad_material_id"]}),
    (OVERVIEW, filtered(campaign_ids=["1"], adgroup_ids=["2"]), "filtering: Only one of",
     filtered(campaign_ids=["1"])),
    (BREAKDOWN, {"metrics": ["ad_material_id"]}, "Invalid metric fields: ad_material_id", {"metrics": ["spend"]}),
    (BREAKDOWN, {"dimensions": ["campaign_id", "main_material_id"]}, "dimensions: Must be one of", {}),
]  # fmt: skip


@pytest.mark.parametrize(("report", "asked", "message", "neighbour"), OF_CREATIVES)
def test_a_report_of_creatives_is_refused_for_what_breaks_a_rule(
    client: Client, report: str, asked: Asked, message: str, neighbour: Asked
) -> None:
    dimensions = {OVERVIEW: ["campaign_id", "main_material_id"], BREAKDOWN: ["main_material_id", "stat_time_day"]}
    plain = {"advertiser_id": TOKYO, "dimensions": dimensions[report], **JANUARY}
    path = f"/smart_plus/material_report/{report}/"
    code, words = client.refusal(path, **plain | asked)
    assert (code, words[: len(message)]) == (40002, message)
    assert client.get(path, **plain | neighbour)["code"] == 0


def test_the_days_of_a_report_add_up_to_the_report_without_days(client: Client, gmv_max: Asked) -> None:
    by_day = client.rows(GMV_MAX, **gmv_max | {"metrics": ["orders"], "page_size": 1000})
    whole = client.rows(GMV_MAX, **gmv_max | {"metrics": ["orders"], "dimensions": ["campaign_id"]})
    for row in whole:
        same = [each for each in by_day if each["dimensions"]["campaign_id"] == row["dimensions"]["campaign_id"]]
        assert sum(int(each["metrics"]["orders"]) for each in same) == int(row["metrics"]["orders"])


def test_deleted_campaigns_come_where_they_are_asked_for_only(client: Client, world: World) -> None:
    listed = read_lists()["/gmv_max/campaign/get/"]
    owners = {"advertiser_id": TOKYO, "filtering.gmv_max_promotion_types": "LIVE_GMV_MAX"}
    every = {row["campaign_id"] for row in make_rows(world, listed, owners, None)}
    kind = {"gmv_max_promotion_types": ["LIVE_GMV_MAX"]}
    living = client.get(listed.path, advertiser_id=TOKYO, filtering=kind)["data"]["list"]
    deleted = client.get(listed.path, advertiser_id=TOKYO, filtering={**kind, "primary_status": "STATUS_DELETE"})
    found = [{row["campaign_id"] for row in rows} for rows in (living, deleted["data"]["list"])]
    assert found[0] | found[1] == every
    assert len(found[1]) == 1
    assert not found[0] & found[1]


def test_an_audience_of_another_ad_account_is_not_known(client: Client, world: World) -> None:
    mine, other = (world.list_entities("audience", whom)[0].id for whom in (TOKYO, LOS_ANGELES))
    path = "/dmp/custom_audience/get/"
    assert client.refusal(path, advertiser_id=TOKYO, custom_audience_ids=[other])[0] == 40002
    (row,) = client.get(path, advertiser_id=TOKYO, custom_audience_ids=[mine])["data"]["list"]
    assert row["audience_details"]["audience_id"] == mine
