"""How often TikTok is asked, and how much is said about it: no request too many, no state too long."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from harness import Sync, frozen_now, plain_reports, read_streams

from tiktok_simulator import Exchange, Simulator, World, intercept
from tiktok_simulator.world.populate import add_advertiser
from tiktok_simulator.world.ready_made import BERLIN, EMPTY, LOS_ANGELES, TOKYO, make_busy_world

Config = dict[str, Any]
REPORT = "/report/integrated/get/"
REPORTS = ("ads_reports_daily", "campaigns_reports_daily", "ads_audience_reports_daily")


def question(call: Exchange) -> str:
    return f"{call.path} {json.dumps(dict(call.query), sort_keys=True)}"


@pytest.mark.slow
def test_a_window_costs_a_request_per_thousand_rows_and_one_where_it_has_none(config: Config) -> None:
    world = make_busy_world(advertisers=2, campaigns=60)
    add_advertiser(world, EMPTY)
    with intercept(Simulator(world, clock=frozen_now)) as tiktok:
        result = read_streams(["ads_reports_daily"], config)
    rows = Counter(row["advertiser_id"] for row in result.rows("ads_reports_daily"))
    asked = Counter(call.query["advertiser_id"] for call in plain_reports(tiktok))
    assert max(rows.values()) > 2_000
    assert asked == {each: max(1, math.ceil(rows[each] / 1_000)) for each in world.accounts}


def test_no_question_is_asked_twice_whatever_is_read_together(
    sync: Callable[..., Sync], tiktok: Simulator, config: Config
) -> None:
    streams = ("advertiser_ids", "advertisers", "campaigns", "ads", *REPORTS, "campaigns_reports_weekly")
    assert sync(*streams, config=config | {"start_date": "2026-01-23"}).errors == []
    times = Counter(map(question, tiktok.transcript))
    assert [asked for asked, count in times.items() if count > 1] == []
    assert len(tiktok.asked("/oauth2/advertiser/get/")) == len(tiktok.asked("/advertiser/info/")) == 1


@pytest.mark.slow
def test_a_daily_sync_costs_one_request_per_account_and_report_one_per_account_and_two_for_all(
    sync: Callable[..., Sync], tiktok: Simulator, config: Config, clock: Any
) -> None:
    until_today = config | {"start_date": "2026-02-10", "end_date": ""}
    first = sync(*REPORTS, config=until_today)
    tiktok.transcript.clear()
    clock.move_to(datetime(2026, 2, 16, 5, tzinfo=UTC))
    sync(*REPORTS, config=until_today, state={stream: first.state(stream) for stream in REPORTS})
    firsts = [call.query for call in tiktok.asked(REPORT) if call.query.get("page", "1") == "1"]
    plain = [call.query for call in plain_reports(tiktok) if call.query["page"] == "1"]
    asked = Counter((query["advertiser_id"], query["dimensions"]) for query in plain)
    apart = Counter(query["advertiser_id"] for query in firsts if query not in plain and "advertiser_ids" not in query)
    assert set(asked.values()) == {1}
    assert len(asked) == len(REPORTS) * len((TOKYO, LOS_ANGELES, BERLIN, EMPTY))
    # TikTok may give TopView, Reach & Frequency and Promote only where they are asked for; which accounts have any, one
    # question each tells, and on which days TopView and Reach & Frequency have rows, another.
    assert set(apart) == {TOKYO, LOS_ANGELES, BERLIN}
    assert max(apart.values()) <= 2 * (1 + len(REPORTS))
    looked_up = [(call.query["advertiser_id"], call.query["filtering"]) for call in tiktok.asked("/campaign/get/")]
    assert len(looked_up) == len(set(looked_up)) <= 3 * 4
    assert len(tiktok.transcript) - len(tiktok.asked(REPORT)) - len(looked_up) == 2


def test_a_sync_says_two_states_a_stream_of_a_hundred_bytes_per_account(config: Config) -> None:
    sizes = {}
    for accounts in (20, 80):
        world = World()
        for number in range(accounts):
            add_advertiser(world, str(7100000000000000000 + number))
        with intercept(Simulator(world, clock=frozen_now)):
            result = read_streams(list(REPORTS), config | {"skip_inactive": True})
        said = Counter(message.state.stream.stream_descriptor.name for message in result.output.state_messages)
        assert set(said) == set(REPORTS)
        assert max(said.values()) <= 2
        sizes[accounts] = max(len(json.dumps(result.state(stream))) for stream in REPORTS)
    assert sizes[80] <= 4 * sizes[20]
    assert sizes[80] / 80 < 120
