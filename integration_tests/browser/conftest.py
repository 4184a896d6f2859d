"""Debian's Chromium with the form or the explorer in it, and the connector's own command behind the form's button."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from explorer_page import Explorer
from platform_form import Form, Server
from playwright.sync_api import Browser, Page, sync_playwright
from running import Run

COMMAND = Path(sys.executable).with_name("source-tiktok-marketing")
CHROMIUM = "/usr/bin/chromium"
# Root has no sandbox; nothing of the browser's own may ask the network.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", action="store_true", help="draw the pictures of the documentation anew")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # A new profile each time, deleted at the end.
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 664, "height": 700}, reduced_motion="reduce", locale="en-GB")
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    yield page
    context.close()
    assert [url for url in asked if not url.startswith("file:")] == []


@pytest.fixture(scope="session")
def spec() -> dict[str, Any]:
    done = subprocess.run([COMMAND, "spec"], capture_output=True, text=True, check=True)
    (spec,) = [message["spec"] for message in map(json.loads, done.stdout.splitlines()) if message["type"] == "SPEC"]
    return dict(spec["connectionSpecification"])


@pytest.fixture
def form(page: Page, spec: dict[str, Any], command: Callable[..., Run]) -> Form:
    """The form of a new source; `open(saved)` shows a saved one instead."""
    server = Server(command, spec)
    page.expose_function("save", server.save)
    page.set_default_timeout(20_000)
    shown = Form(page, server, page)
    shown.open()
    return shown


@pytest.fixture
def explorer(page: Page) -> Iterator[Explorer]:
    """The explorer, opened from disk; what the page complains about fails the test."""
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.set_default_timeout(10_000)
    page.set_viewport_size({"width": 1200, "height": 800})
    yield Explorer(page)
    assert told == []
