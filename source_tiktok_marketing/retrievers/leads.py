"""What people wrote into a form: one export for each form and region, only if the configuration asks for it."""

from __future__ import annotations

import csv
import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import InitVar, dataclass
from typing import Any

from airbyte_cdk import AirbyteTracedException, FailureType
from airbyte_cdk.sources.declarative.requesters import HttpRequester
from airbyte_cdk.sources.declarative.retrievers import Retriever
from airbyte_cdk.sources.types import StreamSlice
from typing_extensions import override

from source_tiktok_marketing.errors import BrokenOffError, DefectError, PartialReadError, TransientError
from source_tiktok_marketing.requesters.json_decoding import read_text
from source_tiktok_marketing.requesters.permissions import require_accepted
from source_tiktok_marketing.retrievers.tasks import PAUSE, READY, TRIES, Task, finish
from source_tiktok_marketing.schema.casting import CASTERS, OddValues
from source_tiktok_marketing.schema.columns import read_entity_columns

FILE = "page/lead/task/download/"
REGION, ELSEWHERE = "x-lead-region", "other"
# The columns for the file's headings. Every other heading is a question of the form.
COLUMNS: Mapping[str, str] = {
    "lead_id": "lead_id",
    "created_time": "create_time", "create_time": "create_time",
    "campaign_id": "campaign_id", "campaign_name": "campaign_name",
    "adgroup_id": "adgroup_id", "ad_group_id": "adgroup_id",
    "adgroup_name": "adgroup_name", "ad_group_name": "adgroup_name",
    "ad_id": "ad_id", "ad_name": "ad_name",
    "form_id": "page_id", "page_id": "page_id",
    "form_name": "page_name", "page_name": "page_name",
}  # fmt: skip
# The characters that keep a spreadsheet from reading an id as a number.
PROTECTION = "=\"'\t "
UNKNOWN = ("", "-", "--")
NOT_SHOWN = "(not shown)"


# The exceptions that a damaged file raises when it is unpacked and read.
DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, csv.Error, EOFError, OSError, ValueError,
          struct.error)  # fmt: skip


@dataclass
class LeadDownloads(Retriever):
    """The leads of one form from one region, as records.

    TikTok puts them into a file, as a task: one endpoint takes the order and gives its status, another gives the file,
    a CSV or, from 10 MB, a zip of one. Days can't be chosen: it always holds the 90 days that TikTok keeps. Leads of
    Europe and the United States are stored separately, and come only if a header names the region.

        {"page_id": "7", "lead_region": "eu"}
        ─────────────────────────────────────────────────────────────────────────────────────────
        lead_id,created_time,form_id,Your name     {"lead_id": "1", "create_time": …, "page_id": "7",
        1,2026-01-05 07:00:00,7,Ada                 "answers": {"Your name": "Ada"}}

    What people wrote gets into no log: not into debug lines, as the CDK does not log a streamed response, and not into
    warnings about values of an unexpected form. The CDK's AsyncRetriever can't be used: it stops the stream for all ad
    accounts if the token lacks a permission, and it can't read zips.

    What still fails: a task that ends FAILED three times, or takes longer than max_wait_minutes, ends the sync of its
    ad account with a transient error. A file that stays damaged, or is packed in an unknown way, is named after all
    others were read. The next sync asks again.
    """

    config: Mapping[str, Any]
    tasks: HttpRequester
    download: HttpRequester
    parameters: InitVar[Mapping[str, Any]]
    stream: str

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self.download.stream_response = True
        self._odd_values = OddValues.of(self.config)
        self._time = read_entity_columns()[self.stream]["create_time"]

    @override
    def read_records(self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None) -> Iterable[Any]:
        """The leads of the form and region that the slice asks about."""
        ask = dict(stream_slice.extra_fields["ask"]) if stream_slice else {}
        region = ask.pop("lead_region", ELSEWHERE)
        headers = {} if region == ELSEWHERE else {REGION: region}
        ready = self._wait_until_ready(ask, headers)
        owner = {name: value for name, value in ask.items() if name != "page_id"}
        yield from self._read_whole({**owner, **ready}, headers, f"form {ask.get('page_id')}, region {region}")

    def _wait_until_ready(self, ask: Mapping[str, str], headers: Mapping[str, str]) -> Mapping[str, str]:
        """The id of a task that has made its file."""
        most_waits = int(self.config["max_wait_minutes"] * 60 / PAUSE)
        task = finish(
            lambda: self._ask_about_task(ask, headers),
            lambda each: self._ask_about_task({**ask, "task_id": each}, headers)[1],
            most_waits,
        )
        if task.outcome != READY:
            details = f"the newest task for {dict(ask)} is {task.task_id!r}, {task.status}"
            raise self._make_error(f"TikTok's export {task.outcome}", details)
        return {"task_id": task.task_id}

    def _ask_about_task(self, ask: Mapping[str, str], headers: Mapping[str, str]) -> Task:
        task = require_accepted(self.tasks.send_request(request_body_json=ask, request_headers=headers)).data
        return str(task.get("task_id") or ""), str(task.get("status"))

    def _download(self, ask: Mapping[str, str], headers: Mapping[str, str]) -> bytes:
        where = StreamSlice(partition={}, cursor_slice={}, extra_fields={"endpoint": FILE})
        try:
            answer = self.download.send_request(stream_slice=where, request_params=ask, request_headers=headers)
        except AirbyteTracedException as error:
            # The CDK's message has the body in it.
            failure_type = error.failure_type
            raise AirbyteTracedException(NOT_SHOWN, message=error.message, failure_type=failure_type) from None
        return require_accepted(answer).content

    def _read_whole(self, ask: Mapping[str, str], headers: Mapping[str, str], what: str) -> list[dict[str, Any]]:
        """The leads of a file, which is downloaded again if damaged. Raises PartialReadError if it stays damaged."""
        why = details = ""
        for _ in range(TRIES):
            content = self._download(ask, headers)
            try:
                return [lead for file in _unpack(content) for lead in self._read_rows(file)]
            except RuntimeError as error:  # zipfile raises it for what it can't open
                why, details = "is packed or encrypted in an unknown way", type(error).__name__
            except BrokenOffError as error:
                why, details = "broke off", str(error)
            except DAMAGE as error:
                why, details = "broke off", f"{type(error).__name__} in {len(content)} bytes"
        raise PartialReadError(
            message=f"TikTok's file {why} for stream {self.stream}, {what}. The next sync asks for it again.",
            internal_message=details,
            failure_type=FailureType.transient_error,
        )

    def _read_rows(self, file: bytes) -> Iterator[dict[str, Any]]:
        text, is_mended = read_text(file)
        if is_mended:
            self._odd_values.add_answer(self.stream)
        lines = csv.reader(text)
        headings = [heading.strip() for heading in next(lines, [])]
        columns = [COLUMNS.get(re.sub(r"\W+", "_", heading.lower()), "") for heading in headings]
        if headings and "lead_id" not in columns:
            raise DefectError(
                message=f"TikTok's file for stream {self.stream} has no column lead_id. Please report it.",
                internal_message=f"{len(headings)} headings",
            )
        for line in lines:
            if len(line) != len(headings):
                raise BrokenOffError(f"line {lines.line_num} has {len(line)} values")
            yield self._read_lead(headings, columns, line)

    def _read_lead(self, headings: list[str], columns: list[str], line: list[str]) -> dict[str, Any]:
        lead: dict[str, Any] = {}
        answers: dict[str, str] = {}
        for heading, column, text in zip(headings, columns, line, strict=True):
            if not column:
                answers[_name_unused(heading, answers)] = text
            elif (value := text.strip(PROTECTION) if column.endswith("_id") else text) not in UNKNOWN:
                lead[column] = value
        if "create_time" in lead:
            lead["create_time"] = self._read_moment(lead["create_time"])
        return {**lead, "answers": answers}

    def _read_moment(self, text: str) -> str | None:
        try:
            return str(CASTERS[self._time.type](text))
        except (ValueError, OverflowError):
            self._odd_values.add(self.stream, self._time, NOT_SHOWN)
            return None

    def _make_error(self, what: str, details: str) -> AirbyteTracedException:
        return TransientError(
            message=f"{what} for stream {self.stream}. The next sync asks for it again.",
            internal_message=details,
        )


def _unpack(content: bytes) -> Iterator[bytes]:
    """The CSV files in a download."""
    if not zipfile.is_zipfile(io.BytesIO(content)) and not content.startswith(b"PK"):
        yield content
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            yield archive.read(name)


def _name_unused(heading: str, answers: Mapping[str, str]) -> str:
    """A name for the answer to a question that may be asked twice in a form."""
    name, number = heading, 2
    while name in answers:
        name, number = f"{heading} ({number})", number + 1
    return name
