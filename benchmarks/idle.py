"""A TikTok of many ad accounts without any row. Its answers are made beforehand, so that they cost next to nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from benchmarks.world import FIRST_ACCOUNT
from tiktok_simulator import Simulator
from tiktok_simulator.protocol.wire import Request, Response
from tiktok_simulator.world.ready_made import make_empty_world

JSON = {"Content-Type": "application/json"}
ACCOUNT = {"currency": "EUR", "timezone": "Etc/UTC", "display_timezone": "UTC", "create_time": 1_600_000_000}


class IdleTiktok(Simulator):
    """Answers as a simulator with idle ad accounts would. It only counts the requests, and keeps none.

    With `seems_active` it says that each ad account has a row on the first day asked for, so that all reports are read.
    """

    def __init__(self, accounts: int, *, seems_active: bool = False) -> None:
        super().__init__(make_empty_world())
        self.asked_for: Counter[str] = Counter()
        self._seems_active = seems_active
        self._empty = _make_answer([])
        self._list = _make_answer([_describe(str(FIRST_ACCOUNT + number)) for number in range(accounts)])

    def handle(self, request: Request) -> Response:
        """Answers one request; concurrent threads do not wait for each other."""
        endpoint = request.path.partition("v1.3/")[2]
        self.asked_for[endpoint] += 1
        if endpoint == "oauth2/advertiser/get/":
            return self._list
        if endpoint == "advertiser/info/":
            return _make_answer([_describe(each) for each in json.loads(request.query["advertiser_ids"])])
        if self._seems_active and "advertiser_ids" in request.query:
            return _make_answer(make_active_rows(request.query))
        return self._empty


def _describe(advertiser_id: str) -> dict[str, Any]:
    return {"advertiser_id": advertiser_id, "advertiser_name": "Idle", "name": "Idle", **ACCOUNT}


def make_active_rows(asked: Mapping[str, str]) -> list[dict[str, Any]]:
    """What TikTok answers to the question on which days ad accounts have rows: each has one on the first day."""
    day = f"{asked['start_date']} 00:00:00"
    dimensions = [{"advertiser_id": each, "stat_time_day": day} for each in json.loads(asked["advertiser_ids"])]
    return [{"dimensions": each, "metrics": dict.fromkeys(json.loads(asked["metrics"]), "1")} for each in dimensions]


def _make_answer(rows: list[dict[str, Any]]) -> Response:
    pages = {"page": 1, "page_size": 1000, "total_number": len(rows), "total_page": 1}
    body = {"code": 0, "message": "OK", "request_id": "1", "data": {"list": rows, "page_info": pages}}
    return Response(200, JSON, json.dumps(body).encode(), 0)
