"""A request TikTok refuses is asked again without what it refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from typing import Any

import requests
from airbyte_cdk.sources.declarative.requesters import HttpRequester
from airbyte_cdk.sources.types import StreamSlice

from source_tiktok_marketing.errors import NothingToAskError, RefusedRequestError
from source_tiktok_marketing.requesters.left_out import LeftOut, Report, after_a_search
from source_tiktok_marketing.requesters.metric_search import MetricSearch
from source_tiktok_marketing.requesters.request_parameters import (
    METRIC_LISTS,
    WIDENING,
    Item,
    Parameter,
    empty_page,
    named_items,
    parameters_of,
    tokens_of,
    without,
    words_of,
)


@dataclass
class LenientRequester:
    """Sends requests; one that TikTok refuses it sends again without what is refused.

    TikTok names what it refuses, or else all that it takes (`named_items`). Where it names nothing of a report, the
    metrics are halved until the refused one is known, the `doubted` ones first (`MetricSearch`). Only `ours` may be
    left out, what the connector asks for of its own accord: what the user `named` is an error. A question about
    nothing but what is refused has an empty page for an answer.

    What is left out is so in all later requests of the stream. `written` are parameters that stand in the manifest's
    request; its expressions find what is left out in `stream_slice.extra_fields.left_out`. `least` is what is measured
    where every metric is refused.
    """

    inner: HttpRequester
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    stream: str = ""
    ours: set[str] = field(default_factory=set)
    doubted: list[str] = field(default_factory=list)
    written: Any = None
    least: str = ""

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self.stream = self.stream or str(parameters.get("stream", ""))
        named, (first, *others) = set(parameters.get("named") or ()), parameters.get("sweeps") or [{}]
        # What the first sweep asks for is what the stream is about.
        self.ours = self.ours or words_of(parameters.get("metrics") or (), others) - words_of(first) - named
        self._left_out = LeftOut.of(self.config)

    def get_url(self, **where: Any) -> str:
        """The address of requests; the CDK wants it in two parts."""
        return self.inner.get_url(**where)

    def get_url_base(self, **where: Any) -> str:
        """The first part of the address."""
        return self.inner.get_url_base(**where)

    def send_request(self, **asked: Any) -> requests.Response | None:
        """TikTok's answer, perhaps to less than is asked. Raises RefusedRequestError where nothing may be left out."""
        report = self._left_out.of_stream(self.stream)
        known = set(report.left_out)
        try:
            return self._send(asked, known)
        except RefusedRequestError as refusal:
            if _page_of(asked) > 1:  # what was taken on the first page can't be refused on the next
                raise
            with report.lock:
                return self._reduced(asked, refusal, known, report)

    def _send(self, asked: Mapping[str, Any], items: set[Item]) -> requests.Response | None:
        try:
            return self.inner.send_request(**(self._less(asked, items) if items else asked))
        except NothingToAskError:
            return empty_page()

    def _reduced(
        self, asked: Mapping[str, Any], refusal: RefusedRequestError, known: set[Item], report: Report
    ) -> requests.Response | None:
        """The answer to less and less, until there is one.

        What a message names is taken for refused; where that is refused, too, for all that TikTok takes.
        """
        items, found = known, dict[Item, str]()
        other: set[Item] | None = None
        while True:
            named, others = named_items(parameters_of(refusal.response), tokens_of(refusal.response), self.ours)
            if learned := report.left_out.keys() - items:  # by another request meanwhile
                items = items | learned
            elif not named - items and other:
                items, found, other = known | other, dict.fromkeys(other, refusal.reason), set()
            else:
                refused = named - items or self._searched(asked, refusal, items, report)
                other = others if named and other is None else set()
                items, found = items | refused, found | dict.fromkeys(refused, refusal.reason)
            try:
                response = self._send(asked, items)
            except RefusedRequestError as again:
                refusal = again
                continue
            report.left_out |= found
            return response

    def _searched(
        self, asked: Mapping[str, Any], refusal: RefusedRequestError, items: set[Item], report: Report
    ) -> set[Item]:
        """What asking for less shows to be refused. Raises `refusal` where that is nothing."""
        parameters, tokens = parameters_of(refusal.response), tokens_of(refusal.response)
        measured = next((each for name in METRIC_LISTS for each in parameters if each.name == name), None)
        if measured is None or self.ours.isdisjoint(measured.values) or not _is_about(measured, parameters, tokens):
            raise refusal
        accepts = self._accepting(asked, items, measured)
        search = MetricSearch(self.ours, self.doubted, report.budget, accepts)
        if found := search.refused(measured.values):
            return {(measured.name, value) for value in found}
        raise after_a_search(refusal)

    def _accepting(
        self, asked: Mapping[str, Any], items: set[Item], measured: Parameter
    ) -> Callable[[Sequence[str]], bool]:
        def accepts(metrics: Sequence[str]) -> bool:
            try:
                self._send(asked, items | {(measured.name, each) for each in measured.values if each not in metrics})
            except RefusedRequestError:
                return False
            return True

        return accepts

    def _less(self, asked: Mapping[str, Any], items: set[Item]) -> dict[str, Any]:
        """The arguments of a request, less `items`. Raises NothingToAskError where they are what it is about."""
        without(self.written, items, self.least)
        less = {name: without(asked[name], items, self.least) if asked.get(name) else asked.get(name)
                for name in ("next_page_token", "request_params")}  # fmt: skip
        window = asked.get("stream_slice") or StreamSlice(partition={}, cursor_slice={})
        extra = {**window.extra_fields, "left_out": [name if value in WIDENING else value for name, value in items]}
        if "ask" in extra:
            extra["ask"] = without(extra["ask"], items, self.least)
        reduced = StreamSlice(partition=window.partition, cursor_slice=window.cursor_slice, extra_fields=extra)
        return {**asked, **less, "stream_slice": reduced}


def lenient(inner: Any, config: Mapping[str, Any], stream: str, ours: set[str], **more: Any) -> Any:
    """`inner`, asked again without what is refused of the words that are `ours`."""
    return LenientRequester(inner, config, {}, stream, ours, **more) if ours else inner


def _is_about(measured: Parameter, parameters: Iterable[Parameter], tokens: set[str]) -> bool:
    """Whether a refusal is about the metrics: it says so, or it names nothing at all, or all of them."""
    return (
        measured.name in tokens
        or tokens.issuperset(measured.values)
        or not any(each.is_named(tokens) for each in parameters)
    )


def _page_of(asked: Mapping[str, Any]) -> int:
    token = (asked.get("next_page_token") or {}).get("next_page_token") or {}
    return int((asked.get("request_params") or {}).get("page") or token.get("page") or 1)
