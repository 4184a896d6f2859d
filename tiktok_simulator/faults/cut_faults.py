"""Faults of reports that TikTok cuts to the newest ids: what is left out, and what the header says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tiktok_simulator.faults.fault import Answer, Arming, Fault
from tiktok_simulator.protocol.wire import Request, Response, write_json

REPORTS = "/report/integrated/get/"
HEADER = "X-Tt-Ads-Throttle"
TOLD = "equal or more than 20k"
IDS = ("campaign_id", "adgroup_id", "ad_id", "ad_id_v2")
LONGEST_PAGE = 1000


class CutFaults(Arming):
    """The faults of an answer that covers the newest ids only."""

    def cut_from_page(self, page: int = 2, times: int | None = None, path: str | None = REPORTS) -> Fault:
        """The header of a cut answer from this page on, as if the ad account had grown meanwhile."""

        def is_late(request: Request) -> bool:
            return int(request.parameters.get("page", "1")) >= page

        def act(request: Request, answer: Answer) -> Response:
            return _set_header(answer(request), TOLD)

        return self.arm(Fault("cut_from_page", act, path, when=is_late, left=times))

    def cut_answer(self, newest: int, told: str = TOLD, *, hides: bool = False, deaf_to: str = "") -> Fault:
        """The rows of the `newest` ids, if there are more ids.

        `told` is the text of the header; `{ids}` in it stands for the number of ids there are. With an empty one there
        is no header. With `hides` the `page_info` still counts all rows. The filter `deaf_to` is ignored.
        """

        def act(request: Request, answer: Answer) -> Response:
            heard = _remove_filter(request, deaf_to)
            first, rows = _read_all_rows(heard, answer)
            if first.code != 0 or len(ids := _list_ids(rows)) <= newest:
                return answer(heard)
            kept = [row for row in rows if _find_id(row) in ids[:newest]]
            return _set_header(
                _make_page(heard, first, kept, len(rows) if hides else len(kept)), told.format(ids=len(ids))
            )

        return self.arm(Fault("cut_answer", act, REPORTS))


def _set_header(response: Response, value: str) -> Response:
    return replace(response, headers={**response.headers, HEADER: value}) if value else response


def _remove_filter(request: Request, name: str) -> Request:
    items = json.loads(request.query.get("filtering", "[]"))
    heard = [item for item in items if item["field_name"] != name]
    return request if heard == items else replace(request, query={**request.query, "filtering": json.dumps(heard)})


def _read_all_rows(request: Request, answer: Answer) -> tuple[Response, list[Any]]:
    pages = list(_read_pages(request, answer))
    return pages[0], [row for page in pages if page.code == 0 for row in page.json()["data"]["list"]]


def _read_pages(request: Request, answer: Answer) -> Iterator[Response]:
    page, last = 1, 1
    while page <= last:
        response = answer(replace(request, query={**request.query, "page": str(page), "page_size": str(LONGEST_PAGE)}))
        yield response
        page, last = page + 1, response.json()["data"]["page_info"]["total_page"] if response.code == 0 else 0


def _make_page(request: Request, whole: Response, rows: list[Any], total: int) -> Response:
    """The page of these rows that the request is about. Its `page_info` counts `total` rows."""
    page, size = (int(request.query.get(name, "1")) for name in ("page", "page_size"))
    info = {"page": page, "page_size": size, "total_number": total, "total_page": -(-total // size)}
    body = whole.json()
    body["data"] |= {"list": rows[(page - 1) * size : page * size], "page_info": info}
    return replace(whole, body=write_json(body))


def _find_id(row: Any) -> str:
    return next((str(row["dimensions"][name]) for name in IDS if name in row["dimensions"]), "")


def _list_ids(rows: list[Any]) -> list[str]:
    """The ids at the level of the report, newest first."""
    return sorted({_find_id(row) for row in rows} - {""}, key=int, reverse=True)
