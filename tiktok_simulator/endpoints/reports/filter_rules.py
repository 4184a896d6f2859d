"""Reads the filters of a report, and checks which of them it takes (reporting.md §5, §7)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tiktok_simulator.endpoints.filter_values import NOT_COMBINED, TOP_VIEW
from tiktok_simulator.endpoints.promote import ELSEWHERE, ORIGINS, PROMOTE, check_filters, make_origin_filter
from tiktok_simulator.endpoints.reports.definition import ReportRequest
from tiktok_simulator.endpoints.reports.filters import ID_FIELDS, NUMERIC, STATUS_FIELDS, make_status_filter
from tiktok_simulator.endpoints.reports.query import Filter
from tiktok_simulator.endpoints.reports.report_types import LEVEL_ORDER
from tiktok_simulator.protocol.tables import METRICS
from tiktok_simulator.protocol.wire import BadRequestError
from tiktok_simulator.world.world import World

MANY_IDS, MANY_IDS_IN_TASKS = 100, 20_000


@dataclass(frozen=True)
class FilterRule:
    """The operators of a filter, the highest level that has it, its report types, and the only values it takes."""

    operators: frozenset[str]
    level: str = "AUCTION_CAMPAIGN"
    report_types: tuple[str, ...] = ("BASIC",)
    values: tuple[str, ...] = ()


_IN, _MATCH = frozenset({"IN"}), frozenset({"MATCH"})
_TIMES = frozenset({"BETWEEN", "GREATER_EQUAL", "LOWER_EQUAL"})
_BOTH = ("BASIC", "AUDIENCE")
_LEVELED = (*_BOTH, "CATALOG")
_ALL = "AUCTION_ADVERTISER"
_BC = ("BC",)
FILTERS: Mapping[str, FilterRule] = {
    "campaign_ids": FilterRule(_IN, report_types=_BOTH),
    "adgroup_ids": FilterRule(_IN, "AUCTION_ADGROUP", _BOTH),
    "ad_ids": FilterRule(_IN, "AUCTION_AD", _BOTH),
    "ad_ids_v2": FilterRule(_IN, "AUCTION_AD"),
    "campaign_status": FilterRule(_IN, report_types=_LEVELED),
    "adgroup_status": FilterRule(_IN, "AUCTION_ADGROUP", _LEVELED),
    "ad_status": FilterRule(_IN, "AUCTION_AD", _LEVELED),
    "buying_type": FilterRule(_IN, report_types=_BOTH),
    ORIGINS: FilterRule(_IN, report_types=_BOTH, values=(PROMOTE, ELSEWHERE)),
    "campaign_automation_type": FilterRule(_IN),
    "objective_type": FilterRule(_IN),
    "promotion_type": FilterRule(_IN, "AUCTION_ADGROUP"),
    "create_time": FilterRule(_TIMES),
    "campaign_label_ids": FilterRule(_IN | {"CONTAIN_ANY_OF"}),
    "campaign_name": FilterRule(_MATCH),
    "adgroup_name": FilterRule(_MATCH, "AUCTION_ADGROUP"),
    "ad_name": FilterRule(_MATCH, "AUCTION_AD"),
    "country_code": FilterRule(_IN, _ALL, (*_LEVELED, "PLAYABLE_MATERIAL")),
    "playable_status": FilterRule(
        _IN,
        _ALL,
        ("PLAYABLE_MATERIAL",),
        ("AUDIT_FAIL", "AUDIT_SUCCESS", "VALIDATE_FAIL", "VALIDATE_SUCCESS", "VALIDATING"),
    ),
    "advertiser_name": FilterRule(_MATCH, _ALL, _BC),
    "advertiser_id": FilterRule(_IN, _ALL, _BC),
    "registered_area": FilterRule(_IN, _ALL, _BC),
    "platform_of_account": FilterRule(_IN, _ALL, _BC, ("ADS_MANGER", "RAP")),
    "owner_of_account": FilterRule(
        _IN, _ALL, _BC, ("OWNED_BY_CURRENT_BUSINESS_CENTER", "SHARED_BY_OTHER_BUSINESS_CENTER")
    ),
    "currency_of_account": FilterRule(_IN, _ALL, _BC),
    "cost": FilterRule(frozenset(NUMERIC) - {"BETWEEN"}, _ALL, _BC),
    "account_status": FilterRule(
        _IN, _ALL, _BC, ("APPROVED", "NOT_APPROVED", "IN_REVIEW", "SUSPENDED", "DISABLED", "CONTRACT_INACTIVE")
    ),
}
"""The filters of reporting.md §5. A report of the type BASIC can also filter by its metrics."""
IN_TASKS = ("campaign_ids", "adgroup_ids", "ad_ids")


def read_filters(items: Sequence[Mapping[str, str]], request: ReportRequest) -> tuple[Filter, ...]:
    """The filters of a report. Without a filter by status, one for what is not deleted is added. Raises 40002."""
    if items and not request.type_rules.filters:
        raise BadRequestError(f"filtering: Not supported for {request.report_type}.")
    filters = tuple(_read_filter(item, request) for item in items)
    origins = next((each.values for each in filters if each.field == ORIGINS), ())
    check_filters(request.report_type, [each.field for each in filters], origins)
    if any(item.field in STATUS_FIELDS.values() for item in filters):
        return filters
    return filters + make_status_filter(request.level, "STATUS_NOT_DELETE")


def fill_in_filters(filters: tuple[Filter, ...], request: ReportRequest, world: World) -> tuple[Filter, ...]:
    """The filters of a report, with the buying types and origins that TikTok takes if no filter names any."""
    if request.report_type not in _BOTH or (request.level == _ALL and world.promote_in_accounts):
        return filters
    if request.level == _ALL:
        return (*filters, Filter(ORIGINS, "IN", (ELSEWHERE,)))
    origins = make_origin_filter(filters, request, unasked=world.promote_unasked)
    others = tuple(each for each in filters if each.field != ORIGINS)
    if any(each.field == "buying_type" for each in filters):
        return (*others, origins)
    unasked = {"AUCTION": True, "RESERVATION_RF": world.reach_unasked, TOP_VIEW: world.top_view_unasked}
    return (*others, origins, Filter("buying_type", "IN", tuple(each for each, comes in unasked.items() if comes)))


def _read_filter(item: Mapping[str, str], request: ReportRequest) -> Filter:
    """Checks and decodes a filter."""
    name, operator = item["field_name"], item["filter_type"]
    rule = _find_rule(name, request)
    if operator not in rule.operators:
        raise BadRequestError(f"filtering: {name} does not support {operator}.")
    _check_place(name, rule, request)
    found = Filter(name, operator, _read_values(item))
    if rule.values and not set(found.values) <= set(rule.values):
        raise BadRequestError(f"filtering: {name} must be one of: {', '.join(rule.values)}.")
    _check_values(found, MANY_IDS_IN_TASKS if request.in_task else MANY_IDS)
    return found


def _find_rule(name: str, request: ReportRequest) -> FilterRule:
    rule = FILTERS.get(name)
    if rule is None and name in request.metrics and not METRICS[name].is_attribute:
        rule = FilterRule(frozenset(NUMERIC), LEVEL_ORDER[0])
    if rule is None or request.report_type not in rule.report_types or (request.in_task and name not in IN_TASKS):
        raise BadRequestError(f"filtering: Invalid filter field {name}.")
    return rule


def _check_place(name: str, rule: FilterRule, request: ReportRequest) -> None:
    too_high = LEVEL_ORDER.index(request.level) < LEVEL_ORDER.index(rule.level)
    foreign = name in STATUS_FIELDS.values() and STATUS_FIELDS.get(request.level) != name
    alone = {"country_code": "country_code", "ad_ids_v2": "ad_id_v2", "cost": "spend"}.get(name)
    if too_high or foreign or (alone and alone not in (*request.dimensions, *request.metrics)):
        raise BadRequestError(f"filtering: {name} is not supported at {request.level} with these dimensions.")
    if name == "ad_ids" and "ad_id_v2" in request.dimensions:
        raise BadRequestError("filtering: ad_ids cannot be combined with the dimension ad_id_v2.")


def _read_values(item: Mapping[str, str]) -> tuple[str, ...]:
    """The values of a filter. filter_value is JSON text, or plain text with MATCH."""
    text = item["filter_value"]
    try:
        value = json.loads(text)
    except ValueError:
        value = text if item["filter_type"] == "MATCH" else None
    wants_list = item["filter_type"] in ("IN", "NOT_IN", "CONTAIN_ANY_OF", "BETWEEN")
    if value is None or isinstance(value, list) != wants_list:
        raise BadRequestError(
            f"filtering: filter_value of {item['field_name']} is not valid for {item['filter_type']}."
        )
    return tuple(str(each) for each in value) if wants_list else (str(value),)


def _check_values(item: Filter, many: int) -> None:
    if not item.values or (item.operator == "BETWEEN" and len(item.values) != 2):
        raise BadRequestError(f"filtering: filter_value of {item.field} has the wrong number of values.")
    if item.field in ID_FIELDS and len(item.values) > many:
        raise BadRequestError(f"filtering: {item.field} takes at most {many} ids.")
    if item.field == "buying_type" and TOP_VIEW in item.values and len(set(item.values)) > 1:
        raise BadRequestError(NOT_COMBINED)
    if item.field in STATUS_FIELDS.values() and not all(value.startswith("STATUS_") for value in item.values):
        raise BadRequestError(f"filtering: {item.field} takes primary statuses such as STATUS_ALL.")
    if item.is_about_rows and item.field != "country_code":
        _check_numbers(item)


def _check_numbers(item: Filter) -> None:
    try:
        tuple(map(float, item.values))
    except ValueError:
        raise BadRequestError(f"filtering: {item.field} is compared with numbers.") from None
