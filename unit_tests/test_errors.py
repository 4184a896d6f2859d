"""One case per line of the error table, and for whatever is no answer at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from airbyte_cdk import AirbyteTracedException, FailureType
from airbyte_cdk.models import StreamDescriptor
from harness import Sync
from rows import MANIFEST

from source_tiktok_marketing.logs import Reasons
from tiktok_simulator import Simulator
from tiktok_simulator.world.ready_made import BERLIN, LOS_ANGELES, TOKYO
from tiktok_simulator.world.world import OTHER_APP_TOKEN, TOKEN

STREAM, PATH = "campaigns_reports_daily", "/report/integrated/get/"
HOURLY = "ads_reports_hourly"
NOT_GRANTED = "advertiser does not grant you /report/integrated/get/:GET permission"
TABLE = MANIFEST["definitions"]["error_table"]


def codes(action: str) -> list[int]:
    return [code for row in TABLE if row["action"] == action for code in row.get("codes", row.get("range"))]


@pytest.mark.samples(2)
@pytest.mark.parametrize("code", codes("RATE_LIMITED"))
def test_a_rate_limit_is_waited_out(
    code: int, sync: Callable[..., Sync], tiktok: Simulator, waits: list[float]
) -> None:
    expected = len(sync(STREAM).rows(STREAM))
    tiktok.faults.rate_limited(times=3, path=PATH, code=code)
    result = sync(STREAM)
    assert (len(result.rows(STREAM)), result.errors) == (expected, [])
    assert len(waits) == 3


def test_a_rate_limit_that_lasts_is_waited_out_for_minutes(
    sync: Callable[..., Sync], tiktok: Simulator, waits: list[float], one_advertiser: dict[str, Any]
) -> None:
    tiktok.faults.rate_limited(times=9, path=PATH)
    assert sync(STREAM, config=one_advertiser).errors == []
    assert sum(waits) > 5 * 60
    assert sorted(waits) == waits


@pytest.mark.samples(4)
@pytest.mark.parametrize("code", [*codes("RETRY"), 51305, 60001])
def test_an_outage_is_tried_again(code: int, sync: Callable[..., Sync], tiktok: Simulator) -> None:
    tiktok.faults.outage(times=4, path=PATH, code=code)
    result = sync(STREAM)
    assert result.errors == []
    assert result.statuses[STREAM] == "COMPLETE"


@pytest.mark.samples(1)
@pytest.mark.parametrize("fault", ["html_503", "connection_reset", "cut_json"])
def test_what_is_no_answer_at_all_is_asked_for_again(fault: str, sync: Callable[..., Sync], tiktok: Simulator) -> None:
    expected = len(sync(STREAM).rows(STREAM))
    getattr(tiktok.faults, fault)(times=3, path=PATH)
    result = sync(STREAM)
    assert (len(result.rows(STREAM)), result.errors) == (expected, [])


def test_an_outage_without_end_fails_as_transient_and_keeps_the_other_streams(
    sync: Callable[..., Sync], tiktok: Simulator
) -> None:
    tiktok.faults.outage(times=10_000, path=PATH)
    result = sync(STREAM, "campaigns")
    assert result.statuses == {STREAM: "INCOMPLETE", "campaigns": "COMPLETE"}
    kinds = {message.trace.error.failure_type.value for message in result.output.errors[:-1]}
    assert kinds == {"transient_error"}


@pytest.mark.samples(5)
@pytest.mark.parametrize("row", [row for row in TABLE if row["action"] == "FAIL"], ids=lambda row: str(row["codes"][0]))
def test_a_refusal_stops_with_tiktoks_words_the_account_and_the_remedy(
    row: dict[str, Any], sync: Callable[..., Sync], tiktok: Simulator, one_advertiser: dict[str, Any]
) -> None:
    for code in row["codes"]:
        tiktok.faults.clear()
        words = NOT_GRANTED if row.get("not_granted") else "System error"
        tiktok.faults.refused(code, words, times=None if row.get("leave_out") else 1, path=PATH)
        first = sync(STREAM, config=one_advertiser).output.errors[0].trace.error
        assert f"(code {code})" in first.message
        assert (f"stream {STREAM}, ad account {TOKYO}" in first.message) != row.get("for_all", False)
        assert row["remedy"] in first.message
        assert first.failure_type.value == row["failure"]


@pytest.mark.parametrize(
    ("stream", "path"),
    [("creative_assets_videos", "/file/video/ad/search/"), ("campaigns", "/campaign/get/"), (STREAM, PATH)],
)
def test_an_endpoint_that_is_not_granted_is_no_matter_of_the_ad_account(
    stream: str, path: str, sync: Callable[..., Sync], tiktok: Simulator, one_advertiser: dict[str, Any]
) -> None:
    words = f"advertiser does not grant you {path}:GET permission"
    tiktok.faults.refused(40001, words, None, path)
    error = sync(stream, config=one_advertiser).errors[0]
    assert f"TikTok refused: {words} (code 40001)" in error
    assert "Add this permission to the app in TikTok for Business and authorise it again" in error
    assert "exclude_advertiser_ids" not in error


def test_a_stream_that_is_not_granted_is_skipped_with_its_scope(
    sync: Callable[..., Sync], tiktok: Simulator, one_advertiser: dict[str, Any]
) -> None:
    tiktok.faults.refused(40001, "advertiser does not grant you /pixel/list/:GET permission", None, "/pixel/list/")
    result = sync("pixels", config=one_advertiser)
    assert result.errors == []
    assert "pixels was skipped" in result.warnings[0]


def test_a_single_day_that_is_too_large_may_pass(
    sync: Callable[..., Sync], tiktok: Simulator, one_advertiser: dict[str, Any]
) -> None:
    tiktok.faults.too_large(days=0)
    error = sync(STREAM, config=one_advertiser).output.errors[0].trace.error
    assert error.failure_type.value == "transient_error"
    assert "Even a day is too large" in error.message


def test_the_quota_of_the_day_is_waited_for_once_by_all_streams(
    sync: Callable[..., Sync], tiktok: Simulator, waits: list[float], one_advertiser: dict[str, Any]
) -> None:
    streams = (STREAM, "campaigns", "ads", "audiences", "pixels", "creative_assets_images", "smart_plus_ads")
    tiktok.faults.rate_limited(None)
    tiktok.faults.armed[0].when = lambda request: "advertiser/" not in request.path
    result = sync(*streams, config=one_advertiser | {"max_wait_minutes": 1, "concurrency": 2})
    assert set(result.statuses.values()) == {"INCOMPLETE"}
    assert len({error for error in result.errors if "quota of the day" in error and "Not everything" not in error}) == 1
    assert sum(waits) < 3 * 60


@pytest.mark.parametrize("number", [1, 4, 12])
def test_when_the_quota_ends_one_request_asks_for_all_whatever_the_number_of_streams(
    number: int, sync: Callable[..., Sync], tiktok: Simulator, one_advertiser: dict[str, Any]
) -> None:
    streams = (STREAM, "campaigns", "ads", "audiences", "pixels", "creative_assets_images", "smart_plus_ads",
               "ad_groups", "creative_assets_videos", "ads_reports_daily", HOURLY, "identities")  # fmt: skip
    tiktok.faults.rate_limited(None).when = lambda request: "advertiser/" not in request.path
    result = sync(*streams[:number], config=one_advertiser | {"max_wait_minutes": 15, "concurrency": 5})
    refused = [call for call in tiktok.transcript if call.code == 40100]
    attempts = 11  # of one request in fifteen minutes: after 1, 2, 4, 8, 16, 30, 60, and 300 seconds, and at the end
    assert attempts <= len(refused) < attempts + 5
    assert (set(result.statuses.values()), len(result.statuses)) == ({"INCOMPLETE"}, number)
    assert len({error for error in result.errors if "Not everything" not in error}) == 1


def test_when_the_quota_is_back_all_go_on(sync: Callable[..., Sync], tiktok: Simulator) -> None:
    expected = {stream: len(sync(stream).rows(stream)) for stream in (STREAM, "campaigns", "audiences")}
    tiktok.faults.rate_limited(9).when = lambda request: "advertiser/" not in request.path
    result = sync(*expected)
    assert (result.errors, {stream: len(result.rows(stream)) for stream in expected}) == ([], expected)


@pytest.mark.parametrize("end", ["outage", "connection_reset", "refused"])
def test_one_that_asks_for_all_and_has_other_trouble_holds_up_nobody(
    end: str, sync: Callable[..., Sync], tiktok: Simulator
) -> None:
    tiktok.faults.rate_limited(6).when = lambda request: "advertiser/" not in request.path
    arguments = {"outage": {"times": 3}, "connection_reset": {"times": 3}, "refused": {"code": 49999}}
    fault = getattr(tiktok.faults, end)(path=PATH, **arguments[end])
    result = sync(STREAM, "campaigns", "audiences")
    assert (result.statuses["campaigns"], result.statuses["audiences"]) == ("COMPLETE", "COMPLETE")
    assert fault.hits > 0


def test_an_endpoint_that_alone_refuses_for_the_quota_is_given_up_once(
    sync: Callable[..., Sync], tiktok: Simulator, waits: list[float], config: dict[str, Any]
) -> None:
    tiktok.faults.rate_limited(None, "/campaign/get/")
    result = sync("campaigns", "audiences", "pixels", config=config | {"max_wait_minutes": 1, "concurrency": 2})
    assert sum(waits) < 4 * 60
    assert result.statuses["campaigns"] == "INCOMPLETE"


def test_the_closing_word_reads_well_where_its_lines_are_folded(sync: Callable[..., Sync], tiktok: Simulator) -> None:
    tiktok.faults.no_permission(BERLIN)
    result = sync(STREAM, "campaigns")
    *reasons, closing = result.errors
    first, second = sorted(reasons, key=lambda reason: f"stream {STREAM}" not in reason)
    head = "Not everything was read; what is not named here is complete:"
    orders = (f"{STREAM}: {first}", f"campaigns: {second}"), (f"campaigns: {second}", f"{STREAM}: {first}")
    assert " ".join(closing.split()) in [f"{head} 1) {one} 2) {other}" for one, other in orders]


def test_of_many_reasons_the_closing_word_repeats_some_and_counts_the_others() -> None:
    reasons, of = Reasons(), StreamDescriptor(name="ads")
    for number in range(25):
        told = AirbyteTracedException(message=f"Account {number}\nis refused", stream_descriptor=of)
        assert reasons.is_new(told.as_airbyte_message())
    error = AirbyteTracedException(internal_message="all", failure_type=FailureType.transient_error)
    lines = str(reasons.make_closing_error(error).message).splitlines()
    assert lines[1] == "1) ads: Account 0 is refused."
    assert lines[20:] == ["20) ads: Account 19 is refused.", "21) ads: 5 more reasons, named above."]


def test_an_unknown_code_stops_with_tiktoks_own_words(
    sync: Callable[..., Sync], tiktok: Simulator, one_advertiser: dict[str, Any]
) -> None:
    tiktok.faults.outage(times=1, path=PATH, code=49999)
    error = sync(STREAM, config=one_advertiser).errors[0]
    assert error.startswith("TikTok refused: ")
    assert "(code 49999)" in error


def test_one_accounts_trouble_is_that_accounts(sync: Callable[..., Sync], tiktok: Simulator) -> None:
    tiktok.faults.no_permission(BERLIN, path=PATH)
    result = sync(STREAM)
    assert {row["advertiser_id"] for row in result.rows(STREAM)} == {TOKYO, LOS_ANGELES}
    assert result.statuses[STREAM] == "INCOMPLETE"
    assert BERLIN in result.errors[0]
    assert BERLIN not in result.cursors(STREAM)
    assert result.cursors(STREAM)[TOKYO] == "2026-01-24"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"access_token": "wrong"}, "Access token is incorrect or has been revoked (code 40105)"),
        (
            {"access_token": OTHER_APP_TOKEN},
            "Check App ID and App Secret under Sign-in (credentials), and that the access token was issued for this "
            "very app.",
        ),
        ({"secret": "wrong"}, "Check App ID and App Secret"),
        ({"app_id": "123"}, "Check App ID and App Secret"),
    ],
)
def test_wrong_credentials_say_which_to_mend(
    change: dict[str, str], words: str, sync: Callable[..., Sync], config: dict[str, Any]
) -> None:
    result = sync(STREAM, config=config | {"credentials": config["credentials"] | change})
    assert words in result.errors[0]


@pytest.mark.samples(4)
@pytest.mark.parametrize("code", [40001, 40002, 40105, 49999, 50000])
@pytest.mark.parametrize(
    ("stream", "path"), [(STREAM, PATH), ("pixels", "/pixel/list/"), ("advertisers", "/advertiser/info/")]
)
def test_however_long_tiktoks_words_are_they_are_told_in_short(
    stream: str, path: str, code: int, sync: Callable[..., Sync], tiktok: Simulator, one_advertiser: dict[str, Any]
) -> None:
    tiktok.faults.refused(code, "endless " * 100_000, None, path)
    result = sync(stream, config=one_advertiser)
    assert sum(len(str(message)) for message in result.output._messages) < 100_000
    assert "endless endless" in str(result.output._messages) or stream == "advertisers"


def test_neither_token_nor_secret_is_ever_printed(
    sync: Callable[..., Sync], tiktok: Simulator, config: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    tiktok.faults.no_permission(TOKYO)
    tiktok.faults.outage(times=30)
    result = sync(STREAM, "campaigns", "advertisers", config=config)
    printed = capsys.readouterr().out + "".join(str(message) for message in result.output._messages)
    assert TOKEN not in printed
    assert config["credentials"]["secret"] not in printed
