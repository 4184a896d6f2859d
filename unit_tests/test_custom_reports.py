"""Reports users put together: what they ask TikTok for, what comes out, and how check speaks of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from airbyte_cdk.test.catalog_builder import CatalogBuilder, ConfiguredAirbyteStreamBuilder
from airbyte_cdk.test.entrypoint_wrapper import read as read_entrypoint
from harness import Sync, frozen_now, plain_reports
from rows import of_account
from test_reports import understood

from source_tiktok_marketing import SourceTiktokMarketing
from tiktok_simulator import Simulator, World
from tiktok_simulator.endpoints.reports.truth import compute_truth
from tiktok_simulator.world.ready_made import TOKYO

Read = Callable[..., Sync]
REPORT = "/report/integrated/get/"
FIRST, LAST = date(2026, 1, 15), date(2026, 1, 24)


def with_report(config: dict[str, Any], **report: Any) -> dict[str, Any]:
    return config | {"custom_reports": [{"name": "mine", "level": "campaign", **report}]}


def rows_of(world: World, dimensions: list[str], metrics: list[str], **query: Any) -> list[dict[str, Any]]:
    """The world's own rows of a report, typed as the connector types them."""
    asked = {"advertiser_id": TOKYO, "data_level": "AUCTION_CAMPAIGN", "start": FIRST, "end": LAST, "now": frozen_now()}
    rows = compute_truth(world, **(asked | query), dimensions=dimensions, metrics=metrics)
    typed = [{name: understood(name, row[name]) for name in (*dimensions, *metrics)} for row in rows]
    told = {"advertiser_id": TOKYO} | of_account(world, TOKYO)
    return [told | {name: value for name, value in row.items() if value is not None} for row in typed]


def in_order(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


@pytest.fixture
def read(sync: Read) -> Callable[[dict[str, Any]], Sync]:
    return lambda config: sync("mine", config=config)


Reader = Callable[[dict[str, Any]], Sync]
Config = dict[str, Any]
CASES = [
    ("campaign daily", ["campaign_id", "stat_time_day"], ["campaign_name", "spend", "reach"], {}),
    ("campaign lifetime", ["campaign_id"], ["spend", "reach"], {"start": None, "end": None}),
    ("campaign total", ["campaign_id"], ["spend", "reach"], {}),
    ("ad_group daily country_code", ["adgroup_id", "stat_time_day", "country_code"], ["spend", "clicks"], {}),
    ("campaign daily gender age", ["campaign_id", "stat_time_day", "gender", "age"], ["spend", "clicks"], {}),
    ("ad total interest_category", ["ad_id", "interest_category"], ["spend"], {}),
    ("advertiser daily", ["advertiser_id", "stat_time_day"], ["spend", "billed_cost"], {"report_type": "TT_SHOP"}),
    ("playable daily", ["playable_id", "stat_time_day"], ["playable_page_view_count"], {}),
    ("campaign daily catalog_id", ["campaign_id", "stat_time_day", "catalog_id"], ["spend", "clicks"], {}),
]
TYPES = {"gender": "audience", "interest_category": "audience", "playable": "playable", "catalog_id": "catalog"}
TIKTOK_TYPES = {"basic": "BASIC", "audience": "AUDIENCE", "playable": "PLAYABLE_MATERIAL", "catalog": "CATALOG"}
EVERYTHING = {"metrics": ["all"]}


@pytest.mark.samples(3)
@pytest.mark.parametrize(("told", "dimensions", "metrics", "query"), CASES, ids=[case[0] for case in CASES])
def test_a_report_has_the_rows_of_the_world(
    told: str, dimensions: list[str], metrics: list[str], query: Config,
    world: World, read: Reader, one_advertiser: Config,
) -> None:  # fmt: skip
    level, granularity, *breakdowns = told.split()
    kind = next((TYPES[word] for word in told.split() if word in TYPES), "basic")
    kind = "tiktok_shop" if "billed_cost" in metrics else kind
    asked = {"report_type": kind, "level": level, "granularity": granularity, "breakdowns": breakdowns}
    result = read(with_report(one_advertiser, metrics=metrics, **asked))
    assert result.errors == []
    assert result.rows("mine") != []
    rows = [{name: value for name, value in row.items() if "period" not in name} for row in result.rows("mine")]
    of_kind = {"report_type": TIKTOK_TYPES.get(kind), "data_level": f"AUCTION_{level.replace('_', '').upper()}"}
    assert in_order(rows) == in_order(rows_of(world, dimensions, metrics, **(of_kind | query)))


@pytest.mark.parametrize("granularity", ["weekly", "monthly"])
def test_a_period_counts_people_once(granularity: str, world: World, read: Reader, one_advertiser: Config) -> None:
    days = {"start_date": "2026-01-12", "end_date": "2026-01-31"}
    rows = read(with_report(one_advertiser, granularity=granularity, metrics=["reach"], **days)).rows("mine")
    for row in rows:
        first, last = date.fromisoformat(row["period_start"]), date.fromisoformat(row["period_end"])
        of_period = rows_of(world, ["campaign_id"], ["reach"], start=first, end=min(last, date(2026, 1, 31)))
        assert {name: value for name, value in row.items() if not name.startswith("period_")} in of_period
    by_day = rows_of(world, ["campaign_id", "stat_time_day"], ["reach"], start=date(2026, 1, 12), end=date(2026, 1, 31))
    assert 0 < sum(row["reach"] for row in rows) < sum(row["reach"] for row in by_day)


def test_hours_are_read_day_by_day(world: World, tiktok: Simulator, read: Reader, one_advertiser: Config) -> None:
    result = read(with_report(one_advertiser, granularity="hourly", metrics=["spend"]))
    assert in_order(result.rows("mine")) == in_order(rows_of(world, ["campaign_id", "stat_time_hour"], ["spend"]))
    assert len(plain_reports(tiktok)) == 10


def test_a_total_says_the_days_it_spans(read: Reader, one_advertiser: Config) -> None:
    rows = read(with_report(one_advertiser, granularity="total", metrics=["spend"])).rows("mine")
    assert {(row["period_start"], row["period_end"]) for row in rows} == {("2026-01-15", "2026-01-24")}


def test_more_metrics_than_fit_a_request_are_asked_for_by_the_hundred_and_joined(
    world: World, tiktok: Simulator, read: Reader, one_advertiser: Config
) -> None:
    result = read(with_report(one_advertiser, **EVERYTHING))
    asked = [json.loads(call.query["metrics"]) for call in plain_reports(tiktok)]
    metrics = [name for names in asked for name in names]
    assert max(map(len, asked)) == 100
    assert len(metrics) == len(set(metrics)) > 900
    assert in_order(result.rows("mine")) == in_order(rows_of(world, ["campaign_id", "stat_time_day"], metrics))


def test_columns_selected_in_the_catalog_are_all_that_is_asked_for(tiktok: Simulator, one_advertiser: Config) -> None:
    schema = {"properties": {name: {} for name in ("campaign_id", "stat_time_day", "clicks", "reach")}}
    entry = ConfiguredAirbyteStreamBuilder().with_name("mine").with_json_schema(schema)
    catalog = CatalogBuilder().with_stream(entry).build()
    config = with_report(one_advertiser, **EVERYTHING)
    read_entrypoint(SourceTiktokMarketing(catalog, config, None), config, catalog)
    assert [json.loads(call.query["metrics"]) for call in plain_reports(tiktok)] == [["clicks", "reach"]]


def test_filters_narrow_the_report_down(world: World, read: Reader, one_advertiser: Config) -> None:
    kept = [row["campaign_id"] for row in rows_of(world, ["campaign_id"], ["spend"], include_deleted=False)]
    deleted = {row["campaign_id"] for row in rows_of(world, ["campaign_id"], ["spend"])} - set(kept)
    filters = {"campaign_ids": [kept[0], *deleted], "status": "STATUS_NOT_DELETE"}
    rows = read(with_report(one_advertiser, granularity="total", metrics=["spend"], filters=filters)).rows("mine")
    assert deleted
    assert [row["campaign_id"] for row in rows] == [kept[0]]


def test_a_report_may_have_days_of_its_own(tiktok: Simulator, read: Reader, one_advertiser: Config) -> None:
    read(with_report(one_advertiser, metrics=["spend"], start_date="2026-02-01", end_date="2026-02-03"))
    assert [(call.query["start_date"], call.query["end_date"]) for call in plain_reports(tiktok)] == [
        ("2026-02-01", "2026-02-03")
    ]


def test_a_report_may_have_an_attribution_window_of_its_own(
    tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    config = with_report(one_advertiser, metrics=["spend"], attribution_window=7) | {"end_date": ""}
    state = {"states": [{"partition": {"advertiser_id": TOKYO}, "cursor": {"stat_time_day": "2026-02-10"}}]}
    sync("mine", config=config, state={"mine": state})
    assert [call.query["start_date"] for call in plain_reports(tiktok)] == ["2026-02-03"]


def test_a_business_centre_is_reported_on_as_a_whole(world: World, read: Reader, config: Config) -> None:
    report = {"report_type": "business_center", "business_center_id": world.bc_id, "metrics": ["spend"]}
    whole = read(with_report(config, level="advertiser", granularity="total", **report))
    assert whole.errors == []
    expected = compute_truth(world, report_type="BC", dimensions=["advertiser_id"], metrics=["spend"],
                        start=FIRST, end=LAST, now=frozen_now())  # fmt: skip
    assert {(row["advertiser_id"], row["spend"]) for row in whole.rows("mine")} == {
        (row["advertiser_id"], float(row["spend"])) for row in expected
    }
    assert {row["bc_id"] for row in whole.rows("mine")} == {world.bc_id}
    by_day = read(with_report(config, level="business_center", **report))
    assert len(by_day.rows("mine")) == 10
    assert by_day.state("mine")["states"][0]["partition"] == {"bc_id": world.bc_id}


@pytest.mark.parametrize("breakdown", ["", "country_code", "placement"])
def test_the_accounts_of_a_business_centre_come_day_by_day_each_with_its_day(
    breakdown: str, world: World, tiktok: Simulator, read: Reader, config: Config
) -> None:
    dimensions, metrics = ["advertiser_id", *filter(None, [breakdown])], ["spend", "advertiser_name"]
    report = {"report_type": "business_center", "business_center_id": world.bc_id, "level": "advertiser"}
    rows = read(with_report(config, **report, breakdowns=dimensions[1:], metrics=metrics)).rows("mine")
    days = [FIRST + timedelta(day) for day in range(10)]
    expected = [
        {"bc_id": world.bc_id, "stat_time_day": day.isoformat(), **of_account(world, row["advertiser_id"]), **row,
         "spend": float(row["spend"])}
        for day in days
        for row in compute_truth(world, report_type="BC", dimensions=dimensions, metrics=metrics, start=day, end=day,
                               now=frozen_now())
    ]  # fmt: skip
    assert in_order(rows) == in_order(expected) != []
    assert {call.query["dimensions"] for call in tiktok.asked(REPORT)} == {json.dumps(dimensions)}


@pytest.mark.parametrize(("granularity", "named"), [("weekly", "stat_time_week"), ("monthly", "stat_time_month")])
def test_a_business_centre_as_a_whole_comes_by_week_and_month_too(
    granularity: str, named: str, world: World, tiktok: Simulator, read: Reader, config: Config
) -> None:
    report = {"report_type": "business_center", "business_center_id": world.bc_id, "level": "business_center"}
    rows = read(with_report(config, **report, granularity=granularity, metrics=["reach"])).rows("mine")
    assert [set(row) for row in rows] == [{"bc_id", "period_start", "period_end", named, "reach"}] * len(rows) != []
    assert {call.query["dimensions"] for call in tiktok.asked(REPORT)} == {json.dumps([named])}
