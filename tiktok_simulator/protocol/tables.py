"""Facts about metrics and dimensions, read from data/*.csv.

They are derived from metrics.csv, dimensions.csv and dimension_metrics.csv of the reference. One fact is corrected,
as real rows show otherwise: AUDIENCE reports also have `placement_type`.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tiktok_simulator.protocol.parameters import DATA


@dataclass(frozen=True)
class Metric:
    """One metric, and which reports have it.

    `scope` names a narrower rule of reporting.md §3; it is empty if there is none. `in_tasks` is whether asynchronous
    reports have the metric (reporting.md §3, §7).
    """

    name: str
    group: str
    type: str
    report_types: frozenset[str]
    levels: frozenset[str]
    scope: str
    in_tasks: bool

    @property
    def is_attribute(self) -> bool:
        """Whether it describes an entity instead of measuring delivery."""
        return self.group == "Attribute"


@dataclass(frozen=True)
class Dimension:
    """One dimension.

    `role` is id, time, breakdown, audience or material. A material is what an ad shows. `level` is the data_level of an
    ID dimension, and empty for all others.
    """

    name: str
    role: str
    report_types: frozenset[str]
    level: str


def read_table(name: str) -> Iterator[dict[str, str]]:
    """The rows of data/<name>.csv."""
    with (DATA / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _split_members(text: str) -> frozenset[str]:
    return frozenset(filter(None, text.split(";")))


def _read_listed() -> Mapping[tuple[str, str, bool], frozenset[str]]:
    listed: dict[tuple[str, str, bool], set[str]] = defaultdict(set)
    for row in read_table("dimension_metrics"):
        for in_tasks in (False, True) if row["async"] == "yes" else (False,):
            listed[row["report_type"], row["dimension"], in_tasks].add(row["metric"])
    return {place: frozenset(metrics) for place, metrics in listed.items()}


def _read_metric(row: Mapping[str, str]) -> Metric:
    report_types, levels = _split_members(row["report_types"]), _split_members(row["data_levels"])
    return Metric(row["metric"], row["group"], row["type"], report_types, levels, row["scope"], row["async"] == "yes")


def _read_dimension(row: Mapping[str, str]) -> Dimension:
    return Dimension(row["dimension"], row["role"], _split_members(row["report_types"]), row["data_level"])


METRICS: Mapping[str, Metric] = {row["metric"]: _read_metric(row) for row in read_table("metrics")}
DIMENSIONS: Mapping[str, Dimension] = {row["dimension"]: _read_dimension(row) for row in read_table("dimensions")}
LISTED: Mapping[tuple[str, str, bool], frozenset[str]] = _read_listed()
"""(report type, dimension, whether in a task) → the metrics it takes. Without an entry it takes all metrics."""
DISPUTED = frozenset((row["report_type"], row["dimension"], row["metric"]) for row in read_table("disputed_metrics"))
"""(report type, dimension or "", metric). The sources disagree whether TikTok gives this metric there."""
