"""What TikTok refused in one sync, and what later requests therefore leave out."""

from __future__ import annotations

import logging
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import requests
from airbyte_cdk import FailureType
from typing_extensions import override

from source_tiktok_marketing.errors import RefusedRequestError
from source_tiktok_marketing.requesters.metric_search import MOST_REQUESTS, SearchBudget
from source_tiktok_marketing.requesters.request_parameters import Item, is_vague
from source_tiktok_marketing.requesters.responses import read_answer
from source_tiktok_marketing.sync import Shared
from source_tiktok_marketing.text import join_some, quote_tiktok

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")

NAMED, LONGEST_REASON = 8, 200
# How many owners TikTok has to refuse an item for before it is left out for all.
ENOUGH = 3
# How many owners are noted for each accepted item, as TikTok may refuse it for one of them later.
TAKEN_BY = 2
# Words with a digit are ids or numbers, which differ from message to message.
COUNTED = re.compile(r"\w*\d[\w-]*")


def read_reason(response: requests.Response) -> str:
    """TikTok's own words about a refusal, cut to a length, with its code."""
    answer = read_answer(response)
    return f"{quote_tiktok(answer.body, LONGEST_REASON)}, code {answer.code}"


def add_search(refusal: RefusedRequestError) -> RefusedRequestError:
    """The same refusal, saying that a search for the refused metric was in vain."""
    unknown = f"Whether a metric is meant was not found out in {MOST_REQUESTS} requests."
    return refusal.replace_remedy(f"{refusal.remedy} {unknown}", refusal.failure_type or FailureType.system_error)


def note_unnamed(reason: str) -> str:
    """TikTok's words about an item that they do not name."""
    return f"{reason}, which does not name it"


@dataclass
class Report:
    """What one stream leaves out in this sync: each item with TikTok's words, by the owner it was refused for.

    An owner is an ad account or a business centre, or `""` if the request is about neither. An item that is refused for
    one owner is still requested for the next. It is left out for all once it was refused for `ENOUGH` owners and
    accepted for none. Items that TikTok did not name (`unnamed`) are requested for other owners only as long as the
    search has requests left.
    """

    refused: dict[Item, dict[str, str]] = field(default_factory=dict)
    taken: dict[Item, tuple[str, ...]] = field(default_factory=dict)
    unnamed: set[Item] = field(default_factory=set)
    unasked: set[Item] = field(default_factory=set)
    budget: SearchBudget = field(default_factory=SearchBudget)
    lock: Lock = field(default_factory=Lock)

    def list_left_out(self, owner: str) -> set[Item]:
        """The items that are left out for one owner."""
        found = {item for item, words in list(self.refused.items()) if owner in words or self._is_of_all(item, words)}
        self.unasked |= {item for item in found if owner not in self.refused[item]}
        return found

    def list_suspected(self, owner: str) -> set[Item]:
        """The items that were refused for other owners, and may be accepted for this one."""
        return self.refused.keys() - self.list_left_out(owner)

    def leave_out(self, reasons: Mapping[Item, str], owner: str, *, unnamed: bool = False) -> None:
        """Leaves items out for one owner from now on."""
        self.unnamed |= reasons.keys() if unnamed else set()
        for item, reason in reasons.items():
            self.refused[item] = {**self.refused.get(item, {}), owner: reason}

    def take(self, owner: str, items: Iterable[Item]) -> None:
        """Notes which items were accepted for one owner, so that another's refusal does not count for all."""
        for item in items:
            owners = tuple(each for each in self.taken.get(item, ()) if each not in self.refused.get(item, ()))
            if len(owners) < TAKEN_BY and owner not in owners:
                self.taken[item] = (*owners, owner)

    def _is_of_all(self, item: Item, words: Mapping[str, str]) -> bool:
        enough = len(words) >= ENOUGH or (item in self.unnamed and not self.budget.is_left)
        return "" in words or (enough and not self._is_taken(item))

    def _is_taken(self, item: Item) -> bool:
        return any(owner not in self.refused[item] for owner in self.taken.get(item, ()))

    def list_refusals(self) -> Iterator[tuple[Item, str, str]]:
        """Each item with TikTok's words, and for whom it is left out if not for all."""
        for item, words in self.refused.items():
            yield item, next(iter(words.values())), self._name_whom(item, sorted(words.keys() - {""}))

    def _name_whom(self, item: Item, owners: Sequence[str]) -> str:
        if self._is_taken(item):
            return f" for {join_some(owners, NAMED)} alone"
        if item in self.unasked and 0 < len(owners) < ENOUGH:
            return f" (refused for {join_some(owners, NAMED)}; the others were not asked)"
        return ""


class LeftOut(Shared):
    """What TikTok refused in this sync, by stream."""

    def __init__(self, config: Mapping[str, Any]) -> None:  # noqa: ARG002 - as `of` calls it
        self._reports: defaultdict[str, Report] = defaultdict(Report)
        self._lock = Lock()
        self._lasting: set[tuple[str, str]] = set()
        self._times: Counter[int] = Counter()

    def may_pass(self, refused: requests.Response, tries: int) -> bool:
        """Whether a refusal may pass: it names nothing in the request, and was not repeated often enough."""
        words = COUNTED.sub("", read_answer(refused).message[:LONGEST_REASON])
        refusal = (str(urlsplit(refused.request.url or "").path), words)
        if not is_vague(refused) or refusal in self._lasting:
            return False
        request = hash((refused.request.url, refused.request.body))
        self._times[request] += 1
        if self._times[request] < tries:
            return True
        self._lasting.add(refusal)
        return False

    def get_report(self, stream: str, kind: str = "") -> Report:
        """The report on one stream, or on its requests about one `kind` only (`EveryBuyingType`)."""
        with self._lock:
            return self._reports[f"{kind} in {stream}" if kind else stream]

    def list_left_out(self, stream: str, kind: str, owner: str) -> set[Item]:
        """What is left out of a request about one kind, or about none in particular."""
        return self.get_report(stream).list_left_out(owner) | (
            self.get_report(stream, kind).list_left_out(owner) if kind else set()
        )

    @override
    def close(self) -> None:
        """Logs one line about everything that was left out, then forgets it."""
        streams: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
        for stream, report in sorted(self._reports.items()):
            alike: defaultdict[tuple[str, str], list[Item]] = defaultdict(list)
            for item, *told in report.list_refusals():
                alike[told[0], told[1]].append(item)
            for (reason, whom), items in alike.items():
                streams[_list_items(items), reason, whom].append(stream)
        self._reports.clear()
        if streams:
            lines = [f"{what} of {join_some(names, NAMED)}{whom} (TikTok: {words})"
                     for (what, words, whom), names in streams.items()]  # fmt: skip
            LOGGER.warning(
                "TikTok refused a part of what was asked for; all else was read. Left out: "
                f"{join_some(lines, NAMED, '; ')}. A metric that was left out is null, and there are no rows of a kind "
                "that was left out."
            )


def _list_items(items: Sequence[Item]) -> str:
    by_name: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in items:
        by_name[name].append(value)
    return ", ".join(f"{name} {join_some(values, NAMED)}" for name, values in by_name.items())
