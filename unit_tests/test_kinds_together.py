"""Five ad accounts are asked at once for rows of TopView, Reach & Frequency and Promote, and no row is lost by it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from harness import Sync, frozen_now, read_streams

from source_tiktok_marketing.retrievers.kinds_together import MOST_IN_VAIN
from tiktok_simulator import Exchange, Simulator, World, intercept
from tiktok_simulator.endpoints.filter_values import asks_for_optional
from tiktok_simulator.world.populate import Plan, add_advertiser, add_campaign
from tiktok_simulator.world.ready_made import PROMOTED

Config = dict[str, Any]
REPORT, CAMPAIGNS = "/report/integrated/get/", "/campaign/get/"
DAILY, AUDIENCE, HOURLY = "ads_reports_daily", "ads_audience_reports_daily", "campaigns_reports_hourly"
CREATED = datetime(2025, 11, 1, 3, tzinfo=UTC)
AUCTION = Plan("Auction", CREATED, ad_groups=1, ads=1)
TOP_VIEW = replace(AUCTION, name="Top", buying_type="RESERVATION_TOP_VIEW", objective_type="RF_REACH")
SHORT = replace(TOP_VIEW, last_day=date(2025, 11, 20))
BOOSTED = replace(PROMOTED, created=CREATED)
DAYS = {"start_date": "2026-01-20", "end_date": "2026-01-21", "skip_inactive": True}


def name_account(number: int) -> str:
    return str(7_100_000_000_000_000_000 + number)


def make_world(active: int, idle: int = 0, more: dict[int, Plan] | None = None) -> World:
    """So many ad accounts with a campaign of auction, then idle ones, some of which have one `more`."""
    world = World()
    world.top_view_unasked = False
    for number in range(active + idle):
        account = add_advertiser(world, name_account(number), created=CREATED)
        for plan in ([AUCTION] if number < active else []) + ([more[number]] if more and number in more else []):
            add_campaign(world, account, plan)
    return world


def read(world: World, streams: list[str], config: Config, refusal: str = "", **days: str) -> tuple[Sync, Simulator]:
    with intercept(Simulator(world, clock=frozen_now)) as tiktok:
        if refusal:
            tiktok.faults.refused(40002, refusal, None, REPORT).when = lambda request: is_question(request.parameters)
        result = read_streams(streams, {**config, "concurrency": 2, **DAYS, **days})
    assert result.errors == result.warnings == []
    return result, tiktok


def is_question(query: dict[str, Any]) -> bool:
    return "advertiser_ids" in query and asks_for_optional(query)


def is_by_day(query: dict[str, Any]) -> bool:
    return is_question(query) and "stat_time_day" in query["dimensions"]


def questions(tiktok: Simulator) -> list[Exchange]:
    return [call for call in tiktok.asked(REPORT) if is_question(call.query)]


def looked_up(tiktok: Simulator) -> Counter[str]:
    return Counter(call.query["advertiser_id"] for call in tiktok.asked(CAMPAIGNS))


def campaigns(result: Sync, stream: str = DAILY) -> set[str]:
    return {row["campaign_id"] for row in result.rows(stream)}


def test_one_question_a_kind_spares_five_accounts_their_lookups(config: Config) -> None:
    result, tiktok = read(make_world(active=10), [DAILY, AUDIENCE, HOURLY], config)
    assert len(campaigns(result)) == 10
    assert len(questions(tiktok)) == 2 * 3
    assert {len(json.loads(call.query["advertiser_ids"])) for call in questions(tiktok)} == {5}
    assert looked_up(tiktok) == {}


def test_an_account_that_has_rows_of_a_kind_is_looked_up_alone(config: Config) -> None:
    world = make_world(active=5, more={2: TOP_VIEW, 3: BOOSTED})
    result, tiktok = read(world, [DAILY], config)
    assert len(campaigns(result)) == 7
    assert looked_up(tiktok) == {name_account(2): 1, name_account(3): 1}


def test_rows_without_an_owner_may_be_of_any_account(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    handle = Simulator.handle

    def leave_owners_out(self: Simulator, request: Any) -> Any:
        response = handle(self, request)
        if not is_question(request.parameters):
            return response
        body = response.json()
        for row in body["data"]["list"]:
            row["metrics"].pop("advertiser_id")
        return replace(response, body=json.dumps(body).encode())

    monkeypatch.setattr(Simulator, "handle", leave_owners_out)
    result, tiktok = read(make_world(active=5, more={2: TOP_VIEW}), [DAILY], config)
    assert len(campaigns(result)) == 6
    assert looked_up(tiktok) == {name_account(number): 1 for number in range(5)}


def test_active_accounts_are_asked_about_together_and_all_of_them_for_promote(config: Config) -> None:
    world = make_world(active=2, idle=16)
    for number in (9, 16):
        add_campaign(world, world.accounts[name_account(number)], AUCTION)
    _, tiktok = read(world, [DAILY], config)
    asked = [(json.loads(call.query["advertiser_ids"]), call.query["filtering"]) for call in questions(tiktok)]
    active = [name_account(number) for number in (0, 1, 9, 16)]
    assert sum(accounts == active for accounts, _ in asked) == 2
    assert sorted(len(accounts) for accounts, filtering in asked if "PROMOTE" in filtering) == [3, 5, 5, 5]


def test_an_idle_account_with_promote_is_read_though_its_own_rows_lack_it(config: Config) -> None:
    world = make_world(active=1, idle=5, more={4: BOOSTED})
    world.promote_in_accounts = False
    result, tiktok = read(world, [DAILY], config)
    assert len(campaigns(result)) == 2
    assert name_account(4) in looked_up(tiktok)


@pytest.mark.parametrize("deleted", [False, True], ids=["", "which leaves out deleted campaigns"])
def test_silence_does_not_count_where_tiktok_does_not_heed_the_filter(deleted: bool, config: Config) -> None:
    world = make_world(active=5, idle=5, more={7: BOOSTED})
    world.promote_in_accounts = world.filters_of_several = False
    for number in range(5 * deleted):
        world.delete("campaign", world.list_entities("campaign", name_account(number))[0].id)
    result, tiktok = read(world, [DAILY], config)
    assert len(campaigns(result)) == 6
    assert set(looked_up(tiktok)) == {name_account(number) for number in range(10)}


def test_before_an_active_account_was_seen_nothing_is_asked_together(config: Config) -> None:
    _, tiktok = read(make_world(active=0, idle=10), [DAILY, AUDIENCE], config)
    assert questions(tiktok) == []
    assert sum(looked_up(tiktok).values()) == 10


@pytest.mark.parametrize("told", ["filtering: not supported with advertiser_ids.", "Something is wrong."])
def test_where_tiktok_refuses_it_every_account_is_looked_up(told: str, config: Config) -> None:
    result, tiktok = read(make_world(active=25, more={2: TOP_VIEW}), [DAILY], config, told)
    assert len(campaigns(result)) == 26
    assert looked_up(tiktok) == {name_account(number): 3 for number in range(25)}
    asked = Counter(call.query["filtering"] for call in questions(tiktok))
    # What names nothing of the request is sent twice. Another thread may ask at the same time.
    assert all(MOST_IN_VAIN <= times <= 2 * (MOST_IN_VAIN + 1) for times in asked.values())


@pytest.mark.parametrize("other", ["ads_reports_weekly", "campaigns"])
def test_nothing_is_asked_together_that_is_looked_up_anyway(other: str, config: Config) -> None:
    _, tiktok = read(make_world(active=5), [DAILY, other], config)
    kinds = sum("PROMOTE" in call.query["filtering"] for call in questions(tiktok)), len(questions(tiktok))
    assert kinds == (0, 0 if "weekly" in other else 2)
    assert len([call for call in tiktok.asked(CAMPAIGNS) if "PROMOTE" in call.query.get("filtering", "")]) == 5


@pytest.mark.parametrize(("start", "is_asked"), [("2025-01-22", True), ("2024-01-20", False)])
def test_a_year_is_asked_for_at_once_and_more_only_if_that_is_less_than_a_lookup_each(
    start: str, is_asked: bool, config: Config
) -> None:
    before = datetime.fromisoformat(start).replace(tzinfo=UTC) - timedelta(days=30)
    world = World()
    for number in range(2):
        account = add_advertiser(world, name_account(number), created=before)
        add_campaign(world, account, replace(AUCTION, created=before))
    result, tiktok = read(world, ["campaigns_reports_daily"], config, start_date=start)
    assert len(campaigns(result, "campaigns_reports_daily")) == 2
    assert {call.query["dimensions"] for call in questions(tiktok)} == ({'["campaign_id"]'} if is_asked else set())
    assert len(questions(tiktok)) <= 2 * 3  # two threads may each begin with another part of the year
    assert sum(looked_up(tiktok).values()) == (0 if is_asked else 6)


def test_a_question_that_tiktok_never_answers_is_waited_for_once_by_each_thread(config: Config) -> None:
    world = make_world(active=10, more={2: TOP_VIEW})
    with intercept(Simulator(world, clock=frozen_now)) as tiktok:
        fault = tiktok.faults.outage(times=None, path=REPORT)
        fault.when = lambda request: is_question(request.parameters)
        result = read_streams([DAILY], {**config, "concurrency": 2, **DAYS})
    assert result.errors == []
    assert fault.hits
    asked = {call.query["filtering"] + call.query["advertiser_ids"] for call in questions(tiktok)}
    assert len(asked) <= 2  # one by each thread
    assert len(campaigns(result)) == 11


def test_a_question_that_is_answered_in_part_is_no_answer_and_nothing_to_tell_of(config: Config) -> None:
    world = make_world(active=5, more={2: TOP_VIEW})
    with intercept(Simulator(world, clock=frozen_now)) as tiktok:
        fault = tiktok.faults.refused(20001, "One item failed", None, REPORT)
        fault.when = lambda request: is_question(request.parameters)
        result = read_streams([DAILY], {**config, "concurrency": 2, **DAYS})
    assert fault.hits
    assert (result.errors, result.warnings) == ([], [])
    assert len(campaigns(result)) == 6


def asked_alone(tiktok: Simulator) -> set[str]:
    """The ad accounts that were asked by themselves for the days of a kind."""
    asked = [call.query for call in tiktok.asked(REPORT) if asks_for_optional(call.query)]
    days = [query for query in asked if query["dimensions"] == '["campaign_id", "stat_time_day"]']
    return {query["advertiser_id"] for query in days if "advertiser_id" in query}


def in_order(result: Sync) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for stream in (DAILY, AUDIENCE) for row in result.rows(stream))


def test_the_days_of_a_kind_are_asked_for_five_accounts_at_once_and_no_row_is_lost(config: Config) -> None:
    world = make_world(active=5, more=dict.fromkeys(range(5), SHORT))
    months = {"start_date": "2025-11-01", "end_date": "2026-02-10"}
    result, tiktok = read(world, [DAILY, AUDIENCE], config, **months)
    whole, every = read(world, [DAILY, AUDIENCE], {**config, "read_every_window": True}, **months)
    assert in_order(result) == in_order(whole)
    # A month at a time; two threads may begin with different ones.
    assert 4 <= sum(is_by_day(call.query) for call in questions(tiktok)) <= 8
    assert len(asked_alone(tiktok)) < 5  # before TikTok was seen to heed the filter
    assert len(tiktok.transcript) < len(every.transcript)


def test_where_the_days_of_five_accounts_are_not_told_each_is_asked_alone(config: Config) -> None:
    world = make_world(active=5, more=dict.fromkeys(range(5), SHORT))
    with intercept(Simulator(world, clock=frozen_now)) as tiktok:
        fault = tiktok.faults.cut_from_page(1)
        fault.when = lambda request: (
            is_question(request.parameters) and "stat_time_day" in request.parameters["dimensions"]
        )
        months = {**DAYS, "start_date": "2025-11-01", "end_date": "2026-02-10"}
        result = read_streams([DAILY, AUDIENCE], {**config, "concurrency": 2, **months})
    assert (result.errors, result.warnings) == ([], [])
    assert fault.hits
    assert len(campaigns(result)) == 10
    assert asked_alone(tiktok) == {name_account(number) for number in range(5)}
