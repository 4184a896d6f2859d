"""TikTok's rules for synchronous reports (reporting.md §1, §3, §4), checked before any data is looked up.

Each rule raises 40002 for the first thing it finds. The wording is TikTok's where it is known (CONFLICT);
elsewhere it names the parameter and what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from .catalogue import DIMENSIONS, LISTED, METRICS, Dimension, Metric
from .wire import invalid

CONFLICT = "Conflict occurs. The input params including metrics and dimensions have no relation."
MAXIMUM_METRICS = 100
DAYS_BY_DAY, DAYS_BY_HOUR, DAYS_IN_ALL = 30, 1, 365
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
LEVEL_ORDER = ("AUCTION_ADVERTISER", "AUCTION_CAMPAIGN", "AUCTION_ADGROUP", "AUCTION_AD")
IDS_AND_DAYS = frozenset(name for name, item in DIMENSIONS.items() if item.role == "id") | {"stat_time_day"}


@dataclass(frozen=True)
class Ask:
    """What the rules look at. `start`/`end` are None when not given or when the lifetime is asked for."""

    report_type: str
    data_level: str | None
    dimensions: Sequence[str]
    metrics: Sequence[str]
    start: date | None
    end: date | None
    lifetime: bool = False
    order_field: str | None = None
    total_metrics: bool = False
    page: int = 1

    def of_role(self, *roles: str) -> list[str]:
        """The dimensions with one of these roles."""
        return [name for name in self.dimensions if DIMENSIONS[name].role in roles]


def report_type_is_imitated(ask: Ask) -> None:
    """BASIC and AUDIENCE; the others exist at TikTok and not here."""
    if ask.report_type not in ("BASIC", "AUDIENCE"):
        raise invalid(f"report_type: The simulator answers BASIC and AUDIENCE only, not {ask.report_type}.")


def data_level_is_given(ask: Ask) -> None:
    """Required for BASIC and AUDIENCE; the deprecated RESERVATION_* levels are gone."""
    if ask.data_level is None:
        raise invalid("Missing required field(s): data_level.")
    if ask.data_level not in LEVEL_ORDER:
        raise invalid(f"data_level: {ask.data_level} is no longer supported.")


def dimensions_exist(ask: Ask) -> None:
    """Known, for this report type, each once."""
    wrong = [
        name
        for name in ask.dimensions
        if name not in DIMENSIONS or ask.report_type not in DIMENSIONS[name].report_types
    ]
    if wrong:
        raise invalid(f"Invalid dimension fields: {', '.join(wrong)}.")
    if len(set(ask.dimensions)) < len(ask.dimensions):
        raise invalid("dimensions: Each dimension can be given once.")


def one_id_of_the_level(ask: Ask) -> None:
    """At most one ID dimension, and that of data_level."""
    ids = ask.of_role("id")
    if len(ids) > 1:
        raise invalid("dimensions: At most one ID dimension is allowed.")
    if ids and DIMENSIONS[ids[0]].level != ask.data_level:
        raise invalid(f"dimensions: {ids[0]} does not match data_level {ask.data_level}.")


def one_time_dimension(ask: Ask) -> None:
    """Days or hours, not both."""
    if len(ask.of_role("time")) > 1:
        raise invalid("dimensions: At most one time dimension is allowed.")


def basic_breakdowns(ask: Ask) -> None:
    """BASIC: at most one breakdown, or one of the known pairs."""
    breakdowns = ask.of_role("breakdown")
    if ask.report_type == "BASIC" and len(breakdowns) > 1 and frozenset(breakdowns) not in PAIRS:
        raise invalid(f"dimensions: {', '.join(breakdowns)} cannot be combined.")


def audience_breakdowns(ask: Ask) -> None:
    """AUDIENCE: exactly one audience dimension, or age with gender; hours only with bucket_id."""
    if ask.report_type != "AUDIENCE":
        return
    audience = ask.of_role("breakdown", "audience")
    if len(audience) != 1 and frozenset(audience) not in PAIRS:
        raise invalid("dimensions: AUDIENCE takes exactly one audience dimension, or age and gender.")
    if "stat_time_hour" in ask.dimensions and audience != ["bucket_id"]:
        raise invalid("dimensions: stat_time_hour is not supported in AUDIENCE reports.")
    if ask.of_role("time") and TIMELESS.intersection(audience):
        raise invalid(f"dimensions: {audience[0]} cannot be combined with a time dimension.")


def breakdowns_in_their_place(ask: Ask) -> None:
    """country_code without hours; search and ad_type not at every level; some need a companion."""
    given = set(ask.dimensions)
    if given >= {"country_code", "stat_time_hour"}:
        raise invalid("dimensions: country_code cannot be combined with stat_time_hour.")
    for name, companion in NEEDS.items():
        if name in given and companion not in given:
            raise invalid(f"dimensions: {name} needs {companion}.")
    if given & SEARCH and ask.data_level == "AUCTION_AD":
        raise invalid("dimensions: Search dimensions are not supported at AUCTION_AD.")
    if given >= {"ad_type", "advertiser_id"} and ask.report_type == "BASIC":
        raise invalid("dimensions: ad_type is not supported at advertiser level.")


def lifetime_is_plain(ask: Ask) -> None:
    """query_lifetime: BASIC only, without time, country_code or audience dimensions."""
    if not ask.lifetime:
        return
    if ask.report_type != "BASIC":
        raise invalid(f"query_lifetime: Not supported for {ask.report_type}.")
    if refused := [*ask.of_role("time", "audience"), *({"country_code"} & set(ask.dimensions))]:
        raise invalid(f"query_lifetime: Not supported with {', '.join(refused)}.")


def dates_span_what_is_allowed(ask: Ask) -> None:
    """Inclusive: 30 days by day, one day by hour, 365 days without a time dimension."""
    if ask.lifetime:
        return
    if ask.start is None or ask.end is None:
        missing = [name for name, day in (("start_date", ask.start), ("end_date", ask.end)) if day is None]
        raise invalid(f"Missing required field(s): {', '.join(missing)}.")
    if ask.end < ask.start:
        raise invalid("end_date: Must not be before start_date.")
    limit = DAYS_BY_DAY if "stat_time_day" in ask.dimensions else DAYS_IN_ALL
    limit = DAYS_BY_HOUR if "stat_time_hour" in ask.dimensions else limit
    if (ask.end - ask.start).days + 1 > limit:
        raise invalid(f"start_date, end_date: The time span must be at most {limit} day(s).")


def metrics_exist(ask: Ask) -> None:
    """At most a hundred, known, and of this report type; one wrong metric fails the whole call."""
    if len(ask.metrics) > MAXIMUM_METRICS:
        raise invalid(f"metrics: At most {MAXIMUM_METRICS} metrics are allowed.")
    wrong = [name for name in ask.metrics if name not in METRICS or ask.report_type not in METRICS[name].report_types]
    if wrong:
        raise invalid(f"Invalid metric fields: {', '.join(wrong)}.")


def metrics_fit_the_dimensions(ask: Ask) -> None:
    """Each metric against the level and the dimensions (reporting.md §3; data/dimension_metrics.csv)."""
    for name in ask.metrics:
        if not _fits(ask, METRICS[name]):
            raise invalid(CONFLICT)
    if "ad_id_v2" in ask.dimensions and "ad_id" in ask.metrics:
        raise invalid("metrics: ad_id cannot be combined with the dimension ad_id_v2.")


def _fits(ask: Ask, metric: Metric) -> bool:
    if metric.scope and not SCOPES[metric.scope](ask):
        return False
    if metric.is_attribute:
        return bool(ask.of_role("id")) and str(ask.data_level).removeprefix("AUCTION_") in metric.levels
    return all(_lists(ask, DIMENSIONS[name], metric) for name in ask.of_role("breakdown", "audience"))


def _lists(ask: Ask, dimension: Dimension, metric: Metric) -> bool:
    listed = LISTED.get((ask.report_type, dimension.name))
    return listed is None or metric.name in listed


def _id_and_day(ask: Ask) -> bool:
    """One ID dimension, with or without days; a breakdown only where it lists the metric."""
    breakdowns = ask.of_role("breakdown", "audience")
    listed = bool(breakdowns) and all((ask.report_type, name) in LISTED for name in breakdowns)
    return listed or (bool(ask.of_role("id")) and IDS_AND_DAYS.issuperset(ask.dimensions))


SCOPES: dict[str, Callable[[Ask], bool]] = {
    "id_and_day": _id_and_day,
    "id_or_day": lambda ask: IDS_AND_DAYS.issuperset(ask.dimensions),
    "advertiser_by_day": lambda ask: (
        ask.data_level == "AUCTION_ADVERTISER"
        and {"advertiser_id", "stat_time_day"} >= set(ask.dimensions) >= {"stat_time_day"}
    ),
    "ad_id_v2": lambda ask: "ad_id_v2" in ask.dimensions,
    "image_id": lambda ask: "image_id" in ask.dimensions,
}


def order_is_by_a_number(ask: Ask) -> None:
    """order_field: any requested metric that is not an attribute."""
    if ask.order_field is None:
        return
    if ask.order_field not in ask.metrics or METRICS[ask.order_field].is_attribute:
        raise invalid(f"order_field: {ask.order_field} is not a metric this report can be ordered by.")


def totals_are_plain(ask: Ask) -> None:
    """enable_total_metrics: BASIC, one ID dimension and/or stat_time_day and nothing else, first page only."""
    if not ask.total_metrics:
        return
    if ask.report_type != "BASIC" or not IDS_AND_DAYS.issuperset(ask.dimensions):
        raise invalid("enable_total_metrics: Only for BASIC by one ID dimension and/or stat_time_day.")
    if ask.page > 1:
        raise invalid("enable_total_metrics: Only on page 1.")


RULES: Sequence[Callable[[Ask], None]] = (
    report_type_is_imitated,
    data_level_is_given,
    dimensions_exist,
    one_id_of_the_level,
    one_time_dimension,
    basic_breakdowns,
    audience_breakdowns,
    breakdowns_in_their_place,
    lifetime_is_plain,
    dates_span_what_is_allowed,
    metrics_exist,
    metrics_fit_the_dimensions,
    order_is_by_a_number,
    totals_are_plain,
)


def check(ask: Ask) -> None:
    """Every rule in order; raises ApiError 40002 for the first one broken."""
    for rule in RULES:
        rule(ask)
