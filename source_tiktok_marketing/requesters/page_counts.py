"""Whether a list has another page: TikTok's counts, compared with the rows that came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from source_tiktok_marketing.requesters.pages import READ, ROWS
from source_tiktok_marketing.requesters.responses import Answer, read_count


@dataclass(frozen=True)
class Tally:
    """The counts of a list so far: the rows `read`, the `most` on one page, and whether the newest page was `short`.

    `total` and `pages` are TikTok's counts of rows and pages. A page without counts leaves them as they were.
    """

    read: int = 0
    most: int = 0
    short: bool = False
    total: int | None = None
    pages: int | None = None

    @property
    def lacking(self) -> int:
        """How many of the rows that TikTok counts did not come."""
        return max(0, (self.total or 0) - self.read)


def tally_page(before: Tally, answer: Answer) -> Tally:
    """The tally with one more page."""
    info, rows = _read_info(answer), count_rows(answer) or 0
    total, pages = read_count(info, "total_number"), read_count(info, "total_page")
    most = max(before.most, rows)
    short = rows < max(most, read_count(info, "page_size") or _read_size(answer))
    total, pages = before.total if total is None else total, before.pages if pages is None else pages
    return Tally(before.read + rows, most, short, total, pages)


def has_more(tally: Tally, answer: Answer, page: int) -> bool:
    """Whether to ask for another page.

    If TikTok's numbers contradict the rows, the rows are right. Another page is asked for if `total_page` counts it, or
    if rows are missing that `total_number` counts. If more rows came than it counts, it is wrong, and the list is read
    until a page is short or empty. So is a list without a count of pages.
    """
    rows, total, size = count_rows(answer), tally.total, read_count(_read_info(answer), "page_size")
    is_counted = page < (tally.pages or 0)
    if rows is None:  # records that are no list can't be counted
        return is_counted or (total or 0) > page * (size or total or 0)
    if not answer.get_parameter("page"):
        return is_counted or (total or 0) > tally.read >= (size or 0)
    if is_counted or not rows:
        return rows > 0
    if total is not None:
        return tally.read < total or (tally.read > total and rows >= tally.most)
    return not tally.pages and rows >= (size or _read_size(answer) or tally.most)


def count_rows(answer: Answer) -> int | None:
    """How many rows a page has; None if its records are no list."""
    data = answer.data
    if READ in data:
        return int(data[READ])
    named = [data[name] or [] for name in ROWS if name in data]
    lists = named or [value for value in data.values() if isinstance(value, list)]
    return max(map(len, lists)) if lists else None if data else 0


def _read_info(answer: Answer) -> Mapping[str, Any]:
    return answer.data.get("page_info") or {}


def _read_size(answer: Answer) -> int:
    size = answer.get_parameter("page_size")
    return int(size) if size.isdecimal() else 0
