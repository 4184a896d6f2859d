"""Campaigns, ads, assets and the like: everything that exists once, then what changed, and never less than that."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
import requests
from harness import NOW, Sync, frozen_now, read_streams
from rows import ENTITIES, name_of, of_account

from source_tiktok_marketing.requesters.paginator import TiktokPages
from source_tiktok_marketing.schema.columns import read_entity_columns
from tiktok_simulator import Fault, Request, Response, Simulator, World, intercept
from tiktok_simulator.endpoints.reports.truth import list_true_entities
from tiktok_simulator.world.ready_made import BERLIN, EMPTY, LOS_ANGELES, TOKYO, make_busy_world

KINDS = {
    "campaigns": "campaign",
    "ad_groups": "adgroup",
    "ads": "ad",
    "audiences": "audience",
    "creative_assets_images": "image",
    "creative_assets_videos": "video",
    "creative_assets_music": "music",
    "creative_assets_portfolios": "portfolio",
}


def delivered(world: World, stream: str, key: str, **options: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """What the world holds, as records: times in ISO form, nulls left out, the ad account on every one."""
    rows = {}
    for advertiser_id in (TOKYO, LOS_ANGELES, BERLIN):
        for wire in list_true_entities(world, KINDS[stream], advertiser_id, **options):
            columns = read_entity_columns()[stream]
            row = {name: understood(columns[name].type, value) for name, value in wire.items()}
            told = of_account(world, advertiser_id, "currency") if "currency" in read_entity_columns()[stream] else {}
            rows[advertiser_id, wire[key]] = (
                told | {"advertiser_id": advertiser_id} | {k: v for k, v in row.items() if v is not None}
            )
    return rows


def understood(kind: str, wire: Any) -> Any:
    if wire is None:
        return None
    if kind == "date-time":
        return wire.replace(" ", "T").removesuffix("Z")
    return str(wire) if kind == "string" else wire


@pytest.mark.parametrize("row", ENTITIES, ids=name_of)
def test_the_first_sync_emits_every_entity_that_exists_once(
    row: dict[str, Any], sync: Callable[..., Sync], world: World
) -> None:
    result = sync(row["name"])
    (key,) = row["key"]
    records = result.rows(row["name"])
    found = {(record["advertiser_id"], record[key]): record for record in records}
    assert found == delivered(world, row["name"], key)
    assert len(found) == len(records)
    assert (result.errors, result.warnings) == ([], [])


@pytest.mark.parametrize("stream", ["campaigns", "ad_groups", "ads"])
def test_without_deleted_entities_only_those_are_left_out(
    stream: str, sync: Callable[..., Sync], world: World, config: dict[str, Any]
) -> None:
    key = {"campaigns": "campaign_id", "ad_groups": "adgroup_id", "ads": "ad_id"}[stream]
    kept = {
        (row["advertiser_id"], row[key])
        for row in sync(stream, config=config | {"include_deleted": False}).rows(stream)
    }
    assert kept == set(delivered(world, stream, key, include_deleted=False)) < set(delivered(world, stream, key))


def test_top_view_campaigns_come_with_a_request_of_their_own(sync: Callable[..., Sync], tiktok: Simulator) -> None:
    sync("campaigns")
    asked = [json.loads(call.query["filtering"]).get("buying_types") for call in tiktok.asked("/campaign/get/")]
    assert asked.count(["RESERVATION_TOP_VIEW"]) == asked.count(["AUCTION", "RESERVATION_RF"]) == 4


def test_ad_groups_bought_as_top_view_are_asked_for_in_pages_of_a_hundred(
    sync: Callable[..., Sync], tiktok: Simulator
) -> None:
    sync("ad_groups")
    sizes = {
        (("TOP_VIEW" in call.query["filtering"]), call.query["page_size"]) for call in tiktok.asked("/adgroup/get/")
    }
    assert sizes == {(True, "100"), (False, "1000")}


@pytest.mark.parametrize("stream", ["campaigns", "ad_groups"])
def test_what_has_a_status_and_is_read_whole_is_emitted_whole(
    stream: str, sync: Callable[..., Sync], world: World
) -> None:
    first = sync(stream)
    campaign = world.landmarks["Tokyo.reservation_campaign"]
    world.switch("campaign", campaign, NOW - timedelta(hours=1), on=False)
    second = sync(stream, state={stream: first.state(stream)})
    key = f"{KINDS[stream]}_id"
    found = {(row["advertiser_id"], row[key]): row for row in second.rows(stream)}
    assert found == delivered(world, stream, key)
    assert len(found) == len(second.rows(stream))
    below = {row["secondary_status"] for row in found.values() if row["campaign_id"] == campaign}
    assert below <= {"CAMPAIGN_STATUS_DISABLE", "ADGROUP_STATUS_CAMPAIGN_DISABLE"}
    assert second.cursors(stream)[TOKYO] >= first.cursors(stream)[TOKYO]


@pytest.mark.parametrize("stream", ["campaigns", "ad_groups", "ads", "smart_plus_campaigns", "gmv_max_campaigns"])
def test_a_cursor_in_the_future_gives_no_row_and_stays_there(stream: str, sync: Callable[..., Sync]) -> None:
    future = [{"partition": {"advertiser_id": each}, "cursor": {"modify_time": "2099-12-31T23:59:59"}}
              for each in (TOKYO, LOS_ANGELES, BERLIN, EMPTY)]  # fmt: skip
    result = sync(stream, state={stream: {"states": future}})
    assert (result.rows(stream), result.errors) == ([], [])
    assert set(result.cursors(stream).values()) == {"2099-12-31T23:59:59"}


@pytest.mark.parametrize("stream", ["ads", "creative_assets_images"])
def test_the_next_sync_emits_what_changed_since_and_no_more(
    stream: str, sync: Callable[..., Sync], world: World
) -> None:
    state = sync(stream).state(stream)
    kind, key = KINDS[stream], {"ads": "ad_id", "creative_assets_images": "image_id"}[stream]
    changed = next(item for item in reversed(world.list_entities(kind, TOKYO)) if item.row["modify_time"])
    world.touch(kind, changed.id, NOW - timedelta(hours=1))
    emitted = sync(stream, state={stream: state}).rows(stream)
    newest = {cursor["cursor"]["modify_time"] for cursor in state["states"]}
    assert changed.id in {row[key] for row in emitted}
    dated = [row for row in emitted if "modify_time" in row and row[key] != changed.id]
    assert {row["modify_time"] for row in dated} <= newest  # the cursor's own second is read again


@pytest.mark.parametrize("kind", ["campaign", "adgroup"])
def test_what_is_below_a_paused_parent_comes_with_its_new_status_though_it_was_not_modified(
    kind: str, sync: Callable[..., Sync], tiktok: Simulator, world: World, one_advertiser: dict[str, Any]
) -> None:
    first = sync("ads", config=one_advertiser)
    campaign = world.landmarks["Tokyo.reservation_campaign"]
    parent = next(each for each in world.list_entities(kind, TOKYO) if each.row["campaign_id"] == campaign)
    world.switch(kind, parent.id, NOW - timedelta(hours=1), on=False)
    tiktok.transcript.clear()
    second = sync("ads", config=one_advertiser, state={"ads": first.state("ads")})
    told = {row["ad_id"]: row["secondary_status"] for row in second.rows("ads") if row[f"{kind}_id"] == parent.id}
    ids = {ad.id for ad in world.list_entities("ad", TOKYO) if ad.row[f"{kind}_id"] == parent.id}
    assert told == dict.fromkeys(ids, f"AD_STATUS_{kind.upper()}_DISABLE") != {}
    assert len({row["ad_id"] for row in second.rows("ads")}) == len(second.rows("ads")) < len(first.rows("ads"))
    narrowed = [json.loads(call.query["filtering"]) for call in tiktok.asked("/ad/get/")]
    assert [each[f"{kind}_ids"] for each in narrowed if f"{kind}_ids" in each] == [[parent.id]] * 2
    assert (second.errors, second.warnings) == ([], [])


@pytest.mark.parametrize("kind", ["campaign", "adgroup"])
@pytest.mark.parametrize("modify_time", [None, "", 1771126000, "1771126000", "2026-02-15T04:00:00Z", "soon"])
def test_a_parent_whose_time_is_missing_or_odd_counts_as_changed(
    kind: str, modify_time: Any, sync: Callable[..., Sync], world: World, one_advertiser: dict[str, Any]
) -> None:
    first = sync("ads", config=one_advertiser)
    campaign = world.landmarks["Tokyo.reservation_campaign"]
    parent = next(each for each in world.list_entities(kind, TOKYO) if each.row["campaign_id"] == campaign)
    world.switch(kind, parent.id, NOW - timedelta(hours=1), on=False)
    parent.row["modify_time"] = modify_time
    second = sync("ads", config=one_advertiser, state={"ads": first.state("ads")})
    told = {row["secondary_status"] for row in second.rows("ads") if row[f"{kind}_id"] == parent.id}
    assert told == {f"AD_STATUS_{kind.upper()}_DISABLE"}
    assert (second.errors, second.warnings) == ([], [])


def test_where_more_parents_changed_than_fit_a_filter_all_ads_are_read(config: dict[str, Any]) -> None:
    world = make_busy_world(advertisers=1, campaigns=102)
    (advertiser_id,) = world.permitted
    for campaign in world.list_entities("campaign", advertiser_id)[:101]:
        world.switch("campaign", campaign.id, NOW - timedelta(hours=2), on=False)
    cursor = {"partition": {"advertiser_id": advertiser_id}, "cursor": {"modify_time": "2026-02-15T00:00:00"}}
    with intercept(Simulator(world, clock=frozen_now)) as tiktok:
        result = read_streams(["ads"], config, {"ads": {"states": [cursor]}})
    assert {row["ad_id"] for row in result.rows("ads")} == {ad.id for ad in world.list_entities("ad", advertiser_id)}
    filters = [json.loads(call.query["filtering"]) for call in tiktok.asked("/ad/get/")]
    assert not any("campaign_ids" in each or "adgroup_ids" in each for each in filters)
    assert result.errors == result.warnings == []


def test_where_the_parents_can_not_be_listed_the_ads_come_all_the_same(
    sync: Callable[..., Sync], world: World, one_advertiser: dict[str, Any]
) -> None:
    first = sync("ads", config=one_advertiser)
    world.unscoped.add("/campaign/get/")
    second = sync("ads", config=one_advertiser, state={"ads": first.state("ads")})
    assert second.errors == []
    assert second.rows("ads")
    (warning,) = second.warnings
    assert warning.startswith(f"ads: TikTok refused campaign/get/ for ad account {TOKYO}: ")


def test_ads_without_modify_time_are_emitted_every_time_and_once(sync: Callable[..., Sync], world: World) -> None:
    undated = {ad.id for account in (TOKYO, LOS_ANGELES, BERLIN) for ad in world.list_entities("ad", account)
               if ad.row["modify_time"] is None}  # fmt: skip
    first = sync("ads")
    second = sync("ads", state={"ads": first.state("ads")})
    for result in (first, second):
        found = [row["ad_id"] for row in result.rows("ads") if "modify_time" not in row]
        assert sorted(found) == sorted(undated) != []


def test_a_midnight_in_the_middle_of_a_list_loses_none_of_it(
    sync: Callable[..., Sync], tiktok: Simulator, clock: Any, one_advertiser: dict[str, Any]
) -> None:
    def turn_of_the_day(request: Request, answer: Callable[[Request], Response]) -> Response:
        response = answer(request)
        clock.move_to(datetime(NOW.year, NOW.month, NOW.day, tzinfo=UTC) + timedelta(days=1))
        return response

    expected = sync("ads", config=one_advertiser)
    state = expected.state("ads")
    state["states"][0]["cursor"]["modify_time"] = f"{NOW.date() - timedelta(days=180)}T00:00:00"
    tiktok.transcript.clear()
    tiktok.faults.arm(Fault("midnight", turn_of_the_day, "/ad/get/"))
    result = sync("ads", config=one_advertiser, state={"ads": state})
    assert "modified_after" in tiktok.asked("/ad/get/")[0].query["filtering"]
    undated = [row["ad_id"] for row in expected.rows("ads") if "modify_time" not in row]
    assert undated == [row["ad_id"] for row in result.rows("ads") if "modify_time" not in row] != []


def test_ads_are_asked_for_what_changed_once_there_is_a_recent_cursor(
    sync: Callable[..., Sync], tiktok: Simulator
) -> None:
    state = sync("ads").state("ads")
    assert not any("modified_after" in call.query["filtering"] for call in tiktok.asked("/ad/get/"))
    tiktok.transcript.clear()
    sync("ads", state={"ads": state})
    filters = [json.loads(call.query["filtering"]) for call in tiktok.asked("/ad/get/")]
    complement = [one for one in filters if "campaign_automation_type" in one]
    assert all("modified_after" not in one for one in complement)
    narrowed = [one["modified_after"] for one in filters if "modified_after" in one]
    cursors = {datetime.fromisoformat(entry["cursor"]["modify_time"]) for entry in state["states"]}
    assert {datetime.fromisoformat(moment) for moment in narrowed} <= {
        moment - timedelta(seconds=1) for moment in cursors
    }
    assert narrowed


def test_an_old_cursor_asks_for_all_ads_as_tiktok_looks_back_half_a_year(
    sync: Callable[..., Sync], tiktok: Simulator
) -> None:
    old = [{"partition": {"advertiser_id": TOKYO}, "cursor": {"modify_time": "2025-06-01T00:00:00"}}]
    rows = sync("ads", state={"ads": {"states": old}}).rows("ads")
    assert not any("modified_after" in call.query["filtering"] for call in tiktok.asked("/ad/get/"))
    assert len({row["ad_id"] for row in rows}) == len(rows)


@pytest.mark.slow
def test_a_sync_pages_to_the_end_even_when_few_entities_changed(config: dict[str, Any]) -> None:
    world = make_busy_world(advertisers=1, campaigns=2100)
    (advertiser_id,) = world.permitted
    changed = [item.id for item in world.list_entities("campaign", advertiser_id)][::14]
    for campaign_id in changed:
        world.touch("campaign", campaign_id, NOW - timedelta(hours=2))
    cursor = {"partition": {"advertiser_id": advertiser_id}, "cursor": {"modify_time": "2026-02-15T00:00:00"}}
    with intercept(Simulator(world, clock=frozen_now)) as tiktok:
        rows = read_streams(["campaigns"], config, {"campaigns": {"states": [cursor]}}).rows("campaigns")
    every = {item.id for item in world.list_entities("campaign", advertiser_id)}
    assert set(changed) < {row["campaign_id"] for row in rows} == every
    assert len(tiktok.asked("/campaign/get/")) == 3 + 2  # three pages, TopView, and whether there is Promote


def test_an_entity_carries_its_ad_account_even_where_tiktok_leaves_it_out(sync: Callable[..., Sync]) -> None:
    result = sync(*KINDS)
    for stream in KINDS:
        assert {row["advertiser_id"] for row in result.rows(stream)} == {TOKYO, LOS_ANGELES, BERLIN}


def test_images_are_paged_to_the_ten_thousandth_as_tiktok_shows_no_more(caplog: pytest.LogCaptureFixture) -> None:
    response = requests.Response()
    response.request = requests.Request("GET", "https://business-api.tiktok.com/?advertiser_id=1&page=1").prepare()
    pages = TiktokPages(parameters={}, stream="creative_assets_images", reachable=10_000)
    info = {"page": 1, "page_size": 100, "total_page": 123, "total_number": 12_240}
    response._content = orjson.dumps({"code": 0, "data": {"page_info": info}})
    with caplog.at_level("INFO", logger="airbyte"):
        token = pages.next_page_token(response, 100, None, {"sweep": 0, "page": 1})
    assert token is not None
    assert (token["sweep"], token["page"]) == (0, 2)
    assert pages.next_page_token(response, 100, None, {"sweep": 0, "page": 100}) is None
    assert "creative_assets_images: ad account 1 has 12240 rows" in caplog.text
