"""What to do with one answer of TikTok's, case by case, by a small table of codes and without a sync."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import requests
from airbyte_cdk import AirbyteTracedException, FailureType
from airbyte_cdk.sources.streams.http.error_handlers.response_models import ErrorResolution, ResponseAction
from harness import Turns

from source_tiktok_marketing.errors import RefusedRequestError
from source_tiktok_marketing.requesters.doubtful_answers import TRIES
from source_tiktok_marketing.requesters.error_handler import TRIES_OF_A_WINDOW, TiktokErrorHandler
from source_tiktok_marketing.requesters.rate_limiter import Budget
from source_tiktok_marketing.requesters.responses import Answer, Outcome
from source_tiktok_marketing.requesters.retry import OUTAGE_WAITS, QUOTA_WAITS, Patience, TiktokBackoff, Trouble
from source_tiktok_marketing.sync import PREPARED, Sync

Json = dict[str, Any]
LIST, REPORT = "campaign/get/", "report/integrated/get/"
BY_DAY = {"dimensions": '["campaign_id","stat_time_day"]', "start_date": "2026-01-01", "end_date": "2026-01-30"}
TABLE = [
    {"action": "SUCCESS", "codes": [0]},
    {"action": "SUCCESS", "codes": [20001], "is_partial": True},
    {"action": "RATE_LIMITED", "codes": [40100]},
    {"action": "RATE_LIMITED", "codes": [40132], "per_advertiser": True},
    {"action": "RETRY", "codes": [50002], "halve": True},
    {"action": "RETRY", "range": [50000, 59999]},
    {"action": "RETRY", "codes": [60000], "long": True},
    {"action": "SPLIT_REQUEST_WINDOW", "codes": [40067], "failure": "transient_error", "remedy": "Read less."},
    {"action": "FAIL", "for_all": True, "failure": "config_error", "codes": [40105], "remedy": "Authorise again.",
     "sandbox_remedy": "Put in a sandbox's token."},
    {"action": "FAIL", "failure": "config_error", "codes": [40002], "leave_out": True, "tries": 3,
     "remedy": "Ask for less."},
]  # fmt: skip
PAGE = {"list": [{"campaign_id": "1"}]}


@pytest.fixture
def config() -> Iterator[Json]:
    """The configuration of a sync that is open as long as the test runs."""
    made = {"max_wait_minutes": 15, "requests_per_second": 10, "credentials": {}, PREPARED: {"sample": False}}
    with closing(Sync.of(made)):
        yield made


def handler(config: Json, **settings: Any) -> TiktokErrorHandler:
    return TiktokErrorHandler(config=config, parameters={}, answers=TABLE, **{"stream": "campaigns", **settings})


def answer(body: Any, path: str = LIST, status: int = 200, kind: str = "application/json", **asked: str) -> Answer:
    response = requests.Response()
    response.status_code = status
    response.headers["Content-Type"] = kind
    url = f"https://business-api.tiktok.com/open_api/v1.3/{path}"
    response.request = requests.Request("GET", url, params={"advertiser_id": "17", **asked}).prepare()
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(response, content)


def code(number: int, words: str = "Bad thing.", **asked: str) -> Answer:
    return answer({"code": number, "message": words, "data": {}}, **asked)


def page(data: Json, **asked: str) -> Answer:
    return answer({"code": 0, "message": "OK", "data": data}, **asked)


def told(found: ErrorResolution) -> tuple[ResponseAction, FailureType | None, str]:
    return found.response_action, found.failure_type, str(found.error_message)


def trouble_of(judge: TiktokErrorHandler, outcome: Outcome) -> Trouble:
    (backoff,) = judge.backoff_strategies or ()
    assert isinstance(backoff, TiktokBackoff)
    return backoff.trouble_of(outcome)


REFUSED = "TikTok refused: Bad thing (code {}). It was asked for stream campaigns, ad account 17."
TRANSIENT, DEFECT, MISTAKE = FailureType.transient_error, FailureType.system_error, FailureType.config_error


@pytest.mark.parametrize(
    ("found", "action", "failure", "words"),
    [
        (code(40100), ResponseAction.RATE_LIMITED, TRANSIENT, REFUSED.format(40100)),
        (code(40132), ResponseAction.RATE_LIMITED, TRANSIENT, REFUSED.format(40132)),
        (code(50000), ResponseAction.RETRY, TRANSIENT, REFUSED.format(50000)),
        (code(59999), ResponseAction.RETRY, TRANSIENT, REFUSED.format(59999)),
        (code(60000), ResponseAction.RETRY, TRANSIENT, REFUSED.format(60000)),
        (code(40067), ResponseAction.FAIL, TRANSIENT, f"{REFUSED.format(40067)} Read less."),
        (code(40067, path=REPORT, **BY_DAY), ResponseAction.SPLIT_REQUEST_WINDOW, TRANSIENT,
         f"{REFUSED.format(40067)} Read less."),
        (code(40067, path=REPORT, **{**BY_DAY, "end_date": "2026-01-01"}), ResponseAction.FAIL, TRANSIENT,
         f"{REFUSED.format(40067)} Read less."),
        (code(40067, path=REPORT, **{**BY_DAY, "dimensions": '["campaign_id"]'}), ResponseAction.FAIL, TRANSIENT,
         f"{REFUSED.format(40067)} Read less."),
        (code(40067, path="gmv_max/report/get/", **BY_DAY), ResponseAction.FAIL, TRANSIENT,
         f"{REFUSED.format(40067)} Read less."),
        (code(49999), ResponseAction.FAIL, DEFECT, f"{REFUSED.format(49999)} Please report it with this message."),
        (answer(b"<html>", status=503), ResponseAction.RETRY, TRANSIENT,
         "TikTok answered HTTP 503 without its usual body. It was asked for stream campaigns, ad account 17."),
        (answer(b"<html>", status=408), ResponseAction.RETRY, TRANSIENT,
         "TikTok answered HTTP 408 without its usual body. It was asked for stream campaigns, ad account 17."),
        (answer(b"{", status=200), ResponseAction.RETRY, TRANSIENT,
         "TikTok answered HTTP 200 without its usual body. It was asked for stream campaigns, ad account 17."),
        (answer(b"<html>", status=429), ResponseAction.RATE_LIMITED, TRANSIENT,
         "TikTok answered HTTP 429 without its usual body. It was asked for stream campaigns, ad account 17."),
        (answer(b"<html>", status=404), ResponseAction.FAIL, MISTAKE,
         "TikTok answered HTTP 404 without its usual body. It was asked for stream campaigns, ad account 17. TikTok "
         "does not know this endpoint. Check its path."),
        (answer(b"<html>", status=400), ResponseAction.FAIL, DEFECT,
         "TikTok answered HTTP 400 without its usual body. It was asked for stream campaigns, ad account 17. Please "
         "report it with this message."),
        (answer(b"<html>", status=499), ResponseAction.FAIL, DEFECT,
         "TikTok answered HTTP 499 without its usual body. It was asked for stream campaigns, ad account 17. Please "
         "report it with this message."),
        (answer(b"<html>", status=500), ResponseAction.RETRY, TRANSIENT,
         "TikTok answered HTTP 500 without its usual body. It was asked for stream campaigns, ad account 17."),
        (answer(b"a,b\n1,2\n", kind="text/csv"), ResponseAction.RETRY, TRANSIENT,
         "TikTok answered HTTP 200 without its usual body. It was asked for stream campaigns, ad account 17."),
        (page({"list": {}}), ResponseAction.RETRY, TRANSIENT,
         "TikTok sent an answer whose parts have another form than ever. It was asked for stream campaigns, "
         "ad account 17."),
    ],
)  # fmt: skip
def test_an_answer_is_judged_by_its_row_its_status_and_its_form(
    found: Answer, action: ResponseAction, failure: FailureType, words: str, config: Json
) -> None:
    assert told(handler(config).interpret_response(found)) == (action, failure, words)


@pytest.mark.parametrize("found", [page(PAGE), page({}), code(20001)])
def test_what_tiktok_calls_a_success_is_one(found: Answer, config: Json) -> None:
    assert handler(config).interpret_response(found).response_action is ResponseAction.SUCCESS


def test_an_answer_in_part_costs_a_warning(config: Json, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    handler(config).interpret_response(page(PAGE))
    assert caplog.messages == []
    handler(config).interpret_response(code(20001, "Half of it."))
    assert caplog.messages == [
        "TikTok answered in part only: Half of it (code 20001). It was asked for stream campaigns, ad account 17."
    ]


@pytest.mark.parametrize(
    ("settings", "asked", "words"),
    [
        ({"stream": ""}, {"advertiser_id": "17"},
         "TikTok refused: Bad thing (code 50000). It was asked for ad account 17."),
        ({}, {"advertiser_id": ""}, "TikTok refused: Bad thing (code 50000). It was asked for stream campaigns."),
        ({"stream": ""}, {"advertiser_id": ""}, "TikTok refused: Bad thing (code 50000)."),
    ],
)  # fmt: skip
def test_a_refusal_names_whom_it_is_about_where_that_is_known(
    settings: Json, asked: dict[str, str], words: str, config: Json
) -> None:
    assert handler(config, **settings).interpret_response(code(50000, **asked)).error_message == words


@pytest.mark.parametrize("settings", [{"ignored": [40105]}, {"skipped_on": [40105]}])
def test_a_code_its_caller_wants_to_see_stops_nothing(settings: Json, config: Json) -> None:
    found = handler(config, **settings).interpret_response(code(40105))
    assert found.response_action is ResponseAction.IGNORE
    assert found.error_message == "TikTok answered code 40105. It was asked for stream campaigns, ad account 17."
    Patience.of(config).refuse_hopeless(LIST, "17")


@pytest.mark.parametrize(
    ("sign_in", "remedy"),
    [("oauth2.0", "Authorise again."), ("sandbox_access_token", "Put in a sandbox's token.")],
)
def test_what_is_wrong_for_all_stops_all_and_says_what_to_do(sign_in: str, remedy: str, config: Json) -> None:
    config["credentials"] = {"auth_type": sign_in}
    words = f"TikTok refused: Bad thing (code 40105). {remedy}"
    assert told(handler(config).interpret_response(code(40105))) == (ResponseAction.FAIL, MISTAKE, words)
    with pytest.raises(AirbyteTracedException) as found:
        Patience.of(config).refuse_hopeless("ad/get/", "18")
    assert (found.value.message, found.value.failure_type) == (words, MISTAKE)


def test_the_token_of_a_tiktok_account_stops_nobody_else(config: Json) -> None:
    found = handler(config, of="tiktok_account").interpret_response(code(40105))
    assert told(found) == (ResponseAction.FAIL, MISTAKE, f"{REFUSED.format(40105)} Authorise again.")
    Patience.of(config).refuse_hopeless(LIST, "17")


@pytest.mark.parametrize(
    ("kind", "status", "action"),
    [
        ("text/csv", 200, ResponseAction.SUCCESS),
        ("", 200, ResponseAction.SUCCESS),
        ("text/html", 200, ResponseAction.RETRY),
        ("application/json", 200, ResponseAction.RETRY),
        ("text/csv", 500, ResponseAction.RETRY),
    ],
)
def test_a_download_is_text_that_came_with_status_200(
    kind: str, status: int, action: ResponseAction, config: Json
) -> None:
    found = answer(b"lead_id,ad_id\n1,2\n", status=status, kind=kind)
    assert handler(config, takes_text=True).interpret_response(found).response_action is action


def test_a_window_that_stays_too_slow_is_halved_and_a_day_is_not(config: Json) -> None:
    judge, wide = handler(config).interpret_response, code(50002, path=REPORT, **BY_DAY)
    found = [judge(wide).response_action for _ in range(TRIES_OF_A_WINDOW)]
    assert found == [*[ResponseAction.RETRY] * (TRIES_OF_A_WINDOW - 1), ResponseAction.SPLIT_REQUEST_WINDOW]
    day = code(50002, path=REPORT, **{**BY_DAY, "start_date": "2026-01-30"})
    assert {judge(day).response_action for _ in range(2 * TRIES_OF_A_WINDOW)} == {ResponseAction.RETRY}


def test_a_value_that_is_refused_by_name_is_left_out_at_once(config: Json) -> None:
    refused = code(40002, "metrics: spend is invalid", metrics='["spend"]')
    with pytest.raises(RefusedRequestError) as found:
        handler(config).interpret_response(refused)
    assert found.value.response is refused
    assert found.value.reason == "metrics: spend is invalid, code 40002"
    assert found.value.remedy == "Ask for less."
    assert found.value.failure_type is MISTAKE
    assert found.value.told == (
        "TikTok refused: metrics: spend is invalid (code 40002). It was asked for stream campaigns, ad account 17."
    )


def test_a_refusal_that_names_nothing_is_asked_for_again_first(config: Json) -> None:
    judge, refused = handler(config).interpret_response, code(40002, "Something went wrong", metrics='["spend"]')
    assert [judge(refused).response_action for _ in range(2)] == [ResponseAction.RETRY] * 2
    with pytest.raises(RefusedRequestError):
        judge(refused)


def test_a_report_that_stays_without_anything_is_believed_and_a_list_is_at_once(config: Json) -> None:
    judge, empty = handler(config).interpret_response, page({}, path=REPORT)
    found = [judge(empty) for _ in range(3)]
    assert [each.response_action for each in found] == [ResponseAction.RETRY] * 2 + [ResponseAction.SUCCESS]
    assert found[0].error_message == (
        "TikTok sent an answer with nothing in its data. It was asked for stream campaigns, ad account 17."
    )
    assert judge(page({})).response_action is ResponseAction.SUCCESS


def test_a_refusal_of_a_page_is_of_a_part_of_it_once_asking_again_was_in_vain(config: Json) -> None:
    judge = handler(config, partial=[50000]).interpret_response
    found = [judge(code(50000, page_size="100")) for _ in range(3)]
    assert [each.response_action for each in found] == [ResponseAction.RETRY] * 2 + [ResponseAction.IGNORE]
    assert found[2].error_message == REFUSED.format(50000)
    assert judge(code(50000)).response_action is ResponseAction.RETRY


@pytest.mark.parametrize(
    ("found", "place", "waits", "is_long", "is_quota", "is_of_app"),
    [
        (code(50000), (LIST, "17"), OUTAGE_WAITS, False, False, False),
        (code(60000), (LIST, "17"), QUOTA_WAITS, True, False, False),
        (code(40100), (LIST, ""), QUOTA_WAITS, True, True, True),
        (code(40132), (LIST, "17"), QUOTA_WAITS, True, True, False),
        (answer(b"", status=429), (LIST, ""), QUOTA_WAITS, True, True, False),
        (answer(b"", status=503), (LIST, "17"), OUTAGE_WAITS, False, False, False),
        (None, ("?", ""), OUTAGE_WAITS, False, False, False),
    ],
)
def test_whom_a_trouble_is_about_and_how_long_it_may_last(
    found: Answer | None, place: tuple[str, str], waits: tuple[int, ...],
    is_long: bool, is_quota: bool, is_of_app: bool, config: Json,
) -> None:  # fmt: skip
    judge = handler(config)
    if found is not None:
        judge.interpret_response(found)
    trouble = trouble_of(judge, found)
    assert (trouble.where, trouble.waits) == (place, waits)
    assert (trouble.is_long, trouble.is_quota, trouble.is_of_app) == (is_long, is_quota, is_of_app)


@pytest.mark.parametrize(("found", "moment"), [(code(40100), 1.0), (code(40132), 0.0), (code(50000), 0.0)])
def test_only_a_quota_of_everybody_slows_the_sync_down(
    found: Answer, moment: float, config: Json, turns: Turns
) -> None:
    handler(config).interpret_response(found)
    Budget.of(config).wait(str(found.request.url))
    assert turns.moments == [moment]


def test_a_refusal_slows_down_the_endpoint_that_has_a_quota_of_its_own_and_no_other(config: Json, turns: Turns) -> None:
    budget = Budget.of(config, [{"endpoint": "report/task/create/", "requests_per_second": 1}])
    own, other = code(40100, path="report/task/create/"), page(PAGE)
    handler(config).interpret_response(own)
    for each in (other, own):
        budget.wait(str(each.request.url))
    assert turns.moments[:2] == [0.0, 1.0]


def test_a_quota_of_the_endpoints_own_is_not_the_apps(config: Json) -> None:
    Budget.of(config, [{"endpoint": "report/task/create/", "requests_per_second": 1}])
    own, other = code(40100, path="report/task/create/"), code(40100)
    judge = handler(config)
    for each in (own, other):
        judge.interpret_response(each)
    assert [trouble_of(judge, each).is_of_app for each in (own, other)] == [False, True]


def test_twenty_refusals_in_a_row_are_an_outage_and_not_about_a_part_of_the_request(config: Json) -> None:
    judge = handler(config, partial=[51010])

    def is_believed_partial(number: int) -> bool:
        refused = [code(51010, page_size="50", page=str(number)) for _ in range(TRIES)]
        actions = [judge.interpret_response(each).response_action for each in refused]
        assert ResponseAction.IGNORE not in actions[:-1]
        return actions[-1] is ResponseAction.IGNORE

    assert [is_believed_partial(number) for number in range(22)] == [True] * 20 + [False] * 2
    judge.interpret_response(page(PAGE))
    assert is_believed_partial(30)
