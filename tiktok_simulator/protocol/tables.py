"""Facts about metrics and dimensions, read from data/*.csv.

They are derived from metrics.csv, dimensions.csv and dimension_metrics.csv of the reference, with one
correction seen in real rows: AUDIENCE reports answer `placement_type` too.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tiktok_simulator.protocol.parameters import DATA


@dataclass(frozen=True)
class Metric:
    """One metric: where it may be asked for. `scope` names a narrower rule of reporting.md §3, or is empty.

    `in_tasks` says whether asynchronous reports have it at all (reporting.md §3, §7).
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
    """One dimension; `level` binds an ID dimension to its data_level.

    `role` is id, time, breakdown, audience, or material for what an ad shows.
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
    return {key: frozenset(metrics) for key, metrics in listed.items()}


def _read_metric(row: Mapping[str, str]) -> Metric:
    report_types, levels = _split_members(row["report_types"]), _split_members(row["data_levels"])
    return Metric(row["metric"], row["group"], row["type"], report_types, levels, row["scope"], row["async"] == "yes")


def _read_dimension(row: Mapping[str, str]) -> Dimension:
    return Dimension(row["dimension"], row["role"], _split_members(row["report_types"]), row["data_level"])


METRICS: Mapping[str, Metric] = {row["metric"]: _read_metric(row) for row in read_table("metrics")}
DIMENSIONS: Mapping[str, Dimension] = {row["dimension"]: _read_dimension(row) for row in read_table("dimensions")}
LISTED: Mapping[tuple[str, str, bool], frozenset[str]] = _read_listed()
"""(report type, dimension, whether in a task) → the only metrics it takes; without an entry it takes every metric."""
DISPUTED = frozenset((row["report_type"], row["dimension"], row["metric"]) for row in read_table("disputed_metrics"))
"""(report type, dimension or "", metric) about which the sources disagree whether TikTok gives it."""
