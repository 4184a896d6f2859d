"""What goes together in a custom report: the verdicts of the connector's own rules on every combination, as tables.

The explorer (site/) looks them up and has no rule of its own. `places` leads from a type, a level and a granularity to
a row, which has a reason for each set of breakdowns; `metric_places` from an allowed combination to a row with a reason
for each kind of metric. A reason is the number of a text in `reasons`; the first one is empty: allowed.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from itertools import combinations
from typing import Any

from source_tiktok_marketing.config.custom_reports.definition import WantedReport
from source_tiktok_marketing.config.custom_reports.metrics import explain_refusal, is_disputed
from source_tiktok_marketing.config.custom_reports.rows import DEFAULTS, TIME
from source_tiktok_marketing.config.custom_reports.rules import find_problems
from source_tiktok_marketing.schema.columns import read_table
from source_tiktok_marketing.schema.metrics import (
    ALL,
    LEVELS,
    METRIC_GROUPS,
    Metric,
    list_metric_words,
    read_dimensions,
    read_disputed,
    read_metrics,
    read_shapes,
)

# Two breakdowns are the most that any report has; what a third one is refused with is said here.
MOST = max(shape.most for forms in read_shapes().values() for shape in forms)
TOO_MANY = f"No report has more than {MOST} breakdowns. Take one out first."
# Stands in a reason for the breakdowns it is about, so that a text is kept once.
THESE = "{breakdowns}"
# The number of a metric that is allowed by its name, and that no group holds.
BY_NAME_ONLY = -1
UNKNOWN = "It is no metric of a custom report"


class _Texts:
    """Texts by number."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {"": 0}

    def number(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))


class _Rows:
    """Rows of numbers, each kept once."""

    def __init__(self) -> None:
        self.indexes: dict[tuple[int, ...], int] = {}

    def index(self, row: Iterable[int]) -> int:
        return self.indexes.setdefault(tuple(row), len(self.indexes))


def make_report_rules() -> dict[str, Any]:
    """The tables, the choices there are, and which kind of metric each metric is."""
    reasons, rows, metric_rows = _Texts(), _Rows(), _Rows()
    kinds: dict[Hashable, list[Metric]] = {}
    for metric in read_metrics().values():
        kinds.setdefault(_find_what_decides(metric), []).append(metric)
    places: dict[str, int] = {}
    metric_places: dict[str, int] = {}
    for report_type, level, granularity in _list_forms():
        verdicts = [_find_refusal(_ask(report_type, level, granularity, chosen)) for chosen in _list_sets()]
        place = f"{report_type} {level} {granularity}"
        places[place] = rows.index(map(reasons.number, verdicts))
        for chosen, verdict in zip(_list_sets(), verdicts, strict=True):
            if not verdict:
                ask = _ask(report_type, level, granularity, chosen)
                numbers = [_number(ask, kind[0], reasons) for kind in kinds.values()]
                metric_places[f"{place} {'+'.join(chosen)}"] = metric_rows.index(numbers)
    return {
        **_list_choices(),
        "levels_refused": {place: reasons.number(why) for place, why in _list_refused_levels()},
        "sets": ["+".join(chosen) for chosen in _list_sets()],
        "places": places,
        "rows": list(rows.indexes),
        "metric_places": metric_places,
        "metric_rows": list(metric_rows.indexes),
        "metric_kinds": {metric.name: number for number, kind in enumerate(kinds.values()) for metric in kind},
        "reasons": list(reasons.numbers),
    }


def _list_choices() -> dict[str, Any]:
    offered = [
        row for row in read_table("dimensions.csv") if row["granularities"] and row["dimension"] in _list_breakdowns()
    ]
    return {
        "types": list(read_shapes()),
        "levels": list(LEVELS),
        "granularities": list(TIME),
        "breakdowns": {row["dimension"]: row["description"] for row in offered},
        "groups": {**METRIC_GROUPS, ALL: sorted({metric.group for metric in read_metrics().values()})},
        "named_only": [metric.name for metric in read_metrics().values() if metric.state],
        "defaults": DEFAULTS,
        "most": MOST,
        "too_many": TOO_MANY,
        "these": THESE,
        "by_name_only": BY_NAME_ONLY,
    }


def _list_breakdowns() -> list[str]:
    return [name for name, dimension in read_dimensions().items() if dimension.is_breakdown]


def _list_sets() -> Iterator[tuple[str, ...]]:
    for number in range(MOST + 1):
        yield from combinations(_list_breakdowns(), number)


def _list_forms() -> Iterator[tuple[str, str, str]]:
    """Every type with each level it has, by every granularity."""
    for report_type in read_shapes():
        for level in LEVELS:
            for granularity in TIME if _has_level(report_type, level) else ():
                yield report_type, level, granularity


def _list_refused_levels() -> Iterator[tuple[str, str]]:
    for report_type in read_shapes():
        for level in LEVELS:
            if not _has_level(report_type, level):
                yield (
                    f"{report_type} {level}",
                    _find_refusal(_ask(report_type, level, str(DEFAULTS["granularity"]), ())),
                )


def _has_level(report_type: str, level: str) -> bool:
    return any(level in shape.levels for shape in read_shapes()[report_type])


def _ask(report_type: str, level: str, granularity: str, breakdowns: tuple[str, ...]) -> WantedReport:
    # The page asks for the business centre in a field of its own.
    return WantedReport(report_type, level, granularity, breakdowns, business_center_id="1")


def _find_refusal(ask: WantedReport) -> str:
    """The first thing that is wrong with a report, and what to choose instead."""
    found = find_problems(ask)
    return found[0].why.replace(", ".join(ask.breakdowns) or THESE, THESE) if found else ""


def _find_what_decides(metric: Metric) -> Hashable:
    """Metrics that are alike in this are allowed in the same places."""
    places = frozenset(place for name, place in read_disputed() if name == metric.name)
    return metric.report_types, metric.levels, metric.scope, metric.breakdowns, metric.is_attribute, places


def _number(ask: WantedReport, metric: Metric, reasons: _Texts) -> int:
    """Why a metric is refused, or that it is allowed; a disputed one is allowed by its name alone."""
    if metric.name not in list_metric_words():
        return reasons.number(UNKNOWN)
    return reasons.number(explain_refusal(ask, metric)) or (BY_NAME_ONLY if is_disputed(ask, metric) else 0)
