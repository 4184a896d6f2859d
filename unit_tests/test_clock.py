"""Where the machine's clock is wrong, days are told by TikTok's, no cursor passes it, and no row is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from airbyte_cdk import Status
from harness import NOW, Sync, frozen_now, plain_reports

from source_tiktok_marketing import SourceTiktokMarketing
from source_tiktok_marketing.requesters.clock import SyncClock
from tiktok_simulator import Fault, Simulator, World
from tiktok_simulator.world.populate import Plan, add_advertiser, add_campaign
from tiktok_simulator.world.ready_made import FOUNDED, TOKYO

Run = Callable[..., Sync]
Config = dict[str, Any]
WRONG, LATER = timedelta(days=10), timedelta(days=20)
DAILY, HOURLY, WEEKLY = "campaigns_reports_daily", "campaigns_reports_hourly", "campaigns_reports_weekly"
AUDIENCE, PIXELS = "campaigns_audience_reports_daily", "pixel_events_statistics"
KEYS = {
    DAILY: ("campaign_id", "stat_time_day"),
    HOURLY: ("campaign_id", "stat_time_hour"),
    WEEKLY: ("campaign_id", "period_start"),
    AUDIENCE: ("campaign_id", "stat_time_day", "age", "gender"),
    PIXELS: ("pixel_id", "date"),
    "campaigns": ("campaign_id", "modify_time"),
    "ads": ("ad_id", "modify_time"),
}
TEN_DAYS_AGO, TEN_DAYS = "Thu, 05 Feb 2026 05:00:00 GMT", str(10 * 86_400)
AHEAD = "The clock of this machine is 10 days ahead of TikTok's."


@pytest.fixture
def world() -> World:
    """One ad account with two small campaigns, of which one is new and goes on for months."""
    found, created = World(), datetime(2026, 2, 10, tzinfo=UTC)
    account = add_advertiser(found, TOKYO, name="Tokyo", timezone="Asia/Tokyo", created=FOUNDED)
    add_campaign(found, account, Plan("Summer traffic", FOUNDED, ad_groups=1, ads=2))
    add_campaign(found, account, Plan("Evergreen", created, ad_groups=1, ads=1))
    return found


@pytest.fixture
def recent(config: Config) -> Config:
    return config | {"start_date": "2026-02-04", "end_date": "", "advertiser_ids": [TOKYO]}


def keys(stream: str, *results: Sync) -> set[tuple[Any, ...]]:
    return {tuple(row.get(name) for name in KEYS[stream]) for result in results for row in result.rows(stream)}


def be_ahead(tiktok: Simulator, clock: Any, error: timedelta, now: datetime = NOW) -> None:
    """It is `now` for TikTok, and this machine's clock is ahead of it."""
    clock.move_to(now + error)
    tiktok.clock = lambda: frozen_now() - error


def states_of(result: Sync) -> dict[str, Any]:
    saved = {message.state.stream.stream_descriptor.name for message in result.output.state_messages}
    return {stream: result.state(stream) for stream in saved}


def told(result: Sync) -> list[str]:
    return [line for line in result.warnings if "clock" in line]


@pytest.mark.samples(1)
@pytest.mark.parametrize("error", [WRONG, -WRONG], ids=["ahead", "behind"])
@pytest.mark.parametrize("start", ["2026-02-04", "today-5"])
@pytest.mark.slow
def test_a_sync_by_a_wrong_clock_and_one_by_a_right_one_have_every_row(
    start: str, error: timedelta, sync: Run, tiktok: Simulator, world: World, recent: Config, clock: Any
) -> None:
    chosen = recent | {"start_date": start}
    be_ahead(tiktok, clock, timedelta(0))
    before = sync(*KEYS, config=chosen)
    be_ahead(tiktok, clock, error)
    wrong = sync(*KEYS, config=chosen)
    assert wrong.errors == []
    for kind in ("campaign", "ad"):
        world.touch(kind, world.list_entities(kind, TOKYO)[0].id, NOW + timedelta(hours=7))
    be_ahead(tiktok, clock, timedelta(0), NOW + LATER)
    after = sync(*KEYS, config=chosen, state=states_of(before))
    right = sync(*KEYS, config=chosen, state=states_of(wrong))
    assert (right.errors, told(right)) == ([], [])
    for stream in KEYS:
        expected = keys(stream, before, after)
        assert len(expected) > 0
        assert expected <= keys(stream, wrong, right)


def test_no_cursor_passes_tiktoks_time(sync: Run, tiktok: Simulator, recent: Config, clock: Any) -> None:
    be_ahead(tiktok, clock, WRONG)
    result = sync(*KEYS, config=recent)
    for stream in KEYS:
        assert max(result.cursors(stream).values())[:10] <= "2026-02-15"


def test_days_are_told_by_tiktoks_clock_where_the_machines_is_ahead(
    sync: Run, tiktok: Simulator, recent: Config, clock: Any
) -> None:
    be_ahead(tiktok, clock, WRONG)
    result = sync(DAILY, config=recent)
    assert max(call.query["end_date"] for call in plain_reports(tiktok)) == "2026-02-15"
    assert (result.errors, {call.code for call in tiktok.transcript}) == ([], {0})


def test_a_saved_state_older_than_the_start_goes_on_at_the_start_that_tiktok_tells(
    sync: Run, tiktok: Simulator, recent: Config, clock: Any
) -> None:
    be_ahead(tiktok, clock, WRONG)
    before = {"states": [{"partition": {"advertiser_id": TOKYO}, "cursor": {"stat_time_day": "2026-01-12"}}]}
    sync(DAILY, config=recent | {"start_date": "today-2"}, state={DAILY: before})
    asked = {call.query["advertiser_id"]: call.query["start_date"] for call in plain_reports(tiktok)}
    assert asked == {TOKYO: "2026-02-13"}


def test_a_start_in_words_is_asked_of_tiktok_without_the_token_and_a_written_one_is_not(
    sync: Run, tiktok: Simulator, recent: Config
) -> None:
    seen: list[Any] = []
    tiktok.faults.arm(Fault("seen", lambda request, answer: seen.append(request) or answer(request), "/"))
    sync(DAILY, config=recent)
    assert [request.path for request in seen if request.method == "HEAD"] == []
    sync(DAILY, config=recent | {"start_date": "today-5"})
    (asked,) = [request for request in seen if request.method == "HEAD"]
    assert (asked.host, asked.path, asked.get_header("Access-Token")) == ("business-api.tiktok.com", "/", None)


def test_a_clock_that_nobody_answers_about_is_heard_of_later(
    sync: Run, tiktok: Simulator, recent: Config, clock: Any
) -> None:
    be_ahead(tiktok, clock, WRONG)
    tiktok.faults.connection_reset()
    result = sync(DAILY, config=recent | {"start_date": "today-5"})
    assert (result.errors, len(told(result))) == ([], 1)


@pytest.mark.parametrize("start", ["2026-02-04", "today-5"])
@pytest.mark.parametrize(("error", "words"), [(timedelta(days=1), "1 day ahead of"), (-WRONG, "10 days behind"),
                                              (timedelta(hours=5), "5 hours ahead of"),
                                              (timedelta(minutes=-20), "20 minutes behind")])  # fmt: skip
def test_a_wrong_clock_is_told_once(
    error: timedelta, words: str, start: str, sync: Run, tiktok: Simulator, recent: Config, clock: Any
) -> None:
    be_ahead(tiktok, clock, error)
    result = sync("campaigns", "ads", "advertisers", config=recent | {"start_date": start})
    assert [f"The clock of this machine is {words} TikTok's." in line for line in result.warnings] == [True]


def test_a_check_tells_of_a_wrong_clock(tiktok: Simulator, recent: Config, clock: Any, caplog: Any) -> None:
    be_ahead(tiktok, clock, WRONG)
    source = SourceTiktokMarketing(config=recent)
    assert source.check(source.logger, source.normal_config).status is Status.SUCCEEDED
    assert caplog.text.count(AHEAD) == 1


def test_a_clock_that_is_minutes_off_is_as_good_as_right(
    sync: Run, tiktok: Simulator, recent: Config, clock: Any
) -> None:
    be_ahead(tiktok, clock, timedelta(minutes=14))
    assert sync("campaigns", config=recent).warnings == []


@pytest.mark.samples(4)
@pytest.mark.parametrize(("date", "age"), [
    ("", ""), ("yesterday", ""), ("2026-13-45", ""), (TEN_DAYS_AGO, TEN_DAYS), (TEN_DAYS_AGO, "old"),
    ("Thu, 01 Jan 1970 00:00:00 GMT", ""), ("Fri, 31 Dec 9999 23:59:59 GMT", TEN_DAYS), (TEN_DAYS_AGO, "9" * 30),
])  # fmt: skip
def test_a_moment_that_is_missing_garbled_or_not_to_be_believed_changes_nothing(
    date: str, age: str, sync: Run, tiktok: Simulator, recent: Config
) -> None:
    tiktok.faults.wrong_date(date, age)
    result = sync(DAILY, config=recent)
    assert (result.errors, result.warnings) == ([], [])
    assert max(call.query["end_date"] for call in plain_reports(tiktok)) == "2026-02-15"


def test_an_answer_kept_on_the_way_without_a_word_costs_time_and_no_row(
    sync: Run, tiktok: Simulator, recent: Config
) -> None:
    tiktok.faults.wrong_date(TEN_DAYS_AGO)
    stale = sync(DAILY, config=recent)
    assert AHEAD in told(stale)[0]
    tiktok.faults.clear()
    right, whole = sync(DAILY, config=recent, state=states_of(stale)), sync(DAILY, config=recent)
    assert keys(DAILY, whole) == keys(DAILY, stale, right)


def test_the_clock_follows_the_last_answer(config: Config, clock: Any) -> None:
    found = SyncClock.of(config)
    found.hear({"Date": TEN_DAYS_AGO})
    assert found.now() == NOW - WRONG
    found.hear({"Date": "Sun, 15 Feb 2026 05:00:01 GMT"})
    assert found.now() == found.get_earlier() == NOW
    found.hear({"Date": "Wed, 25 Feb 2026 05:00:00 GMT"})
    assert (found.now(), found.get_earlier()) == (NOW + WRONG, NOW)
