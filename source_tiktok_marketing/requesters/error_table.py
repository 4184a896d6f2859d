"""The manifest's table of TikTok's codes, which says what to do for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from source_tiktok_marketing.requesters.responses import is_not_granted
from source_tiktok_marketing.sync import Shared

NO_ROW: Mapping[str, Any] = {"action": "FAIL", "remedy": "Please report it with this message."}


class ErrorTable(Shared):
    """The table that all error handlers of a sync share. The manifest gives it to one of them."""

    def __init__(self, config: Mapping[str, Any]) -> None:  # noqa: ARG002 - as `of` calls it
        self.rows: list[Mapping[str, Any]] = []

    def find_row(self, code: int, words: str = "") -> Mapping[str, Any]:
        """The first row with this code, or with a range around it; `NO_ROW` if there is none.

        TikTok has one code for an ad account and for an endpoint that is not granted. Only its `words` say which it is.
        """
        rows = (row for row in self.rows if not row.get("not_granted") or is_not_granted(words))
        return next((row for row in rows if _has_code(row, code)), NO_ROW)


def _has_code(row: Mapping[str, Any], code: int) -> bool:
    low, high = row.get("range", (1, 0))
    return code in row.get("codes", ()) or low <= code <= high
