"""Rules of single endpoints of lists.csv, beyond names, types and ranges."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from tiktok_simulator.endpoints.call import Call, refuse_beyond
from tiktok_simulator.protocol.wire import BadRequestError
from tiktok_simulator.world.world import World

RECENT = timedelta(days=60)
LARGEST_PAGE = 500
SUBJECTS = ("ad_ids", "adgroup_ids", "campaign_ids")
# The figures by second that an ad has. A video has more.
OF_ADS = ("view_count", "click_count", "slide_count", "convert_count", "break_count", "like_count", "share_count",
          "comment_count")  # fmt: skip
ASSETS, MOST_SHARED = "/bc/asset/get/", 200
OWNED, SHARED = "OWNED_BY_CURRENT_BUSINESS_CENTER", "SHARED_BY_OTHER_BUSINESS_CENTER"
OF_ACCOUNTS = ("owner_of_account", "account_ids", "account_name")
# The value of a parameter that is not given and then stands for all values.
EVERY = "*"


def check_identity_center(call: Call) -> None:
    """identity/get/: a request for the identities of a business centre has to name that centre."""
    if call["identity_type"] == "BC_AUTH_TT" and not call["identity_authorized_bc_id"]:
        raise BadRequestError("identity_authorized_bc_id: Required when identity_type is BC_AUTH_TT.")


def check_one_subject(call: Call, subjects: Sequence[str] = SUBJECTS) -> None:
    """A request chooses its ads in exactly one way: by their ids, their ad groups or their campaigns."""
    if len([name for name in subjects if call["filtering"].get(name)]) != 1:
        raise BadRequestError(f"filtering: Exactly one of {', '.join(subjects)} is required.")


def check_video_request(call: Call) -> None:
    """report/video_performance/get/: ads have fewer figures than videos, and a request is about one video."""
    if call["report_type"] == "VIDEO":
        check_one_subject(call, ("material_ids", "video_ids"))
        return
    check_one_subject(call)
    if wrong := [name for name in call["metrics_fields"] or () if name not in OF_ADS]:
        raise BadRequestError(f"metrics_fields: {', '.join(wrong)} is not supported when report_type is AD.")


def check_recent_days(call: Call) -> None:
    """creative_fatigue/get/: both days must be within the last 60 days, today included."""
    for name in ("start_date", "end_date"):
        day = date.fromisoformat(call["filtering"][name])
        latest = (call.now + timedelta(hours=14)).date()
        if not latest - RECENT <= day <= latest:
            raise BadRequestError(f"filtering.{name}: Must be within the last {RECENT.days} days.")


def check_products(call: Call) -> None:
    """catalog/product/get/: no page goes beyond 10,000 products, and a request has one type of product id only."""
    refuse_beyond(call, 10_000)
    if call["product_ids"] and call["sku_ids"]:
        raise BadRequestError("product_ids: Cannot be used together with sku_ids.")


def check_eligibility(call: Call) -> None:
    """store/product/get/: a request for products that can be advertised has to name an ad account."""
    if (call["filtering"] or {}).get("ad_creation_eligible") and not call["advertiser_id"]:
        raise BadRequestError("advertiser_id: Required when ad_creation_eligible is given.")


def check_invoices(call: Call) -> None:
    """bc/invoice/get/: AUTO_PAY can't be combined with other invoice types."""
    if "AUTO_PAY" in call["invoice_types"] and len(call["invoice_types"]) > 1:
        raise BadRequestError("invoice_types: AUTO_PAY cannot be used with other invoice types.")


def check_transactions(call: Call) -> None:
    """bc/account/transaction/get/: the filters of OF_ACCOUNTS are for ad accounts only; over 200 need ids."""
    filtering = call["filtering"] or {}
    wrong = [name for name in OF_ACCOUNTS if name in filtering]
    if wrong and call["transaction_level"] != "ADVERTISER":
        raise BadRequestError(f"filtering.{wrong[0]}: Valid only when transaction_level is ADVERTISER.")
    shared = SHARED in filtering.get("owner_of_account", ())
    many = call.world.list_sizes.get(ASSETS, 0) > MOST_SHARED
    if shared and many and not filtering.get("account_ids"):
        raise BadRequestError(
            f"filtering.owner_of_account: {SHARED} needs account_ids beyond {MOST_SHARED} shared accounts."
        )


def check_transfers(call: Call) -> None:
    """advertiser/transaction/get/: a business centre of the type NORMAL has no such transactions."""
    if call.world.bc_type == "NORMAL":
        raise BadRequestError("bc_id: The type of the Business Center must not be NORMAL.")


def check_tags(call: Call) -> None:
    """tool/contextual_tag/get/: rf_campaign_type is for Reach & Frequency only."""
    if call["rf_campaign_type"] and call["objective_type"] != "RF_REACH":
        raise BadRequestError("rf_campaign_type: Do not pass in this field when objective_type is not RF_REACH.")


RULES: Mapping[str, Callable[[Call], None]] = {
    "/bc/invoice/get/": check_invoices,
    "/bc/account/transaction/get/": check_transactions,
    "/advertiser/transaction/get/": check_transfers,
    "/tool/contextual_tag/get/": check_tags,
    "/catalog/product/get/": check_products,
    "/store/product/get/": check_eligibility,
    "/identity/get/": check_identity_center,
    "/report/video_performance/get/": check_video_request,
    "/report/ad_benchmark/get/": check_one_subject,
    "/creative_fatigue/get/": check_recent_days,
}


# Defaults of parameters, and of members of filtering.
TAKEN: Mapping[str, Callable[[Call], Mapping[str, Any]]] = {
    "/bc/account/transaction/get/": lambda call: {
        "filtering": {
            "owner_of_account": [OWNED if call["transaction_level"] == "ADVERTISER" else ""],
            "account_ids": EVERY,
        }
    },
    "/bc/balance/get/": lambda _: {"payment_portfolio_id": ""},
    "/report/video_performance/get/": lambda _: {"filtering": {"ad_ids": EVERY, "video_ids": EVERY}},
    "/tool/contextual_tag/get/": lambda call: {
        "rf_campaign_type": "STANDARD" if call["objective_type"] == "RF_REACH" else ""
    },
    "/tool/interest_keyword/get/": lambda _: {"filtering": {"audience_type": "GENERAL_INTEREST"}},
}


def check_rules(path: str, call: Call) -> Call:
    """Checks the rules of an endpoint. Returns the call with defaults, and with the members of its `page_info`.

    Raises:
        ApiError: 40002 if it breaks a rule of its endpoint.
    """
    if path in RULES:
        RULES[path](call)
    if path in TAKEN:
        taken = TAKEN[path](call)
        given = {name: value for name, value in call.parameters.items() if value is not None}
        filtering = {"filtering": {**taken.get("filtering", {}), **given.get("filtering", {})}}
        call = replace(
            call, parameters={**call.parameters, **taken, **given, **(filtering if "filtering" in taken else {})}
        )
    paging = call.parameters.get("page_info")
    if paging is None:
        return call
    page, size = paging.get("page", 1), paging.get("page_size", 10)
    if not (isinstance(page, int) and isinstance(size, int) and page >= 1 and 1 <= size <= LARGEST_PAGE):
        raise BadRequestError(f"page_info: page must be at least 1, page_size at most {LARGEST_PAGE}.")
    return replace(call, parameters={**call.parameters, "page": page, "page_size": size})


# Path → object of a record → the parameter that chooses its members. The other members are left out.
SENSITIVE = ("STANDARD_INVENTORY", "LIMITED_INVENTORY")
CHOSEN: Mapping[str, Mapping[str, str]] = {
    "/creative/report/get/": {"info": "info_fields", "metrics": "metrics_fields"},
    "/report/ad_benchmark/get/": {"metrics": "metrics_fields"},
    "/report/video_performance/get/": {"metrics": "metrics_fields"},
}


# The secondary_status of deleted records, which come last of an owner.
DELETED = "STATUS_DELETE"


def keep_by_status(call: Call, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Keeps the records with the primary status of the request. Without one, it keeps those that are not deleted."""
    status = (call.parameters.get("filtering") or {}).get("primary_status", "STATUS_NOT_DELETE")
    deleted = status == DELETED
    return [row for row in rows if status == "STATUS_ALL" or (row.get("secondary_status") == DELETED) is deleted]


def choose_members(path: str, call: Call, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A record with the members that the request chooses, if its endpoint lets it choose."""
    found = dict(row)
    if path == "/tool/content_exclusion/get/" and call["brand_safety_type"] not in SENSITIVE:
        found["vertical_sensitivity_list"] = None
    for member, parameter in CHOSEN.get(path, {}).items():
        names = call.parameters.get(parameter) or list(row[member])
        found[member] = {name: value for name, value in row[member].items() if name in names}
    return found


def adapt_record(world: World, path: str, owners: Mapping[str, str], row: dict[str, Any]) -> dict[str, Any]:
    """A record with the members that depend on the world or on the owners, such as the figures of an ad or a video."""
    if path == "/bc/get/":
        return {**row, "bc_info": {**row["bc_info"], "type": world.bc_type}}
    if path != "/report/video_performance/get/":
        return row
    if owners["report_type"] == "VIDEO":
        return {**row, "info": {name: value for name, value in row["info"].items() if name != "ad_id"}}
    return {**row, "metrics": {name: value for name, value in row["metrics"].items() if name in OF_ADS}}


def has(row: Mapping[str, Any], having: str) -> bool:
    """Whether a record meets a condition: it has each `field:VALUE`, and no `field:!VALUE`."""
    conditions = (each.partition(":") for each in having.split("&") if each)
    return all(
        (str(row.get(field, "")) == value.lstrip("!")) != value.startswith("!") for field, _, value in conditions
    )


def find_value(call: Call, name: str) -> Any:
    """The value of an owner in a request; it may be a member of an object. Raises 40002 if there is none."""
    outer, _, inner = name.partition(".")
    value = call.parameters.get(outer)
    if inner:
        value = [each.get(inner) for each in value] if isinstance(value, list) else (value or {}).get(inner)
    if value is None:
        raise BadRequestError(f"Missing required field(s): {name}.")
    return value


def list_days(days: Days | None, call: Call) -> Sequence[date] | None:
    """The days of a request that have begun. Raises 40002 for too many."""
    if not days:
        return None
    first, last = (date.fromisoformat(str(find_value(call, name))[:10]) for name in (days.first, days.last))
    last -= timedelta(days=1) if days.open_end else timedelta()
    if first > last or (last - first).days >= days.longest:
        raise BadRequestError(f"{days.first}: Must be at most {days.longest} days before {days.last}.")
    newest = min(last, (call.now + timedelta(hours=14)).date())
    return [first + timedelta(day) for day in range((newest - first).days + 1)]


@dataclass(frozen=True)
class Days:
    """The days of a list. `first` and `last` are parameters, `longest` is the largest number of days.

    `member` is the member of a record that has its day. With `open_end` the last day is the one before that of `last`.
    """

    first: str
    last: str
    longest: int
    member: str
    open_end: bool = False
