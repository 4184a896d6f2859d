"""Pixels, apps and events: who is asked about what, and what is never paired."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from harness import Sync

from tiktok_simulator import Simulator, World
from tiktok_simulator.endpoints.lists.listed import read_lists
from tiktok_simulator.endpoints.lists.tables import make_rows
from tiktok_simulator.world.model import Entity
from tiktok_simulator.world.ready_made import TOKYO

Config = dict[str, Any]
Read = Callable[..., Sync]


def owned(world: World, path: str, member: str) -> dict[str, set[str]]:
    """The ids each ad account has in a list."""
    return {
        account: {row[member] for row in make_rows(world, read_lists()[path], {"advertiser_id": account}, None)}
        for account in world.permitted
    }


def messaging(world: World) -> list[Entity]:
    groups = world.list_entities("adgroup", TOKYO)
    return [item for item in groups if item.row["messaging_app_type"] and not item.deleted]


def test_a_pixel_is_asked_about_with_its_own_ad_account_only(sync: Read, tiktok: Simulator, world: World) -> None:
    assert sync("pixel_events_statistics").errors == []
    pixels = owned(world, "/pixel/list/", "pixel_id")
    asked = {
        (exchange.query["advertiser_id"], pixel)
        for exchange in tiktok.asked("/pixel/event/stats/")
        for pixel in json.loads(exchange.query["pixel_ids"])
    }
    assert asked == {(account, pixel) for account, ids in pixels.items() for pixel in ids}


def test_ten_pixels_are_asked_about_at_a_time(
    sync: Read, tiktok: Simulator, world: World, one_advertiser: Config
) -> None:
    world.list_sizes["/pixel/list/"] = 21
    rows = sync("pixel_events_statistics", config=one_advertiser).rows("pixel_events_statistics")
    asked = [json.loads(exchange.query["pixel_ids"]) for exchange in tiktok.asked("/pixel/event/stats/")]
    assert Counter(map(len, asked)) == {10: 20, 1: 10}
    assert len({row["pixel_id"] for row in rows}) == 21


def test_the_statistics_of_a_pixel_have_one_row_a_day_and_event(sync: Read, one_advertiser: Config) -> None:
    rows = sync("pixel_events_statistics", config=one_advertiser).rows("pixel_events_statistics")
    keys = Counter((row["pixel_id"], row["date"], row["pixel_event_type"], row["custom_event_type"]) for row in rows)
    assert set(keys.values()) == {1}
    assert len({row["date"] for row in rows}) == 10


def test_custom_conversions_are_asked_for_of_an_accounts_own_pixels_and_apps(
    sync: Read, tiktok: Simulator, world: World
) -> None:
    sync("custom_conversions")
    attributing = {
        account: {row["app_platform_id"] for row in rows if row["self_attribution_enabled"]}
        for account in world.permitted
        if (rows := make_rows(world, read_lists()["/app/list/"], {"advertiser_id": account}, None))
    }
    sources = {"PIXEL": owned(world, "/pixel/list/", "pixel_id"), "APP": attributing}
    asked = Counter(
        (exchange.query["advertiser_id"], exchange.query["event_source_type"], exchange.query["event_source_id"])
        for exchange in tiktok.asked("/custom_conversion/list/")
    )
    expected = {(account, kind, name) for kind, of in sources.items() for account, ids in of.items() for name in ids}
    assert asked == dict.fromkeys(expected, 1)


def test_without_the_permission_for_pixels_the_custom_conversions_of_apps_are_read_all_the_same(
    sync: Read, world: World
) -> None:
    world.unscoped.add("/pixel/list/")
    result = sync("custom_conversions")
    assert {row["event_source_type"] for row in result.rows("custom_conversions")} == {"APP"}
    assert (result.errors, len(result.warnings)) == ([], 1)
    world.unscoped.add("/app/list/")
    result = sync("custom_conversions")
    assert (result.rows("custom_conversions"), result.errors, len(result.warnings)) == ([], [], 1)


def test_an_app_is_asked_about_with_its_own_ad_account_only(sync: Read, tiktok: Simulator, world: World) -> None:
    sync("app_events", "app_retargeting_events")
    apps = owned(world, "/app/list/", "app_id")
    for path in ("/app/optimization_event/", "/app/optimization_event/retargeting/"):
        asked = {(exchange.query["advertiser_id"], exchange.query["app_id"]) for exchange in tiktok.asked(path)}
        assert asked == {(account, app) for account, ids in apps.items() for app in ids}


def test_instant_page_events_cost_one_request_an_ad_account(sync: Read, tiktok: Simulator, world: World) -> None:
    """The official connector asks for 220 combinations, of which TikTok accepts hardly one."""
    result = sync("pixel_instant_page_events")
    assert len(tiktok.asked("/pixel/instant_page/event/")) == len(world.permitted)
    assert (result.errors, result.warnings) == ([], [])


@pytest.mark.parametrize("app", ["LINE", "IM_URL"])
def test_messaging_apps_that_have_no_event_sets_are_not_asked_about(
    app: str, sync: Read, tiktok: Simulator, world: World, one_advertiser: Config
) -> None:
    first, *others = messaging(world)
    first.row["messaging_app_type"] = app
    world.note_change()
    assert sync("message_event_sets", config=one_advertiser).errors == []
    asked = {exchange.query["messaging_app_account_id"] for exchange in tiktok.asked("/ctm/message_event_set/get/")}
    assert asked == {item.row["messaging_app_account_id"] for item in others} != set()


def test_event_sets_are_asked_for_once_a_messaging_account(
    sync: Read, tiktok: Simulator, world: World, one_advertiser: Config
) -> None:
    groups = messaging(world)
    for item in groups:
        item.row["messaging_app_account_id"] = "shared"
    world.note_change()
    sync("message_event_sets", config=one_advertiser)
    assert len(groups) > 1 == len(tiktok.asked("/ctm/message_event_set/get/"))
