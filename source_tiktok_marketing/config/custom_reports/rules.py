"""The rules for one report: what TikTok allows, checked without a request.

The facts are in tables (schema/report_types.csv, dimensions.csv, metrics.csv, from reporting.md §1 and §3 to §5), which
these functions read. A rule yields what is wrong: the field, why, and what to choose instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from source_tiktok_marketing.config.custom_reports.definition import ENTITY_LEVELS, Problem, WantedReport
from source_tiktok_marketing.config.custom_reports.metrics import find_refused_metrics, find_unknown_metrics
from source_tiktok_marketing.config.form import choose, join_choices
from source_tiktok_marketing.schema.metrics import Dimension, read_dimensions, read_shapes

# Filters by id, with the highest level at which TikTok takes them.
ID_FILTERS = {"campaign_ids": "campaign", "ad_group_ids": "ad_group", "ad_ids": "ad"}
FILTERS = (*ID_FILTERS, "status", "buying_types")
TOP_VIEW = "RESERVATION_TOP_VIEW"
PAIRS = "gender with age, search_keyword with match_type, page_id with component_name"


def find_problems(report: WantedReport) -> list[Problem]:
    """Everything that is wrong with one report. Metrics are only checked if everything else is right."""
    found = [problem for rule in RULES for problem in rule(report)]
    return found or list(find_refused_metrics(report))


def _check_level(report: WantedReport) -> Iterator[Problem]:
    if not report.shapes:
        levels = dict.fromkeys(level for shape in read_shapes()[report.report_type] for level in shape.levels)
        yield Problem(
            "level", f"{report.report_type} reports have no level {report.level}. Choose {join_choices(levels)}."
        )
    if report.report_type == "business_center" and not report.business_center_id:
        yield Problem("business_center_id", "is missing. Write the id of the business centre to report on.")


def _check_granularity(report: WantedReport) -> Iterator[Problem]:
    allowed = list(dict.fromkeys(word for shape in report.shapes for word in shape.granularities))
    if allowed and report.granularity not in allowed:
        told = f"{report.report_type} reports by {report.level} are never {report.granularity}"
        yield Problem("granularity", f"{told}. Choose {join_choices(allowed)}.")
        return
    for dimension in report.known:
        fitting = [
            word for word in allowed if word in dimension.granularities and _is_possible(word, report, dimension)
        ]
        if fitting and report.granularity not in fitting:
            told = f"{dimension.name} is never {report.granularity}"
            yield Problem("granularity", f"{told}. Choose {join_choices(fitting)}, or take it out of breakdowns.")


def _is_possible(granularity: str, report: WantedReport, dimension: Dimension) -> bool:
    """Whether the dimension fits: an audience report by hour has bucket_id, and no dimension of basic reports."""
    return granularity != "hourly" or report.report_type != "audience" or dimension.category == "Audience"


def _check_breakdowns(report: WantedReport) -> Iterator[Problem]:
    for name in report.breakdowns:
        dimension = read_dimensions().get(name)
        if dimension and not dimension.is_breakdown:
            yield Problem("breakdowns", f"{name} is no breakdown: Level and Granularity already say it. Take it out.")
        elif name not in report.offered:
            report_types = [
                each
                for each in read_shapes()
                if dimension and read_shapes()[each][0].tiktok_name in dimension.report_types
            ]
            hint = (
                f"It belongs to {join_choices(report_types)} reports." if report_types else choose(name, report.offered)
            )
            yield Problem("breakdowns", f"{name} can't break down {report.report_type} reports. {hint}")
    if len(set(report.breakdowns)) < len(report.breakdowns):
        yield Problem("breakdowns", "names one twice. Write each once.")


def _count_breakdowns(report: WantedReport) -> Iterator[Problem]:
    count, known = len(report.breakdowns), report.known
    forms = [shape for shape in report.shapes if report.granularity in shape.granularities] or report.shapes
    least = min((shape.least for shape in forms), default=0)
    most = max((shape.most for shape in forms), default=count)
    a_pair = count == len(known) == 2 and known[0].pairs_with == known[1].name
    if count < least:
        told = f"{report.report_type} reports by {report.level} need one"
        yield Problem("breakdowns", f"{told}. Choose one, such as {join_choices(report.offered[:4])}.")
    if not a_pair and (count > most or len({dimension.category for dimension in known}) < len(known)):
        told = f"TikTok does not combine {', '.join(report.breakdowns)}" if count > 1 else "TikTok takes none here"
        yield Problem(
            "breakdowns", f"{told}. Keep {(most if count > most else 1) or 'none'} of them; the only pairs are {PAIRS}."
        )


def _check_places(report: WantedReport) -> Iterator[Problem]:
    for dimension in report.known:
        if dimension.needs and dimension.needs not in report.breakdowns:
            yield Problem("breakdowns", f"{dimension.name} needs {dimension.needs} beside it. Add {dimension.needs}.")
        # The levels of ad_type are those of basic reports; an audience report takes every breakdown at every level.
        if report.report_type == "basic" and dimension.is_breakdown and report.level not in dimension.levels:
            yield Problem(
                "level", f"TikTok gives no {dimension.name} by {report.level}. Choose {join_choices(dimension.levels)}."
            )


def _check_filters(report: WantedReport) -> Iterator[Problem]:
    if not report.is_filtered:
        for name in report.filters:
            yield Problem(name, f"TikTok takes no filter for {report.report_type} reports. Leave it empty.")
        return
    for name, begins_at in ID_FILTERS.items():
        levels = ENTITY_LEVELS[ENTITY_LEVELS.index(begins_at) :]
        if report.filters.get(name) and report.level not in levels:
            told = f"TikTok does not take it by {report.level}"
            yield Problem(name, f"{told}. Choose the level {join_choices(levels)}, or leave it empty.")
    for name in ("status", "buying_types"):
        if report.level == "advertiser" and report.filters.get(name):
            yield Problem(name, "an advertiser has neither status nor buying type. Choose a lower level, or none.")
    if TOP_VIEW in (buying_types := report.filters.get("buying_types") or ()) and len(buying_types) > 1:
        yield Problem("buying_types", f"{TOP_VIEW} only comes alone. Make a report of its own for it.")


RULES: Sequence[Callable[[WantedReport], Iterator[Problem]]] = (
    _check_level, _check_granularity, _check_breakdowns, _count_breakdowns, _check_places,
    _check_filters, find_unknown_metrics,
)  # fmt: skip
