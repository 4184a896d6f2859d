"""Pages read and written whole: the same records as value by value, and the slow way wherever a value does not fit."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
import requests
from harness import Sync
from rows import REPORTS, dimensions, metrics

from source_tiktok_marketing.extractors.reports import ReportExtractor
from source_tiktok_marketing.incremental.page_messages import IN_HAND, PAGES_IN_HAND, PageMessage
from source_tiktok_marketing.requesters.page_decoder import get_codec
from source_tiktok_marketing.requesters.pages import Lines
from source_tiktok_marketing.schema.accounts import AccountColumns
from source_tiktok_marketing.schema.columns import read_report_columns
from tiktok_simulator import Simulator

Config = dict[str, Any]
Read = Callable[..., Sync]
STREAM = "ads_reports_daily"
ROW = next(row for row in REPORTS if row["name"] == STREAM)
PARAMETERS = {"stream": STREAM, "dimensions": dimensions(ROW), "metrics": metrics(ROW)}
ACCOUNTS = AccountColumns({})
DIMENSIONS = {"ad_id": "17", "stat_time_day": "2026-01-05 00:00:00"}
TEXTS = ["-", "", "Sommer ☀", 'a "-" b', "NULL", ":null", "null", "\u2028", "5", "\\"]
NUMBERS = ["-", "0", "3.00", "14.68", "1e3", "-2", "0.00", "123456789012345678"]


def answer(rows: list[Config]) -> requests.Response:
    """An answer to a request about one ad account."""
    response = requests.Response()
    response.status_code = 200
    response.request = requests.Request("GET", "https://business-api.tiktok.com/?advertiser_id=70").prepare()
    data = {"page_info": {"page": 1, "total_page": 1}, "list": rows}
    response._content = json.dumps({"code": 0, "message": "OK", "data": data}).encode()
    return response


def both_ways(rows: list[Config]) -> tuple[list[Config] | None, list[Config]]:
    """The records of the fast way, None where a page does not fit, and those of the slow one."""
    codec = get_codec(PARAMETERS, ACCOUNTS)
    assert codec
    page = codec.get_page(answer(rows), ACCOUNTS.get_values)
    slow = ReportExtractor(PARAMETERS["dimensions"], PARAMETERS["metrics"], STREAM, {}, PARAMETERS)  # type: ignore[arg-type]
    fast = None if page is None else [*page.first.read_rows(), *page.rest.read_rows()]
    return fast, [dict(record) for record in slow.extract_records(answer(rows))]


@pytest.mark.parametrize("seed", range(20))
def test_a_page_read_whole_has_the_records_of_one_read_value_by_value(seed: int) -> None:
    dice, known = random.Random(seed), read_report_columns()
    kinds = {"string": TEXTS, "number": NUMBERS, "integer": [text for text in NUMBERS if text != "14.68"]}
    rows = [
        {"dimensions": DIMENSIONS, "metrics": {name: dice.choice(kinds[known[name].type]) for name in metrics(ROW)}}
        for _ in range(dice.randrange(1, 9))
    ]
    fast, slow = both_ways(rows)
    assert fast == slow or (fast is None and ":null" in json.dumps(rows))


ODD = [("spend", "n/a"), ("spend", "NaN"), ("clicks", "3.5"), ("clicks", ""), ("ad_name", 5)]


@pytest.mark.parametrize(("name", "value"), ODD)
def test_a_page_with_a_value_of_another_form_goes_the_slow_way(name: str, value: Any) -> None:
    fast, slow = both_ways([{"dimensions": DIMENSIONS, "metrics": {name: value, "impressions": "7"}}])
    assert fast is None
    assert [row["impressions"] for row in slow] == [7]


@pytest.mark.parametrize("rows", [[{"dimensions": DIMENSIONS}], [{"metrics": {}}], [None], [[]]])
def test_a_row_of_another_form_is_not_taken_for_a_page(rows: list[Any]) -> None:
    codec = get_codec(PARAMETERS, ACCOUNTS)
    assert codec
    assert codec.get_page(answer(rows), ACCOUNTS.get_values) is None


def test_an_empty_page_is_a_page_without_records() -> None:
    assert both_ways([]) == ([], [])


def test_one_odd_value_costs_neither_its_row_nor_its_page(
    tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    whole = sync(STREAM, config=one_advertiser).rows(STREAM)
    fault = tiktok.faults.odd_value("spend", "n/a", times=1)
    fault.when = lambda request: "RESERVATION_" not in request.parameters["filtering"]  # whose rows come once more
    odd = sync(STREAM, config=one_advertiser)
    assert len(odd.rows(STREAM)) == len(whole)
    assert sum("spend" not in row for row in odd.rows(STREAM)) > 0
    assert any("no number" in warning for warning in odd.warnings)


def test_the_log_counts_the_records_of_pages_too(sync: Read, one_advertiser: Config) -> None:
    result = sync(STREAM, config=one_advertiser)
    told = [entry.log.message for entry in result.output.logs if entry.log.message.startswith("Read ")]
    assert told == [f"Read {len(result.rows(STREAM))} records from {STREAM} stream"]


def test_so_many_pages_are_in_hand_and_no_more() -> None:
    held = [PageMessage(Lines(STREAM, 1, b""), None) for _ in range(PAGES_IN_HAND)]
    assert not IN_HAND.acquire(blocking=False)
    for message in held:
        message.take()
    assert IN_HAND.acquire(blocking=False)
    IN_HAND.release()


def test_a_report_with_a_metric_that_has_another_name_as_a_column_is_read_value_by_value() -> None:
    assert get_codec(PARAMETERS | {"stream": "lives", "metrics": ["live_views"]}, ACCOUNTS)
    assert get_codec(PARAMETERS | {"stream": "lives", "metrics": ["10_second_live_views"]}, ACCOUNTS) is None
