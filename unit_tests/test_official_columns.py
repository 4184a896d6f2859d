"""Columns the official connector has and TikTok's reference of today has not: declared, typed where they come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from harness import Sync
from test_spec_and_catalog import known_catalog

from source_tiktok_marketing.schema.columns import read_entity_columns
from tiktok_simulator import Simulator, World
from tiktok_simulator.world.ready_made import TOKYO

Read = Callable[..., Sync]
# What an answer may hold, and what is in the record.
OLDER: dict[str, tuple[str, dict[str, tuple[Any, Any]]]] = {
    "campaigns": ("campaign", {"split_test_variable": ("CREATIVE", "CREATIVE")}),
    "ad_groups": (
        "adgroup",
        {
            "package": ("com.example.app", "com.example.app"),
            "product_set_id": (7000000000000000001, "7000000000000000001"),
            "action_category_ids": ([101, 102], ["101", "102"]),
            "action_days": (15, 15),
            "video_actions": (["WATCHED_TO_END"], ["WATCHED_TO_END"]),
            "carriers": (["AT&T"], ["AT&T"]),
            "ios_quota_type": ("UNOCCUPIED", "UNOCCUPIED"),
            "split_test_adgroup_ids": ([1700000000000001], ["1700000000000001"]),
            "phone_info": ({"phone_number": "5550100"}, {"phone_number": "5550100"}),
        },
    ),
    "ads": (
        "ad",
        {
            "image_mode": ("IMAGE_MODE_VIDEO", "IMAGE_MODE_VIDEO"),
            "premium_badge_id": (7000000000000000002, "7000000000000000002"),
            "shopping_deeplink_type": ("CUSTOM", "CUSTOM"),
            "ad_ref_pixel_id": (7000000000000000003, "7000000000000000003"),
            "carousel_image_labels": (["first"], ["first"]),
            "hotel_ids": (["1"], ["1"]),
        },
    ),
}


@pytest.mark.parametrize("stream", OLDER)
def test_a_column_that_only_the_official_connector_has_is_typed_where_tiktok_sends_it(
    stream: str, sync: Read, world: World, one_advertiser: dict[str, Any]
) -> None:
    kind, values = OLDER[stream]
    item = world.list_entities(kind, TOKYO)[0]
    item.row.update({name: wire for name, (wire, _) in values.items()})
    world.note_change()
    result = sync(stream, config=one_advertiser)
    record = next(row for row in result.rows(stream) if row[f"{kind}_id"] == item.id)
    assert {name: record.get(name) for name in values} == {name: kept for name, (_, kept) in values.items()}
    assert values.keys() <= read_entity_columns()[stream].keys()
    assert (result.errors, result.warnings) == ([], [])


@pytest.mark.parametrize("stream", OLDER)
def test_a_list_of_entities_is_asked_for_without_naming_columns_so_that_no_name_can_be_wrong(
    stream: str, sync: Read, tiktok: Simulator
) -> None:
    sync(stream)
    asked = tiktok.asked({"campaigns": "/campaign/get/", "ad_groups": "/adgroup/get/", "ads": "/ad/get/"}[stream])
    named = {call.query.get("fields") for call in asked}
    assert named - {'["campaign_id"]'} == {None}  # what only looks whether there is a campaign names its id


def test_a_spark_ad_has_the_key_of_the_official_connector_beside_its_own(sync: Read, config: dict[str, Any]) -> None:
    rows = sync("spark_ads").rows("spark_ads")
    assert rows
    assert all(row["spark_ads_post_id"] == row["item_id"] for row in rows)
    (stream,) = (each for each in known_catalog(config)["streams"] if each["name"] == "spark_ads")
    assert stream["source_defined_primary_key"] == [["advertiser_id"], ["item_id"]]
    assert "spark_ads_post_id" in stream["json_schema"]["properties"]


def test_a_pixel_tells_whether_it_had_events(sync: Read) -> None:
    assert all(row["activity_status"] for row in sync("pixels").rows("pixels"))
