"""The endpoints of a TikTok account: how its token is renewed, and how its lists differ (hosts_auth.md §3).

A token is for one TikTok account and its `business/…` endpoints. A renewal gives new tokens, and the old refresh token
is no longer valid. This is stricter than the reference, which says that there may be another refresh token.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tiktok_simulator.endpoints.call import Answer, Call
from tiktok_simulator.endpoints.lists.listed import read_lists
from tiktok_simulator.endpoints.lists.tables import answer_list
from tiktok_simulator.protocol.wire import ApiError, BadRequestError

BUSINESS, RENEWAL = "/business/", "/tt_user/oauth2/refresh_token/"
KEPT = timedelta(days=60)


def renew_token(call: Call) -> Answer:
    """tt_user/oauth2/refresh_token: 40101 for a wrong app, 40107 for a wrong refresh token."""
    if call.world.apps.get(call["client_id"]) != call["client_secret"]:
        raise ApiError(40101, "client_id or client_secret is incorrect.")
    if call["refresh_token"] != call.world.tiktok_account.refresh_token:
        raise ApiError(40107, "The refresh token is incorrect.")
    return Answer(call.world.tiktok_account.renew(call.now))


def answer_account_list(path: str, call: Call) -> Answer:
    """The answer of one `business/…` endpoint: the rows at the cursor, with the fields of the request.

    Raises:
        ApiError: 40001 for a TikTok account that is not of the token, 40002 for days that are too long ago.
    """
    if call["business_id"] != call.world.tiktok_account.open_id:
        raise ApiError(40001, "No permission to operate this TikTok account.")
    yesterday = (call.now - timedelta(days=1)).date().isoformat()
    days = {name: yesterday for name in ("start_date", "end_date") if name in call.parameters and not call[name]}
    call = replace(call, parameters={**call.parameters, **days})
    if (call.parameters.get("start_date") or "9") < (call.now - KEPT).date().isoformat():
        raise BadRequestError(f"start_date: Must be within the last {KEPT.days} days.")
    records = read_lists()[path].records[0]
    data = dict(answer_list(path, call).data)
    rows, along = _cut_at_cursor(call, data[records])
    data[records] = rows
    # The documents do not say what a list without `fields` has if they name no default: here all of them.
    fields = call.parameters.get("fields")
    return Answer((_choose_fields(data, records, fields) if fields is not None else data) | along)


def _choose_fields(data: Mapping[str, Any], records: str, fields: Sequence[str]) -> dict[str, Any]:
    """`data` with these fields, in the records and beside them. A record of a day always has its date."""
    rows = [{name: value for name, value in row.items() if name in (*fields, "date")} for row in data[records]]
    beside = {name: value for name, value in data.items() if name in fields}
    known = {*data, *(name for row in data[records] for name in row)}
    if data[records] and (strange := set(fields) - known):
        raise BadRequestError(f"fields: Unknown field {', '.join(sorted(strange))}.")
    wanted = [row for row in rows if set(row) - {"date"}]
    return beside if data[records] and not wanted else {**beside, records: wanted}


def _cut_at_cursor(call: Call, rows: Sequence[Any]) -> tuple[Sequence[Any], dict[str, Any]]:
    """The rows of a list at the cursor, and the next cursor. It counts rows."""
    if "max_count" not in call.parameters:
        return rows, {}
    first, size = call["cursor"] or 0, call["max_count"]
    return rows[first : first + size], {"cursor": first + size, "has_more": first + size < len(rows)}
