# ruff: noqa: E501 - the sentences users read stand in one piece
"""Reports that can't be: every mistake is told at once, before TikTok is asked; what only TikTok knows, by check."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from airbyte_cdk import AirbyteTracedException
from airbyte_cdk.models import Status
from harness import Sync

from source_tiktok_marketing import SourceTiktokMarketing
from tiktok_simulator import Simulator
from tiktok_simulator.worlds import TOKYO

Config = dict[str, Any]
REPORT = "/report/integrated/get/"
LOGGER = logging.getLogger("airbyte")


def told(config: Config, *reports: Config) -> list[str]:
    """The sentences a user reads, one per mistake."""
    source = SourceTiktokMarketing(config=config | {"custom_reports": list(reports)})
    with pytest.raises(AirbyteTracedException) as refused:
        source.streams(source.normal_config)
    return [line.removeprefix("- ") for line in str(refused.value.message).splitlines()[1:]]


def mine(**report: Any) -> Config:
    return {"name": "mine", "level": "campaign", **report}


@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        ({"metrics": ["impresions"]}, "metrics: impresions does not exist: did you mean impressions?"),
        ({"metrics": ["vidio"]}, "metrics: vidio does not exist: did you mean video?"),
        ({"breakdowns": ["contry_code"]}, "breakdowns: contry_code can't break down basic reports: did you mean country_code?"),
        ({"breakdowns": ["gender"]}, "breakdowns: gender can't break down basic reports: it belongs to audience reports."),
        ({"breakdowns": ["ad_id"]}, "breakdowns: ad_id is no breakdown, level and granularity already say it. Take it out."),
        ({"breakdowns": ["country_code"], "granularity": "hourly"}, "granularity: country_code is never hourly. Choose daily, weekly, monthly or total, or take it out of breakdowns."),
        ({"breakdowns": ["country_code", "ad_type"]}, "breakdowns: TikTok does not combine country_code, ad_type. Keep 1 of them; the only pairs are gender with age, search_keyword with match_type, page_id with component_name."),
        ({"report_type": "audience"}, "breakdowns: audience reports by campaign need one. Choose one, such as country_code, ad_type, gender or age."),
        ({"report_type": "audience", "breakdowns": ["gender"], "granularity": "lifetime"}, "granularity: audience reports by campaign are never lifetime. Choose hourly, daily, weekly, monthly or total."),
        ({"report_type": "audience", "breakdowns": ["interest_category"]}, "granularity: interest_category is never daily. Choose weekly, monthly or total, or take it out of breakdowns."),
        ({"report_type": "audience", "breakdowns": ["gender"], "metrics": ["engagements"]}, "metrics: engagements can't be had here: TikTok gives it only in basic or catalog reports. Take it out, or change the report."),
        ({"metrics": ["ad_name"]}, "metrics: ad_name can't be had here: only reports by ad have it. Take it out, or change the report."),
        ({"metrics": ["cash_spend"]}, "metrics: cash_spend can't be had here: TikTok gives it only for advertisers by day. Take it out, or change the report."),
        ({"metrics": ["total_active_pay_roas"], "granularity": "hourly"}, "metrics: total_active_pay_roas can't be had here: TikTok gives it per advertiser, campaign, ad_group or ad, neither by hour nor broken down. Take it out, or change the report."),
        ({"breakdowns": ["country_code"], "metrics": ["likes", "total_pageview"]}, "metrics: total_pageview can't be had here: TikTok does not break it down by country_code. Take it out, or change the report."),
        ({"breakdowns": ["image_id"]}, "level: TikTok gives no image_id by campaign. Choose ad."),
        ({"breakdowns": ["match_type"]}, "breakdowns: match_type needs search_keyword beside it. Add search_keyword."),
        ({"level": "business_center"}, "level: basic reports have no level business_center. Choose ad, ad_group, campaign or advertiser."),
        ({"report_type": "business_center", "level": "advertiser", "granularity": "total", "metrics": ["spend"]}, "business_center_id: is missing. Write the id of the business centre to report on."),
        ({"filters": {"ad_ids": ["1"]}}, "filters.ad_ids: TikTok does not take it by campaign. Choose the level ad, or take the filter out."),
        ({"filters": {"buying_types": ["AUCTION", "RESERVATION_TOP_VIEW"]}}, "filters.buying_types: RESERVATION_TOP_VIEW only comes alone. Make a report of its own for it."),
        ({"level": "advertiser", "filters": {"status": "STATUS_ALL"}}, "filters: an advertiser has neither status nor buying type. Choose a lower level, or none."),
        ({"report_type": "tiktok_shop", "level": "advertiser", "metrics": ["spend"], "filters": {"status": "STATUS_ALL"}}, "filters: TikTok takes none for tiktok_shop reports. Take them out."),
        ({"granularity": "total", "start_date": "2020-01-01"}, "start_date: TikTok gives a total of at most 365 days. Write today-364 or later, or choose monthly."),
        ({"start_date": "soon"}, "start_date: 'soon' is not a day. Write YYYY-MM-DD, today, yesterday, today-30 or 30."),
        ({"start_date": "2026-01-10", "end_date": "2026-01-09"}, "end_date: is before start_date. Write a later day, or leave it empty to read until today."),
        ({"metrics": ["skan"], "report_type": "audience", "breakdowns": ["age"]}, "metrics: the group skan has nothing for this report. Take it out."),
        ({"name": "ads_reports_daily"}, "name: is the name of a ready-made stream. Choose another."),
    ],
)  # fmt: skip
def test_a_mistake_says_which_report_which_field_why_and_what_to_do(
    report: Config, sentence: str, config: Config
) -> None:
    name = report.get("name", "mine")
    assert told(config, mine(**report)) == [f"custom_reports[0] {name!r} {sentence}"]


@pytest.mark.parametrize("report", [{"level": "advertiser"}, {"report_type": "catalog"}])
def test_what_the_sandbox_can_not_report_on_is_said(report: Config, sandbox_config: Config) -> None:
    assert told(sandbox_config, mine(**report)) == [
        "custom_reports[0] 'mine' level: the sandbox reports by campaign, ad group and ad only. Choose one of them."
    ]


def test_all_mistakes_of_all_reports_are_told_together_without_a_request(tiktok: Simulator, config: Config) -> None:
    sentences = told(config, mine(metrics=["spent"], breakdowns=["age"]), mine(granularity="hourly", level="playable"))
    assert len(sentences) == 5
    assert [sentence.split()[0] for sentence in sentences] == ["custom_reports[0]"] * 3 + ["custom_reports[1]"] * 2
    assert tiktok.transcript == []


@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        ({"level": "ad"}, "custom_reports[0].name: is missing. Name the stream."),
        (mine(granularity="dayly"), "custom_reports[0].granularity: 'dayly' is not known. Write one of hourly, daily, weekly, monthly, lifetime, total."),
        (mine(name="Weekly Reach"), "custom_reports[0].name: 'Weekly Reach' is not understood. Write a lower-case letter, then letters, digits and underscores."),
        (mine(metrics="spend"), "custom_reports[0].metrics: 'spend' must be array, without quotes if it is a number or true/false."),
        (mine(filters={"campaign_ids": ["12a"]}), "custom_reports[0].filters.campaign_ids[0]: '12a' is not understood. Digits only."),
        ("weekly", "custom_reports[0]: 'weekly' must be object, without quotes if it is a number or true/false."),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_form_is_named_by_its_path(report: Any, sentence: str, config: Config) -> None:
    assert sentence in told(config, report)


@pytest.mark.parametrize(
    "wrong",
    ["weekly", {"name": "x"}, [5], [{"name": []}], [mine(filters=["x"])], [mine(large="yes")], [mine(level=None)]],
)
def test_whatever_stands_there_a_sync_ends_with_a_mistake_told(
    wrong: Any, sync: Callable[..., Sync], config: Config
) -> None:
    result = sync("campaigns", config=config | {"custom_reports": wrong})
    assert result.errors[0].startswith("The configuration has ")
    assert "custom_reports" in result.errors[0]


def test_check_asks_tiktok_for_one_row_of_each_report(tiktok: Simulator, one_advertiser: Config) -> None:
    reports = [mine(metrics=["all"]), mine(name="other", granularity="weekly", large=True)]
    source = SourceTiktokMarketing(config=one_advertiser | {"custom_reports": reports})
    status = source.check(LOGGER, source.normal_config)
    assert status.status is Status.SUCCEEDED
    asked = [(call.query["page"], call.query["page_size"]) for call in tiktok.asked(REPORT)]
    metrics = len({name for call in tiktok.asked(REPORT)[1:-1] for name in json.loads(call.query["metrics"])})
    assert set(asked) == {("1", "1")}
    assert len(asked) == 1 + -(-metrics // 100) + 1  # the ready-made one, all metrics by the hundred, the other


def test_check_tells_every_report_tiktok_refuses(tiktok: Simulator, one_advertiser: Config) -> None:
    reports = [mine(filters={"campaign_ids": ["1"]}), mine(name="fine"), mine(name="other", level="ad")]
    for name in ("campaign_ids", "ad_status"):
        tiktok.faults.conflict(name)
    source = SourceTiktokMarketing(config=one_advertiser | {"custom_reports": reports})
    status = source.check(LOGGER, source.normal_config)
    assert status.status is Status.FAILED
    first, *lines = str(status.message).splitlines()
    assert first == "TikTok refuses what custom_reports or extra_endpoints ask for:"
    assert [line.split()[1] for line in lines] == ["mine:", "other:"]
    assert all("have no relation (code 40002)" in line and TOKYO in line for line in lines)
