"""What ads show and where they lead: files, posts and identities of their account, texts, landing pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
CALLS = 2
"""How many calls to action the ads of an account share."""


def one_of(world: World, account: Account, kind: str, number: int) -> Mapping[str, Any]:
    """One thing of a kind that an account has; nothing where it has none."""
    items = world.entities(kind, account.advertiser_id)
    return items[number % len(items)].row if items else {}


def creative_of(world: World, account: Account, ad_id: str, *, spark: bool, app: bool) -> dict[str, Any]:
    """What an ad shows: a video with its cover, and with `spark` the post that it is; where it leads, but to an app."""
    number = mix(ad_id, "creative")
    post = one_of(world, account, "post", number) if spark else {}
    video = one_of(world, account, "video", number).get("video_id", f"v10033g50000c{ad_id[-12:]}")
    image, text = one_of(world, account, "image", number).get("image_id"), TEXTS[number % len(TEXTS)]
    identities = (item.row for item in world.entities("identity", account.advertiser_id))
    identity = post or next((row for row in identities if row["identity_type"] == "CUSTOMIZED_USER"), {})
    pixel = one_of(world, account, "pixel", 0).get("pixel_id")
    return {
        "video_id": video, "image_ids": [image] if image else [], "tiktok_item_id": post.get("item_id"),
        "identity_type": identity.get("identity_type", "CUSTOMIZED_USER"), "identity_id": identity.get("identity_id"),
        "ad_text": text, "ad_texts": [text], "music_id": one_of(world, account, "music", number).get("music_id"),
        "profile_image_url": f"https://images.example.com/profile/{account.advertiser_id}",
        "landing_page_url": None if app else LANDING_PAGES[number // len(TEXTS) % len(LANDING_PAGES)],
        "ad_ref_pixel_id": int(pixel) if pixel else None,
    }  # fmt: skip
