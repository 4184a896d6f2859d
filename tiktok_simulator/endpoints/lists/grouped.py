"""Makes up the rows of reports about GMV Max and about Smart+ creatives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from tiktok_simulator.endpoints.call import Answer, Call, find_page_bounds, make_page_info
from tiktok_simulator.protocol.tables import read_table
from tiktok_simulator.protocol.wire import BadRequestError
from tiktok_simulator.world.delivery import mix
from tiktok_simulator.world.world import World

HOURLY, DAILY, WHOLE = 1, 30, 365
"""How many days a report may have: by hour, by day, and without a time dimension."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Measure:
    """One metric, and the groupings by which its report has it."""

    name: str
    type: str
    groupings: frozenset[str]


@dataclass(frozen=True)
class GroupedRequest:
    """A request for a report."""

    world: World
    advertiser_id: str
    dimensions: Sequence[str]
    metrics: Sequence[Measure]
    days: Sequence[date]
    filtering: Mapping[str, Any]

    def make_rows(self, subject: Mapping[str, str]) -> list[Row]:
        """The rows of a subject: one for each day with delivery, or one for all these days together."""
        delivered = [day for day in self.days if mix(*subject.values(), day) % 4]
        if "stat_time_day" in self.dimensions:
            return [_make_row(subject, {"stat_time_day": f"{day} 00:00:00"}, [day], self.metrics) for day in delivered]
        return [_make_row(subject, {}, delivered, self.metrics)] if delivered else []


@cache
def read_measures(report: str) -> Mapping[str, Measure]:
    """The metrics of a report by name (report_metrics.csv)."""
    rows = (row for row in read_table("report_metrics") if row["report"] == report)
    found = (Measure(row["metric"], row["type"], frozenset(row["groupings"].split(";"))) for row in rows)
    return {measure.name: measure for measure in found}


def find_measures(report: str, names: Sequence[str], groupings: Iterable[str]) -> list[Measure]:
    """The metrics of a request.

    Raises:
        ApiError: 40002 for a metric that the report does not have by all of `groupings`.
    """
    known = read_measures(report)
    if wrong := [name for name in names if name not in known or not known[name].groupings.issuperset(groupings)]:
        raise BadRequestError(f"Invalid metric fields: {', '.join(wrong)}.")
    return [known[name] for name in names]


def read_request(call: Call, report: str, groupings: Iterable[str]) -> GroupedRequest:
    """The request of a call, with the days that have begun in the ad account.

    Raises:
        ApiError: 40002 for a metric that the report does not have by all of `groupings`, or for too many days.
    """
    metrics = find_measures(report, call["metrics"] or ["spend", "impressions"], groupings)
    return GroupedRequest(
        call.world, call["advertiser_id"], call["dimensions"], metrics, _list_days(call), call["filtering"] or {}
    )


def _list_days(call: Call) -> list[date]:
    if call["start_date"] is None or call["end_date"] is None:
        raise BadRequestError("Missing required field(s): start_date, end_date.")
    first, last = (date.fromisoformat(call[name]) for name in ("start_date", "end_date"))
    dimensions = call["dimensions"]
    longest = HOURLY if "stat_time_hour" in dimensions else DAILY if "stat_time_day" in dimensions else WHOLE
    if first > last or (last - first).days >= longest:
        raise BadRequestError(f"start_date: Must be at most {longest} days before end_date.")
    newest = min(last, call.world.accounts[call["advertiser_id"]].get_local_time(call.now).date())
    return [first + timedelta(day) for day in range((newest - first).days + 1)]


def _make_row(
    subject: Mapping[str, str], time: Mapping[str, str], days: Sequence[date], metrics: Sequence[Measure]
) -> Row:
    return {
        "dimensions": {**subject, **time},
        "metrics": {
            metric.name: _write_value(metric, [mix(*subject.values(), day, metric.name) for day in days], subject)
            for metric in metrics
        },
    }


def _write_value(metric: Measure, numbers: Sequence[int], subject: Mapping[str, str]) -> str:
    """A value as TikTok writes it: text, or `-` for a rate without a base."""
    if metric.type == "integer":
        return str(sum(number % 500 for number in numbers))
    if metric.type == "string":
        return subject.get(metric.name) or f"{metric.name} {mix(*subject.values(), metric.name) % 1_000}"
    if "rate" in metric.name and numbers[0] % 5 == 0:
        return "-"
    return f"{sum(number % 100_000 for number in numbers) / 100:.2f}"


def answer_page(call: Call, rows: Sequence[Row]) -> Answer:
    """One page of the rows."""
    first, last = find_page_bounds(call)
    return Answer({"list": list(rows[first:last]), "page_info": make_page_info(call, len(rows))})
