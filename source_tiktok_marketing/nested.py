"""What TikTok hangs below something else → flat typed records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import InitVar, dataclass, field
from typing import Any

import orjson
import requests
from airbyte_cdk import AirbyteTracedException, FailureType
from airbyte_cdk.sources.declarative.extractors.record_extractor import RecordExtractor
from typing_extensions import override

from source_tiktok_marketing.answers import body_of, data_of, is_doubted, is_not_granted, plain
from source_tiktok_marketing.records import ReportExtractor, entity
from source_tiktok_marketing.request_parameters import is_unasked

# What the values of an object are called where its keys are ids: {"7001": {…}} → {"key": "7001", …}.
EVERY = "*"


class RefusedError(Exception):
    """TikTok answered with a code that whoever asked decides about; `scope` is what the token lacks, where known."""

    def __init__(self, response: requests.Response, scope: str = "") -> None:
        self.scope = scope
        self.is_not_granted = is_not_granted(str(body_of(response).get("message")))
        self.code = int(body_of(response).get("code") or 0)
        self.words = plain(body_of(response).get("message") or "no reason given").rstrip(".")
        super().__init__(f"{self.words} (code {self.code})")


class PartError(AirbyteTracedException):
    """One of many things could not be read; the others are, before this is told."""


@dataclass
class NestedExtractor(RecordExtractor):
    """Takes an answer apart whose records lie somewhere in it: typed as the catalogue says, objects opened.

    `records` is the way to them: the members of `data`, one below the other. A list on the way stands for each of its
    elements, and what surrounds the next step in it is kept on the records; `*` stands for each value of an object,
    whose key becomes the column `key_as`. A text or number in a list becomes the column `key_as` too. `lift` names the
    objects in a record whose members are columns of their own, `renames` gives members another name where theirs is
    that of an owner; one renamed to nothing is left out. `copies` names columns that repeat a member, and the member.

        records: list.statistics
        {"list": [{"pixel_id": "7", "statistics": [{"total_count": 3}, {"total_count": 4}]}]}
        ─────────────────────────────────────────────────────────────────────────────────────
        {"pixel_id": "7", "total_count": 3}, {"pixel_id": "7", "total_count": 4}

    Raises RefusedError for an answer whose code is not 0, and a config_error where the user's `own` way to the records
    leads nowhere.
    """

    stream: str
    records: str
    parameters: InitVar[Mapping[str, Any]]
    lift: list[str] = field(default_factory=list)
    key_as: str = "value"
    renames: Mapping[str, str] = field(default_factory=dict)
    copies: Mapping[str, str] = field(default_factory=dict)
    own: bool = False

    def extract_records(self, response: requests.Response) -> Iterator[Mapping[str, Any]]:
        """The records of one answer."""
        if is_doubted(response):
            return
        if body_of(response).get("code"):
            raise RefusedError(response)
        if is_unasked(response):
            return
        data, first = data_of(response), self.records.partition(".")[0]
        if self.own and data and first not in ("", EVERY, *data):
            raise AirbyteTracedException(
                message=f"{self.stream}: the answer has no {first!r} but {', '.join(data)}. Correct records in "
                "extra_endpoints.",
                internal_message=f"records: {self.records}",
                failure_type=FailureType.config_error,
            )
        for row in reached(data, self.records, self.key_as):
            yield entity(self.stream, self._opened(row))

    def _opened(self, row: Mapping[str, Any]) -> dict[str, Any]:
        opened = {name: value for name, value in row.items() if name not in self.lift}
        for name in self.lift:
            lifted = row.get(name) or {}
            members = lifted if isinstance(lifted, dict) else {name: lifted}
            opened |= {inner: value for inner, value in members.items() if inner not in opened}
        called = {self.renames.get(name, name): value for name, value in opened.items()} if self.renames else opened
        copied = {column: called[name] for column, name in self.copies.items() if name in called}
        return {name: value for name, value in (called | copied).items() if name}


@dataclass
class NestedReportExtractor(ReportExtractor):
    """Takes a page of a report about something an ad account has apart, as ReportExtractor does one about the account.

    What describes the subject of a row beside its ids, TikTok puts into a third object, `info`; it may hold the ids
    too. Raises RefusedError for an answer whose code is not 0.
    """

    @override
    def extract_records(self, response: requests.Response) -> Iterator[Mapping[str, Any]]:
        """The records of one answer."""
        if is_doubted(response):
            return
        if body_of(response).get("code"):
            raise RefusedError(response)
        yield from super().extract_records(response)

    @override
    def record(self, owner: Mapping[str, str], row: Mapping[str, Any]) -> dict[str, Any]:
        """One row, flat and typed, with its owner."""
        told = row.get("info") or {}
        parts = {part: {**told, **(row.get(part) or {})} for part in ("dimensions", "metrics")}
        return super().record(owner, parts)


def reached(data: Mapping[str, Any], path: str, key_as: str = "value") -> Iterable[Mapping[str, Any]]:
    """The objects at the end of `path`, each with what surrounds them on the way, but for the members of `data`."""
    first, _, rest = path.partition(".")
    start = data.get(first) if first and first != EVERY else data
    return _reached(start, rest.split(".") if rest else [EVERY] if first == EVERY else [], key_as, {})


def _reached(data: Any, path: list[str], key_as: str, around: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if data is None:
        return
    if isinstance(data, list):
        for element in data:
            yield from _reached(element, path, key_as, around)
    elif not isinstance(data, dict):
        yield {**around, key_as: data}
    elif not path:
        yield {**around, **data}
    elif path[0] == EVERY:
        for key, value in data.items():
            yield from _reached(value, path[1:], key_as, {**around, key_as: key})
    else:
        beside = {name: value for name, value in data.items() if name != path[0]}
        yield from _reached(data.get(path[0]), path[1:], key_as, {**around, **beside})


def is_wanted(row: Mapping[str, Any], level: Mapping[str, Any]) -> bool:
    """Whether a record has the members that `only` wants, and none that `unless` rules out; a list: one of these."""
    only, unless = level.get("only", {}), level.get("unless", {})
    ruled_out = any(_member(row, path) in _several(value) for path, value in unless.items())
    return not ruled_out and all(_member(row, path) in _several(value) for path, value in only.items())


def _member(row: Mapping[str, Any], path: str) -> Any:
    value: Any = row
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def taken(row: Mapping[str, Any], takes: Mapping[str, str]) -> dict[str, str]:
    """The wanted members of a record by their new names, where the first of them is there."""
    found: dict[str, str] = {}
    for name, path in takes.items():
        value = _member(row, path)
        if value in (None, "") and not found:
            return {}
        found[name] = str(value or "")
    return found


def outermost_first(things: list[Mapping[str, str]]) -> Iterator[Mapping[str, str]]:
    """The first, the last and the middle one, then the others."""
    tried = dict.fromkeys((0, len(things) - 1, len(things) // 2)) if things else {}
    yield from (things[index] for index in tried)
    yield from (each for index, each in enumerate(things) if index not in tried)


def batched(found: list[Mapping[str, str]], size: int | None) -> list[Mapping[str, str]]:
    """JSON lists of so many of the ids found; one by one without `size`."""
    if not size or not found:
        return found
    (name, *_) = found[0]
    ids = [each[name] for each in found]
    return [{name: orjson.dumps(ids[start : start + size]).decode()} for start in range(0, len(ids), size)]


def written_down(ask: Mapping[str, str], levels: Iterable[Mapping[str, Any]]) -> Iterator[Any]:
    """What the manifest asks with, for the records and for the ids of each level."""
    yield ask
    for level in levels:
        yield from (level.get(name, ()) for name in ("ask", "each", "deleted", "sweeps"))
        for way in level.get("either", ()):
            yield from written_down({}, way)
