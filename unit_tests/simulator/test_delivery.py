"""What was delivered adds up: hours to days, days to months, cells to wholes, ads to the account; people do not.

The connector's own tests compare with these numbers, so they must be right however they are cut.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiktok_simulator import World
from tiktok_simulator.endpoints.reports.truth import compute_truth
from tiktok_simulator.world.cells import PARTITIONS, list_cells
from tiktok_simulator.world.delivery import Flight, count_distinct
from tiktok_simulator.world.formulas import Dated, find_dating
from tiktok_simulator.world.ready_made import BERLIN, LOS_ANGELES, TOKYO, make_small_world

from .asking import NOW

JANUARY = {"start": date(2026, 1, 1), "end": date(2026, 1, 31)}
ADDITIVE = (
    "spend", "impressions", "clicks", "conversion", "real_time_conversion", "video_play_actions", "likes",
    "complete_payment",
)  # fmt: skip
WORLD = make_small_world()  # looked at only
ENDED = datetime(2025, 12, 20, 12, tzinfo=UTC)
DECEMBER = {"start": date(2025, 12, 1), "end": date(2025, 12, 20)}
AFTER_A_CLICK = ("conversion", "result", "complete_payment", "total_complete_payment_rate")
BY_ITSELF = ("real_time_conversion", "real_time_result")
ADDED = (*AFTER_A_CLICK, *BY_ITSELF)


def delivered(
    *dimensions: str, level: str = "AUCTION_AD", world: World = WORLD, **changes: Any
) -> list[dict[str, str]]:
    asked: dict[str, Any] = {"advertiser_id": TOKYO, "metrics": ADDITIVE, "now": NOW, **JANUARY}
    return compute_truth(world, data_level=level, dimensions=dimensions, **{**asked, **changes})


def sums(rows: list[dict[str, str]], *by: str) -> dict[tuple[str, ...], tuple[Decimal, ...]]:
    """The additive metrics summed by some columns; groups without any of them are left out."""
    found: dict[tuple[str, ...], list[Decimal]] = defaultdict(lambda: [Decimal()] * len(ADDITIVE))
    for row in rows:
        key = tuple(row[name] for name in by)
        found[key] = [total + Decimal(row[name]) for total, name in zip(found[key], ADDITIVE, strict=True)]
    return {key: tuple(values) for key, values in found.items() if any(values)}


def test_the_days_of_a_month_add_up_to_the_month() -> None:
    assert sums(delivered("ad_id", "stat_time_day"), "ad_id") == sums(delivered("ad_id"), "ad_id")


def test_the_hours_of_a_day_add_up_to_the_day() -> None:
    hours = delivered("ad_id", "stat_time_hour")
    for row in hours:
        row["stat_time_day"] = row["stat_time_hour"][:10] + " 00:00:00"
    assert sums(hours, "ad_id", "stat_time_day") == sums(delivered("ad_id", "stat_time_day"), "ad_id", "stat_time_day")


@pytest.mark.samples(4)
@pytest.mark.parametrize("partition", sorted(PARTITIONS))
def test_the_cells_of_a_day_add_up_to_the_day(partition: tuple[str, ...]) -> None:
    cut = delivered("ad_id", "stat_time_day", *partition)
    assert sums(cut, "ad_id", "stat_time_day") == sums(delivered("ad_id", "stat_time_day"), "ad_id", "stat_time_day")


def test_age_alone_is_age_by_gender_with_gender_summed() -> None:
    assert sums(delivered("campaign_id", "age", "gender", level="AUCTION_CAMPAIGN"), "campaign_id", "age") == sums(
        delivered("campaign_id", "age", level="AUCTION_CAMPAIGN"), "campaign_id", "age"
    )


def test_ads_add_up_to_ad_groups_campaigns_and_the_account() -> None:
    ads = delivered("ad_id", "stat_time_day")
    whole = sums(ads, "stat_time_day")
    assert sums(delivered("adgroup_id", "stat_time_day", level="AUCTION_ADGROUP"), "stat_time_day") == whole
    assert sums(delivered("campaign_id", "stat_time_day", level="AUCTION_CAMPAIGN"), "stat_time_day") == whole
    assert sums(delivered("stat_time_day", level="AUCTION_ADVERTISER"), "stat_time_day") == whole


def test_a_week_reaches_more_people_than_its_best_day_and_fewer_than_its_days_together() -> None:
    week = {"start": date(2026, 1, 5), "end": date(2026, 1, 11), "metrics": ("reach", "impressions", "frequency")}
    days = [
        int(row["reach"]) for row in delivered("advertiser_id", "stat_time_day", level="AUCTION_ADVERTISER", **week)
    ]
    (whole,) = delivered("advertiser_id", level="AUCTION_ADVERTISER", **week)
    assert max(days) < int(whole["reach"]) < sum(days)
    assert whole["frequency"] == f"{int(whole['impressions']) / int(whole['reach']):.2f}"


def test_reach_counts_different_people_one_by_one() -> None:
    flight = next(item for item in WORLD.flights.values() if item.last_day is None)
    intervals = [part for day in range(40, 47) for part in flight.find_people(day * 24, day * 24 + 24)]
    people = {person for start, end in intervals for person in range(start, end)}
    assert count_distinct(intervals) == count_distinct(flight.find_people(40 * 24, 47 * 24)) == len(people)
    for cell in list_cells(("country_code",), 0):
        assert count_distinct(intervals, cell) == sum(
            cell.count_own(person + 1) - cell.count_own(person) for person in people
        )


@given(start=st.integers(-50, 5000), first=st.integers(0, 3000), second=st.integers(0, 3000), seed=st.integers(0, 99))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_any_cut_of_any_period_adds_up(start: int, first: int, second: int, seed: int) -> None:
    flight = Flight(str(seed), seed, date(2026, 1, 1), date(2026, 4, 1) if seed % 2 else None, seed % 9)
    early, late = (
        flight.count_between(ADDITIVE, start, start + first),
        flight.count_between(ADDITIVE, start + first, start + first + second),
    )
    whole = flight.count_between(ADDITIVE, start, start + first + second)
    assert [a + b for a, b in zip(early, late, strict=True)] == whole
    assert min(whole) >= 0
    assert flight.count_between(ADDITIVE, -50, 0) == [0] * len(ADDITIVE)
    split = [
        flight.count_between(ADDITIVE, start, start + first, cell) for cell in list_cells(("platform",), flight.variant)
    ]
    assert [sum(values) for values in zip(*split, strict=True)] == early


def test_the_same_seed_is_the_same_world_and_another_seed_another() -> None:
    again, other = make_small_world(), make_small_world(seed=8)
    assert delivered("ad_id", "stat_time_day", world=again) == delivered("ad_id", "stat_time_day")
    assert sums(delivered("stat_time_day", world=other), "stat_time_day") != sums(
        delivered("stat_time_day"), "stat_time_day"
    )


def test_no_two_months_of_an_ad_look_alike() -> None:
    starts = [date(2025, 12, 20) + timedelta(days=shift) for shift in range(60)]
    spend = [
        tuple(sums(delivered("stat_time_day", start=day, end=day + timedelta(days=6)), "stat_time_day").values())
        for day in starts
    ]
    assert len(set(spend)) == len(starts)


@pytest.mark.parametrize("advertiser_id", [TOKYO, LOS_ANGELES, BERLIN])
def test_deleted_ones_did_deliver_and_stopped(advertiser_id: str) -> None:
    every = delivered("ad_id", "stat_time_day", advertiser_id=advertiser_id)
    kept = delivered("ad_id", "stat_time_day", advertiser_id=advertiser_id, include_deleted=False)
    deleted = {item.id for item in WORLD.list_entities("ad", advertiser_id) if item.deleted}
    assert {row["ad_id"] for row in every} - {row["ad_id"] for row in kept} == deleted
    february = delivered("ad_id", advertiser_id=advertiser_id, start=date(2026, 2, 5), end=date(2026, 2, 20))
    assert {row["impressions"] for row in february if row["ad_id"] in deleted} == {"0"}


def of_late_buyers(now: datetime, **period: date) -> list[dict[str, str]]:
    """The days of the ad that ended on 20 December and whose buyers come for 60 days more, as they look at a moment."""
    late, metrics = WORLD.landmarks["Tokyo.late_ad"], ("spend", "impressions", *AFTER_A_CLICK, *BY_ITSELF)
    rows = delivered("ad_id", "stat_time_day", metrics=metrics, now=now, **period)
    return [row for row in rows if row["ad_id"] == late]


def total(rows: list[dict[str, str]], metric: str) -> Decimal:
    return sum((Decimal(row[metric]) for row in rows), Decimal())


def test_a_day_without_delivery_has_what_is_dated_by_itself_and_nothing_that_is_dated_by_the_click() -> None:
    rows = of_late_buyers(NOW)
    assert {row[name] for row in rows for name in ("spend", "impressions", *AFTER_A_CLICK)} == {"0", "0.00"}
    assert sum(int(row["real_time_conversion"]) > 0 for row in rows) > len(rows) / 3
    assert all(total(rows, name) for name in BY_ITSELF)


def test_a_late_buyer_changes_the_day_of_the_click() -> None:
    """And the days of December only grow, until the last buyer has come."""
    seen = [
        {row["stat_time_day"]: row for row in of_late_buyers(ENDED + timedelta(days=days), **DECEMBER)}
        for days in (1, 2, 11, 31, 61, 100)
    ]
    sums = [total(list(rows.values()), "conversion") for rows in seen]
    assert sums == sorted(sums)
    assert 0 < sums[0] < sums[-1] * 2 / 3
    assert sums[0] < sums[2] < sums[3] < sums[4] == sums[5]
    for before, after in pairwise(seen):
        assert all(Decimal(after[day][name]) >= Decimal(row[name]) for day, row in before.items() for name in ADDED)
        assert {day: row["spend"] for day, row in before.items()}.items() <= {
            day: row["spend"] for day, row in after.items()
        }.items()


def test_every_buyer_is_counted_once_by_either_day() -> None:
    rows = of_late_buyers(ENDED + timedelta(days=100), start=date(2025, 12, 1), end=date(2026, 3, 31))
    assert abs(total(rows, "conversion") - total(rows, "real_time_conversion")) <= total(rows, "conversion") / 5


@pytest.mark.parametrize(
    ("count", "by"),
    [
        ("clicks", Dated.DELIVERY), ("video_play_actions", Dated.DELIVERY), ("likes", Dated.DELIVERY),
        ("conversion", Dated.CLICK), ("result", Dated.CLICK), ("app_install", Dated.CLICK),
        ("complete_payment", Dated.CLICK), ("onsite_shopping", Dated.CLICK), ("vta_conversion", Dated.CLICK),
        ("real_time_conversion", Dated.ITSELF), ("real_time_app_install", Dated.ITSELF),
        ("skan_conversion", Dated.ITSELF), ("onsite_active_by_conversion_time", Dated.ITSELF),
    ],
)  # fmt: skip
def test_what_follows_a_click_is_dated_by_it_unless_it_is_by_conversion_time(count: str, by: Dated) -> None:
    assert find_dating(count) is by


def test_some_ads_rest_on_some_days() -> None:
    days = defaultdict(set)
    for row in delivered("ad_id", "stat_time_day"):
        days[row["ad_id"]].add(row["stat_time_day"])
    assert any(10 < len(found) < 31 for found in days.values())


def test_ratios_are_made_of_the_slice_they_are_asked_for() -> None:
    metrics = (
        "spend",
        "impressions",
        "clicks",
        "conversion",
        "ctr",
        "cpc",
        "cpm",
        "cost_per_conversion",
        "conversion_rate",
    )
    for row in delivered("campaign_id", "country_code", level="AUCTION_CAMPAIGN", metrics=metrics):
        spend, impressions, clicks, conversion = (float(row[name]) for name in metrics[:4])
        assert row["ctr"] == (f"{100 * clicks / impressions:.2f}" if impressions else "0.00")
        assert row["cpc"] == (f"{spend / clicks:.2f}" if clicks else "0.00")
        assert row["cpm"] == (f"{1000 * spend / impressions:.2f}" if impressions else "0.00")
        assert row["cost_per_conversion"] == (f"{spend / conversion:.2f}" if conversion else "0.00")
        assert row["conversion_rate"] == (f"{100 * conversion / impressions:.2f}" if impressions else "0.00")
