"""Lists that are the same for everybody: asked for once, in as few requests as TikTok takes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from harness import Sync
from rows import NESTED, name_of

from tiktok_simulator import Simulator, World
from tiktok_simulator.world.ready_made import BERLIN, FORBIDDEN, TOKYO

Read = Callable[..., Sync]
Config = dict[str, Any]
LOOKUPS = [row for row in NESTED if row["group"] == "lookups"]
FOR_ALL = [row for row in LOOKUPS if row["of"] == "any_advertiser"]


@pytest.mark.samples(4)
@pytest.mark.parametrize("row", FOR_ALL, ids=name_of)
def test_a_list_that_is_the_same_for_all_is_asked_for_with_one_ad_account(
    row: dict[str, Any], sync: Read, tiktok: Simulator
) -> None:
    rows = sync(row["name"]).rows(row["name"])
    assert len({call.query["advertiser_id"] for call in tiktok.asked(f"/{row['endpoint']}")}) == 1
    assert rows and not any("advertiser_id" in record for record in rows)


@pytest.mark.samples(4)
@pytest.mark.parametrize("row", FOR_ALL, ids=name_of)
def test_only_the_first_worker_reads_it(row: dict[str, Any], sync: Read, config: Config, tiktok: Simulator) -> None:
    second = sync(row["name"], config=config | {"shard": {"index": 1, "count": 2}})
    assert (second.rows(row["name"]), second.errors) == ([], [])
    assert not tiktok.asked(f"/{row['endpoint']}")


def test_a_first_worker_without_ad_accounts_asks_with_anothers(sync: Read, config: Config) -> None:
    shard = {"shard": {"index": 0, "count": 3}}
    result = sync("os_versions", config=config | {"advertiser_ids": [TOKYO, BERLIN]} | shard)
    assert result.errors == []
    assert result.rows("os_versions")


def test_an_ad_account_without_permission_is_not_the_one_that_is_asked(sync: Read, config: Config) -> None:
    result = sync("os_versions", config=config | {"advertiser_ids": [FORBIDDEN, TOKYO]})
    assert result.errors == []
    assert result.rows("os_versions")


def test_versions_of_both_systems_are_read(sync: Read) -> None:
    assert {row["os_type"] for row in sync("os_versions").rows("os_versions")} == {"ANDROID", "IOS"}


def test_a_network_is_a_row_with_its_country(sync: Read) -> None:
    rows = sync("carriers").rows("carriers")
    assert all(row["country_code"] and row["carrier_id"] for row in rows)
    assert not any("carriers" in row for row in rows)


def test_locations_are_asked_for_down_to_the_smallest(sync: Read, tiktok: Simulator) -> None:
    sync("regions")
    (call,) = tiktok.asked("/tool/region/")
    assert call.query["level_range"] == "ALL"


def test_internet_providers_are_asked_for_a_thousand_countries_at_a_time(
    sync: Read, tiktok: Simulator, world: World
) -> None:
    world.list_sizes["/tool/region/"] = 1_001
    rows = sync("targeting_isps").rows("targeting_isps")
    (countries,) = tiktok.asked("/tool/region/")
    asked = [len(json.loads(call.query["location_ids"])) for call in tiktok.asked("/tool/targeting/list/")]
    assert countries.query["level_range"] == "TO_COUNTRY"
    assert sorted(asked) == [1, 1_000]
    assert len({row["location_id"] for row in rows}) == 1_001


def test_forms_that_moved_to_a_business_centre_are_not_asked_for_their_questions_here(
    sync: Read, world: World, tiktok: Simulator
) -> None:
    forms = sync("instant_forms").rows("instant_forms")
    world.leads.moved.add(forms[0]["page_id"])
    result = sync("instant_form_fields", "instant_forms")
    assert {row["page_id"] for row in result.rows("instant_form_fields")} == {row["page_id"] for row in forms[1:]}
    moved = [row for row in result.rows("instant_forms") if row["transfer_status"] == "TRANSFERRED"]
    assert [row["page_id"] for row in moved] == [forms[0]["page_id"]]
    assert tiktok.asked("/page/field/get/")


def test_what_is_the_same_for_all_needs_no_details_of_ad_accounts(
    sync: Read, config: Config, tiktok: Simulator
) -> None:
    tiktok.faults.refused(50000, "System error.", None, "/advertiser/info/")
    result = sync("os_versions", config=config | {"max_wait_minutes": 1})
    assert result.errors == []
    assert result.rows("os_versions")
