"""Named misbehaviours. Each is armed by calling it, counts what it spoiled, and may end after so many requests."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from .tasks import Task, Tasks
from .wire import ConnectionDroppedError, Request, Response, envelope

REPORTS = "/report/integrated/get/"
CREATE, DOWNLOAD = "/report/task/create/", "/report/task/download/"
TOO_MANY = "Too many requests. Please retry in some time."

Answer = Callable[[Request], Response]
Act = Callable[[Request, Answer], Response]


@dataclass
class Fault:
    """An armed misbehaviour.

    `act` answers in place of the API, which it may ask. The first `skip` requests it concerns pass untouched,
    then it acts on `left` of them (None: on all); `hits` counts those.
    """

    name: str
    act: Act
    path: str | None = None
    advertiser_id: str | None = None
    when: Callable[[Request], bool] = lambda _: True
    skip: int = 0
    left: int | None = None
    hits: int = 0

    def answer(self, request: Request, otherwise: Answer) -> Response:
        """The spoiled answer when the fault concerns the request, else the other one."""
        if self.left == 0 or not self._concerns(request):
            return otherwise(request)
        if self.skip:
            self.skip -= 1
            return otherwise(request)
        self.hits += 1
        self.left = None if self.left is None else self.left - 1
        return self.act(request, otherwise)

    def _concerns(self, request: Request) -> bool:
        parameters = request.parameters
        asked = parameters.get("advertiser_id", "") + parameters.get("advertiser_ids", "")
        return (
            (self.path is None or request.path.endswith(self.path))
            and (self.advertiser_id is None or self.advertiser_id in asked)
            and self.when(request)
        )


def _refuse(code: int, message: str) -> Act:
    return lambda _, __: envelope(code, message, {}, "fault")


class Faults:
    """The faults armed on a simulator; the oldest one sees a request first. Some spoil its report tasks."""

    def __init__(self, tasks: Tasks) -> None:
        self.armed: list[Fault] = []
        self._tasks = tasks

    def answer(self, request: Request, answer: Answer) -> Response:
        """The answer to a request, spoiled by every fault it reaches."""
        return _through(self.armed, answer)(request)

    def clear(self) -> None:
        """Disarm everything."""
        self.armed.clear()

    def arm(self, fault: Fault) -> Fault:
        """Add a fault, one of one's own perhaps; returns it."""
        self.armed.append(fault)
        return fault

    def rate_limited(self, times: int = 1, path: str | None = None, code: int = 40100) -> Fault:
        """Too many requests: 40100, 40016, 40132 or 40133 (errors.md §3)."""
        return self.arm(Fault("rate_limited", _refuse(code, TOO_MANY), path, left=times))

    def outage(self, times: int = 1, path: str | None = None, code: int = 50000) -> Fault:
        """TikTok's own trouble inside the envelope: 50000-59999, 60001."""
        return self.arm(Fault("outage", _refuse(code, "System error"), path, left=times))

    def html_503(self, times: int = 1, path: str | None = None) -> Fault:
        """A gateway's HTML page with HTTP 503 instead of an envelope."""
        page = Response(503, {"Content-Type": "text/html"}, b"<html><body>503 Service Unavailable</body></html>")
        return self.arm(Fault("html_503", lambda _, __: page, path, left=times))

    def connection_reset(self, times: int = 1, path: str | None = None) -> Fault:
        """The connection ends without an answer."""

        def act(_: Request, __: Answer) -> Response:
            raise ConnectionDroppedError("connection reset by fault")

        return self.arm(Fault("connection_reset", act, path, left=times))

    def cut_json(self, times: int = 1, path: str | None = None) -> Fault:
        """HTTP 200 with the first half of the body."""

        def act(request: Request, answer: Answer) -> Response:
            whole = answer(request)
            return replace(whole, body=whole.body[: len(whole.body) // 2], code=None)

        return self.arm(Fault("cut_json", act, path, left=times))

    def too_large(self, days: int = 7, advertiser_id: str | None = None) -> Fault:
        """40067 for every report window of more than so many days; smaller ones pass."""
        refuse = _refuse(40067, "Your query is too large")
        return self.arm(Fault("too_large", refuse, REPORTS, advertiser_id, lambda request: _span(request) > days))

    def conflict(self, asked: str) -> Fault:
        """40002 for every report that asks for this word, though its published rules allow it."""
        refuse = _refuse(40002, "Conflict occurs. The input params including metrics and dimensions have no relation.")
        return self.arm(Fault("conflict", refuse, REPORTS, when=lambda request: asked in str(request.parameters)))

    def no_permission(self, advertiser_id: str, path: str | None = None) -> Fault:
        """40001 for one advertiser, at one endpoint or everywhere."""
        refuse = _refuse(40001, f"No permission to operate advertiser {advertiser_id}.")
        return self.arm(Fault("no_permission", refuse, path, advertiser_id))

    def revoked_token(self, after: int = 0) -> Fault:
        """40105 for every request after the first so many."""
        return self.arm(
            Fault("revoked_token", _refuse(40105, "Access token is incorrect or has been revoked."), skip=after)
        )

    def odd_value(self, metric: str = "spend", value: Any = "n/a", times: int | None = None) -> Fault:
        """A value of the wrong type for one metric, in every row of a report."""

        def act(request: Request, answer: Answer) -> Response:
            response = answer(request)
            body = response.json()
            for row in body["data"].get("list", ()):
                if metric in row["metrics"]:
                    row["metrics"][metric] = value
            return replace(response, body=json.dumps(body).encode())

        return self.arm(Fault("odd_value", act, REPORTS, left=times))

    def task_failed(self, times: int = 1, message: str = "Report generation failed.") -> Fault:
        """The next report tasks created end FAILED with a message instead of SUCCESS."""

        def spoil(task: Task) -> None:
            task.fails = message

        return self.arm(Fault("task_failed", self._spoiling(spoil), CREATE, left=times))

    def task_stuck(self, checks: int = 1_000, times: int = 1) -> Fault:
        """The next report tasks created are PROCESSING for so many checks."""

        def spoil(task: Task) -> None:
            task.waits, task.queued = checks, 0

        return self.arm(Fault("task_stuck", self._spoiling(spoil), CREATE, left=times))

    def _spoiling(self, spoil: Callable[[Task], None]) -> Act:
        """Do something to the task a request creates; the answer stays as it is."""

        def act(request: Request, answer: Answer) -> Response:
            response = answer(request)
            if response.code == 0:
                spoil(self._tasks.known[response.json()["data"]["task_id"]])
            return response

        return act

    def cut_csv(self, times: int = 1) -> Fault:
        """A report task's text that breaks off inside a row, before its last column, in the middle of the text.

        HTTP 200, and the length told is that of what is sent: only the text shows that something is missing.
        """

        def act(request: Request, answer: Answer) -> Response:
            whole = answer(request)
            return replace(whole, body=_cut_row(whole.body)) if whole.code is None else whole

        return self.arm(Fault("cut_csv", act, DOWNLOAD, left=times))

    def slow(self, seconds: float = 1.0, times: int | None = None, path: str | None = None) -> Fault:
        """An answer that takes its time; over a real socket only."""
        return self.arm(
            Fault("slow", lambda request, answer: replace(answer(request), delay=seconds), path, left=times)
        )


def _through(faults: Sequence[Fault], answer: Answer) -> Answer:
    """The answer behind a row of faults."""
    if not faults:
        return answer
    first, *others = faults
    return lambda request: first.answer(request, _through(others, answer))


def _cut_row(body: bytes) -> bytes:
    """Whole lines up to the middle of the text, and the next one as far as before its last column."""
    lines = body.splitlines(keepends=True)
    middle = len(lines) // 2
    kept, _, _ = lines[middle].rpartition(b",")
    return b"".join(lines[:middle]) + (kept or lines[middle].rstrip())[:-1]


def _span(request: Request) -> int:
    """Days of a report's window, both ends counted; 0 when it has none."""
    try:
        start, end = (date.fromisoformat(request.parameters[name]) for name in ("start_date", "end_date"))
    except (KeyError, ValueError):
        return 0
    return (end - start).days + 1
