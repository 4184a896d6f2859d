"""Comments, automated rules and tests: windows, runs, and lists that page in ways of their own."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

from harness import Sync

from tiktok_simulator import Fault, Request, Response, Simulator, World
from tiktok_simulator.endpoints.lists.listed import read_lists
from tiktok_simulator.endpoints.lists.tables import make_rows
from tiktok_simulator.world.ready_made import BERLIN, LOS_ANGELES, TOKYO

Config = dict[str, Any]
Read = Callable[..., Sync]
RULES = "/optimizer/rule/list/"


def asked(tiktok: Simulator, path: str, *names: str) -> Counter[tuple[str, ...]]:
    return Counter(tuple(exchange.query[name] for name in names) for exchange in tiktok.asked(path))


def first_page(request: Request, answer: Callable[[Request], Response]) -> Response:
    return answer(replace(request, query={**request.query, "page": "1"}))


def test_comments_are_asked_for_by_ad_group_and_window(
    sync: Read, tiktok: Simulator, world: World, one_advertiser: Config
) -> None:
    sync("comments", config=one_advertiser)
    groups = [item.id for item in world.list_entities("adgroup", TOKYO)]  # deleted ones have had comments, too
    windows = asked(tiktok, "/comment/list/", "search_value", "start_time", "end_time")
    assert windows == {(group, "2026-01-15", "2026-01-24"): 1 for group in groups}


def test_years_of_comments_are_read_without_a_gap_a_year_at_a_time(
    sync: Read, tiktok: Simulator, world: World, one_advertiser: Config
) -> None:
    world.list_sizes["/comment/list/"] = 0
    sync("comments", config=one_advertiser | {"start_date": "2023-01-01"})
    windows = sorted(set(asked(tiktok, "/comment/list/", "start_time", "end_time")))
    days = [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in windows]
    assert (windows[0][0], windows[-1][1]) == ("2023-01-01", "2026-01-24")
    assert max((last - first).days for first, last in days) < 365
    assert {(later[0] - earlier[1]).days for earlier, later in pairwise(days)} == {1}


def test_comments_go_on_where_the_last_sync_ended_for_each_ad_account(
    sync: Read, tiktok: Simulator, config: Config
) -> None:
    first = sync("comments", config=config | {"attribution_window": 3})
    assert set(first.cursors("comments")) >= {TOKYO, LOS_ANGELES, BERLIN}
    tiktok.transcript.clear()
    later = config | {"attribution_window": 3, "end_date": "2026-01-28"}
    second = sync("comments", config=later, state={"comments": first.state("comments")})
    assert {start for (start,) in asked(tiktok, "/comment/list/", "start_time")} == {"2026-01-21"}
    assert {row["create_time"][:10] for row in second.rows("comments")} >= {"2026-01-25", "2026-01-28"}


def test_rules_are_read_until_a_page_is_not_full(
    sync: Read, tiktok: Simulator, world: World, one_advertiser: Config
) -> None:
    """TikTok does not say how many rules there are."""
    world.list_sizes[RULES] = 20
    assert len(sync("automated_rules", config=one_advertiser).rows("automated_rules")) == 20
    assert asked(tiktok, RULES, "page") == {("1",): 1, ("2",): 1, ("3",): 1}


def test_rules_that_come_twice_end_the_sync_instead_of_going_on_for_ever(
    sync: Read, tiktok: Simulator, world: World, one_advertiser: Config
) -> None:
    world.list_sizes[RULES] = 10
    tiktok.faults.arm(Fault("stuck", first_page, RULES))
    result = sync("automated_rules", config=one_advertiser)
    assert result.statuses == {"automated_rules": "INCOMPLETE"}
    assert len(tiktok.asked(RULES)) < 20


def as_in_the_example(request: Request, answer: Callable[[Request], Response]) -> Response:
    """The members as TikTok's page calls them in its example, not in its table."""
    response = answer(request)
    body = response.body
    for told, shown in (("action", "actions"), ("last_check_result_summary", "rule_check_result"),
                        ("no_change", "not_change")):  # fmt: skip
        body = body.replace(f'"{told}":'.encode(), f'"{shown}":'.encode())
    return replace(response, body=body)


def test_rules_have_the_same_columns_under_either_name_tiktok_gives_their_members(
    sync: Read, tiktok: Simulator, one_advertiser: Config
) -> None:
    streams = ("automated_rule_results", "automated_rule_result_details")
    before = sync(*streams, config=one_advertiser)
    tiktok.faults.arm(Fault("renamed", as_in_the_example, "/optimizer/rule/result/list/"))
    after = sync(*streams, config=one_advertiser)
    for stream in streams:
        assert before.rows(stream) == after.rows(stream) != []


def test_a_run_is_asked_about_with_its_own_rule(sync: Read, tiktok: Simulator, world: World) -> None:
    sync("automated_rule_result_details")
    runs = {
        (account, row["rule_id"], row["last_check_result_summary"]["task_exec_id"])
        for account in world.permitted
        for row in make_rows(world, read_lists()["/optimizer/rule/result/list/"], {"advertiser_id": account}, None)
    }
    found = {
        (exchange.query["advertiser_id"], each["rule_id"], each["exec_id"])
        for exchange in tiktok.asked("/optimizer/rule/result/get/")
        for each in json.loads(exchange.query["result_detail"])
    }
    assert found == runs != set()


def test_every_blocked_word_is_read_though_its_pages_are_asked_for_in_an_object(
    sync: Read, tiktok: Simulator, world: World, one_advertiser: Config
) -> None:
    world.list_sizes["/blockedword/list/"] = 1_001
    rows = sync("blocked_words", config=one_advertiser).rows("blocked_words")
    assert len(rows) == 1_001
    pages = [json.loads(exchange.query["page_info"]) for exchange in tiktok.asked("/blockedword/list/")]
    assert pages == [{"page": page, "page_size": 500} for page in (1, 2, 3)]


def test_a_split_test_is_read_once_though_all_its_ad_groups_name_it(
    sync: Read, tiktok: Simulator, world: World, one_advertiser: Config
) -> None:
    rows = sync("split_test_results", config=one_advertiser).rows("split_test_results")
    named = [item.row["split_test_group_id"] for item in world.list_entities("adgroup", TOKYO)]
    tests = [test for test in named if test]
    assert len(tests) > len(set(tests)) == len(rows) == len(tiktok.asked("/split_test/result/get/"))


def test_negative_keywords_are_read_of_campaigns_and_of_ad_groups(
    sync: Read, tiktok: Simulator, world: World, one_advertiser: Config
) -> None:
    sync("negative_keywords", config=one_advertiser)
    expected = {
        (kind.upper(), item.id)
        for kind in ("campaign", "adgroup")
        for item in world.list_entities(kind, TOKYO)
        if not item.deleted
    }
    assert asked(tiktok, "/search_ad/negative_keyword/get/", "object_type", "object_id") == dict.fromkeys(expected, 1)
