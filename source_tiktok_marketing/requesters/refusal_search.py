"""Finds out what TikTok refuses of a request: first by the words of its message, then by asking for less and less."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

import requests

from source_tiktok_marketing.errors import NothingToMeasureError, RefusedRequestError
from source_tiktok_marketing.requesters.left_out import Report, add_search, note_unnamed
from source_tiktok_marketing.requesters.metric_search import MetricSearch
from source_tiktok_marketing.requesters.request_parameters import (
    METRIC_LISTS,
    Item,
    Parameter,
    find_named_items,
    is_unasked,
    list_items,
    list_parameters,
    read_words,
    split_tokens,
)

Ask = Callable[[set[Item]], requests.Response | None]


@dataclass
class RefusalSearch:
    """Finds what TikTok refuses of one request, and gets the answer to the rest.

    `ask` sends the request without some items. `out` are the items that are left out so far, `refusal` is the newest
    refusal. A message may mention words that are not refused ("reach needs spend"): what TikTok
    accepts is never left out.
    """

    ask: Ask
    ours: set[str]
    doubted: Sequence[str]
    report: Report
    owner: str
    refusal: RefusedRequestError
    out: set[Item]
    _answers: dict[frozenset[Item], requests.Response | None] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._known, self._told = set(self.out), [self.refusal]

    def answer(self) -> requests.Response | None:
        """TikTok's answer to the request without what it refuses. Raises the refusal if nothing helps."""
        found, unnamed = self._try_learned() or self._search_by_name(), False
        if found is None:
            found, unnamed = self._search_by_halves(), True
        self.report.leave_out(
            {item: self._find_reason(item) for item in found - self._known}, self.owner, unnamed=unnamed
        )
        return self._answers[frozenset(found)]

    def _is_accepted(self, items: Iterable[Item]) -> bool:
        """Whether TikTok accepts the request without some items."""
        left_out = frozenset(items)
        try:
            if left_out not in self._answers:
                self._answers[left_out] = self.ask(set(left_out))
        except RefusedRequestError as refusal:
            self.refusal = refusal
            self._told.append(refusal)
        except NothingToMeasureError:
            return False
        return left_out in self._answers

    def _try(self, items: Iterable[Item]) -> bool:
        """The same, if the search has a request left."""
        if not self.report.budget.is_left:
            return False
        self.report.budget.taken += 1
        return self._is_accepted(items)

    def _try_learned(self) -> set[Item] | None:
        """What other requests or other owners have shown to be refused, if it explains this refusal; otherwise None."""
        if learned := self.report.list_left_out(self.owner) - self.out:
            self.out |= learned
            if self._is_accepted(self.out):
                return self.out
        named = set(self._find_named()[0])
        suspected = self.report.list_suspected(self.owner) & list_items(list_parameters(self.refusal.response))
        suspected = suspected & named if named else suspected
        if not suspected:
            return None
        is_accepted = self._is_accepted if named else self._try
        return self.out | suspected if is_accepted(self.out | suspected) else None

    def _find_named(self) -> tuple[list[Item], set[Item]]:
        """The items that the newest refusal names and that are not left out yet, and the others of the same list."""
        response = self.refusal.response
        named, others = find_named_items(list_parameters(response), read_words(response), self.ours)
        return [each for each in named if each not in self.out], others

    def _search_by_name(self) -> set[Item] | None:
        """What is refused by TikTok's own words; None if these do not explain it."""
        while True:
            named, others = self._find_named()
            if not named:
                return None
            first = named[0]
            if self._is_accepted(self.out | {first}):
                return self.out | {first}
            if first[1] in split_tokens(self.refusal.response):
                return self._search_by_fixed_words(named, others)
            # The message changes with the request: it lists what is refused.
            self.out |= {first}
            if len(named) > 1:
                self.out |= set(named)
                if self._is_accepted(self.out):
                    return self.out

    def _search_by_fixed_words(self, named: list[Item], others: set[Item]) -> set[Item] | None:
        """What is refused if the message stays the same: some of the items it names, or all that it does not name."""
        if len(named) > 1 and self._try(self.out | set(named)):
            found, among, unknown = self._search_among(named, [])
            return self._confirm({*found, *among, *unknown}) or self.out | set(named)
        if len(others) <= len(named) and (listed := self._try_listed(named, others)):
            return listed
        self.out |= set(named)
        return None

    def _try_listed(self, named: list[Item], others: set[Item]) -> set[Item] | None:
        """What is refused if TikTok's message lists what it accepts."""
        if not others or not self._try(self.out | others):
            return None
        found, among, _ = self._search_among(sorted(others), named)
        return self._confirm({*found, *among}) or self.out | others

    def _confirm(self, found: Collection[Item]) -> set[Item] | None:
        return self.out | set(found) if found and self._is_accepted(self.out | set(found)) else None

    def _search_among(self, suspects: list[Item], good: list[Item]) -> list[list[Item]]:
        """What `MetricSearch.find_among` finds out about some values of one list."""
        (name, _), values = suspects[0], [value for _, value in suspects]
        accepts = self._accept_with(name, values)
        search = MetricSearch(self.ours, (), self.report.budget, accepts)
        told = search.find_among(values, [value for _, value in good])
        return [[(name, value) for value in each] for each in told]

    def _accept_with(self, name: str, values: Sequence[str]) -> Callable[[Sequence[str]], bool]:
        return lambda kept: self._is_accepted(self.out | {(name, each) for each in values if each not in kept})

    def _search_by_halves(self) -> set[Item]:
        """What is refused, found by asking for less; if the requests run out, all that is not known to be accepted.

        Raises the refusal if nothing may be left out, or nothing is accepted.
        """
        parameters, tokens = list_parameters(self.refusal.response), split_tokens(self.refusal.response)
        measured = next((each for name in METRIC_LISTS for each in parameters if each.name == name), None)
        if measured is None or self.ours.isdisjoint(measured.values) or not _may_be_about(measured, parameters, tokens):
            raise self.refusal
        if not self.ours.issuperset(tokens.intersection(measured.values)):  # what the user named himself
            raise self.refusal
        named, was_left = self.out - self._known, self.report.budget.is_left
        accepts = self._accept_with(measured.name, [each for each in measured.values if each in self.ours])
        search = MetricSearch(self.ours, self.doubted, self.report.budget, accepts)
        found = {(measured.name, value) for value in search.find_refused(measured.values)}
        if found:  # a metric that was named is only left out if that is not enough
            for items in [self.out - named | found] + ([self.out | found] if named else []):
                if self._is_accepted(items):
                    return items
        return self._find_largest() or self._leave_out_rest(measured, named, was_left=was_left)

    def _find_largest(self) -> set[Item] | None:
        """The fewest items that were left out of a request that TikTok accepted."""
        answers = self._answers.items()
        taken = [set(items) for items, response in answers if response is None or not is_unasked(response)]
        return min(taken, key=len, default=None)

    def _leave_out_rest(self, measured: Parameter, named: set[Item], *, was_left: bool) -> set[Item]:
        """All metrics that may be left out, if TikTok accepts that. Raises the first refusal otherwise."""
        optional = self._known | {(measured.name, value) for value in measured.values if value in self.ours}
        if named and was_left and self._is_accepted(optional):
            return optional
        raise add_search(self._told[0])

    def _find_reason(self, item: Item) -> str:
        """TikTok's words about an item; its first words if none name it."""
        about = next((each for each in self._told if item[1] in split_tokens(each.response)), None)
        return about.reason if about else note_unnamed(self._told[0].reason)


def _may_be_about(measured: Parameter, parameters: Iterable[Parameter], tokens: set[str]) -> bool:
    """Whether a refusal may be about the metrics: it says so, or it names nothing at all, or some of them."""
    return (
        measured.name in tokens
        or not tokens.isdisjoint(measured.values)
        or not any(each.is_named(tokens) for each in parameters)
    )
