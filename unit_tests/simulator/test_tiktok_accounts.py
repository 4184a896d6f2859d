"""A TikTok account: a token of its own that ends, and lists along a cursor with the fields that were asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tiktok_simulator import Simulator
from tiktok_simulator.world.model import OPEN_ID, ORGANIC_TOKEN
from tiktok_simulator.world.world import APP_ID, APP_SECRET, TOKEN

from .asking import NOW, Client

RENEWAL, VIDEOS, ACCOUNT = "/tt_user/oauth2/refresh_token/", "/business/video/list/", "/business/get/"
RENEW = {"client_id": APP_ID, "client_secret": APP_SECRET, "grant_type": "refresh_token",
         "refresh_token": "simulated-refresh-token-0"}  # fmt: skip


def renewed(client: Client) -> dict[str, str]:
    found: dict[str, str] = client.get(RENEWAL, token=None, **RENEW)["data"]
    return found


def test_a_renewed_token_lives_a_day(client: Client, simulator: Simulator) -> None:
    token = renewed(client)["access_token"]
    assert client.get(VIDEOS, token=token, business_id=OPEN_ID)["code"] == 0
    simulator.clock = lambda: NOW + timedelta(days=1)
    assert client.refusal(VIDEOS, token=token, business_id=OPEN_ID)[0] == 40102


def test_a_refresh_token_is_worth_something_once(client: Client) -> None:
    again = renewed(client)["refresh_token"]
    assert client.refusal(RENEWAL, token=None, **RENEW)[0] == 40107
    assert client.get(RENEWAL, token=None, **{**RENEW, "refresh_token": again})["code"] == 0


def test_only_the_app_renews_its_tokens(client: Client) -> None:
    assert client.refusal(RENEWAL, token=None, **{**RENEW, "client_secret": "another"})[0] == 40101


def test_a_token_of_ad_accounts_opens_no_tiktok_account_and_the_other_way_round(simulator: Simulator) -> None:
    simulator.world.tiktok_account.tokens = {}
    client = Client(simulator.handle)
    assert client.refusal(VIDEOS, token=TOKEN, business_id=OPEN_ID)[0] == 40105
    assert client.refusal("/bc/get/", token=ORGANIC_TOKEN)[0] == 40105


def test_a_token_opens_its_own_account_alone(client: Client) -> None:
    assert client.refusal(VIDEOS, business_id="another-open-id")[0] == 40001


def test_a_list_has_the_ids_unless_other_fields_are_named(client: Client) -> None:
    rows = client.get(VIDEOS, business_id=OPEN_ID)["data"]["videos"]
    assert {name for row in rows for name in row} == {"item_id"}
    rows = client.get(VIDEOS, business_id=OPEN_ID, fields=["caption", "likes"])["data"]["videos"]
    assert {name for row in rows for name in row} == {"caption", "likes"}


@pytest.mark.parametrize(("path", "records"), [("video", "videos"), ("comment", "comments")])
def test_a_list_without_default_fields_has_all_of_them_unless_some_are_named(
    path: str, records: str, client: Client
) -> None:
    rows = client.get(f"/business/mention/{path}/list/", business_id=OPEN_ID)["data"][records]
    assert len({name for row in rows for name in row}) > 5


def test_a_field_that_does_not_exist_is_refused(client: Client) -> None:
    assert client.refusal(VIDEOS, business_id=OPEN_ID, fields=["captions"])[0] == 40002


def test_a_list_goes_on_at_its_cursor_until_it_says_so(client: Client) -> None:
    pieces, cursor, more = [], None, True
    while more:
        data = client.get(VIDEOS, business_id=OPEN_ID, cursor=cursor, max_count=20)["data"]
        pieces.append([row["item_id"] for row in data["videos"]])
        cursor, more = data["cursor"], data["has_more"]
    assert [len(piece) for piece in pieces] == [20, 20, 5]
    assert len({item for piece in pieces for item in piece}) == 45


def test_pieces_of_more_than_twenty_posts_are_refused(client: Client) -> None:
    assert client.refusal(VIDEOS, business_id=OPEN_ID, max_count=21)[0] == 40002


@pytest.mark.parametrize(("start", "code"), [("2025-12-30", 40002), ("2025-12-31", 0)])
def test_figures_are_kept_for_sixty_days(client: Client, start: str, code: int) -> None:
    asked = {"business_id": OPEN_ID, "start_date": start, "end_date": "2026-01-20", "fields": ["likes"]}
    assert client.get(ACCOUNT, **asked)["code"] == code
