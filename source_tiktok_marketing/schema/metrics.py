"""Where TikTok's dimensions and metrics may be asked for: the same tables as their types and descriptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from source_tiktok_marketing.schema.columns import table
from source_tiktok_marketing.text import plain_word

# How a user names a level → how TikTok begins its id column and its data_level; a business centre has neither.
LEVELS: Mapping[str, str] = {
    "ad": "ad", "ad_group": "adgroup", "campaign": "campaign", "advertiser": "advertiser", "playable": "playable",
    "business_center": "",
}  # fmt: skip
# How a user names a set of metrics → the groups of metrics.csv it holds.
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
# Official for some report types, a recommendation for the others (reporting.md §1).
METRICS_PER_REQUEST = 100


@dataclass(frozen=True)
class Shape:
    """One form a kind of report may have: some levels, so many breakdowns, some granularities (reporting.md §3)."""

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
    """A dimension: `levels` and `granularities` are those it may be asked for with, as users name them."""

    name: str
    category: str
    report_types: tuple[str, ...]
    levels: tuple[str, ...]
    granularities: tuple[str, ...]
    needs: str
    pairs_with: str

    @property
    def is_breakdown(self) -> bool:
        """Whether it is more than what the level and the granularity already say."""
        return self.category not in ("ID", "Time")


@dataclass(frozen=True)
class Metric:
    """A metric.

    `scope` names a narrower rule (config/custom_reports/metrics.py); `breakdowns` are the `REPORT_TYPE:dimension` whose
    list of metrics has it; `sync_only` those (or `all`) with which an asynchronous report does not; `state` says
    whether it is deprecated or unconfirmed: such are asked for by name only, never as part of a group.
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
        """Whether it describes an entity instead of measuring delivery."""
        return self.group == "Attribute"


@cache
def shapes() -> Mapping[str, tuple[Shape, ...]]:
    """The forms of reports by report type."""
    found: dict[str, tuple[Shape, ...]] = {}
    for row in table("report_types.csv"):
        least, most = row["breakdowns"].split("..")
        shape = Shape(row["report_type"], row["tiktok_name"], row["metrics_of"], _words(row["levels"]), int(least),
                      int(most), _words(row["granularities"]), asynchronous=row["asynchronous"] == "yes",
                      filtered=row["filters"] == "yes")  # fmt: skip
        found[shape.report_type] = (*found.get(shape.report_type, ()), shape)
    return found


@cache
def filtered_types() -> frozenset[str]:
    """The report types, as TikTok names them, that take filters of ids and status."""
    return frozenset(shape.tiktok_name for forms in shapes().values() for shape in forms if shape.filtered)


@cache
def dimensions() -> Mapping[str, Dimension]:
    """Every dimension by name."""
    return {
        row["dimension"]: Dimension(row["dimension"], row["category"], _words(row["report_types"]),
                                    _levels(row["data_levels"]), _words(row["granularities"]), row["needs"],
                                    row["pairs_with"])
        for row in table("dimensions.csv")
    }  # fmt: skip


@cache
def metrics() -> Mapping[str, Metric]:
    """Every metric by name."""
    return {
        row["metric"]: Metric(row["metric"], row["group"], _words(row["report_types"]), _levels(row["data_levels"]),
                              row["scope"], frozenset(_words(row["breakdowns"])), frozenset(_words(row["sync_only"])),
                              row["state"])
        for row in table("metrics.csv")
    }  # fmt: skip


@dataclass(frozen=True)
class Meaning:
    """What a word of Ads Manager's is here: one of the `metrics`, or all of them put together as `how` says."""

    word: str
    metrics: tuple[str, ...]
    how: str


@cache
def ads_manager() -> Mapping[str, Meaning]:
    """What Ads Manager calls metrics (ads.tiktok.com/help: basic data, video play, page events), by plain word."""
    return {
        plain_word(word): Meaning(word, _words(row["metrics"]), row["how"])
        for row in table("ads_manager.csv")
        for word in _words(row["words"])
    }


@cache
def metric_words() -> frozenset[str]:
    """What may stand among the metrics of some report: groups, and the metrics it has."""
    kinds = {shape.metrics_of for forms in shapes().values() for shape in forms}
    return frozenset(METRIC_GROUPS) | {ALL} | {name for name, each in metrics().items() if kinds & {*each.report_types}}


@cache
def disputed() -> frozenset[tuple[str, str]]:
    """The metrics that some sources ask for where others say TikTok refuses them, and the place in question."""
    return frozenset((row["metric"], row["place"]) for row in table("disputed_metrics.csv"))


@cache
def restricted() -> frozenset[str]:
    """The `REPORT_TYPE:dimension` that take only the metrics that name them."""
    return frozenset(place for metric in metrics().values() for place in metric.breakdowns)


def _words(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(";")))


def _levels(text: str) -> tuple[str, ...]:
    """As users name them; `all` and `n/a` bind to no level."""
    if text in ("all", "n/a"):
        return tuple(LEVELS)
    known = {tiktok.upper(): level for level, tiktok in LEVELS.items() if tiktok}
    return tuple(known[word.removeprefix("AUCTION_")] for word in _words(text))
