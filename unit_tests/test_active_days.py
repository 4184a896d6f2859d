"""On which days an ad account had anything, and which days a question is about: day by day, without a sync."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import orjson
import pytest
import requests
from airbyte_cdk import AirbyteTracedException, FailureType
from airbyte_cdk.sources.declarative.requesters import HttpRequester
from airbyte_cdk.sources.types import StreamSlice

from source_tiktok_marketing.errors import RefusedRequestError
from source_tiktok_marketing.requesters.asked_apart import CampaignKind
from source_tiktok_marketing.requesters.cut_answers import IdBatch
from source_tiktok_marketing.retrievers.account_groups import Group, make_bits
from source_tiktok_marketing.retrievers.activity import Activity, number_days
from source_tiktok_marketing.retrievers.apart_days import ApartDays
from source_tiktok_marketing.retrievers.buying_types import HeldRows, narrow
from source_tiktok_marketing.retrievers.days_reported import number_day, read_day, read_page
from source_tiktok_marketing.retrievers.substreams import order_outermost_first
from source_tiktok_marketing.sync import PREPARED

Json = dict[str, Any]
FIRST = number_day("2026-01-01")


def numbers(bits: int) -> list[int]:
    return [number for number in range(bits.bit_length()) if bits >> number & 1]


@pytest.mark.parametrize(
    ("day", "number"), [("2000-01-01", 0), ("2000-01-02", 1), ("1999-12-31", 0), ("2001-01-01", 366)]
)
def test_days_are_counted_from_the_year_2000(day: str, number: int) -> None:
    assert number_day(day) == number


@pytest.mark.parametrize(("days", "bits"), [(range(0), 0), (range(1), 1), (range(3, 6), 0b111000), (range(2, 2), 0)])
def test_days_are_bits(days: range, bits: int) -> None:
    assert make_bits(days) == bits


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        ("2026-01-05", "2026-01-10", 5, 10),
        ("2025-12-20", "2026-01-10", 1, 10),
        ("2026-01-05", "2026-02-10", 5, 31),
        ("2026-01-31", "2026-02-10", 31, 31),
    ],
)
def test_the_days_of_a_window_are_the_accounts_own(start: str, end: str, first: int, last: int) -> None:
    days = {"first_day": "2026-01-01", "last_day": "2026-01-31"}
    window = StreamSlice(partition={}, cursor_slice={"start_time": start, "end_time": end}, extra_fields=days)
    assert numbers(number_days(window)) == list(range(FIRST + first - 1, FIRST + last))


class Asked:
    """Answers for the accounts of a group, and notes for which days it was asked."""

    def __init__(self, **active: set[int]) -> None:
        self.active, self.days = active, list[range]()

    def __call__(self, days: range) -> Mapping[str, int]:
        self.days.append(days)
        return {name: sum(1 << day for day in active if day in days) for name, active in self.active.items()}


def test_a_question_is_about_the_days_that_follow_and_a_week_before() -> None:
    group, ask = Group(["a", "b"], until=200), Asked(a={100, 110}, b={105})
    assert group.is_active("a", 1 << 100, ask)
    assert ask.days == [range(100, 130)]
    assert not group.is_active("a", 1 << 101 | 1 << 129, ask)
    assert group.is_active("b", make_bits(range(101, 110)), ask)
    assert not group.is_active("c", 1 << 100, ask)
    assert len(ask.days) == 1
    assert not group.is_active("a", 1 << 150, ask)
    assert ask.days[1:] == [range(150, 180)]
    assert not group.is_active("a", 1 << 140, ask)
    assert ask.days[2:] == [range(133, 150)]


@pytest.mark.parametrize(
    ("until", "wanted", "days"),
    [
        (100, range(100, 101), range(93, 101)),
        (105, range(100, 101), range(93, 106)),
        (90, range(100, 103), range(93, 103)),
        (3, range(2, 3), range(4)),
        (300, range(100, 140), range(100, 130)),
        (122, range(100, 101), range(93, 123)),
        (123, range(100, 101), range(94, 124)),
        (129, range(100, 101), range(100, 130)),
    ],
)
def test_a_question_is_thirty_days_long_and_ends_with_the_accounts_days(until: int, wanted: range, days: range) -> None:
    assert Group(["a"], until).claim(make_bits(wanted)) == days


def test_a_window_longer_than_a_question_takes_several() -> None:
    ask = Asked(a=set())
    assert not Group(["a"], 170).is_active("a", make_bits(range(100, 171)), ask)
    assert ask.days == [range(100, 130), range(130, 160), range(160, 171)]


def test_days_without_an_answer_are_asked_for_again() -> None:
    group, ask = Group(["a"], 100), Asked(a={100})

    def fail(days: range) -> Mapping[str, int]:
        raise OSError

    with pytest.raises(OSError):
        group.is_active("a", 1 << 100, fail)
    assert group.is_active("a", 1 << 100, ask)
    assert ask.days == [range(93, 101)]


class Requester:
    """Answers every request with the same body, and keeps what it was asked."""

    def __init__(self, body: Any, **headers: str) -> None:
        self.body, self.headers, self.asked = body, headers, dict[str, str]()

    def send_request(self, request_params: Mapping[str, str]) -> requests.Response | None:
        self.asked = dict(request_params)
        if self.body is None:
            return None
        found = requests.Response()
        found._content = orjson.dumps(self.body)
        found.headers.update(self.headers)
        asked = {**request_params, "page": "1"}
        found.request = requests.Request("GET", "https://business-api.tiktok.com/x/", params=asked).prepare()
        return found


ROW = {"dimensions": {"advertiser_id": "1", "stat_time_day": "2026-01-03 00:00:00"}}
OF_ANOTHER_DAY = {"dimensions": {"advertiser_id": "1", "stat_time_day": "2025-12-31 00:00:00"}}
OF_ANOTHER_ACCOUNT = {"dimensions": {"campaign_id": "5"}, "metrics": {"advertiser_id": "0"}}
ALL = {"page": 1, "page_size": 1000, "total_number": 1, "total_page": 1}


@pytest.mark.parametrize(
    ("body", "headers", "days"),
    [
        ({"code": 0, "data": {"list": [ROW], "page_info": ALL}}, {}, [FIRST + 2]),
        ({"code": 0, "data": {"list": [], "page_info": {**ALL, "total_number": 0, "total_page": 0}}}, {}, []),
        ({"code": 0, "data": {}}, {}, None),
        ({"code": 0, "data": {"list": [OF_ANOTHER_DAY], "page_info": ALL}}, {}, None),
        ({"code": 0, "data": {"list": [OF_ANOTHER_ACCOUNT], "page_info": ALL}}, {}, None),
        ({"code": 0, "data": {"list": [{"dimensions": None}], "page_info": ALL}}, {}, None),
        ({"code": 40002, "data": {"list": [ROW], "page_info": ALL}}, {}, None),
        ({"code": 0, "data": {"list": [ROW], "page_info": {**ALL, "total_number": 2, "total_page": 2}}}, {}, None),
        ({"code": 0, "data": {"list": [ROW], "page_info": {**ALL, "total_number": 2}}}, {}, None),
        ({"code": 0, "data": {"list": [], "page_info": {**ALL, "total_number": 2}}}, {}, None),
        ({"code": 0, "data": {"list": [ROW], "page_info": ALL}}, {"X-Tt-Ads-Throttle": "1"}, None),
        (None, {}, None),
    ],
)
def test_rows_by_day_count_where_tiktok_gives_all_of_them(
    body: Any, headers: dict[str, str], days: list[int] | None
) -> None:
    requester = Requester(body, **headers)
    asked = {"advertiser_ids": '["1", "10"]', "metrics": "[]"}
    found = read_page(cast("HttpRequester", requester), asked, range(FIRST, FIRST + 30))
    assert (found if found is None else [read_day(row) for row in found]) == days
    assert requester.asked == {**asked, "start_date": "2026-01-01", "end_date": "2026-01-30"}


@pytest.mark.parametrize(
    ("things", "order"),
    [(0, []), (1, [0]), (2, [0, 1]), (3, [0, 2, 1]), (6, [0, 5, 3, 1, 2, 4]), (7, [0, 6, 3, 1, 2, 4, 5])],
)
def test_the_first_the_last_and_the_middle_thing_are_asked_for_first(things: int, order: list[int]) -> None:
    found = order_outermost_first([{"id": str(number)} for number in range(things)])
    assert [int(each["id"]) for each in found] == order


@pytest.mark.parametrize(("ids", "halves"), [("ab", ["a", "b"]), ("abc", ["a", "bc"]), ("abcd", ["ab", "cd"])])
def test_a_part_is_divided_in_the_middle_and_is_a_filter(ids: str, halves: list[str]) -> None:
    batch = IdBatch("campaign", list(ids))
    assert ["".join(half.ids) for half in batch.halve()] == halves
    assert {half.level for half in batch.halve()} == {"campaign"}
    quoted = ",".join(f'"{each}"' for each in ids)
    assert batch.filter == {"field_name": "campaign_ids", "filter_type": "IN", "filter_value": f"[{quoted}]"}


def test_a_narrowed_window_keeps_its_days_and_the_filters_it_had() -> None:
    window = StreamSlice(
        partition={"advertiser_id": "1"}, cursor_slice={"start_time": "x"}, extra_fields={"today": "y"}
    )
    once = narrow(window, {"field_name": "a"}, kind="TopView")
    twice = narrow(once, {"field_name": "b"}, {"field_name": "c"})
    assert [each["field_name"] for each in twice.extra_fields["filters"]] == ["a", "b", "c"]
    assert (once.extra_fields["kind"], twice.extra_fields["kind"]) == ("TopView", "")
    assert twice.partition == window.partition
    assert twice.cursor_slice == window.cursor_slice
    assert twice.extra_fields["today"] == "y"
    assert "filters" not in window.extra_fields


def test_a_kind_came_whole_where_each_of_its_rows_was_among_the_others() -> None:
    top, reach, none = (cast("Any", type("Kind", (), {"name": name})()) for name in ("TopView", "Reach", "Promote"))
    held = HeldRows({1: (top, "t1"), 2: (top, "t2"), 3: (reach, "r1"), 4: (none, "p1")})
    held.release(1)
    held.release(3)
    held.release(9)
    assert held.list_complete_kinds() == {"Reach"}
    held.release(2)
    assert held.list_complete_kinds() == {"Reach", "TopView"}
    assert list(held.rows) == [4]


TOP_VIEW = CampaignKind("TopView", {"field_name": "buying_type", "filter_value": '["RESERVATION_TOP_VIEW"]'}, {})


def on(day: int) -> StreamSlice:
    """A window of one day of January."""
    written = f"2026-01-{day:02}"
    days = {"first_day": "2026-01-01", "last_day": "2026-01-31"}
    cursor = {"start_time": written, "end_time": written}
    return StreamSlice(partition={"advertiser_id": "1"}, cursor_slice=cursor, extra_fields=days)


class Refusing(Requester):
    """Raises an error, and counts how often it was asked."""

    def __init__(self, error: Exception) -> None:
        super().__init__(None)
        self.error, self.times = error, 0

    def send_request(self, request_params: Mapping[str, str]) -> requests.Response | None:
        self.times += 1
        raise self.error


@pytest.fixture
def config() -> Json:
    return {PREPARED: {"sample": False}, "credentials": {}, "max_wait_minutes": 15}


@pytest.fixture
def apart(config: Json) -> ApartDays:
    activity = Activity.of(config)
    activity.metrics = ["spend"]
    activity.add_report("campaigns_reports_hourly", ["spend"], by_hour=True)
    return ApartDays.of(config)  # the activity keeps their sync until here


def may_have(
    apart: ApartDays, requester: Requester, *days: int, metrics: tuple[str, ...] = ("spend",), refused: str = ""
) -> list[bool]:
    apart.requester = cast("HttpRequester", requester)
    return [apart.may_have_rows(TOP_VIEW, on(day), metrics, [refused]) for day in days]


def test_a_day_without_a_row_of_a_kind_is_not_asked_for_it(apart: ApartDays) -> None:
    requester = Requester({"code": 0, "data": {"list": [ROW], "page_info": ALL}})
    assert may_have(apart, requester, 3, 4, 31, 3) == [True, False, False, True]
    assert orjson.loads(requester.asked["filtering"])[0] == TOP_VIEW.filter
    assert requester.asked["metrics"] == '["spend"]'


def test_for_one_report_by_day_the_report_itself_is_no_more_requests_than_the_question(config: Json) -> None:
    activity = Activity.of(config)
    activity.metrics = ["spend"]
    requester = Requester({"code": 0, "data": {"list": [ROW], "page_info": ALL}})
    asked = []
    for stream in ("ads_reports_daily", "campaigns_reports_daily"):
        activity.add_report(stream, ["spend"], by_hour=False)
        asked.append((may_have(ApartDays.of(config), requester, 4), requester.asked != {}))
    assert asked == [([True], False), ([False], True)]


def test_days_of_which_tiktok_does_not_tell_all_may_have_rows(apart: ApartDays) -> None:
    requester = Requester(
        {"code": 0, "data": {"list": [ROW], "page_info": {**ALL, "total_number": 2, "total_page": 2}}}
    )
    assert may_have(apart, requester, 3, 4) == [True, True]


def test_the_days_are_asked_for_without_what_tiktok_refused_and_what_campaigns_do_not_have(config: Json) -> None:
    activity = Activity.of(config)
    activity.metrics = ["spend", "clicks", "cash_spend"]
    activity.add_report("campaigns_reports_hourly", ["spend"], by_hour=True)
    requester = Requester({"code": 0, "data": {"list": [], "page_info": {**ALL, "total_number": 0, "total_page": 0}}})
    assert may_have(ApartDays.of(config), requester, 3, refused="clicks") == [False]
    assert orjson.loads(requester.asked["metrics"]) == ["spend"]


def test_a_metric_that_was_not_looked_for_may_have_rows_on_any_day(apart: ApartDays) -> None:
    requester = Requester({"code": 0, "data": {"list": [], "page_info": {**ALL, "total_number": 0, "total_page": 0}}})
    assert may_have(apart, requester, 3, metrics=("spend", "video_play_actions")) == [True]
    assert requester.asked == {}
    assert may_have(apart, requester, 3) == [False]
    apart.requester = None
    assert apart.may_have_rows(TOP_VIEW, on(3), ("spend",), ())


def test_what_fails_is_asked_for_again_another_day_and_what_is_refused_is_not(apart: ApartDays) -> None:
    failing = Refusing(AirbyteTracedException("out"))
    assert may_have(apart, failing, 3, 4) == [True, True]
    other = StreamSlice(
        partition={"advertiser_id": "2"}, cursor_slice=on(3).cursor_slice, extra_fields=on(3).extra_fields
    )
    refusing = Refusing(RefusedRequestError(requests.Response(), "no", "no", "", FailureType.config_error))
    apart.requester = cast("HttpRequester", refusing)
    for _ in range(2):
        assert apart.may_have_rows(TOP_VIEW, other, ("spend",), ())
    assert may_have(apart, refusing, 31) == [True]
    assert (failing.times, refusing.times) == (1, 1)
