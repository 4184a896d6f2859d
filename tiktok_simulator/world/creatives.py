"""What ads show and where they lead: files, posts and identities of their account, texts, landing pages."""

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
# With macros that TikTok fills in on a click, with texts, without parameters, with a parameter that is no UTM one.
LANDING_PAGES = (
    "https://shop.example.com/shoes?utm_source=tiktok&utm_medium=paid_social&utm_campaign=__CAMPAIGN_NAME__"
    "&utm_content=__CID_NAME__&utm_term=__AID_NAME__",
    "https://shop.example.com/sale?utm_source=tiktok&utm_medium=cpc&utm_campaign=winter%20sale"
    "&utm_content=hook-a&utm_term=running+shoes",
    "https://example.com/",
    "https://www.example.com/blog/?ref=home&utm_source=TikTok&utm_medium=video&utm_campaign=brand_2026#top",
)
SPARK = 2
"""Which ad of an ad group is a post on TikTok (a Spark Ad)."""
CAROUSEL = 1
"""Which ad of an ad group is a carousel, where the campaign brings traffic."""
CALLS = 2
"""How many calls to action the ads of an account share."""
PICTURES = 3
"""How many images a carousel has, where its account has as many."""
Form = Literal["video", "post", "carousel"]


def pick_one(world: World, account: Account, kind: str, number: int) -> Mapping[str, Any]:
    """One thing of a kind that an account has; nothing where it has none."""
    items = world.list_entities(kind, account.advertiser_id)
    return items[number % len(items)].row if items else {}


def choose_form(number: int, objective: str) -> Form:
    """What the ad with this number in its ad group is."""
    if number == SPARK:
        return "post"
    return "carousel" if number == CAROUSEL and objective == "TRAFFIC" else "video"


def make_creative(world: World, account: Account, ad_id: str, form: Form, objective: str) -> dict[str, Any]:
    """What an ad shows: a video, which a post has as well, or a carousel; and where it leads, but to an app."""
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
    """A video with its cover, and no music: TikTok has that of carousels."""
    number = mix(ad_id, "creative")
    image = pick_one(world, account, "image", number).get("image_id")
    return {
        "ad_format": "SINGLE_VIDEO", "image_mode": "IMAGE_MODE_VIDEO", "image_ids": [image] if image else [],
        "video_id": pick_one(world, account, "video", number).get("video_id", f"v10033g50000c{ad_id[-12:]}"),
        "music_id": None,
    }  # fmt: skip


def _make_carousel(world: World, account: Account, ad_id: str) -> dict[str, Any]:
    """Images in the order they are shown, the first of them the cover, with music and without a video."""
    number, images = mix(ad_id, "creative"), len(world.list_entities("image", account.advertiser_id))
    shown = (pick_one(world, account, "image", number + place) for place in range(min(images, PICTURES)))
    return {
        "ad_format": "CAROUSEL_ADS", "image_mode": None, "image_ids": [row["image_id"] for row in shown],
        "video_id": None, "music_id": pick_one(world, account, "music", number).get("music_id"),
    }  # fmt: skip


def _read_utm_parameters(url: str) -> list[dict[str, str]]:
    """The UTM parameters of an address, which TikTok keeps beside it as long as they are the same."""
    return [{"key": key, "value": value} for key, value in parse_qsl(urlsplit(url).query) if key.startswith("utm_")]
