"""TikTok accounts: read with a token of their own, which is renewed and handed back, and concerns nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from airbyte_cdk import AirbyteTracedException, FailureType
from harness import Sync, read_streams
from rows import ORGANIC_ROWS, name_of
from test_nested import FIRST, LAST, by_key, columns, delivered, typed

from source_tiktok_marketing import SourceTiktokMarketing
from source_tiktok_marketing.requesters.retry import EVERYWHERE, Patience
from tiktok_simulator import Fault, Request, Response, Simulator, World
from tiktok_simulator.endpoints.lists.tables import list_everything
from tiktok_simulator.world.model import OPEN_ID
from tiktok_simulator.world.world import APP_ID, APP_SECRET

Config = dict[str, Any]
RENEWAL = "/tt_user/oauth2/refresh_token/"
DATED = [row for row in ORGANIC_ROWS if row["name"] == "organic_account_daily"]
REPLIES = "organic_comment_replies"
LISTED = [row for row in ORGANIC_ROWS if row["name"] not in ("organic_account_daily", "organic_accounts", REPLIES)]


@pytest.fixture
def organic(config: Config) -> Config:
    block = {"client_id": APP_ID, "client_secret": APP_SECRET, "business_id": OPEN_ID,
             "refresh_token": "simulated-refresh-token-0"}  # fmt: skip
    return {**config, "organic": block}


def handed_back(capsys: pytest.CaptureFixture[str]) -> list[Config]:
    """The configurations given back to the platform."""
    messages = (json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{"))
    return [message["control"]["connectorConfig"]["config"] for message in messages if message["type"] == "CONTROL"]


@pytest.mark.samples(3)
@pytest.mark.parametrize("row", [*LISTED, *DATED], ids=name_of)
def test_every_record_of_the_account_comes_once(row: Config, tiktok: Simulator, organic: Config, world: World) -> None:
    result = read_streams([row["name"]], organic)
    records = result.rows(row["name"])
    assert by_key(row, records) == by_key(row, delivered(world, row))
    assert len(records) == len(by_key(row, records)) > 0
    assert {name for record in records for name in record} == set(columns(row))
    assert (result.errors, result.warnings) == ([], [])


def test_the_profile_has_every_column(tiktok: Simulator, organic: Config) -> None:
    (row,) = [row for row in ORGANIC_ROWS if row["name"] == "organic_accounts"]
    (record,) = read_streams(["organic_accounts"], organic).rows("organic_accounts")
    assert set(record) == set(columns(row))


def test_a_list_is_read_along_its_cursor_to_the_end(tiktok: Simulator, organic: Config) -> None:
    read_streams(["organic_videos"], organic)
    asked = [exchange.query.get("cursor", "") for exchange in tiktok.asked("/business/video/list/")]
    assert asked == ["", "20", "40"]


@pytest.mark.slow
def test_every_reply_to_a_comment_that_has_some_comes_once(tiktok: Simulator, organic: Config, world: World) -> None:
    (row,) = [row for row in ORGANIC_ROWS if row["name"] == REPLIES]
    world.list_sizes["/business/comment/reply/list/"] = 31
    comments = [wire for _, wire in list_everything(world, "/business/comment/list/", FIRST, LAST)]
    answered = {comment["comment_id"] for comment in comments if comment["replies"]}
    found = list_everything(world, "/business/comment/reply/list/", FIRST, LAST)
    there = [typed(REPLIES, owners | wire) for owners, wire in found if owners["comment_id"] in answered]
    result = read_streams([REPLIES], organic)
    assert len(result.rows(REPLIES)) == 31 * len(answered) < 31 * len(comments)
    assert by_key(row, result.rows(REPLIES)) == by_key(row, there)
    assert {name for record in result.rows(REPLIES) for name in record} == set(columns(row))


def test_figures_of_days_tiktok_no_longer_has_are_not_asked_for(tiktok: Simulator, organic: Config) -> None:
    result = read_streams(["organic_account_daily"], organic | {"start_date": "2025-01-01", "end_date": "today"})
    assert min(exchange.query["start_date"] for exchange in tiktok.asked("/business/get/")) == "2025-12-18"
    assert result.statuses == {"organic_account_daily": "COMPLETE"}


def test_the_next_sync_goes_on_from_the_day_the_last_one_reached(
    tiktok: Simulator, organic: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    state = read_streams(["organic_account_daily"], organic).state("organic_account_daily")
    (config,) = handed_back(capsys)
    del tiktok.transcript[:]
    read_streams(["organic_account_daily"], config, {"organic_account_daily": state})
    assert [exchange.query["start_date"] for exchange in tiktok.asked("/business/get/")] == ["2026-01-21"]


def test_a_token_is_renewed_once_and_the_new_ones_go_back_to_the_platform(
    tiktok: Simulator, organic: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    read_streams(["organic_videos", "organic_comments", "organic_accounts"], organic)
    (config,) = handed_back(capsys)
    renewed = {
        "access_token": "simulated-organic-token-1",
        "refresh_token": "simulated-refresh-token-1",
        "token_expiry_date": "2026-02-16T05:00:00+00:00",
    }
    assert config == {**organic, "organic": {**organic["organic"], **renewed}}
    assert len(tiktok.asked(RENEWAL)) == 1


def test_a_token_that_lives_is_used_as_it_is(
    tiktok: Simulator, organic: Config, capsys: pytest.CaptureFixture[str], clock: Any
) -> None:
    read_streams(["organic_accounts"], organic)
    (config,) = handed_back(capsys)
    read_streams(["organic_accounts"], config)
    assert handed_back(capsys) == []
    clock.tick(24 * 3600)
    read_streams(["organic_accounts"], config)
    assert [config["organic"]["refresh_token"] for config in handed_back(capsys)] == ["simulated-refresh-token-2"]


def test_a_refresh_token_that_is_worth_nothing_stops_the_account_and_nothing_else(
    tiktok: Simulator, organic: Config
) -> None:
    organic["organic"]["refresh_token"] = "simulated-refresh-token-9"
    result = read_streams(["organic_accounts", "campaigns"], organic)
    assert result.statuses == {"organic_accounts": "INCOMPLETE", "campaigns": "COMPLETE"}
    assert any("code 40107" in error for error in result.errors)


def test_without_its_token_the_streams_of_an_account_are_not_offered(sync: Callable[..., Sync]) -> None:
    result = sync("organic_videos", "campaigns")
    assert result.rows("campaigns")
    assert any("organic_videos" in error for error in result.errors)


def test_no_token_of_an_account_is_logged(tiktok: Simulator, organic: Config) -> None:
    organic["organic"]["refresh_token"] = "simulated-refresh-token-9"
    result = read_streams(["organic_accounts"], organic)
    said = [message.log.message for message in result.output.logs] + result.errors
    assert not [line for line in said if "simulated-refresh" in line or APP_SECRET in line]


@pytest.mark.parametrize("lifetime", ["86400.0", "a day", None])
def test_a_token_is_handed_back_and_used_whatever_is_said_of_its_lifetime(
    lifetime: Any, tiktok: Simulator, organic: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(request: Request, answer: Callable[[Request], Response]) -> Response:
        response = answer(request)
        body = response.json()
        body["data"]["expires_in"] = lifetime
        return replace(response, body=json.dumps(body).encode())

    tiktok.faults.arm(Fault("lifetime", told, RENEWAL))
    result = read_streams(["organic_accounts", "organic_videos"], organic)
    assert (result.errors, len(result.rows("organic_accounts"))) == ([], 1)
    assert len(tiktok.asked(RENEWAL)) == 1
    assert len(handed_back(capsys)) == 1


def test_what_stops_the_ad_accounts_does_not_stop_a_tiktok_account(tiktok: Simulator, organic: Config) -> None:
    tiktok.faults.refused(40105, path="/campaign/get/")
    result = read_streams(["campaigns", "organic_videos"], organic | {"concurrency": 2})
    assert result.statuses == {"campaigns": "INCOMPLETE", "organic_videos": "COMPLETE"}


def test_an_answer_to_a_tiktok_account_tells_nothing_of_the_ad_accounts(organic: Config) -> None:
    patience = Patience(SourceTiktokMarketing(config=organic).normal_config)
    patience.stop(EVERYWHERE, "The quota is used up.", FailureType.transient_error)
    patience.refuse_hopeless("business/get/", "", is_apart=True)
    patience.note_answer("business/get/", "", is_apart=True)
    with pytest.raises(AirbyteTracedException, match="quota is used up"):
        patience.refuse_hopeless("campaign/get/", "")
