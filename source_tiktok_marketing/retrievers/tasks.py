"""Files that TikTok makes as a task, of leads and of changes: each is ordered, then asked about until it is ready."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

PAUSE, TRIES = 5.0, 3
READY, FAILED, LATE = "is ready", "failed", "took too long"
# TikTok has two words for a task that is done.
OUTCOMES = {"SUCCESS": READY, "SUCCEED": READY, "FAILED": FAILED}

# The id of a task, and its status in TikTok's words.
Task = tuple[str, str]


class Finished(NamedTuple):
    """The newest task, what became of it (READY, FAILED or LATE), and the last status TikTok gave it."""

    task_id: str
    outcome: str
    status: str


def finish(order: Callable[[], Task], look: Callable[[str], str], most_waits: int) -> Finished:
    """Orders a task and waits until it ends.

    A task that failed, or that has no id, is ordered again, three times in all. The waits for all of them are counted
    together. After `most_waits` no other task is ordered, as nobody would wait for it.
    """
    task_id = status = ""
    for _ in range(TRIES):
        task_id, status = order()
        while task_id and status not in OUTCOMES:
            if most_waits <= 0:
                return Finished(task_id, LATE, status)
            time.sleep(PAUSE)
            most_waits -= 1
            status = look(task_id)
        if task_id and OUTCOMES[status] == READY:
            return Finished(task_id, READY, status)
    return Finished(task_id, FAILED, status)
