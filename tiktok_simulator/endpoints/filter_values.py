"""Values of filters that reports and lists have in common."""

from __future__ import annotations

from collections.abc import Mapping

TOP_VIEW = "RESERVATION_TOP_VIEW"

NOT_COMBINED = (
    "The value 'RESERVATION_TOP_VIEW' cannot be combined with other enum values for this parameter"  # errors.md §4
)


def asks_for_optional(query: Mapping[str, str]) -> bool:
    """Whether a request filters for campaigns that TikTok may leave out: TopView, Reach & Frequency, Promote."""
    return any(word in query.get("filtering", "") for word in ("RESERVATION_", "PROMOTE"))
