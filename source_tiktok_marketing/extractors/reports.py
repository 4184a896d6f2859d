"""Turns TikTok's rows into flat, typed records in one pass."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import InitVar, dataclass, field
from typing import Any

import requests
from airbyte_cdk import AirbyteTracedException
from airbyte_cdk.sources.declarative.extractors.record_extractor import RecordExtractor

from source_tiktok_marketing.errors import TransientError
from source_tiktok_marketing.requesters.cut_answers import is_cut, make_cut_error
from source_tiktok_marketing.requesters.json_decoding import read_text
from source_tiktok_marketing.requesters.page_decoder import get_codec
from source_tiktok_marketing.requesters.responses import read_answer
from source_tiktok_marketing.schema.accounts import AccountColumns
from source_tiktok_marketing.schema.casting import CASTERS, Caster, OddValues
from source_tiktok_marketing.schema.columns import Column, read_report_columns
from source_tiktok_marketing.schema.metrics import METRICS_PER_REQUEST
from source_tiktok_marketing.schema.metrics import read_dimensions as dimension_table
from source_tiktok_marketing.schema.owners import find_owner

NOT_APPLICABLE = "-"


class RowChunk(dict[str, Any]):
    """The values of a row that one request asked for, where a report has more metrics than fit into one.

    `metrics` are those of the request, as it names them.
    """

    metrics = ""


@dataclass
class ReportExtractor(RecordExtractor):
    """Extracts the records of a page of a report.

    TikTok sends dimensions and metrics in two objects, every value as text, `-` for what does not apply, whole
    numbers sometimes as `"1.00"`, and the ad account nowhere. A record is flat, typed, and has the account's id.

        {"dimensions": {"ad_id": "17", "stat_time_day": "2026-01-05 00:00:00"},
         "metrics": {"spend": "14.68", "clicks": "3.00", "reach": "-"}}
        ───────────────────────────────────────────────────────────────────────
        {"advertiser_id": "70", "ad_id": "17", "stat_time_day": "2026-01-05", "spend": 14.68, "clicks": 3,
         "currency": "EUR", "display_timezone": "Europe/Berlin"}

    For an ad account with more than 20,000 ads TikTok answers about the newest only, with code 0, and only a header
    says so. That raises AnswerCutError, so that ReportRetriever asks in batches of ids.

    What still fails: a value that can't be converted to its type becomes null, and the log counts it.
    """

    dimensions: list[str]
    metrics: list[str]
    stream: str
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    business_center_id: str = ""
    bulk: bool = False
    of: str = "advertiser"
    _columns: list[tuple[str, Column, str, Caster]] = field(init=False, repr=False)

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        known = read_report_columns()
        wanted = [("dimensions", name) for name in self.dimensions] + [("metrics", name) for name in self.metrics]
        self._columns = [(member, known[name], known[name].label, CASTERS[known[name].type]) for member, name in wanted]
        self._owner = find_owner(self.of, self.business_center_id).parameter
        self._odd_values, self._accounts = OddValues.of(self.config), AccountColumns.of(self.config)
        self._told = self._accounts.select_for_report(self.stream, self._owner, self.dimensions)
        self._codec = get_codec(parameters, self._accounts) if self.bulk else None

    def extract_records(self, response: requests.Response) -> Iterator[Mapping[str, Any]]:
        """The records of one answer, or all of them as one page (page_decoder.py)."""
        answer = read_answer(response)
        owner = {self._owner: answer.get_parameter(self._owner)}
        if is_cut(answer):
            raise make_cut_error(self.stream, owner)
        if self._codec and (page := self._codec.get_page(answer, self._accounts.get_values)) is not None:
            yield page
            return
        for row in answer.data.get("list") or ():
            record = self.make_record(owner, row)
            if len(self.metrics) > METRICS_PER_REQUEST:
                record = RowChunk(record)
                record.metrics = answer.get_parameter("metrics")
            yield record

    def make_record(self, owner: Mapping[str, str], row: Mapping[str, Any]) -> dict[str, Any]:
        """One row, flat and typed, with its owner."""
        record: dict[str, Any] = dict(owner)
        for member, column, label, cast in self._columns:
            value = row[member].get(column.name)
            if value is None or value == NOT_APPLICABLE:
                continue
            try:
                record[label] = cast(value)
            except (TypeError, ValueError, OverflowError):
                if (kept := self._odd_values.fit(self.stream, column, value)) is not None:
                    record[label] = kept
        for name in self._told:  # asked for or not
            said = row["metrics"].get(name)
            if name not in record and isinstance(said, str) and said != NOT_APPLICABLE:
                record[name] = said
        self._accounts.fill(record, self._told)
        return record


@dataclass
class TaskExtractor(RecordExtractor):
    """Extracts the records of an asynchronous report: one CSV with a header of field names, without an envelope.

    Values are the same texts as in a page, and records are those of ReportExtractor. What still fails: if a body breaks
    off in the middle of a row, that is a transient error, and the next sync reads the window again.
    """

    dimensions: list[str]
    metrics: list[str]
    stream: str
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self._rows = ReportExtractor(self.dimensions, self.metrics, self.stream, self.config, parameters)
        self._odd_values = OddValues.of(self.config)
        self._needed = [name for name in self.dimensions if not dimension_table()[name].is_breakdown]

    def extract_records(self, response: requests.Response) -> Iterator[Mapping[str, Any]]:
        """The records of one download."""
        owner = {"advertiser_id": read_answer(response).advertiser_id}
        text, is_mended = read_text(response.content)
        if is_mended:
            self._odd_values.add_answer(self.stream)
        lines = csv.DictReader(text)
        for line in lines:
            if None in line or None in line.values():
                raise self._make_error(
                    owner, "broke off", f"line {lines.line_num} has more or fewer values than the header"
                )
            record = self._rows.make_record(owner, {"dimensions": line, "metrics": line})
            if missing := [name for name in self._needed if name not in record]:
                raise self._make_error(owner, f"has a row without {', '.join(missing)}", f"line {lines.line_num}")
            yield record

    def _make_error(self, owner: Mapping[str, str], what: str, where: str) -> AirbyteTracedException:
        return TransientError(
            message=f"TikTok's download for stream {self.stream}, ad account {owner['advertiser_id']}, {what}. The "
            "next sync asks for it again.",
            internal_message=where,
        )
