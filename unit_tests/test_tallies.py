"""What TikTok says of a list's pages, held against the rows that came: case by case, without a sync."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
import requests

from source_tiktok_marketing.requesters.page_counts import Tally, count_rows, has_more, tally_page
from source_tiktok_marketing.requesters.pages import READ
from source_tiktok_marketing.requesters.responses import Answer

Json = dict[str, Any]
ADDRESS = "https://business-api.tiktok.com/open_api/v1.3/campaign/get/"
PAGED = {"page": "1"}


def answer(data: Json, **asked: str) -> Answer:
    response = requests.Response()
    response.request = requests.Request("GET", ADDRESS, params=asked).prepare()
    return Answer(response, orjson.dumps({"code": 0, "data": data}))


def page(rows: int, asked: Json | None = None, **info: Any) -> Answer:
    """A page of a list, as it was asked for and with what TikTok says in its page_info."""
    return answer({"list": [{"id": number} for number in range(rows)], "page_info": info}, **(asked or {}))


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        ({"list": [{}, {}]}, 2),
        ({"list": None}, 0),
        ({"list": []}, 0),
        ({"musics": [{}]}, 1),
        ({"list": [{}], "musics": [{}, {}]}, 2),
        ({"creative_portfolios": [{}, {}, {}], "others": [{}] * 9}, 3),
        ({"stores": [{}, {}], "shops": [{}]}, 2),
        ({"store": {"id": 1}}, None),
        ({}, 0),
        ({READ: 7, "page_info": {}}, 7),
    ],
)
def test_rows_are_counted_where_they_are_a_list(data: Json, rows: int | None) -> None:
    assert count_rows(answer(data)) == rows


@pytest.mark.parametrize(
    ("before", "found", "after"),
    [
        (Tally(), page(3, page_size=3, total_number=8, total_page=3), Tally(3, 3, False, 8, 3)),
        (Tally(3, 3, False, 8, 3), page(2, page_size=3), Tally(5, 3, True, 8, 3)),
        (Tally(3, 3, False, 8, 3), page(4, page_size=3, total_number=9, total_page=0), Tally(7, 4, False, 9, 0)),
        (Tally(3, 3), page(3), Tally(6, 3, False)),
        (Tally(3, 3), page(2), Tally(5, 3, True)),
        (Tally(), page(2, {"page_size": "3"}), Tally(2, 2, True)),
        (Tally(), page(3, {"page_size": "3"}), Tally(3, 3, False)),
        (Tally(), page(2, {"page_size": "many"}), Tally(2, 2, False)),
        (Tally(2, 2), answer({"store": {}}), Tally(2, 2, True)),
    ],
)
def test_a_tally_has_the_rows_of_all_pages_and_the_newest_counts(before: Tally, found: Answer, after: Tally) -> None:
    assert tally_page(before, found) == after


@pytest.mark.parametrize(
    ("tally", "lacking"), [(Tally(3, total=5), 2), (Tally(5, total=5), 0), (Tally(6, total=5), 0), (Tally(3), 0)]
)
def test_what_is_counted_and_did_not_come_is_lacking(tally: Tally, lacking: int) -> None:
    assert tally.lacking == lacking


@pytest.mark.parametrize(
    ("tally", "found", "number", "more"),
    [
        # `total_page` counts another page, and this one has rows.
        (Tally(1, 1, pages=3), page(1, PAGED), 1, True),
        (Tally(1, 1, pages=3), page(1, PAGED), 3, False),
        (Tally(2, 2, pages=3), page(0, PAGED), 2, False),
        # `total_number` counts rows that did not come.
        (Tally(3, 3, total=5), page(3, PAGED), 1, True),
        (Tally(4, 3, total=5), page(1, PAGED), 2, True),
        (Tally(5, 3, total=5), page(2, PAGED), 2, False),
        (Tally(5, 3, total=5, pages=1), page(2, PAGED), 1, False),
        # More came than it counts: on until a page is not as full as the fullest.
        (Tally(6, 3, total=5), page(3, PAGED), 2, True),
        (Tally(6, 4, total=5), page(3, PAGED), 2, False),
        (Tally(8, 3, total=5), page(4, PAGED), 2, True),
        # Nothing is counted: on until a page is short of its size, the size asked for, or the fullest page.
        (Tally(3, 3), page(3, PAGED, page_size=3), 1, True),
        (Tally(2, 2), page(2, PAGED, page_size=3), 1, False),
        (Tally(3, 3), page(3, {**PAGED, "page_size": "3"}), 1, True),
        (Tally(2, 2), page(2, {**PAGED, "page_size": "3"}), 1, False),
        (Tally(5, 3), page(2, PAGED), 2, False),
        (Tally(6, 3), page(3, PAGED), 2, True),
        (Tally(3, 3, pages=1), page(3, PAGED, page_size=3), 1, False),
        # Not asked for by pages: there is more where more is counted than one page holds.
        (Tally(3, 3, total=5), page(3, page_size=3), 1, True),
        (Tally(3, 3, total=3), page(3, page_size=3), 1, False),
        (Tally(2, 2, total=5), page(2, page_size=3), 1, False),
        (Tally(3, 3, total=5), page(3), 1, True),
        (Tally(0, 0), page(0), 1, False),
        (Tally(3, 3, pages=2), page(3), 1, True),
        # Records that are no list.
        (Tally(total=10), answer({"store": {}, "page_info": {"page_size": 5}}, page="1"), 1, True),
        (Tally(total=10), answer({"store": {}, "page_info": {"page_size": 5}}, page="2"), 2, False),
        (Tally(total=2), answer({"store": {}}, page="1"), 1, False),
        (Tally(pages=2), answer({"store": {}}, page="1"), 1, True),
        (Tally(), answer({"store": {}}, page="1"), 1, False),
    ],
)
def test_a_list_goes_on_where_rows_are_lacking_or_a_page_is_full(
    tally: Tally, found: Answer, number: int, more: bool
) -> None:
    assert has_more(tally, found, number) is more
