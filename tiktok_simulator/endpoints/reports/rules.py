"""TikTok's rules for reports (reporting.md §1, §3, §4, §7). They are checked before any data is read.

Each rule raises 40002 for the first problem it finds. Where the words of TikTok are known (CONFLICT), the message has
them. Elsewhere it names the parameter and the problem.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tiktok_simulator.endpoints.reports import dimension_rules, metric_rules
from tiktok_simulator.endpoints.reports.definition import Ask
from tiktok_simulator.endpoints.reports.metric_rules import CONFLICT
from tiktok_simulator.endpoints.reports.report_types import LEVEL_ORDER
from tiktok_simulator.protocol.wire import BadRequestError

__all__ = ["CONFLICT", "RULES", "check"]

DAYS_BY_DAY, DAYS_BY_HOUR, DAYS_IN_ALL = 30, 1, 365


def check_several_advertisers(ask: Ask) -> None:
    """advertiser_ids is for BASIC and AUDIENCE only."""
    if ask.several and not ask.type_rules.several:
        raise BadRequestError(f"advertiser_ids: Not supported for {ask.report_type}.")


def check_data_level(ask: Ask) -> None:
    """data_level is needed for BASIC, AUDIENCE and CATALOG, and refused for BC. The levels RESERVATION_* are gone."""
    if ask.data_level is None and ask.type_rules.level_required:
        raise BadRequestError("Missing required field(s): data_level.")
    if ask.data_level is None:
        return
    if ask.data_level not in LEVEL_ORDER:
        raise BadRequestError(f"data_level: {ask.data_level} is no longer supported.")
    if ask.data_level not in ask.type_rules.levels:
        raise BadRequestError(f"data_level: {ask.data_level} is not supported for {ask.report_type}.")


def check_lifetime(ask: Ask) -> None:
    """query_lifetime is for BASIC and PLAYABLE_MATERIAL only, without time, country_code and audience dimensions."""
    if not ask.lifetime:
        return
    if not ask.type_rules.lifetime:
        raise BadRequestError(f"query_lifetime: Not supported for {ask.report_type}.")
    if refused := [*ask.list_by_role("time", "audience"), *({"country_code"} & set(ask.dimensions))]:
        raise BadRequestError(f"query_lifetime: Not supported with {', '.join(refused)}.")


def check_dates(ask: Ask) -> None:
    """At most 30 days by day, one by hour, and 365 without a time dimension and for BC. Tasks may have any number."""
    if ask.lifetime:
        return
    if ask.start is None or ask.end is None:
        missing = [name for name, day in (("start_date", ask.start), ("end_date", ask.end)) if day is None]
        raise BadRequestError(f"Missing required field(s): {', '.join(missing)}.")
    if ask.end < ask.start:
        raise BadRequestError("end_date: Must not be before start_date.")
    limit = _find_longest(ask)
    if not ask.in_task and (ask.end - ask.start).days + 1 > limit:
        raise BadRequestError(f"start_date, end_date: The time span must be at most {limit} day(s).")


def _find_longest(ask: Ask) -> int:
    limit = DAYS_BY_DAY if "stat_time_day" in ask.dimensions else DAYS_IN_ALL
    return ask.type_rules.days or (DAYS_BY_HOUR if "stat_time_hour" in ask.dimensions else limit)


RULES: Sequence[Callable[[Ask], None]] = (
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


def check(ask: Ask) -> None:
    """Checks all rules in order. Raises an ApiError 40002 for the first one that is broken."""
    for rule in RULES:
        rule(ask)
