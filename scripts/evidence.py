"""What the connector relies on and who says so: docs/evidence.md, made by cog of docs/evidence.csv and the manifest."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import endpoints
import yaml

from source_tiktok_marketing.schema.columns import read_table as catalogue
from source_tiktok_marketing.text import join_some

ROOT = Path(__file__).parents[1]
OFFICIAL = ("sdk", "portal_2025", "portal_april", "portal_august")
SECTIONS = {"limit": "Limits of reports", "rate": "How often", "rule": "Rules"}
NOBODY = "nobody"


def _read_csv(name: str) -> list[dict[str, str]]:
    with (ROOT / "docs" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def read_sources() -> Mapping[str, Mapping[str, str]]:
    """The sources of the facts, by their short names."""
    return {row["source"]: row for row in _read_csv("evidence_sources.csv")}


@cache
def read_facts() -> list[dict[str, str]]:
    """Every endpoint and rule relied on, with its sources and its state."""
    return _read_csv("evidence.csv")


@cache
def list_asked() -> frozenset[str]:
    """Every path that is asked for: those of the manifest, and the parts of tasks that Python knows."""
    manifest = yaml.safe_load((ROOT / "manifest.yaml").read_text(encoding="utf-8"))
    parts = (row["endpoint"].strip("/") + "/" for row in endpoints.read_table() if row["part_of"])
    return frozenset([*_find_endpoints(manifest), *parts])


def _find_endpoints(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("endpoint"), str) and "*" not in value["endpoint"]:  # which names many, to limit them
            yield value["endpoint"]
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from _find_endpoints(inner)


@cache
def read_answers() -> Mapping[str, str]:
    """What the error table does about each code, and each range of codes."""
    manifest = yaml.safe_load((ROOT / "manifest.yaml").read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for row in manifest["definitions"]["error_table"]:
        named = [*map(str, row.get("codes", ())), *(["-".join(map(str, row["range"]))] if "range" in row else ())]
        found |= {name: _describe_action(row) for name in named if name not in found}
    return found


def _describe_action(row: Mapping[str, Any]) -> str:
    words = {"SUCCESS": "takes the answer", "RATE_LIMITED": "waits and asks more slowly", "RETRY": "asks again",
             "SPLIT_REQUEST_WINDOW": "asks for half the days", "FAIL": "names it and what to do"}  # fmt: skip
    return words[row["action"]]


def find_missing() -> list[str]:
    """What the connector relies on but no row names, one line each."""
    known = {(row["about"], row["what"]) for row in read_facts()}
    wanted = [("endpoint", path) for path in sorted(list_asked())] + [("code", code) for code in read_answers()]
    return [f"docs/evidence.csv lacks the {about} {what}" for about, what in wanted if (about, what) not in known]


def summarize() -> str:
    """How many endpoints are asked for, and who confirms them."""
    rows = _select("endpoint")
    agreeing = [row for row in rows if row["relied_on"] == "path, parameters"]
    copies = [row for row in rows if _write_sources(row, OFFICIAL)]
    by = ", ".join(f"{name} {_count(rows, name)}" for name in OFFICIAL)
    unconfirmed = [row for row in read_facts() if row["state"] == "unconfirmed"]
    return (
        f"The connector uses {len(rows)} endpoints. {len(copies)} are in TikTok's SDK or in a copy of its portal "
        f"({by}).\nFor {len(agreeing)}, every parameter that the connector sends was found there, too. "
        f"{len(unconfirmed)} facts are not confirmed.\nThe page says for each what a wrong guess would cost."
    )


def _count(rows: list[dict[str, str]], source: str) -> int:
    return sum(source in row["sources"].split(";") for row in rows)


def write_sources_table() -> str:
    """The sources: of what kind, where, and as of when."""
    head = ["| Source | What it is | Where | As of |", "|---|---|---|---|"]
    return "\n".join(
        head + [f"| {name} | {row['kind']} | {row['where']} | {row['date']} |" for name, row in read_sources().items()]
    )


def write_unconfirmed_table() -> str:
    """Every fact that is not confirmed, and what a wrong guess about it would cost."""
    head = ["| What | Relied on | Said by | A wrong guess costs |", "|---|---|---|---|"]
    rows = [row for row in read_facts() if row["state"] == "unconfirmed"]
    return "\n".join(
        head + [f"| {_get_name(row)} | {row['relied_on']} | {_list_sources(row)} | {row['cost']} |" for row in rows]
    )


def list_unconfirmed_metrics() -> str:
    """The metrics whose place is not confirmed; the default groups leave them out."""
    names = [row["metric"] for row in catalogue("metrics.csv") if row["state"] == "unconfirmed"]
    return f"{len(names)} metrics: " + ", ".join(f"`{name}`" for name in names) + "."


def write_endpoints_table() -> str:
    """Every endpoint asked for: the streams it serves, and who has its path and its parameters."""
    head = ["| Endpoint | Streams | Confirmed | By | As of |", "|---|---|---|---|---|"]
    return "\n".join(head + [_write_endpoint(row) for row in _select("endpoint")])


def _write_endpoint(row: Mapping[str, str]) -> str:
    path = row["what"].strip("/")
    names = endpoints.index_served().get(path, []) or _find_part(path)
    told = join_some([f"`{name}`" for name in names], 3)
    state = row["relied_on"] if row["state"] == "confirmed" else "no"
    return f"| {_get_name(row)} | {told} | {state} | {_list_sources(row)} | {_find_newest(row)} |"


def _find_part(path: str) -> list[str]:
    found = [row["part_of"].split(";") for row in endpoints.read_table() if row["endpoint"].strip("/") == path]
    return [name for names in found for name in names if name]


def write_codes_table() -> str:
    """Every code the error table names: what the connector does, and who knows the code."""
    head = ["| Code | The connector | What is known | By |", "|---|---|---|---|"]
    rows = [f"| {row['what']} | {read_answers().get(row['what'], '')} | {row['relied_on']} | {_list_sources(row)} |"
            for row in _select("code")]  # fmt: skip
    return "\n".join(head + rows)


def write_rules_tables() -> str:
    """The limits, the rates and the rules, a table each."""
    return "\n\n".join(_write_table(about, title) for about, title in SECTIONS.items())


def _write_table(about: str, title: str) -> str:
    head = [f"## {title}", "", "| What | Relied on | Confirmed | By | As of |", "|---|---|---|---|---|"]
    rows = [f"| {_get_name(row)} | {row['relied_on']} | {'yes' if row['state'] == 'confirmed' else 'no'} | "
            f"{_list_sources(row)} | {_find_newest(row)} |" for row in _select(about)]  # fmt: skip
    return "\n".join(head + rows)


def _select(about: str) -> list[dict[str, str]]:
    return [row for row in read_facts() if row["about"] == about]


def _get_name(row: Mapping[str, str]) -> str:
    return f"`{row['what']}`" if row["about"] == "endpoint" else row["what"]


def _write_sources(row: Mapping[str, str], among: tuple[str, ...] = ()) -> list[str]:
    return [name for name in row["sources"].split(";") if name and (not among or name in among)]


def _list_sources(row: Mapping[str, str]) -> str:
    return ", ".join(_write_sources(row)) or NOBODY


def _find_newest(row: Mapping[str, str]) -> str:
    return max((read_sources()[name]["date"] for name in _write_sources(row)), default="")
