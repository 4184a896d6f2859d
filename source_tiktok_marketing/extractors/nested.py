"""Turns records that lie anywhere in an answer into flat, typed ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import InitVar, dataclass, field
from typing import Any

import requests
from airbyte_cdk.sources.declarative.extractors.record_extractor import RecordExtractor
from typing_extensions import override

from source_tiktok_marketing.errors import ConfigError
from source_tiktok_marketing.extractors.paths import EVERY, walk_to
from source_tiktok_marketing.extractors.reports import ReportExtractor
from source_tiktok_marketing.requesters.permissions import require_accepted
from source_tiktok_marketing.requesters.request_parameters import is_unasked
from source_tiktok_marketing.requesters.responses import read_answer
from source_tiktok_marketing.schema.casting import OddValues, cast_entity


@dataclass
class NestedExtractor(RecordExtractor):
    """Extracts records that lie anywhere in an answer: typed by the catalogue of columns, and flat.

    `records` is the way to them: the members of `data`, one below the other. A list on the way stands for each of its
    elements, and the members beside the next step stay on the records. `*` stands for each member of an object; its
    name becomes the column `as_column`, and so does a text or number in a list. `lift` names objects in a record whose
    members become columns of their own. `renames` gives members another name if theirs is that of an owner; one
    renamed to nothing is left out. `copies` names columns that repeat a member, and the member.

        records: list.statistics
        {"list": [{"pixel_id": "7", "statistics": [{"total_count": 3}, {"total_count": 4}]}]}
        ─────────────────────────────────────────────────────────────────────────────────────
        {"pixel_id": "7", "total_count": 3}, {"pixel_id": "7", "total_count": 4}

    Raises RefusedError for an answer whose code is not 0, and a config_error if the user's `own` way to the records
    leads nowhere.
    """

    stream: str
    records: str
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    lift: list[str] = field(default_factory=list)
    as_column: str = "value"
    renames: Mapping[str, str] = field(default_factory=dict)
    copies: Mapping[str, str] = field(default_factory=dict)
    own: bool = False

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self._odd_values = OddValues.of(self.config)

    def extract_records(self, response: requests.Response) -> Iterator[Mapping[str, Any]]:
        """The records of one answer."""
        answer = read_answer(response)
        if answer.is_doubted or is_unasked(answer):
            return
        data, first = require_accepted(answer).data, self.records.partition(".")[0]
        if self.own and data and first not in ("", EVERY, *data):
            raise ConfigError(
                message=f"{self.stream}: the answer has no {first!r} but {', '.join(data)}. Correct "
                "Records in Extra Endpoints (extra_endpoints).",
                internal_message=f"records: {self.records}",
            )
        for row in walk_to(data, self.records, self.as_column):
            yield cast_entity(self.stream, self._open(row), self._odd_values)

    def _open(self, row: Mapping[str, Any]) -> dict[str, Any]:
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
    """Extracts a report about something that an ad account has, as ReportExtractor does one about the account.

    Beside dimensions and metrics TikTok sends a third object, `info`, which describes the subject of the row; it may
    have its ids too. Raises RefusedError for an answer whose code is not 0.
    """

    @override
    def extract_records(self, response: requests.Response) -> Iterator[Mapping[str, Any]]:
        """The records of one answer."""
        answer = read_answer(response)
        if not answer.is_doubted:
            yield from super().extract_records(require_accepted(answer))

    @override
    def make_record(self, owner: Mapping[str, str], row: Mapping[str, Any]) -> dict[str, Any]:
        """One row, flat and typed, with its owner."""
        told = row.get("info") or {}
        members = {name: {**told, **(row.get(name) or {})} for name in ("dimensions", "metrics")}
        return super().make_record(owner, members)
