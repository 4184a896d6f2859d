"""Token and secret stay with TikTok's two hosts; what TikTok or the user writes is text and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from fuzzing import run
from harness import Sync, everything

from tiktok_simulator import Simulator, World
from tiktok_simulator.server.app import HOSTS
from tiktok_simulator.world.ready_made import BERLIN, TOKYO
from tiktok_simulator.world.world import APP_SECRET, TOKEN

STREAM, PATH, LIST = "campaigns_reports_daily", "/report/integrated/get/", "/oauth2/advertiser/get/"
TRICK = "{{ 7*7 }}{% raw %}"
# Letters that an address, a JSON text and a Python text write in other ways.
ODD_SECRET = "aé+/='\"\\&{{ 7*7 }}"
ODD_TOKEN = "t+/='\"\\&{{ 7*7 }}"
FORGED = 'no\r\n{"type":"LOG"}\x1b[2J\x9b31m\u2028\u202eend'


FAULTS: dict[str, Callable[[Any], Any]] = {
    "a refused list": lambda faults: faults.refused(40105, f"Token {TOKEN} of {APP_SECRET} is wrong", None),
    "a refused report": lambda faults: faults.refused(40002, f"Bad: {TOKEN}\n{APP_SECRET}", None, PATH),
    "an outage": lambda faults: faults.outage(None, PATH),
    "a lost connection at the list": lambda faults: faults.connection_reset(None, LIST),
    "a gateway's page": lambda faults: faults.http_status(403, None, LIST),
    "a redirect": lambda faults: faults.redirect(f"https://elsewhere.example/?secret={APP_SECRET}", None),
    "a quota": lambda faults: faults.rate_limited(None),
    "a poisoned row": lambda faults: faults.poisoned_row(times=None),
    "nothing": lambda faults: None,
}


@pytest.mark.samples(3)
@pytest.mark.usefixtures("debugging")
@pytest.mark.parametrize("fault", FAULTS)
def test_neither_token_nor_secret_is_printed_even_when_debugging(
    fault: str, sync: Callable[..., Sync], tiktok: Simulator, capfd: pytest.CaptureFixture[str]
) -> None:
    FAULTS[fault](tiktok.faults)
    printed = everything(sync(STREAM, "advertiser_ids"), capfd)
    assert len(printed) > 1_000
    assert TOKEN not in printed
    assert APP_SECRET not in printed
    assert {exchange.host for exchange in tiktok.transcript} <= set(HOSTS)


@pytest.mark.parametrize("shape", ["nested", "flat"])
@pytest.mark.parametrize("fault", ["a lost connection at the list", "nothing"])
def test_a_secret_of_odd_letters_is_sent_as_it_is_and_hidden_in_every_spelling(
    fault: str, shape: str, sync: Callable[..., Sync], tiktok: Simulator, world: World, config: dict[str, Any],
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    FAULTS[fault](tiktok.faults)
    credentials = config["credentials"] | {"secret": ODD_SECRET, "access_token": ODD_TOKEN}
    flat = {"access_token": ODD_TOKEN, "environment": {"app_id": credentials["app_id"], "secret": ODD_SECRET}}
    dates = {"start_date": config["start_date"], "end_date": config["end_date"]}
    sent: list[Any] = []
    record = tiktok.handle
    tiktok.handle = lambda request: (sent.append(request), record(request))[1]  # type: ignore[method-assign]
    printed = everything(
        sync("advertiser_ids", config=dates | (flat if shape == "flat" else {"credentials": credentials})), capfd
    )
    assert (sent[0].query["secret"], sent[0].get_header("Access-Token")) == (ODD_SECRET, ODD_TOKEN)
    for secret in (ODD_SECRET, ODD_TOKEN):
        for spelling in (secret, quote(secret), quote(secret, safe=""), repr(secret)[1:-1], json.dumps(secret)[1:-1]):
            assert spelling not in printed


def test_a_short_secret_is_hidden_where_it_is_a_value_and_not_within_words(
    tiktok: Simulator, config: dict[str, Any]
) -> None:
    tiktok.faults.refused(40105, 'The appeal of app?secret=app&a=1 {"secret": "app"} is wrong', None, LIST)
    (refusal,) = run("check", config=config | {"credentials": config["credentials"] | {"secret": "app"}}).refusals
    assert 'The appeal of app?secret****a=1 {"secret": ****} is wrong' in refusal


def test_a_redirect_is_not_followed(sync: Callable[..., Sync], tiktok: Simulator) -> None:
    fault = tiktok.faults.redirect(times=2, path=PATH)
    assert sync(STREAM).errors == []
    assert fault.hits == 2
    assert {exchange.host for exchange in tiktok.transcript} == {HOSTS[0]}


def test_a_name_that_looks_like_a_template_stays_text(sync: Callable[..., Sync], world: World) -> None:
    for advertiser_id in world.permitted:
        for campaign in world.list_entities("campaign", advertiser_id):
            campaign.row["campaign_name"] = TRICK
    world.note_change()
    result = sync("campaigns", STREAM)
    assert {row["campaign_name"] for row in result.rows("campaigns")} == {TRICK}
    assert {row["campaign_name"] for row in result.rows(STREAM)} == {TRICK}


@pytest.mark.parametrize(
    "change",
    [
        {"start_date": TRICK},
        {"end_date": TRICK},
        {"week_starts_on": TRICK},
        {"advertiser_ids": [TRICK]},
        {"exclude_advertiser_ids": [TRICK]},
        {"custom_reports": [{"name": TRICK, "level": "ad"}]},
        {"custom_reports": [{"name": "mine", "level": "ad", "metrics": [TRICK]}]},
        {"custom_reports": [{"name": "mine", "level": "ad", "start_date": TRICK}]},
        {"custom_reports": [{"name": "mine", "level": "ad", "filters": {"campaign_ids": [TRICK]}}]},
    ],
    ids=str,
)
def test_a_setting_that_looks_like_a_template_is_never_evaluated(
    change: dict[str, Any], sync: Callable[..., Sync], tiktok: Simulator, config: dict[str, Any]
) -> None:
    told = "\n".join(sync(STREAM, config=config | change).errors)
    assert "{{ 7*7 }}" in told or "{{7*7}}" in told.replace(" ", "")
    assert "49" not in told
    assert tiktok.transcript == []


@pytest.mark.parametrize(
    ("code", "refused"),
    [(40001, BERLIN), (40105, BERLIN), (50000, BERLIN), (20001, BERLIN), (40002, None), (50000, None)],
)
def test_tiktoks_words_can_not_forge_a_line_or_move_the_cursor(
    code: int,
    refused: str | None,
    sync: Callable[..., Sync],
    tiktok: Simulator,
    config: dict[str, Any],
    capfd: pytest.CaptureFixture[str],
) -> None:
    if code == 20001:
        tiktok.faults.partly_done(FORGED, None, PATH)
    else:
        tiktok.faults.refused(code, FORGED, None, PATH, refused)
    result = sync(STREAM, config=config | {"advertiser_ids": [TOKYO, BERLIN]})
    told = [*result.errors[:-1], *result.warnings, *(log.log.message for log in result.output.logs)]
    assert any('no {"type":"LOG"} [2J 31m end' in words for words in told)
    for words in told:
        assert words.isprintable()
    for error in result.output.errors:
        assert str(error.trace.error.internal_message).isprintable()


def test_endless_words_of_tiktoks_are_cut(sync: Callable[..., Sync], tiktok: Simulator, one_advertiser: Any) -> None:
    tiktok.faults.refused(40002, "a" * 1_000_000, None, PATH)
    result = sync(STREAM, config=one_advertiser)
    assert result.errors[0].count("a") < 1_000
    assert all(len(str(error.trace.error.internal_message)) < 10_000 for error in result.output.errors)
