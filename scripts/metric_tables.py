"""The tables of docs/metrics.md, made from the catalogue and the manifest by cog."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from docs import SOURCE, read_streams, write_code
from source_tiktok_marketing.schema.columns import list_renamed_columns, read_report_columns, read_table
from source_tiktok_marketing.schema.metrics import read_disputed, read_shapes

# So many streams of one kind are named; of more their number tells enough, and the explorer names them.
NAMED = 3


def write_metrics_tables() -> str:
    """Every metric TikTok has, by group: type, meaning, where it is allowed, and the reports that have it."""
    groups: dict[str, list[Mapping[str, str]]] = {}
    for entry in read_table("metrics.csv"):
        groups.setdefault(entry["group"], []).append(entry)
    having = _find_streams()
    return "\n\n".join(_write_group(group, entries, having) for group, entries in groups.items())


def _write_group(group: str, entries: list[Mapping[str, str]], having: Mapping[str, list[str]]) -> str:
    head = [f"## {group}", "", "| Metric | Type | Meaning | Reports, levels | Streams |", "|---|---|---|---|---|"]
    rows = [
        f"| {_write_metric(entry['metric'])} | {entry['type']} | {entry['description']} | {_list_allowed(entry)} | "
        f"{', '.join(_shorten(having.get(entry['metric'], [])))} |"
        for entry in entries
    ]
    return "\n".join(head + rows)


def _find_streams() -> Mapping[str, list[str]]:
    having: dict[str, list[str]] = {}
    for name, stream in read_streams().items():
        for column in stream.json_schema["properties"] if "_reports_" in name else ():
            having.setdefault(list_renamed_columns().get(column, column), []).append(name)
    return having


def _shorten(names: Iterable[str]) -> Iterator[str]:
    """Streams by kind: all of it, so many of it, or a few by name."""
    kinds = _find_kinds()
    for kind in dict.fromkeys(kinds.values()):
        found = [name for name in names if kinds[name] == kind]
        every = list(kinds.values()).count(kind)
        if len(found) > NAMED:
            yield f"all {every} {kind}" if len(found) == every else f"{len(found)} of {every} {kind}"
        elif found:
            yield write_code(found)


def _find_kinds() -> Mapping[str, str]:
    """What kind of report each report stream is: of the always offered ones basic or audience, else its group's."""
    rows = [row for row in SOURCE.list_rows() if "_reports_" in row["name"]]
    ungrouped = {True: "audience reports", False: "basic reports"}
    return {
        row["name"]: f"reports of `{row['group']}`" if "group" in row else ungrouped["_audience_" in row["name"]]
        for row in sorted(rows, key=lambda row: "group" in row)
    }


def _write_metric(name: str) -> str:
    column = read_report_columns()[name].label
    return f"`{name}`" if column == name else f"`{name}`, as a column `{column}`"


def _list_allowed(entry: Mapping[str, str]) -> str:
    reports = [_name_report_type(name) for name in entry["report_types"].split(";")]
    reports += [f"{_place(place)} (disputed)" for metric, place in sorted(read_disputed()) if metric == entry["metric"]]
    levels = [name.lower().replace("adgroup", "ad_group") for name in entry["data_levels"].split(";")]
    return f"{', '.join(reports)}; {', '.join(levels)}"


def _place(place: str) -> str:
    """Where a metric may be had or not: a report type, or a report type by the hour."""
    kind, _, dimension = place.partition(":")
    return f"{_name_report_type(kind)} by hour" if dimension == "stat_time_hour" else _name_report_type(kind)


def _name_report_type(tiktok_name: str) -> str:
    """A custom report's word for one of TikTok's report types; in brackets where no custom report has that type."""
    words = (kind for kind, forms in read_shapes().items() if forms[0].tiktok_name == tiktok_name)
    return next(words, f"({tiktok_name.lower()})")
