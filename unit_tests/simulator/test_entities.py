"""Lists of campaigns, ad groups, ads and assets: paging, deleted and reserved ones, Smart+ and filters."""

from __future__ import annotations

from typing import Any

import pytest

from tiktok_simulator import Simulator, World
from tiktok_simulator.endpoints.filter_values import NOT_COMBINED
from tiktok_simulator.endpoints.reports.truth import list_true_entities
from tiktok_simulator.world.populate import read_fields
from tiktok_simulator.world.ready_made import EMPTY, TOKYO, make_busy_world

from .asking import NOW, Client

KINDS = {"campaign": "/campaign/get/", "adgroup": "/adgroup/get/", "ad": "/ad/get/"}
CAMPAIGNS = KINDS["campaign"]
STATUS_ALL = {"primary_status": "STATUS_ALL"}


@pytest.fixture(scope="module")
def busy() -> World:
    return make_busy_world(advertisers=1, campaigns=45)


def ids(client: Client, kind: str, **filtering: Any) -> list[str]:
    options = {"filtering": filtering} if filtering else {}
    return [row[f"{kind}_id"] for row in client.rows(KINDS[kind], advertiser_id=TOKYO, page_size=1000, **options)]


def test_pages_tile_the_campaigns_without_gaps_or_overlap(wired: Client, simulator: Simulator, busy: World) -> None:
    simulator.world = busy
    (advertiser_id,) = busy.permitted
    pages = [
        wired.get(CAMPAIGNS, advertiser_id=advertiser_id, page=page, page_size=20)["data"] for page in (1, 2, 3, 4)
    ]
    found = [row["campaign_id"] for page in pages for row in page["list"]]
    assert [len(page["list"]) for page in pages] == [20, 20, 5, 0]
    assert found == sorted({item.id for item in busy.list_entities("campaign", advertiser_id)}, reverse=True)
    assert pages[0]["page_info"] == {"page": 1, "page_size": 20, "total_number": 45, "total_page": 3}


def test_an_oversized_page_is_refused_in_the_envelope_not_the_status_line(wired: Client) -> None:
    assert wired.refusal(CAMPAIGNS, advertiser_id=TOKYO, page_size=1001)[0] == 40002


def test_an_account_without_campaigns_has_an_empty_page(client: Client) -> None:
    data = client.get(CAMPAIGNS, advertiser_id=EMPTY)["data"]
    assert (data["list"], data["page_info"]["total_page"]) == ([], 0)


@pytest.mark.parametrize("kind", KINDS)
def test_ids_come_newest_first(client: Client, kind: str) -> None:
    found = ids(client, kind)
    assert len(found) > 3
    assert found == sorted(found, reverse=True)


@pytest.mark.parametrize("kind", KINDS)
def test_deleted_ones_come_only_when_a_status_asks_for_them(client: Client, world: World, kind: str) -> None:
    deleted = world.landmarks[f"Tokyo.deleted_{kind}"]
    prefix = kind.upper()
    assert deleted not in ids(client, kind)
    for filtering in (STATUS_ALL, {"secondary_status": f"{prefix}_STATUS_ALL"}):
        assert deleted in ids(client, kind, **filtering)
        assert len(ids(client, kind, **filtering)) > len(ids(client, kind))
    for filtering in ({"primary_status": "STATUS_DELETE"}, {"secondary_status": f"{prefix}_STATUS_DELETE"}):
        assert deleted in ids(client, kind, **filtering)
        assert not set(ids(client, kind, **filtering)) & set(ids(client, kind))


def test_what_is_below_a_deleted_campaign_is_deleted_too(client: Client, world: World) -> None:
    campaign = world.landmarks["Tokyo.deleted_campaign"]
    assert ids(client, "ad", campaign_ids=[campaign]) == []
    assert len(ids(client, "ad", campaign_ids=[campaign], **STATUS_ALL)) == 6


def statuses(client: Client, kind: str, **filtering: Any) -> set[tuple[str, str]]:
    options = {"filtering": filtering | STATUS_ALL, "page_size": 1000}
    rows = client.rows(KINDS[kind], advertiser_id=TOKYO, **options)
    return {(row["operation_status"], row["secondary_status"]) for row in rows}


def test_below_a_paused_campaign_statuses_change_and_no_modify_time(client: Client, world: World) -> None:
    campaign = world.landmarks["Tokyo.reservation_campaign"]
    below = {"filtering": {"campaign_ids": [campaign]}, "advertiser_id": TOKYO, "page_size": 1000}
    before = [row["modify_time"] for kind in ("adgroup", "ad") for row in client.rows(KINDS[kind], **below)]
    world.switch("campaign", campaign, NOW, on=False)
    assert before == [row["modify_time"] for kind in ("adgroup", "ad") for row in client.rows(KINDS[kind], **below)]
    assert statuses(client, "campaign", campaign_ids=[campaign]) == {("DISABLE", "CAMPAIGN_STATUS_DISABLE")}
    assert statuses(client, "adgroup", campaign_ids=[campaign]) == {("ENABLE", "ADGROUP_STATUS_CAMPAIGN_DISABLE")}
    assert statuses(client, "ad", campaign_ids=[campaign]) == {("ENABLE", "AD_STATUS_CAMPAIGN_DISABLE")}
    world.switch("campaign", campaign, NOW, on=True)
    assert statuses(client, "ad", campaign_ids=[campaign]) == {("ENABLE", "AD_STATUS_DELIVERY_OK")}


def test_the_status_of_an_ad_names_the_uppermost_that_is_paused(client: Client, world: World) -> None:
    ad = next(item for item in world.list_entities("ad", TOKYO) if not item.deleted and item.buying_type == "AUCTION")
    for kind, told in (("ad", "AD_STATUS_DISABLE"), ("adgroup", "AD_STATUS_ADGROUP_DISABLE"),
                       ("campaign", "AD_STATUS_CAMPAIGN_DISABLE")):  # fmt: skip
        world.switch(kind, ad.row[f"{kind}_id"], NOW, on=False)
        assert statuses(client, "ad", ad_ids=[ad.id]) == {("DISABLE", told)}


def test_an_ad_group_whose_schedule_has_ended_is_completed_unless_its_campaign_is_paused(
    client: Client, world: World
) -> None:
    ad = world.find_entity("ad", world.landmarks["Tokyo.late_ad"]).row
    group, campaign = {"adgroup_ids": [ad["adgroup_id"]]}, ad["campaign_id"]
    for on, told in (
        (True, {("ENABLE", "ADGROUP_STATUS_TIME_DONE"), ("ENABLE", "AD_STATUS_DONE")}),
        (False, {("ENABLE", "ADGROUP_STATUS_CAMPAIGN_DISABLE"), ("ENABLE", "AD_STATUS_CAMPAIGN_DISABLE")}),
        (True, {("ENABLE", "ADGROUP_STATUS_TIME_DONE"), ("ENABLE", "AD_STATUS_DONE")}),
    ):
        world.switch("campaign", campaign, NOW, on=on)
        assert statuses(client, "adgroup", **group) | statuses(client, "ad", ad_ids=[ad["ad_id"]]) == told
    (row,) = client.rows(KINDS["adgroup"], advertiser_id=TOKYO, filtering=group)
    assert row["schedule_end_time"] == "2025-12-20 15:00:00"  # the local midnight after its last day, in UTC


def test_what_has_ended_is_found_by_the_primary_status_for_it_and_not_among_what_delivers(
    client: Client, world: World
) -> None:
    late = world.landmarks["Tokyo.late_ad"]
    assert ids(client, "ad", primary_status="STATUS_TIME_DONE") == [late]
    assert late not in ids(client, "ad", primary_status="STATUS_DELIVERY_OK", buying_types=["AUCTION"])


def test_what_was_deleted_with_its_campaign_says_so(client: Client, world: World) -> None:
    campaign = world.landmarks["Tokyo.deleted_campaign"]
    told = [statuses(client, kind, campaign_ids=[campaign]) for kind in KINDS]
    assert told == [{("DISABLE", "CAMPAIGN_STATUS_DELETE")}, {("DISABLE", "ADGROUP_STATUS_CAMPAIGN_DELETE")},
                    {("DISABLE", "AD_STATUS_CAMPAIGN_DELETE")}]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_top_view_comes_only_alone(client: Client, world: World, kind: str) -> None:
    campaign = world.landmarks["Tokyo.top_view_campaign"]
    asked = {"advertiser_id": TOKYO, "page_size": 100, "filtering": {"buying_types": ["RESERVATION_TOP_VIEW"]}}
    assert {row["campaign_id"] for row in client.rows(KINDS[kind], **asked)} == {campaign}
    assert ids(client, kind, campaign_ids=[campaign]) == []
    both = {"buying_types": ["AUCTION", "RESERVATION_TOP_VIEW"]}
    assert client.refusal(KINDS[kind], advertiser_id=TOKYO, filtering=both) == (40002, NOT_COMBINED)


def test_reserved_reach_comes_by_default(client: Client, world: World) -> None:
    assert world.landmarks["Tokyo.reservation_campaign"] in ids(client, "campaign")
    assert world.landmarks["Tokyo.reservation_campaign"] not in ids(client, "campaign", buying_types=["AUCTION"])


def test_pages_of_top_view_ad_groups_are_a_hundred_at_most(client: Client) -> None:
    filtering = {"buying_types": ["RESERVATION_TOP_VIEW"]}
    asked = {"advertiser_id": TOKYO, "filtering": filtering}
    assert client.refusal("/adgroup/get/", page_size=101, **asked)[0] == 40002
    assert client.rows("/ad/get/", page_size=101, **asked)


def test_smart_plus_ads_have_no_modify_time_and_share_an_id(client: Client, world: World) -> None:
    rows = client.rows(
        "/ad/get/",
        advertiser_id=TOKYO,
        page_size=100,
        filtering={"campaign_ids": [world.landmarks["Tokyo.smart_plus_campaign"]]},
    )
    assert {row["modify_time"] for row in rows} == {None}
    assert {row["campaign_automation_type"] for row in rows} == {"UPGRADED_SMART_PLUS"}
    assert len({row["ad_id_v2"] for row in rows}) == 2
    assert len({row["ad_id"] for row in rows}) == len(rows) == 6


def test_modified_after_is_exclusive_and_leaves_out_ads_that_have_no_such_time(client: Client, world: World) -> None:
    first, second = [
        item.id for item in world.list_entities("ad", TOKYO) if item.row["modify_time"] and not item.deleted
    ][:2]
    world.touch("ad", first, "2026-02-20 10:00:00")
    world.touch("ad", second, NOW)
    assert set(ids(client, "ad", modified_after="2026-02-20 09:59:59")) == {first, second} - top_view(world)
    assert set(ids(client, "ad", modified_after="2026-02-20 10:00:00")) == {second} - top_view(world)


def top_view(world: World) -> set[str]:
    return {item.id for item in world.list_entities("ad", TOKYO) if item.buying_type == "RESERVATION_TOP_VIEW"}


def test_creation_filters_are_exclusive(client: Client, world: World) -> None:
    created = world.find_entity("campaign", world.landmarks["Tokyo.smart_plus_campaign"]).row["create_time"]
    before = ids(client, "campaign", creation_filter_end_time=created)
    after = ids(client, "campaign", creation_filter_start_time=created)
    assert len(before) + len(after) == len(ids(client, "campaign")) - 1


@pytest.mark.parametrize(
    ("filtering", "count"),
    [
        ({"campaign_automation_type": "UPGRADED_SMART_PLUS"}, 1),
        ({"campaign_name": "summer"}, 1),
        ({"objective_type": "WEB_CONVERSIONS"}, 2),
        ({"campaign_system_origins": ["PROMOTE"]}, 0),
    ],
)
def test_filters_choose(client: Client, filtering: dict[str, Any], count: int) -> None:
    assert len(ids(client, "campaign", **filtering)) == count


def test_a_filter_that_is_not_imitated_is_refused_rather_than_ignored(client: Client) -> None:
    code, message = client.refusal(CAMPAIGNS, advertiser_id=TOKYO, filtering={"split_test_enabled": True})
    assert code == 40002
    assert "does not imitate" in message


def test_fields_select_and_unknown_ones_are_refused(client: Client) -> None:
    rows = client.rows(CAMPAIGNS, advertiser_id=TOKYO, fields=["campaign_id", "budget"])
    assert all(set(row) == {"campaign_id", "budget"} for row in rows)
    assert client.refusal(CAMPAIGNS, advertiser_id=TOKYO, fields=["id"]) == (40002, "fields: Unknown field id.")


def test_null_fields_can_be_left_out(client: Client) -> None:
    rows = client.rows(CAMPAIGNS, advertiser_id=TOKYO, exclude_field_types_in_response=["NULL_FIELD"])
    assert all(None not in row.values() for row in rows)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_carry_every_field_of_the_reference(client: Client, kind: str) -> None:
    for row in client.rows(KINDS[kind], advertiser_id=TOKYO):
        assert set(row) == set(read_fields(kind))
        ids = [name for name in row if name.endswith("_id") and not name.endswith("_pixel_id")]  # which are numbers
        assert all(isinstance(row[name], str | None) for name in ids)


@pytest.mark.parametrize(
    ("path", "records", "id_field", "time"),
    [
        ("/dmp/custom_audience/list/", "list", "audience_id", "2025-12-01 03:33:21"),
        ("/file/image/ad/search/", "list", "image_id", "2025-12-01T03:33:21Z"),
        ("/file/video/ad/search/", "list", "video_id", "2025-12-01T03:33:21Z"),
        ("/file/music/get/", "musics", "music_id", "2025-12-01T03:33:21Z"),
        ("/creative/portfolio/list/", "creative_portfolios", "creative_portfolio_id", None),
    ],
)
def test_assets_are_listed_newest_first(
    client: Client, path: str, records: str, id_field: str, time: str | None
) -> None:
    rows = client.get(path, advertiser_id=TOKYO)["data"][records]
    assert len({row[id_field] for row in rows}) == 3
    assert rows[-1].get("create_time") == time


@pytest.mark.parametrize("path", ["/file/image/ad/search/", "/file/video/ad/search/"])
def test_only_ten_thousand_files_can_be_reached(client: Client, path: str) -> None:
    assert client.refusal(path, advertiser_id=TOKYO, page=11, page_size=1000)[0] == 40002
    assert client.rows(path, advertiser_id=TOKYO, page=10, page_size=1000) == []


def test_deleting_is_seen_at_once(client: Client, world: World) -> None:
    campaign = ids(client, "campaign")[0]
    world.delete("campaign", campaign)
    assert campaign not in ids(client, "campaign")
    assert campaign in ids(client, "campaign", **STATUS_ALL)


def test_truth_is_every_row_of_every_buying_type(client: Client, world: World) -> None:
    for kind, path in KINDS.items():
        listed = [
            row
            for types in (["AUCTION", "RESERVATION_RF"], ["RESERVATION_TOP_VIEW"])
            for row in client.rows(
                path, advertiser_id=TOKYO, page_size=100, filtering={"buying_types": types, **STATUS_ALL}
            )
        ]
        listed.sort(key=lambda row: row[f"{kind}_id"], reverse=True)
        assert list_true_entities(world, kind, TOKYO) == listed
        assert len(list_true_entities(world, kind, TOKYO, include_deleted=False)) < len(listed)
