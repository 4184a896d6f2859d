"""Requests that only ask on which days, or for which ad accounts, a report has rows: one page each."""

from __future__ import annotations

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


def read_rows_by_day(
    requester: HttpRequester, parameters: Mapping[str, str], days: range
) -> list[tuple[Mapping[str, Any], int]] | None:
    """The dimensions of each row of a report by day, and its day; None if TikTok does not give them all in one page."""
    if (found := read_page(requester, parameters, days)) is None:
        return None
    return [(row["dimensions"], read_day(row)) for row in found]


def read_day(row: Mapping[str, Any]) -> int:
    """The number of the day of a row by day."""
    return number_day(str(CASTERS["date"](str(row["dimensions"]["stat_time_day"]))))


def read_page(requester: HttpRequester, parameters: Mapping[str, str], days: range) -> list[Mapping[str, Any]] | None:
    """The rows of a report about some days; None if TikTok does not give them all in one page."""
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
    return list(answer.data.get("list") or ())


def number_day(day: str) -> int:
    """The number of a day, counted from `BEGINNING`: the position of its bit in a set of days."""
    return max(0, date.fromisoformat(day).toordinal() - BEGINNING)


def _write_day(number: int) -> str:
    return (date.fromordinal(BEGINNING) + timedelta(number)).isoformat()
