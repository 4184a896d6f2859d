"""report/task/create, check, download and cancel (reporting.md §7)."""

from __future__ import annotations

from tiktok_simulator.endpoints.call import Answer, Call
from tiktok_simulator.endpoints.reports.csv_text import write_report
from tiktok_simulator.endpoints.reports.request import make_query, order_rows, read_wanted_report
from tiktok_simulator.endpoints.reports.rules import check
from tiktok_simulator.protocol.wire import BadRequestError
from tiktok_simulator.world.tasks import Task


def create_task(call: Call) -> Answer:
    """Begins a report. It has the rules of synchronous reports, and a few of its own."""
    ask = read_wanted_report(call, in_task=True)
    check(ask)
    if call["output_format"] != "CSV_STRING":
        raise BadRequestError(f"output_format: The simulator writes CSV_STRING only, not {call['output_format']}.")
    query = make_query(call, ask)

    def write() -> str:
        return write_report(order_rows(call, query, ask), query, titles=call["enable_report_title_translation"])

    task = call.world.tasks.add(call.grant.token, query.advertiser_ids, call.now, write)
    return Answer({"task_id": task.task_id})


def _find_task(call: Call) -> Task:
    return call.world.tasks.find(call["task_id"], call.grant.token, call["advertiser_id"], call.now)


def check_task(call: Call) -> Answer:
    """Answers with the status of a task, and with the reason if it failed."""
    task = _find_task(call)
    status = task.check()
    return Answer({"status": status, "message": (task.fails or "") if status == "FAILED" else ""})


def download_task(call: Call) -> Answer:
    """Answers with the report of a task that succeeded. The body is its text, without envelope."""
    return Answer({}, text=_find_task(call).read())


def cancel_task(call: Call) -> Answer:
    """Cancels a task that has not ended."""
    task = _find_task(call)
    task.cancel()
    return Answer({"status": task.status})
