"""What stands between the form and the connector: Airbyte's server and its page, as far as a form knows them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from playwright.sync_api import Locator, Page
from running import Run

Config = dict[str, Any]
Keys = tuple[str, ...]
PAGE = (Path(__file__).parent / "form" / "index.html").as_uri()
MASK = "**********"
SECONDS_OF_A_CHECK = 120
INPUTS = "input:visible, select:visible, textarea:visible"


@dataclass
class Server:
    """Validates a configuration against the specification, checks it with the connector, and keeps it."""

    command: Callable[..., Run]
    spec: Config
    kept: Config | None = None
    received: list[Config] = field(default_factory=list)
    broken: list[Exception] = field(default_factory=list)

    def save(self, text: str) -> dict[str, Any]:
        """What the browser calls; what goes wrong here is raised in the test."""
        config = unmasked(json.loads(text), self.kept)
        self.received.append(config)
        try:
            return self._checked(config)
        except Exception as error:
            self.broken.append(error)
            raise

    def _checked(self, config: Config) -> dict[str, Any]:
        if told := [error.message for error in Draft7Validator(self.spec).iter_errors(config)]:
            return {"succeeded": False, "message": "; ".join(told)}
        (status,) = self.command("check", config=config).of("CONNECTION_STATUS")
        if status["connectionStatus"]["status"] == "FAILED":
            return {"succeeded": False, "message": status["connectionStatus"]["message"]}
        self.kept = config
        return {"succeeded": True, "message": "All connection tests passed!"}


def secrets(spec: Mapping[str, Any]) -> set[str]:
    """The keys of secret fields, wherever they are."""
    return {path[-1] for path, schema in fields(spec) if schema.get("airbyte_secret")}


def fields(schema: Mapping[str, Any], path: Keys = ()) -> Iterator[tuple[Keys, Mapping[str, Any]]]:
    """Each field of a specification, with the keys that lead to it."""
    for inner in (schema, schema.get("items", {}), *schema.get("oneOf", ())):
        for name, found in inner.get("properties", {}).items():
            deeper = list(fields(found, (*path, name)))
            yield from deeper or [((*path, name), found)]


def masked(config: Any, names: set[str]) -> Any:
    """What the browser is given: secrets stay with the server."""
    if isinstance(config, list):
        return [masked(value, names) for value in config]
    if not isinstance(config, dict):
        return config
    return {name: MASK if name in names else masked(value, names) for name, value in config.items()}


def unmasked(config: Any, kept: Any) -> Any:
    if config == MASK:
        return kept
    if not (isinstance(config, dict) and isinstance(kept, dict)):
        return config
    return {name: unmasked(value, kept.get(name)) for name, value in config.items()}


@dataclass
class Form:
    """A person in front of the form, who finds a field by its label."""

    page: Page
    server: Server
    area: Page | Locator

    def open(self, saved: Config | None = None) -> None:
        self.server.kept = saved
        self.page.goto(PAGE)
        shown = {"spec": self.server.spec} | ({"saved": masked(saved, secrets(self.server.spec))} if saved else {})
        script = "form => window.openForm(form, async config => window.save(JSON.stringify(config)))"
        self.page.evaluate(script, shown)
        self.page.locator("form").wait_for()

    def field(self, label: str) -> Locator:
        return self.area.get_by_label(label, exact=True).locator("visible=true").first

    def fill(self, **values: str) -> None:
        """`fill(App_ID="…")`: an underscore stands for a blank."""
        for label, value in values.items():
            self.field(label.replace("_", " ")).fill(value)

    def add_tags(self, label: str, *values: str) -> None:
        self.field(label).fill(", ".join(values))
        self.field(label).press("Enter")

    def unfold(self, label: str) -> None:
        self.area.locator("summary:visible", has_text=label).first.click()

    def add(self, to: str) -> Form:
        """A new item of a list; what is filled in then is filled in there."""
        self.field(f"Add to {to}").click()
        return replace(self, area=self.page.locator(".item").last)

    def submit(self) -> str:
        """Presses the form's button; returns what the server says, or nothing if the form kept it to itself."""
        asked = len(self.server.received)
        self.page.locator("button[type=submit]").click()
        self.page.locator("button[type=submit]:enabled").wait_for(timeout=SECONDS_OF_A_CHECK * 1000)
        for error in self.server.broken:
            raise error
        return self.answer.inner_text() if len(self.server.received) > asked else ""

    @property
    def answer(self) -> Locator:
        return self.page.locator("form > [role=alert]")

    def card(self, title: str) -> Locator:
        return self.page.locator(f"section:has(h2:text-is('{title}'))")

    @property
    def inputs(self) -> list[str]:
        return [str(found.get_attribute("id")) for found in self.page.locator(INPUTS).all()]

    @property
    def mistakes(self) -> list[str]:
        return self.page.locator(".mistake:visible").all_inner_texts()
