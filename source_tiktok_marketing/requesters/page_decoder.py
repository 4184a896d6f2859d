"""Reads and writes whole pages of a report in C; each goes through the CDK as one message.

The CDK spends a queue entry, six generators and three serialisations on each record, and TikTok's texts take a Python
call per value. Together that costs more than to read and write the JSON. A page whose values fit the types of their
columns takes another way: one decoder made for the report's columns, one encoder, one message.
"""

from __future__ import annotations

import re
import sys
import time
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter
from typing import Annotated, Any, Literal

import msgspec
import requests

from source_tiktok_marketing.errors import UnfitPageError
from source_tiktok_marketing.requesters.pages import Lines, Page
from source_tiktok_marketing.requesters.responses import read_answer
from source_tiktok_marketing.schema.accounts import AccountColumns
from source_tiktok_marketing.schema.casting import CASTERS
from source_tiktok_marketing.schema.columns import Column, read_report_columns
from source_tiktok_marketing.schema.metrics import METRICS_PER_REQUEST

# C reads "nan" and "inf" as numbers and writes them as null. These bounds refuse both.
FINITE = Annotated[float, msgspec.Meta(ge=-sys.float_info.max, le=sys.float_info.max)]
TYPES: Mapping[str, Any] = {"string": str, "integer": int, "number": FINITE, "date": str, "date-time": str}
TIMES = ("date", "date-time")
GetValues = Callable[[str], Mapping[str, str]]
# Twice as fast as bytes.replace if there are many.
NOT_APPLICABLE = re.compile(rb'"-"')


def get_codec(parameters: Mapping[str, Any], accounts: AccountColumns) -> PageCodec | None:
    """The codec of a report, shared by all that read its answers; None if its pages can't be read whole.

    If a report has more metrics than fit into a request, its rows are joined before they are written: the slow way.
    """
    if len(parameters["metrics"]) > METRICS_PER_REQUEST:
        return None
    owner = "bc_id" if parameters.get("business_center_id") else "advertiser_id"
    stream, dimensions, metrics = parameters["stream"], tuple(parameters["dimensions"]), tuple(parameters["metrics"])
    return _make_codec(stream, owner, dimensions, metrics, accounts.select_for_report(stream, owner, dimensions))


@cache
def _make_codec(
    stream: str, owner: str, dimensions: tuple[str, ...], metrics: tuple[str, ...], told: tuple[str, ...]
) -> PageCodec | None:
    known = read_report_columns()
    columns = [known[name] for name in (*dimensions, *metrics)]
    if not all(column.type in TYPES and column.label == column.name for column in columns):
        return None
    return PageCodec(stream, [owner], columns[: len(dimensions)], columns[len(dimensions) :], told)


@dataclass
class PageCodec:
    """Reads a page of one report and writes its records, typed like those of `casting.CASTERS`, without nulls.

    `told` are the columns of the ad account. Where TikTok leaves one out of a row, `get_values` has it.
    """

    stream: str
    owner: Sequence[str]
    dimensions: Sequence[Column]
    metrics: Sequence[Column]
    told: Sequence[str] = ()
    _encoder: msgspec.json.Encoder = field(init=False, default_factory=msgspec.json.Encoder)

    def __post_init__(self) -> None:
        times = {column.name: CASTERS[column.type] for column in self.dimensions if column.type in TIMES}
        self._key = tuple(sorted({*self.owner, *(column.name for column in self.dimensions)}))
        self._key_of = attrgetter(*self._key)
        self._dimensions = [(column.name, times.get(column.name)) for column in self.dimensions]
        dimension_types = [(column.name, TYPES[column.type]) for column in self.dimensions]
        keys = dict.fromkeys([*self.owner, *(column.name for column in self.dimensions)])
        columns = [(name, Any, None) for name in keys]
        metrics = {column.name: TYPES[column.type] | None for column in self.metrics if column.name not in keys}
        columns += [(name, each, None) for name, each in (dict.fromkeys(self.told, str | None) | metrics).items()]
        dimensions = msgspec.defstruct("Dimensions", dimension_types, gc=False)
        record = msgspec.defstruct("Record", columns, omit_defaults=True, gc=False)
        row = msgspec.defstruct("Row", [("dimensions", dimensions), ("metrics", record)], gc=False)
        data = msgspec.defstruct("Data", [("list", list[row]), ("page_info", dict[str, Any] | None, None)])  # type: ignore[valid-type]
        answer = msgspec.defstruct("Answer", [("code", Literal[0]), ("data", data)])
        self._decoder = msgspec.json.Decoder(answer, strict=False)
        inner = msgspec.defstruct("Inner", [("stream", str), ("data", record), ("emitted_at", int)], gc=False)
        self._inner = inner
        self._message = msgspec.defstruct("Message", [("type", str), ("record", inner)], gc=False)

    def get_page(self, response: requests.Response, get_values: GetValues) -> Page | None:
        """The page in an answer, which is read only once; None if it has to be read value by value."""
        answer = read_answer(response)
        if not answer.is_paged:
            try:
                owner = {name: answer.get_parameter(name) for name in self.owner}
                answer.keep_page(self.decode_page(answer.content, owner, get_values))
            except UnfitPageError:
                answer.keep_page(None)
        return answer.page

    def decode_page(self, content: bytes, owner: Mapping[str, str], get_values: GetValues) -> Page:
        """The records of one answer. Raises UnfitPageError if a value does not fit its column."""
        try:
            answer: Any = self._decoder.decode(NOT_APPLICABLE.sub(b"null", content))
            messages, last = self._make_messages(answer.data.list, owner)
            self._tell_accounts(messages, get_values)
        except (msgspec.DecodeError, OverflowError, RecursionError, TypeError, ValueError) as error:
            raise UnfitPageError from error
        first, rest = self._encoder.encode_lines(messages[:1]), self._encoder.encode_lines(messages[1:])
        count = len(messages)
        page = Page(answer.data.page_info, Lines(self.stream, min(count, 1), first, last),
                    Lines(self.stream, max(count - 1, 0), rest, last))  # fmt: skip
        info = answer.data.page_info or {}
        if (info.get("total_page"), info.get("total_number")) != (1, count):
            page.key = self._key
            page.hashes = array("q", map(hash, map(self._key_of, (each.record.data for each in messages))))
        return page

    def _make_messages(self, rows: Sequence[Any], owner: Mapping[str, str]) -> tuple[list[Any], str]:
        now, last, messages = time.time_ns() // 1_000_000, "", []
        message, inner, stream, dimensions = self._message, self._inner, self.stream, self._dimensions
        for row in rows:
            record = row.metrics
            for name, value in owner.items():
                setattr(record, name, value)
            for name, cast in dimensions:
                value = getattr(row.dimensions, name)
                if cast:
                    value = cast(value)
                    last = max(last, value)
                setattr(record, name, value)
            messages.append(message("RECORD", inner(stream, record, now)))
        return messages, last

    def _tell_accounts(self, messages: Sequence[Any], get_values: GetValues) -> None:
        for message in messages if self.told else ():
            record = message.record.data
            found = get_values(record.advertiser_id)
            for name in self.told:
                if not getattr(record, name):
                    setattr(record, name, found.get(name))
