"""Which dimensions can be combined (reporting.md §3). Each rule raises 40002 for the first problem it finds."""

from __future__ import annotations

from tiktok_simulator.endpoints.reports.definition import Ask
from tiktok_simulator.protocol.tables import DIMENSIONS
from tiktok_simulator.protocol.wire import BadRequestError

PAIRS = (
    frozenset({"age", "gender"}),
    frozenset({"search_keyword", "match_type"}),
    frozenset({"page_id", "component_name"}),
)
NEEDS = {"match_type": "search_keyword", "component_name": "page_id", "image_id": "ad_id", "video_material_id": "ad_id"}
TIMELESS = frozenset(
    {
        "interest_category",
        "interest_category_tier2",
        "interest_category_tier3",
        "interest_category_tier4",
        "device_brand_id",
    }
)
SEARCH = frozenset({"search_terms", "search_keyword", "match_type"})


def check_dimensions_exist(ask: Ask) -> None:
    """Dimensions are known, are of this report type, and are given once."""
    wrong = [
        name
        for name in ask.dimensions
        if name not in DIMENSIONS or ask.report_type not in DIMENSIONS[name].report_types
    ]
    if wrong:
        raise BadRequestError(f"Invalid dimension fields: {', '.join(wrong)}.")
    if len(set(ask.dimensions)) < len(ask.dimensions):
        raise BadRequestError("dimensions: Each dimension can be given once.")


def check_known_set(ask: Ask) -> None:
    """BC and TT_SHOP take only a few sets of dimensions."""
    if ask.type_rules.sets and frozenset(ask.dimensions) not in ask.type_rules.sets:
        raise BadRequestError(f"dimensions: {', '.join(ask.dimensions)} is not a set that {ask.report_type} takes.")


def check_id_of_the_level(ask: Ask) -> None:
    """At most one ID dimension, which fits data_level. A task about several ad accounts may add advertiser_id."""
    ids = ask.list_by_role("id")
    if ask.in_task and ask.several:
        ids = [name for name in ids if name != "advertiser_id"] or ids
    if len(ids) > 1:
        raise BadRequestError("dimensions: At most one ID dimension is allowed.")
    if ids and ask.data_level and DIMENSIONS[ids[0]].level != ask.data_level:
        raise BadRequestError(f"dimensions: {ids[0]} does not match data_level {ask.data_level}.")


def check_one_time_dimension(ask: Ask) -> None:
    """At most one time dimension: days or hours."""
    if len(ask.list_by_role("time")) > 1:
        raise BadRequestError("dimensions: At most one time dimension is allowed.")


def check_dimensions_in_tasks(ask: Ask) -> None:
    """minis_id is a dimension of synchronous reports only."""
    if ask.in_task and "minis_id" in ask.dimensions:
        raise BadRequestError("dimensions: minis_id can only be had from a synchronous report.")


def check_one_material(ask: Ask) -> None:
    """CATALOG: at most one of catalog, product set and product."""
    if len(ask.list_by_role("material")) > 1:
        raise BadRequestError(f"dimensions: {', '.join(ask.list_by_role('material'))} cannot be combined.")


def check_basic_breakdowns(ask: Ask) -> None:
    """BASIC: at most one breakdown, or one of the known pairs."""
    breakdowns = ask.list_by_role("breakdown")
    if ask.report_type == "BASIC" and len(breakdowns) > 1 and frozenset(breakdowns) not in PAIRS:
        raise BadRequestError(f"dimensions: {', '.join(breakdowns)} cannot be combined.")


def check_audience_breakdowns(ask: Ask) -> None:
    """AUDIENCE: exactly one audience dimension, or age and gender. Hours go with bucket_id only."""
    if ask.report_type != "AUDIENCE":
        return
    audience = ask.list_by_role("breakdown", "audience")
    if len(audience) != 1 and frozenset(audience) not in PAIRS:
        raise BadRequestError("dimensions: AUDIENCE takes exactly one audience dimension, or age and gender.")
    if "stat_time_hour" in ask.dimensions and audience != ["bucket_id"]:
        raise BadRequestError("dimensions: stat_time_hour is not supported in AUDIENCE reports.")
    if ask.list_by_role("time") and TIMELESS.intersection(audience):
        raise BadRequestError(f"dimensions: {audience[0]} cannot be combined with a time dimension.")


def check_places_of_breakdowns(ask: Ask) -> None:
    """country_code excludes hours, search and ad_type exclude some levels, and some dimensions need another one."""
    given = set(ask.dimensions)
    if given >= {"country_code", "stat_time_hour"}:
        raise BadRequestError("dimensions: country_code cannot be combined with stat_time_hour.")
    for name, companion in NEEDS.items():
        if name in given and companion not in given:
            raise BadRequestError(f"dimensions: {name} needs {companion}.")
    if given & SEARCH and ask.data_level == "AUCTION_AD":
        raise BadRequestError("dimensions: Search dimensions are not supported at AUCTION_AD.")
    if given >= {"ad_type", "advertiser_id"} and ask.report_type == "BASIC" and ask.level == "AUCTION_ADVERTISER":
        raise BadRequestError("dimensions: ad_type is not supported at advertiser level.")
