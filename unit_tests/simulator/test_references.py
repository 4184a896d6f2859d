"""What ads, reports and lists name: things of the same account that can be looked up."""

from __future__ import annotations

from datetime import UTC, date, datetime
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from tiktok_simulator import World
from tiktok_simulator.endpoints.lists.listed import read_lists
from tiktok_simulator.endpoints.lists.references import read_references
from tiktok_simulator.endpoints.lists.tables import list_everything, make_rows
from tiktok_simulator.endpoints.reports.truth import compute_truth
from tiktok_simulator.world.populate import add_advertiser
from tiktok_simulator.world.ready_made import TOKYO, make_busy_world

NOW = datetime(2026, 2, 15, 5, tzinfo=UTC)
MACROS = {"utm_campaign": ["__CAMPAIGN_NAME__"], "utm_content": ["__CID_NAME__"], "utm_term": ["__AID_NAME__"]}


def test_ads_lead_to_pages_with_macros_with_texts_and_without_parameters(world: World) -> None:
    pages = {item.row["landing_page_url"] for item in world.list_entities("ad", TOKYO)}
    asked = [parse_qs(urlsplit(page).query) for page in pages if page]
    assert any(MACROS.items() <= query.items() for query in asked)
    assert any(query.get("utm_campaign") == ["winter sale"] for query in asked)
    assert {} in asked
    assert None in pages  # what promotes an app leads to no page


def test_an_ad_that_is_a_post_has_the_identity_of_its_poster(world: World) -> None:
    posts = {item.id: item.row["identity_id"] for item in world.list_entities("post", TOKYO)}
    ads = [item.row for item in world.list_entities("ad", TOKYO)]
    spark = {(ad["tiktok_item_id"], ad["identity_id"]) for ad in ads if ad["tiktok_item_id"]}
    assert spark
    assert spark <= set(posts.items())
    assert {ad["identity_type"] for ad in ads if not ad["tiktok_item_id"]} == {"CUSTOMIZED_USER"}


def reported(world: World, dimension: str) -> set[tuple[str, str]]:
    """Which ad has a row for which value of a dimension."""
    whole = {"data_level": "AUCTION_AD", "metrics": ["impressions"], "start": None, "end": None, "now": NOW}
    rows = compute_truth(world, advertiser_id=TOKYO, dimensions=["ad_id", dimension], **whole)
    return {(row["ad_id"], row[dimension]) for row in rows}


@pytest.mark.parametrize(
    ("dimension", "kind", "column"),
    [
        ("image_id", "image", "image_id"),
        ("video_material_id", "video", "material_id"),
        ("post_id", "post", "item_id"),
        ("event_source_id", "pixel", "pixel_id"),
    ],
)
def test_a_report_by_what_ads_show_is_about_things_of_the_account(
    world: World, dimension: str, kind: str, column: str
) -> None:
    values = {value for _, value in reported(world, dimension)}
    assert values
    assert values <= {item.row[column] for item in world.list_entities(kind, TOKYO)}


def test_a_report_by_video_has_each_ads_own(world: World) -> None:
    files = {item.id: item.row["material_id"] for item in world.list_entities("video", TOKYO)}
    rows = reported(world, "video_material_id")
    delivered = {ad_id for ad_id, _ in rows}
    ads = [item.row for item in world.list_entities("ad", TOKYO) if item.id in delivered]
    assert {(ad["ad_id"], files[ad["video_id"]]) for ad in ads if ad["video_id"]} <= rows


def test_a_list_made_larger_than_the_world_goes_on_with_ids_of_its_own(world: World) -> None:
    path, owners = "/pixel/list/", {"advertiser_id": TOKYO}
    pixels = [item.id for item in world.list_entities("pixel", TOKYO)]
    world.list_sizes[path] = 7
    listed = [row["pixel_id"] for row in make_rows(world, read_lists()[path], owners, None)]
    assert listed[: len(pixels)] == pixels
    assert len(set(listed)) == 7


def test_an_account_without_things_has_lists_of_the_usual_size(world: World) -> None:
    account = add_advertiser(world, "7000000000000009999")
    owners = {"advertiser_id": account.advertiser_id}
    assert len(make_rows(world, read_lists()["/pixel/list/"], owners, None)) == 3
    assert make_rows(world, read_lists()["/smart_plus/campaign/get/"], owners, None) == []


def test_ads_of_a_busy_world_name_files_of_their_account() -> None:
    world = make_busy_world(advertisers=1, campaigns=4)
    (advertiser_id,) = world.permitted
    videos = {item.id for item in world.list_entities("video", advertiser_id)}
    assert {item.row["video_id"] for item in world.list_entities("ad", advertiser_id)} - {None} <= videos


def test_a_carousel_has_several_images_and_music_and_no_video(world: World) -> None:
    images, music = ({item.id for item in world.list_entities(kind, TOKYO)} for kind in ("image", "music"))
    ads = [item.row for item in world.list_entities("ad", TOKYO)]
    carousels = [ad for ad in ads if ad["ad_format"] == "CAROUSEL_ADS"]
    assert carousels
    for ad in carousels:
        assert ad["video_id"] is None
        assert len(set(ad["image_ids"])) == 3
        assert {*ad["image_ids"]} <= images
        assert ad["music_id"] in music
    assert {(bool(ad["video_id"]), ad["music_id"]) for ad in ads if ad not in carousels} == {(True, None)}


def test_utm_parameters_stand_beside_the_address_that_has_them(world: World) -> None:
    ads = [item.row for item in world.list_entities("ad", TOKYO)]
    told = [(ad["landing_page_url"], ad["utm_params"]) for ad in ads if ad["utm_params"]]
    assert told
    for url, parameters in told:
        given = dict(parse_qsl(urlsplit(url).query))
        assert {each["key"]: each["value"] for each in parameters}.items() <= given.items()


def test_a_reply_is_to_a_comment_on_the_same_ad(world: World) -> None:
    rows = [row for _, row in list_everything(world, "/comment/list/", date(2026, 1, 15), date(2026, 1, 16))]
    comments = {row["comment_id"]: row for row in rows if row["comment_type"] == "COMMENT"}
    replies = [row for row in rows if row["comment_type"] == "REPLY"]
    assert len(comments) + len(replies) == len(rows)
    assert {row["create_time"][:10] for row in replies} == {"2026-01-15", "2026-01-16"}
    assert all(comments[row["original_comment_id"]]["ad_id"] == row["ad_id"] for row in replies)
    assert {row["original_comment_id"] for row in comments.values()} == {None}


def test_every_endpoint_that_refers_to_something_is_a_list() -> None:
    assert set(read_references()) <= set(read_lists())
    named = {each.source for found in read_references().values() for each in found if each.source.startswith("/")}
    assert named <= set(read_lists())
