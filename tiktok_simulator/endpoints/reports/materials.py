"""The materials of ads: playables, catalogs, product sets, products and shops.

They are made from the ids of an ad, so that a report by material and one by campaign are about the same delivery. The
rows of entities do not have them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tiktok_simulator.endpoints.reports.query import ReportQuery
from tiktok_simulator.world.delivery import Flight, mix
from tiktok_simulator.world.model import Entity
from tiktok_simulator.world.world import World

SHOWN_IN: Mapping[str, str] = {"PLAYABLE_MATERIAL": "playable_id", "CATALOG": "catalog_id", "TT_SHOP": "store_id"}
"""Report type → the material that an ad of the report must have. Other types are about all ads."""
PLAYABLE_STATUSES = ("AUDIT_SUCCESS", "AUDIT_SUCCESS", "VALIDATE_SUCCESS", "AUDIT_FAIL")
OF_MATERIALS = frozenset({"playable_status"})
"""The filters by material."""
SELLING = "WEB_CONVERSIONS"


def _make_id(*seed: object) -> str:
    """An id of 19 digits. The same seed gives the same id."""
    return str(7 * 10**18 + mix(*seed) % 10**18)


def _make_materials(world: World, ad: Entity) -> dict[str, str]:
    """Two ads of three have a playable. Those of sales campaigns have a catalog, product set, product and shop."""
    row, found = ad.row, {}
    if ad.buying_type != "AUCTION":
        return {}
    number = mix("playable", ad.id) % 6
    if number < 4:
        found["playable_id"] = _make_id("playable", ad.advertiser_id, number)
        found["playable_status"] = PLAYABLE_STATUSES[number]
    if world.find_campaign(ad).row["objective_type"] == SELLING:
        catalog = found["catalog_id"] = row["catalog_id"] or _make_id("catalog", row["campaign_id"])
        found["product_set_id"] = _make_id("product set", catalog, row["adgroup_id"])
        found["product_id"] = _make_id("product", catalog, mix(ad.id) % 3)
        found["store_id"] = _make_id("store", ad.advertiser_id)
    return found


def list_materials(world: World, advertiser_id: str) -> Mapping[str, Mapping[str, str]]:
    """Ad id → its materials: playable_id, playable_status, catalog_id, product_set_id, product_id, store_id."""

    def make() -> dict[str, dict[str, str]]:
        return {ad.id: _make_materials(world, ad) for ad in world.list_entities("ad", advertiser_id)}

    found: Mapping[str, Mapping[str, str]] = world.get_cached(("materials", advertiser_id), make)
    return found


def keep_reported(world: World, query: ReportQuery, advertiser_id: str, flights: Sequence[Flight]) -> Sequence[Flight]:
    """Keeps the flights that a report of this type is about."""
    wanted = SHOWN_IN.get(query.report_type)
    if wanted is None:
        return flights
    known = list_materials(world, advertiser_id)
    statuses = [item.values for item in query.filters if item.field in OF_MATERIALS]
    found = [flight for flight in flights if wanted in known[flight.ad_id]]
    return [item for item in found if all(known[item.ad_id]["playable_status"] in values for values in statuses)]
