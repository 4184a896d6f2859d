"""Answers that may be wrong, or about a part of the request only: how often they came, and when to believe them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from source_tiktok_marketing.requesters.responses import Answer
from source_tiktok_marketing.requesters.retry import Patience

# How often TikTok has to repeat an answer before it is believed: that a report is empty, if the answer does not have
# the usual form of an empty report, or that a refusal is about a part of what the request asks for.
TRIES = 3
# After so many such refusals without an answer between them, TikTok has an outage: a smaller request would not help.
MOST_IN_A_ROW = 20
DIVISIBLE = ("page_size", "advertiser_ids")


class Doubts:
    """Counts the doubtful answers to one stream's requests, by request, and by endpoint and ad account."""

    def __init__(self, codes: Sequence[int], patience: Patience) -> None:
        self._codes, self._patience = codes, patience
        self._answers: Counter[str] = Counter()
        self._in_a_row: Counter[tuple[str, str]] = Counter()

    def is_repeated(self, answer: Answer) -> bool:
        """Counts this answer to a request, and returns whether it came often enough to be believed."""
        self._answers[str(answer.request.url)] += 1
        return self._answers[str(answer.request.url)] >= TRIES

    def may_be_partial(self, code: int, answer: Answer, where: tuple[str, str]) -> bool:
        """Whether to ask for less after this refusal, because asking again was in vain and there is no outage."""
        if answer.is_doubted:
            return True
        if code not in self._codes or not any(answer.get_parameter(name) for name in DIVISIBLE):
            return False
        out_of_order = self._in_a_row[where] >= MOST_IN_A_ROW or self._patience.has_lost(where[0])
        if out_of_order or not self.is_repeated(answer):
            return False
        self._in_a_row[where] += 1
        answer.is_doubted = True
        return True

    def note_answer(self, where: tuple[str, str]) -> None:
        """Notes that TikTok has answered there."""
        self._in_a_row.pop(where, None)
