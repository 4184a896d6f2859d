"""Adds the assets of an ad account: files, audiences and the rest that its ads and ad groups refer to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tiktok_simulator.world.delivery import mix
from tiktok_simulator.world.model import Account, Entity
from tiktok_simulator.world.populate import make_entity_row, write_utc
from tiktok_simulator.world.world import World


def _write_iso(moment: datetime) -> str:
    """Writes a time in ISO 8601 with Z. Only assets have such times."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def add_assets(world: World, account: Account, created: datetime, count: int = 3) -> None:
    """Adds the audiences, files, portfolios, pixels, apps, identities, posts and catalogues of an ad account."""
    # An id is made from its time. So that no two ad accounts share one, each has times of its own.
    apart = timedelta(seconds=int(account.advertiser_id) % 3_600)
    for number in range(count):
        made = created + apart + timedelta(days=number, hours=number)
        material = str((int(made.timestamp()) << 32) + number)
        few = {kind: make for kind, (make, most) in FEW.items() if number < most}
        for kind, make in (*ASSETS.items(), *few.items()):
            entity_id, values = make(material, made)
            world.add(Entity(kind, entity_id, account.advertiser_id, make_entity_row(kind, **values)))


def _make_audience(material: str, made: datetime) -> tuple[str, dict[str, Any]]:
    audience_id, number = str(int(material) >> 32), int(material) % 2**32
    return audience_id, {
        "audience_id": audience_id, "name": f"Audience {audience_id[-4:]}", "audience_type": "Engagement",
        "cover_num": 1200, "is_creator": number != 1, "is_valid": True,
        "create_time": write_utc(made), "expired_time": write_utc(made + timedelta(days=365)),
    }  # fmt: skip


def _make_file(material: str, made: datetime) -> dict[str, Any]:
    return {
        "material_id": material, "file_name": f"file {material[-4:]}", "signature": f"{mix(material):032x}",
        "create_time": _write_iso(made), "modify_time": _write_iso(made + timedelta(seconds=2)),
    }  # fmt: skip


def _make_image(material: str, made: datetime) -> tuple[str, dict[str, Any]]:
    image_id = f"ad-site-i18n-sg/{mix(material, 'image'):032x}"
    picture = {"image_id": image_id, "image_url": f"https://images.example.com/{material}", "format": "jpeg"}
    size = {"width": 1280, "height": 720, "size": 216_662, "displayable": True, "is_carousel_usable": True}
    return image_id, _make_file(material, made) | picture | size


def _make_video(material: str, made: datetime) -> tuple[str, dict[str, Any]]:
    video_id = f"v10033g50000c{mix(material, 'video'):018x}"
    clip = {"video_id": video_id, "duration": 5.014, "bit_rate": 3_430_892, "format": "mp4", "allow_download": True}
    size = {"width": 720, "height": 1280, "size": 2_150_312, "displayable": True}
    links = {
        "preview_url": f"https://videos.example.com/{material}", "preview_url_expire_time": write_utc(made),
        "video_cover_url": f"https://covers.example.com/{material}", "allowed_placements": ["PLACEMENT_TIKTOK"],
    }  # fmt: skip
    return video_id, _make_file(material, made) | clip | size | links


def _make_music(material: str, made: datetime) -> tuple[str, dict[str, Any]]:
    track = {"music_id": material, "name": f"Track {material[-4:]}", "author": "Simulated", "duration": 31.0}
    return material, _make_file(material, made) | track | {"sources": ["SYSTEM"], "style": "POP", "liked": False}


def _make_portfolio(material: str, _: datetime) -> tuple[str, dict[str, Any]]:
    return material, {
        "creative_portfolio_id": material, "creative_portfolio_type": "CARD", "card_type": "IMAGE",
        "creative_portfolio_preview_url": f"https://portfolios.example.com/{material}", "title": "Simulated card",
    }  # fmt: skip


def _make_id(material: str, seed: str) -> str:
    return str(7_000_000_000_000_000_000 + mix(material, seed) % 10**15)


def _make_pixel(material: str, _: datetime) -> tuple[str, dict[str, Any]]:
    pixel_id = _make_id(material, "pixel")
    return pixel_id, {
        "pixel_id": pixel_id,
        "pixel_code": f"C{mix(material):016X}",
        "pixel_name": f"Pixel {pixel_id[-4:]}",
    }


def _make_app(material: str, _: datetime) -> tuple[str, dict[str, Any]]:
    app_id, number = _make_id(material, "app"), int(material) % 2**32
    package = f"com.example.app{number + 1}"
    return app_id, {
        "app_id": app_id,
        "app_platform_id": package,
        "package_name": package,
        "app_name": f"App {number + 1}",
    }


def _make_identity(material: str, identity_type: str) -> dict[str, Any]:
    identity_id = _make_id(material, identity_type)
    return {"identity_id": identity_id, "identity_type": identity_type, "display_name": f"Identity {identity_id[-4:]}"}


def _make_poster(material: str, _: datetime) -> tuple[str, dict[str, Any]]:
    identity = _make_identity(material, POSTERS[int(material) % 2**32 % len(POSTERS)])
    return identity["identity_id"], identity


def _make_custom_identity(material: str, _: datetime) -> tuple[str, dict[str, Any]]:
    identity = _make_identity(material, "CUSTOMIZED_USER")
    return identity["identity_id"], identity


def _make_post(material: str, made: datetime) -> tuple[str, dict[str, Any]]:
    item_id, (_, poster) = _make_id(material, "post"), _make_poster(material, made)
    return item_id, {"item_id": item_id, "text": f"Post {item_id[-4:]}"} | poster


def _make_catalog(material: str, _: datetime) -> tuple[str, dict[str, Any]]:
    catalog_id = _make_id(material, "catalog")
    return catalog_id, {"catalog_id": catalog_id, "catalog_name": f"Catalog {catalog_id[-4:]}"}


POSTERS = ("TT_USER", "BC_AUTH_TT")
ASSETS = {"audience": _make_audience, "image": _make_image, "video": _make_video, "music": _make_music,
          "portfolio": _make_portfolio, "pixel": _make_pixel, "app": _make_app, "identity": _make_poster,
          "post": _make_post}  # fmt: skip
FEW = {"catalog": (_make_catalog, 2), "identity": (_make_custom_identity, 1)}
"""Assets that an ad account has few of, and how many. The identity is one that is no TikTok account."""
