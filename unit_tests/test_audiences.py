"""Audiences: those of others that an ad account may use have no sharing log of its own; ids go a hundred at a time."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from harness import Sync

from tiktok_simulator import Simulator, World
from tiktok_simulator.world.assets import add_assets
from tiktok_simulator.world.ready_made import TOKYO

Record = dict[str, Any]


def test_the_logs_of_an_audience_that_another_account_shares_are_not_asked_for(
    sync: Callable[..., Sync], tiktok: Simulator, world: World, one_advertiser: Record
) -> None:
    borrowed, *own = (item for item in world.list_entities("audience", TOKYO))
    world.add(replace(borrowed, row={**borrowed.row, "is_creator": False}))
    mine = sorted(item.id for item in own if item.row["is_creator"])
    result = sync("audience_share_logs", "audience_apply_logs", "audience_details", config=one_advertiser)
    asked = tiktok.asked("/dmp/custom_audience/share/log/")
    assert sorted(exchange.query["custom_audience_id"] for exchange in asked) == mine
    (asked_at_once,) = tiktok.asked("/dmp/custom_audience/apply/log/")
    assert sorted(json.loads(asked_at_once.query["custom_audience_ids"])) == mine
    assert borrowed.id in {row["audience_id"] for row in result.rows("audience_details")}
    assert result.errors == []


@pytest.mark.parametrize("stream", ["audience_details", "audience_apply_logs"])
def test_more_than_a_hundred_audiences_are_asked_about_in_several_requests(
    stream: str, sync: Callable[..., Sync], tiktok: Simulator, world: World, one_advertiser: Record
) -> None:
    add_assets(world, world.accounts[TOKYO], datetime(2025, 7, 1, tzinfo=UTC), count=120)
    audiences = world.list_entities("audience", TOKYO)
    every = {item.id for item in audiences if item.row["is_creator"] or stream == "audience_details"}
    records = sync(stream, config=one_advertiser).rows(stream)
    path = {"audience_details": "/dmp/custom_audience/get/", "audience_apply_logs": "/dmp/custom_audience/apply/log/"}
    sizes = {exchange.query["custom_audience_ids"] for exchange in tiktok.asked(path[stream])}
    assert sorted(len(json.loads(ids)) for ids in sizes) == [len(every) - 100, 100]
    assert {record["audience_id"] for record in records} == every
