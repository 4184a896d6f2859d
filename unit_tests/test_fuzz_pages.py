"""Whatever TikTok answers about one ad account: rows or a sentence, and every other ad account whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from zlib import crc32

import pytest
from fuzzing import JUNK, NOTHING, Outcome, assert_told_well, catalog_of, fuzz, places, run, with_change
from harness import frozen_now
from hypothesis import example, given
from hypothesis import strategies as st

from source_tiktok_marketing.requesters import transport as wire
from tiktok_simulator import Request, Simulator, intercept
from tiktok_simulator.world.ready_made import BERLIN, TOKYO, make_small_world
from tiktok_simulator.world.world import TOKEN

LARGE = {"name": "large", "level": "campaign", "metrics": ["spend"], "large": True}
CONFIG = {
    "credentials": {"auth_type": "production_access_token", "access_token": TOKEN, "advertiser_ids": [TOKYO, BERLIN]},
    "start_date": "2026-01-20", "end_date": "2026-01-24", "concurrency": 2,
    "custom_reports": [{"name": "wide", "level": "campaign", "metrics": ["all"]},
                       {**LARGE, "filters": {"status": "STATUS_NOT_DELETE"}}],
}  # fmt: skip
STREAMS = ("campaigns", "ads", "creative_assets_portfolios", "campaigns_reports_daily", "ads_reports_weekly",
           "campaigns_reports_lifetime", "wide")  # fmt: skip
LISTS, DETAILS = "/oauth2/advertiser/get/", "/advertiser/info/"
Change = Callable[[bytes], bytes]
Mutation = tuple[str, int, Any]


def nested(depth: int) -> bytes:
    return b'{"x":' + b"[" * depth + b"]" * depth + b","


RAW: list[Change] = [
    lambda _: b"", lambda _: b"null", lambda _: b"7", lambda _: b'"OK"', lambda _: b"[]", lambda _: b"{}",
    lambda _: b"<html>", lambda _: b"[" * 100_000, lambda _: b'{"code":0}', lambda _: b'{"code":0,"data":{}}',
    lambda _: b'{"code":0,"data":{"list":null}}', lambda _: b'{"code":true,"data":{}}', lambda _: b'{"code":-7}',
    lambda _: b'{"code":"0"}', lambda _: b'{"code":12345678901234567890123}',
    lambda _: b'{"code":40001,"message":[[7]]}',
    lambda _: b'{"code":49999,"message":{"a":' + b"[" * 900 + b"]" * 900 + b"}}",
    lambda body: b"\xef\xbb\xbf" + body, lambda body: body + body, lambda body: body[:-1], lambda body: body[1:],
    lambda body: body.replace(b'"', b"'"), lambda body: body.replace(b",", b",,"),
    lambda body: body.replace(b"0", b"\0"),
    lambda body: body.replace(b'"list"', b'"list":[],"list"', 1), lambda body: body.replace(b'"list":', b'"x":', 1),
    lambda body: body.replace(b'"code":0', b'"code":1,"code":0', 1),
    lambda body: body.replace(b'"list":[', b'"list":[{},'),
    lambda body: body.replace(b'"code":0', b'"code":NaN', 1), lambda body: body.replace(b'"-"', b"Infinity"),
    lambda body: body.replace(b'":"', b'":"\xff\xfe', 3), lambda body: body.replace(b':"', b':"\\ud800', 2),
    lambda body: body.replace(b'"page_info":{', b'"page_info":' + nested(100_000), 1),
    lambda body: body.replace(b'"page_info":{', b'"page_info":' + nested(900), 1),
    lambda body: body.replace(b'"list":[{', b'"list":[' + nested(900), 1),
    lambda body: body.replace(b'"metrics":{', b'"metrics":' + nested(900), 1),
    lambda body: body.replace(b'"page_info"', b'"no_page_info"', 1),
    lambda body: body.decode("latin1").encode("utf-16"),
    lambda body: body.replace(b'"total_number":', b'"total_number":' + b"9" * 5_000, 1),
    lambda body: body.replace(b'"total_page":', b'"total_page":99999999', 1),
    lambda body: body.replace(b"2026-01", b"2026-99"),
    lambda body: body.replace(b'"stat_time_day"', b'"some_day"'), lambda body: body.replace(b'"campaign_id"', b'"id"'),
]  # fmt: skip
MUTATIONS = st.tuples(
    st.sampled_from(["raw", "anywhere", "at the top", "at the top"]), st.integers(0, 10**6), st.just(NOTHING) | JUNK
)


def changed(body: bytes, mutation: Mutation) -> bytes:
    """The body with one thing wrong: as bytes, or something odd in one place of the document."""
    kind, number, value = mutation
    try:
        document = json.loads(body)
    except ValueError:  # the text of a download
        kind = "raw"
    if kind == "raw":
        return RAW[number % len(RAW)](body)
    found = [path for path in places(document) if kind == "anywhere" or len(path) <= 3]
    return json.dumps(with_change(document, found[number % len(found)], value)).encode()


def read(streams: tuple[str, ...], mutations: list[Mutation], whom: str | None, *, spares: str = "-") -> Outcome:
    """A sync in which every answer about one ad account is spoiled, each request's always in the same way."""

    def what(request: Request, body: bytes) -> bytes:
        asked = f"{request.path}{sorted(request.parameters.items())}"
        return body if spares in request.path else changed(body, mutations[crc32(asked.encode()) % len(mutations)])

    with intercept(Simulator(make_small_world(), clock=frozen_now)) as tiktok:
        if mutations:
            tiktok.faults.body(what, times=None).advertiser_id = whom
        return run("read", config=CONFIG, catalog=catalog_of(*streams))


def of(outcome: Outcome, stream: str, advertiser_id: str) -> list[str]:
    return sorted(json.dumps(row) for row in outcome.rows(stream) if row["advertiser_id"] == advertiser_id)


def assert_told(outcome: Outcome, streams: tuple[str, ...]) -> None:
    """Only what TikTok itself says of our request may be of no kind that a user can mend or wait for."""
    assert_told_well(outcome, "config_error", "transient_error", "system_error")
    for error in outcome.errors:
        assert error["failure_type"] != "system_error" or "(code " in str(outcome.errors), error["message"]
    for stream in streams:
        assert outcome.statuses[stream] in ("COMPLETE", "INCOMPLETE")
        told = any((error.get("stream_descriptor") or {}).get("name") == stream for error in outcome.errors)
        assert (outcome.statuses[stream] == "INCOMPLETE") == told


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, Outcome]:
    return {}


@pytest.mark.slow
@fuzz(16)
@given(mutations=st.lists(MUTATIONS, min_size=10, max_size=10))
def test_any_answer_about_one_ad_account_leaves_the_others_whole(
    undisturbed: dict[str, Outcome], mutations: list[Mutation]
) -> None:
    whole = undisturbed.setdefault("sync", undisturbed.get("sync") or read(STREAMS, [], None))
    outcome = read(STREAMS, mutations, BERLIN, spares=DETAILS)
    assert_told(outcome, STREAMS)
    assert {name: of(outcome, name, TOKYO) for name in STREAMS} == {name: of(whole, name, TOKYO) for name in STREAMS}
    assert all(of(whole, name, TOKYO) for name in STREAMS)


@pytest.mark.samples(3)
@pytest.mark.parametrize("number", range(len(RAW)))
def test_a_damaged_body_leaves_rows_or_a_sentence(number: int) -> None:
    streams = ("campaigns", "campaigns_reports_daily", "wide")
    outcome = read(streams, [("raw", number, None)], BERLIN, spares=DETAILS)
    assert_told(outcome, streams)
    assert all(of(outcome, name, TOKYO) for name in streams)


@fuzz(8)
@example(mutations=[("raw", 9, None)])
@given(mutations=st.lists(MUTATIONS, min_size=1, max_size=1))
def test_any_answer_about_who_there_is_leaves_rows_or_a_sentence(mutations: list[Mutation]) -> None:
    streams = ("advertisers", "campaigns_reports_daily")
    assert_told(read(streams, mutations, None, spares="/report/"), streams)


@pytest.fixture
def passing_time(monkeypatch: pytest.MonkeyPatch, clock: Any) -> Iterator[None]:
    """Sleeping passes the time, as tasks are given up by the clock."""
    monkeypatch.setattr("time.sleep", lambda seconds: clock.tick(max(seconds, 1)))
    yield


@fuzz(6)
@example(mutations=[("at the top", 7, NOTHING)])
@given(mutations=st.lists(MUTATIONS, min_size=2, max_size=2))
def test_any_answer_about_a_report_task_ends(passing_time: None, mutations: list[Mutation]) -> None:
    outcome = read(("large",), mutations, BERLIN, spares=DETAILS)
    assert_told(outcome, ("large",))
    assert not any("Traceback" in line for line in outcome.log)


def test_an_endless_answer_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "LARGEST_ANSWER", 1_000_000)
    with intercept(Simulator(make_small_world(), clock=frozen_now)) as tiktok:
        fault = tiktok.faults.body(lambda _, body: body + b" " * 1_000_001, None, "/campaign/get/")
        fault.advertiser_id = BERLIN
        outcome = run("read", config=CONFIG, catalog=catalog_of("campaigns"))
    assert_told(outcome, ("campaigns",))
    assert (
        f"its body has more than 64 MB, which no page has. It was asked for stream campaigns, ad account {BERLIN}"
        in (outcome.errors[0]["message"])
    )
    assert of(outcome, "campaigns", TOKYO)
    assert not of(outcome, "campaigns", BERLIN)
