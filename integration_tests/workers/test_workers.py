"""Several workers into one real database: what they leave is what one run leaves, whatever happens to them.

Rows would be lost where a state is saved before its rows, or where one worker writes another's state.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from several import STREAMS, Workers, in_both, wait_for

from tiktok_simulator.endpoints.filter_values import asks_for_optional
from tiktok_simulator.world.ready_made import BERLIN, LOS_ANGELES, TOKYO


def first_days(exchanges: list[Any], advertiser_id: str) -> set[str]:
    """The first days that daily reports of an ad account were asked for."""
    return {
        exchange.query["start_date"]
        for exchange in exchanges
        if exchange.query.get("advertiser_id") == advertiser_id
        and "stat_time_day" in exchange.query.get("dimensions", "")
        and not asks_for_optional(exchange.query)
    }


def assert_as_alone(workers: Workers) -> None:
    """All rows are those that a single run leaves in a schema of its own in Postgres."""
    together, alone = workers.rows(), workers.rows_alone()
    for stream in STREAMS:
        assert together[stream] == alone[stream] != [], stream
    assert workers.tiktok.refused == []


@in_both
def test_four_workers_become_three_on_the_second_day_and_nothing_is_read_anew(workers: Workers) -> None:
    workers.must_run(4)
    asked = len(workers.tiktok.simulator.transcript)
    workers.config |= {"end_date": "2026-01-20"}
    workers.must_run(3)
    again = workers.tiktok.simulator.transcript[asked:]
    for account in (TOKYO, LOS_ANGELES, BERLIN):  # the attribution window, and what is new
        assert first_days(again, account) == {"2026-01-17"}
    assert_as_alone(workers)


@in_both
def test_a_worker_that_is_killed_takes_its_connector_with_it_and_is_run_again(
    workers: Workers, when_asked: Callable[..., None]
) -> None:
    workers.config |= {"concurrency": 4}
    killed, gone, outlived, before = workers.start(0, 2), Event(), [], []

    def kill() -> None:
        killed.kill()
        before.append(len(workers.tiktok.simulator.transcript))
        if not gone.wait(60):  # unanswered, the connector can't end because it is done
            outlived.append("the connector ran on")

    when_asked(kill, LOS_ANGELES, 2)
    assert wait_for(killed).code == -signal.SIGKILL  # its output ends when the connector, which shares it, has ended
    gone.set()
    assert outlived == []
    asked = len(workers.tiktok.simulator.transcript)
    assert asked - before[0] <= 4  # those that were on their way
    workers.must_run(2)
    assert first_days(workers.tiktok.simulator.transcript[asked:], LOS_ANGELES)
    assert_as_alone(workers)


def test_a_worker_that_is_told_to_stop_saves_what_it_has(workers: Workers, when_asked: Callable[..., None]) -> None:
    stopped = workers.start(0, 1)
    when_asked(stopped.terminate, BERLIN, 2)
    ended = wait_for(stopped)
    assert ended.code == 128 + signal.SIGTERM, ended.said
    assert "Shard 0 of 1: stopped by SIGTERM. What was read until then is saved with its state. Run" in ended.said
    workers.must_run(1)
    assert_as_alone(workers)


def test_of_two_workers_on_one_shard_the_second_refuses_in_one_sentence(
    workers: Workers, when_asked: Callable[..., None]
) -> None:
    refused = []

    def start_others() -> None:
        refused.extend([*workers.run(3, 0), *workers.run(4, 1)])

    first = workers.start(0, 3)
    when_asked(start_others, LOS_ANGELES)
    ended = wait_for(first)
    assert ended.code == 0, ended.said
    same, divided_otherwise = refused
    assert (same.code, divided_otherwise.code) == (os.EX_TEMPFAIL, os.EX_TEMPFAIL)
    assert same.said.endswith("Shard 0 of 3: it is being read by another worker. Wait until that one has ended.\n")
    assert divided_otherwise.said.endswith("Shard 1 of 4: shard 0 of 3 is being read. Wait until it is done.\n")


@in_both
def test_a_database_that_goes_away_in_the_middle_loses_nothing(
    workers: Workers, when_asked: Callable[..., None]
) -> None:
    when_asked(workers.engine.server.end, LOS_ANGELES)
    several = workers.run(2)
    workers.engine.server.start()
    failed = [ended for ended in several if ended.code]
    assert failed
    for ended in failed:
        assert ended.code == os.EX_TEMPFAIL, ended.said
        assert "the database can't be reached, or went away" in ended.said
        assert ended.said.endswith(f"Run shard {several.index(ended)} of 2 again.\n")
        assert "Traceback" not in ended.said
    workers.must_run(2)
    assert_as_alone(workers)


def test_a_mistake_in_the_configuration_has_an_exit_code_of_its_own(workers: Workers) -> None:
    (ended,) = workers.run(1, STREAMS="campaigns,no_such_stream")
    assert ended.code == os.EX_CONFIG
    assert "Shard 0 of 1: STREAMS names no_such_stream, which this configuration does not offer." in ended.said
    (ended,) = workers.run(1, STREAMS="campaign")
    assert "Did you mean campaigns?" in ended.said
    workers.config |= {"start_date": "soon"}
    (ended,) = workers.run(1)
    assert ended.code == os.EX_CONFIG
    assert "Start Date (start_date)" in ended.said
    assert ended.said.endswith("Correct this, then run shard 0 of 1 again.\n")


@pytest.mark.parametrize(
    ("setting", "said", "code"),
    [
        ({"PGDATABASE": "nowhere"}, 'database "nowhere" does not exist', os.EX_CONFIG),
        ({"PGUSER": "nobody_at_all"}, 'role "nobody_at_all" does not exist', os.EX_CONFIG),
        ({"PGHOST": "no.such.host.invalid"}, "PGHOST=no.such.host.invalid", os.EX_TEMPFAIL),
    ],
)
def test_a_database_that_is_named_wrongly_is_a_mistake_and_one_that_is_silent_is_not(
    setting: dict[str, str], said: str, code: int, workers: Workers
) -> None:
    (ended,) = workers.run(1, **setting)
    assert (ended.code, said in ended.said) == (code, True), ended.said
