"""docs/setup.md says what is so: its words are those of the form and the errors, its pictures and links exist."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas
import pytest
import yaml

from tiktok_simulator.world.ready_made import TOKYO

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "docs" / "setup.md"
TEXT = GUIDE.read_text(encoding="utf-8")
SPOKEN = [ROOT / "manifest.yaml", *sorted((ROOT / "source_tiktok_marketing").rglob("*.py")),
          *sorted((ROOT / "integration_tests" / "browser" / "form" / "src").glob("*.ts"))]  # fmt: skip
LINKS = re.findall(r"\]\((?!https:)([^)#]+)(#[^)]+)?\)", TEXT)
NOT_FIELDS = {"Behind a proxy", "With PostgresCache", "Airbyte sends", "TikTok's documentation says", "People report",
              "Secret"}  # fmt: skip


def titles(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("title"), str):
            yield schema["title"]
        schema = list(schema.values())
    for inner in schema if isinstance(schema, list) else []:
        yield from titles(inner)


def joined(path: Path) -> str:
    """What a file says, with texts that are written in two pieces put together."""
    return re.sub(r'"\s+f?"', "", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("words", re.findall(r"^\| `([^`]+)`.* \|$", TEXT.partition("## When something")[2], re.M))
def test_what_the_guide_explains_is_what_is_said(words: str) -> None:
    assert any(words in joined(path) for path in SPOKEN)


def test_the_fields_it_names_are_those_of_the_form() -> None:
    spec = yaml.safe_load((ROOT / "manifest.yaml").read_text(encoding="utf-8"))["spec"]["connection_specification"]
    named = set(re.findall(r"\*\*([^*]+)\*\*", TEXT)) - NOT_FIELDS
    assert named
    assert named <= set(titles(spec))


def test_its_links_lead_somewhere() -> None:
    assert [path for path, _ in LINKS if not (GUIDE.parent / path).exists()] == []


def test_every_picture_is_in_the_guide() -> None:
    drawn = {f"images/{path.name}" for path in (GUIDE.parent / "images").glob("setup-*")}
    assert drawn == {path for path, _ in LINKS if path.endswith(".png")}


def test_its_lines_for_other_caches_keep_ids_and_times(monkeypatch: pytest.MonkeyPatch) -> None:
    row = f'{{"advertiser_id": "{TOKYO}", "create_time": "2026-01-01 00:00:00"}}\n'
    guessed = pandas.read_json(io.StringIO(row), lines=True)
    assert str(guessed["advertiser_id"][0]) != TOKYO or not isinstance(guessed["create_time"][0], str)
    monkeypatch.setattr(pandas, "read_json", pandas.read_json)  # put back at the end
    (lines,) = re.findall(r"```python\n(  import functools.*?)```", TEXT, re.S)
    exec(re.sub(r"^  ", "", lines, flags=re.M), {})
    (kept,) = pandas.read_json(io.StringIO(row), lines=True).to_dict("records")
    assert kept == {"advertiser_id": TOKYO, "create_time": "2026-01-01 00:00:00"}
