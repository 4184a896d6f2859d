"""Divides a page that TikTok can't give into ever smaller pieces, until only single rows are missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from source_tiktok_marketing.requesters.page_counts import Tally
from source_tiktok_marketing.requesters.responses import Answer, read_count

Token = dict[str, Any]
OF_PIECES = ("size", "pieces", "whole", "seen", "rows")


def is_piece(token: Mapping[str, Any], answer: Answer) -> bool:
    """Whether a page could not be read, or is a piece of one that could not."""
    return "whole" in token or answer.is_doubted


def go_on_after_piece(token: Mapping[str, Any], answer: Answer) -> tuple[Token, bool]:
    """The token after a piece, and whether there is more. After the last piece the list goes on with the next page.

        page 2 of 100 rows ✗ → page 3 of 50 rows ✗ → page 5 of 25 ✓, page 6 of 25 ✗ → … → page 4 of 50 ✓ → page 3 of 100

    The numbers of the rows that could not be read are kept in `unread`.
    """
    page, size = int(token["page"]), int(answer.get_parameter("page_size"))
    pieces, unread = list(token.get("pieces", ())), list(token.get("unread", ()))
    rows = read_count(answer.data.get("page_info") or {}, "total_number") or token.get("rows")
    if answer.is_doubted and size > 1:
        pieces = [*_list_pieces(page, size), *pieces]
    elif answer.is_doubted:
        unread.append(page)
    whole = token.get("whole") or (page, size)
    found = {**token, "unread": unread, "rows": rows, "whole": whole}
    left = [(number, of) for number, of in pieces if rows is None or (number - 1) * of < rows]
    if left:
        (page, size), *others = left
        return {**found, "page": page, "size": size, "pieces": others}, True
    page, size = whole
    behind = {name: value for name, value in found.items() if name not in OF_PIECES}
    read = Tally(page * size, size, total=rows)
    return {**behind, "page": page + 1, "tally": read}, rows is None or page * size < rows


def _list_pieces(page: int, size: int) -> list[tuple[int, int]]:
    """The pages of the next smaller size that cover one page."""
    pieces = next(number for number in range(2, size + 1) if size % number == 0)
    return [(each, size // pieces) for each in range((page - 1) * pieces + 1, page * pieces + 1)]
