"""Creatives and their review: what is asked about together, from when on, and what never is."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from harness import Sync
from rows import TABLES

from source_tiktok_marketing.schema.columns import read_entity_columns
from tiktok_simulator import Simulator, World
from tiktok_simulator.world.populate import Plan, add_campaign
from tiktok_simulator.world.ready_made import FOUNDED, TOKYO

Config = dict[str, Any]
Read = Callable[..., Sync]


def living(world: World, kind: str) -> list[str]:
    return sorted(item.id for item in world.list_entities(kind, TOKYO) if not item.deleted)


def plain(world: World, kind: str) -> list[str]:
    """Those of them that are not Upgraded Smart+."""
    upgraded = {
        item.id
        for item in world.list_entities(kind, TOKYO)
        if item.row["campaign_automation_type"] == "UPGRADED_SMART_PLUS"
    }
    assert upgraded.intersection(living(world, kind))
    return sorted(set(living(world, kind)) - upgraded)


def asked_about(tiktok: Simulator, path: str, parameter: str) -> list[list[str]]:
    """The ids of each request, in its parameter or in its `filtering`."""
    queries = [exchange.query for exchange in tiktok.asked(path)]
    filters = [json.loads(query.get("filtering", "{}")) for query in queries]
    return [
        json.loads(query[parameter]) if parameter in query else found[parameter]
        for query, found in zip(queries, filters, strict=True)
    ]


def check_batches(batches: list[list[str]], largest: int, everything: list[str]) -> None:
    assert max(map(len, batches)) == largest < len(everything)
    assert sorted(name for batch in batches for name in batch) == everything


def test_ad_groups_are_asked_about_twenty_at_a_time_and_each_once(
    sync: Read, tiktok: Simulator, world: World, one_advertiser: Config
) -> None:
    add_campaign(world, world.accounts[TOKYO], Plan("Wide", FOUNDED, ad_groups=25, ads=1))
    result = sync("ad_group_review_info", "ad_group_diagnoses", config=one_advertiser)
    for path, stream, groups in (
        ("/adgroup/review_info/", "ad_group_review_info", living(world, "adgroup")),
        ("/tool/diagnosis/get/", "ad_group_diagnoses", plain(world, "adgroup")),
    ):
        check_batches(asked_about(tiktok, path, "adgroup_ids"), 20, groups)
        assert sorted(row["adgroup_id"] for row in result.rows(stream)) == groups


@pytest.mark.slow
def test_ads_are_asked_about_as_many_at_a_time_as_tiktok_takes(
    sync: Read, tiktok: Simulator, world: World, one_advertiser: Config
) -> None:
    add_campaign(world, world.accounts[TOKYO], Plan("Deep", FOUNDED, ad_groups=1, ads=210))
    assert sync("video_performance", "ad_benchmarks", config=one_advertiser).errors == []
    check_batches(asked_about(tiktok, "/report/video_performance/get/", "ad_ids"), 200, plain(world, "ad"))
    check_batches(
        list(map(list, {tuple(ids) for ids in asked_about(tiktok, "/report/ad_benchmark/get/", "ad_ids")})),
        100, plain(world, "ad"),
    )  # fmt: skip


def test_every_figure_of_the_seconds_of_an_ad_or_a_video_is_read_without_naming_one(
    sync: Read, tiktok: Simulator, one_advertiser: Config
) -> None:
    result = sync("video_performance", "video_insights", config=one_advertiser)
    assert (result.errors, result.warnings) == ([], [])
    assert not [call for call in tiktok.asked("/report/video_performance/get/") if "metrics_fields" in call.query]
    for stream in ("video_performance", "video_insights"):
        assert set(result.rows(stream)[0]) == set(read_entity_columns()[stream])


def test_every_video_of_an_ad_is_asked_about_once_and_alone(
    sync: Read, tiktok: Simulator, world: World, one_advertiser: Config
) -> None:
    ads = (item.row for item in world.list_entities("ad", TOKYO) if not item.deleted)
    videos = {row["video_id"] for row in ads if row["video_id"]}
    sync("video_insights", config=one_advertiser)
    asked = asked_about(tiktok, "/report/video_performance/get/", "video_ids")
    assert sorted(asked) == sorted([video] for video in videos)


def test_fatigue_is_not_asked_for_of_upgraded_smart_plus_ads(
    sync: Read, tiktok: Simulator, world: World, one_advertiser: Config
) -> None:
    assert sync("creative_fatigue", config=one_advertiser).errors == []
    assert sorted({call.query["ad_id"] for call in tiktok.asked("/creative_fatigue/get/")}) == plain(world, "ad")


def test_seconds_of_a_video_stay_lists(sync: Read, one_advertiser: Config) -> None:
    rows = sync("video_performance", config=one_advertiser).rows("video_performance")
    assert {type(row["view_count"]) for row in rows} == {list}
    assert {type(count) for row in rows for count in row["view_count"]} == {int}


def test_only_smart_creative_ad_groups_are_asked_for_their_materials(
    sync: Read, tiktok: Simulator, world: World, one_advertiser: Config
) -> None:
    sync("smart_creative_materials", config=one_advertiser)
    modes = {item.id: item.row["creative_material_mode"] for item in world.list_entities("adgroup", TOKYO)}
    asked = [name for ids in asked_about(tiktok, "/ad/aco/get/", "adgroup_ids") for name in ids]
    assert asked
    assert {modes[name] for name in asked} == {"SMART_CREATIVE"}


def test_the_calls_to_action_that_ads_name_are_portfolios_too(sync: Read, world: World, one_advertiser: Config) -> None:
    found = {row["creative_portfolio_id"] for row in sync("creative_portfolio_details", config=one_advertiser).rows(
        "creative_portfolio_details")}  # fmt: skip
    listed = {item.id for item in world.list_entities("portfolio", TOKYO)}
    ads = {item.row["call_to_action_id"] for item in world.list_entities("ad", TOKYO) if not item.deleted} - {None}
    assert listed and ads
    assert found == listed | ads


def test_fatigue_is_asked_for_the_last_sixty_days_and_not_for_a_day_that_has_not_ended(
    sync: Read, tiktok: Simulator, config: Config
) -> None:
    """NOW is 2026-02-15 05:00 UTC: in Los Angeles the 14th."""
    found = sync("creative_fatigue", config=config | {"start_date": "2016-09-01", "end_date": "2026-02-15"})
    assert (found.errors, found.warnings) == ([], [])
    days = {
        json.loads(exchange.query["filtering"])["start_date"] for exchange in tiktok.asked("/creative_fatigue/get/")
    }
    ends = {json.loads(exchange.query["filtering"])["end_date"] for exchange in tiktok.asked("/creative_fatigue/get/")}
    assert min(days) in ("2025-12-16", "2025-12-17")
    assert max(ends) == "2026-02-15"
    rows = [row["date"] for row in found.rows("creative_fatigue") if row["advertiser_id"] == TOKYO]
    assert (min(rows), max(rows)) == ("2025-12-18", "2026-02-14")


def test_fatigue_of_a_period_tiktok_has_forgotten_is_not_asked_for(
    sync: Read, tiktok: Simulator, config: Config
) -> None:
    found = sync("creative_fatigue", config=config | {"start_date": "2025-10-01", "end_date": "2025-10-31"})
    assert (found.rows("creative_fatigue"), found.errors) == ([], [])
    assert tiktok.asked("/creative_fatigue/get/") == []


def test_deleted_playables_come_with_include_deleted_alone(sync: Read, one_advertiser: Config) -> None:
    def states(*, deleted: bool) -> set[str]:
        rows = sync("playables", config=one_advertiser | {"include_deleted": deleted}).rows("playables")
        return {row["operation_status"] for row in rows}

    assert states(deleted=True) == {"UPLOADED", "SAVED", "DELETED"}
    assert states(deleted=False) == {"UPLOADED", "SAVED"}


def test_a_creatives_day_is_asked_for_alone_and_stands_on_its_rows(
    sync: Read, tiktok: Simulator, one_advertiser: Config
) -> None:
    result = sync("creative_reports_daily", config=one_advertiser)
    queries = [exchange.query for exchange in tiktok.asked("/creative/report/get/")]
    assert {query["start_date"] for query in queries} == {query["end_date"] for query in queries}
    assert {(query["start_date"], query["end_date"]) for query in queries} == {
        (row["date"], row["date"]) for row in result.rows("creative_reports_daily")
    }
    assert result.cursors("creative_reports_daily")[TOKYO] >= "2026-01-24"


def test_a_creative_report_asks_for_every_metric_it_has_a_column_for(
    sync: Read, tiktok: Simulator, one_advertiser: Config
) -> None:
    sync("creative_reports_daily", config=one_advertiser)
    query = tiktok.asked("/creative/report/get/")[0].query
    chosen = {*json.loads(query["info_fields"]), *json.loads(query["metrics_fields"])}
    ours = {"advertiser_id", "date", "material_type", "currency", "display_timezone"}
    assert chosen == set(read_entity_columns()["creative_reports_daily"]) - ours


def test_reports_by_asset_ask_for_the_metrics_of_that_asset_alone() -> None:
    rows = {row["name"]: row for row in TABLES["daily_reports"]}
    assert rows["ads_reports_by_image_daily"]["metrics"] == [
        ["single_image_impressions", "single_image_impression_rate", "single_image_ctr"]
    ]
    assert [rows[f"ads_reports_by_{asset}_daily"]["by"] for asset in ("image", "video", "post")] == [
        ["image_id"], ["video_material_id"], ["post_id"],
    ]  # fmt: skip
