"""Several workers on one account list: each reads its part, and all parts together are the whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from harness import Sync, Turns

from source_tiktok_marketing import SourceTiktokMarketing
from source_tiktok_marketing.config.shards import is_ours, take_share
from tiktok_simulator import Simulator, World
from tiktok_simulator.world.ready_made import BERLIN, EMPTY, FORBIDDEN, LOS_ANGELES, TOKYO

IDS = [str(7_000_000_000_000_000_000 + 977 * number) for number in range(3_000)]
STREAMS = ("advertiser_ids", "advertisers", "campaigns", "campaigns_reports_daily")


def shard(index: int, count: int) -> dict[str, Any]:
    return {"shard": {"index": index, "count": count}}


def owner(advertiser_id: str, count: int) -> int:
    (index,) = [index for index in range(count) if is_ours(shard(index, count), advertiser_id)]
    return index


def keys(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted((row["advertiser_id"], row.get("campaign_id"), row.get("stat_time_day")) for row in rows)


@pytest.mark.parametrize("count", [1, 2, 3, 16])
def test_every_ad_account_is_one_workers_and_each_has_about_as_many(count: int) -> None:
    owners = [owner(advertiser_id, count) for advertiser_id in IDS]
    sizes = [owners.count(index) for index in range(count)]
    assert min(sizes) > 0.8 * len(IDS) / count


def test_who_reads_an_ad_account_depends_on_its_id_alone() -> None:
    """Recorded: were it another worker tomorrow, it would start from the beginning, as it has no state."""
    assert [owner(id_, 3) for id_ in (TOKYO, LOS_ANGELES, BERLIN, EMPTY)] == [1, 0, 2, 2]


def test_a_worker_more_takes_its_part_and_nobody_else_gets_anything() -> None:
    before, after = [owner(id_, 4) for id_ in IDS], [owner(id_, 5) for id_ in IDS]
    moved = [new for old, new in zip(before, after, strict=True) if old != new]
    assert set(moved) == {4}
    assert len(moved) < 1.2 * len(IDS) / 5


def test_the_workers_together_read_what_one_reads_alone(sync: Callable[..., Sync], config: dict[str, Any]) -> None:
    alone = sync(*STREAMS)
    parts = [sync(*STREAMS, config=config | shard(index, 3)) for index in range(3)]
    for stream in STREAMS:
        rows = [row for part in parts for row in part.rows(stream)]
        assert keys(rows) == keys(alone.rows(stream))
        accounts = [{row["advertiser_id"] for row in part.rows(stream)} for part in parts]
        assert sum(map(len, accounts)) == len(set().union(*accounts))


def test_a_worker_asks_nothing_about_the_others_ad_accounts(
    sync: Callable[..., Sync], tiktok: Simulator, config: dict[str, Any]
) -> None:
    sync(*STREAMS, config=config | shard(2, 3))
    about = {exchange.query.get("advertiser_id") for exchange in tiktok.transcript} - {None}
    assert about == {BERLIN, EMPTY}
    assert [TOKYO in str(exchange.query) for exchange in tiktok.asked("/advertiser/info/")] == [False]


def test_a_worker_without_ad_accounts_reads_nothing_and_is_content(
    sync: Callable[..., Sync], config: dict[str, Any]
) -> None:
    result = sync(*STREAMS, config=config | {"advertiser_ids": [TOKYO, BERLIN]} | shard(0, 3))
    assert result.errors == result.warnings == []
    assert set(result.statuses.values()) == {"COMPLETE"}
    assert not any(result.rows(stream) for stream in STREAMS[1:])


@pytest.mark.parametrize("index", range(3))
def test_check_is_about_the_workers_own_ad_accounts(index: int, tiktok: Simulator, config: dict[str, Any]) -> None:
    source = SourceTiktokMarketing(config=config | {"advertiser_ids": [TOKYO, BERLIN, FORBIDDEN]} | shard(index, 3))
    status = source.check(source.logger, source.normal_config)
    has_forbidden = is_ours(shard(index, 3), FORBIDDEN)
    assert status.status.value == ("FAILED" if has_forbidden else "SUCCEEDED")
    assert (FORBIDDEN in (status.message or "")) is has_forbidden


def test_a_report_on_a_business_centre_is_the_first_workers(
    sync: Callable[..., Sync], world: World, config: dict[str, Any]
) -> None:
    report = {"name": "centre", "report_type": "business_center", "level": "business_center", "granularity": "daily",
              "metrics": ["spend"], "business_center_id": world.bc_id}  # fmt: skip
    parts = [sync("centre", config=config | {"custom_reports": [report]} | shard(index, 3)) for index in range(3)]
    assert [part.errors for part in parts] == [[], [], []]
    assert [bool(part.rows("centre")) for part in parts] == [True, False, False]


@pytest.mark.parametrize(("requests", "count"), [(10, 1), (10, 3), (10, 10), (50, 7), (10, 25), (0.5, 2)])
def test_the_workers_together_ask_no_more_often_than_one_alone(requests: float, count: int) -> None:
    shares = [take_share(shard(index, count), requests) for index in range(count)]
    assert sum(shares) == pytest.approx(requests)
    assert min(shares) > 0
    if requests >= count:  # parts of requests would meet in one second
        assert all(share == int(share) for share in shares)


def test_a_worker_keeps_to_its_part_of_the_quota(
    sync: Callable[..., Sync], tiktok: Simulator, turns: Turns, config: dict[str, Any]
) -> None:
    sync("campaigns", config=config | shard(1, 5))
    assert max(turns.moments) == pytest.approx((len(tiktok.transcript) - 1) * 1.06 / 2, rel=0.15)


@pytest.mark.parametrize("nothing", [None, {}, ""])
def test_an_empty_shard_is_no_shard(nothing: Any, sync: Callable[..., Sync], config: dict[str, Any]) -> None:
    assert len(sync("advertisers", config=config | {"shard": nothing}).rows("advertisers")) == 4
