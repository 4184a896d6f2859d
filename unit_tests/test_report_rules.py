"""The connector's rules for reports against the simulator's: two codes, two sets of tables, one verdict."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import product

import pytest

from source_tiktok_marketing.config.custom_reports.definition import WantedReport
from source_tiktok_marketing.config.custom_reports.rows import TIME
from source_tiktok_marketing.config.custom_reports.rules import find_problems
from source_tiktok_marketing.schema.metrics import LEVELS, read_dimensions, read_metrics, read_shapes
from tiktok_simulator.endpoints.reports.definition import ReportRequest
from tiktok_simulator.endpoints.reports.rules import check
from tiktok_simulator.protocol.wire import ApiError

ENTITIES = ("advertiser", "campaign", "ad_group", "ad")
GRANULARITIES = tuple(TIME)
EVERY_BREAKDOWN = [name for name, item in read_dimensions().items() if item.is_breakdown]
PAIRS = [("gender", "age"), ("age", "country_code"), ("search_keyword", "match_type"), ("page_id", "component_name"),
         ("ad_type", "country_code"), ("gender", "platform")]  # fmt: skip
CATALOG_PAIRS = [("catalog_id", "country_code"), ("product_id", "catalog_id"), ("product_set_id", "gender")]
# TikTok publishes no list of the metrics of catalogue reports: there the two agree on delivery only (reporting.md §3).
Case = tuple[str, str, str, tuple[str, ...], str]


KINDS = ("basic", "audience", "catalog")


def cases() -> Iterator[Case]:
    """Every breakdown with every granularity, at a level that turns over; pairs; and every metric in many places."""
    for kind, granularity in product(read_shapes(), GRANULARITIES):
        levels = {level for shape in read_shapes()[kind] for level in shape.levels} | {"campaign"}
        for level in sorted(levels):
            yield kind, level, granularity, (), "spend"
    for kind, granularity, (number, name) in product(KINDS, GRANULARITIES, enumerate(EVERY_BREAKDOWN)):
        yield kind, ENTITIES[(number + len(granularity)) % 4], granularity, (name,), "spend"
    for kind, level, pair in product(("basic", "audience"), ENTITIES, PAIRS):
        yield kind, level, "daily", pair, "spend"
    for level, granularity, pair in product(ENTITIES, GRANULARITIES, CATALOG_PAIRS):
        yield "catalog", level, granularity, pair, "spend"
    for level, granularity in product(("playable", "campaign", "advertiser"), GRANULARITIES):
        yield "playable", level, granularity, ("country_code",), "spend"
    for kind, level, granularity in product(("business_center", "tiktok_shop"), ENTITIES[:2], GRANULARITIES):
        yield kind, level, granularity, ("country_code",), "spend"
    for level, granularity in product(("business_center", "advertiser"), GRANULARITIES):
        yield "business_center", level, granularity, ("placement",), "spend"
    places = [("basic", "advertiser", "daily", ()), ("basic", "campaign", "hourly", ()),
              ("basic", "ad", "lifetime", ()),
              ("basic", "ad_group", "weekly", ("country_code",)), ("basic", "ad", "daily", ("ad_type",)),
              ("basic", "ad", "daily", ("image_id",)), ("basic", "campaign", "hourly", ("ad_type",)),
              ("basic", "ad_group", "total", ("post_id",)), ("audience", "ad", "daily", ("gender", "age")),
              ("audience", "campaign", "monthly", ("country_code",)), ("audience", "ad_group", "daily", ("ad_type",)),
              ("playable", "playable", "daily", ()), ("business_center", "advertiser", "total", ()),
              ("business_center", "advertiser", "daily", ("country_code",)),
              ("business_center", "advertiser", "monthly", ("placement",)),
              ("business_center", "business_center", "weekly", ()),
              ("tiktok_shop", "campaign", "daily", ("country_code",))]  # fmt: skip
    for place, metric in product(places, read_metrics()):
        yield (*place, metric)


CASES = list(cases())


@pytest.fixture(autouse=True)
def _no_suggestions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the verdicts count here, and to look for a name like the wrong one takes longer than all else."""
    monkeypatch.setattr("source_tiktok_marketing.config.custom_reports.metrics.suggest_nearest", lambda *_: "")


@cache
def connector_allows(case: Case) -> bool:
    kind, level, granularity, breakdowns, metric = case
    return not find_problems(WantedReport(kind, level, granularity, breakdowns, (metric,), business_center_id="1"))


def simulator_allows(case: Case) -> bool:
    """The same report as a request; a period is asked for without a time dimension, but of a business centre."""
    kind, level, granularity, breakdowns, metric = case
    time = [name for name in TIME[granularity] if name.startswith("stat_time")]
    if kind == "business_center" and granularity != "hourly":
        named = {"daily": "stat_time_day", "weekly": "stat_time_week", "monthly": "stat_time_month"}
        time = [named[granularity]] if level == "business_center" and granularity in named else []
    ids = [f"{LEVELS[level]}_id"] if LEVELS[level] else []
    lifetime = granularity == "lifetime"
    data_level = f"AUCTION_{LEVELS[level].upper()}" if kind not in ("playable", "business_center") else None
    days = {"start": None if lifetime else date(2026, 1, 5), "end": None if lifetime else date(2026, 1, 5)}
    name = read_shapes()[kind][0].tiktok_name
    try:
        check(ReportRequest(name, data_level, [*ids, *time, *breakdowns], [metric], **days, lifetime=lifetime))
    except ApiError:
        return False
    return True


def test_the_table_is_large_and_has_both_kinds() -> None:
    verdicts = [connector_allows(case) for case in CASES]
    assert len(set(CASES)) >= 200
    assert min(verdicts.count(True), verdicts.count(False)) >= 200


@pytest.mark.samples(2)
@pytest.mark.parametrize("kind", read_shapes())
def test_connector_and_simulator_agree_on_every_combination(kind: str) -> None:
    mine = [case for case in CASES if case[0] == kind]
    assert mine
    assert [case for case in mine if connector_allows(case) != simulator_allows(case)] == []
