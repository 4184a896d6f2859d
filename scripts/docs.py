"""The generated passages of the documentation, made from the manifest by cog (`make docs`, `make docs-check`)."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from airbyte_cdk import AirbyteStream
from joins import read_joins

from source_tiktok_marketing import SourceTiktokMarketing
from source_tiktok_marketing.schema.columns import read_table
from source_tiktok_marketing.schema.metrics import METRIC_GROUPS, read_metrics, read_shapes
from source_tiktok_marketing.schema.owners import OWNERS

TESTS = Path(__file__).parents[1] / "unit_tests"
LEVELS = {"ad": "ads", "adgroup": "ad_groups", "campaign": "campaigns", "advertiser": "advertisers"}
CADENCE = {"daily": "by day", "hourly": "by hour", "weekly": "by week", "monthly": "by month"}
ORGANIC_FIELDS = ("client_id", "client_secret", "business_id", "refresh_token")
SOURCE = SourceTiktokMarketing(
    config={"credentials": {"auth_type": "production_access_token", "access_token": "-", "advertiser_ids": ["1"]},
            "organic": dict.fromkeys(ORGANIC_FIELDS, "-"), "include_leads": True}
)  # fmt: skip
ONCE = ("any_advertiser", "app")


def shorten_demo() -> str:
    """The first sync of the demo and what its figures add up to, as the demo prints it."""
    printed = (TESTS.parent / "demo" / "expected.txt").read_text(encoding="utf-8")
    sync = "3  First sync" + printed.partition("3  First sync")[2].partition("\n\n")[0]
    sums = "  spend added up" + printed.partition("  spend added up")[2].partition("\n\n")[0]
    return f"```\n{sync}\n…\n{sums}\n```"


def write_streams_table() -> str:
    """The streams of no group: where their rows come from, key, cursor, and whether the sandbox has them."""
    sandbox = SOURCE.list_offered({"credentials": {"auth_type": "sandbox_access_token"}})
    head = ["| Stream | Rows | Primary key | Cursor | Sandbox |", "|---|---|---|---|---|"]
    return "\n".join(head + [_write_table_row(row, read_streams()[row["name"]], sandbox) for row in _list_ungrouped()])


def write_grouped_streams() -> str:
    """The streams of each group: who is asked about, where the rows come from, key, cursor, and the permission."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in SOURCE.list_rows():
        groups.setdefault(row.get("group", ""), []).append(row)
    del groups[""]
    return "\n\n".join(_write_group_table(group, groups[group]) for group in sorted(groups))


def _write_group_table(group: str, rows: list[Mapping[str, Any]]) -> str:
    head = [
        f"## `{group}`",
        "",
        "| Stream | For each | Endpoint | Primary key | Cursor | Permission |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join(
        head
        + [
            _write_grouped_row(row, read_streams()[row["name"]])
            for row in sorted(rows, key=lambda row: str(row["name"]))
        ]
    )


def _write_grouped_row(row: Mapping[str, Any], stream: AirbyteStream) -> str:
    cursor, of = "".join(stream.default_cursor_field or []), row.get("of", "advertiser")
    endpoint = row.get("endpoint", "report/integrated/get/")
    cells = [
        f"`{stream.name}`",
        "once" if of in ONCE else OWNERS[of].called,
        f"`{endpoint}`",
        write_code(get_key(stream)),
        write_code([cursor] if cursor else []),
        row.get("scope", "Consolidated Report (44)"),
    ]
    return f"| {' | '.join(cells)} |"


def _list_ungrouped() -> list[Mapping[str, Any]]:
    return [row for row in SOURCE.list_rows() if "group" not in row]


def write_options_table() -> str:
    """The options beside the sign-in, as the form shows them."""
    fields = SOURCE.connection_specification["properties"]
    head = ["| Option | Default | |", "|---|---|---|"]
    return "\n".join(head + [_write_option(name, field) for name, field in fields.items() if name != "credentials"])


def write_report_fields_table() -> str:
    """The fields of a custom report, as the form shows them."""
    items = SOURCE.connection_specification["properties"]["custom_reports"]["items"]
    head = ["| Field | Default | |", "|---|---|---|"]
    return "\n".join(head + [_write_option(name, field) for name, field in items["properties"].items()])


def write_report_types_table() -> str:
    """The forms of reports: levels, granularities, and how many breakdowns."""
    head = ["| `report_type` | `level` | `granularity` | breakdowns |", "|---|---|---|---|"]
    rows = [
        f"| `{row['report_type']}` | {write_code(row['levels'].split(';'))} | "
        f"{write_code(row['granularities'].split(';'))} | "
        f"{row['breakdowns'].replace('0..0', 'none').replace('1..1', '1').replace('..', ' to ')} |"
        for row in read_table("report_types.csv")
    ]
    return "\n".join(head + rows)


def write_breakdowns_table() -> str:
    """Every breakdown of custom reports: where it is allowed and what it means."""
    head = ["| Breakdown | Reports | Granularity | Meaning |", "|---|---|---|---|"]
    return "\n".join(head + [_write_breakdown(row) for row in read_table("dimensions.csv") if row["granularities"]])


def _write_breakdown(row: Mapping[str, str]) -> str:
    kinds = [kind for kind, forms in read_shapes().items() if forms[0].tiktok_name in row["report_types"].split(";")]
    granularities = row["granularities"].replace(";", ", ")
    return f"| `{row['dimension']}` | {write_code(kinds)} | {granularities} | {row['description']} |"


def write_groups_table() -> str:
    """The named groups of metrics."""
    head = ["| Group | Metrics of | Number |", "|---|---|---|"]
    return "\n".join(head + [_write_group(word, groups) for word, groups in METRIC_GROUPS.items()])


def _write_group(word: str, groups: tuple[str, ...]) -> str:
    count = sum(metric.group in groups and not metric.state for metric in read_metrics().values())
    return f"| `{word}` | {', '.join(groups)} | {count} |"


def draw_data_model() -> str:
    """The entities, how they refer to each other, and the reports of each level, as a Mermaid diagram."""
    reports = {row["name"] for row in _list_ungrouped() if "level" in row}
    entities = {row["name"] for row in _list_ungrouped()} - reports - {"advertiser_ids"}
    lines = [line for name in read_streams() if name in entities for line in draw_box(name)]
    for join in read_joins(read_streams()):
        column = join.on[0][0]
        told = join.stream in entities or (join.stream in reports and column in get_key(read_streams()[join.stream]))
        if told and join.to in entities:
            lines.append(f"  {join.to} ||--o{{ {join.stream} : {column}")
    return "\n".join(["```mermaid", "erDiagram", *lines, "```"])


def summarize_faults() -> str:
    """How many faults are tried, and how they end."""
    outcomes = Counter(row["outcome"] for row in _read_faults())
    survived = sum(number for outcome, number in outcomes.items() if not outcome.startswith("stops"))
    tried = len(_read_faults())
    return (
        f"{tried} faults are tried. {survived} are survived where they pass; the other {tried - survived} can't be "
        "helped by\nasking again, and are named. No row is lost without a word."
    )


def write_faults_table(*, codes: bool) -> str:
    """Every fault the tests try: what it is, what the connector does, and what the user reads if it lasts."""
    messages: Mapping[str, str] = json.loads((TESTS / "golden" / "faults.json").read_text(encoding="utf-8"))
    rows = [row for row in _read_faults() if row["what"][5:10].isdecimal() == codes]
    head = ["| What happens | The connector | What the user reads |", "|---|---|---|"]
    return "\n".join(head + [f"| {row['what']} | {row['outcome']} | {messages.get(row['what'], '')} |" for row in rows])


def _read_faults() -> list[dict[str, str]]:
    with (TESTS / "faults.csv").open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def _write_option(name: str, field: Mapping[str, Any]) -> str:
    default = f"`{str(field['default']).lower()}`" if "default" in field else ""
    forms = f" ({field['pattern_descriptor']})" if "pattern_descriptor" in field else ""
    return f"| `{name}` | {default} | {field['description'].rstrip('.')}{forms}. |"


@cache
def read_streams() -> Mapping[str, AirbyteStream]:
    """Every stream by its name, as the catalog has it."""
    found = SOURCE.streams(SOURCE.normal_config)
    return {stream.name: stream.as_airbyte_stream() for stream in found}


def get_key(stream: AirbyteStream) -> list[str]:
    """The columns of a stream's primary key."""
    return [path[0] for path in stream.source_defined_primary_key or []]


def _write_table_row(row: Mapping[str, Any], stream: AirbyteStream, sandbox: list[str]) -> str:
    cursor = "".join(stream.default_cursor_field or [])
    cells = [f"`{stream.name}`", _name_rows(row), write_code(get_key(stream)), write_code([cursor] if cursor else [])]
    return f"| {' | '.join([*cells, 'yes' if stream.name in sandbox else ''])} |"


def _name_rows(row: Mapping[str, Any]) -> str:
    if "level" not in row:
        return write_code([row.get("endpoint") or row["$parameters"]["endpoint"]])
    by = ", ".join(name.removesuffix("_code").removesuffix("_id") for name in row["by"])
    kind = "audience of " if "_audience_" in row["name"] else ""
    told = f"{kind}{LEVELS[row['level']].replace('_', ' ')} {CADENCE.get(row['name'].split('_')[-1], 'lifetime')}"
    return f"{told}, by {by}" if by else told


def write_code(names: Iterable[str]) -> str:
    """Names as they stand in a table."""
    return ", ".join(f"`{name}`" for name in names)


def draw_box(name: str) -> Iterator[str]:
    """A stream in a Mermaid diagram, with its primary key."""
    yield f"  {name} {{"
    for column in get_key(read_streams()[name]):
        yield f"    string {column} PK"
    yield "  }"
