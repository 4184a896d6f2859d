"""The diagrams of docs/data-model.md for the streams in groups, made from docs/joins.csv and the manifest by cog."""

from __future__ import annotations

from joins import Join, keep_nearest, read_joins

from docs import SOURCE, draw_box, read_streams


def draw_group_diagrams() -> str:
    """Every group of streams: what each refers to, in its own group and in others."""
    groups: dict[str, list[str]] = {}
    for row in SOURCE.list_rows():
        groups.setdefault(row.get("group", ""), []).append(row["name"])
    del groups[""]
    found = keep_nearest(read_joins(read_streams()))
    return "\n\n".join(_draw_diagram(group, groups[group], found) for group in sorted(groups))


def _draw_diagram(group: str, names: list[str], found: list[Join]) -> str:
    boxes = [line for name in names for line in draw_box(name)]
    lines = dict.fromkeys(_draw_line(join) for join in found if join.stream in names)
    return "\n".join([f"### `{group}`", "", "```mermaid", "erDiagram", *boxes, *lines, "```"])


def _draw_line(join: Join) -> str:
    """One record for each row, or one for each element of a list; some joins are about some rows alone."""
    ends = "}o--o{" if join.is_list else "||--o{"
    when = f" where {join.when[0]} is {join.when[1]}" if join.when else ""
    return f'  {join.to} {ends} {join.stream} : "{join.on[0][0]}{when}"'
