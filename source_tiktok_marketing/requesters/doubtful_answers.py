"""Answers that may be wrong about the whole of what was asked for: how often they came, and what to make of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from source_tiktok_marketing.requesters.responses import Answer
from source_tiktok_marketing.requesters.retry import Patience

# So often before a report is believed to have nothing, where TikTok writes empty reports in another way, and before a
# refusal is taken to be about a part of what is asked for.
TRIES = 3
# So many of those without an answer between are no matter of a part: TikTok is out of order.
MOST_IN_A_ROW = 20
DIVISIBLE = ("page_size", "advertiser_ids")


class Doubts:
    """What one stream's requests have met with, by request and by endpoint and ad account."""

    def __init__(self, codes: Sequence[int], patience: Patience) -> None:
        self._codes, self._patience = codes, patience
        self._answers: Counter[str] = Counter()
        self._in_a_row: Counter[tuple[str, str]] = Counter()

    def stays_so(self, answer: Answer) -> bool:
        """Whether a request has had this answer often enough."""
        self._answers[str(answer.request.url)] += 1
        return self._answers[str(answer.request.url)] >= TRIES

    def may_be_of_a_part(self, code: int, answer: Answer, where: tuple[str, str]) -> bool:
        """Whether less is to be asked for after this refusal: asking again was in vain, and there is no outage."""
        if answer.is_doubted:
            return True
        if code not in self._codes or not any(answer.asked(name) for name in DIVISIBLE):
            return False
        out_of_order = self._in_a_row[where] >= MOST_IN_A_ROW or self._patience.has_lost(where[0])
        if out_of_order or not self.stays_so(answer):
            return False
        self._in_a_row[where] += 1
        answer.is_doubted = True
        return True

    def answered(self, where: tuple[str, str]) -> None:
        """Takes note of an answer."""
        self._in_a_row.pop(where, None)
