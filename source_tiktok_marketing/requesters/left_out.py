"""What TikTok refused in one sync, and is left out of the requests after."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import requests

from source_tiktok_marketing.errors import RefusedRequestError
from source_tiktok_marketing.per_sync import OnePerSync
from source_tiktok_marketing.requesters.metric_search import MOST_REQUESTS, Budget
from source_tiktok_marketing.requesters.request_parameters import Item, names_nothing
from source_tiktok_marketing.requesters.responses import body_of
from source_tiktok_marketing.text import plain

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")

NAMED, LONGEST_REASON = 8, 200
_TOLD = "_tiktok_told"


def reason_of(response: requests.Response) -> str:
    """TikTok's own words about a refusal, bounded, with its code."""
    body = body_of(response)
    return f"{plain(body.get('message') or 'no reason given', LONGEST_REASON).rstrip('.')}, code {body.get('code')}"


def after_a_search(refusal: RefusedRequestError) -> RefusedRequestError:
    """The same refusal, where it was searched in vain for what is refused."""
    told = f"{refusal.message} Whether a metric is meant was not found out in {MOST_REQUESTS} requests."
    return RefusedRequestError(refusal.response, refusal.reason, told, refusal.failure_type)


@dataclass
class Report:
    """What one stream leaves out in this sync, each item with TikTok's words."""

    left_out: dict[Item, str] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    lock: Lock = field(default_factory=Lock)


class LeftOut(OnePerSync):
    """What TikTok refused in this sync, by stream."""

    def __init__(self, config: Mapping[str, Any]) -> None:  # noqa: ARG002 - as `of` calls it
        self._reports: defaultdict[str, Report] = defaultdict(Report)
        self._lock = Lock()
        self._lasting: set[tuple[str, str]] = set()
        self._times: Counter[int] = Counter()

    def may_pass(self, refused: requests.Response, tries: int) -> bool:
        """Whether a refusal that names nothing of the request was not told often enough to be believed."""
        refusal = (str(urlsplit(refused.request.url or "").path), str(body_of(refused).get("message"))[:LONGEST_REASON])
        if not names_nothing(refused) or refusal in self._lasting:
            return False
        request = hash((refused.request.url, refused.request.body))
        if not hasattr(refused, _TOLD):  # it is asked about twice
            setattr(refused, _TOLD, True)
            self._times[request] += 1
        if self._times[request] < tries:
            return True
        self._lasting.add(refusal)
        return False

    def of_stream(self, stream: str) -> Report:
        """What is known of one stream."""
        with self._lock:
            return self._reports[stream]

    def report(self) -> None:
        """Logs one line about everything that was left out, and forgets it."""
        streams: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for stream, report in sorted(self._reports.items()):
            for reason in dict.fromkeys(report.left_out.values()):
                items = [item for item, words in report.left_out.items() if words == reason]
                streams[_listed(items), reason].append(stream)
        self._reports.clear()
        if streams:
            parts = [f"{what} of {_several(names)} (TikTok: {words})" for (what, words), names in streams.items()]
            LOGGER.warning(
                f"TikTok refused a part of what was asked for; all else was read. Left out: {_several(parts, '; ')}. A "
                "metric that was left out is null, and there are no rows of a kind that was left out."
            )


def _listed(items: Sequence[Item]) -> str:
    by_name: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in items:
        by_name[name].append(value)
    return ", ".join(f"{name} {_several(values)}" for name, values in by_name.items())


def _several(names: Sequence[str], separator: str = ", ") -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return separator.join(names[:NAMED]) + more
