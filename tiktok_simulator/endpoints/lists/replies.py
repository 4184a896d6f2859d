"""Comments and replies to them. One list has both; `comment_type` says which one a record is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

ABOUT_A_COMMENT = (
    "campaign_id", "campaign_name", "adgroup_id", "adgroup_name", "ad_id", "ad_name", "ad_text", "tiktok_item_id",
    "identity_id", "identity_type",
)  # fmt: skip


def make_replies(path: str, row: dict[str, Any], number: int, before: Sequence[Mapping[str, Any]]) -> None:
    """Makes every second comment of a day a reply to the comment before it, on the same ad."""
    if path != "/comment/list/":
        return
    replies = number % 2 == 1
    row["comment_type"] = "REPLY" if replies else "COMMENT"
    row["original_comment_id"] = before[-1]["comment_id"] if replies else None
    row.update({name: before[-1][name] for name in ABOUT_A_COMMENT} if replies else {})
