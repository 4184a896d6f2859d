"""A short soak: a quarter of four ad accounts in worse weather than the long one (`make soak`) has."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.soak import SOCKETS, STREAMS, THREADS, Outcome, Plan, run_soak, write_table

pytestmark = pytest.mark.slow

QUARTER = Plan(days=90, advertisers=4, streams=4, fault_rate=0.12)


@pytest.fixture(scope="module")
def quarter() -> Outcome:
    return run_soak(QUARTER)


def test_no_row_is_lost_or_invented_in_bad_weather(quarter: Outcome) -> None:
    assert quarter.list_complaints() == []
    assert (quarter.missing, quarter.extra) == (0, 0)
    assert quarter.compared > 5_000
    assert all(quarter.found.rows[stream] for stream in STREAMS[: QUARTER.streams])


def test_what_the_sync_held_was_looked_at_while_it_ran(quarter: Outcome) -> None:
    assert len(quarter.found.samples) > 5
    assert 2 <= quarter.threads <= THREADS
    assert 1 <= quarter.sockets <= SOCKETS


def test_the_weather_was_bad_and_every_fault_was_survived(quarter: Outcome) -> None:
    assert sum(quarter.met.values()) > 5
    assert len(quarter.met) > 3
    assert quarter.survived == quarter.met


def test_the_table_tells_what_was_compared(quarter: Outcome) -> None:
    told = "\n".join(write_table(quarter))
    assert f"| rows compared | {quarter.compared:,} |" in told
    assert f"| most threads | {quarter.threads} |" in told


def test_a_soak_in_which_rows_are_lost_says_so() -> None:
    lost = run_soak(replace(QUARTER, days=60, advertisers=2, streams=1, fault_rate=0.3, hopeless=True))
    told = lost.list_complaints()
    assert lost.missing > 0
    assert any("rows are missing" in words for words in told)
    assert any("a fault was not survived: {'40051'" in words for words in told)
    assert any("the sync ended with 1" in words for words in told)
