"""Whatever a value looks like: it is written in its column's form, or it is null, and a warning says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from harness import Sync
from jsonschema import Draft7Validator

from source_tiktok_marketing.requesters.json_decoding import read_json
from source_tiktok_marketing.schema.casting import CASTERS, OddValues
from source_tiktok_marketing.schema.columns import Column
from tiktok_simulator import Fault, Request, Response, Simulator

Config = dict[str, Any]
Read = Callable[..., Sync]
REPORT, REPORTS = "campaigns_reports_daily", "/report/integrated/get/"
CUT = "a text that ends here "
LISTS = ["campaigns", REPORT, "smart_plus_campaigns"]
MENDED = (
    "{}: TikTok sent letters cut in half, or numbers JSON does not know. Such letters become U+FFFD, such numbers null."
)


def read(sync: Read, stream: str, config: Config) -> Sync:
    result = sync(stream, config=config)
    assert (result.errors, result.statuses[stream]) == ([], "COMPLETE")
    assert result.rows(stream)
    json.dumps(result.rows(stream), ensure_ascii=False).encode()  # nobody could read back half a letter
    return result


@pytest.mark.parametrize("stream", LISTS)
@pytest.mark.parametrize("fault", ["half_an_emoji", "half_a_sequence"])
def test_a_text_cut_in_a_letter_costs_that_letter(
    fault: str, stream: str, tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    getattr(tiktok.faults, fault)("campaign_name")
    result = read(sync, stream, one_advertiser)
    assert {row["campaign_name"] for row in result.rows(stream)} == {f"{CUT}\ufffd"}
    assert result.warnings == [MENDED.format(stream)]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", "1" + "0" * 400])
def test_a_number_json_does_not_know_is_null(value: str, tiktok: Simulator, sync: Read, one_advertiser: Config) -> None:
    tiktok.faults.unquoted("spend", value, path=REPORTS)
    result = read(sync, REPORT, one_advertiser)
    assert not any("spend" in row for row in result.rows(REPORT))
    assert all(row["impressions"] is not None for row in result.rows(REPORT))
    assert result.warnings == [MENDED.format(REPORT)]


@pytest.mark.parametrize("stream", LISTS)
def test_a_byte_order_mark_costs_nothing(stream: str, tiktok: Simulator, sync: Read, one_advertiser: Config) -> None:
    whole = read(sync, stream, one_advertiser).rows(stream)
    tiktok.faults.byte_order_mark()
    result = read(sync, stream, one_advertiser)
    assert (result.rows(stream), result.warnings) == (whole, [])


def test_json_behind_a_byte_order_mark_is_read_as_it_is() -> None:
    assert read_json(b'\xef\xbb\xbf{"a": 1}') == ({"a": 1}, False)


@pytest.mark.parametrize(
    ("content", "document"),
    [
        (b'{"a": "x \\ud83d"}', {"a": "x \ufffd"}),
        (b'{"a": "\\ude00 x"}', {"a": "\ufffd x"}),
        (b'{"a": "\\ud83d\\ud83d\\ude00"}', {"a": "\ufffd😀"}),
        (b'{"\\ud83d": 1}', {"\ufffd": 1}),
        (b'{"a": "Sommer \xc3"}', {"a": "Sommer \ufffd"}),
        (b'{"a": NaN, "b": [-Infinity, 1e999, 7]}', {"a": None, "b": [None, None, 7]}),
        (b'{"a": NaN, "b": 7002238017842750001, "c": 18446744073709551615}',
         {"a": None, "b": 7002238017842750001, "c": 18446744073709551615}),
        (b'{"a": "line\nline"}', {"a": "line\nline"}),
        ('{"a": "ü"}'.encode("utf-16"), {"a": "ü"}),
        (b'{"a": "x', None),
        (b'{"a": 1}}', None),
        (b"[" * 100_000, None),
        (b"", None),
    ],
)  # fmt: skip
def test_json_is_read_as_it_is_meant_but_never_where_it_breaks_off(content: bytes, document: Any) -> None:
    assert read_json(content) == (document, True)


TIMES = [
    "2026-01-05 07:00:00", "2026-01-05T07:00:00Z", "2026-01-05T07:00:00.123Z", "2026-01-05T07:00:00.000000+00:00",
    "2026-01-05T12:30:00+05:30", "2026-01-05 15:00:00+0800", "2026-01-05 15:00:00 +08:00", "2026-01-05 07:00:00 UTC",
    "2026/01/05 07:00:00", "2026-01-05T07:00", 1767596400, "1767596400", 1767596400000, "1767596400000",
    1767596400.5, "1767596400.5", 1767596400000000, " 2026-01-05 07:00:00 ",
]  # fmt: skip


@pytest.mark.samples(10)
@pytest.mark.parametrize("form", TIMES, ids=repr)
@pytest.mark.parametrize(
    ("stream", "column"), [("campaigns", "modify_time"), ("pixels", "create_time"), ("smart_plus_ads", "create_time")]
)
def test_a_time_is_read_in_every_form(
    stream: str, column: str, form: Any, tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    tiktok.faults.other_form(column, form)
    result = read(sync, stream, one_advertiser)
    assert {row[column] for row in result.rows(stream) if column in row} == {"2026-01-05T07:00:00"}
    assert result.warnings == []


@pytest.mark.samples(2)
@pytest.mark.parametrize("form", ["{}T00:00:00Z", "{} 00:00:00.000", "{}", "{}T00:00:00+08:00", "{} 00:00:00 UTC"])
def test_a_day_of_a_report_is_the_one_that_is_written(
    form: str, tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    whole = read(sync, REPORT, one_advertiser).rows(REPORT)
    tiktok.faults.other_form("stat_time_day", lambda text: form.format(text[:10]), path=REPORTS)
    result = read(sync, REPORT, one_advertiser)
    assert (result.rows(REPORT), result.warnings) == (whole, [])


@pytest.mark.parametrize("value", ["soon", "2026-13-45", -5, True, {"a": 1}, "0000-00-00 00:00:00"], ids=repr)
def test_what_is_no_time_in_any_form_is_null(value: Any, tiktok: Simulator, sync: Read, one_advertiser: Config) -> None:
    tiktok.faults.other_form("create_time", value)
    result = read(sync, "campaigns", one_advertiser)
    assert not any("create_time" in row for row in result.rows("campaigns"))
    (warning,) = [
        line for line in result.warnings if line.startswith("campaigns.")
    ]  # ad accounts have such a column, too
    assert "which is no date-time; it becomes null." in warning


@pytest.mark.samples(6)
@pytest.mark.parametrize(
    ("column", "sent", "written", "told"),
    [
        ("age_groups", "AGE_18_24", ["AGE_18_24"], "array<string>; it becomes a list"),
        ("age_groups", '["AGE_18_24", null, 7]', ["AGE_18_24", None, "7"], "array<string>; it becomes a list"),
        ("age_groups", {"from": 18}, ['{"from":18}'], "array<string>; it becomes a list"),
        ("age_groups", [{"from": 18}, "AGE_55_100"], ['{"from":18}', "AGE_55_100"], "array<string>; it becomes a list"),
        ("audience_ids", 7, ["7"], "array<string>; it becomes a list"),
        ("location_ids", "", None, ""),
        ("location_ids", [1, True, None], ["1", "true", None], ""),
        ("adgroup_name", {"en": "Sommer ☀"}, '{"en":"Sommer ☀"}', "string; it becomes JSON text"),
        ("adgroup_name", [None, True], "[null,true]", "string; it becomes JSON text"),
        ("adgroup_name", True, "true", ""),
        ("is_hfss", "perhaps", None, "boolean; it becomes null"),
        ("is_hfss", {"a": [True]}, None, "boolean; it becomes null"),
        ("budget", [3], None, "number; it becomes null"),
        ("frequency", "2.5", None, "integer; it becomes null"),
        ("actions", '[{"a": 1}]', [{"a": 1}], "array<object>; it becomes a list"),
        ("actions", {"a": 1}, [{"a": 1}], "array<object>; it becomes a list"),
        ("actions", ["PAYING"], [{"value": "PAYING"}], "array<object>; it becomes a list"),
    ],
)  # fmt: skip
def test_a_value_that_contradicts_its_column_is_written_in_its_form(
    tiktok: Simulator, sync: Read, one_advertiser: Config, column: str, sent: Any, written: Any, told: str
) -> None:
    tiktok.faults.other_form(column, sent)
    result = read(sync, "ad_groups", one_advertiser)
    found = [row[column] for row in result.rows("ad_groups") if column in row]
    assert all(each == written for each in found)
    assert bool(found) == (written is not None)
    assert [warning.partition("which is no ")[2] for warning in result.warnings] == ([f"{told}."] if told else [])


@pytest.mark.parametrize(
    ("sent", "written"),
    [('{"a": 1}', {"a": 1}), ("x", {"value": "x"}), ([1], {"value": [1]}), ([], {}), (7, {"value": 7})],
)
def test_what_is_no_object_in_a_column_of_objects_becomes_one(
    sent: Any, written: Config, tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    tiktok.faults.other_form("ad_configuration", sent)
    result = read(sync, "smart_plus_ads", one_advertiser)
    assert all(row["ad_configuration"] == written for row in result.rows("smart_plus_ads"))
    assert len(result.warnings) == 1


def test_a_fraction_of_a_conversion_is_null_as_its_column_holds_whole_numbers(
    tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    tiktok.faults.odd_value("conversion", "2.5")
    result = read(sync, REPORT, one_advertiser)
    assert not any("conversion" in row for row in result.rows(REPORT))
    assert result.warnings == [f"{REPORT}.conversion: TikTok sent '2.5', which is no integer; it becomes null."]


@pytest.mark.parametrize("sent", [{"a": 1}, [7], True])
def test_a_text_of_a_report_never_holds_what_python_prints(
    sent: Any, tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    tiktok.faults.odd_value("campaign_name", sent)
    result = read(sync, REPORT, one_advertiser)
    assert {json.dumps(sent, separators=(",", ":"))} == {row["campaign_name"] for row in result.rows(REPORT)}


@pytest.mark.parametrize("kind", CASTERS)
@pytest.mark.parametrize(
    "value", [{}, [], [[]], [{}], True, 7, 1.5, "x", "[", "{}", "[]", "[1]", "1e999", 10**400, "9" * 5000]
)
def test_no_value_leaves_the_types_of_its_column(kind: str, value: Any) -> None:
    column = Column("any", kind, "")
    try:
        found = CASTERS[kind](value)
    except (TypeError, ValueError, OverflowError):
        found = OddValues({}).fit("stream", column, value)
    Draft7Validator(column.make_json_schema()).validate(found)


@pytest.mark.samples(1)
@pytest.mark.parametrize(("stream", "breakdown"), [("ads_reports_by_post_daily", "post_id"),
                                                   ("ads_audience_reports_by_dma_daily", "dma_id")])  # fmt: skip
def test_a_row_without_the_value_of_its_breakdown_is_read(
    stream: str, breakdown: str, tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    def without(request: Request, answer: Callable[[Request], Response]) -> Response:
        response = answer(request)
        body = response.json()
        for row in body["data"]["list"][:1]:
            row["dimensions"][breakdown] = None
        return replace(response, body=json.dumps(body).encode())

    whole = read(sync, stream, one_advertiser).rows(stream)
    tiktok.faults.arm(Fault("without", without, REPORTS))
    rows = read(sync, stream, one_advertiser).rows(stream)
    assert len(rows) >= len(whole)  # more where the question for a buying type has the same row with its value
    assert any(row.get(breakdown) is None for row in rows)
