"""The explorer's report builder: it greys out what the connector refuses, and hands out what the connector takes."""

from __future__ import annotations

import importlib
import random
import re
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from explorer_page import Case, Explorer
from playwright.sync_api import expect
from running import Run

from source_tiktok_marketing.config.custom_reports.definition import WantedReport
from source_tiktok_marketing.config.custom_reports.rules import find_problems
from source_tiktok_marketing.schema.metrics import ALL, METRIC_GROUPS, read_metrics, read_shapes
from tiktok_simulator.world.ready_made import make_small_world

UNIT_TESTS = Path(__file__).parents[2] / "unit_tests"


@pytest.fixture(scope="module")
def rules() -> Iterator[ModuleType]:
    """The table in which connector and simulator are compared."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(UNIT_TESTS))
        yield importlib.import_module("test_report_rules")


def disagreements(explorer: Explorer, cases: list[Case]) -> list[tuple[Case, str, list[str]]]:
    """The reports on which page and connector differ, in the verdict or in the reason."""
    told = [
        [problem.why for problem in find_problems(WantedReport(*case[:4], (case[4],), business_center_id="1"))]
        for case in cases
    ]
    found = zip(cases, explorer.open("report").verdicts(cases), told, strict=True)
    return [(case, page, whys) for case, page, whys in found if not agree(page, whys)]


def agree(page: str, connector: list[str]) -> bool:
    return page.removeprefix("It ") in connector[0] if page and connector else not page and not connector


def test_page_and_connector_agree_on_every_combination(explorer: Explorer, rules: ModuleType) -> None:
    assert len(rules.CASES) > 17_000
    assert disagreements(explorer, rules.CASES) == []


def test_page_and_connector_agree_on_metrics_and_groups_wherever_a_report_can_be_had(
    explorer: Explorer, rules: ModuleType
) -> None:
    breakdowns = [(), *((name,) for name in rules.EVERY_BREAKDOWN), *rules.PAIRS, *rules.CATALOG_PAIRS]
    forms = product(read_shapes(), rules.ENTITIES, rules.GRANULARITIES, breakdowns)
    places = [form for form in forms if not find_problems(WantedReport(*form, (), business_center_id="1"))]
    assert len(places) > 500
    choose = random.Random(17)
    words = [*METRIC_GROUPS, ALL]
    cases = [(*place, choose.choice(words)) for place in choose.sample(places, 400)]
    cases += [(*choose.choice(places), choose.choice(list(read_metrics()))) for _ in range(10_000)]
    assert disagreements(explorer, cases) == []


def test_a_choice_that_does_not_fit_is_grey_and_says_why(explorer: Explorer) -> None:
    explorer.open("report")
    assert "basic reports have no level playable" in explorer.reason("level", "playable")
    assert "province_id can't break down basic reports" in explorer.reason("breakdowns", "province_id")
    explorer.option("breakdowns", "country_code").check()
    assert "country_code is never hourly" in explorer.reason("granularity", "hourly")
    assert "TikTok does not combine country_code, ad_type" in explorer.reason("breakdowns", "ad_type")
    explorer.option("breakdowns", "country_code").uncheck()
    expect(explorer.option("granularity", "hourly")).to_be_enabled()


def test_a_metric_that_does_not_fit_is_grey_and_says_why(explorer: Explorer) -> None:
    explorer.open("report", {"granularity": "hourly", "level": "campaign"})
    explorer.page.get_by_label("Find a metric").fill("cost_per_total_purchase")
    assert "neither by hour nor broken down" in explorer.reason("metrics", "cost_per_total_purchase")
    assert "the group playable has nothing for this report" in explorer.reason("metrics", "playable")


def test_a_report_that_lacks_a_breakdown_says_so_and_hands_out_nothing(explorer: Explorer) -> None:
    explorer.open("report").page.get_by_label("audience", exact=True).check()
    expect(explorer.page.locator(".handout")).to_contain_text("audience reports by ad need one")
    expect(explorer.page.locator("#json")).to_have_count(0)
    explorer.option("breakdowns", "gender").check()
    explorer.option("breakdowns", "age").check()
    assert explorer.json["custom_reports"][0]["breakdowns"] == ["gender", "age"]


def test_what_no_longer_fits_is_taken_out_and_told(explorer: Explorer) -> None:
    explorer.open("report", {"breakdowns": ["post_id"], "metrics": ["basic"], "granularity": "lifetime"})
    explorer.page.get_by_label("audience", exact=True).check()
    assert "post_id was taken out" in explorer.told
    assert not explorer.option("breakdowns", "post_id").is_checked()


@pytest.mark.parametrize("name", ["My Report", "", "ads_reports_daily", "1st"])
def test_a_name_that_the_form_refuses_is_told(explorer: Explorer, name: str) -> None:
    explorer.open("report").page.get_by_label("Name", exact=True).fill(name)
    expect(explorer.page.locator(".handout")).to_contain_text("Name")
    expect(explorer.page.locator("#json")).to_have_count(0)


def reports() -> list[dict[str, Any]]:
    center = {"report_type": "business_center", "level": "advertiser", "business_center_id": make_small_world().bc_id}
    return [
        {"name": "plain"},
        {"name": "weekly_reach", "level": "campaign", "granularity": "weekly", "metrics": ["campaign_name", "reach"]},
        {"name": "people", "report_type": "audience", "breakdowns": ["gender", "age"], "metrics": ["basic", "video"]},
        {"name": "playable_clicks", "report_type": "playable", "level": "playable", "metrics": ["playable"]},
        {"name": "center", **center, "metrics": ["spend"]},
    ]


def test_what_is_handed_out_is_taken_by_the_connector(
    explorer: Explorer, command: Callable[..., Run], config: dict[str, Any]
) -> None:
    entries = [explorer.open("report", report).json["custom_reports"][0] for report in reports()]
    assert [entry["name"] for entry in entries] == [report["name"] for report in reports()]
    (status,) = command("check", config={**config, "custom_reports": entries}).of("CONNECTION_STATUS")
    assert status["connectionStatus"]["status"] == "SUCCEEDED", status


def test_the_form_is_told_in_its_own_words(explorer: Explorer, spec: dict[str, Any]) -> None:
    explorer.open("report", reports()[2])
    shown = explorer.page.locator(".handout dt").all_inner_texts()
    fields = spec["properties"]["custom_reports"]["items"]["properties"]
    assert shown == [fields[name]["title"] for name in explorer.json["custom_reports"][0]]


def test_an_address_brings_the_report_back(explorer: Explorer) -> None:
    explorer.open("report").page.get_by_label("audience", exact=True).check()
    explorer.option("breakdowns", "language").check()
    explorer.page.get_by_label("Name", exact=True).fill("by_language")
    handed_out = explorer.json
    explorer.page.reload()
    assert explorer.json == handed_out


@pytest.mark.parametrize("about", ["{", "[]", "null", '{"level": 3, "metrics": ["x", 4], "breakdowns": "age"}'])
def test_an_address_that_is_no_report_begins_a_new_one(explorer: Explorer, about: str) -> None:
    explorer.open("report", about)
    expect(explorer.option("level", "ad")).to_be_checked()


def test_a_report_is_built_by_keyboard_alone(explorer: Explorer) -> None:
    page = explorer.open("report").page
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(explorer.option("report_type", "audience")).to_be_checked()
    # The level, the granularity, the list of breakdowns, its first.
    for _ in range(4):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(explorer.option("breakdowns", "country_code")).to_be_checked()
    assert explorer.json["custom_reports"][0]["breakdowns"] == ["country_code"]


def test_copying_selects_the_entry(explorer: Explorer) -> None:
    page = explorer.open("report").page
    page.get_by_role("button", name="Copy").click()
    expect(page.locator(".handout [role=status]")).to_have_text(re.compile("Copied|Selected"))
    assert page.evaluate("String(getSelection())") == page.locator("#json").inner_text()
