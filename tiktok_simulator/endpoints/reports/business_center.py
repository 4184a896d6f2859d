"""The business center: who may read its report, and which of its ad accounts pass a filter (reporting.md §3.7, §5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from tiktok_simulator.endpoints.call import Call
from tiktok_simulator.endpoints.reports.query import Filter
from tiktok_simulator.protocol.wire import ApiError, BadRequestError
from tiktok_simulator.world.model import Account
from tiktok_simulator.world.world import World

PLATFORM, OWNER = "ADS_MANGER", "OWNED_BY_CURRENT_BUSINESS_CENTER"
"""The platform and the owner of every simulated ad account, in TikTok's spelling."""
STATUSES: Mapping[str, str] = {
    "STATUS_ENABLE": "APPROVED",
    "STATUS_DISABLE": "DISABLED",
    "STATUS_LIMIT": "SUSPENDED",
    "STATUS_CONTRACT_PENDING": "CONTRACT_INACTIVE",
    "STATUS_PENDING_CONFIRM": "IN_REVIEW",
}
"""Status in advertiser/info → status in the report of a business center (unconfirmed)."""
ACCOUNT_FILTERS: Mapping[str, Callable[[Account], str]] = {
    "advertiser_name": lambda account: account.name,
    "advertiser_id": lambda account: account.advertiser_id,
    "registered_area": lambda account: str(account.row["country"]),
    "platform_of_account": lambda _: PLATFORM,
    "owner_of_account": lambda _: OWNER,
    "currency_of_account": lambda account: account.currency,
    "account_status": lambda account: STATUSES.get(str(account.row["status"]), "NOT_APPROVED"),
}
"""Filter of a BC report → the value of an ad account that it compares."""


def check_center(call: Call) -> None:
    """Checks that a BC report names no ad account, and a business center that the token may read.

    Raises:
        ApiError: 40002 for the parameters, 40001 for a center that is unknown or that the token may not read.
    """
    if not call["bc_id"]:
        raise BadRequestError("Missing required field(s): bc_id.")
    for name in ("advertiser_id", "advertiser_ids", "service_type"):
        if call[name]:
            raise BadRequestError(f"{name}: Not supported for report_type BC.")
    if call["bc_id"] != call.world.bc_id or call.grant.token not in call.world.bc_tokens:
        raise ApiError(40001, f"No permission to operate business center {call['bc_id']}.")


def list_accounts(world: World, filters: Iterable[Filter] = ()) -> Sequence[str]:
    """The ad accounts of the business center that pass all filters of ACCOUNT_FILTERS."""
    chosen = [item for item in filters if item.field in ACCOUNT_FILTERS]
    return [
        account.advertiser_id
        for account in world.accounts.values()
        if account.bc_id == world.bc_id and all(_passes(account, item) for item in chosen)
    ]


def _passes(account: Account, item: Filter) -> bool:
    value = ACCOUNT_FILTERS[item.field](account)
    return item.values[0].lower() in value.lower() if item.operator == "MATCH" else value in item.values
