"""report/integrated/get: reads the parameters, checks the rules, finds the rows, and answers with a page of them."""

from __future__ import annotations

from typing import Any

from tiktok_simulator.endpoints.call import Answer, Call, find_page_bounds, make_page_info
from tiktok_simulator.endpoints.reports.definition import ReportRequest
from tiktok_simulator.endpoints.reports.query import ReportQuery
from tiktok_simulator.endpoints.reports.report_types import LEVEL_ORDER
from tiktok_simulator.endpoints.reports.request import make_query, order_rows, read_wanted_report
from tiktok_simulator.endpoints.reports.rows import Rows
from tiktok_simulator.endpoints.reports.rules import check
from tiktok_simulator.protocol.wire import ApiError

CACHED_REPORTS = 8
THROTTLED = {
    "X-Tt-Ads-Throttle": "Number of ad ids is equal or more than 20k, only return the top 20k id's results, "
    "sorting by create time desc order."
}
SANDBOX_REPORT_TYPES = ("BASIC", "AUDIENCE")


def answer_integrated_report(call: Call) -> Answer:
    """Answers with one page of a synchronous report."""
    ask = read_wanted_report(call)
    check(ask)
    _refuse_sandbox_gaps(call)
    rows = _find_rows(call, make_query(call, ask), ask)
    first, last = find_page_bounds(call)
    found = [{"dimensions": row.dimensions, "metrics": row.metrics} for row in rows.write_page(first, last)]
    data: dict[str, Any] = {"list": found, "page_info": make_page_info(call, len(rows))}
    if ask.total_metrics:
        data["total_metrics"] = rows.write_totals()
    return Answer(data, THROTTLED if rows.throttled else {})


def _refuse_sandbox_gaps(call: Call) -> None:
    """The sandbox has BASIC and AUDIENCE only, without the advertiser level and total metrics (hosts_auth.md §4)."""
    gaps = {
        "report_type": call["report_type"] not in SANDBOX_REPORT_TYPES,
        "advertiser level": call["data_level"] == LEVEL_ORDER[0],
        "enable_total_metrics": call["enable_total_metrics"],
    }
    for gap, met in gaps.items():
        if call.grant.sandbox and met:
            raise ApiError(40009, f"The parameter or method is not supported in sandbox: {gap}.")


def _find_rows(call: Call, query: ReportQuery, ask: ReportRequest) -> Rows:
    """The rows of a report. Those of the last few queries are kept, for the next pages."""
    reports = call.world.get_cached("reports", dict)
    key = (query, ask.order_field, call["order_type"])
    if (rows := reports.get(key)) is None:
        rows = order_rows(call, query, ask)
        while len(reports) >= CACHED_REPORTS:
            reports.pop(next(iter(reports)), None)
        reports[key] = rows
    found: Rows = rows
    return found
