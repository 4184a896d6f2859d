"""Makes the creatives of ads: files, posts and identities of their ad account, texts and landing pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from tiktok_simulator.world.delivery import mix
from tiktok_simulator.world.model import Account
from tiktok_simulator.world.world import World

TEXTS = (
    "Simulated ad\nwith a second line",
    "Run further",
    "New: trail shoes, „leicht wie nie“",
    "Last pairs — 20% off",
)
# In this order: UTM parameters with macros that TikTok fills in on a click, UTM parameters with fixed texts, no
# parameters, and UTM parameters beside another one.
LANDING_PAGES = (
    "https://shop.example.com/shoes?utm_source=tiktok&utm_medium=paid_social&utm_campaign=__CAMPAIGN_NAME__"
    "&utm_content=__CID_NAME__&utm_term=__AID_NAME__",
    "https://shop.example.com/sale?utm_source=tiktok&utm_medium=cpc&utm_campaign=winter%20sale"
    "&utm_content=hook-a&utm_term=running+shoes",
    "https://example.com/",
    "https://www.example.com/blog/?ref=home&utm_source=TikTok&utm_medium=video&utm_campaign=brand_2026#top",
)
SPARK = 2
"""The number of the ad, within its ad group, that is a post on TikTok (a Spark Ad)."""
CAROUSEL = 1
"""The number of the ad, within its ad group, that is a carousel if the objective of the campaign is traffic."""
CALLS = 2
"""How many calls to action an ad account has for all its ads."""
PICTURES = 3
"""How many images a carousel has. It has fewer if its ad account has fewer."""
Form = Literal["video", "post", "carousel"]


def pick_one(world: World, account: Account, kind: str, number: int) -> Mapping[str, Any]:
    """The row of one entity of this kind; an empty one if the ad account has none."""
    items = world.list_entities(kind, account.advertiser_id)
    return items[number % len(items)].row if items else {}


def choose_form(number: int, objective: str) -> Form:
    """The form of an ad. `number` is its number within the ad group."""
    if number == SPARK:
        return "post"
    return "carousel" if number == CAROUSEL and objective == "TRAFFIC" else "video"


def make_creative(world: World, account: Account, ad_id: str, form: Form, objective: str) -> dict[str, Any]:
    """The fields of an ad's creative. A post has a video too. An ad for an app has no landing page."""
    number = mix(ad_id, "creative")
    post = pick_one(world, account, "post", number) if form == "post" else {}
    text, page = TEXTS[number % len(TEXTS)], LANDING_PAGES[number // len(TEXTS) % len(LANDING_PAGES)]
    identities = (item.row for item in world.list_entities("identity", account.advertiser_id))
    identity = post or next((row for row in identities if row["identity_type"] == "CUSTOMIZED_USER"), {})
    pixel = pick_one(world, account, "pixel", 0).get("pixel_id")
    return {
        **(_make_carousel if form == "carousel" else _make_video)(world, account, ad_id),
        "tiktok_item_id": post.get("item_id"),
        "identity_type": identity.get("identity_type", "CUSTOMIZED_USER"), "identity_id": identity.get("identity_id"),
        "ad_text": text, "ad_texts": [text],
        "profile_image_url": f"https://images.example.com/profile/{account.advertiser_id}",
        "landing_page_url": None if objective == "APP_PROMOTION" else page,
        "utm_params": _read_utm_parameters(page) if objective == "WEB_CONVERSIONS" else [],
        "ad_ref_pixel_id": int(pixel) if pixel else None,
    }  # fmt: skip


def _make_video(world: World, account: Account, ad_id: str) -> dict[str, Any]:
    """A video with its cover. It has no music, as TikTok gives the music of carousels only."""
    number = mix(ad_id, "creative")
    image = pick_one(world, account, "image", number).get("image_id")
    return {
        "ad_format": "SINGLE_VIDEO", "image_mode": "IMAGE_MODE_VIDEO", "image_ids": [image] if image else [],
        "video_id": pick_one(world, account, "video", number).get("video_id", f"v10033g50000c{ad_id[-12:]}"),
        "music_id": None,
    }  # fmt: skip


def _make_carousel(world: World, account: Account, ad_id: str) -> dict[str, Any]:
    """Images in the order in which they are shown, with music. The first image is the cover."""
    number, images = mix(ad_id, "creative"), len(world.list_entities("image", account.advertiser_id))
    shown = (pick_one(world, account, "image", number + place) for place in range(min(images, PICTURES)))
    return {
        "ad_format": "CAROUSEL_ADS", "image_mode": None, "image_ids": [row["image_id"] for row in shown],
        "video_id": None, "music_id": pick_one(world, account, "music", number).get("music_id"),
    }  # fmt: skip


def _read_utm_parameters(url: str) -> list[dict[str, str]]:
    """The UTM parameters of an address, which TikTok also gives as a list."""
    return [{"key": key, "value": value} for key, value in parse_qsl(urlsplit(url).query) if key.startswith("utm_")]
