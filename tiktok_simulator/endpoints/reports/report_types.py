"""How the report types differ (reporting.md §1, §3.7 to §3.9, §4), and the order of the data levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tiktok_simulator.protocol.tables import METRICS

LEVEL_ORDER = ("AUCTION_ADVERTISER", "AUCTION_CAMPAIGN", "AUCTION_ADGROUP", "AUCTION_AD")
DimensionSets = tuple[frozenset[str], ...]


@dataclass(frozen=True)
class ReportType:
    """One report type.

    `levels` are the data levels that it takes, and `level_required` is whether it needs one. `metrics` are its default
    metrics. It takes advertiser_ids if `several` is set, query_lifetime with `lifetime`, enable_total_metrics with
    `totals`, and filters with `filters`. `days` is its longest period, if that does not depend on its dimensions.
    `sets` are the only sets of dimensions that it takes; they are empty if there are rules instead.
    """

    levels: tuple[str, ...] = LEVEL_ORDER
    level_required: bool = True
    metrics: tuple[str, ...] = ("spend", "impressions")
    several: bool = False
    lifetime: bool = False
    totals: bool = False
    filters: bool = True
    days: int | None = None
    sets: DimensionSets = ()


def _make_sets(*texts: str) -> DimensionSets:
    return tuple(frozenset(text.split()) for text in texts)


OF_BC = _make_sets(
    "advertiser_id",
    "advertiser_id country_code",
    "advertiser_id placement",
    "stat_time_day",
    "stat_time_week",
    "stat_time_month",
)
OF_TT_SHOP = _make_sets(
    "advertiser_id",
    "advertiser_id stat_time_day",
    "advertiser_id country_code",
    "advertiser_id country_code stat_time_day",
    "campaign_id country_code",
    "campaign_id country_code stat_time_day",
)
METRICS_OF_BC = tuple(name for name, metric in METRICS.items() if "BC" in metric.report_types)

REPORT_TYPES: Mapping[str, ReportType] = {
    "BASIC": ReportType(several=True, lifetime=True, totals=True),
    "AUDIENCE": ReportType(several=True),
    "PLAYABLE_MATERIAL": ReportType(level_required=False, lifetime=True),
    "CATALOG": ReportType(),
    "BC": ReportType(levels=(), level_required=False, metrics=METRICS_OF_BC, days=365, sets=OF_BC),
    "TT_SHOP": ReportType(
        levels=LEVEL_ORDER[:2],
        level_required=False,
        metrics=("spend", "billed_cost"),
        totals=True,
        filters=False,
        sets=OF_TT_SHOP,
    ),
}
