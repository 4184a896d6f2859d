"""In which reports TikTok has which dimensions and metrics, from the tables that have their types too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from source_tiktok_marketing.schema.columns import read_table
from source_tiktok_marketing.text import spell_as_tiktok

# A user's word for a level → the beginning of TikTok's id column and data_level. A business centre has neither.
LEVELS: Mapping[str, str] = {
    "ad": "ad", "ad_group": "adgroup", "campaign": "campaign", "advertiser": "advertiser", "playable": "playable",
    "business_center": "",
}  # fmt: skip
# A user's word for a set of metrics → its groups in metrics.csv.
METRIC_GROUPS: Mapping[str, tuple[str, ...]] = {
    "names": ("Attribute",),
    "basic": ("Core",),
    "video": ("Video",),
    "engagement": ("Social", "Click", "Interactive add-on", "LIVE", "Messaging"),
    "page_event": ("Website",),
    "in_app_event": ("App",),
    "onsite": ("TikTok", "Instant experience"),
    "shop": ("Shop",),
    "offline": ("Offline",),
    "native_growth": ("Native growth",),
    "skan": ("App (SKAN)",),
    "attribution": ("Attribution",),
    "playable": ("Playable",),
    "image": ("Image",),
}
ALL = "all"
# TikTok's limit for some report types, and its advice for the others (reporting.md §1).
METRICS_PER_REQUEST = 100


@dataclass(frozen=True)
class Shape:
    """One form that reports of a type may have: levels, number of breakdowns, granularities (reporting.md §3)."""

    report_type: str
    tiktok_name: str
    metrics_of: str
    levels: tuple[str, ...]
    least: int
    most: int
    granularities: tuple[str, ...]
    asynchronous: bool
    filtered: bool


@dataclass(frozen=True)
class Dimension:
    """A dimension. `levels` and `granularities` are those it goes with, in the user's words."""

    name: str
    category: str
    report_types: tuple[str, ...]
    levels: tuple[str, ...]
    granularities: tuple[str, ...]
    needs: str
    pairs_with: str

    @property
    def is_breakdown(self) -> bool:
        """Whether it says more than the level and the granularity do."""
        return self.category not in ("ID", "Time")


@dataclass(frozen=True)
class Metric:
    """A metric.

    `scope` names a narrower rule (config/custom_reports/metrics.py). `breakdowns` are the `REPORT_TYPE:dimension` whose
    lists of metrics have it. `sync_only` are those (or `all`) with which an asynchronous report lacks it. `state` says
    whether it is deprecated or unconfirmed: then it is only asked for by name, never as part of a group.
    """

    name: str
    group: str
    report_types: tuple[str, ...]
    levels: tuple[str, ...]
    scope: str
    breakdowns: frozenset[str]
    sync_only: frozenset[str]
    state: str

    @property
    def is_attribute(self) -> bool:
        """Whether it describes an entity, and measures nothing."""
        return self.group == "Attribute"


@cache
def read_shapes() -> Mapping[str, tuple[Shape, ...]]:
    """The forms of reports by report type."""
    found: dict[str, tuple[Shape, ...]] = {}
    for row in read_table("report_types.csv"):
        least, most = row["breakdowns"].split("..")
        shape = Shape(row["report_type"], row["tiktok_name"], row["metrics_of"], _split_words(row["levels"]),
                      int(least), int(most), _split_words(row["granularities"]),
                      asynchronous=row["asynchronous"] == "yes", filtered=row["filters"] == "yes")  # fmt: skip
        found[shape.report_type] = (*found.get(shape.report_type, ()), shape)
    return found


@cache
def list_filtered_types() -> frozenset[str]:
    """TikTok's names of the report types that can be filtered by ids and status."""
    return frozenset(shape.tiktok_name for forms in read_shapes().values() for shape in forms if shape.filtered)


@cache
def read_dimensions() -> Mapping[str, Dimension]:
    """Every dimension by name."""
    return {
        row["dimension"]: Dimension(row["dimension"], row["category"], _split_words(row["report_types"]),
                                    _read_levels(row["data_levels"]), _split_words(row["granularities"]), row["needs"],
                                    row["pairs_with"])
        for row in read_table("dimensions.csv")
    }  # fmt: skip


@cache
def read_metrics() -> Mapping[str, Metric]:
    """Every metric by name."""
    return {
        row["metric"]: Metric(row["metric"], row["group"], _split_words(row["report_types"]),
                              _read_levels(row["data_levels"]), row["scope"],
                              frozenset(_split_words(row["breakdowns"])), frozenset(_split_words(row["sync_only"])),
                              row["state"])
        for row in read_table("metrics.csv")
    }  # fmt: skip


@dataclass(frozen=True)
class Meaning:
    """What a word of Ads Manager's means: one of the `metrics`, or all of them combined as `how` says."""

    word: str
    metrics: tuple[str, ...]
    how: str


@cache
def read_ads_manager() -> Mapping[str, Meaning]:
    """Ads Manager's words for metrics (ads.tiktok.com/help: basic data, video play, page events), by plain word."""
    return {
        spell_as_tiktok(word): Meaning(word, _split_words(row["metrics"]), row["how"])
        for row in read_table("ads_manager.csv")
        for word in _split_words(row["words"])
    }


@cache
def list_metric_words() -> frozenset[str]:
    """The words that any report may have as metrics: groups, and metrics."""
    report_types = {shape.metrics_of for forms in read_shapes().values() for shape in forms}
    return (
        frozenset(METRIC_GROUPS)
        | {ALL}
        | {name for name, each in read_metrics().items() if report_types & {*each.report_types}}
    )


@cache
def read_disputed() -> frozenset[tuple[str, str]]:
    """Metrics on which the sources disagree, each with the place where some say that TikTok refuses it."""
    return frozenset((row["metric"], row["place"]) for row in read_table("disputed_metrics.csv"))


@cache
def list_restricted() -> frozenset[str]:
    """The `REPORT_TYPE:dimension` with a list of their own of the metrics they allow."""
    return frozenset(place for metric in read_metrics().values() for place in metric.breakdowns)


def _split_words(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(";")))


def _read_levels(text: str) -> tuple[str, ...]:
    """The levels in the user's words. `all` and `n/a` mean any level."""
    if text in ("all", "n/a"):
        return tuple(LEVELS)
    known = {tiktok.upper(): level for level, tiktok in LEVELS.items() if tiktok}
    return tuple(known[word.removeprefix("AUCTION_")] for word in _split_words(text))
