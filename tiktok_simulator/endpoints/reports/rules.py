"""TikTok's rules for reports (reporting.md §1, §3, §4, §7). They are checked before any data is read.

Each rule raises 40002 for the first problem it finds. Where the words of TikTok are known (CONFLICT), the message has
them. Elsewhere it names the parameter and the problem.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tiktok_simulator.endpoints.reports import dimension_rules, metric_rules
from tiktok_simulator.endpoints.reports.definition import ReportRequest
from tiktok_simulator.endpoints.reports.metric_rules import CONFLICT
from tiktok_simulator.endpoints.reports.report_types import LEVEL_ORDER
from tiktok_simulator.protocol.wire import BadRequestError

__all__ = ["CONFLICT", "RULES", "check"]

DAYS_BY_DAY, DAYS_BY_HOUR, DAYS_IN_ALL = 30, 1, 365


def check_several_advertisers(request: ReportRequest) -> None:
    """advertiser_ids is for BASIC and AUDIENCE only."""
    if request.several and not request.type_rules.several:
        raise BadRequestError(f"advertiser_ids: Not supported for {request.report_type}.")


def check_data_level(request: ReportRequest) -> None:
    """data_level is needed for BASIC, AUDIENCE and CATALOG, and refused for BC. The levels RESERVATION_* are gone."""
    if request.data_level is None and request.type_rules.level_required:
        raise BadRequestError("Missing required field(s): data_level.")
    if request.data_level is None:
        return
    if request.data_level not in LEVEL_ORDER:
        raise BadRequestError(f"data_level: {request.data_level} is no longer supported.")
    if request.data_level not in request.type_rules.levels:
        raise BadRequestError(f"data_level: {request.data_level} is not supported for {request.report_type}.")


def check_lifetime(request: ReportRequest) -> None:
    """query_lifetime is for BASIC and PLAYABLE_MATERIAL only, without time, country_code and audience dimensions."""
    if not request.lifetime:
        return
    if not request.type_rules.lifetime:
        raise BadRequestError(f"query_lifetime: Not supported for {request.report_type}.")
    if refused := [*request.list_by_role("time", "audience"), *({"country_code"} & set(request.dimensions))]:
        raise BadRequestError(f"query_lifetime: Not supported with {', '.join(refused)}.")


def check_dates(request: ReportRequest) -> None:
    """At most 30 days by day, one by hour, and 365 without a time dimension and for BC. Tasks may have any number."""
    if request.lifetime:
        return
    if request.start is None or request.end is None:
        missing = [name for name, day in (("start_date", request.start), ("end_date", request.end)) if day is None]
        raise BadRequestError(f"Missing required field(s): {', '.join(missing)}.")
    if request.end < request.start:
        raise BadRequestError("end_date: Must not be before start_date.")
    limit = _find_longest(request)
    if not request.in_task and (request.end - request.start).days + 1 > limit:
        raise BadRequestError(f"start_date, end_date: The time span must be at most {limit} day(s).")


def _find_longest(request: ReportRequest) -> int:
    limit = DAYS_BY_DAY if "stat_time_day" in request.dimensions else DAYS_IN_ALL
    return request.type_rules.days or (DAYS_BY_HOUR if "stat_time_hour" in request.dimensions else limit)


RULES: Sequence[Callable[[ReportRequest], None]] = (
    check_several_advertisers,
    check_data_level,
    dimension_rules.check_dimensions_exist,
    dimension_rules.check_known_set,
    dimension_rules.check_id_of_the_level,
    dimension_rules.check_one_time_dimension,
    dimension_rules.check_dimensions_in_tasks,
    dimension_rules.check_one_material,
    dimension_rules.check_basic_breakdowns,
    dimension_rules.check_audience_breakdowns,
    dimension_rules.check_places_of_breakdowns,
    check_lifetime,
    check_dates,
    metric_rules.check_metrics_exist,
    metric_rules.check_metrics_in_tasks,
    metric_rules.check_metrics_fit,
    metric_rules.check_order,
    metric_rules.check_totals,
)


def check(request: ReportRequest) -> None:
    """Checks all rules in order. Raises an ApiError 40002 for the first one that is broken."""
    for rule in RULES:
        rule(request)
