"""Requests that only ask on which days, or for which ad accounts, a report has rows: one page each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from airbyte_cdk.sources.declarative.requesters import HttpRequester

from source_tiktok_marketing.requesters.cut_answers import is_cut
from source_tiktok_marketing.requesters.page_counts import Tally, has_more, tally_page
from source_tiktok_marketing.requesters.responses import read_answer
from source_tiktok_marketing.schema.casting import CASTERS

# TikTok had no ads before; days are counted from here.
BEGINNING = date(2000, 1, 1).toordinal()


def read_day(row: Mapping[str, Any]) -> int:
    """The number of the day of a row by day."""
    return number_day(str(CASTERS["date"](str(row["dimensions"]["stat_time_day"]))))


def read_page(requester: HttpRequester, parameters: Mapping[str, str], days: range) -> list[Mapping[str, Any]] | None:
    """The rows of a report about some days; None if TikTok does not give them all in one page.

    An answer without a list, or with a row of another day or ad account, is no answer: nothing may be concluded from
    what is missing in it.
    """
    asked = {**parameters, "start_date": _write_day(days[0]), "end_date": _write_day(days[-1])}
    response = requester.send_request(request_params=asked)
    if response is None:
        return None
    answer = read_answer(response)
    if answer.code != 0 or is_cut(answer):
        return None
    tally = tally_page(Tally(), answer)
    if has_more(tally, answer, page=1) or tally.lacking:
        return None
    rows, accounts = answer.data.get("list"), _list_accounts(parameters)
    is_whole = isinstance(rows, list) and all(_is_asked_for(row, accounts, days) for row in rows)
    return rows if is_whole else None


def find_owner(row: Mapping[str, Any]) -> str:
    """The ad account of a row of a report about several; `""` if TikTok does not name it."""
    named = (row["dimensions"].get("advertiser_id"), (row.get("metrics") or {}).get("advertiser_id"))
    return next((str(each) for each in named if each), "")


def number_day(day: str) -> int:
    """The number of a day, counted from `BEGINNING`: the position of its bit in a set of days."""
    return max(0, date.fromisoformat(day).toordinal() - BEGINNING)


def _list_accounts(parameters: Mapping[str, str]) -> list[str]:
    return list(json.loads(parameters.get("advertiser_ids", "[]"))) or [parameters["advertiser_id"]]


def _is_asked_for(row: Mapping[str, Any], accounts: list[str], days: range) -> bool:
    try:
        owner, day = find_owner(row), row["dimensions"].get("stat_time_day")
        return (not owner or owner in accounts) and (not day or read_day(row) in days)
    except (AttributeError, KeyError, TypeError, ValueError):
        return False


def _write_day(number: int) -> str:
    return (date.fromordinal(BEGINNING) + timedelta(number)).isoformat()
