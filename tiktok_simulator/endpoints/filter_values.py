"""Values of filters that reports and lists share."""

from __future__ import annotations

TOP_VIEW = "RESERVATION_TOP_VIEW"

NOT_COMBINED = (
    "The value 'RESERVATION_TOP_VIEW' cannot be combined with other enum values for this parameter"  # errors.md §4
)
