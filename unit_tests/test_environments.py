"""A token and one ad account, and no word about production or sandbox: TikTok's answer tells."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from airbyte_cdk.models import Status
from fuzzing import catalog_of, run
from harness import Sync, plain_reports
from test_spec_and_catalog import catalog

from source_tiktok_marketing import SourceTiktokMarketing
from tiktok_simulator import Simulator
from tiktok_simulator.faults.fault import Fault, refuse
from tiktok_simulator.world.ready_made import SANDBOX, TOKYO
from tiktok_simulator.world.world import SANDBOX_TOKEN, TOKEN

Config = dict[str, Any]
Read = Callable[..., Sync]
PRODUCTION_HOST, SANDBOX_HOST = "business-api.tiktok.com", "sandbox-ads.tiktok.com"
LOGGER = logging.getLogger("airbyte")
CAMPAIGNS, DAILY = "/campaign/get/", "ads_reports_daily"
BY_ACCOUNT = {"name": "mine", "level": "advertiser", "metrics": ["spend"]}


def flat(token: str, advertiser_id: str) -> Config:
    return {"access_token": token, "environment": {"advertiser_id": advertiser_id},
            "start_date": "2020-12-08", "end_date": "2020-12-19"}  # fmt: skip


def nested(token: str, advertiser_id: str) -> Config:
    return {"credentials": {"access_token": token, "advertiser_id": advertiser_id},
            "start_date": "2020-12-08", "end_date": "2020-12-19"}  # fmt: skip


def hosts(tiktok: Simulator) -> list[str]:
    return [call.host for call in tiktok.transcript]


def refused_by_production(tiktok: Simulator, code: int) -> Fault:
    act = refuse(code, "Refused.")
    return tiktok.faults.arm(Fault("refused", act, when=lambda request: request.host == PRODUCTION_HOST))


@pytest.mark.parametrize("form", [flat, nested])
def test_production_is_asked_first_and_read_where_it_takes_the_token(
    form: Callable[..., Config], sync: Read, tiktok: Simulator
) -> None:
    result = sync("campaigns", "advertisers", config=form(TOKEN, TOKYO))
    assert set(hosts(tiktok)) == {PRODUCTION_HOST}
    assert {row["advertiser_id"] for row in result.rows("campaigns")} == {TOKYO}
    assert len(result.rows("advertisers")) == 1
    assert (result.errors, result.warnings) == ([], [])


@pytest.mark.parametrize("form", [flat, nested])
def test_the_sandbox_is_read_where_production_refuses_the_token(
    form: Callable[..., Config], sync: Read, tiktok: Simulator
) -> None:
    result = sync("campaigns", "ads", "ads_reports_daily", config=form(SANDBOX_TOKEN, SANDBOX))
    assert {row["advertiser_id"] for row in result.rows("ads")} == {SANDBOX}
    assert result.rows("ads_reports_daily")
    assert (result.errors, result.warnings) == ([], [])
    first, *others = hosts(tiktok)
    assert (first, set(others)) == (PRODUCTION_HOST, {SANDBOX_HOST})


@pytest.mark.parametrize(
    ("token", "account", "month"), [(TOKEN, TOKYO, "2026-01"), (SANDBOX_TOKEN, SANDBOX, "2020-12")]
)
def test_a_saved_state_is_gone_on_from_in_either_environment(
    token: str, account: str, month: str, sync: Read, tiktok: Simulator
) -> None:
    saved = {"states": [{"partition": {"advertiser_id": account}, "cursor": {"stat_time_day": f"{month}-18"}}]}
    config = flat(token, account) | {"start_date": f"{month}-08", "end_date": f"{month}-19"}
    result = sync(DAILY, config=config, state={DAILY: saved})
    assert result.errors == []
    (days,) = {(call.query["start_date"], call.query["end_date"]) for call in plain_reports(tiktok) if not call.code}
    assert days == (f"{month}-15", f"{month}-19")


def test_what_was_decided_is_told_once_with_what_to_choose_in_the_form(sync: Read) -> None:
    result = sync("campaigns", "ads", config=flat(SANDBOX_TOKEN, SANDBOX))
    told = [message.log.message for message in result.output.logs if "Sandbox Access Token" in message.log.message]
    assert len(told) == 1
    assert "(code 40105)" in told[0]


@pytest.mark.parametrize("code", [40101, 40102, 40104, 40106, 40111, 40113])
def test_whichever_code_production_refuses_a_sandboxs_token_with_the_sandbox_is_read(
    code: int, sync: Read, tiktok: Simulator
) -> None:
    fault = refused_by_production(tiktok, code)
    result = sync("campaigns", config=flat(SANDBOX_TOKEN, SANDBOX))
    assert result.rows("campaigns")
    assert (result.errors, result.warnings, fault.hits) == ([], [], 1)


@pytest.mark.samples(1)
@pytest.mark.parametrize("verb", ["check", "discover"])
def test_a_check_and_the_catalog_are_of_the_environment_that_takes_the_token(verb: str, tiktok: Simulator) -> None:
    sandbox, production = flat(SANDBOX_TOKEN, SANDBOX), flat(TOKEN, TOKYO)
    if verb == "check":
        for config in (sandbox, production):
            source = SourceTiktokMarketing(config=config)
            assert source.check(LOGGER, source.normal_config).status is Status.SUCCEEDED
    else:
        assert len(catalog(sandbox)["streams"]) < len(catalog(production)["streams"])
    assert hosts(tiktok)[0] == PRODUCTION_HOST
    assert SANDBOX_HOST in hosts(tiktok)


def test_a_token_that_neither_takes_is_productions_to_refuse(sync: Read, tiktok: Simulator) -> None:
    result = sync("campaigns", "advertisers", config=flat("expired", TOKYO))
    assert result.statuses == {"campaigns": "INCOMPLETE", "advertisers": "INCOMPLETE"}
    assert "code 40105" in result.errors[0]
    assert hosts(tiktok)[:3] == [PRODUCTION_HOST, SANDBOX_HOST, PRODUCTION_HOST]
    assert hosts(tiktok).count(SANDBOX_HOST) == 1


def test_a_large_report_of_a_sandbox_found_so_is_that_of_one_that_is_named(sync: Read, tiktok: Simulator) -> None:
    report = {"name": "mine", "level": "campaign", "metrics": ["spend"], "status": "STATUS_NOT_DELETE", "large": True}
    own = {"custom_reports": [report]}
    named = nested(SANDBOX_TOKEN, SANDBOX) | own
    named["credentials"] |= {"auth_type": "sandbox_access_token"}
    result = sync("mine", config=flat(SANDBOX_TOKEN, SANDBOX) | own)
    assert (result.errors, result.warnings) == ([], [])
    assert result.rows("mine") == sync("mine", config=named).rows("mine") != []
    assert not [call for call in tiktok.transcript if call.path.startswith("/report/task/")]


def test_what_the_sandbox_can_not_report_on_is_no_mistake_where_the_sandbox_refuses_the_token_too(sync: Read) -> None:
    result = sync("campaigns", config=flat("expired", TOKYO) | {"custom_reports": [BY_ACCOUNT]})
    assert "code 40105" in "".join(result.errors)
    assert "the sandbox reports by" not in "".join(result.errors)


def test_what_the_sandbox_can_not_report_on_is_a_mistake_where_it_takes_the_token(sync: Read) -> None:
    result = sync("campaigns", config=flat(SANDBOX_TOKEN, SANDBOX) | {"custom_reports": [BY_ACCOUNT]})
    assert "the sandbox reports by campaign, ad group and ad only" in "".join(result.errors)
    assert not result.rows("campaigns")


@pytest.mark.parametrize("verb", ["check", "discover", "read"])
def test_a_mistake_is_refused_before_either_environment_is_asked(verb: str, tiktok: Simulator) -> None:
    config = flat(TOKEN, TOKYO) | {"custom_reports": [BY_ACCOUNT | {"level": "galaxy"}]}
    outcome = run(verb, config=config, **({"catalog": catalog_of("campaigns")} if verb == "read" else {}))
    told = [*outcome.refusals, *(error["message"] for error in outcome.errors)]
    assert "Level" in "".join(told)
    assert not hosts(tiktok)


def test_an_account_production_may_not_read_is_no_sandboxs(sync: Read, tiktok: Simulator) -> None:
    result = sync("campaigns", config=flat(TOKEN, SANDBOX))
    assert SANDBOX_HOST not in hosts(tiktok)
    assert SANDBOX in result.errors[0]


@pytest.mark.parametrize("kind", ["sandbox_access_token", "production_access_token"])
def test_nobody_is_asked_where_the_configuration_says_it(kind: str, sync: Read, tiktok: Simulator) -> None:
    said = {"auth_type": kind}
    token, account = (SANDBOX_TOKEN, SANDBOX) if kind.startswith("sandbox") else (TOKEN, TOKYO)
    config = nested(token, account)
    config["credentials"] |= said
    sync("campaigns", config=config)
    assert set(hosts(tiktok)) == {SANDBOX_HOST if kind.startswith("sandbox") else PRODUCTION_HOST}
    assert not any(call.query["page_size"] == "1" for call in tiktok.asked(CAMPAIGNS))


@pytest.mark.slow
@pytest.mark.parametrize(("said", "rate"), [({}, 0.5), ({"requests_per_second": 3}, 3)])
def test_a_sandbox_found_so_is_asked_as_slowly_as_one_that_is_named(
    said: Config, rate: float, tiktok: Simulator
) -> None:
    source = SourceTiktokMarketing(config=flat(SANDBOX_TOKEN, SANDBOX) | said)
    source.discover(LOGGER, source.normal_config)
    assert source.normal_config["requests_per_second"] == rate
    assert source.normal_config["credentials"]["auth_type"] == "sandbox_access_token"
