"""Sends a request that TikTok refused again, without the part it refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from functools import partial
from typing import Any

import requests
from airbyte_cdk import FailureType
from airbyte_cdk.sources.declarative.requesters import HttpRequester
from airbyte_cdk.sources.types import StreamSlice

from source_tiktok_marketing.errors import NothingToAskError, RefusedRequestError
from source_tiktok_marketing.requesters.left_out import TAKEN_BY, LeftOut, Report
from source_tiktok_marketing.requesters.refusal_search import RefusalSearch
from source_tiktok_marketing.requesters.request_parameters import (
    WIDENING,
    Item,
    is_unasked,
    leave_out,
    list_items,
    list_parameters,
    list_words,
    make_empty_page,
    split_tokens,
)
from source_tiktok_marketing.requesters.responses import Answer, read_answer
from source_tiktok_marketing.schema.owners import CALLED
from source_tiktok_marketing.sync import PREPARED, TITLES

# The metric to ask for if every other is refused, as TikTok wants at least one.
LEAST = "spend"
OWNER_NAMES = {name: CALLED[name] for name in ("advertiser_id", "bc_id")}
# Parameters that differ between the requests for one report.
OF_A_REQUEST = {"page", "page_size", "start_date", "end_date", *OWNER_NAMES}
CUSTOM_REPORT = "the custom report"


@dataclass
class LenientRequester:
    """Sends requests. One that TikTok refuses is sent again without the part that is refused.

    A `RefusalSearch` finds out which part that is; of a report it tries the `doubted` metrics first. Only `ours` may be
    left out, the values that the connector asks for of its own accord. If TikTok refuses what the user `named` in a
    `place`, that is an error. A request of which nothing is left is not sent; its answer is an empty page.

    Later requests of the stream about the same ad account leave the same values out, and in the end those about any ad
    account (`left_out.Report`). What is refused in a request about one kind of campaigns is left out for that kind.
    `written` are parameters that stand in the manifest's request; its expressions find what to leave out in
    `stream_slice.extra_fields.left_out`. `least` is the metric to ask for if every other is refused.
    """

    inner: HttpRequester
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    stream: str = ""
    ours: set[str] = field(default_factory=set)
    doubted: list[str] = field(default_factory=list)
    written: Any = None
    least: str = ""
    named: set[str] = field(default_factory=set)
    place: str = CUSTOM_REPORT

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self.stream = self.stream or str(parameters.get("stream", ""))
        first, *others = parameters.get("sweeps") or [{}]
        self.named = set(self.named)  # the CDK gives a list
        # The stream is about what the first sweep asks for, so that nothing of it may be left out.
        self.ours = self.ours or list_words(parameters.get("metrics") or (), others) - list_words(first) - self.named
        self._left_out = LeftOut.of(self.config)
        self._taken: defaultdict[int, set[str]] = defaultdict(set)

    def get_url(self, **where: Any) -> str:
        """The address of the requests. The CDK asks for it in two parts."""
        return self.inner.get_url(**where)

    def get_url_base(self, **where: Any) -> str:
        """The first part of the address."""
        return self.inner.get_url_base(**where)

    def send_request(self, **asked: Any) -> requests.Response | None:
        """TikTok's answer, perhaps to a part of the request. Raises RefusedRequestError if nothing may be left out."""
        try:
            return self._answer(asked)
        except RefusedRequestError as refusal:
            raise self._tell(refusal) from refusal

    def _answer(self, asked: Mapping[str, Any]) -> requests.Response | None:
        kind, owner = _name_kind(asked), _name_owner(asked)
        report = self._left_out.get_report(self.stream, kind)
        known = self._left_out.list_left_out(self.stream, kind, owner)
        try:
            response = self._send(asked, known)
        except RefusedRequestError as refusal:
            if _read_page(asked) > 1:  # what was accepted on the first page can't be the reason on a later one
                raise
            with report.lock:
                ask = partial(self._send, asked)
                return RefusalSearch(ask, self.ours, self.doubted, report, owner, refusal, known).answer()
        if response is not None and not is_unasked(response):
            self._note_taken(read_answer(response), report, owner)
        return response

    def _note_taken(self, answer: Answer, report: Report, owner: str) -> None:
        """Notes what TikTok accepted: once per report for each of two owners, and again after each new refusal."""
        refusals = sum(map(len, list(report.refused.values())))
        asked = (each for each in answer.parameters.items() if each[0] not in OF_A_REQUEST)
        owners = self._taken[hash((refusals, *asked))]
        if answer.code == 0 and len(owners) < TAKEN_BY and owner not in owners:
            owners.add(owner)
            report.take(owner, (item for item in list_items(list_parameters(answer)) if item[1] in self.ours))

    def _send(self, asked: Mapping[str, Any], items: set[Item]) -> requests.Response | None:
        try:
            return self.inner.send_request(**(self._ask_less(asked, items) if items else asked))
        except NothingToAskError:
            return make_empty_page()

    def _tell(self, refusal: RefusedRequestError) -> RefusedRequestError:
        """The same refusal. If it is about what the user `named`, its remedy says what to take out where."""
        tokens, remedy = split_tokens(refusal.response), ""
        titles = self.config[PREPARED][TITLES] if self.place == CUSTOM_REPORT else {}
        for each in list_parameters(refusal.response):
            title = f"{titles.get(each.name, 'Parameters')} of {self.place} {self.stream}"
            named = each.values if each.name in self.named else self.named.intersection(each.values)
            blamed = sorted(value for value in named if each.is_value_named(value, tokens))
            if blamed:
                remedy = f"Take {', '.join(blamed)} out of {title}."
            elif named and each.name in tokens:
                remedy = remedy or f"Take what TikTok does not accept out of {title}."
        return refusal.replace_remedy(remedy, FailureType.config_error) if remedy else refusal

    def _ask_less(self, asked: Mapping[str, Any], items: set[Item]) -> dict[str, Any]:
        """The arguments of a request, less `items`. Raises NothingToAskError if nothing is left of it."""
        leave_out(self.written, items, self.least)
        less = {name: leave_out(asked[name], items, self.least) if asked.get(name) else asked.get(name)
                for name in ("next_page_token", "request_params")}  # fmt: skip
        window = asked.get("stream_slice") or StreamSlice(partition={}, cursor_slice={})
        extra = {**window.extra_fields, "left_out": [name if value in WIDENING else value for name, value in items]}
        if "ask" in extra:
            extra["ask"] = leave_out(extra["ask"], items, self.least)
        reduced = StreamSlice(partition=window.partition, cursor_slice=window.cursor_slice, extra_fields=extra)
        return {**asked, **less, "stream_slice": reduced}


def make_lenient(inner: Any, config: Mapping[str, Any], stream: str, ours: set[str], **more: Any) -> Any:
    """A LenientRequester around `inner`, or `inner` itself if there is nothing to leave out or to name."""
    return LenientRequester(inner, config, {}, stream, ours, **more) if ours or more.get("named") else inner


def make_lenient_report(
    inner: Any, config: Mapping[str, Any], stream: str, metrics: list[str], parameters: Mapping[str, Any]
) -> Any:
    """The same for a report, which may be asked for without some of its metrics and filters."""
    named = set(parameters.get("named") or ())  # by the user
    filters = parameters.get("filters") or ()
    ours = list_words(metrics, [each for each in filters if each["field_name"] not in named]) - named
    doubted = parameters.get("doubted") or []
    return make_lenient(inner, config, stream, ours, doubted=doubted, written=filters or None, least=LEAST, named=named)


def _name_owner(asked: Mapping[str, Any]) -> str:
    """Whom a request is about, in words; `""` if it is about nobody."""
    window = asked.get("stream_slice") or StreamSlice(partition={}, cursor_slice={})
    given = {**window.extra_fields.get("ask", {}), **(asked.get("request_params") or {}), **window.partition}
    return next((f"{what} {given[name]}" for name, what in OWNER_NAMES.items() if given.get(name)), "")


def _name_kind(asked: Mapping[str, Any]) -> str:
    """The kind of campaigns that a request is about; `""` if it is about all."""
    window = asked.get("stream_slice")
    return str(window.extra_fields.get("kind", "")) if window else ""


def _read_page(asked: Mapping[str, Any]) -> int:
    token = (asked.get("next_page_token") or {}).get("next_page_token") or {}
    return int((asked.get("request_params") or {}).get("page") or token.get("page") or 1)
