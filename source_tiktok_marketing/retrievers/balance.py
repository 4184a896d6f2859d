"""Whether it takes fewer requests to ask first on which days ad accounts have anything, or to ask for all reports."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from threading import Lock

from source_tiktok_marketing.config.dates import MOST_DAYS

# A question has to save at least so many requests for an ad account without anything.
WORTH_A_QUESTION = 2
# The first questions may be in vain: one for so many requests that they could save, and no more than a few.
ONE_IN, MOST_AT_FIRST = 20, 5
# Later on, one for so many requests that were sent without a question: later ad accounts may differ from the first.
ONE_IN_LATER = 50


@dataclass
class Account:
    """What the questions of one kind cost and saved, in requests. `seen` are those that they were about."""

    spent: float = 0
    saved: float = 0
    seen: float = 0
    at_first: int = 0


class Balance:
    """Decides which questions are asked; all of them with `always`, as long as TikTok answers.

    A question costs one request, and saves those for all reports of an ad account that turns out to have nothing:

        five active ad accounts    one question, nothing saved
        one of them idle           one question, one request less for each report

    Questions are asked if there is enough to save, and as long as they save what they cost. `by_hour` has an entry for
    each report that a question may save: TikTok is asked once for each of its days, or once for thirty of them.
    """

    def __init__(self, by_hour: Collection[bool] = (), accounts: int = 0, *, always: bool = False) -> None:
        self._by_hour, self._accounts = by_hour, accounts
        self._always, self._failed = always, False
        self._kinds: dict[int, Account] = {}
        self._lock = Lock()

    def begin(self, accounts: int, days: range, left: int, most: int) -> bool:
        """Whether to ask for these days of so many ad accounts, of up to `most` days at once. If so, it is counted.

        There are `left` days to read of each ad account.
        """
        if self._always or self._failed:
            return not self._failed
        with self._lock:
            kind = self._kinds.setdefault(most, Account())
            kind.at_first = max(kind.at_first, min(MOST_AT_FIRST, int(self._accounts * self._count(left) / ONE_IN)))
            in_hand = kind.at_first + kind.saved + kind.seen / ONE_IN_LATER
            pays = self._count(len(days)) >= WORTH_A_QUESTION and kind.spent + 1 <= in_hand
            kind.spent += pays
            kind.seen += accounts * self._count(len(days)) if pays else 1
            return pays

    def note(self, most: int, days: range, active: Iterable[int], requests: int = 1) -> None:
        """Notes the answer to a question that took some requests: the days on which each ad account has something."""
        with self._lock:
            kind = self._kinds.setdefault(most, Account())
            kind.spent += requests - 1
            kind.saved += sum(self._count_saved(len(days), each.bit_count()) for each in active)

    def give_up(self) -> None:
        """Notes a question that failed. No other is asked, and the reports say themselves what is wrong."""
        self._failed = True

    def _count(self, days: int) -> float:
        return sum(days if by_hour else max(1, days / MOST_DAYS) for by_hour in self._by_hour)

    def _count_saved(self, days: int, active: int) -> float:
        """The requests that are saved if there is something on so many of the days. Reports by day need all of them."""
        return self._count(days) if not active else sum(self._by_hour) * (days - active)
