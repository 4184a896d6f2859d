"""What TikTok refuses beside a report's metrics: a kind it does not know costs the rows of that kind, no more."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from harness import Sync

from source_tiktok_marketing.errors import NothingToAskError
from source_tiktok_marketing.requesters.request_parameters import leave_out
from tiktok_simulator import Simulator

Run = Callable[..., Sync]
Config = dict[str, Any]
ASSETS, ASSET = "business_center_assets", "/bc/asset/get/"
KINDS = ["ADVERTISER", "CATALOG", "PIXEL"]


def less(rows: list[dict[str, Any]], columns: set[str]) -> list[str]:
    kept = ({name: value for name, value in row.items() if name not in columns} for row in rows)
    return sorted(json.dumps(row, sort_keys=True) for row in kept)


@pytest.mark.samples(1)
@pytest.mark.parametrize("known", [[], KINDS], ids=["the value is named", "the known ones are named"])
@pytest.mark.parametrize("stream", [ASSETS, "business_center_asset_members"])
def test_of_a_kind_tiktok_does_not_know_there_are_no_rows(
    stream: str, known: list[str], sync: Run, tiktok: Simulator
) -> None:
    expected = sync(stream).rows(stream)
    tiktok.faults.refused_value("asset_type", "LEAD", known, ASSET)
    result = sync(stream)
    assert (result.errors, result.statuses[stream]) == ([], "COMPLETE")
    assert less(result.rows(stream), set()) == less([row for row in expected if row["asset_type"] != "LEAD"], set())
    (warning,) = result.warnings
    assert f"asset_type LEAD of {stream}" in warning


def test_a_kind_that_is_refused_is_not_asked_for_again(sync: Run, tiktok: Simulator, config: Config) -> None:
    fault = tiktok.faults.refused_value("operation_status", "SAVED", path="/playable/get/")
    result = sync("playables", config=config | {"concurrency": 2})
    assert (result.errors, len(result.warnings)) == ([], 1)
    assert len({call.query["advertiser_id"] for call in tiktok.asked("/playable/get/")}) == 4
    assert fault.hits <= 4  # the third ad account's is believed of all; one more for the other thread


def test_a_filter_that_is_refused_has_no_rows_and_the_other_sweeps_have_theirs(sync: Run, tiktok: Simulator) -> None:
    expected = sync("campaigns").rows("campaigns")
    tiktok.faults.refused_value("filtering.buying_types", "RESERVATION_TOP_VIEW", path="/campaign/get/")
    result = sync("campaigns")
    assert (result.errors, len(result.warnings)) == ([], 1)
    assert 0 < len(result.rows("campaigns")) < len(expected)


def test_what_a_stream_is_about_is_never_left_out(sync: Run, tiktok: Simulator) -> None:
    tiktok.faults.refused_value("filtering.buying_types", "AUCTION", path="/campaign/get/")
    result = sync("campaigns")
    assert (result.statuses["campaigns"], result.warnings) == ("INCOMPLETE", [])


@pytest.mark.samples(1)
@pytest.mark.parametrize(
    ("stream", "path", "column"),
    [
        ("gmv_max_advertiser_reports_daily", "/gmv_max/report/get/", "net_cost"),
        ("smart_plus_material_breakdown_reports_daily", "/smart_plus/material_report/breakdown/", "likes"),
        ("creative_reports_daily", "/creative/report/get/", "video_views_p75"),
    ],
)
@pytest.mark.parametrize("is_named", [True, False])
def test_a_metric_of_any_other_report_is_null(
    is_named: bool, stream: str, path: str, column: str, sync: Run, tiktok: Simulator
) -> None:
    expected = sync(stream).rows(stream)
    fault = tiktok.faults.refused_metric(column, path=path)
    if not is_named:
        fault.act = tiktok.faults.conflict(column).act
    result = sync(stream)
    assert (result.errors, len(result.warnings)) == ([], 1)
    assert expected
    assert less(result.rows(stream), set()) == less(expected, {column})


def test_what_the_user_asks_an_endpoint_for_is_never_left_out(sync: Run, tiktok: Simulator, config: Config) -> None:
    mine = {"name": "mine", "path": "bc/asset/get", "for_each": "business_center", "records": "list",
            "parameters": {"asset_type": "LEAD"}}  # fmt: skip
    tiktok.faults.refused_value("asset_type", "LEAD", path=ASSET)
    result = sync("mine", config=config | {"extra_endpoints": [mine]})
    assert (result.statuses["mine"], result.warnings) == ("INCOMPLETE", [])
    assert "LEAD is not a valid choice" in result.errors[0]
    assert "Take LEAD out of Parameters of the extra endpoint mine." in result.errors[0]


def test_metrics_of_an_endpoint_are_called_parameters_as_in_its_form(
    sync: Run, tiktok: Simulator, one_advertiser: Config
) -> None:
    report = {"report_type": "BASIC", "data_level": "AUCTION_CAMPAIGN", "query_lifetime": "true",
              "dimensions": '["campaign_id"]', "metrics": '["spend", "likes"]'}  # fmt: skip
    mine = {"name": "mine", "path": "report/integrated/get", "records": "list", "parameters": report}
    tiktok.faults.refused_metric("likes", path="/report/integrated/get/")
    result = sync("mine", config=one_advertiser | {"extra_endpoints": [mine]})
    assert "Take likes out of Parameters of the extra endpoint mine." in result.errors[0]


# How a request is written anew


@pytest.mark.parametrize(
    ("asked", "left_out", "expected"),
    [
        ({"metrics": ["a", "b"]}, ("metrics", "a"), {"metrics": ["b"]}),
        ({"metrics": '["a", "b"]'}, ("metrics", "a"), {"metrics": '["b"]'}),
        ({"metrics": ["a"]}, ("metrics", "a"), {"metrics": ["spend"]}),
        ({"filtering": '{"kinds": ["A", "B"]}'}, ("kinds", "B"), {"filtering": '{"kinds":["A"]}'}),
        ({"filtering": '{"primary_status": "STATUS_ALL"}'}, ("primary_status", "STATUS_ALL"), {"filtering": "{}"}),
        ([{"field_name": "ad_status", "filter_value": '["STATUS_ALL"]'}], ("ad_status", "STATUS_ALL"), []),
        ({"kind": "A", "other": "A"}, ("kind", "B"), {"kind": "A", "other": "A"}),
    ],
)
def test_a_request_is_written_anew_without_what_is_left_out(
    asked: Any, left_out: tuple[str, str], expected: Any
) -> None:
    assert leave_out(asked, {left_out}, "spend") == expected


@pytest.mark.parametrize("asked", [{"kind": "A"}, {"filtering": '{"kind": ["A"]}'}, {"metrics": ["A"], "kind": "A"}])
def test_a_question_about_nothing_but_what_is_left_out_is_not_asked(asked: dict[str, Any]) -> None:
    with pytest.raises(NothingToAskError):
        leave_out(asked, {("kind", "A")})
