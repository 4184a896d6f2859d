"""Turns each report of the user's into a row like those of the manifest's tables."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Container, Iterator, Mapping
from typing import Any

from source_tiktok_marketing.config.custom_reports.definition import WantedReport
from source_tiktok_marketing.config.custom_reports.metrics import is_disputed, list_allowed_metrics
from source_tiktok_marketing.config.custom_reports.rules import FILTERS, ID_FILTERS
from source_tiktok_marketing.config.dates import list_report_days
from source_tiktok_marketing.config.sign_in import is_sandbox
from source_tiktok_marketing.schema.metrics import (
    LEVELS,
    METRICS_PER_REQUEST,
    list_metric_words,
    read_dimensions,
    read_metrics,
    read_shapes,
)
from source_tiktok_marketing.text import spell_as_tiktok

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")

DEFAULTS: Mapping[str, Any] = {"report_type": "basic", "level": "ad", "granularity": "daily", "breakdowns": [],
                               "metrics": ["basic"], "large": False}  # fmt: skip
OPTION = "custom_reports"
OWN_DATES = ("start_date", "end_date")
OWN_DAYS = (*OWN_DATES, "attribution_window")
PERIOD = ["period_start", "period_end"]
TIME: Mapping[str, list[str]] = {"hourly": ["stat_time_hour"], "daily": ["stat_time_day"], "weekly": PERIOD,
                                 "monthly": PERIOD, "lifetime": [], "total": []}  # fmt: skip
# TikTok states no longest span of hours for asynchronous reports. They have names of countries, not codes. Only
# synchronous reports have minis_id.
NEVER_ASYNCHRONOUS = {"hourly", "country_code", "minis_id"}
# The figures of all ad accounts of a business centre together have a time dimension and no other.
PERIOD_OF_CENTER = {"weekly": ["stat_time_week"], "monthly": ["stat_time_month"]}


def make_custom_rows(config: Mapping[str, Any], *, sample: bool = False) -> dict[str, list[dict[str, Any]]]:
    """The rows of the user's reports, by the table they belong to: `daily`, `weekly` …, `large_daily` ….

    An entry that is no well-formed report is left out here; `find_mistakes` refuses it before anything is read. A
    `sample` is read synchronously.
    """
    tables: dict[str, list[dict[str, Any]]] = {}
    for raw in _list_well_formed(config):
        large = raw["large"] and not sample and not explain_not_large(raw, config)
        table = "day_by_day" if _is_undated(raw) else raw["granularity"]
        table = f"large_{raw['granularity']}" if large else table
        tables.setdefault(table, []).append(_make_row(raw, config, large=large))
    return tables


def read_titles(options: Mapping[str, Any]) -> dict[str, str]:
    """The titles of the form's fields, by the parameter of a report's request that each becomes."""
    fields = options[OPTION]["items"]["properties"]
    return {parameter: fields[name]["title"] for parameter, name in FORM_FIELDS.items()}


def _is_undated(raw: Mapping[str, Any]) -> bool:
    """Whether rows lack their day: TikTok gives the ad accounts of a business centre without a time dimension."""
    return (raw["report_type"], raw["level"], raw["granularity"]) == ("business_center", "advertiser", "daily")


def tell_plain_reports(config: Mapping[str, Any]) -> None:
    """Logs a line for each report that is marked `large` but read synchronously."""
    for raw in _list_well_formed(config):
        if raw["large"] and (why := explain_not_large(raw, config)):
            LOGGER.info(f"{raw['name']} is read synchronously: {why}.")


def explain_not_large(raw: Mapping[str, Any], config: Mapping[str, Any]) -> str:
    """Why a report that is marked `large` is read synchronously; empty if it is read asynchronously.

    An asynchronous report takes no filter but ids (reporting.md §7), so that it can't include deleted entities.
    """
    ask = read_wanted_report(raw)
    if is_sandbox(config) or not all(shape.asynchronous for shape in ask.shapes):
        return f"TikTok has no asynchronous {ask.report_type} report here"
    if refused := NEVER_ASYNCHRONOUS & {ask.granularity, *ask.breakdowns}:
        return f"TikTok's asynchronous reports do not fit {refused.pop()}"
    if [item for item in _make_filters(ask, config) if item["field_name"] not in ID_FIELDS.values()]:
        return "TikTok's asynchronous reports take no filter of status or buying type; set Status to " \
               "STATUS_NOT_DELETE to go without deleted ones"  # fmt: skip
    if len(list_allowed_metrics(ask)) > METRICS_PER_REQUEST:
        return f"TikTok's asynchronous reports take at most {METRICS_PER_REQUEST} metrics"
    asked = (read_metrics()[name] for name in list_allowed_metrics(ask))
    unfit = [each.name for each in asked if each.sync_only & {"all", *ask.places} or is_disputed(ask, each)]
    return f"TikTok gives {', '.join(unfit)} only synchronously" if unfit else ""


def read_reports(config: Mapping[str, Any]) -> Any:
    """The user's reports, with defaults filled in. An entry that is no object is kept for the schema to refuse."""
    raw = config.get("custom_reports", [])
    return (
        [fill_in_report(report) if isinstance(report, Mapping) else report for report in raw]
        if isinstance(raw, list)
        else raw
    )


def _list_well_formed(config: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    reports = read_reports(config)
    return filter(_has_shape, reports if isinstance(reports, list) else ())


def _has_shape(raw: Any) -> bool:
    """Whether every value has the right type. If one has not, the check against the schema tells the user."""
    if not isinstance(raw, Mapping):
        return False
    lists = [raw["breakdowns"], raw["metrics"], *(raw.get(name, []) for name in (*ID_FILTERS, "buying_types"))]
    words = [raw.get("name"), raw["report_type"], raw["level"], raw["granularity"], raw.get("status", "")]
    if not all(isinstance(item, list) for item in lists):
        return False
    if not all(isinstance(word, str) for word in (*words, *(word for item in lists for word in item))):
        return False
    return raw["report_type"] in read_shapes() and raw["level"] in LEVELS and raw["granularity"] in TIME


def fill_in_report(report: Mapping[str, Any]) -> dict[str, Any]:
    """The report in one shape. An object `filters`, as the form once had, becomes part of the report."""
    filters = report.get("filters")
    lifted = {**filters, **report, "filters": None} if isinstance(filters, Mapping) else report
    tidy = {name: value.strip() if isinstance(value, str) else value for name, value in lifted.items()}
    given = {name: value for name, value in tidy.items() if value not in (None, "", [], {})}
    days = {name: str(given[name]) for name in OWN_DATES if isinstance(given.get(name), int)}
    words = {name: [_fill_in(word, names()) for word in given[name]] for name, names in WORDS.items()
             if isinstance(given.get(name), list)}  # fmt: skip
    return {**DEFAULTS, **given, **days, **words}


WORDS: Mapping[str, Callable[[], Container[str]]] = {"breakdowns": read_dimensions, "metrics": list_metric_words}


def _fill_in(word: Any, known: Container[str]) -> Any:
    """The word as TikTok writes it, whatever its case and blanks. An unknown word stays as it was written."""
    meant = spell_as_tiktok(word) if isinstance(word, str) else word
    return meant if isinstance(word, str) and meant in known else word


def read_wanted_report(raw: Mapping[str, Any]) -> WantedReport:
    """What a report asks for."""
    filters = {name: raw[name] for name in FILTERS if name in raw}
    return WantedReport(
        raw["report_type"], raw["level"], raw["granularity"], tuple(raw["breakdowns"]), tuple(raw["metrics"]),
        filters, raw.get("business_center_id", ""),
    )  # fmt: skip


def _make_row(raw: Mapping[str, Any], config: Mapping[str, Any], *, large: bool) -> dict[str, Any]:
    """The row of a report: the words that ready-made reports have, and some that only the user's have."""
    ask, own = read_wanted_report(raw), {**config, **{name: raw[name] for name in OWN_DAYS if name in raw}}
    filters = [item for item in _make_filters(ask, config) if not large or item["field_name"] in ID_FIELDS.values()]
    return {
        "name": raw["name"],
        "report_type": ask.tiktok_name,
        "level": LEVELS[ask.level],
        "time": TIME[ask.granularity],
        "undated": _is_undated(raw),
        "by": [*ask.breakdowns, *(PERIOD_OF_CENTER.get(ask.granularity, ()) if ask.level == "business_center" else ())],
        "names": [],
        "metrics": [list_allowed_metrics(ask)],
        "named": [*(word for word in ask.metrics if word in read_metrics()), *_list_named_filters(ask)],
        "filters": filters,
        "days": list_report_days(own),
        "business_center_id": ask.business_center_id,
    }


ID_FIELDS = {name: name.replace("ad_group", "adgroup") for name in ID_FILTERS}
# The field of the form that each parameter of a report's request comes from.
FORM_FIELDS = {
    "metrics": "metrics", "buying_type": "buying_types", **{field: name for name, field in ID_FIELDS.items()},
    **{f"{level}_status": "status" for level in LEVELS.values() if level},
}  # fmt: skip
ANY_STATUS = "STATUS_ALL"


def _make_filters(ask: WantedReport, config: Mapping[str, Any]) -> list[dict[str, str]]:
    """TikTok's filters. Without one for the status it leaves out deleted entities, with their spend."""
    wanted = {ID_FIELDS[name]: ask.filters[name] for name in ID_FIELDS if ask.filters.get(name)}
    if buying_types := ask.filters.get("buying_types"):
        wanted["buying_type"] = buying_types
    status = ask.filters.get("status") or (ANY_STATUS if config.get("include_deleted") else NOT_DELETED)
    if ask.is_filtered and ask.level != "advertiser" and status != NOT_DELETED:
        wanted[f"{LEVELS[ask.level]}_status"] = [status]
    return [{"field_name": name, "filter_type": "IN", "filter_value": json.dumps(values)}
            for name, values in wanted.items()]  # fmt: skip


def _list_named_filters(ask: WantedReport) -> list[str]:
    """The fields that the user filters by."""
    ids = [field for name, field in ID_FIELDS.items() if ask.filters.get(name)]
    buying_type = ["buying_type"] if ask.filters.get("buying_types") else []
    return [*ids, *buying_type, *([f"{LEVELS[ask.level]}_status"] if ask.filters.get("status") else [])]


NOT_DELETED = "STATUS_NOT_DELETE"  # TikTok's own default
