"""Forms of ad accounts and of form libraries, and the export of their leads (endpoints.md, page/).

An export is a task. POST page/lead/task/ begins it; with a task_id it answers with the status of that task.
page/lead/task/download/ has its CSV: the columns below, then a column for each question of the form. Leads are stored
in regions. The header x-lead-region says which region a task or a file is about.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from tiktok_simulator.endpoints.call import Answer, Call, find_page_bounds, make_page_info
from tiktok_simulator.endpoints.lists.listed import read_lists
from tiktok_simulator.endpoints.lists.made_up import SINCE
from tiktok_simulator.endpoints.lists.tables import answer_list, make_rows
from tiktok_simulator.protocol.parameters import TIME_FORMAT
from tiktok_simulator.protocol.wire import ApiError, BadRequestError
from tiktok_simulator.world.delivery import mix
from tiktok_simulator.world.tasks import Task
from tiktok_simulator.world.world import World

FORMS, LIBRARIES = "/page/get/", "/page/library/get/"
STATUSES = {"QUEUING": "CREATED", "PROCESSING": "RUNNING", "SUCCESS": "SUCCEED", "FAILED": "FAILED"}
ABOUT_ADS = ("ad_id", "ad_name", "adgroup_id", "adgroup_name", "campaign_id", "campaign_name")
QUESTIONS = ("Full name", "Email", "When may we call, and where?")
REGION = "x-lead-region"


def answer_forms(call: Call) -> Answer:
    """page/get/: the forms of an ad account, also those that moved to a library, or the forms of a library."""
    if call["advertiser_id"]:
        answer = answer_list(FORMS, call)
        for row in answer.data["list"]:
            if row["page_id"] in call.world.leads.moved:
                row["transfer_status"] = "TRANSFERRED"
        return answer
    rows = list_forms(call.world, _read_owner(call))
    first, last = find_page_bounds(call)
    return Answer({"list": rows[first:last], "page_info": make_page_info(call, len(rows))})


def list_forms(world: World, owner: Mapping[str, str]) -> list[dict[str, Any]]:
    """The forms whose leads belong to `owner`: `{advertiser_id: …}` or `{library_id: …}`."""
    (owner_id,) = owner.values()
    rows = make_rows(world, read_lists()[FORMS], {"advertiser_id": owner_id}, None)
    return [row for row in rows if row["page_id"] not in world.leads.moved]


def list_leads(world: World, owner: Mapping[str, str], page_id: str, region: str) -> list[dict[str, str]]:
    """The leads of one form in one region, by the headings of their file."""
    accounts = [owner["advertiser_id"]] if "advertiser_id" in owner else sorted(world.permitted)
    ads = [item.row for account in accounts for item in world.list_entities("ad", account)]
    return [_make_lead(owner, page_id, region, number, ads) for number in range(world.leads.counts[region])]


def answer_lead_task(call: Call) -> Answer:
    """Begins an export, or answers with the status of one."""
    owner, region = _read_owner(call), call.headers.get(REGION, "")
    if region not in call.world.leads.counts:
        raise BadRequestError(f"{REGION}: {region} is not a region.")
    if call["task_id"]:
        task = _find_task(call)
        return Answer({"task_id": task.task_id, "status": STATUSES[task.check()]})
    if bool(call["ad_id"]) == bool(call["page_id"]):
        raise BadRequestError("Missing required field(s): one of ad_id and page_id.")
    page_id = call["page_id"]
    if page_id not in [row["page_id"] for row in list_forms(call.world, owner)]:
        raise BadRequestError(f"page_id: {page_id} is no form of {', '.join(owner.values())}.")

    def write() -> str:
        return write_file(list_leads(call.world, owner, page_id, region))

    task = call.world.leads.tasks.add(call.grant.token, [_join_owner_and_region(call)], call.now, write)
    return Answer({"task_id": task.task_id, "status": STATUSES[task.status]})


def answer_lead_file(call: Call) -> Answer:
    """Answers with the file of an export that succeeded. A large CSV is zipped."""
    _read_owner(call)
    content = _find_task(call).read().encode("utf-8-sig")
    if len(content) < call.world.leads.zipped_from:
        return Answer({}, {"Content-Type": "text/csv; charset=utf-8"}, file=content)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr("leads.csv", content)
    return Answer({}, {"Content-Type": "application/zip"}, file=archive.getvalue())


def write_file(leads: list[dict[str, str]]) -> str:
    """The leads as CSV. Without leads the file is empty."""
    file = io.StringIO()
    if leads:
        writer = csv.DictWriter(file, list(leads[0]))
        writer.writeheader()
        writer.writerows(leads)
    return file.getvalue()


def _read_owner(call: Call) -> dict[str, str]:
    named = {name: call[name] for name in ("advertiser_id", "library_id") if call[name]}
    if len(named) != 1:
        raise BadRequestError("Missing required field(s): one of advertiser_id and library_id.")
    known = [row["library_id"] for row in make_rows(call.world, read_lists()[LIBRARIES], {}, None)]
    if "library_id" in named and named["library_id"] not in known:
        raise ApiError(40001, f"No permission to operate library {named['library_id']}.")
    return named


def _join_owner_and_region(call: Call) -> str:
    return " ".join([*_read_owner(call).values(), call.headers.get(REGION, "")])


def _find_task(call: Call) -> Task:
    return call.world.leads.tasks.find(call["task_id"], call.grant.token, _join_owner_and_region(call), call.now)


def _make_lead(
    owner: Mapping[str, str], page_id: str, region: str, number: int, ads: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    seed = mix(*owner.values(), page_id, region, number)
    about = {name: ads[seed % len(ads)][name] if ads else "" for name in ABOUT_ADS}
    created = (SINCE + timedelta(seconds=seed % 20_000_000)).strftime(TIME_FORMAT)
    person = f"Person {seed % 10**9}"
    wrote = [person, f"{seed % 10**9}@example.org", f"Mornings, at home.\nOr in the office, says {person}"]
    lead = {"lead_id": str(7 * 10**18 + seed % 10**18), "created_time": created, **about}
    return {**lead, "form_id": page_id, "form_name": f"Form {page_id[-4:]}", **dict(zip(QUESTIONS, wrote, strict=True))}
