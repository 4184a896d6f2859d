"""What a check costs and says, however many ad accounts there are."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteConnectionStatus, Status, SyncMode
from airbyte_cdk.test.catalog_builder import CatalogBuilder
from fuzzing import catalog_of, run, warnings_of

from source_tiktok_marketing import SourceTiktokMarketing
from tiktok_simulator import Simulator, World
from tiktok_simulator.world.populate import add_advertiser
from tiktok_simulator.world.ready_made import BERLIN, FORBIDDEN, LOS_ANGELES, TOKYO
from tiktok_simulator.world.world import SANDBOX_TOKEN, TOKEN

LOGGER = logging.getLogger("airbyte")
Config = dict[str, Any]


def check(config: Config) -> AirbyteConnectionStatus:
    source = SourceTiktokMarketing(config=config)
    return source.check(LOGGER, source.normal_config)


def production(config: Config, *ids: str) -> Config:
    return config | {
        "credentials": {"auth_type": "production_access_token", "access_token": TOKEN, "advertiser_ids": list(ids)}
    }


def many(world: World, count: int, *, permitted: bool = True) -> list[str]:
    ids = [str(7400000000000000000 + number) for number in range(count)]
    for advertiser_id in ids:
        add_advertiser(world, advertiser_id, permitted=permitted)
    return ids


@pytest.mark.samples(2)
@pytest.mark.parametrize("count", [1, 100, 1_000])
@pytest.mark.parametrize("signed_in", ["with an app", "with a token alone"])
def test_a_check_costs_at_most_four_requests(
    count: int, signed_in: str, world: World, tiktok: Simulator, config: Config
) -> None:
    ids = many(world, count)
    status = check(config if signed_in == "with an app" else production(config, *ids))
    assert status.status is Status.SUCCEEDED
    assert len(tiktok.transcript) <= 4
    assert len(tiktok.asked("/report/integrated/get/")) == 1


@pytest.mark.parametrize("skip", [False, True])
def test_a_check_asks_for_a_report_itself(skip: bool, tiktok: Simulator, config: Config) -> None:
    assert check(config | {"skip_inactive": skip}).status is Status.SUCCEEDED
    assert [call.query["page_size"] for call in tiktok.asked("/report/integrated/get/")] == ["1"]


@pytest.mark.slow
@pytest.mark.parametrize("built_with", ["nothing", "the same configuration"])
def test_a_source_takes_the_configuration_as_the_user_wrote_it(
    built_with: str, tiktok: Simulator, config: Config
) -> None:
    """The CDK's test tools build a source without one; whoever builds one in Python has no other."""
    config |= {"stream_groups": ["lookups"]}

    def source() -> SourceTiktokMarketing:
        return SourceTiktokMarketing(config=None if built_with == "nothing" else config)

    catalog = CatalogBuilder().with_stream("campaigns", SyncMode.full_refresh).build()
    streams = [stream.name for stream in source().discover(LOGGER, config).streams]
    assert source().check(LOGGER, config).status is Status.SUCCEEDED
    assert [stream.name for stream in source().streams(config)] == streams
    assert [message for message in source().read(LOGGER, config, catalog) if message.record] != []


def test_an_account_the_list_does_not_have_is_named_wherever_it_stands(
    world: World, tiktok: Simulator, config: Config
) -> None:
    status = check(config | {"advertiser_ids": [*many(world, 500), FORBIDDEN]})
    assert status.status is Status.FAILED
    assert f"no permission for these ad accounts: {FORBIDDEN}." in str(status.message)
    assert len(tiktok.transcript) <= 4


def test_one_of_two_accounts_without_permission_is_named(tiktok: Simulator, config: Config) -> None:
    status = check(production(config, TOKYO, FORBIDDEN))
    assert f"no permission for these ad accounts: {FORBIDDEN}." in str(status.message)
    assert len(tiktok.transcript) <= 4


def test_of_many_written_down_the_one_that_tiktok_names_is_named(
    world: World, tiktok: Simulator, config: Config
) -> None:
    status = check(production(config, TOKYO, LOS_ANGELES, BERLIN, *many(world, 40), FORBIDDEN))
    assert f"no permission for these ad accounts: {FORBIDDEN}." in str(status.message)
    assert len(tiktok.transcript) <= 4


def test_of_many_written_down_those_that_were_refused_together_are_named(
    world: World, tiktok: Simulator, config: Config
) -> None:
    fault = tiktok.faults.refused(40001, "No permission.", times=None, path="/advertiser/info/")
    fault.advertiser_id = FORBIDDEN
    status = check(production(config, TOKYO, LOS_ANGELES, BERLIN, *many(world, 40), FORBIDDEN))
    assert status.status is Status.FAILED
    assert "no permission for at least one of these ad accounts: " in str(status.message)
    assert TOKYO not in str(status.message)
    assert len(tiktok.transcript) <= 4


def test_a_sandboxs_token_where_another_is_wanted_is_told_how_to_sign_in(tiktok: Simulator, config: Config) -> None:
    status = check(config | {"credentials": config["credentials"] | {"access_token": SANDBOX_TOKEN}})
    assert status.status is Status.FAILED
    assert "A sandbox's token needs Sandbox Access Token chosen under Sign-in." in str(status.message)


def test_productions_token_where_a_sandboxs_is_wanted_is_told_how_to_sign_in(
    tiktok: Simulator, sandbox_config: Config
) -> None:
    status = check(sandbox_config | {"credentials": sandbox_config["credentials"] | {"access_token": TOKEN}})
    assert status.status is Status.FAILED
    assert "for a production token choose OAuth or Production Access Token under Sign-in." in str(status.message)
    assert "needs Sandbox Access Token" not in str(status.message)


@pytest.mark.parametrize("kind", ["check", "read"])
def test_a_misspelt_key_is_told_once_by_a_check_and_by_a_sync(
    kind: str, tiktok: Simulator, one_advertiser: Config, caplog: pytest.LogCaptureFixture
) -> None:
    misspelt = one_advertiser | {"strat_date": "2026-01-20"}
    check(misspelt) if kind == "check" else run("read", config=misspelt, catalog=catalog_of("campaigns"))
    assert [told for told in warnings_of(caplog) if "strat_date" in told] == [
        "strat_date in the configuration is ignored: no field has that name. Did you mean start_date?"
    ]


def test_a_reports_name_that_is_taken_is_told_beside_other_mistakes(config: Config) -> None:
    outcome = run("check", config=config | {"start_date": "soon", "custom_reports": [{"name": "campaigns"}]})
    (refusal,) = outcome.refusals
    assert refusal.startswith("The configuration has 2 mistakes:")
    assert "is the name of a ready-made stream" in refusal


@pytest.mark.samples(2)
@pytest.mark.parametrize("words", ["The advertiser {} doesn't exist or has been deleted.", "Service error."])
@pytest.mark.parametrize("place", [0, 50, 103])
def test_one_deleted_account_of_many_that_nobody_named_is_a_line_in_the_log(
    place: int, words: str, world: World, tiktok: Simulator, config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    gone = many(world, 104)[place]
    for path in ("/advertiser/info/", "/report/integrated/get/"):
        tiktok.faults.refused(40001, words.format(gone), times=None, path=path, advertiser_id=gone)
    status = check(config)
    assert (status.status, status.message) == (Status.SUCCEEDED, None)
    assert gone in caplog.text
    assert "add them to Excluded Advertiser IDs (exclude_advertiser_ids)" in caplog.text
    assert len(tiktok.transcript) <= 4


def test_accounts_that_are_all_refused_fail_the_check(tiktok: Simulator, config: Config) -> None:
    tiktok.faults.refused(40001, "No permission.", times=None, path="/advertiser/info/")
    status = check(config)
    assert status.status is Status.FAILED
    assert "no permission for" in str(status.message)


def test_details_that_are_not_granted_are_a_permission_of_the_app(tiktok: Simulator, config: Config) -> None:
    words = "advertiser does not grant you /advertiser/info/:GET permission"
    tiktok.faults.refused(40001, words, times=None, path="/advertiser/info/")
    status = check(config)
    assert f"TikTok refused: {words} (code 40001)" in str(status.message)
    assert "Add this permission to the app in TikTok for Business and authorise it again." in str(status.message)
    assert len(tiktok.asked("/advertiser/info/")) == 1
