"""What TikTok makes as a task, leads and logs of changes: ordered, and asked about until it is there."""

from __future__ import annotations

import time
from collections.abc import Callable

PAUSE, TRIES = 5.0, 3
READY, FAILED, LATE = "is ready", "failed", "took too long"
# TikTok has two words for a task that is done.
OUTCOMES = {"SUCCESS": READY, "SUCCEED": READY, "FAILED": FAILED}

# The id of a task, and its status in TikTok's words.
Task = tuple[str, str]


def finish(order: Callable[[], Task], look: Callable[[str], str], most_waits: int) -> Task:
    """The id of the newest task, and what became of it: READY, FAILED or LATE.

    A task that failed, or that has no id, is ordered anew, three times at most. All of them together are waited for
    `most_waits` times: then no other one is ordered, as nobody would wait for it.
    """
    task_id = ""
    for _ in range(TRIES):
        task_id, status = order()
        while task_id and status not in OUTCOMES:
            if most_waits <= 0:
                return task_id, LATE
            time.sleep(PAUSE)
            most_waits -= 1
            status = look(task_id)
        if task_id and OUTCOMES[status] == READY:
            return task_id, READY
    return task_id, FAILED
