"""The passages of CONTRIBUTING.md that are made of the code itself: what is where, and the words of a stream's row."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from source_tiktok_marketing.config.stream_tables import load_words
from tiktok_simulator.server.routes import ENDPOINTS, PREFIX

ROOT = Path(__file__).parents[1]
SHARED = {
    "offer": "Words of every stream",
    "request": "Words of every request",
    "owner": "Words of streams about an owner",
    "days": "Words of streams that are read in windows",
}
ROW_TYPES = {
    "entity": "A list of each ad account: campaigns, ads, images",
    "nested": "Records of an owner, or of what it owns: pixels, shops, invoices",
    "nested_report": "A report on an owner, or on what it owns: GMV Max, business centres",
    "report": "A report of `report/integrated/get/`",
    "parent": "A parent below an owner (`below`): the stream sends one request for each of its ids",
}


def map_package(package: str) -> str:
    """A table of the modules of a package, each with the first sentence of its docstring."""
    paths = sorted((ROOT / package).rglob("*.py"), key=_find_place)
    return "\n".join(
        ["| module | what it is about |", "|---|---|", *(line for path in paths for line in _write_line(path))]
    )


def _find_place(path: Path) -> tuple[bool, str, bool, str]:
    folder = path.parent.relative_to(ROOT)
    return len(folder.parts) > 1, str(folder), path.stem != "__init__", path.stem


def _write_line(path: Path) -> Iterator[str]:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    said = text.split("\n\n")[0].replace("\n", " ").replace("|", "\\|")
    name = path.relative_to(ROOT).as_posix()
    if path.stem == "__init__":
        yield f"| **`{path.parent.relative_to(ROOT).as_posix()}/`** | **{said}** |"
    elif said:
        yield f"| `{name}` | {said} |"


def explain_row_words() -> str:
    """The words that several types of rows share, then those of each type alone."""
    shared = [f"**{title}**\n\n{_write_table(load_words()[block])}" for block, title in SHARED.items()]
    return "\n\n".join([*shared, *(_explain_row_type(row_type, title) for row_type, title in ROW_TYPES.items())])


def _explain_row_type(row_type: str, title: str) -> str:
    schema = load_words()[row_type]
    blocks = [block for block in SHARED if set(load_words()[block]) <= set(schema["properties"])]
    known = {word: part for block in blocks for word, part in load_words()[block].items()}
    own = {word: part for word, part in schema["properties"].items() if known.get(word) != part}
    needed = ", ".join(f"`{word}`" for word in schema.get("required", ()))
    shared = (
        f"With the {'; the '.join(SHARED[block][0].lower() + SHARED[block][1:] for block in blocks)}. "
        if blocks
        else ""
    )
    return f"**{title}**\n\n{shared}{f'Required: {needed}.' if needed else ''}\n\n{_write_table(own)}"


def _write_table(parts: Mapping[str, Any]) -> str:
    return "\n".join(
        ["| word | |", "|---|---|", *(f"| `{word}` | {_explain_word(part)} |" for word, part in parts.items())]
    )


def _explain_word(part: Mapping[str, Any]) -> str:
    one_of = f" One of {', '.join(f'`{value}`' for value in part['enum'])}." if "enum" in part else ""
    return " ".join(str(part.get("description", "")).split()).replace("|", "\\|") + one_of


def list_simulated_endpoints() -> str:
    """The simulator's endpoints, by the module that answers them."""
    answered: dict[str, list[str]] = {}
    for path, endpoint in ENDPOINTS.items():
        marks = ", ".join(["POST"] * (endpoint.method == "POST") + ["sandbox too"] * endpoint.sandbox)
        name = f"`{path.removeprefix(PREFIX).strip('/')}/`" + (f" ({marks})" if marks else "")
        answer = endpoint.answer.func if isinstance(endpoint.answer, partial) else endpoint.answer
        answered.setdefault(answer.__module__.removeprefix("tiktok_simulator."), []).append(name)
    lines = [f"| `{module}` | {', '.join(sorted(names))} |" for module, names in sorted(answered.items())]
    return "\n".join(
        [f"{len(ENDPOINTS)} endpoints. Everything else is 404.", "", "| answered in | |", "|---|---|", *lines]
    )
