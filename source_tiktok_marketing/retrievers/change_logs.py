"""Who changed what in an ad account: a log that TikTok makes as a task, with texts inside texts."""

from __future__ import annotations

import ast
import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import InitVar, dataclass
from typing import Any

from airbyte_cdk import AirbyteTracedException
from airbyte_cdk.sources.declarative.requesters import HttpRequester
from airbyte_cdk.sources.declarative.retrievers import Retriever
from airbyte_cdk.sources.types import StreamSlice
from typing_extensions import override

from source_tiktok_marketing.errors import BrokenOffError, DefectError, TransientError
from source_tiktok_marketing.requesters.json_decoding import read_json, read_text
from source_tiktok_marketing.requesters.permissions import require_accepted
from source_tiktok_marketing.retrievers.tasks import PAUSE, READY, TRIES, Task, finish
from source_tiktok_marketing.schema.casting import OddValues, cast_entity

CREATE, CHECK, DOWNLOAD = (f"changelog/task/{step}/" for step in ("create", "check", "download"))
# The headings of the log. The lines before them say how many budgets, bids and statuses were changed.
COLUMNS: Mapping[str, str] = {
    "Time": "time",
    "log_object_type": "object_type",
    "Object ID": "object_id",
    "Object": "object",
    "Operator": "operator",
    "Source": "source",
    "App ID": "app_id",
    "Activity details": "activity_details",
}


@dataclass
class ChangeLogDownloads(Retriever):
    r"""The changes in an ad account in one window, as records.

    The log is a CSV, inside Python's `repr` of bytes, inside JSON. The values before and after a change are once more
    in Python's `repr` of bytes, inside JSON, inside the CSV:

        "{'file_data': b'Budget changes,1\r\n\r\nTime,log_object_type,Object ID,…,Activity details\r\n2026-01-05 07:00,
          Ad group,17,…,"[{""name"": ""Budget"", ""before_after"": [{""before"": ""b\'50.00 USD\'"", …}]}]"\r\n', …}"
        ────────────────────────────────────────────────────────────────────────────────────────────────────────────
        {"time": "2026-01-05T07:00:00", "object_type": "Ad group", "object_id": "17", …, "activity_details": the text,
         "changes": [{"name": "Budget", "before_after": [{"before": "50.00 USD", …}]}]}

    The CDK's AsyncRetriever can't be used: it stops the stream for all ad accounts if the token lacks a permission.

    What still fails: a task that ends FAILED three times, or takes longer than max_wait_minutes, ends the sync of its
    ad account with a transient error; the next sync asks again. A log of another form is an error too.
    """

    config: Mapping[str, Any]
    orders: HttpRequester
    looks: HttpRequester
    parameters: InitVar[Mapping[str, Any]]
    stream: str

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self._odd_values = OddValues.of(self.config)

    @override
    def read_records(self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None) -> Iterable[Any]:
        """The changes that the slice asks about."""
        ask: Mapping[str, str] = stream_slice.extra_fields["ask"] if stream_slice else {}
        task = {"advertiser_id": ask["advertiser_id"], "task_id": self._wait_until_ready(ask)}
        for line in self._read_whole(task):
            changes = read_changes(line.get("activity_details", ""))
            yield cast_entity(self.stream, {**line, "changes": changes}, self._odd_values)

    def _read_whole(self, task: Mapping[str, str]) -> list[dict[str, str]]:
        """The lines of a log, which is downloaded again if it is damaged."""
        details = ""
        for _ in range(TRIES):
            try:
                return list(self._read_lines(str(self._look(DOWNLOAD, task).get("changelog") or "")))
            except BrokenOffError as damage:
                details = str(damage)
        raise self._make_error("broke off", details)

    def _wait_until_ready(self, ask: Mapping[str, str]) -> str:
        """The id of a task that has made its log."""
        most_waits = int(self.config["max_wait_minutes"] * 60 / PAUSE)
        advertiser_id = ask["advertiser_id"]
        task = finish(lambda: self._order(ask), lambda each: self._read_status(advertiser_id, each), most_waits)
        if task.outcome != READY:
            raise self._make_error(task.outcome, f"the newest task for {dict(ask)} is {task.task_id}, {task.status}")
        return task.task_id

    def _order(self, ask: Mapping[str, str]) -> Task:
        answer = require_accepted(self.orders.send_request(stream_slice=_aim_at(CREATE), request_body_json=ask))
        task_id = str(answer.data["task_id"])
        return task_id, self._read_status(ask["advertiser_id"], task_id)

    def _read_status(self, advertiser_id: str, task_id: str) -> str:
        return str(self._look(CHECK, {"advertiser_id": advertiser_id, "task_id": task_id}).get("status"))

    def _look(self, endpoint: str, task: Mapping[str, str]) -> Mapping[str, Any]:
        return require_accepted(self.looks.send_request(stream_slice=_aim_at(endpoint), request_params=task)).data

    def _read_lines(self, log: str) -> Iterator[dict[str, str]]:
        """The lines of a log by column. An unknown heading becomes a column of its own name."""
        text, is_mended = read_text(self._find_csv(log))
        if is_mended:
            self._odd_values.add_answer(self.stream)
        rows = csv.reader(text)
        headings = next((row for row in rows if set(COLUMNS) & set(row)), [])
        for row in rows:
            if len(row) == len(headings):
                named = zip(headings, row, strict=True)
                yield {COLUMNS.get(name, name): value for name, value in named if value != ""}
            elif row:
                raise BrokenOffError(f"line {rows.line_num} has {len(row)} values")

    def _find_csv(self, log: str) -> bytes:
        """The CSV of a log, which may be plain or Python's `repr` of bytes."""
        if not log.startswith("{"):
            return log.encode(errors="replace")
        try:
            data: bytes = ast.literal_eval(log)["file_data"]
            return b"" + data
        except (ValueError, SyntaxError, KeyError, AttributeError, TypeError, MemoryError, RecursionError) as error:
            raise DefectError(
                message=f"TikTok's log for stream {self.stream} has another form than before. Please report it.",
                internal_message=f"{type(error).__name__} in {len(log)} characters",
            ) from None

    def _make_error(self, what: str, details: str) -> AirbyteTracedException:
        return TransientError(
            message=f"TikTok's log for stream {self.stream} {what}. The next sync asks for it again.",
            internal_message=details,
        )


def read_changes(details: str) -> list[dict[str, Any]] | None:
    """The changes that a line lists, with texts in place of Python's bytes; None if they are no JSON."""
    found, _ = read_json(details.encode(errors="replace"))
    return [_make_plain(each) for each in found] if isinstance(found, list) else None


def _make_plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _make_plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_make_plain(inner) for inner in value]
    if isinstance(value, str) and value[:2] in ("b'", 'b"'):
        try:
            return str(ast.literal_eval(value).decode("utf-8", errors="replace"))
        except (ValueError, SyntaxError):
            return value
    return value


def _aim_at(endpoint: str) -> StreamSlice:
    return StreamSlice(partition={}, cursor_slice={}, extra_fields={"endpoint": endpoint})
