"""The explorer in a browser: search, streams, diagram, on any screen and by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from explorer_page import FILE, Explorer
from playwright.sync_api import Page, expect

from source_tiktok_marketing import SourceTiktokMarketing

IMAGES = Path(__file__).parents[2] / "docs" / "images"
ADDRESSES = [("", ""), ("search", "reach"), ("stream", "ads_reports_daily"), ("stream", "catalog_feeds"),
             ("diagram", ""), ("diagram", "campaigns"), ("report", "")]  # fmt: skip
NAMED = ["ads_reports_daily", "catalog_feeds", "campaigns", "leads", "gmv_max_room_reports_daily"]
PICTURES: Mapping[str, str | dict[str, Any]] = {
    "search": "landing page", "diagram": "pixels",
    "report": {"name": "by_country", "level": "campaign", "breakdowns": ["country_code"]},
}  # fmt: skip
TEXTS = ("--text", "--quiet", "--accent", "--warn")
GROUNDS = ("--page", "--raised", "--soft")
COUNTED = re.compile(
    r"(\d+) streams?, (\d+) column(?:s and metrics| or metric)(?:, of which the best (\d+) are shown)?"
)
READABLE = 4.5  # WCAG 2.2, 1.4.3


@cache
def streams() -> Mapping[str, Any]:
    organic = dict.fromkeys(("client_id", "client_secret", "business_id", "refresh_token"), "-")
    credentials = {"auth_type": "production_access_token", "access_token": "-", "advertiser_ids": ["1"]}
    source = SourceTiktokMarketing(config={"credentials": credentials, "organic": organic, "include_leads": True})
    return {stream.name: stream.as_airbyte_stream() for stream in source.streams(source.normal_config)}


def test_the_page_asks_the_network_for_nothing(page: Page, explorer: Explorer) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for view, about in ADDRESSES:
        explorer.open(view, about)
    page.goto("about:blank")
    assert {url.partition("#")[0] for url in asked if not url.startswith("data:")} == {FILE}


def test_every_stream_of_the_connector_is_listed(explorer: Explorer) -> None:
    listed = explorer.open().page.locator(".groups ul.links a").all_inner_texts()
    assert sorted(listed) == sorted(streams())


def test_a_metric_leads_to_the_streams_that_have_it(explorer: Explorer) -> None:
    explorer.open().search("video_play_actions")
    found = explorer.result("video_play_actions")
    found.locator("summary").click()
    described = {
        name: stream.json_schema["properties"].get("video_play_actions", {}) for name, stream in streams().items()
    }
    meant = found.locator("p").first.inner_text()
    having = [name for name, column in described.items() if column.get("description") == meant]
    assert len(having) > 20
    assert sorted(found.locator("a").all_inner_texts()) == sorted(having)
    found.get_by_role("link", name="campaigns_reports_daily", exact=True).click()
    expect(explorer.page.locator("h1")).to_have_text("campaigns_reports_daily")


def test_a_word_of_the_meaning_finds_a_column_and_so_does_one_with_a_mistake(explorer: Explorer) -> None:
    explorer.open().search("distinct people")
    expect(explorer.result("reach")).to_contain_text("Distinct people who saw your ads")
    explorer.search("fraquency")
    expect(explorer.result("frequency")).to_be_visible()


@pytest.mark.parametrize(
    ("word", "first"),
    [
        ("revenue", ["total_complete_payment_rate", "total_purchase_value", "total_onsite_shopping_value"]),
        ("ROAS", ["complete_payment_roas", "total_active_pay_roas", "onsite_shopping_roas"]),
        ("return on ad spend", ["complete_payment_roas", "total_active_pay_roas", "onsite_shopping_roas"]),
        ("CPV", ["spend", "video_play_actions"]),
        ("amount spent", ["spend"]),
    ],
)
def test_a_word_of_ads_managers_leads_to_the_columns_it_means(explorer: Explorer, word: str, first: list[str]) -> None:
    explorer.open().search(word)
    results = explorer.page.locator("ul.results > li")
    expect(results.first).to_contain_text(re.compile(word, re.IGNORECASE))
    assert set(first) <= set(results.locator("h3 code").all_inner_texts()[: len(first) + 3])


@pytest.mark.parametrize(
    "word", ["landing page", "amount spent", "conversions", "report", "ads", "qqqqqqqq", "playable", "revenue"]
)
def test_as_many_are_listed_as_are_counted(explorer: Explorer, word: str) -> None:
    page = explorer.open().page
    explorer.search(word)
    told = page.get_by_role("status")
    expect(told).to_contain_text("column")
    counted = COUNTED.fullmatch(told.inner_text())
    assert counted is not None
    streams_told, columns_told, shown = counted.groups()
    listed = page.locator("section[aria-labelledby=streams-found] li")
    assert listed.count() == int(streams_told)
    assert page.locator("ul.results > li").count() == int(shown or columns_told)


def test_a_word_that_nothing_has_is_told(explorer: Explorer) -> None:
    explorer.open().search("qqqqqqqq")
    expect(explorer.page.locator("main")).to_contain_text("Nothing has this word.")


def test_a_metric_without_a_stream_leads_to_a_report_with_it(explorer: Explorer) -> None:
    explorer.open().search("avg_watch_time")
    lonely = explorer.page.locator("ul.results > li").filter(has_text="In no ready-made stream").first
    name = lonely.locator("h3 code").inner_text()
    lonely.get_by_role("link", name="Build a report with it").click()
    expect(explorer.page.locator("h1")).to_have_text("Build a report")
    assert name in explorer.page.locator(".handout").inner_text()


@pytest.mark.parametrize(
    "name", ["ads_reports_daily", "catalog_feeds", "campaigns", "leads", "gmv_max_room_reports_daily"]
)
def test_a_stream_shows_what_the_connector_says_of_it(explorer: Explorer, name: str) -> None:
    explorer.open("stream", name)
    stream = streams()[name]
    rows = explorer.page.locator("table.columns tbody tr")
    assert rows.locator("th code").all_inner_texts() == list(stream.json_schema["properties"])
    told = [column["description"] for column in stream.json_schema["properties"].values()]
    assert rows.locator("td:nth-child(3)").all_inner_texts() == told
    assert explorer.fact("Primary key") == ", ".join(path[0] for path in stream.source_defined_primary_key)
    cursor = "".join(stream.default_cursor_field or [])
    reads = f"continues from the newest {cursor}" if cursor else "everything is read in every sync"
    assert explorer.fact("Cursor") == reads


def test_a_stream_shows_its_permission_and_its_request(explorer: Explorer) -> None:
    explorer.open("stream", "catalog_feeds")
    assert explorer.fact("Permission") == "Get Feed (970)"
    assert explorer.fact("Endpoint") == "catalog/feed/get/"
    assert explorer.fact("catalog_id") == "{catalog_id}"
    assert explorer.fact("Requested for") == "each business centre, each catalog_id of catalog/get/"


def test_columns_are_filtered_by_a_word(explorer: Explorer) -> None:
    explorer.open("stream", "ads_reports_daily")
    explorer.page.get_by_label("Filter the").fill("video_views")
    shown = explorer.page.locator("table.columns tbody th code").all_inner_texts()
    assert shown == ["video_views_p25", "video_views_p50", "video_views_p75", "video_views_p100"]


def test_a_stream_that_does_not_exist_is_told(explorer: Explorer) -> None:
    explorer.open("stream", "ads_reports_yearly")
    expect(explorer.page.locator("main")).to_contain_text("There is no stream called ads_reports_yearly")


def test_a_click_in_the_diagram_shows_columns_and_joins(explorer: Explorer) -> None:
    explorer.open("diagram")
    assert explorer.boxes == set(streams())
    explorer.click_box("ad_groups")
    panel = explorer.page.locator("aside")
    expect(panel.locator("h2")).to_have_text("ad_groups")
    assert "campaign_id → campaigns" in panel.locator(".joins").first.inner_text()
    assert panel.locator(".names code").all_inner_texts() == list(streams()["ad_groups"].json_schema["properties"])
    assert {"ad_groups", "campaigns", "ads", "ad_groups_reports_daily"} <= explorer.boxes < set(streams())
    assert explorer.page.url.endswith("#/diagram/ad_groups")
    explorer.page.get_by_role("button", name="All streams").click()
    assert explorer.boxes == set(streams())


def test_the_diagram_is_filtered_by_group(explorer: Explorer) -> None:
    page = explorer.open("diagram").page
    page.get_by_text("Filter by group").click()
    page.get_by_role("button", name="None").click()
    page.get_by_label("commerce", exact=True).check()
    assert explorer.boxes
    assert all(name in explorer.boxes for name in ("catalogs", "catalog_feeds"))
    assert "campaigns" not in explorer.boxes
    page.get_by_label("entities", exact=True).check()
    assert {"catalogs", "campaigns"} <= explorer.boxes
    page.get_by_label("reports", exact=True).check()
    page.get_by_label("reports of every group").uncheck()
    assert not [name for name in explorer.boxes if "_reports_" in name]


def test_the_diagram_is_zoomed_and_moved_by_keyboard(explorer: Explorer) -> None:
    page = explorer.open("diagram").page
    page.locator(".canvas").focus()
    zoom, pan = page.evaluate("[diagram.zoom(), diagram.pan().x]")
    page.keyboard.press("+")
    assert page.evaluate("diagram.zoom()") > zoom
    page.keyboard.press("0")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("diagram.pan().x") == pytest.approx(pan + 80)


def test_a_stream_is_found_and_opened_by_keyboard_alone(explorer: Explorer) -> None:
    page = explorer.open().page
    page.keyboard.type("negative_keywords")
    expect(page.locator("ul.links a").first).to_have_text("negative_keywords")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("negative_keywords")
    expect(page.locator("h1")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("aside h2")).to_have_text("negative_keywords")


def test_the_first_key_skips_to_the_content(explorer: Explorer) -> None:
    page = explorer.open("stream", "ads").page
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    expect(page.locator("h1")).to_have_text("ads")


@pytest.mark.parametrize(("view", "about"), ADDRESSES)
def test_a_narrow_screen_scrolls_in_one_direction_only(explorer: Explorer, view: str, about: str) -> None:
    explorer.page.set_viewport_size({"width": 360, "height": 740})
    explorer.open(view, about)
    assert explorer.page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(explorer: Explorer, scheme: Any) -> None:
    explorer.page.emulate_media(color_scheme=scheme)
    explorer.open()
    read = "names => names.map(name => getComputedStyle(document.body).getPropertyValue(name))"
    texts, grounds = explorer.page.evaluate(read, TEXTS), explorer.page.evaluate(read, GROUNDS)
    assert min(contrast(text, ground) for text in texts for ground in grounds) >= READABLE


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: str) -> float:
    digits = color.strip().removeprefix("#")
    digits = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    parts = [int(pair, 16) / 255 for pair in re.findall("..", digits)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_controls_have_names(explorer: Explorer) -> None:
    nameless = """() => [...document.querySelectorAll("input, select, button, a")]
      .filter(each => !(each.labels?.length || each.ariaLabel || each.textContent.trim()))
      .map(each => each.outerHTML)"""
    for view, about in ADDRESSES:
        assert explorer.open(view, about).page.evaluate(nameless) == []


@pytest.mark.parametrize(("view", "about"), PICTURES.items())
def test_the_documentation_has_a_picture(
    explorer: Explorer, view: str, about: str | dict[str, Any], request: pytest.FixtureRequest
) -> None:
    picture = IMAGES / f"explorer-{view}.png"
    if request.config.getoption("--pictures"):
        explorer.page.set_viewport_size({"width": 1100, "height": 860})
        explorer.open(view, about).page.screenshot(path=picture)
    assert 5_000 < picture.stat().st_size < 150_000
