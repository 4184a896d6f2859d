"""All faults. Calling one by its name arms it. It counts the answers it spoils, and can end after some requests."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from tiktok_simulator.faults.cut_faults import CutFaults
from tiktok_simulator.faults.fault import Act, Answer, Fault, refuse
from tiktok_simulator.faults.file_faults import FileFaults
from tiktok_simulator.faults.network_faults import NetworkFaults
from tiktok_simulator.faults.page_faults import REPORTS, PageFaults
from tiktok_simulator.faults.value_faults import ValueFaults
from tiktok_simulator.protocol.wire import Request, Response, make_envelope
from tiktok_simulator.world.tasks import Task, Tasks

CREATE, DOWNLOAD = "/report/task/create/", "/report/task/download/"
CORRECT_METRICS = "Please correct the information in invalid metric fields and try again."
TOO_MANY = "Too many requests. Please retry in some time."


class Faults(NetworkFaults, PageFaults, CutFaults, ValueFaults, FileFaults):
    """The faults that are armed on a simulator. The first one armed sees a request first. Some concern report tasks."""

    def __init__(self, tasks: Tasks) -> None:
        super().__init__()
        self._tasks = tasks

    def answer(self, request: Request, answer: Answer) -> Response:
        """Answers a request, with every fault that concerns it."""
        return _chain(self.armed, answer)(request)

    def clear(self) -> None:
        """Disarms all faults."""
        self.armed.clear()

    def rate_limited(self, times: int | None = 1, path: str | None = None, code: int = 40100) -> Fault:
        """Too many requests: 40100, 40016, 40132 or 40133 (errors.md §3)."""
        return self.arm(Fault("rate_limited", refuse(code, TOO_MANY), path, left=times))

    def outage(
        self, times: int | None = 1, path: str | None = None, code: int = 50000, advertiser_id: str | None = None
    ) -> Fault:
        """An error of TikTok's own in the envelope: 50000 to 59999, 60001, or any other code."""
        return self.refused(code, "System error", times, path, advertiser_id)

    def refused(
        self, code: int, message: str = "Refused.", times: int | None = 1, path: str | None = None,
        advertiser_id: str | None = None,
    ) -> Fault:  # fmt: skip
        """Any code, with any message."""
        return self.arm(Fault("refused", refuse(code, message), path, advertiser_id, left=times))

    def too_large(self, days: int = 7, advertiser_id: str | None = None) -> Fault:
        """40067 for every report of more than so many days."""
        act = refuse(40067, "Your query is too large")
        return self.arm(Fault("too_large", act, REPORTS, advertiser_id, lambda request: _count_days(request) > days))

    def conflict(self, asked: str) -> Fault:
        """40002 for every report whose parameters have this word, though the published rules allow it."""
        act = refuse(40002, "Conflict occurs. The input params including metrics and dimensions have no relation.")
        return self.arm(Fault("conflict", act, REPORTS, when=lambda request: asked in str(request.parameters)))

    def refused_metric(self, *names: str, path: str | None = REPORTS) -> Fault:
        """40002 for every request with one of these metrics, in TikTok's words. It names those that the request has."""

        def act(request: Request, _: Answer) -> Response:
            wrong = [name for name in names if _asks(request, name)]
            return make_envelope(40002, f"{CORRECT_METRICS} Invalid metric fields: {wrong}. ", {}, "fault")

        return self.arm(
            Fault("refused_metric", act, path, when=lambda request: any(_asks(request, name) for name in names))
        )

    def refused_value(self, parameter: str, value: str, known: Sequence[str] = (), path: str | None = None) -> Fault:
        """40002 for every request with this value. The message names it, or all `known` values instead."""
        told = f"Must be one of: {', '.join(known)}." if known else f"{value} is not a valid choice."
        act = refuse(40002, f"{parameter}: {told}")
        return self.arm(Fault("refused_value", act, path, when=lambda request: _asks(request, value)))

    def passing_refusal(self, times: int = 1, path: str | None = None, advertiser_id: str | None = None) -> Fault:
        """40002 without a reason in the request. The next one is answered."""
        return self.arm(
            Fault("passing_refusal", refuse(40002, "Could not acquire IP"), path, advertiser_id, left=times)
        )

    def no_permission(self, advertiser_id: str, path: str | None = None) -> Fault:
        """40001 for one ad account, at one endpoint or at all."""
        act = refuse(40001, f"No permission to operate advertiser {advertiser_id}.")
        return self.arm(Fault("no_permission", act, path, advertiser_id))

    def revoked_token(self, after: int = 0) -> Fault:
        """40105 for every request after the first `after` ones."""
        return self.arm(
            Fault("revoked_token", refuse(40105, "Access token is incorrect or has been revoked."), skip=after)
        )

    def task_failed(self, times: int = 1, message: str = "Report generation failed.") -> Fault:
        """The next report tasks end FAILED with this message, not SUCCESS."""

        def spoil(task: Task) -> None:
            task.fails = message

        return self.arm(Fault("task_failed", self._make_spoiler(spoil), CREATE, left=times))

    def task_stuck(self, checks: int = 1_000, times: int = 1) -> Fault:
        """The next report tasks are PROCESSING for so many checks."""

        def spoil(task: Task) -> None:
            task.waits, task.queued = checks, 0

        return self.arm(Fault("task_stuck", self._make_spoiler(spoil), CREATE, left=times))

    def _make_spoiler(self, spoil: Callable[[Task], None]) -> Act:
        """Makes an `act` that changes the task which a request creates. The answer stays as it is."""

        def act(request: Request, answer: Answer) -> Response:
            response = answer(request)
            if response.code == 0:
                spoil(self._tasks.known[response.json()["data"]["task_id"]])
            return response

        return act

    def cut_csv(self, times: int = 1) -> Fault:
        """The text of a report task ends too early: in the middle, within a row, before its last column.

        HTTP 200, and Content-Length is that of the shorter text. Only the text shows that something is missing.
        """

        def act(request: Request, answer: Answer) -> Response:
            whole = answer(request)
            return replace(whole, body=_cut_row(whole.body)) if whole.code is None else whole

        return self.arm(Fault("cut_csv", act, DOWNLOAD, left=times))


def _chain(faults: Sequence[Fault], answer: Answer) -> Answer:
    """Chains faults: each asks the next one for the right answer, and the last one asks the API."""
    if not faults:
        return answer
    first, *others = faults
    return lambda request: first.answer(request, _chain(others, answer))


def _cut_row(body: bytes) -> bytes:
    """Keeps the lines up to the middle of the text, and the next line without its last column."""
    lines = body.splitlines(keepends=True)
    middle = len(lines) // 2
    kept, _, _ = lines[middle].rpartition(b",")
    return b"".join(lines[:middle]) + (kept or lines[middle].rstrip())[:-1]


def _asks(request: Request, word: str) -> bool:
    """Whether a value of the request contains this whole word."""
    return any(re.search(rf"\b{word}\b", value) for value in request.parameters.values())


def _count_days(request: Request) -> int:
    """The number of days of a report, the first and the last one included; 0 if it has no days."""
    try:
        start, end = (date.fromisoformat(request.parameters[name]) for name in ("start_date", "end_date"))
    except (KeyError, ValueError):
        return 0
    return (end - start).days + 1
