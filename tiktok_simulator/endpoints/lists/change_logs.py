"""changelog/task/create, check and download: a task that makes a log of the changes in an ad account.

The source is endpoints.md, section M.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from tiktok_simulator.endpoints.call import Answer, Call
from tiktok_simulator.protocol.parameters import TIME_FORMAT
from tiktok_simulator.protocol.wire import BadRequestError
from tiktok_simulator.world.delivery import mix
from tiktok_simulator.world.tasks import Task
from tiktok_simulator.world.world import World

LONGEST = timedelta(days=30)
HEADINGS = ("Time", "log_object_type", "Object ID", "Object", "Operator", "Source", "App ID", "Activity details")
STATUSES = {"QUEUING": "PROCESSING", "CANCELED": "FAILED"}
BUDGETS = ("20.00 USD", "50.00 USD", "1,000.00 €")
A_DAY = 2


def make_changes(world: World, advertiser_id: str, day: date) -> list[Sequence[str]]:
    """The lines of the log for one day: a change of a budget, and a change of a name with unusual letters."""
    return [_write_line(world, advertiser_id, day, number) for number in range(A_DAY)]


def _write_line(world: World, advertiser_id: str, day: date, number: int) -> Sequence[str]:
    seed = mix(world.seed, advertiser_id, day.isoformat(), number)
    name, before, after = ("Budget", *(BUDGETS[(seed + step) % len(BUDGETS)] for step in (0, 1)))
    if number % 2:
        name, before, after = "Name", f"It's “{seed % 97}”", "Größe, neu"
    shown = {"before": str(before.encode()), "after": str(after.encode())}
    details = json.dumps([{"action": "Change ", "name": name, "before_after": [shown]}])
    known = world.list_entities("adgroup", advertiser_id)
    object_type, object_id = ("Ad group", known[seed % len(known)].id) if known else ("Ad account", advertiser_id)
    return (f"{day} {8 + number:02}:{seed % 60:02}", object_type, object_id, "Settings" if number % 2 else
            "Budget & Schedule", "a***@example.com", "Marketing API", str(seed % 10**12), details)  # fmt: skip


def create_log(call: Call) -> Answer:
    """Begins a log. Without days it is about the last thirty."""
    last = datetime.strptime(call["end_time"], TIME_FORMAT) if call["end_time"] else call.now.replace(tzinfo=None)
    first = datetime.strptime(call["start_time"], TIME_FORMAT) if call["start_time"] else last - LONGEST
    if not timedelta() <= last - first <= LONGEST:
        raise BadRequestError("start_time: Must be at most 30 days before end_time.")
    world, advertiser_id, newest = call.world, call["advertiser_id"], (call.now + timedelta(hours=14)).date()
    days = [first.date() + timedelta(number) for number in range((min(last.date(), newest) - first.date()).days + 1)]

    def write() -> str:
        return _write_file([line for day in days for line in make_changes(world, advertiser_id, day)])

    task = world.tasks.add(call.grant.token, [advertiser_id], call.now, write)
    return Answer({"task_id": task.task_id})


def _write_file(lines: Sequence[Sequence[str]]) -> str:
    """Writes a log as TikTok does: what Python prints for a dictionary that has a CSV as bytes."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([("Budget changes", len(lines) // A_DAY), ("Bid changes", 0), ("Status changes", 0), ()])
    writer.writerows([HEADINGS, *lines])
    return str({"file_data": text.getvalue().encode(), "file_name": "changelog.csv"})


def _find_task(call: Call) -> Task:
    return call.world.tasks.find(call["task_id"], call.grant.token, call["advertiser_id"], call.now)


def check_log(call: Call) -> Answer:
    """Answers with the status of a log."""
    status = _find_task(call).check()
    return Answer({"status": STATUSES.get(status, status)})


def download_log(call: Call) -> Answer:
    """Answers with a log, if it is finished."""
    task = _find_task(call)
    status = STATUSES.get(task.status, task.status)
    return Answer({"status": status, "changelog": task.read() if status == "SUCCESS" else ""})
