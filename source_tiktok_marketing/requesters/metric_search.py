"""Finds out which metrics of a report TikTok refuses if its message does not say: by halving them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

# How many extra requests a report may take in one sync. The last one asks for the report without what is refused.
MOST_REQUESTS = 8
# If it is only known that one of some metrics is refused, all of them are left out, but no more than a tenth of all.
FEW = 10


@dataclass
class SearchBudget:
    """Counts the requests that the search for one report has taken in this sync."""

    taken: int = 0

    @property
    def is_left(self) -> bool:
        """Whether there is a request left to search with, besides the last one."""
        return self.taken < MOST_REQUESTS - 1

    def take_last(self) -> bool:
        """Takes the last request. False if it was taken before."""
        self.taken += 1
        return self.taken <= MOST_REQUESTS


@dataclass
class MetricSearch:
    """Finds the refused ones among some metrics. Only `ours` may be left out; the `doubted` ones are suspected first.

    `accepts` asks TikTok for some of the metrics, and returns whether it answers.
    """

    ours: set[str]
    doubted: Sequence[str]
    budget: SearchBudget
    accepts: Callable[[Sequence[str]], bool]

    def find_refused(self, metrics: Sequence[str]) -> list[str]:
        """The metrics to leave out; empty if they can't be found.

        If TikTok accepts the report without the doubted metrics, those are left out that it is not known to accept.
        """
        doubted = [each for each in metrics if each in self.doubted and each in self.ours]
        sure = [each for each in metrics if each not in doubted]
        if doubted and sure and self.budget.is_left and self._ask(sure):
            found, among, unknown = self.find_among(doubted, sure)
            found += among + unknown
        else:
            own = [each for each in metrics if each not in self.ours]
            found, among, _ = self.find_among([each for each in metrics if each in self.ours], own)
            found += among if self._is_small(among, metrics) else []
        return found if self.budget.take_last() else []

    @staticmethod
    def _is_small(among: Sequence[str], metrics: Sequence[str]) -> bool:
        """Whether the metrics of which one is refused are so few that all may be left out."""
        return len(among) * FEW <= len(metrics)

    def find_among(self, suspects: list[str], good: list[str]) -> tuple[list[str], list[str], list[str]]:
        """Three lists: the refused suspects; some of which one is refused; those that nothing is known about.

        `good` are metrics that TikTok accepts.
        """
        refused: list[str] = []
        while suspects:
            accepted, left = self._halve(suspects, good)
            good, suspects = [*good, *accepted], [each for each in suspects if each not in [*accepted, *left]]
            if len(left) > 1:
                return refused, left, suspects
            refused += left
            if not suspects or not self.budget.is_left:
                # If one was found, the others count as accepted until the last request shows otherwise.
                return refused, [], suspects if len(refused) > 1 else []
            if self._ask([*good, *suspects]):
                return refused, [], []
        return refused, [], []

    def _halve(self, suspects: list[str], good: list[str]) -> tuple[list[str], list[str]]:
        """Two lists: the suspects that TikTok accepts, and the refused one; if requests run out, those it is among."""
        accepted: list[str] = []
        while len(suspects) > 1 and self.budget.is_left:
            first, second = suspects[: len(suspects) // 2], suspects[len(suspects) // 2 :]
            if self._ask([*good, *accepted, *first]):
                accepted, suspects = [*accepted, *first], second
            else:
                suspects = first
        return accepted, suspects

    def _ask(self, metrics: Sequence[str]) -> bool:
        self.budget.taken += 1
        return self.accepts(metrics)
