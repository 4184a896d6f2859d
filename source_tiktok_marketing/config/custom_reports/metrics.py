"""Which metrics a report can have, by its type, its level, its granularity and its breakdowns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from source_tiktok_marketing.config.custom_reports.definition import ENTITY_LEVELS, Problem, WantedReport
from source_tiktok_marketing.config.form import find_nearest, join_choices
from source_tiktok_marketing.schema.metrics import (
    ALL,
    LEVELS,
    METRIC_GROUPS,
    Metric,
    list_metric_words,
    list_restricted,
    read_ads_manager,
    read_disputed,
    read_metrics,
    read_shapes,
)
from source_tiktok_marketing.text import spell_as_tiktok


def list_allowed_metrics(report: WantedReport) -> list[str]:
    """The metrics of a report: those it names, and of each group those that the combination allows."""
    wanted = (name for word in report.metrics for name in _list_members(word, report))
    taken = {*report.breakdowns, f"{LEVELS[report.level]}_id"}
    return [name for name in dict.fromkeys(wanted) if name not in taken]


def find_unknown_metrics(report: WantedReport) -> Iterator[Problem]:
    """The words of `metrics` that are neither a metric of some report nor a group."""
    for word in report.metrics:
        if word not in list_metric_words():
            meant = explain_word(word, report) or suggest_nearest(word, report)
            yield Problem("metrics", f"{word} is no metric of a custom report. {meant}")


def find_misspelt_metrics(words: Iterable[str]) -> Iterator[Problem]:
    """The words that are no metric of any report.

    For a report whose other fields are wrong, so that it is not known yet which metrics it can have.
    """
    for word in words:
        if word not in list_metric_words():
            found = read_ads_manager().get(spell_as_tiktok(word))
            told = (
                f" What Ads Manager calls {found.word} is {found.how or join_choices(found.metrics)}." if found else ""
            )
            yield Problem("metrics", f"{word} is no metric of a custom report.{told}")


def explain_word(word: str, report: WantedReport) -> str:
    """What a word of Ads Manager means, and what this report has of it; empty if it is no word of Ads Manager."""
    found = read_ads_manager().get(spell_as_tiktok(word))
    if found is None:
        return ""
    has = [name for name in found.metrics if not explain_refusal(report, read_metrics()[name])]
    if found.how and len(has) == len(found.metrics):
        return f"What Ads Manager calls {found.word} is {found.how}: write {' and '.join(has)}."
    if has and not found.how:
        return (
            f"What Ads Manager calls {found.word} is {join_choices(has)}: write {'one of them' if has[1:] else 'that'}."
        )
    lacking = next(name for name in found.metrics if name not in has)
    told = f"What Ads Manager calls {found.word} is {found.how or join_choices(found.metrics)}"
    return f"{told}, but {lacking} can't be had here: {explain_refusal(report, read_metrics()[lacking])}."


def suggest_nearest(word: str, report: WantedReport) -> str:
    """The nearest word that this report can have, as a question."""
    near = find_nearest(
        word, (name for name in sorted(list_metric_words()) if any(_list_members(name, report, named=False)))
    )
    return f"Did you mean {near[0]}?" if near else "Nothing this report can have is like it. Take it out."


def find_refused_metrics(report: WantedReport) -> Iterator[Problem]:
    """The metrics that TikTok refuses in this report, and the groups without any metric for it."""
    for word in report.metrics:
        if word in read_metrics():
            if why := explain_refusal(report, read_metrics()[word]):
                instead = explain_word(word, report) or "Take it out, or change the report."
                yield Problem("metrics", f"{word} can't be had here: {why}. {instead}")
        elif not list(_list_members(word, report)):
            yield Problem("metrics", f"the group {word} has nothing for this report. Take it out.")


def explain_refusal(report: WantedReport, metric: Metric) -> str:
    """Why TikTok does not give a metric in this report; empty if it does, or if some source says so."""
    return "" if is_disputed(report, metric) else _find_reason(report, metric)


def is_disputed(report: WantedReport, metric: Metric) -> bool:
    """Whether the sources disagree about a metric in this report."""
    by_hour = f"{report.tiktok_name}:stat_time_hour" if report.granularity == "hourly" and not report.breakdowns else ""
    return not read_disputed().isdisjoint((metric.name, place) for place in (report.tiktok_name, by_hour))


def _find_reason(report: WantedReport, metric: Metric) -> str:
    if read_shapes()[report.report_type][0].metrics_of not in metric.report_types:
        report_types = [name for name, forms in read_shapes().items() if forms[0].metrics_of in metric.report_types]
        return (
            f"TikTok gives it only in {join_choices(report_types)} reports"
            if report_types
            else "TikTok gives it in none of these reports"
        )
    if metric.scope and not SCOPES[metric.scope][0](report):
        return SCOPES[metric.scope][1]
    if metric.is_attribute:
        return "" if report.level in metric.levels else f"only reports by {join_choices(metric.levels)} have it"
    unlisted = [place for place in report.places if place in list_restricted() and place not in metric.breakdowns]
    return (
        f"TikTok does not break it down by {join_choices(place.partition(':')[2] for place in unlisted)}"
        if unlisted
        else ""
    )


def _list_members(word: str, report: WantedReport, *, named: bool = True) -> Iterator[str]:
    """The metrics of a word: itself if the user `named` it, or those of a group that are confirmed and allowed."""
    if word in read_metrics():
        if named or not explain_refusal(report, read_metrics()[word]):
            yield word
        return
    groups = METRIC_GROUPS.get(word, ())
    for metric in read_metrics().values():
        if (word == ALL or metric.group in groups) and not metric.state and not _find_reason(report, metric):
            yield metric.name


def _has_id_and_day(report: WantedReport) -> bool:
    """One ID with or without days; broken down only where the breakdown's own list has the metric."""
    listed = bool(report.places) and list_restricted().issuperset(report.places)
    return report.granularity != "hourly" and (listed or not report.breakdowns)


def _has_id_or_day(report: WantedReport) -> bool:
    return report.granularity != "hourly" and not report.breakdowns


def _is_advertiser_by_day(report: WantedReport) -> bool:
    return (report.level, report.granularity, len(report.breakdowns)) == (
        "advertiser",
        "daily",
        0,
    ) or report.report_type == BC


BC = "business_center"
# Narrower rules of single metrics (reporting.md §3): whether a report keeps the rule, and what to say if not.
SCOPES: Mapping[str, tuple[Callable[[WantedReport], bool], str]] = {
    "id_and_day": (
        _has_id_and_day,
        f"TikTok gives it per {join_choices(ENTITY_LEVELS)}, neither by hour nor broken down",
    ),
    "id_or_day": (_has_id_or_day, "TikTok gives it neither by hour nor broken down"),
    "advertiser_by_day": (_is_advertiser_by_day, "TikTok gives it only for advertisers by day"),
    "ad_id_v2": (lambda _: False, "TikTok gives it only by ad_id_v2, which no report here is grouped by"),
    "image_id": (lambda report: "image_id" in report.breakdowns, "TikTok gives it only broken down by image_id"),
}
