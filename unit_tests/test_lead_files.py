"""A file of leads: what is asked for it, and what its lines become; without a sync."""

from __future__ import annotations

import io
import zipfile
from typing import Any, cast

import orjson
import pytest
import requests
from airbyte_cdk.sources.declarative.requesters import HttpRequester
from airbyte_cdk.sources.types import StreamSlice

from source_tiktok_marketing.errors import DefectError, PartialReadError
from source_tiktok_marketing.requesters.responses import Answer
from source_tiktok_marketing.retrievers.leads import LeadDownloads
from source_tiktok_marketing.sync import PREPARED

Json = dict[str, Any]
HEAD = "lead_id,created_time,Ad ID,form_id,Your name,Your name\n"
LINE = '1,2026-01-05 07:00:00,="23",7,Ada,-\n'
LEAD = {"lead_id": "1", "create_time": "2026-01-05T07:00:00", "ad_id": "23", "page_id": "7",
        "answers": {"Your name": "Ada", "Your name (2)": "-"}}  # fmt: skip


class Requester:
    """Gives one body after another, the last one again and again, and keeps what it was asked."""

    def __init__(self, *bodies: bytes) -> None:
        self.bodies, self.asked, self.stream_response = list(bodies), list[Json](), False

    def send_request(self, **asked: Any) -> requests.Response:
        self.asked.append(asked)
        response = requests.Response()
        response.status_code = 200
        response.request = requests.Request("GET", "https://business-api.tiktok.com/open_api/v1.3/x/").prepare()
        return Answer(response, self.bodies.pop(0) if len(self.bodies) > 1 else self.bodies[0])


def task(status: str) -> bytes:
    return orjson.dumps({"code": 0, "data": {"task_id": "5", "status": status}})


def zipped(*texts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number, text in enumerate(texts):
            archive.writestr(f"{number}.csv", text)
    return file.getvalue()


def read(tasks: Requester, download: Requester, **ask: str) -> list[Json]:
    config = {"max_wait_minutes": 15, PREPARED: {"sample": False}}
    retriever = LeadDownloads(config, cast("HttpRequester", tasks), cast("HttpRequester", download), {}, "leads")
    window = StreamSlice(
        partition={}, cursor_slice={}, extra_fields={"ask": {"advertiser_id": "17", "page_id": "7"} | ask}
    )
    return list(retriever.read_records({}, window))


@pytest.mark.parametrize(("region", "headers"), [("eu", {"x-lead-region": "eu"}), ("other", {})])
def test_a_form_is_asked_for_where_its_leads_lie(region: str, headers: Json, waits: list[float]) -> None:
    tasks, download = Requester(task("RUNNING"), task("SUCCEED")), Requester((HEAD + LINE).encode())
    assert read(tasks, download, lead_region=region) == [LEAD]
    form = {"advertiser_id": "17", "page_id": "7"}
    assert tasks.asked == [
        {"request_body_json": form, "request_headers": headers},
        {"request_body_json": {**form, "task_id": "5"}, "request_headers": headers},
    ]
    (asked,) = download.asked
    assert asked["request_params"] == {"advertiser_id": "17", "task_id": "5"}
    assert asked["request_headers"] == headers
    assert len(waits) == 1
    assert download.stream_response  # the CDK logs what is not streamed, with all that people wrote


@pytest.mark.parametrize(
    ("file", "leads"),
    [
        (b"", 0),
        (HEAD.encode(), 0),
        ((HEAD + LINE).encode(), 1),
        (zipped(HEAD + LINE, HEAD + LINE + LINE), 3),
        (zipped(), 0),
    ],
)
def test_every_line_of_every_file_is_a_lead(file: bytes, leads: int) -> None:
    assert read(Requester(task("SUCCESS")), Requester(file)) == [LEAD] * leads


@pytest.mark.parametrize("damaged", [b"PK\x03\x04 and no archive", zipped(HEAD + LINE)[:-9], (HEAD + "1,2\n").encode()])
def test_a_damaged_file_is_downloaded_three_times_and_named(damaged: bytes) -> None:
    download = Requester(damaged, damaged, (HEAD + LINE).encode())
    assert read(Requester(task("SUCCESS")), download) == [LEAD]
    download = Requester(damaged)
    with pytest.raises(PartialReadError) as found:
        read(Requester(task("SUCCESS")), download, lead_region="us")
    assert len(download.asked) == 3
    assert found.value.message == (
        "TikTok's file broke off for stream leads, form 7, region us. The next sync asks for it again."
    )


def test_a_file_without_ids_is_no_file_of_leads() -> None:
    with pytest.raises(DefectError, match="no column lead_id"):
        read(Requester(task("SUCCESS")), Requester(b"Your name,Your mail\nAda,a@b\n"))


@pytest.mark.parametrize(
    ("written", "found"),
    [("2026-01-05", "2026-01-05T00:00:00"), ("soon", None), ("--", "left out"), ("", "left out")],
)
def test_a_moment_that_is_none_is_empty_and_the_lead_is_there(written: str, found: str | None) -> None:
    (lead,) = read(Requester(task("SUCCESS")), Requester(f"Lead ID,created time\n1,{written}\n".encode()))
    assert lead["lead_id"] == "1"
    assert lead.get("create_time", "left out") == found
