"""Looks up the ids that go into requests: of business centres, catalogues, shops and the like."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from threading import RLock
from typing import Any

import orjson
from airbyte_cdk.sources.declarative.requesters import HttpRequester
from airbyte_cdk.sources.types import StreamSlice

from source_tiktok_marketing.errors import RefusedError
from source_tiktok_marketing.extractors.paths import walk_to
from source_tiktok_marketing.requesters.paginator import TiktokPages
from source_tiktok_marketing.requesters.permissions import find_refusal
from source_tiktok_marketing.requesters.request_parameters import fill_in, is_unasked
from source_tiktok_marketing.requesters.responses import read_answer
from source_tiktok_marketing.sync import Shared

Owners = Mapping[str, str]
Parents = list[Mapping[str, Any]]
Skip = Callable[[RefusedError], None]
Lenient = Callable[[Any], Any]


class Lookups(Shared):
    """The ids that go into requests, looked up once per sync for all streams that need them."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._deleted_too = bool(config.get("include_deleted"))
        self.requester: HttpRequester | None = None
        self.organic_requester: HttpRequester | None = None
        self._found: dict[bytes, list[Owners]] = {}
        self._locks: defaultdict[bytes, RLock] = defaultdict(RLock)

    def look_up_below(
        self, owners: Owners, parents: Parents, skip: Skip = lambda _: None, lenient: Lenient = lambda plain: plain
    ) -> Iterator[Owners]:
        """`owners`, with the ids found for each parent below them. Raises RefusedError if TikTok refuses a parent.

        The values of a parent are either written down (`each`, and with include_deleted also `deleted`), or looked up.
        `takes` says which members of its records are wanted, and under which names. `where` and `unless` select
        records. With `batch` the ids come in JSON lists. After `enough` rows it stops. `either` has several ways down,
        followed one after another: if one is refused, `skip` is called, and the others are followed all the same.
        `lenient` wraps a requester in one that sends a refused request again without the refused part.
        """
        if not parents:
            yield owners
            return
        if ways := parents[0].get("either"):
            yield from self._go_each_way(owners, [[*way, *parents[1:]] for way in ways], skip, lenient)
            return
        written = [*parents[0].get("each", ()), *(parents[0].get("deleted", ()) if self._deleted_too else ())]
        for found in written or self._look_up(owners, parents[0], lenient):
            yield from self.look_up_below({**owners, **found}, parents[1:], skip, lenient)

    def _go_each_way(self, owners: Owners, ways: list[Parents], skip: Skip, lenient: Lenient) -> Iterator[Owners]:
        refused: list[RefusedError] = []
        for way in ways:
            try:
                yield from self.look_up_below(owners, way, skip, lenient)
            except RefusedError as refusal:
                refused.append(refusal)
        if len(refused) == len(ways):
            raise refused[0]
        for each in refused:
            skip(each)

    def _look_up(self, owners: Owners, parent: Mapping[str, Any], lenient: Lenient) -> list[Owners]:
        asks = [fill_in({**parent["ask"], **more}, owners) for more in parent.get("sweeps") or [{}]]
        request = orjson.dumps([parent, asks])
        with self._locks[request]:
            if request not in self._found:
                rows = (row for ask in asks for row in self._read_rows(parent, ask, lenient))
                wanted = (row for row in rows if is_wanted(row, parent))
                enough = islice(wanted, parent.get("enough"))
                found = {orjson.dumps(each): each for row in enough if (each := take_members(row, parent["takes"]))}
                self._found[request] = make_batches(list(found.values()), parent.get("batch"))
        return self._found[request]

    def _read_rows(self, parent: Mapping[str, Any], ask: Owners, lenient: Lenient) -> Iterator[Mapping[str, Any]]:
        requester = lenient(self.organic_requester if "business_id" in ask else self.requester)
        pages = TiktokPages({}, parent["endpoint"])
        where = StreamSlice(partition={}, cursor_slice={}, extra_fields={"endpoint": parent["endpoint"]})
        token: Mapping[str, Any] | None = pages.initial_token
        while token:
            paging = _make_page_parameters(parent, token)
            response = requester.send_request(stream_slice=where, request_params={**paging, **ask})
            if response is None or is_unasked(response):
                return
            answer = read_answer(response)
            if answer.code and not answer.is_doubted:
                raise find_refusal(answer, parent.get("scope", ""))
            rows = list(walk_to(answer.data, parent["records"]))
            yield from rows
            token = pages.next_page_token(answer, len(rows), None, token)


def _make_page_parameters(parent: Mapping[str, Any], token: Mapping[str, Any]) -> dict[str, str]:
    size, counted_by = parent.get("rows_per_page"), parent.get("counted_by")
    if counted_by:
        return {counted_by: str(size), **({"cursor": str(token["cursor"])} if "cursor" in token else {})}
    return {"page": str(token["page"]), "page_size": str(token.get("size", size))} if size else {}


def is_wanted(row: Mapping[str, Any], parent: Mapping[str, Any]) -> bool:
    """Whether a record has the values in `where`, and none of those in `unless`. A list means any one of its values."""
    where, unless = parent.get("where", {}), parent.get("unless", {})
    ruled_out = any(_get_member(row, path) in _make_list(value) for path, value in unless.items())
    return not ruled_out and all(_get_member(row, path) in _make_list(value) for path, value in where.items())


def _get_member(row: Mapping[str, Any], path: str) -> Any:
    value: Any = row
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _make_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def take_members(row: Mapping[str, Any], takes: Mapping[str, str]) -> dict[str, str]:
    """The wanted members of a record by their new names; empty if the first one is missing."""
    found: dict[str, str] = {}
    for name, path in takes.items():
        value = _get_member(row, path)
        if value in (None, "") and not found:
            return {}
        found[name] = str(value or "")
    return found


def make_batches(found: list[Mapping[str, str]], size: int | None) -> list[Mapping[str, str]]:
    """The ids in JSON lists of `size`; one by one without a size."""
    if not size or not found:
        return found
    (name, *_) = found[0]
    ids = [each[name] for each in found]
    return [{name: orjson.dumps(ids[start : start + size]).decode()} for start in range(0, len(ids), size)]
