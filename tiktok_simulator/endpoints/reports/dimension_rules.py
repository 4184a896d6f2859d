"""Which dimensions can be combined (reporting.md §3). Each rule raises 40002 for the first problem it finds."""

from __future__ import annotations

from tiktok_simulator.endpoints.reports.definition import ReportRequest
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


def check_dimensions_exist(request: ReportRequest) -> None:
    """Dimensions are known, are of this report type, and are given once."""
    wrong = [
        name
        for name in request.dimensions
        if name not in DIMENSIONS or request.report_type not in DIMENSIONS[name].report_types
    ]
    if wrong:
        raise BadRequestError(f"Invalid dimension fields: {', '.join(wrong)}.")
    if len(set(request.dimensions)) < len(request.dimensions):
        raise BadRequestError("dimensions: Each dimension can be given once.")


def check_known_set(request: ReportRequest) -> None:
    """BC and TT_SHOP take only a few sets of dimensions."""
    if request.type_rules.sets and frozenset(request.dimensions) not in request.type_rules.sets:
        raise BadRequestError(
            f"dimensions: {', '.join(request.dimensions)} is not a set that {request.report_type} takes."
        )


def check_id_of_the_level(request: ReportRequest) -> None:
    """At most one ID dimension, which fits data_level. A task about several ad accounts may add advertiser_id."""
    ids = request.list_by_role("id")
    if request.in_task and request.several:
        ids = [name for name in ids if name != "advertiser_id"] or ids
    if len(ids) > 1:
        raise BadRequestError("dimensions: At most one ID dimension is allowed.")
    if ids and request.data_level and DIMENSIONS[ids[0]].level != request.data_level:
        raise BadRequestError(f"dimensions: {ids[0]} does not match data_level {request.data_level}.")


def check_one_time_dimension(request: ReportRequest) -> None:
    """At most one time dimension: days or hours."""
    if len(request.list_by_role("time")) > 1:
        raise BadRequestError("dimensions: At most one time dimension is allowed.")


def check_dimensions_in_tasks(request: ReportRequest) -> None:
    """minis_id is a dimension of synchronous reports only."""
    if request.in_task and "minis_id" in request.dimensions:
        raise BadRequestError("dimensions: minis_id can only be had from a synchronous report.")


def check_one_material(request: ReportRequest) -> None:
    """CATALOG: at most one of catalog, product set and product."""
    if len(request.list_by_role("material")) > 1:
        raise BadRequestError(f"dimensions: {', '.join(request.list_by_role('material'))} cannot be combined.")


def check_basic_breakdowns(request: ReportRequest) -> None:
    """BASIC: at most one breakdown, or one of the known pairs."""
    breakdowns = request.list_by_role("breakdown")
    if request.report_type == "BASIC" and len(breakdowns) > 1 and frozenset(breakdowns) not in PAIRS:
        raise BadRequestError(f"dimensions: {', '.join(breakdowns)} cannot be combined.")


def check_audience_breakdowns(request: ReportRequest) -> None:
    """AUDIENCE: exactly one audience dimension, or age and gender. Hours go with bucket_id only."""
    if request.report_type != "AUDIENCE":
        return
    audience = request.list_by_role("breakdown", "audience")
    if len(audience) != 1 and frozenset(audience) not in PAIRS:
        raise BadRequestError("dimensions: AUDIENCE takes exactly one audience dimension, or age and gender.")
    if "stat_time_hour" in request.dimensions and audience != ["bucket_id"]:
        raise BadRequestError("dimensions: stat_time_hour is not supported in AUDIENCE reports.")
    if request.list_by_role("time") and TIMELESS.intersection(audience):
        raise BadRequestError(f"dimensions: {audience[0]} cannot be combined with a time dimension.")


def check_places_of_breakdowns(request: ReportRequest) -> None:
    """country_code excludes hours, search and ad_type exclude some levels, and some dimensions need another one."""
    given = set(request.dimensions)
    if given >= {"country_code", "stat_time_hour"}:
        raise BadRequestError("dimensions: country_code cannot be combined with stat_time_hour.")
    for name, companion in NEEDS.items():
        if name in given and companion not in given:
            raise BadRequestError(f"dimensions: {name} needs {companion}.")
    if given & SEARCH and request.data_level == "AUCTION_AD":
        raise BadRequestError("dimensions: Search dimensions are not supported at AUCTION_AD.")
    if (
        given >= {"ad_type", "advertiser_id"}
        and request.report_type == "BASIC"
        and request.level == "AUCTION_ADVERTISER"
    ):
        raise BadRequestError("dimensions: ad_type is not supported at advertiser level.")
