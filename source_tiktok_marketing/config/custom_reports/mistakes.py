"""What is wrong with the reports the user puts together, field by field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from source_tiktok_marketing.config.custom_reports.definition import Problem
from source_tiktok_marketing.config.custom_reports.metrics import find_misspelt_metrics
from source_tiktok_marketing.config.custom_reports.rows import (
    OPTION,
    OWN_DATES,
    fill_in_report,
    read_reports,
    read_wanted_report,
)
from source_tiktok_marketing.config.custom_reports.rules import find_problems
from source_tiktok_marketing.config.dates import (
    FIRST_ZONE,
    HOW_TO_WRITE_A_DAY,
    LONGEST_SPAN,
    WORDS,
    find_today,
    is_always_empty,
    parse_days,
)
from source_tiktok_marketing.config.form import Path, list_fields, suggest_word
from source_tiktok_marketing.config.sign_in import is_sandbox
from source_tiktok_marketing.config.unknown_options import find_mistakes_in

IN_SANDBOX = ("basic", "audience")
# The fields that decide which metrics and filters a report can have.
SHAPE = {"report_type", "level", "granularity", "breakdowns"}
OLD_FORM = "filters"


def find_mistakes(
    config: Mapping[str, Any], taken: Collection[str], flawed: Iterable[Path], spec: Mapping[str, Any]
) -> Iterator[tuple[Path, str]]:
    """What is wrong with the user's reports, except in the fields that the schema refuses (`flawed`).

    `taken` are the names of the ready-made streams.
    """
    reports = read_reports(config) if isinstance(config.get(OPTION), list) else []
    schema = spec["properties"][OPTION]["items"]
    written = [(index, raw) for index, raw in enumerate(reports) if isinstance(raw, Mapping)]
    times = Counter(raw["name"] for _, raw in written if isinstance(raw.get("name"), str))
    for index, raw in written:
        wrong = list_fields(flawed, OPTION, index)
        found = [
            *_find_name_mistakes(raw, taken, times),
            *((name, why) for name, why in find_mistakes_in(raw, schema) if name != OLD_FORM),
            *_find_rule_mistakes(
                fill_in_report({name: value for name, value in raw.items() if name not in wrong}), config, wrong
            ),
        ]
        yield from (((OPTION, index, name), why) for name, why in found if name not in wrong)


Mistakes = Iterator[tuple[str, str]]


def _find_name_mistakes(raw: Mapping[str, Any], taken: Collection[str], times: Mapping[str, int]) -> Mistakes:
    name = raw.get("name")
    if name in taken:
        yield "name", "is the name of a ready-made stream. Choose another."
    elif isinstance(name, str) and times[name] > 1:
        yield "name", f"is used {times[name]} times. Give each report a name of its own."


def _find_rule_mistakes(raw: Mapping[str, Any], config: Mapping[str, Any], wrong: set[str]) -> Mistakes:
    """The mistakes that the rules find in a report, apart from those in its `wrong` fields.

    Those fields count as left out. A mistake that depends on one of them is not reported yet.
    """
    if OLD_FORM in raw:
        yield OLD_FORM, "must be an object. Write what it holds beside the report's other fields."
    found: Iterable[Problem] = (
        find_misspelt_metrics(raw["metrics"]) if wrong & SHAPE else find_problems(read_wanted_report(raw))
    )
    yield from ((problem.field, problem.why) for problem in found)
    if not wrong & {*OWN_DATES, "granularity"}:
        yield from _find_date_mistakes(raw, config)
    is_offered = raw["report_type"] in IN_SANDBOX and raw["level"] != "advertiser"
    if is_sandbox(config) and not is_offered and not wrong & SHAPE:
        yield "level", "the sandbox reports by campaign, ad group and ad only. Choose one of them."


def _find_date_mistakes(raw: Mapping[str, Any], config: Mapping[str, Any]) -> Mistakes:
    today, days = find_today(FIRST_ZONE), dict[str, tuple[date, date]]()
    for name in OWN_DATES:
        try:
            days[name] = parse_days(raw.get(name, config[name]), today, str(config["week_starts_on"]))
        except (AttributeError, OverflowError, ValueError):
            if name in raw:
                told = f"{raw[name]!r} is not a day."
                yield name, " ".join(filter(None, (told, suggest_word(raw[name], WORDS), HOW_TO_WRITE_A_DAY)))
    if len(days) < len(OWN_DATES):
        return
    first, last = days["start_date"][0], days["end_date"][1]
    begins, ends = (str(raw.get(name, config[name])) for name in OWN_DATES)
    if last < first and is_always_empty(begins, ends, today, str(config["week_starts_on"])):
        yield "end_date", "is before the first day. Write a later day, or leave it empty to read until today."
    elif raw["granularity"] == "total" and min(last, today) - first > LONGEST_SPAN:
        yield "start_date", "TikTok gives a total of at most 365 days. Write today-364 or later, or choose monthly."
