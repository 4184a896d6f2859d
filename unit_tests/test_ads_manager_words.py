"""Metrics named as Ads Manager names them, or not quite as TikTok does: understood, or answered with what to write."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from source_tiktok_marketing.config.custom_reports.definition import WantedReport
from source_tiktok_marketing.config.custom_reports.metrics import explain_refusal, list_allowed_metrics, suggest_nearest
from source_tiktok_marketing.config.custom_reports.rows import read_reports
from source_tiktok_marketing.config.custom_reports.rules import find_problems
from source_tiktok_marketing.schema.metrics import list_metric_words, read_ads_manager, read_metrics

BASIC = {"report_type": "basic", "level": "campaign"}
AUDIENCE = {"report_type": "audience", "level": "campaign", "breakdowns": ["gender"]}
HOURLY = {"report_type": "basic", "level": "ad", "granularity": "hourly"}
CENTRE = {"report_type": "business_center", "level": "business_center", "business_center_id": "1"}
REPORTS = [BASIC, AUDIENCE, HOURLY, CENTRE]


def ask(report: dict[str, Any], *words: str) -> WantedReport:
    """What a report with these words among its metrics asks for, after the configuration was brought into shape."""
    (raw,) = read_reports({"custom_reports": [{"name": "mine", **report, "metrics": list(words)}]})
    return WantedReport(
        raw["report_type"], raw["level"], raw["granularity"], tuple(raw["breakdowns"]), tuple(raw["metrics"]),
        {}, raw.get("business_center_id", ""),
    )  # fmt: skip


def answer(report: dict[str, Any], word: str) -> str:
    (problem,) = find_problems(ask(report, word))
    assert problem.field == "metrics"
    return problem.why


@pytest.mark.parametrize(
    ("word", "metric"),
    [("Spend ", "spend"), ("CPM", "cpm"), ("CTR", "ctr"), (" Total  purchase", "total_purchase"), ("CPC", "cpc"),
     ("Cost per conversion", "cost_per_conversion"), ("real-time conversion", "real_time_conversion")],
)  # fmt: skip
def test_case_and_blanks_of_a_metric_do_not_matter(word: str, metric: str) -> None:
    assert find_problems(ask(BASIC, word)) == []
    assert list_allowed_metrics(ask(BASIC, word)) == [metric]


def test_case_and_blanks_of_a_group_and_of_a_breakdown_do_not_matter() -> None:
    assert list_allowed_metrics(ask(BASIC, " Video")) == list_allowed_metrics(ask(BASIC, "video"))
    assert ask(BASIC | {"breakdowns": ["Country code"]}).breakdowns == ("country_code",)


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("Cost", "What Ads Manager calls Cost is spend: write that."),
        ("cost", "What Ads Manager calls Cost is spend: write that."),
        ("Conversions", "What Ads Manager calls Conversions is conversion: write that."),
        ("CPC (destination)", "What Ads Manager calls CPC (destination) is cpc: write that."),
        ("cpv", "What Ads Manager calls CPV is spend ÷ video_play_actions: write spend and video_play_actions."),
        ("VTR", "What Ads Manager calls VTR is video_views_p100 ÷ impressions: write video_views_p100 and "
                "impressions."),
        ("Video views at 100%", "What Ads Manager calls Video views at 100% is video_views_p100: write that."),
        ("Registrations", "What Ads Manager calls Registrations is user_registration or total_registration: "
                          "write one of them."),
    ],
)  # fmt: skip
def test_a_word_of_ads_managers_is_answered_with_the_metric(word: str, meaning: str) -> None:
    assert answer(BASIC, word) == f"{word} is no metric of a custom report. {meaning}"


def test_of_what_ads_manager_means_only_what_this_report_has_is_proposed() -> None:
    by_country = BASIC | {"breakdowns": ["country_code"]}
    assert answer(by_country, "Purchases").endswith("What Ads Manager calls Purchases is complete_payment: write that.")
    told = answer(CENTRE, "CPV")
    assert told.endswith("but video_play_actions can't be had here: TikTok gives it only in basic, audience or "
                         "catalog reports.")  # fmt: skip


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: f"{report['report_type']} by {report['level']}")
@pytest.mark.parametrize("word", ["spnd", "impresions", "reech", "vidio", "cost_per_conversions", "product_click"])
def test_no_word_is_proposed_that_this_very_report_would_refuse(word: str, report: dict[str, Any]) -> None:
    if proposed := re.search(r"Did you mean (\w+)\?", suggest_nearest(word, ask(report))):
        assert find_problems(ask(report, proposed[1])) == []


def test_nothing_is_proposed_where_nothing_is_like_it() -> None:
    assert answer(BASIC, "weather") == (
        "weather is no metric of a custom report. Nothing this report can have is like it. Take it out."
    )


def test_every_word_of_ads_managers_leads_to_metrics_some_report_has() -> None:
    for word, each in read_ads_manager().items():
        assert set(each.metrics) <= list_metric_words() & read_metrics().keys(), word
        assert word not in list_metric_words(), f"{word} is a metric itself"
        assert all(name in each.how for name in each.metrics) or not each.how, word
        assert any(not explain_refusal(ask(BASIC | {"level": "ad"}), read_metrics()[name]) for name in each.metrics), (
            word
        )


def test_revenue_means_what_the_models_add_up_to_revenue() -> None:
    project = yaml.safe_load((Path(__file__).parents[1] / "dbt" / "dbt_project.yml").read_text("utf-8"))
    assert set(project["vars"]["tiktok_revenue"]) <= set(read_ads_manager()["revenue"].metrics)
