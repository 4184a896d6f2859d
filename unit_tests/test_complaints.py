"""What users of TikTok connectors had to complain about first, each as what they wanted instead."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from harness import NOW, Sync, discovered, plain_reports

from source_tiktok_marketing import SourceTiktokMarketing
from tiktok_simulator import Simulator, World
from tiktok_simulator.world.populate import add_advertiser
from tiktok_simulator.world.ready_made import BERLIN, EMPTY, FORBIDDEN, LOS_ANGELES, TOKYO
from tiktok_simulator.world.world import OTHER_APP_TOKEN

Run = Callable[..., Sync]
Config = dict[str, Any]
DAILY, HOURLY = "campaigns_reports_daily", "campaigns_reports_hourly"
REPORTS, LIST = "/report/integrated/get/", "/oauth2/advertiser/get/"


def spend(result: Sync, stream: str) -> dict[str, float]:
    found: defaultdict[str, float] = defaultdict(float)
    for row in result.rows(stream):
        found[row["advertiser_id"]] += row["spend"]
    return {advertiser_id: round(total, 2) for advertiser_id, total in found.items()}


def test_i_want_every_changed_campaign_however_few_are_on_a_page(sync: Run, tiktok: Simulator, world: World) -> None:
    state = sync("campaigns").state("campaigns")
    changed = [world.list_entities("campaign", TOKYO)[at].id for at in (0, -1)]
    for campaign_id in changed:
        world.touch("campaign", campaign_id, NOW - timedelta(hours=1))
    tiktok.faults.small_pages(size=1, path="/campaign/get/")
    result = sync("campaigns", state={"campaigns": state})
    assert set(changed) <= {row["campaign_id"] for row in result.rows("campaigns")}


def test_i_want_the_whole_history_of_an_account_i_add_later(sync: Run, world: World) -> None:
    state = sync(DAILY).state(DAILY)
    newcomer = "7200000000000000001"
    add_advertiser(world, newcomer, campaigns=1, created=datetime(2025, 12, 1, tzinfo=UTC))
    rows = sync(DAILY, state={DAILY: state}).rows(DAILY)
    assert min(row["stat_time_day"] for row in rows if row["advertiser_id"] == newcomer) == "2026-01-15"


def test_i_want_my_smart_plus_ads_though_they_have_no_modify_time(sync: Run, world: World) -> None:
    undated = {ad.id for ad in world.list_entities("ad", TOKYO) if ad.row["modify_time"] is None}
    assert undated
    assert undated <= {row["ad_id"] for row in sync("ads").rows("ads")}


@pytest.mark.samples(2)
@pytest.mark.parametrize("column", ["web_event_add_to_cart", "page_content_view_events", "total_app_event_add_to_cart",
                                    "onsite_on_web_cart", "complete_payment", "app_install"])  # fmt: skip
def test_i_want_website_app_and_shop_conversions_of_campaigns(column: str, tiktok: Simulator, sync: Run) -> None:
    assert sum(row.get(column, 0) for row in sync(DAILY).rows(DAILY)) > 0


def test_i_want_the_spend_of_what_was_deleted(sync: Run) -> None:
    result = sync(DAILY, "advertisers_reports_daily")
    assert spend(result, DAILY) == {one: total for one, total in spend(result, "advertisers_reports_daily").items()
                                    if total}  # fmt: skip


def test_i_want_today_where_it_has_begun(sync: Run, config: Config) -> None:
    rows = sync(HOURLY, config=config | {"start_date": "yesterday", "end_date": ""}).rows(HOURLY)
    newest = {
        row["advertiser_id"]: row["stat_time_hour"][:10] for row in sorted(rows, key=lambda r: r["stat_time_hour"])
    }
    assert (newest[TOKYO], newest[LOS_ANGELES]) == ("2026-02-15", "2026-02-14")


def test_i_want_every_hour_of_the_day(sync: Run, one_advertiser: Config) -> None:
    rows = sync(HOURLY, config=one_advertiser).rows(HOURLY)
    assert {row["stat_time_hour"][11:13] for row in rows} == {f"{hour:02}" for hour in range(24)}


def test_i_want_top_view_and_reach_campaigns_with_their_reports(
    sync: Run, world: World, one_advertiser: Config
) -> None:
    result = sync("campaigns", DAILY, config=one_advertiser)
    for kind in ("RESERVATION_TOP_VIEW", "RESERVATION_RF"):
        bought = {campaign.id for campaign in world.list_entities("campaign", TOKYO) if campaign.buying_type == kind}
        assert bought
        assert bought <= {row["campaign_id"] for row in result.rows("campaigns")}
        assert bought & {row["campaign_id"] for row in result.rows(DAILY)}


def test_i_want_to_know_whose_row_it_is(sync: Run) -> None:
    streams = (DAILY, "ads_reports_lifetime", "audiences", "creative_assets_images")
    result = sync(*streams)
    assert all(row["advertiser_id"] in (TOKYO, LOS_ANGELES, BERLIN, EMPTY) for s in streams for row in result.rows(s))


def test_i_want_figures_that_tiktok_corrects_later(sync: Run, config: Config) -> None:
    state = sync(DAILY).state(DAILY)
    rows = sync(DAILY, config=config | {"attribution_window": 7}, state={DAILY: state}).rows(DAILY)
    assert min(row["stat_time_day"] for row in rows) == "2026-01-17"


def test_i_want_no_empty_stream_called_a_success_when_tiktok_refuses_it(sync: Run, tiktok: Simulator) -> None:
    tiktok.faults.refused(40002, times=None, path=REPORTS)
    result = sync(DAILY)
    assert (result.rows(DAILY), result.statuses[DAILY]) == ([], "INCOMPLETE")
    assert "(code 40002)" in result.errors[0]


def test_i_want_rate_limits_waited_out_for_minutes_and_never_answered_from_a_cache(
    sync: Run, tiktok: Simulator, waits: list[float]
) -> None:
    tiktok.faults.rate_limited(times=9, path=LIST)
    assert sync("campaigns").errors == []
    assert sum(waits) > 5 * 60
    assert len(tiktok.asked(LIST)) == 10


def test_i_want_a_frequent_sync_not_to_read_every_ad_again(
    sync: Run, tiktok: Simulator, one_advertiser: Config
) -> None:
    state = sync("ads", config=one_advertiser).state("ads")
    tiktok.transcript.clear()
    sync("ads", config=one_advertiser, state={"ads": state})
    assert all("modified_after" in call.query["filtering"] or "campaign_automation_type" in call.query["filtering"]
               for call in tiktok.asked("/ad/get/"))  # fmt: skip


def test_i_want_a_query_too_large_made_smaller_for_me(sync: Run, tiktok: Simulator) -> None:
    expected = spend(sync(DAILY), DAILY)
    tiktok.faults.too_large(days=2)
    result = sync(DAILY)
    assert (spend(result, DAILY), result.errors) == (expected, [])


@pytest.mark.parametrize("arm", [lambda faults: faults.outage(2, REPORTS, 51004), lambda faults: faults.html_503(2)])
def test_i_want_an_outage_of_tiktoks_survived(arm: Callable[..., Any], sync: Run, tiktok: Simulator) -> None:
    fault = arm(tiktok.faults)
    assert (sync(DAILY).errors, fault.hits) == ([], 2)


def test_i_want_one_inaccessible_account_not_to_stop_the_others(sync: Run, tiktok: Simulator) -> None:
    tiktok.faults.no_permission(BERLIN)
    result = sync(DAILY, "campaigns")
    assert {row["advertiser_id"] for row in result.rows(DAILY)} == {TOKYO, LOS_ANGELES}
    assert {row["advertiser_id"] for row in result.rows("campaigns")} == {TOKYO, LOS_ANGELES}
    assert all(BERLIN in error for error in result.errors)


@pytest.mark.parametrize("old", ["day", 30])
def test_i_want_my_old_configuration_to_work(old: Any, sync: Run, config: Config) -> None:
    credentials = config["credentials"]
    environment = {"app_id": credentials["app_id"], "secret": credentials["secret"]}
    flat = {"access_token": credentials["access_token"], "environment": environment, "report_granularity": old}
    result = sync(DAILY, config=flat | {"start_date": "2026-01-20", "end_date": "2026-01-21"})
    assert result.errors == []
    assert result.rows(DAILY)


def test_i_want_to_hear_that_my_token_is_of_another_app(sync: Run, config: Config) -> None:
    changed = config | {"credentials": config["credentials"] | {"access_token": OTHER_APP_TOKEN}}
    assert (
        "Check App ID and App Secret under Sign-in (credentials), and that the access token was issued for this very "
        "app." in sync(DAILY, config=changed).errors[0]
    )


def test_i_want_one_impossible_metric_not_to_kill_everything(sync: Run, tiktok: Simulator) -> None:
    tiktok.faults.conflict("video_views_p75")
    result = sync(DAILY, "campaigns")
    assert (result.statuses, len(result.warnings)) == ({DAILY: "COMPLETE", "campaigns": "COMPLETE"}, 1)
    assert not any("video_views_p75" in row for row in result.rows(DAILY))


def test_i_want_more_than_a_hundred_accounts(sync: Run, world: World) -> None:
    for number in range(120):
        add_advertiser(world, str(7100000000000000000 + number))
    assert len({row["advertiser_id"] for row in sync("advertisers").rows("advertisers")}) == 124


def test_i_want_my_sandbox_not_to_be_locked(sandbox_config: Config) -> None:
    assert SourceTiktokMarketing(config=sandbox_config).normal_config["requests_per_second"] == 0.5


def test_i_want_my_saved_state_to_survive_the_move(sync: Run, tiktok: Simulator, one_advertiser: Config) -> None:
    saved = {"states": [{"partition": {"advertiser_id": TOKYO, "parent_slice": {}},
                         "cursor": {"stat_time_day": "2026-01-22"}}]}  # fmt: skip
    sync(DAILY, config=one_advertiser, state={DAILY: saved})
    assert {call.query["start_date"] for call in plain_reports(tiktok)} == {"2026-01-19"}


def test_i_want_ids_as_text_and_figures_as_numbers(sync: Run) -> None:
    result = sync(DAILY, "ads")
    for row in result.rows(DAILY):
        assert isinstance(row["campaign_id"], str)
        assert isinstance(row["clicks"], int)
        assert isinstance(row["spend"], int | float)
    assert all(isinstance(row[name], str) for row in result.rows("ads") for name in ("ad_id", "advertiser_id"))


def test_i_want_times_declared_as_they_are_written(sync: Run, config: Config) -> None:
    declared = discovered(config)["campaigns"].json_schema["properties"]["modify_time"]
    assert declared["airbyte_type"] == "timestamp_without_timezone"
    moments = {row["modify_time"] for row in sync("campaigns").rows("campaigns")}
    assert {datetime.fromisoformat(moment).tzinfo for moment in moments} == {None}


def test_i_want_every_column_declared(sync: Run, config: Config) -> None:
    declared = {name: set(stream.json_schema["properties"]) for name, stream in discovered(config).items()}
    names = ("campaigns", "ad_groups", "ads", "audiences", DAILY)
    result = sync(*names)
    for name in names:
        assert {column for row in result.rows(name) for column in row} <= declared[name]


def test_i_want_an_idle_account_not_to_be_read_from_the_start_for_ever(
    sync: Run, tiktok: Simulator, config: Config
) -> None:
    idle = config | {"advertiser_ids": [EMPTY], "start_date": "2025-06-01"}
    state = sync(DAILY, config=idle).state(DAILY)
    tiktok.transcript.clear()
    sync(DAILY, config=idle, state={DAILY: state})
    assert len(plain_reports(tiktok)) == 1


def test_i_want_an_account_i_may_not_read_named(sync: Run, config: Config) -> None:
    result = sync("advertisers", config=config | {"advertiser_ids": [TOKYO, FORBIDDEN]})
    assert FORBIDDEN in result.errors[0]
    assert [row["advertiser_id"] for row in result.rows("advertisers")] == [TOKYO]


def test_i_want_my_gmv_max_campaigns_with_their_shops_and_reports(sync: Run, config: Config) -> None:
    streams = ("gmv_max_stores", "gmv_max_campaigns", "gmv_max_product_campaign_reports_daily",
               "gmv_max_live_campaign_reports_daily")  # fmt: skip
    result = sync(*streams, config=config)
    assert all(result.rows(stream) for stream in streams)
    assert (result.errors, result.warnings) == ([], [])


def test_i_want_a_pixel_asked_for_with_its_own_account_and_no_day_to_come(
    sync: Run, tiktok: Simulator, config: Config, clock: Any
) -> None:
    clock.move_to(datetime(2026, 2, 15, 20, tzinfo=UTC))  # already the 16th in Tokyo
    result = sync("pixels", "pixel_events_statistics", config=config | {"end_date": "today"})
    owners = {row["pixel_id"]: row["advertiser_id"] for row in result.rows("pixels")}
    asked = [exchange.query for exchange in tiktok.asked("/pixel/event/stats/")]
    assert {query["advertiser_id"] for query in asked} == set(owners.values())
    assert all(owners[json.loads(query["pixel_ids"])[0]] == query["advertiser_id"] for query in asked)
    assert max(json.loads(query["date_range"])["end_date"] for query in asked) == "2026-02-15"
    assert {row["pixel_id"] for row in result.rows("pixel_events_statistics")} == set(owners)


def test_i_want_instant_page_events_without_a_refusal(sync: Run, tiktok: Simulator) -> None:
    assert sync("pixel_instant_page_events").rows("pixel_instant_page_events")
    assert {exchange.code for exchange in tiktok.asked("/pixel/instant_page/event/")} == {0}
