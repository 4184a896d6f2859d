"""Reads the request for a report, synchronous or in a task, from the parameters of a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from tiktok_simulator.endpoints.call import Call
from tiktok_simulator.endpoints.reports.business_center import check_center, list_accounts
from tiktok_simulator.endpoints.reports.definition import ReportRequest
from tiktok_simulator.endpoints.reports.filter_rules import fill_in_filters, read_filters
from tiktok_simulator.endpoints.reports.metric_rules import list_default_metrics
from tiktok_simulator.endpoints.reports.query import ReportQuery
from tiktok_simulator.endpoints.reports.rows import Rows
from tiktok_simulator.endpoints.reports.sources import find_report_rows
from tiktok_simulator.protocol.wire import BadRequestError


def read_advertisers(call: Call) -> Sequence[str]:
    """The ad accounts of a report. advertiser_ids replaces advertiser_id; a BC report has a business center instead."""
    if call["report_type"] == "BC":
        check_center(call)
        return []
    if call.parameters.get("bc_id"):
        raise BadRequestError("bc_id: Only for report_type BC.")
    if call["advertiser_ids"]:
        return list(dict.fromkeys(call["advertiser_ids"]))
    if not call["advertiser_id"]:
        raise BadRequestError("Missing required field(s): advertiser_id.")
    return [call["advertiser_id"]]


def read_wanted_report(call: Call, *, in_task: bool = False) -> ReportRequest:
    """The request for a report, before its rules are checked. The sandbox ignores order_field (hosts_auth.md §4)."""
    if call["service_type"] == "RESERVATION" or call.parameters.get("query_mode") == "CHUNK":
        raise BadRequestError(
            "service_type RESERVATION and query_mode CHUNK are deprecated; the simulator refuses them."
        )
    lifetime = call["query_lifetime"]
    ask = ReportRequest(
        report_type=call["report_type"],
        data_level=call["data_level"],
        dimensions=call["dimensions"],
        metrics=call["metrics"] or (),
        start=None if lifetime else _read_day(call["start_date"]),
        end=None if lifetime else _read_day(call["end_date"]),
        lifetime=lifetime,
        order_field=None if call.grant.sandbox else call["order_field"],
        total_metrics=call.parameters.get("enable_total_metrics", False),
        page=call.parameters.get("page", 1),
        several=bool(call["advertiser_ids"]),
        in_task=in_task,
        gives_disputed=call.world.gives_disputed,
    )
    return replace(ask, metrics=list_default_metrics(ask)) if call["metrics"] is None else ask


def _read_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def make_query(call: Call, ask: ReportRequest) -> ReportQuery:
    """The query of a report whose rules have been checked. Raises 40002 for wrong filters."""
    asked = read_filters(call["filtering"] or (), ask)
    heeded = asked if call.world.filters_of_several or not ask.several else read_filters((), ask)
    filters = fill_in_filters(heeded, ask, call.world)
    of_center = ask.report_type == "BC"
    return ReportQuery(
        ask.report_type,
        ask.level,
        tuple(list_accounts(call.world, filters) if of_center else read_advertisers(call)),
        tuple(ask.dimensions),
        tuple(dict.fromkeys(ask.metrics)),
        ask.start,
        ask.end,
        call.now.replace(minute=0, second=0, microsecond=0),
        filters,
        multiple=ask.several,
        utc=ask.several and call.parameters.get("multi_adv_report_in_utc_time", False),
        uncut=ask.in_task,
    )


def order_rows(call: Call, query: ReportQuery, ask: ReportRequest) -> Rows:
    """The rows of a query, in the order of the request."""
    rows = find_report_rows(call.world, query)
    if ask.order_field:
        rows.sort(ask.order_field, descending=call["order_type"] == "DESC")
    return rows
