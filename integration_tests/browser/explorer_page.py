"""A person in front of the explorer (site/), who opens it from disk and finds everything by what it says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Locator, Page

FILE = (Path(__file__).parents[2] / "build" / "site" / "index.html").as_uri()
# A report as the connector's rules know it: type, level, granularity, breakdowns, and a metric.
Case = tuple[str, str, str, Sequence[str], str]
# What the page itself says of reports: why not, or nothing.
VERDICTS = """cases => cases.map(([report_type, level, granularity, breakdowns, metric]) => {
  const report = { report_type, level, granularity, breakdowns };
  return explorer.refusalOf(report) || explorer.metricRefusalOf(report, metric);
})"""


@dataclass
class Explorer:
    """The page: `open("stream", "ads")` goes to one of its addresses."""

    page: Page

    def open(self, view: str = "", about: str | dict[str, Any] = "") -> Explorer:
        text = about if isinstance(about, str) else json.dumps(about)
        self.page.goto(f"{FILE}#/{view}/{quote(text, safe='')}")
        self.page.locator("h1").wait_for()
        return self

    def search(self, text: str) -> None:
        self.page.get_by_label("Search for a name or a word").fill(text)

    def result(self, name: str) -> Locator:
        """The first result of this name."""
        return self.page.locator("ul.results > li").filter(has=self.page.locator(f"h3 code:text-is('{name}')")).first

    def fact(self, title: str) -> str:
        """What stands beside a title on the page of a stream."""
        shown = self.page.locator("dl > div").filter(has=self.page.locator(f"dt:text-is('{title}')"))
        return shown.locator("dd").first.inner_text()

    def option(self, field: str, name: str) -> Locator:
        """A choice of the report builder: `option("level", "ad")`."""
        return self.page.locator(f"[id='{field}-{name}']")

    def reason(self, field: str, name: str) -> str:
        """Why a choice is greyed out."""
        option = self.option(field, name)
        assert option.is_disabled()
        return self.page.locator(f"[id='{option.get_attribute('aria-describedby')}']").inner_text()

    @property
    def json(self) -> dict[str, Any]:
        """The entry that is handed out."""
        return dict(json.loads(self.page.locator("#json").inner_text()))

    @property
    def told(self) -> str:
        """What was changed because it no longer fits."""
        return self.page.locator(".notice").inner_text()

    def click_box(self, name: str) -> None:
        """Clicks a stream in the diagram, where it stands on the screen."""
        place = self.page.evaluate("name => diagram.getElementById(name).renderedPosition()", name)
        self.page.locator(".canvas").click(position={"x": place["x"], "y": place["y"]})

    @property
    def boxes(self) -> set[str]:
        """The streams in the diagram."""
        return set(self.page.evaluate("() => diagram.nodes('[^isGroup]').map(node => node.id())"))

    def verdicts(self, cases: Sequence[Case]) -> list[str]:
        """Why the page refuses each of these reports; empty where it does not."""
        return list(self.page.evaluate(VERDICTS, cases))
