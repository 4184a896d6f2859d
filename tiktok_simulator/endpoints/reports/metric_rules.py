"""Which metrics a report can have (reporting.md §3). Each rule raises 40002 for the first problem it finds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tiktok_simulator.endpoints.reports.definition import ReportRequest
from tiktok_simulator.protocol.tables import DIMENSIONS, LISTED, METRICS, Dimension, Metric
from tiktok_simulator.protocol.wire import BadRequestError

CONFLICT = "Conflict occurs. The input params including metrics and dimensions have no relation."
MAXIMUM_METRICS = 100
IDS_AND_DAYS = frozenset(name for name, item in DIMENSIONS.items() if item.role == "id") | {"stat_time_day"}
SCOPED = ("BASIC", "AUDIENCE")


def check_metrics_exist(request: ReportRequest) -> None:
    """At most a hundred metrics, which are known and of this report type. One wrong metric fails the whole call."""
    if len(request.metrics) > MAXIMUM_METRICS:
        raise BadRequestError(f"metrics: At most {MAXIMUM_METRICS} metrics are allowed.")
    wrong = [name for name in request.metrics if not _is_of_type(request, name)]
    if wrong:
        raise BadRequestError(f"Invalid metric fields: {', '.join(wrong)}.")


def list_default_metrics(request: ReportRequest) -> Sequence[str]:
    """The metrics of a report that names none. A BC report has all metrics that go with its dimensions."""
    if frozenset(request.dimensions) not in request.type_rules.sets:
        return request.type_rules.metrics
    return [name for name in request.type_rules.metrics if _fits(request, METRICS[name])]


def _is_of_type(request: ReportRequest, name: str) -> bool:
    known = name in METRICS and request.report_type in METRICS[name].report_types
    return known or (request.gives_disputed and request.is_disputed(name))


def check_metrics_in_tasks(request: ReportRequest) -> None:
    """Some metrics, such as billed_cost, are in synchronous reports only."""
    wrong = [name for name in request.metrics if request.in_task and not METRICS[name].in_tasks]
    if wrong:
        raise BadRequestError(f"metrics: {', '.join(wrong)} can only be had from a synchronous report.")


def check_metrics_fit(request: ReportRequest) -> None:
    """Each metric goes with the level and the dimensions (data/dimension_metrics.csv). CONFLICT is TikTok's text."""
    for name in request.metrics:
        if not _fits(request, METRICS[name]):
            raise BadRequestError(CONFLICT)
    if "ad_id_v2" in request.dimensions and "ad_id" in request.metrics:
        raise BadRequestError("metrics: ad_id cannot be combined with the dimension ad_id_v2.")


def _fits(request: ReportRequest, metric: Metric) -> bool:
    if request.is_disputed(metric.name):
        return request.gives_disputed
    if metric.scope and request.report_type in SCOPED and not SCOPES[metric.scope](request):
        return False
    if metric.is_attribute:
        return bool(request.list_by_role("id")) and request.level.removeprefix("AUCTION_") in metric.levels
    return all(_lists(request, DIMENSIONS[name], metric) for name in request.list_by_role("breakdown", "audience"))


def _lists(request: ReportRequest, dimension: Dimension, metric: Metric) -> bool:
    listed = LISTED.get((request.report_type, dimension.name, request.in_task))
    return listed is None or metric.name in listed


def _has_id_and_day(request: ReportRequest) -> bool:
    """Whether there is one ID dimension, with days or without time. A breakdown has to list its metrics."""
    if "stat_time_hour" in request.dimensions:
        return False
    breakdowns = request.list_by_role("breakdown", "audience")
    listed = bool(breakdowns) and all((request.report_type, name, request.in_task) in LISTED for name in breakdowns)
    return listed or (bool(request.list_by_role("id")) and IDS_AND_DAYS.issuperset(request.dimensions))


SCOPES: dict[str, Callable[[ReportRequest], bool]] = {
    "id_and_day": _has_id_and_day,
    "id_or_day": lambda request: IDS_AND_DAYS.issuperset(request.dimensions),
    "advertiser_by_day": lambda request: (
        request.level == "AUCTION_ADVERTISER"
        and {"advertiser_id", "stat_time_day"} >= set(request.dimensions) >= {"stat_time_day"}
    ),
    "ad_id_v2": lambda request: "ad_id_v2" in request.dimensions,
    "image_id": lambda request: "image_id" in request.dimensions,
}


def check_order(request: ReportRequest) -> None:
    """order_field is a requested metric, and no attribute."""
    if request.order_field is None:
        return
    if request.order_field not in request.metrics or METRICS[request.order_field].is_attribute:
        raise BadRequestError(f"order_field: {request.order_field} is not a metric this report can be ordered by.")


def check_totals(request: ReportRequest) -> None:
    """enable_total_metrics is for the first page of BASIC and TT_SHOP, by one ID dimension and/or stat_time_day."""
    if not request.total_metrics:
        return
    if not request.type_rules.totals or not IDS_AND_DAYS.issuperset(request.dimensions):
        raise BadRequestError(
            "enable_total_metrics: Only for BASIC and TT_SHOP by one ID dimension and/or stat_time_day."
        )
    if request.page > 1:
        raise BadRequestError("enable_total_metrics: Only on page 1.")
