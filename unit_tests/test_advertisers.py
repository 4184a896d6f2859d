"""Which ad accounts are read: looked up once per sync, chosen by the user, each on its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from harness import Sync

from source_tiktok_marketing.partition_routers.advertiser_directory import AdvertiserDirectory
from tiktok_simulator import Simulator, World
from tiktok_simulator.world.populate import add_advertiser
from tiktok_simulator.world.ready_made import BERLIN, EMPTY, FORBIDDEN, LOS_ANGELES, TOKYO
from tiktok_simulator.world.world import TOKEN

MANY_STREAMS = ("advertiser_ids", "advertisers", "campaigns", "ads", "audiences", "campaigns_reports_daily",
                "campaigns_reports_hourly", "advertisers_reports_lifetime")  # fmt: skip


def production(*ids: str) -> dict[str, Any]:
    return {"auth_type": "production_access_token", "access_token": TOKEN, "advertiser_ids": list(ids)}


def accounts(result: Sync, stream: str) -> set[str]:
    return {row["advertiser_id"] for row in result.rows(stream)}


def test_the_advertiser_list_is_read_once_per_sync_whatever_the_number_of_streams(
    sync: Callable[..., Sync], tiktok: Simulator, config: dict[str, Any]
) -> None:
    sync(*MANY_STREAMS, config=config | {"start_date": "2026-01-23"})
    assert len(tiktok.asked("/oauth2/advertiser/get/")) == len(tiktok.asked("/advertiser/info/")) == 1


def test_a_sync_of_what_has_neither_days_nor_money_does_not_ask_for_details(
    sync: Callable[..., Sync], tiktok: Simulator
) -> None:
    sync("audiences", "ads")
    assert tiktok.asked("/advertiser/info/") == []


def test_details_are_asked_for_in_batches_of_a_hundred(
    sync: Callable[..., Sync], tiktok: Simulator, world: World
) -> None:
    for number in range(230):
        add_advertiser(world, str(7100000000000000000 + number))
    assert len(sync("advertisers").rows("advertisers")) == 234
    assert len(tiktok.asked("/advertiser/info/")) == 3


def test_every_account_the_token_reaches_is_read_by_default(sync: Callable[..., Sync]) -> None:
    result = sync("advertiser_ids", "advertisers")
    assert accounts(result, "advertiser_ids") == accounts(result, "advertisers") == {TOKYO, LOS_ANGELES, BERLIN, EMPTY}


@pytest.mark.parametrize("written", [[TOKYO, BERLIN], f"{TOKYO},{BERLIN}", f" {TOKYO} ; {BERLIN}\n"])
def test_chosen_accounts_may_be_a_list_or_text(written: Any, sync: Callable[..., Sync], config: dict[str, Any]) -> None:
    assert accounts(sync("campaigns", config=config | {"advertiser_ids": written}), "campaigns") == {TOKYO, BERLIN}


@pytest.mark.parametrize("written", [[TOKYO], TOKYO])
def test_excluded_accounts_are_never_read(written: Any, sync: Callable[..., Sync], config: dict[str, Any]) -> None:
    result = sync("campaigns", config=config | {"exclude_advertiser_ids": written})
    assert accounts(result, "campaigns") == {LOS_ANGELES, BERLIN}


def test_a_production_token_reads_the_accounts_written_down_and_never_asks_for_the_list(
    sync: Callable[..., Sync], tiktok: Simulator, config: dict[str, Any]
) -> None:
    result = sync(
        "advertiser_ids", "campaigns_reports_daily", config=config | {"credentials": production(TOKYO, BERLIN)}
    )
    assert accounts(result, "advertiser_ids") == accounts(result, "campaigns_reports_daily") == {TOKYO, BERLIN}
    assert tiktok.asked("/oauth2/advertiser/get/") == []


def test_an_account_without_permission_fails_alone_and_by_name(
    sync: Callable[..., Sync], config: dict[str, Any]
) -> None:
    result = sync("campaigns", config=config | {"credentials": production(TOKYO, FORBIDDEN, BERLIN)})
    assert accounts(result, "campaigns") == {TOKYO, BERLIN}
    assert set(result.cursors("campaigns")) >= {TOKYO, BERLIN}
    assert any(FORBIDDEN in error and "code 40001" in error for error in result.errors)
    assert result.statuses["campaigns"] == "INCOMPLETE"


def test_one_refused_account_does_not_hide_the_details_of_the_others(
    sync: Callable[..., Sync], config: dict[str, Any]
) -> None:
    chosen = production(TOKYO, FORBIDDEN, LOS_ANGELES, BERLIN)
    result = sync("advertisers", config=config | {"credentials": chosen})
    assert accounts(result, "advertisers") == {TOKYO, LOS_ANGELES, BERLIN}
    assert any(FORBIDDEN in error and LOS_ANGELES not in error for error in result.errors)


def test_an_account_that_is_listed_twice_is_read_once(
    sync: Callable[..., Sync], tiktok: Simulator, config: dict[str, Any]
) -> None:
    tiktok.faults.listed_twice()
    result = sync("advertiser_ids", "campaigns")
    assert len(result.rows("advertiser_ids")) == len(accounts(result, "advertiser_ids")) == 4
    assert len({row["campaign_id"] for row in result.rows("campaigns")}) == len(result.rows("campaigns"))
    twice = sync("advertiser_ids", config=config | {"credentials": production(TOKYO, TOKYO)})
    assert len(twice.rows("advertiser_ids")) == 1


@pytest.mark.parametrize("wrong", [0, 7, 12])
def test_one_id_that_tiktok_can_not_serve_is_found_and_named(
    wrong: int, sync: Callable[..., Sync], tiktok: Simulator, world: World, config: dict[str, Any]
) -> None:
    ids = [str(7100000000000000000 + number) for number in range(13)]
    for each in ids:
        add_advertiser(world, each)
    tiktok.faults.refused(51008, "Service error", None, "/advertiser/info/", ids[wrong])
    result = sync("advertisers", config=config | {"credentials": production(*ids)})
    assert accounts(result, "advertisers") == {*ids} - {ids[wrong]}
    assert f"no permission for these ad accounts: {ids[wrong]}." in result.errors[0]


def test_an_ad_account_that_nobody_wrote_down_and_the_token_does_not_reach_is_an_error_all_the_same(
    sync: Callable[..., Sync], tiktok: Simulator
) -> None:
    tiktok.faults.refused(51008, "Service error", None, "/advertiser/info/", BERLIN)
    result = sync("advertisers")
    assert BERLIN not in accounts(result, "advertisers") != set()
    error = result.errors[0]
    assert f"no permission for these ad accounts: {BERLIN}." in error
    assert "add them to Excluded Advertiser IDs (exclude_advertiser_ids)" in error


def test_details_that_nobody_gets_are_an_outage_of_tiktoks(
    sync: Callable[..., Sync], tiktok: Simulator, world: World, config: dict[str, Any]
) -> None:
    for number in range(100):
        add_advertiser(world, str(7100000000000000000 + number))
    tiktok.faults.outage(None, "/advertiser/info/", 51008)
    result = sync("advertisers", config=config)
    assert "This did not change in 5 minutes of retrying." in result.errors[0]
    assert result.output.errors[0].trace.error.failure_type.value == "transient_error"
    assert len(tiktok.asked("/advertiser/info/")) < 100


def test_a_token_that_reaches_no_account_says_what_to_do(
    sync: Callable[..., Sync], world: World, config: dict[str, Any]
) -> None:
    for advertiser_id in list(world.permitted):
        world.forbid(advertiser_id)
    result = sync("campaigns", config=config)
    assert any("This token reaches no ad account. Authorise at least one" in error for error in result.errors)


def test_a_wrong_token_costs_one_request_however_many_streams_want_to_know(
    sync: Callable[..., Sync], tiktok: Simulator, config: dict[str, Any]
) -> None:
    wrong = config["credentials"] | {"access_token": "wrong"}
    result = sync(*MANY_STREAMS, config=config | {"credentials": wrong})
    assert [exchange.code for exchange in tiktok.transcript] == [40105]
    assert any("Authorise the app again" in error for error in result.errors)


def test_a_rate_limited_lookup_is_asked_again_and_not_answered_from_a_cache(
    sync: Callable[..., Sync], tiktok: Simulator, waits: list[float]
) -> None:
    tiktok.faults.rate_limited(times=2, path="/oauth2/advertiser/get/")
    assert sync("campaigns").errors == []
    assert [exchange.code for exchange in tiktok.asked("/oauth2/advertiser/get/")] == [40100, 40100, 0]
    assert len(waits) == 2


def test_two_sources_never_share_a_directory() -> None:
    first, second = {"credentials": {}}, {"credentials": {}}
    directory = AdvertiserDirectory.of(first)
    assert AdvertiserDirectory.of(first) is directory
    assert AdvertiserDirectory.of(second) is not directory
