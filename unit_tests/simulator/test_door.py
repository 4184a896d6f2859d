"""Who gets in, and in which order TikTok looks at a request.

A connector tells troubles apart by code; a door that answered in another order would hide half of them.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from tiktok_simulator import Quota, Request, Simulator, World
from tiktok_simulator.protocol.wire import ApiError
from tiktok_simulator.server.app import NO_TOKEN, SANDBOX_HOST, WRONG_TOKEN
from tiktok_simulator.server.routes import ENDPOINTS, PREFIX
from tiktok_simulator.world.populate import add_advertiser
from tiktok_simulator.world.ready_made import BERLIN, EMPTY, FORBIDDEN, LOS_ANGELES, SANDBOX, TOKYO, make_empty_world
from tiktok_simulator.world.world import (
    APP_ID,
    APP_SECRET,
    OTHER_APP_ID,
    OTHER_APP_SECRET,
    OTHER_APP_TOKEN,
    SANDBOX_TOKEN,
    TOKEN,
)

from .asking import NOW, REPORT, Client

LIST = "/oauth2/advertiser/get/"
CAMPAIGNS = "/campaign/get/"


def test_the_token_reaches_its_four_advertisers(wired: Client) -> None:
    rows = wired.rows(LIST, app_id=APP_ID, secret=APP_SECRET)
    assert [row["advertiser_id"] for row in rows] == [TOKYO, LOS_ANGELES, BERLIN, EMPTY]
    assert rows[0]["advertiser_name"] == "Tokyo"


def test_an_empty_world_has_a_valid_token_and_no_advertiser() -> None:
    client = Client(Simulator(make_empty_world(), clock=lambda: NOW).handle)
    assert client.rows(LIST, app_id=APP_ID, secret=APP_SECRET) == []


def test_a_path_without_its_slash_is_plain_text_404_even_without_a_token(wired: Client) -> None:
    response = wired.send("/campaign/get", token=None)
    assert (response.status, response.body) == (404, b"404 page not found")


def test_another_verb_is_405_before_the_token_is_looked_at(wired: Client) -> None:
    assert wired.send(CAMPAIGNS, token=None, method="POST").status == 405


def test_no_token_is_told_in_the_real_words_before_the_parameters_are_looked_at(wired: Client) -> None:
    assert wired.refusal(CAMPAIGNS, token=None) == (40104, NO_TOKEN)


def test_a_wrong_token_is_refused_before_the_parameters_are_looked_at(wired: Client) -> None:
    assert wired.refusal(CAMPAIGNS, token="wrong") == (40105, WRONG_TOKEN)


@pytest.mark.parametrize(("token", "host"), [(TOKEN, SANDBOX_HOST), (SANDBOX_TOKEN, "business-api.tiktok.com")])
def test_tokens_of_the_two_environments_are_not_exchangeable(client: Client, token: str, host: str) -> None:
    assert client.refusal(CAMPAIGNS, token=token, host=host, advertiser_id=TOKYO) == (40105, WRONG_TOKEN)


def test_an_unknown_host_is_refused_and_recorded(client: Client, simulator: Simulator) -> None:
    assert client.send(CAMPAIGNS, host="ads.tiktok.com").status == 403
    assert simulator.transcript[-1].host == "ads.tiktok.com"


@pytest.mark.parametrize(
    ("app_id", "secret", "token", "code"),
    [
        ("1", APP_SECRET, TOKEN, 40113),
        (APP_ID, "wrong", TOKEN, 40101),
        (APP_ID, APP_SECRET, OTHER_APP_TOKEN, 40101),
        (OTHER_APP_ID, OTHER_APP_SECRET, TOKEN, 40101),
    ],
)
def test_app_secret_and_token_must_belong_together(
    client: Client, app_id: str, secret: str, token: str, code: int
) -> None:
    assert client.refusal(LIST, app_id=app_id, secret=secret, token=token)[0] == code


def test_a_token_of_another_app_is_told_so(client: Client) -> None:
    _, message = client.refusal(LIST, app_id=APP_ID, secret=APP_SECRET, token=OTHER_APP_TOKEN)
    assert message == "app_id is inconsistent with the token's app information"


def test_another_apps_token_reaches_none_of_the_advertisers(client: Client) -> None:
    assert client.refusal(CAMPAIGNS, token=OTHER_APP_TOKEN, advertiser_id=TOKYO)[0] == 40001


def test_the_shape_is_checked_before_the_permission(client: Client) -> None:
    code, message = client.refusal(CAMPAIGNS, advertiser_id=FORBIDDEN, page_size=0)
    assert (code, message) == (40002, "page_size: Must be at least 1.")


def test_the_permission_is_checked_before_the_rules_of_a_report(client: Client) -> None:
    refusal = client.report_refusal(advertiser_id=FORBIDDEN, metrics=["nonsense"])
    assert refusal == (40001, f"No permission to operate advertiser {FORBIDDEN}.")


def test_an_advertiser_nobody_has_is_40300(client: Client) -> None:
    assert client.refusal(CAMPAIGNS, advertiser_id="1")[0] == 40300


def test_permission_can_be_given_and_taken(client: Client, world: World) -> None:
    world.permit(FORBIDDEN)
    assert client.rows(CAMPAIGNS, advertiser_id=FORBIDDEN)
    world.forbid(FORBIDDEN)
    assert client.refusal(CAMPAIGNS, advertiser_id=FORBIDDEN)[0] == 40001


def test_an_advertiser_added_later_is_reached_at_once(client: Client, world: World) -> None:
    add_advertiser(world, "7009", timezone="Asia/Tokyo", campaigns=2)
    assert len(client.rows(CAMPAIGNS, advertiser_id="7009")) == 2


def test_one_forbidden_advertiser_fails_the_whole_info_call(client: Client) -> None:
    refusal = client.refusal("/advertiser/info/", advertiser_ids=[TOKYO, FORBIDDEN])
    assert refusal == (40001, f"No permission to operate advertiser {FORBIDDEN}.")


def test_more_than_a_hundred_advertisers_are_too_many(client: Client) -> None:
    assert client.refusal("/advertiser/info/", advertiser_ids=[TOKYO] * 101)[0] == 40011
    assert len(client.rows("/advertiser/info/", advertiser_ids=[TOKYO] * 100)) == 1


def test_advertiser_info_tells_both_names_of_a_time_zone(client: Client) -> None:
    (row,) = client.rows("/advertiser/info/", advertiser_ids=[TOKYO])
    assert (row["timezone"], row["display_timezone"], row["currency"]) == ("Etc/GMT-9", "Asia/Tokyo", "JPY")
    assert isinstance(row["create_time"], int)
    assert "ads_only_mode" not in row, "answered only when asked for"


def needs_something(path: str) -> bool:
    return any(parameter.required for parameter in ENDPOINTS[path].signature.parameters.values())


@pytest.mark.parametrize("path", sorted(ENDPOINTS))
def test_every_endpoint_refuses_a_parameter_it_does_not_know(client: Client, path: str) -> None:
    code, message = client.refusal(path.removeprefix(PREFIX), filterings="[]")
    assert (code, message) == (40002, "filterings: Unknown field.")


@pytest.mark.parametrize("path", [path for path in sorted(ENDPOINTS) if needs_something(path)])
def test_every_endpoint_names_what_is_missing(client: Client, path: str) -> None:
    code, message = client.refusal(path.removeprefix(PREFIX))
    assert code == 40002
    assert message.startswith("Missing required field(s): ")


@pytest.mark.parametrize(
    ("path", "parameters", "message"),
    [
        (CAMPAIGNS, {"page": "one"}, "page: Not a valid integer."),
        (CAMPAIGNS, {"page": "1.5"}, "page: Not a valid integer."),
        (CAMPAIGNS, {"page_size": "1001"}, "page_size: Must be at most 1000."),
        (CAMPAIGNS, {"fields": "campaign_id"}, "fields: Not a valid string[]."),
        (CAMPAIGNS, {"fields": "[1]"}, "fields: Not a valid string[]."),
        (CAMPAIGNS, {"filtering": "[]"}, "filtering: Not a valid object."),
        (CAMPAIGNS, {"filtering": {"ids": ["1"]}}, "filtering.ids: Unknown field."),
        (CAMPAIGNS, {"filtering": {"campaign_ids": "1"}}, "campaign_ids: Not a valid string[]."),
        (CAMPAIGNS, {"filtering": {"campaign_ids": ["1"] * 101}}, "campaign_ids: Must be at most 100."),
        (CAMPAIGNS, {"filtering": {"campaign_ids": []}}, "campaign_ids: Must be at least 1."),
        (CAMPAIGNS, {"filtering": {"creation_filter_end_time": "2026-01-01"}},
         "creation_filter_end_time: Not a valid time."),
        ("/creative/portfolio/list/", {"page_size": "101"}, "page_size: Must be at most 100."),
        ("/dmp/custom_audience/list/", {"page_size": "101"}, "page_size: Must be at most 100."),
    ],
)  # fmt: skip
def test_parameters_have_types_and_ranges(client: Client, path: str, parameters: dict[str, Any], message: str) -> None:
    assert client.refusal(path, advertiser_id=TOKYO, **parameters) == (40002, message)


def test_an_unknown_enum_value_is_answered_with_the_known_ones(client: Client) -> None:
    code, message = client.report_refusal(report_type="FANCY")
    assert code == 40002
    assert message.startswith("report_type: Must be one of: AUDIENCE, BASIC")


SANDBOX_CALL: dict[str, Any] = {"token": SANDBOX_TOKEN, "host": SANDBOX_HOST, "advertiser_id": SANDBOX}


def test_the_sandbox_lacks_most_endpoints(wired: Client) -> None:
    assert wired.refusal("/file/image/ad/search/", **SANDBOX_CALL)[0] == 40014


@pytest.mark.parametrize("path", ["/campaign/get/", "/adgroup/get/", "/ad/get/"])
def test_the_sandbox_tells_no_secondary_status(client: Client, path: str) -> None:
    rows = client.rows(path, **SANDBOX_CALL)
    assert rows
    assert all("secondary_status" not in row and "operation_status" in row for row in rows)


def test_the_sandbox_mocks_no_advertiser_level_and_no_totals(client: Client) -> None:
    sandbox = {**SANDBOX_CALL, "start_date": "2020-12-01", "end_date": "2020-12-20"}
    level = {"data_level": "AUCTION_ADVERTISER", "dimensions": ["stat_time_day"]}
    assert client.report_refusal(**sandbox, **level)[0] == 40009
    assert client.report_refusal(**sandbox, enable_total_metrics=True)[0] == 40009


def test_the_sandbox_delivered_on_twelve_days_of_2020(client: Client) -> None:
    rows = client.report(**SANDBOX_CALL, start_date="2020-12-01", end_date="2020-12-30")
    days = {row["stat_time_day"] for row in rows}
    assert min(days) >= "2020-12-08 00:00:00"
    assert max(days) <= "2020-12-19 00:00:00"


def test_a_quota_counts_each_endpoint_and_opens_again_with_the_next_window(world: World) -> None:
    moments = [NOW]
    simulator = Simulator(world, clock=lambda: moments[-1], quota=Quota(per_second=2))
    client = Client(simulator.handle)
    client.rows(CAMPAIGNS, advertiser_id=TOKYO)
    client.rows(CAMPAIGNS, advertiser_id=TOKYO)
    assert client.refusal(CAMPAIGNS, advertiser_id=TOKYO)[0] == 40100
    assert client.rows("/ad/get/", advertiser_id=TOKYO)
    moments.append(NOW + timedelta(seconds=1))
    assert client.rows(CAMPAIGNS, advertiser_id=TOKYO)


@pytest.mark.parametrize(("path", "second", "minute"), [("/gmv_max/report/get/", 8, 240), ("/campaign/get/", 10, 600)])
def test_an_endpoint_may_have_less_of_the_quota_than_others(path: str, second: int, minute: int) -> None:
    quota = Quota()
    for number in range(minute):
        quota.count("app", path, NOW + timedelta(seconds=number // second))
    with pytest.raises(ApiError):
        quota.count("app", path, NOW + timedelta(seconds=minute // second - 1))
    with pytest.raises(ApiError):
        quota.count("app", path, NOW + timedelta(seconds=59))
    quota.count("app", path, NOW + timedelta(seconds=60))


def test_a_tiktok_account_is_asked_about_forty_times_a_minute_at_each_endpoint() -> None:
    quota, video, comment = Quota(), "/business/video/list/", "/business/comment/list/"
    for path in (video, comment):
        for number in range(40):
            quota.count("app", path, NOW + timedelta(seconds=number), "account")
    with pytest.raises(ApiError):
        quota.count("app", video, NOW + timedelta(seconds=50), "account")
    quota.count("app", video, NOW + timedelta(seconds=50), "another")


def test_the_transcript_tells_what_was_asked_and_answered(client: Client, simulator: Simulator) -> None:
    client.report(metrics=["spend"])
    (exchange,) = simulator.asked("/report/integrated/get/")
    assert (exchange.method, exchange.status, exchange.code, exchange.time) == ("GET", 200, 0, NOW)
    assert json.loads(exchange.query["metrics"]) == ["spend"]
    assert exchange.query["advertiser_id"] == REPORT["advertiser_id"]


def test_every_answer_carries_a_log_id_of_its_own(client: Client, simulator: Simulator) -> None:
    answers = [simulator.handle(Request("GET", "business-api.tiktok.com", PREFIX + LIST)) for _ in range(2)]
    assert len({answer.headers["X-Tt-Logid"] for answer in answers}) == 2
