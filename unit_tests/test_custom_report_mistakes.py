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
from harness import Sync, plain_reports

from source_tiktok_marketing import SourceTiktokMarketing
from tiktok_simulator import Simulator
from tiktok_simulator.world.ready_made import TOKYO

Config = dict[str, Any]
REPORT = "/report/integrated/get/"
LOGGER = logging.getLogger("airbyte")


def told(config: Config, *reports: Config) -> list[str]:
    """The sentences a user reads, one per mistake."""
    source = SourceTiktokMarketing(config=config | {"custom_reports": list(reports)})
    with pytest.raises(AirbyteTracedException) as refused:
        source.streams(source.normal_config)
    lines = str(refused.value.message).splitlines()[1:]
    assert [line.split(")")[0] for line in lines] == [str(number + 1) for number in range(len(lines))]
    return [line.split(") ", 1)[1] for line in lines]


def mine(**report: Any) -> Config:
    return {"name": "mine", "level": "campaign", **report}


@pytest.mark.samples(6)
@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        ({"metrics": ["impresions"]}, "Metrics: impresions is no metric of a custom report. Did you mean impressions?"),
        ({"metrics": ["vidio"]}, "Metrics: vidio is no metric of a custom report. Did you mean video?"),
        ({"breakdowns": ["contry_code"]}, "Breakdowns: contry_code can't break down basic reports. Did you mean country_code?"),
        ({"breakdowns": ["gender"]}, "Breakdowns: gender can't break down basic reports. It belongs to audience reports."),
        ({"breakdowns": ["ad_id"]}, "Breakdowns: ad_id is no breakdown: Level and Granularity already say it. Take it out."),
        ({"breakdowns": ["country_code"], "granularity": "hourly"}, "Granularity: country_code is never hourly. Choose daily, weekly, monthly or total, or take it out of breakdowns."),
        ({"breakdowns": ["country_code", "ad_type"]}, "Breakdowns: TikTok does not combine country_code, ad_type. Keep 1 of them; the only pairs are gender with age, search_keyword with match_type, page_id with component_name."),
        ({"report_type": "audience"}, "Breakdowns: audience reports by campaign need one. Choose one, such as country_code, ad_type, gender or age."),
        ({"report_type": "audience", "breakdowns": ["gender"], "granularity": "lifetime"}, "Granularity: audience reports by campaign are never lifetime. Choose hourly, daily, weekly, monthly or total."),
        ({"report_type": "audience", "breakdowns": ["interest_category"]}, "Granularity: interest_category is never daily. Choose weekly, monthly or total, or take it out of breakdowns."),
        ({"report_type": "audience", "breakdowns": ["gender"], "metrics": ["engagements"]}, "Metrics: engagements can't be had here: TikTok gives it only in basic or catalog reports. Take it out, or change the report."),
        ({"metrics": ["ad_name"]}, "Metrics: ad_name can't be had here: only reports by ad have it. Take it out, or change the report."),
        ({"metrics": ["cash_spend"]}, "Metrics: cash_spend can't be had here: TikTok gives it only for advertisers by day. Take it out, or change the report."),
        ({"metrics": ["total_active_pay_roas"], "granularity": "hourly"}, "Metrics: total_active_pay_roas can't be had here: TikTok gives it per advertiser, campaign, ad_group or ad, neither by hour nor broken down. Take it out, or change the report."),
        ({"breakdowns": ["country_code"], "metrics": ["likes", "total_pageview"]}, "Metrics: total_pageview can't be had here: TikTok does not break it down by country_code. Take it out, or change the report."),
        ({"breakdowns": ["image_id"]}, "Level: TikTok gives no image_id by campaign. Choose ad."),
        ({"breakdowns": ["match_type"]}, "Breakdowns: match_type needs search_keyword beside it. Add search_keyword."),
        ({"level": "business_center"}, "Level: basic reports have no level business_center. Choose ad, ad_group, campaign or advertiser."),
        ({"report_type": "business_center", "level": "advertiser", "granularity": "total", "metrics": ["spend"]}, "Business Center ID: is missing. Write the id of the business centre to report on."),
        ({"filters": {"ad_ids": ["1"]}}, "Only These Ads: TikTok does not take it by campaign. Choose the level ad, or leave it empty."),
        ({"filters": {"buying_types": ["AUCTION", "RESERVATION_TOP_VIEW"]}}, "Buying Types: RESERVATION_TOP_VIEW only comes alone. Make a report of its own for it."),
        ({"level": "advertiser", "filters": {"status": "STATUS_ALL"}}, "Status: an advertiser has neither status nor buying type. Choose a lower level, or none."),
        ({"report_type": "tiktok_shop", "level": "advertiser", "metrics": ["spend"], "filters": {"status": "STATUS_ALL"}}, "Status: TikTok takes no filter for tiktok_shop reports. Leave it empty."),
        ({"granularity": "total", "start_date": "2020-01-01"}, "Start Date of the Report: TikTok gives a total of at most 365 days. Write today-364 or later, or choose monthly."),
        ({"start_date": "soon"}, "Start Date of the Report: 'soon' is not a day. Write YYYY-MM-DD, today, yesterday, today-30, a number of days back such as 30, or a period such as last_month."),
        ({"start_date": "2026-01-10", "end_date": "2026-01-09"}, "End Date of the Report: is before the first day. Write a later day, or leave it empty to read until today."),
        ({"metrics": ["skan"], "report_type": "audience", "breakdowns": ["age"]}, "Metrics: the group skan has nothing for this report. Take it out."),
        ({"name": "ads_reports_daily"}, "Name: is the name of a ready-made stream. Choose another."),
    ],
)  # fmt: skip
def test_a_mistake_says_which_report_which_field_why_and_what_to_do(
    report: Config, sentence: str, config: Config
) -> None:
    name = report.get("name", "mine")
    assert told(config, mine(**report)) == [f'Custom report 1 "{name}" (custom_reports), {sentence}']


@pytest.mark.parametrize("report", [{"level": "advertiser"}, {"report_type": "catalog"}])
def test_what_the_sandbox_can_not_report_on_is_said(report: Config, sandbox_config: Config) -> None:
    assert told(sandbox_config, mine(**report)) == [
        'Custom report 1 "mine" (custom_reports), Level: the sandbox reports by campaign, ad group and ad only. '
        "Choose one of them."
    ]


def test_all_mistakes_of_all_reports_are_told_together_without_a_request(tiktok: Simulator, config: Config) -> None:
    sentences = told(config, mine(metrics=["spent"], breakdowns=["age"]), mine(granularity="hourly", level="playable"))
    assert len(sentences) == 5
    assert [" ".join(each.split()[:3]) for each in sentences] == ["Custom report 1"] * 3 + ["Custom report 2"] * 2
    assert tiktok.transcript == []


@pytest.mark.samples(4)
@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        ({"level": "ad"}, "Custom report 2 (custom_reports), Name: is missing. Name the stream with lower-case letters, digits and underscores, such as weekly_reach."),
        (mine(granularity="dayly"), 'Custom report 2 "mine" (custom_reports), Granularity: \'dayly\' is not known. Did you mean daily? Choose hourly, daily, weekly, monthly, lifetime or total.'),
        (mine(name="Weekly Reach"), 'Custom report 2 "Weekly Reach" (custom_reports), Name: \'Weekly Reach\' is not a valid name. Name the stream with lower-case letters, digits and underscores, such as weekly_reach.'),
        (mine(metrics="spend"), 'Custom report 2 "mine" (custom_reports), Metrics: \'spend\' must be a list, without quotes.'),
        (mine(campaign_ids=["1", "12a"]), 'Custom report 2 "mine" (custom_reports), Only These Campaigns, entry 2: \'12a\' is not a valid ID, which has digits only.'),
        (mine(filters={"campaign_ids": ["12a"]}), 'Custom report 2 "mine" (custom_reports), Only These Campaigns, entry 1: \'12a\' is not a valid ID, which has digits only.'),
        (mine(filters=["x"]), 'Custom report 2 "mine" (custom_reports), filters: must be an object. Write what it holds beside the report\'s other fields.'),
        (mine(level="adgroup"), 'Custom report 2 "mine" (custom_reports), Level: \'adgroup\' is not known. Did you mean ad_group? Choose ad, ad_group, campaign, advertiser, playable or business_center.'),
        (mine(camapign_ids=["1"]), 'Custom report 2 "mine" (custom_reports), camapign_ids: no field has that name. Did you mean campaign_ids?'),
        (mine(filters={"campaign_id": ["1"]}), 'Custom report 2 "mine" (custom_reports), campaign_id: no field has that name. Did you mean campaign_ids?'),
        (mine(colour="blue"), 'Custom report 2 "mine" (custom_reports), colour: no field has that name. Take it out.'),
        ("weekly", "Custom report 2 (custom_reports): 'weekly' must be an object, without quotes."),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_form_is_named_by_its_path(report: Any, sentence: str, config: Config) -> None:
    sentences = told(config, mine(name="first", breakdowns=["gender"]), report)
    assert sentence in sentences
    assert [each.startswith("Custom report 1 ") for each in sentences].count(True) == 1  # its rules are told as well


@pytest.mark.samples(3)
@pytest.mark.parametrize(
    ("change", "report", "fields"),
    [
        ({}, {"name": "Weekly Reach", "level": "adgroup", "metrics": ["Cost", "CPV", "reach"]}, ["Name", "Level", "Metrics", "Metrics"]),
        ({}, {"name": "Weekly Reach", "metrics": ["impresions"], "breakdowns": ["gender"]}, ["Name", "Metrics", "Breakdowns"]),
        ({"start_date": "03/15/2026"}, {"metrics": ["Cost"]}, ["Metrics"]),
        ({"start_date": ["2026"]}, {"metrics": ["Cost"]}, ["Metrics"]),
        ({}, {"name": "campaigns", "large": "yes", "metrics": "spend"}, ["Name", "Large", "Metrics"]),
        ({}, {"campaign_ids": ["x"], "start_date": "soon", "end_date": "later"}, ["Only These Campaigns", "Start Date of the Report", "End Date of the Report"]),
        ({}, {"breakdowns": [5], "report_type": "audience", "start_date": 5, "end_date": ["x"]}, ["Breakdowns", "End Date of the Report"]),
    ],
)  # fmt: skip
def test_a_mistake_hides_no_other(change: Config, report: Config, fields: list[str], config: Config) -> None:
    sentences = [each for each in told(config | change, mine(**report)) if each.startswith("Custom report 1")]
    places = [each.split("(custom_reports), ")[1].partition(":")[0].partition(", entry")[0] for each in sentences]
    assert sorted(places) == sorted(fields)


def test_a_metric_of_a_report_whose_level_is_wrong_is_told_in_ads_managers_words(config: Config) -> None:
    assert told(config, mine(level="adgroup", metrics=["Cost"]))[1].endswith(
        "Cost is no metric of a custom report. What Ads Manager calls Cost is spend."
    )


@pytest.mark.parametrize(
    "wrong",
    [
        "weekly",
        {"name": "x"},
        [5],
        [{"name": []}],
        [mine(filters=["x"])],
        [mine(large="yes")],
        [mine(level="") | {"metrics": [None]}],
    ],
)
def test_whatever_stands_there_a_sync_ends_with_a_mistake_told(
    wrong: Any, sync: Callable[..., Sync], config: Config
) -> None:
    result = sync("campaigns", config=config | {"custom_reports": wrong})
    assert result.errors[0].startswith("The configuration has ")
    assert "(custom_reports)" in result.errors[0]


def test_check_asks_tiktok_for_one_row_of_each_report(tiktok: Simulator, one_advertiser: Config) -> None:
    reports = [mine(metrics=["all"]), mine(name="other", granularity="weekly", large=True)]
    source = SourceTiktokMarketing(config=one_advertiser | {"custom_reports": reports})
    status = source.check(LOGGER, source.normal_config)
    assert status.status is Status.SUCCEEDED
    asked = [(call.query["page"], call.query["page_size"]) for call in plain_reports(tiktok)]
    metrics = len({name for call in plain_reports(tiktok)[1:-1] for name in json.loads(call.query["metrics"])})
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
    assert first == "TikTok refuses what Custom Reports or Extra Endpoints ask for:"
    assert [line.split()[1] for line in lines] == ["mine:", "other:"]
    assert all("have no relation (code 40002)" in line and TOKYO in line for line in lines)
