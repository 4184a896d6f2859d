"""What is asked for after a page of a list: page by page, without a sync."""

from __future__ import annotations

import logging
from typing import Any

import orjson
import pytest
import requests
from airbyte_cdk import AirbyteTracedException
from airbyte_cdk.sources.types import StreamSlice

from source_tiktok_marketing.errors import ConfigError, TransientError
from source_tiktok_marketing.requesters.asked_apart import AskedApart, CampaignKind
from source_tiktok_marketing.requesters.paginator import OUTERMOST, READ_AGAIN, TiktokPages
from source_tiktok_marketing.requesters.responses import Answer
from source_tiktok_marketing.sync import PREPARED

Json = dict[str, Any]
ADDRESS = "https://business-api.tiktok.com/open_api/v1.3/campaign/get/"
WINDOW = StreamSlice(partition={"advertiser_id": "17"}, cursor_slice={"start_time": "2026-01-01"})
WHOLE = StreamSlice(partition={"advertiser_id": "17"}, cursor_slice={})


def answer(data: Json, **asked: str) -> Answer:
    response = requests.Response()
    response.request = requests.Request("GET", ADDRESS, params={"advertiser_id": "17", **asked}).prepare()
    return Answer(response, orjson.dumps({"code": 0, "data": data}))


def page(number: int, *ids: int, size: int = 2, total: int | None = None, **info: Any) -> Answer:
    """A page of a list, asked for by its number and size."""
    counts = {} if total is None else {"total_number": total, "total_page": -(-total // size)}
    data = {
        "list": [{"campaign_id": each} for each in ids],
        "page_info": {"page": number, "page_size": size} | counts | info,
    }
    return answer(data, page=str(number), page_size=str(size))


def pages(**settings: Any) -> TiktokPages:
    return TiktokPages(**{"parameters": {}, "stream": "campaigns", **settings})


def after(pager: TiktokPages, found: Answer, token: Any = None, window: StreamSlice | None = None) -> Json | None:
    return pager.next_page_token(found, 0, None, token, stream_slice=window)


def walk(pager: TiktokPages, *answers: Answer, window: StreamSlice | None = None) -> list[Any]:
    """The sweep and page asked for after each answer."""
    token, found = None, list[Any]()
    for each in answers:
        token = after(pager, each, token, window)
        found.append((token["sweep"], token["page"]) if token else None)
    return found


def test_the_first_question_is_the_first_page_of_the_first_sweep() -> None:
    assert pages().initial_token == {"sweep": 0, "page": 1}
    assert pages(sweeps=[{"filter": "a"}, {"filter": "b"}]).initial_token == {"sweep": 0, "page": 1, "filter": "a"}
    assert pages().get_page_size() is None


def test_every_page_is_asked_for_and_none_behind_the_last() -> None:
    found = walk(pages(), page(1, 1, 2, total=5), page(2, 3, 4, total=5), page(3, 5, total=5))
    assert found == [(0, 2), (0, 3), None]
    assert walk(pages(), page(1, 1, 2, total=2)) == [None]


def test_a_sweep_follows_the_other_with_its_own_filter() -> None:
    pager = pages(sweeps=[{"filter": "a"}, {"filter": "b"}, {"filter": "c"}])
    assert walk(pager, page(1, 1, 2, total=3), page(2, 3, total=3), page(1, total=0), page(1, 7, total=1)) == [
        (0, 2), (1, 1), (2, 1), None,
    ]  # fmt: skip
    second = after(pager, page(1, 1, total=1))
    assert second is not None
    assert second["filter"] == "b"


def test_metrics_are_swept_through_a_hundred_at_a_time() -> None:
    names = [f"metric_{number}" for number in range(201)]
    sweeps = pages(metrics=names).sweeps or []
    assert [len(each["metrics"]) for each in sweeps] == [100, 100, 1]
    assert [name for each in sweeps for name in each["metrics"]] == names


@pytest.mark.parametrize(("undated", "filtering", "follows"), [
    (True, "", False), (False, "", True),
    (True, '{"modified_after": "2026-01-01 00:00:00"}', True),
])  # fmt: skip
def test_what_complements_changes_is_left_out_where_everything_was_asked_for(
    undated: bool, filtering: str, follows: bool
) -> None:
    pager = pages(sweeps=[{}, {"undated": undated}, {"undated": undated}])
    token = after(pager, answer({"list": []}, page="1", filtering=filtering))
    assert bool(token) is follows
    assert not token or after(pager, answer({"list": []}, page="1"), token)  # the second sweep has no such filter


def test_a_sweep_for_a_kind_is_for_accounts_that_have_some() -> None:
    config = {PREPARED: {"sample": False}, "credentials": {}}
    apart = AskedApart.of(config)
    apart.kinds = (CampaignKind("TopView", {}, {}), CampaignKind("Reach", {}, {}))
    apart.look_up = lambda owner, _: [1] if owner["advertiser_id"] == "17" else []
    pager = pages(sweeps=[{}, {"if_any": "TopView"}, {"if_any": "Unknown"}], config=config)
    assert walk(pager, page(1, 1, total=1), page(1, 2, total=1), window=WHOLE) == [(1, 1), None]
    other = StreamSlice(partition={"advertiser_id": "18"}, cursor_slice={})
    assert walk(pager, page(1, 1, total=1), window=other) == [None]
    assert walk(pager, page(1, 1, total=1)) == [None]


def test_a_sample_is_the_first_page_of_each_sweep() -> None:
    pager = pages(sweeps=[{}, {}], sample=True)
    assert walk(pager, page(1, 1, 2, total=5), page(1, 3, 4, total=5)) == [(1, 1), None]
    assert after(pages(sample=True), answer({"has_more": True, "cursor": 7})) is None


def test_a_cursor_is_followed_until_there_is_no_more() -> None:
    token = after(pages(), answer({"has_more": True, "cursor": 7}))
    assert token == {"sweep": 0, "page": 1, "cursor": 7}
    assert after(pages(), answer({"has_more": False, "cursor": 9}), token) is None


@pytest.mark.parametrize("data", [{"has_more": True, "cursor": 7}, {"has_more": True}])
def test_a_cursor_that_stands_still_is_not_followed_for_ever(data: Json) -> None:
    with pytest.raises(TransientError) as found:
        after(pages(), answer(data), {"sweep": 0, "page": 1, "cursor": 7})
    assert found.value.message == (
        "campaigns: TikTok's list does not go on, though TikTok says there is more. The next sync reads it again."
    )


def test_a_list_in_pages_that_was_asked_for_without_is_a_mistake() -> None:
    with pytest.raises(ConfigError) as found:
        after(pages(), answer({"list": [{"id": 1}], "page_info": {"page_size": 1, "total_number": 2, "total_page": 2}}))
    assert found.value.message == (
        "campaigns: TikTok gives this list in pages, and none was asked for. Set paging to pages."
    )
    assert after(pages(), answer({"list": [{"id": 1}], "page_info": {"page_size": 1, "total_number": 1}})) is None


@pytest.mark.parametrize(
    ("reachable", "number", "total", "more", "told"),
    [
        (None, 1, 9, True, False),
        (4, 1, 9, True, True),
        (4, 2, 9, False, False),
        (3, 1, 9, False, True),
        (9, 1, 9, True, False),
        (8, 3, 9, True, False),
        (8, 4, 9, False, False),
    ],
)
def test_a_list_is_read_as_far_as_tiktok_gives_it(
    reachable: int | None, number: int, total: int, more: bool, told: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    token = {"sweep": 0, "page": number}
    assert bool(after(pages(reachable=reachable), page(number, 1, 2, total=total), token)) is more
    assert caplog.messages == told * [
        f"campaigns: ad account 17 has 9 rows; TikTok gives the first {reachable} of them and no way to the others."
    ]


def test_where_tiktok_tells_no_size_the_one_asked_for_says_how_far_a_list_reaches() -> None:
    found = answer({"list": [{"id": 1}, {"id": 2}], "page_info": {"total_page": 9}}, page="1", page_size="2")
    assert after(pages(reachable=4), found)
    assert not after(pages(reachable=3), found)


def test_a_list_without_any_size_reaches_at_least_a_row_a_page() -> None:
    found = answer({"list": [{"id": 1}], "page_info": {"total_page": 9}}, page="1")
    assert after(pages(reachable=2), found)
    assert not after(pages(reachable=1), found)


def test_a_list_whose_count_changes_is_begun_anew_and_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    pager = pages(sweeps=[{"filter": "a"}])
    second = after(pager, page(1, 1, 2, total=5))
    again = after(pager, page(2, 3, 4, total=4), {**(second or {}), "unread": [9]})
    assert again == {"sweep": 0, "page": 1, "filter": "a", "unread": [9], "again": 1}
    assert caplog.messages == ["campaigns: ad account 17's list changed while it was read (5 rows, 4 now): once more."]


def test_a_page_that_is_the_one_before_is_read_anew() -> None:
    assert walk(pages(), page(1, 1, 2, total=5), page(2, 1, 2, total=5)) == [(0, 2), (0, 1)]


def begun_anew(times: int) -> Json:
    token = after(pages(), page(1, 1, 2, total=5), {"sweep": 0, "page": 1, "again": times})
    assert token is not None
    return token


def test_a_list_that_keeps_shrinking_or_repeating_is_given_up() -> None:
    token = begun_anew(READ_AGAIN - 1)
    found = after(pages(), page(2, 3, 4, total=4), token)
    assert found is not None
    assert found["again"] == READ_AGAIN
    for moved in (page(2, 3, 4, total=4), page(2, 1, 2, total=5)):
        with pytest.raises(TransientError) as error:
            after(pages(), moved, begun_anew(READ_AGAIN))
        assert error.value.message == (
            "campaigns: ad account 17's list kept changing in 6 readings. The next sync reads it again."
        )


def test_a_list_that_keeps_growing_is_read_on_as_only_rows_that_were_read_move() -> None:
    assert after(pages(), page(2, 3, 4, total=6), begun_anew(READ_AGAIN))
    uncounted = after(pages(), page(1, 1, 2), {"sweep": 0, "page": 1, "again": READ_AGAIN})
    assert after(pages(), page(2, 3, 4, total=1), uncounted)  # where it was not counted before, it has grown


def test_a_list_that_ends_too_early_is_begun_anew_unless_two_pages_say_so(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    empty = page(2, total=5)
    assert walk(pages(), page(1, 1, 2, total=5), empty) == [(0, 2), (0, 1)]
    assert caplog.messages == []
    assert walk(pages(), page(1, 1, total=5), empty) == [(0, 2), None]
    assert caplog.messages == ["campaigns: ad account 17's list has 5 rows by TikTok's count, but only 1 came."]


@pytest.mark.parametrize(("window", "stops"), [(WINDOW, True), (WHOLE, False), (None, False)])
def test_rows_that_can_not_be_read_stop_a_window_and_cost_a_list_a_warning(
    window: StreamSlice | None, stops: bool, caplog: pytest.LogCaptureFixture
) -> None:
    words = (
        "campaigns: TikTok can't give row 3, 7 of ad account 17's list, asked for alone or with others. All other rows "
        "were read."
    )
    token = {"sweep": 0, "page": 2, "unread": [3, 7]}
    if stops:
        with pytest.raises(AirbyteTracedException) as found:
            after(pages(), page(2, 5, total=1), token, window)
        assert found.value.message == f"{words} The next sync asks again."
    else:
        assert after(pages(), page(2, 5, total=1), token, window) is None
        assert caplog.messages == [words]


def test_what_could_not_be_read_is_told_behind_the_last_sweep() -> None:
    token = {"sweep": 0, "page": 2, "unread": [3]}
    assert after(pages(sweeps=[{}, {}]), page(2, 5, total=1), token, WINDOW) == {
        "sweep": 1, "page": 1, "unread": [3], "changes_only": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "called"),
    [({"catalog_id": "5", "bc_id": "6"}, "catalogue 5"), ({"bc_id": "6"}, "business centre 6"),
     ({}, "ad account 17"), ({"advertiser_id": ""}, "TikTok")],
)  # fmt: skip
def test_a_list_is_called_by_whose_it_is(asked: dict[str, str], called: str, caplog: pytest.LogCaptureFixture) -> None:
    after(pages(), answer({"list": []}, page="1", **asked), {"sweep": 0, "page": 1, "unread": [3]})
    assert f"row 3 of {called}'s list" in caplog.text


def long_page(first: int, last: int) -> Answer:
    """A page that is longer than what is looked at, with these rows at its ends."""
    middle = [{"name": "x" * OUTERMOST}] * 3
    info = {"page": 2, "page_size": 5, "total_number": 20, "total_page": 4}
    return answer({"list": [{"id": first}, *middle, {"id": last}], "page_info": info}, page="2", page_size="5")


@pytest.mark.parametrize(("first", "last", "anew"), [(1, 2, True), (7, 2, False), (1, 7, False)])
def test_long_pages_are_told_apart_by_their_ends(first: int, last: int, anew: bool) -> None:
    token = after(pages(), long_page(1, 2), {"sweep": 0, "page": 2})
    assert token is not None
    following = after(pages(), long_page(first, last), token)
    assert following is not None
    assert (following["page"] == 1) is anew


def test_pages_without_rows_in_a_list_are_told_apart_by_their_number() -> None:
    token = after(pages(), answer({"store": {}, "page_info": {"page_size": 1, "total_number": 9}}, page="1"))
    assert token is not None
    assert after(pages(), answer({"store": {}, "page_info": {"page_size": 1, "total_number": 9}}, page="2"), token)
