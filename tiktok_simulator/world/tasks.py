"""The life of an asynchronous report task: QUEUING → PROCESSING → SUCCESS, FAILED or CANCELED (reporting.md §7)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tiktok_simulator.protocol.wire import ApiError, BadRequestError
from tiktok_simulator.world.delivery import mix

KEPT = timedelta(days=30)
UNFINISHED = ("QUEUING", "PROCESSING")


@dataclass
class Task:
    """One task. Its progress depends on how often it is checked, not on time.

    The first `waits` checks find it unfinished, the first `queued` of these QUEUING. When the task succeeds, `write`
    makes the text of the report, once. With a text in `fails` the task ends FAILED with that message.
    """

    task_id: str
    token: str
    advertiser_ids: Sequence[str]
    created: datetime
    write: Callable[[], str]
    waits: int
    queued: int = 1
    fails: str | None = None
    checked: int = 0
    canceled: bool = False
    _text: str | None = None

    @property
    def status(self) -> str:
        """QUEUING, PROCESSING, SUCCESS, FAILED or CANCELED."""
        if self.canceled:
            return "CANCELED"
        if self.waits >= max(self.checked, 1):
            return "QUEUING" if self.checked <= self.queued else "PROCESSING"
        return "SUCCESS" if self.fails is None else "FAILED"

    def check(self) -> str:
        """Counts one check, and returns the status after it."""
        self.checked += 1
        if self.status == "SUCCESS":
            self.read()
        return self.status

    def cancel(self) -> None:
        """Cancels the task. Raises 40002 if it has ended already."""
        if self.status not in UNFINISHED:
            raise BadRequestError(f"task_id: A task that is {self.status} cannot be canceled.")
        self.canceled = True

    def read(self) -> str:
        """The text of the report. Raises 40201 if the task has not ended, 40200 if it did not succeed."""
        if self.status in UNFINISHED:
            raise ApiError(40201, "Task is not ready")
        if self.status != "SUCCESS":
            raise ApiError(40200, "Task error")
        if self._text is None:
            self._text = self.write()
        return self._text


@dataclass
class Tasks:
    """The tasks of a world. `checks` is how many checks find a new task unfinished; with 0 it succeeds at once."""

    checks: int = 2
    known: dict[str, Task] = field(default_factory=dict)

    def add(self, token: str, advertiser_ids: Sequence[str], created: datetime, write: Callable[[], str]) -> Task:
        """Begins a task, whose file `write` writes."""
        task_id = str(7 * 10**18 + mix("task", len(self.known)) % 10**18)
        task = Task(task_id, token, advertiser_ids, created, write, self.checks)
        self.known[task_id] = task
        return task

    def find(self, task_id: str, token: str, advertiser_id: str, now: datetime) -> Task:
        """Finds a task for 30 days, for its token and each of its ad accounts. Raises 40002 if there is none."""
        task = self.known.get(task_id)
        if task and task.token == token and advertiser_id in task.advertiser_ids and now < task.created + KEPT:
            return task
        raise BadRequestError(f"task_id: Task {task_id} does not exist.")
