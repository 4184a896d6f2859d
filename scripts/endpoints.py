"""TikTok's read endpoints, and the streams that serve them: docs/coverage.md, made by cog."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from source_tiktok_marketing import SourceTiktokMarketing

ROOT = Path(__file__).parents[1]
REPORTS = "report/integrated/get"


def read_table() -> list[dict[str, str]]:
    """Every read endpoint: what it is about, what it is a part of, or why no stream serves it."""
    with (ROOT / "docs" / "endpoints.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def index_streams() -> Mapping[str, list[str]]:
    """The streams by the endpoint their rows come from."""
    return _index_by_endpoint((_find_endpoint(row), row["name"]) for row in _list_rows())


@cache
def index_lookups() -> Mapping[str, list[str]]:
    """The streams by the endpoints that tell the ids they ask with."""
    return _index_by_endpoint((endpoint, row["name"]) for row in _list_rows() for endpoint in _find_lookups(row))


def index_served() -> Mapping[str, list[str]]:
    """The streams by every endpoint they ask."""
    return {**index_lookups(), **index_streams()}


def _list_rows() -> list[Mapping[str, Any]]:
    return SourceTiktokMarketing().list_rows()


def _index_by_endpoint(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for endpoint, name in pairs:
        found.setdefault(endpoint, []).append(name)
    return found


def _find_endpoint(row: Mapping[str, Any]) -> str:
    written = row.get("endpoint") or row.get("$parameters", {}).get("endpoint") or REPORTS
    return str(written).strip("/")


def _find_lookups(row: Mapping[str, Any]) -> Iterator[str]:
    yield from (level["endpoint"].strip("/") for level in row.get("below", ()) if "endpoint" in level)


def summarize() -> str:
    """How many endpoints are served."""
    rows = read_table()
    left, posted = sum(bool(row["reason"]) for row in rows), sum(row["method"] == "POST" for row in rows)
    return (
        f"TikTok's reference has {len(rows)} endpoints that read, {posted} of them by POST: {len(rows) - left} with "
        f"streams, {left} without."
    )


def write_tables() -> str:
    """A table for each part of the reference."""
    parts: dict[str, list[dict[str, str]]] = {}
    for row in read_table():
        parts.setdefault(row["part"], []).append(row)
    return "\n\n".join(_write_part(name, rows) for name, rows in parts.items())


def _write_part(name: str, rows: list[dict[str, str]]) -> str:
    head = [f"## {name}", "", "| Endpoint | What it is | Streams, or why there is none |", "|---|---|---|"]
    return "\n".join(
        head + [f"| `{row['endpoint']}`{_explain_how(row)} | {row['about']} | {_name_streams(row)} |" for row in rows]
    )


def _explain_how(row: Mapping[str, str]) -> str:
    return " (POST)" if row["method"] == "POST" else ""


def _name_streams(row: Mapping[str, str]) -> str:
    endpoint = row["endpoint"].strip("/")
    names = row["part_of"].split(";") if row["part_of"] else index_streams().get(endpoint, [])
    if endpoint == REPORTS:
        return f"all {len(names)} `…_reports_…` streams, and `custom_reports`"
    if not names and endpoint in index_lookups():
        return f"ids for {_write_code(index_lookups()[endpoint])}"
    return _write_code(names) or row["reason"]


def _write_code(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
