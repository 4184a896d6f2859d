"""Which metrics a report can have (reporting.md §3). Each rule raises 40002 for the first problem it finds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tiktok_simulator.endpoints.reports.definition import Ask
from tiktok_simulator.protocol.tables import DIMENSIONS, LISTED, METRICS, Dimension, Metric
from tiktok_simulator.protocol.wire import BadRequestError

CONFLICT = "Conflict occurs. The input params including metrics and dimensions have no relation."
MAXIMUM_METRICS = 100
IDS_AND_DAYS = frozenset(name for name, item in DIMENSIONS.items() if item.role == "id") | {"stat_time_day"}
SCOPED = ("BASIC", "AUDIENCE")


def check_metrics_exist(ask: Ask) -> None:
    """At most a hundred metrics, which are known and of this report type. One wrong metric fails the whole call."""
    if len(ask.metrics) > MAXIMUM_METRICS:
        raise BadRequestError(f"metrics: At most {MAXIMUM_METRICS} metrics are allowed.")
    wrong = [name for name in ask.metrics if not _is_of_type(ask, name)]
    if wrong:
        raise BadRequestError(f"Invalid metric fields: {', '.join(wrong)}.")


def list_default_metrics(ask: Ask) -> Sequence[str]:
    """The metrics of a report that names none. A BC report has all metrics that go with its dimensions."""
    if frozenset(ask.dimensions) not in ask.type_rules.sets:
        return ask.type_rules.metrics
    return [name for name in ask.type_rules.metrics if _fits(ask, METRICS[name])]


def _is_of_type(ask: Ask, name: str) -> bool:
    known = name in METRICS and ask.report_type in METRICS[name].report_types
    return known or (ask.gives_disputed and ask.is_disputed(name))


def check_metrics_in_tasks(ask: Ask) -> None:
    """Some metrics, such as billed_cost, are in synchronous reports only."""
    wrong = [name for name in ask.metrics if ask.in_task and not METRICS[name].in_tasks]
    if wrong:
        raise BadRequestError(f"metrics: {', '.join(wrong)} can only be had from a synchronous report.")


def check_metrics_fit(ask: Ask) -> None:
    """Each metric goes with the level and the dimensions (data/dimension_metrics.csv). CONFLICT is TikTok's text."""
    for name in ask.metrics:
        if not _fits(ask, METRICS[name]):
            raise BadRequestError(CONFLICT)
    if "ad_id_v2" in ask.dimensions and "ad_id" in ask.metrics:
        raise BadRequestError("metrics: ad_id cannot be combined with the dimension ad_id_v2.")


def _fits(ask: Ask, metric: Metric) -> bool:
    if ask.is_disputed(metric.name):
        return ask.gives_disputed
    if metric.scope and ask.report_type in SCOPED and not SCOPES[metric.scope](ask):
        return False
    if metric.is_attribute:
        return bool(ask.list_by_role("id")) and ask.level.removeprefix("AUCTION_") in metric.levels
    return all(_lists(ask, DIMENSIONS[name], metric) for name in ask.list_by_role("breakdown", "audience"))


def _lists(ask: Ask, dimension: Dimension, metric: Metric) -> bool:
    listed = LISTED.get((ask.report_type, dimension.name, ask.in_task))
    return listed is None or metric.name in listed


def _has_id_and_day(ask: Ask) -> bool:
    """Whether there is one ID dimension, with days or without time. A breakdown has to list its metrics."""
    if "stat_time_hour" in ask.dimensions:
        return False
    breakdowns = ask.list_by_role("breakdown", "audience")
    listed = bool(breakdowns) and all((ask.report_type, name, ask.in_task) in LISTED for name in breakdowns)
    return listed or (bool(ask.list_by_role("id")) and IDS_AND_DAYS.issuperset(ask.dimensions))


SCOPES: dict[str, Callable[[Ask], bool]] = {
    "id_and_day": _has_id_and_day,
    "id_or_day": lambda ask: IDS_AND_DAYS.issuperset(ask.dimensions),
    "advertiser_by_day": lambda ask: (
        ask.level == "AUCTION_ADVERTISER"
        and {"advertiser_id", "stat_time_day"} >= set(ask.dimensions) >= {"stat_time_day"}
    ),
    "ad_id_v2": lambda ask: "ad_id_v2" in ask.dimensions,
    "image_id": lambda ask: "image_id" in ask.dimensions,
}


def check_order(ask: Ask) -> None:
    """order_field is a requested metric, and no attribute."""
    if ask.order_field is None:
        return
    if ask.order_field not in ask.metrics or METRICS[ask.order_field].is_attribute:
        raise BadRequestError(f"order_field: {ask.order_field} is not a metric this report can be ordered by.")


def check_totals(ask: Ask) -> None:
    """enable_total_metrics is for the first page of BASIC and TT_SHOP, by one ID dimension and/or stat_time_day."""
    if not ask.total_metrics:
        return
    if not ask.type_rules.totals or not IDS_AND_DAYS.issuperset(ask.dimensions):
        raise BadRequestError(
            "enable_total_metrics: Only for BASIC and TT_SHOP by one ID dimension and/or stat_time_day."
        )
    if ask.page > 1:
        raise BadRequestError("enable_total_metrics: Only on page 1.")
