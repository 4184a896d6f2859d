"""Which metrics of a report TikTok refuses, where it does not say: they are halved until that is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

# So many requests more than usual a report may take in one sync until it is known; the last asks without the refused.
MOST_REQUESTS = 8
# A refused metric is left out together with others where it is one of so small a part of all.
FEW = 10


@dataclass
class SearchBudget:
    """How many requests the search of one report has taken in this sync."""

    taken: int = 0

    @property
    def is_left(self) -> bool:
        """Whether there is one more to search with, besides the last one."""
        return self.taken < MOST_REQUESTS - 1

    def take_last(self) -> bool:
        """Takes the last request; whether there was one."""
        self.taken += 1
        return self.taken <= MOST_REQUESTS


@dataclass
class MetricSearch:
    """Finds the refused among some metrics, of which the `doubted` ones come first and those `ours` may be refused.

    `accepts` asks TikTok for some of them and tells whether it answers.
    """

    ours: set[str]
    doubted: Sequence[str]
    budget: SearchBudget
    accepts: Callable[[Sequence[str]], bool]

    def refused(self, metrics: Sequence[str]) -> list[str]:
        """What to leave out of `metrics`; empty where it can't be found out.

        Where the report is taken without those that are doubted, all of them that are not known to be taken.
        """
        doubted = [each for each in metrics if each in self.doubted and each in self.ours]
        sure = [each for each in metrics if each not in doubted]
        if doubted and sure and self.budget.is_left and self._ask(sure):
            found, among, unknown = self.among(doubted, sure)
            found += among + unknown
        else:
            own = [each for each in metrics if each not in self.ours]
            found, among, _ = self.among([each for each in metrics if each in self.ours], own)
            found += among if self._is_small(among, metrics) else []
        return found if self.budget.take_last() else []

    @staticmethod
    def _is_small(among: Sequence[str], metrics: Sequence[str]) -> bool:
        """Whether a refused metric is known to be one of a few."""
        return len(among) * FEW <= len(metrics)

    def among(self, suspects: list[str], good: list[str]) -> tuple[list[str], list[str], list[str]]:
        """The refused ones among the suspects, some of which one is refused, and those nothing is known about.

        `good` are taken without the suspects.
        """
        refused: list[str] = []
        while suspects:
            accepted, left = self._halve(suspects, good)
            good, suspects = [*good, *accepted], [each for each in suspects if each not in [*accepted, *left]]
            if len(left) > 1:
                return refused, left, suspects
            refused += left
            if not suspects or not self.budget.is_left:
                # Of one that was found the others are innocent until the last request says otherwise.
                return refused, [], suspects if len(refused) > 1 else []
            if self._ask([*good, *suspects]):
                return refused, [], []
        return refused, [], []

    def _halve(self, suspects: list[str], good: list[str]) -> tuple[list[str], list[str]]:
        """Those of the suspects that are taken, and the refused one, or those it is among when the requests end."""
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
