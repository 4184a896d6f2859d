"""report/integrated/get: parameters → rules → rows → page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from .calls import Answer, Call, page_bounds, page_info
from .catalogue import METRICS
from .entities import NOT_COMBINED, TOP_VIEW
from .filters import ID_FIELDS, NUMERIC, STATUS_FIELDS, Filter, status_filter
from .reports import report_rows
from .rows import ReportQuery, Rows
from .rules import LEVEL_ORDER, Ask, check
from .wire import ApiError, invalid

MANY_IDS = 100
CACHED_REPORTS = 8
THROTTLED = {"X-Tt-Ads-Throttle": "true"}
SANDBOX_GAPS = ("advertiser level", "enable_total_metrics")


@dataclass(frozen=True)
class FilterRule:
    """Which operators a filter takes, at which level it begins, and for which report types."""

    operators: frozenset[str]
    level: str = "AUCTION_CAMPAIGN"
    report_types: tuple[str, ...] = ("BASIC",)


_IN, _MATCH = frozenset({"IN"}), frozenset({"MATCH"})
_TIMES = frozenset({"BETWEEN", "GREATER_EQUAL", "LOWER_EQUAL"})
_BOTH = ("BASIC", "AUDIENCE")
FILTERS: Mapping[str, FilterRule] = {
    "campaign_ids": FilterRule(_IN, report_types=_BOTH),
    "adgroup_ids": FilterRule(_IN, "AUCTION_ADGROUP", _BOTH),
    "ad_ids": FilterRule(_IN, "AUCTION_AD", _BOTH),
    "ad_ids_v2": FilterRule(_IN, "AUCTION_AD"),
    "campaign_status": FilterRule(_IN, report_types=_BOTH),
    "adgroup_status": FilterRule(_IN, "AUCTION_ADGROUP", _BOTH),
    "ad_status": FilterRule(_IN, "AUCTION_AD", _BOTH),
    "buying_types": FilterRule(_IN, report_types=_BOTH),
    "buying_type": FilterRule(_IN, report_types=_BOTH),
    "campaign_automation_type": FilterRule(_IN),
    "objective_type": FilterRule(_IN),
    "promotion_type": FilterRule(_IN, "AUCTION_ADGROUP"),
    "create_time": FilterRule(_TIMES),
    "campaign_label_ids": FilterRule(_IN | {"CONTAIN_ANY_OF"}),
    "campaign_name": FilterRule(_MATCH),
    "adgroup_name": FilterRule(_MATCH, "AUCTION_ADGROUP"),
    "ad_name": FilterRule(_MATCH, "AUCTION_AD"),
    "country_code": FilterRule(_IN, "AUCTION_ADVERTISER", _BOTH),
}
"""The filters of reporting.md §5; metrics can be compared besides."""


def asked_advertisers(call: Call) -> Sequence[str]:
    """The accounts a report is about: advertiser_ids win over advertiser_id."""
    if call["advertiser_ids"]:
        return list(dict.fromkeys(call["advertiser_ids"]))
    if not call["advertiser_id"]:
        raise invalid("Missing required field(s): advertiser_id.")
    return [call["advertiser_id"]]


def integrated_report(call: Call) -> Answer:
    """The rows of a synchronous report, one page of them."""
    ask = _ask(call)
    check(ask)
    _refuse_sandbox_gaps(call)
    rows = _rows(call, _query(call, ask), ask)
    first, last = page_bounds(call)
    found = [{"dimensions": row.dimensions, "metrics": row.metrics} for row in rows.page(first, last)]
    data: dict[str, Any] = {"list": found, "page_info": page_info(call, len(rows))}
    if ask.total_metrics:
        data["total_metrics"] = rows.totals()
    return Answer(data, THROTTLED if rows.throttled else {})


def _ask(call: Call) -> Ask:
    if call["bc_id"]:
        raise invalid("bc_id: Only for report_type BC.")
    if call["service_type"] != "AUCTION" or call["query_mode"] != "REGULAR":
        raise invalid("service_type RESERVATION and query_mode CHUNK are deprecated; the simulator refuses them.")
    lifetime = call["query_lifetime"]
    return Ask(
        report_type=call["report_type"],
        data_level=call["data_level"],
        dimensions=call["dimensions"],
        metrics=call["metrics"],
        start=None if lifetime else _day(call["start_date"]),
        end=None if lifetime else _day(call["end_date"]),
        lifetime=lifetime,
        order_field=None if call.grant.sandbox else call["order_field"],
        total_metrics=call["enable_total_metrics"],
        page=call["page"],
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _refuse_sandbox_gaps(call: Call) -> None:
    """The sandbox mocks neither the advertiser level nor total metrics (hosts_auth.md §4)."""
    if call.grant.sandbox:
        for gap, met in zip(
            SANDBOX_GAPS, (call["data_level"] == LEVEL_ORDER[0], call["enable_total_metrics"]), strict=True
        ):
            if met:
                raise ApiError(40009, f"The parameter or method is not supported in sandbox: {gap}.")


def _query(call: Call, ask: Ask) -> ReportQuery:
    filters = tuple(_filter(item, ask) for item in call["filtering"] or ())
    level = str(ask.data_level)
    if not any(item.field in STATUS_FIELDS.values() for item in filters):
        filters += status_filter(level, "STATUS_NOT_DELETE")
    return ReportQuery(
        ask.report_type,
        level,
        tuple(asked_advertisers(call)),
        tuple(ask.dimensions),
        tuple(dict.fromkeys(ask.metrics)),
        ask.start,
        ask.end,
        call.now.replace(minute=0, second=0, microsecond=0),
        filters,
        multiple=bool(call["advertiser_ids"]),
        utc=bool(call["advertiser_ids"]) and call["multi_adv_report_in_utc_time"],
    )


def _rows(call: Call, query: ReportQuery, ask: Ask) -> Rows:
    """The report's rows; those of the newest few queries are kept for their further pages."""
    descending = call["order_type"] == "DESC"
    reports = call.world.cached("reports", dict)
    key = (query, ask.order_field, descending)
    if (rows := reports.get(key)) is None:
        rows = report_rows(call.world, query)
        if ask.order_field:
            rows.sort(ask.order_field, descending=descending)
        while len(reports) >= CACHED_REPORTS:
            reports.pop(next(iter(reports)), None)
        reports[key] = rows
    found: Rows = rows
    return found


def _filter(item: Mapping[str, str], ask: Ask) -> Filter:
    """A filter, checked against the table and decoded; raises 40002."""
    name, operator = item["field_name"], item["filter_type"]
    rule = FILTERS.get(name)
    if rule is None and name in ask.metrics and not METRICS[name].is_attribute:
        rule = FilterRule(frozenset(NUMERIC), LEVEL_ORDER[0])
    if rule is None or ask.report_type not in rule.report_types:
        raise invalid(f"filtering: Invalid filter field {name}.")
    if operator not in rule.operators:
        raise invalid(f"filtering: {name} does not support {operator}.")
    _check_place(name, rule, ask)
    found = Filter(name, operator, _values(item))
    _check_values(found)
    return found


def _check_place(name: str, rule: FilterRule, ask: Ask) -> None:
    level = LEVEL_ORDER.index(str(ask.data_level))
    too_high = level < LEVEL_ORDER.index(rule.level)
    foreign = name in STATUS_FIELDS.values() and STATUS_FIELDS.get(str(ask.data_level)) != name
    alone = {"country_code": "country_code", "ad_ids_v2": "ad_id_v2"}.get(name)
    if too_high or foreign or (alone and alone not in ask.dimensions):
        raise invalid(f"filtering: {name} is not supported at {ask.data_level} with these dimensions.")
    if name == "ad_ids" and "ad_id_v2" in ask.dimensions:
        raise invalid("filtering: ad_ids cannot be combined with the dimension ad_id_v2.")


def _values(item: Mapping[str, str]) -> tuple[str, ...]:
    """filter_value is JSON text of its own, except the plain text of MATCH."""
    text = item["filter_value"]
    try:
        value = json.loads(text)
    except ValueError:
        value = text if item["filter_type"] == "MATCH" else None
    wants_list = item["filter_type"] in ("IN", "NOT_IN", "CONTAIN_ANY_OF", "BETWEEN")
    if value is None or isinstance(value, list) != wants_list:
        raise invalid(f"filtering: filter_value of {item['field_name']} is not valid for {item['filter_type']}.")
    return tuple(str(each) for each in value) if wants_list else (str(value),)


def _check_values(item: Filter) -> None:
    if not item.values or (item.operator == "BETWEEN" and len(item.values) != 2):
        raise invalid(f"filtering: filter_value of {item.field} has the wrong number of values.")
    if item.field in ID_FIELDS and len(item.values) > MANY_IDS:
        raise invalid(f"filtering: {item.field} takes at most {MANY_IDS} ids.")
    if item.field in ("buying_types", "buying_type") and TOP_VIEW in item.values and len(set(item.values)) > 1:
        raise invalid(NOT_COMBINED)
    if item.field in STATUS_FIELDS.values() and not all(value.startswith("STATUS_") for value in item.values):
        raise invalid(f"filtering: {item.field} takes primary statuses such as STATUS_ALL.")
    if item.is_about_rows and item.field != "country_code":
        _check_numbers(item)


def _check_numbers(item: Filter) -> None:
    try:
        tuple(map(float, item.values))
    except ValueError:
        raise invalid(f"filtering: {item.field} is compared with numbers.") from None
