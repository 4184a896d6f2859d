"""What single endpoints of lists.csv refuse beyond names, types and ranges."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from .calls import Call, refuse_beyond
from .wire import invalid

if TYPE_CHECKING:
    from .lists import Days

RECENT = timedelta(days=60)
LARGEST_PAGE = 500
SUBJECTS = ("ad_ids", "adgroup_ids", "campaign_ids")


def identity_of_a_center(call: Call) -> None:
    """identity/get/: the accounts of a business centre are asked for with that centre."""
    if call["identity_type"] == "BC_AUTH_TT" and not call["identity_authorized_bc_id"]:
        raise invalid("identity_authorized_bc_id: Required when identity_type is BC_AUTH_TT.")


def one_subject(call: Call) -> None:
    """The ads are named in one way: by their ids, their ad groups or their campaigns."""
    if len([name for name in SUBJECTS if call["filtering"].get(name)]) != 1:
        raise invalid(f"filtering: Exactly one of {', '.join(SUBJECTS)} is required.")


def lately(call: Call) -> None:
    """creative_fatigue/get/: both days lie within the last 60, the last of which is today."""
    for name in ("start_date", "end_date"):
        day = date.fromisoformat(call["filtering"][name])
        latest = (call.now + timedelta(hours=14)).date()
        if not latest - RECENT <= day <= latest:
            raise invalid(f"filtering.{name}: Must be within the last {RECENT.days} days.")


def products(call: Call) -> None:
    """catalog/product/get/: the first 10,000 can be paged to, and products are named by one kind of id."""
    refuse_beyond(call, 10_000)
    if call["product_ids"] and call["sku_ids"]:
        raise invalid("product_ids: Cannot be used together with sku_ids.")


def eligible_for(call: Call) -> None:
    """store/product/get/: what can be advertised is a matter of the ad account."""
    if (call["filtering"] or {}).get("ad_creation_eligible") and not call["advertiser_id"]:
        raise invalid("advertiser_id: Required when ad_creation_eligible is given.")


RULES: Mapping[str, Callable[[Call], None]] = {
    "/catalog/product/get/": products,
    "/store/product/get/": eligible_for,
    "/identity/get/": identity_of_a_center,
    "/report/video_performance/get/": one_subject,
    "/report/ad_benchmark/get/": one_subject,
    "/creative_fatigue/get/": lately,
}


# What TikTok takes for a member of filtering that is not given.
TAKEN: Mapping[str, Mapping[str, Any]] = {
    "/bc/account/transaction/get/": {"owner_of_account": ["OWNED_BY_CURRENT_BUSINESS_CENTER"]},
    "/tool/interest_keyword/get/": {"audience_type": "GENERAL_INTEREST"},
}


def checked(path: str, call: Call) -> Call:
    """A call that keeps the rules of its endpoint; the page that an object of it names among its parameters.

    Raises:
        ApiError: 40002 for one that does not keep them.
    """
    if path in RULES:
        RULES[path](call)
    if path in TAKEN:
        filtering = {**TAKEN[path], **(call.parameters.get("filtering") or {})}
        call = replace(call, parameters={**call.parameters, "filtering": filtering})
    paging = call.parameters.get("page_info")
    if paging is None:
        return call
    page, size = paging.get("page", 1), paging.get("page_size", 10)
    if not (isinstance(page, int) and isinstance(size, int) and page >= 1 and 1 <= size <= LARGEST_PAGE):
        raise invalid(f"page_info: page must be at least 1, page_size at most {LARGEST_PAGE}.")
    return replace(call, parameters={**call.parameters, "page": page, "page_size": size})


# Which parameter names the members of which object of a record; the others are left out.
CHOSEN: Mapping[str, Mapping[str, str]] = {
    "/creative/report/get/": {"info": "info_fields", "metrics": "metrics_fields"},
    "/report/ad_benchmark/get/": {"metrics": "metrics_fields"},
    "/report/video_performance/get/": {"metrics": "metrics_fields"},
}


# What the last record of an owner has as secondary_status, where an endpoint can be asked for deleted ones.
DELETED = "STATUS_DELETE"


def kept(call: Call, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The records of the primary status asked for; those that are not deleted without one."""
    status = (call.parameters.get("filtering") or {}).get("primary_status", "STATUS_NOT_DELETE")
    deleted = status == DELETED
    return [row for row in rows if status == "STATUS_ALL" or (row.get("secondary_status") == DELETED) is deleted]


def chosen(path: str, call: Call, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A record with what was asked for, where its endpoint lets choose."""
    found = dict(row)
    for part, parameter in CHOSEN.get(path, {}).items():
        names = call.parameters.get(parameter) or list(row[part])
        found[part] = {name: value for name, value in row[part].items() if name in names}
    return found


def value_of(call: Call, name: str) -> Any:
    """What a request says for an owner, which may be a member of an object. Raises 40002 without it."""
    outer, _, inner = name.partition(".")
    value = call.parameters.get(outer)
    if inner:
        value = [each.get(inner) for each in value] if isinstance(value, list) else (value or {}).get(inner)
    if value is None:
        raise invalid(f"Missing required field(s): {name}.")
    return value


def days_asked(days: Days | None, call: Call) -> Sequence[date] | None:
    """The days asked for, as far as they have begun. Raises 40002 for too many."""
    if not days:
        return None
    first, last = (date.fromisoformat(str(value_of(call, name))[:10]) for name in (days.first, days.last))
    last -= timedelta(days=1) if days.open_end else timedelta()
    if first > last or (last - first).days >= days.longest:
        raise invalid(f"{days.first}: Must be at most {days.longest} days before {days.last}.")
    newest = min(last, (call.now + timedelta(hours=14)).date())
    return [first + timedelta(day) for day in range((newest - first).days + 1)]
