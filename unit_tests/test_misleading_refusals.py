"""TikTok's words about a refusal are tried before they are believed: nothing is left out that it takes."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from itertools import count
from typing import Any, cast

import pytest
import requests
from harness import Sync

from source_tiktok_marketing.requesters.left_out import LeftOut, Report
from source_tiktok_marketing.requesters.lenient_requester import LenientRequester
from source_tiktok_marketing.requesters.metric_search import MOST_REQUESTS
from source_tiktok_marketing.requesters.responses import Answer
from tiktok_simulator import Simulator
from tiktok_simulator.faults.fault import Fault
from tiktok_simulator.protocol.wire import Request, Response, make_envelope
from tiktok_simulator.world.ready_made import BERLIN, TOKYO

Run = Callable[..., Sync]
Config = dict[str, Any]
REPORT, CAMPAIGNS, CREATE = "/report/integrated/get/", "/campaign/get/", "/report/task/create/"
DAILY = "campaigns_reports_daily"


def refuse(
    tiktok: Simulator, words: str, metrics: Collection[str], account: str | None = None, path: str = REPORT
) -> Fault:
    """40002 in these words for whoever asks for one of the metrics; `{}` in them is another number each time."""
    numbers = count(7)

    def act(_: Request, __: Callable[[Request], Response]) -> Response:
        return make_envelope(40002, words.replace("{}", str(next(numbers))), {}, "fault")

    def asks(request: Request) -> bool:
        return not set(metrics).isdisjoint(json.loads(request.parameters.get("metrics", "[]")))

    return tiktok.faults.arm(Fault("misleading", act, path, account, asks))


def columns(result: Sync, stream: str = DAILY) -> set[str]:
    """The columns that have a value somewhere."""
    return {name for row in result.rows(stream) for name, value in row.items() if value is not None}


# What is only mentioned


@pytest.mark.samples(2)
@pytest.mark.parametrize(
    "words",
    [
        "Invalid metric fields: ['reach']. Did you mean spend?",
        "Metric reach needs spend.",
        "reach is deprecated, use impressions instead",
        "With spend and clicks, reach can't be asked for.",
        "Use one of spend, clicks, impressions.",
        "Unlike spend, one of the metrics is not available.",
    ],
)
def test_a_metric_that_is_only_mentioned_is_there(
    words: str, sync: Run, tiktok: Simulator, one_advertiser: Config
) -> None:
    expected = sync(DAILY, config=one_advertiser)
    tiktok.transcript.clear()
    refuse(tiktok, words, {"reach"})
    result = sync(DAILY, config=one_advertiser)
    assert (result.errors, len(result.warnings)) == ([], 1)
    assert columns(result) == columns(expected) - {"reach"}
    assert len(result.rows(DAILY)) == len(expected.rows(DAILY))
    refused = [call for call in tiktok.asked(REPORT) if call.code]
    assert len(refused) <= 2 + MOST_REQUESTS


@pytest.mark.parametrize("words", ["Metric reach is invalid.", "reach: not allowed"])
def test_where_a_message_names_one_of_several_the_others_are_found_by_halves(
    words: str, sync: Run, tiktok: Simulator, one_advertiser: Config
) -> None:
    expected = sync(DAILY, config=one_advertiser)
    refuse(tiktok, words, {"reach", "cost_per_1000_reached"})
    result = sync(DAILY, config=one_advertiser)
    assert (result.errors, len(result.warnings)) == ([], 1)
    assert columns(result) == columns(expected) - {"reach", "cost_per_1000_reached"}


def test_a_message_that_lists_a_few_that_tiktok_knows_leaves_out_all_the_others(
    sync: Run, tiktok: Simulator, one_advertiser: Config
) -> None:
    expected = sync(DAILY, config=one_advertiser)
    known = {"spend", "clicks", "campaign_name"}
    (call, *_) = tiktok.asked(REPORT)
    refuse(tiktok, "Must be one of: spend, clicks, campaign_name.", set(json.loads(call.query["metrics"])) - known)
    result = sync(DAILY, config=one_advertiser)
    assert (result.errors, len(result.warnings)) == ([], 1)
    refused = set(json.loads(call.query["metrics"])) - known - {"currency"}  # which the ad account's details have
    assert columns(result) == columns(expected) - refused


# Numbers and common words


@pytest.mark.parametrize("words", ["Conflict occurs (1).", "Conflict in BASIC report.", "Conflict {}."])
def test_a_number_or_a_common_word_names_nothing(
    words: str, sync: Run, tiktok: Simulator, one_advertiser: Config
) -> None:
    expected = sync(DAILY, config=one_advertiser)
    fault = refuse(tiktok, words, {"clicks"})
    result = sync(DAILY, config=one_advertiser)
    assert (result.errors, len(result.warnings)) == ([], 1)
    assert columns(result) == columns(expected) - {"clicks"}
    assert fault.hits <= 4 + MOST_REQUESTS


def test_a_refusal_with_a_number_passes_as_one_without(sync: Run, tiktok: Simulator, waits: list[float]) -> None:
    expected = sync("campaigns").rows("campaigns")
    tiktok.faults.refused(40002, "Could not acquire IP, retry 1 of 3", 1, CAMPAIGNS)
    result = sync("campaigns")
    assert (result.errors, result.warnings, len(result.rows("campaigns"))) == ([], [], len(expected))
    assert waits


def test_a_message_with_another_number_each_time_is_the_same_one(
    sync: Run, tiktok: Simulator, one_advertiser: Config
) -> None:
    fault = refuse(tiktok, "Conflict occurs, log id {}.", {"clicks"})
    result = sync(DAILY, config=one_advertiser)
    assert (result.errors, len(result.warnings)) == ([], 1)
    assert fault.hits < 4 + MOST_REQUESTS


# One ad account's


def test_what_one_ad_account_refuses_the_others_have(sync: Run, tiktok: Simulator) -> None:
    expected = sync(DAILY).rows(DAILY)
    refuse(tiktok, "Invalid metric fields: ['clicks']", {"clicks"}, TOKYO)
    result = sync(DAILY)
    assert (result.errors, len(result.rows(DAILY))) == ([], len(expected))
    assert {row["advertiser_id"] for row in result.rows(DAILY) if row.get("clicks") is None} == {TOKYO}
    (warning,) = result.warnings
    assert f"metrics clicks of {DAILY} for ad account {TOKYO} alone" in warning


def test_what_one_ad_account_goes_on_taking_is_not_believed_refused_of_all() -> None:
    report, likes = Report(), ("metrics", "likes")
    for owner in ("A", "B"):
        report.take(owner, [likes])
        report.leave_out({likes: "words"}, owner)
    report.take("C", [likes])
    report.leave_out({likes: "words"}, "D")
    assert (report.list_left_out("C"), report.list_left_out("D")) == (set(), {likes})


class Taking:
    """What takes every question about `likes`."""

    def send_request(self, request_params: Mapping[str, str]) -> Answer:
        response = requests.Response()
        asked = {**request_params, "metrics": '["likes"]'}
        response.request = requests.Request("GET", "https://business-api.tiktok.com/", params=asked).prepare()
        return Answer(response, b'{"code": 0}')


def test_what_is_taken_is_noted_anew_once_others_refuse_it() -> None:
    config, likes = dict[str, Any](), ("metrics", "likes")
    requester = LenientRequester(cast("Any", Taking()), config, {}, DAILY, {"likes"})
    report = LeftOut.of(config).get_report(DAILY)
    for owner in "ABC":
        requester.send_request(request_params={"advertiser_id": owner})
    for owner in "AB":
        report.leave_out({likes: "words"}, f"ad account {owner}")
    requester.send_request(request_params={"advertiser_id": "C"})
    report.leave_out({likes: "words"}, "ad account D")
    assert report.list_left_out("ad account C") == set()


def test_what_two_ad_accounts_took_is_not_left_out_for_both_once_one_of_them_refuses_it() -> None:
    config, likes = dict[str, Any](), ("metrics", "likes")
    requester = LenientRequester(cast("Any", Taking()), config, {}, DAILY, {"likes"})
    report = LeftOut.of(config).get_report(DAILY)
    for owner in "AAB":
        requester.send_request(request_params={"advertiser_id": owner})
    for owner in "ACD":
        report.leave_out({likes: "words"}, f"ad account {owner}")
    assert report.list_left_out("ad account B") == set()


def test_each_ad_account_may_refuse_something_else(sync: Run, tiktok: Simulator) -> None:
    refuse(tiktok, "Invalid metric fields: ['clicks']", {"clicks"}, TOKYO)
    refuse(tiktok, "Invalid metric fields: ['reach']", {"reach"}, BERLIN)
    result = sync(DAILY)
    without = {name: {row["advertiser_id"] for row in result.rows(DAILY) if row.get(name) is None}
               for name in ("clicks", "reach")}  # fmt: skip
    assert (result.errors, without) == ([], {"clicks": {TOKYO}, "reach": {BERLIN}})


def test_what_one_refuses_without_a_name_is_left_out_for_all_where_the_search_was_long_and_the_warning_says_so(
    sync: Run, tiktok: Simulator
) -> None:
    refuse(tiktok, "Conflict occurs.", {"clicks"}, TOKYO)
    result = sync(DAILY)
    assert (result.errors, len(result.warnings)) == ([], 1)
    has = {row["advertiser_id"] for row in result.rows(DAILY) if row.get("clicks") is not None}
    assert has or f"refused for ad account {TOKYO}; the others were not asked" in result.warnings[0]


# More than can be found out


@pytest.mark.parametrize(
    "refused", [{"reach", "clicks"}, {"reach", "frequency", "conversion", "clicks", "video_play_actions"}]
)
def test_where_the_requests_end_what_is_known_to_pass_is_read(
    refused: set[str], sync: Run, tiktok: Simulator, one_advertiser: Config
) -> None:
    expected = sync(DAILY, config=one_advertiser)
    fault = refuse(tiktok, "Conflict occurs.", refused)
    result = sync(DAILY, config=one_advertiser)
    assert (result.errors, result.statuses[DAILY], len(result.warnings)) == ([], "COMPLETE", 1)
    assert len(result.rows(DAILY)) == len(expected.rows(DAILY))
    assert {"campaign_name", "spend"} <= columns(result) <= columns(expected) - refused
    assert fault.hits <= 4 + MOST_REQUESTS
    assert f"more of {DAILY}" in result.warnings[0]


def test_the_other_windows_and_ad_accounts_are_read_with_the_same_columns(sync: Run, tiktok: Simulator) -> None:
    expected = len(sync(DAILY).rows(DAILY))
    refuse(tiktok, "Conflict occurs.", {"reach", "clicks"})
    result = sync(DAILY)
    assert (result.errors, result.statuses[DAILY], len(result.rows(DAILY))) == ([], "COMPLETE", expected)
    assert all("spend" in row for row in result.rows(DAILY))


# What the user named


@pytest.mark.parametrize("is_large", [False, True])
@pytest.mark.parametrize("words", ["Invalid metric fields: ['likes'].", "The metrics have no relation."])
def test_what_the_user_named_is_to_be_taken_out_of_his_report(
    words: str, is_large: bool, sync: Run, tiktok: Simulator, one_advertiser: Config
) -> None:
    mine = {"name": "mine", "level": "campaign", "metrics": ["likes", "clicks"], "large": is_large,
            "filters": {"status": "STATUS_NOT_DELETE"}}  # fmt: skip
    path = CREATE if is_large else REPORT
    refuse(tiktok, words, {"likes"}, path=path)
    result = sync("mine", config=one_advertiser | {"custom_reports": [mine]})
    assert result.statuses["mine"] == "INCOMPLETE"
    assert not any("Left out" in each for each in result.warnings)
    (error, *others) = result.errors
    assert all("`large`" not in each for each in others)
    out = "likes" if "likes" in words else "what TikTok does not accept"
    assert error.endswith(f"Take {out} out of Metrics of the custom report mine.")
    assert len(tiktok.asked(path)) == 1


def test_a_buying_type_the_user_chose_is_never_left_out(sync: Run, tiktok: Simulator, one_advertiser: Config) -> None:
    mine = {"name": "mine", "level": "campaign", "metrics": ["basic"], "buying_types": ["RESERVATION_RF"]}
    tiktok.faults.refused_value("filtering.buying_type", "RESERVATION_RF", path=REPORT)
    result = sync("mine", config=one_advertiser | {"custom_reports": [mine]})
    assert (result.statuses["mine"], result.warnings) == ("INCOMPLETE", [])
    assert "Take RESERVATION_RF out of Buying Types of the custom report mine." in result.errors[0]
