"""The dashboard that `make demo` leaves behind, opened from disk. The fixture `page` allows it no network."""

from __future__ import annotations

import pytest
from demos import ROOT
from playwright.sync_api import Page, expect

from demo.dashboard import PANELS
from demo.notebook import DASHBOARD

FILE = ROOT / "demo" / "output" / DASHBOARD


def test_the_dashboard_draws_a_figure_in_every_panel(page: Page, request: pytest.FixtureRequest) -> None:
    page.set_viewport_size({"width": 1140, "height": 900})
    page.goto(FILE.as_uri())
    for panel in PANELS:
        expect(page.locator(f"#{panel.title.lower().replace(' ', '-')} .main-svg").first).to_be_visible()
    assert page.locator("tr").count() > 5
    if request.config.getoption("--pictures"):
        clip = {"x": 0, "y": 0, "width": 1140, "height": 1560}
        page.screenshot(path=ROOT / "docs" / "images" / "dashboard.png", full_page=True, clip=clip)


def test_the_dashboard_fits_a_narrow_screen(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 700})
    page.goto(FILE.as_uri())
    page.wait_for_function("document.documentElement.scrollWidth <= 360")
