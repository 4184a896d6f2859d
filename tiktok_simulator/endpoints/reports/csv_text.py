"""The text of an asynchronous report: a header line, then a line for each row (reporting.md §7).

The reference has a few titles (Campaign ID, Campaign Name, Cost, Impression, Click). The others are made from the names
of fields. Arrays are JSON text, and every line ends with a line feed (both unconfirmed).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

from tiktok_simulator.endpoints.reports.query import ReportQuery
from tiktok_simulator.endpoints.reports.rows import Rows
from tiktok_simulator.protocol.tables import read_table

TITLES: Mapping[str, str] = {row["field"]: row["title"] for row in read_table("titles")}
COUNTRIES: Mapping[str, str] = {row["code"]: row["name"] for row in read_table("countries")}
TRANSLATED = ("BASIC", "AUDIENCE")
CAPITALS = frozenset({"cpc", "cpm", "cta", "ctr", "cvr", "evta", "id", "roas", "skan", "url", "vta"})


def write_report(rows: Rows, query: ReportQuery, *, titles: bool) -> str:
    """The rows as CSV: dimensions, then metrics, in the order of the request. `titles` puts titles into the header."""
    names = [*query.dimensions, *query.metrics]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([make_title(name) for name in names] if titles and query.report_type in TRANSLATED else names)
    for row in rows.write_page():
        dimensions = [_write_dimension(name, row.dimensions[name]) for name in query.dimensions]
        writer.writerow([*dimensions, *(_write_metric(row.metrics[name]) for name in query.metrics)])
    return file.getvalue()


def make_title(name: str) -> str:
    """The title of a field, such as "Campaign ID"."""
    words = (word.upper() if word in CAPITALS else word.capitalize() for word in name.split("_"))
    return TITLES.get(name) or " ".join(words)


def _write_dimension(name: str, value: str) -> str:
    """The value of a dimension. A country is a name here, and a code in a synchronous report (reporting.md §3.5)."""
    return COUNTRIES.get(value, value) if name == "country_code" else value


def _write_metric(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
