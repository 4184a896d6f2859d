"""The pictures of the setup guide show the form as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from platform_form import Form
from playwright.sync_api import Locator, Page
from test_form import add_weekly_report, sign_in

from tiktok_simulator.world.world import APP_ID, APP_SECRET

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SHOWN = Path(__file__).parent / "shown"
Picture = Callable[..., None]
MARGIN = 12


@pytest.fixture
def picture(form: Form, request: pytest.FixtureRequest) -> Picture:
    """Compares the words in some parts of the form with those its picture shows; with --pictures draws it anew."""

    def take(name: str, *parts: Locator) -> None:
        words = "\n".join(part.inner_text() for part in parts) + "\n"
        text = SHOWN / f"{name}.txt"
        if request.config.getoption("--pictures"):
            text.write_text(words, encoding="utf-8")
            draw(form.page, IMAGES / f"{name}.png", parts)
        assert words == text.read_text(encoding="utf-8"), "The form has changed: draw its pictures with make pictures."

    return take


def draw(page: Page, path: Path, parts: Sequence[Locator]) -> None:
    page.locator(":focus").evaluate_all("all => all.forEach(one => one.blur())")
    page.evaluate("scrollTo(0, 0)")
    boxes = [box for part in parts if (box := part.bounding_box())]
    top = min(box["y"] for box in boxes) - MARGIN
    bottom = max(box["y"] + box["height"] for box in boxes) + MARGIN
    page.screenshot(path=path, full_page=True, clip={"x": 0, "y": top, "width": 640, "height": bottom - top})


def test_the_form_of_a_new_source(form: Form, picture: Picture) -> None:
    sign_in(form)
    picture("setup-new", form.page.locator("form"))


def test_a_mistake_in_a_field(form: Form, picture: Picture) -> None:
    form.fill(App_ID=APP_ID, App_Secret=APP_SECRET, Start_Date="03/15/2026")
    form.submit()
    picture("setup-mistake", form.card("Sign-in"), form.card("Period"))


def test_a_custom_report_that_is_refused(form: Form, picture: Picture) -> None:
    sign_in(form)
    report = add_weekly_report(form)
    report.add_tags("Metrics", "spendd")
    form.submit()
    picture("setup-refused", form.page.locator(".list").first, form.answer)
