"""What the explorer (site/) shows, as JSON: streams, columns, joins, metrics and the rules of custom reports.

Everything is read from the manifest and the catalogue of columns; `make docs-site` runs this.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from airbyte_cdk import AirbyteStream
from joins import Join, keep_nearest, read_joins
from report_rules import make_report_rules
from setup_guide import REPORTS, list_permissions

from docs import ONCE, SOURCE, get_key, read_streams
from source_tiktok_marketing.schema.columns import read_report_columns, read_table
from source_tiktok_marketing.schema.owners import OWNERS

# What the page calls the streams that are in no group; users know no word for them.
UNGROUPED = {True: "reports", False: "entities"}
ADVERTISER = {"advertiser_id": "{advertiser_id}"}


def make_site_data() -> dict[str, Any]:
    """Everything the page shows."""
    columns = _Columns()
    shown = [_make_stream(row, read_streams()[row["name"]], columns) for row in SOURCE.list_rows()]
    return {
        "streams": shown,
        "columns": list(columns.numbers),
        "joins": [_make_join(join, near) for join, near in _make_joins()],
        "metrics": [_make_metric(row) for row in read_table("metrics.csv")],
        "rules": make_report_rules(),
        "form": _make_form(),
    }


class _Columns:
    """Columns by number: the same column of many streams is written once."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[str, str, str], int] = {}

    def number(self, name: str, schema: Mapping[str, Any]) -> int:
        column = (name, _find_type(schema), schema["description"])
        return self.numbers.setdefault(column, len(self.numbers))


def _find_type(schema: Mapping[str, Any]) -> str:
    kind = next(name for name in schema["type"] if name != "null")
    items = schema.get("items", {}).get("type", [])
    return f"list of {_find_type(schema['items'])}" if items else str(schema.get("format", kind))


def _make_stream(row: Mapping[str, Any], stream: AirbyteStream, columns: _Columns) -> dict[str, Any]:
    is_report = "_reports_" in stream.name
    return {
        "name": stream.name,
        "group": row.get("group", UNGROUPED[is_report]),
        "is_report": is_report,
        "columns": [columns.number(name, schema) for name, schema in stream.json_schema["properties"].items()],
        "key": get_key(stream),
        "cursor": "".join(stream.default_cursor_field or []),
        "permissions": list_permissions(row),
        "in_sandbox": stream.name in SOURCE.list_offered({"credentials": {"auth_type": "sandbox_access_token"}}),
        "option": row.get("opt_in", ""),
        "for_each": _describe_owner(row),
        "request": _make_request(row),
    }


def _describe_owner(row: Mapping[str, Any]) -> list[str]:
    """Who a request is about, then what of theirs: each ad account, then each catalogue."""
    of = row.get("of", "advertiser")
    owner = [] if of in ONCE or row["name"] == "advertiser_ids" else [OWNERS[of].called]
    return [*owner, *(_make_level(level) for level in row.get("below", ()))]


def _make_level(level: Mapping[str, Any]) -> str:
    if "either" in level:
        return " or ".join(", then ".join(_make_level(each) for each in way) for way in level["either"])
    if "each" in level:
        return ", ".join(dict.fromkeys(name for choice in level["each"] for name in choice))
    return f"{', '.join(level['takes'])} of {level['endpoint']}"


def _make_request(row: Mapping[str, Any]) -> dict[str, Any]:
    """What TikTok is asked for; the metrics of a report are its columns and stand for themselves."""
    endpoint = row.get("endpoint") or row.get("$parameters", {}).get("endpoint") or REPORTS
    return {
        "endpoint": endpoint,
        "parameters": _make_parameters(row),
        "records": row.get("records", "list"),
        "rows_per_page": row.get("rows_per_page") or (1000 if "level" in row else None),
        "longest_window": row.get("step", ""),
    }


def _make_parameters(row: Mapping[str, Any]) -> dict[str, str]:
    if "level" in row:
        kind = "AUDIENCE" if "_audience_" in row["name"] else "BASIC"
        asked_by_day = [name for name in row["time"] if name.startswith("stat_time_")]
        dimensions = [row.get("id", f"{row['level']}_id"), *asked_by_day, *row["by"]]
        level = f"AUCTION_{row['level'].upper()}"
        return {**ADVERTISER, "report_type": kind, "data_level": level, "dimensions": json.dumps(dimensions)}
    grouped = {"dimensions": json.dumps(row["dimensions"])} if "dimensions" in row else {}
    owner = {} if "of" in row or "type" in row else ADVERTISER
    return {**owner, **row.get("ask", {}), **grouped}


def _make_joins() -> Iterator[tuple[Join, bool]]:
    found = read_joins(read_streams())
    near = set(keep_nearest(found))
    yield from ((join, join in near) for join in found)


def _make_join(join: Join, is_near: bool) -> dict[str, Any]:
    when = "=".join(join.when) if join.when else ""
    return {"stream": join.stream, "to": join.to, "on": join.on, "when": when, "is_list": join.is_list,
            "is_near": is_near}  # fmt: skip


def _make_metric(row: Mapping[str, str]) -> dict[str, Any]:
    column = read_report_columns()[row["metric"]]
    return {"name": row["metric"], "column": column.label, "group": row["group"], "type": column.type,
            "description": row["description"], "state": row["state"],
            "meant": _words().get(row["metric"], [])}  # fmt: skip


@cache
def _words() -> Mapping[str, list[str]]:
    """What people call each metric, or what is computed of it: `Revenue`, `CPV = spend ÷ video_play_actions`."""
    meant: dict[str, list[str]] = defaultdict(list)
    for row in read_table("ads_manager.csv"):
        how = f" = {row['how']}" if row["how"] else ""
        for metric in row["metrics"].split(";"):
            meant[metric].append(", ".join(row["words"].split(";")) + how)
    return meant


def _make_form() -> dict[str, Any]:
    """What the form calls the fields of a custom report, and the form of its name."""
    field = SOURCE.connection_specification["properties"]["custom_reports"]
    items = field["items"]["properties"]
    return {"title": field["title"], "fields": {name: item["title"] for name, item in items.items()},
            "name_pattern": items["name"]["pattern"], "name_help": items["name"]["description"]}  # fmt: skip


def main(arguments: Iterable[str]) -> None:
    """Writes the data to a file."""
    (target,) = arguments
    # Everything stands in a script of the page, where only this could end it.
    Path(target).write_text(json.dumps(make_site_data()).replace("</", "<\\/"), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
