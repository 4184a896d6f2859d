"""Days below something: asked for one after another, none twice, none too many at once, none that is not there yet."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from harness import Sync
from rows import NESTED, name_of

from tiktok_simulator import Simulator
from tiktok_simulator.protocol.wire import Exchange

Row = dict[str, Any]
DATED = [row for row in NESTED if "step" in row]
DAY = re.compile(r"\d{4}-\d\d-\d\d")
WORDS = ("{from}", "{until}", "{after}")
FIRST = date(2025, 10, 20)
# Late on the 15th of February in UTC: the 16th in Tokyo.
LATE = datetime(2026, 2, 15, 20, tzinfo=UTC)


def dated_parameters(row: Row) -> list[str]:
    return [name for name, text in row["ask"].items() if any(word in text for word in WORDS)]


def days_of(exchange: Exchange, row: Row) -> tuple[date, date]:
    """The first and the last day one request asks for."""
    names = dated_parameters(row)
    found = DAY.findall(" ".join(exchange.query[name] for name in names))
    after = any("{after}" in row["ask"][name] for name in names)
    return date.fromisoformat(found[0]), date.fromisoformat(found[-1]) - timedelta(days=int(after))


def windows(tiktok: Simulator, row: Row) -> dict[tuple[Any, ...], list[tuple[date, date]]]:
    """The windows asked for, in order, of each question but for its days and pages."""
    asked: defaultdict[tuple[Any, ...], set[tuple[date, date]]] = defaultdict(set)
    apart = {"page", *dated_parameters(row)}
    for exchange in tiktok.asked(f"/{row['endpoint']}"):
        question = tuple(sorted((name, text) for name, text in exchange.query.items() if name not in apart))
        asked[question].add(days_of(exchange, row))
    return {question: sorted(found) for question, found in asked.items()}


@pytest.mark.samples(1)
@pytest.mark.parametrize("row", DATED, ids=name_of)
def test_windows_follow_each_other_up_to_the_last_day_there_is(
    row: Row, sync: Callable[..., Sync], tiktok: Simulator, one_advertiser: Row, clock: Any
) -> None:
    clock.move_to(LATE)
    result = sync(row["name"], config=one_advertiser | {"start_date": FIRST.isoformat(), "end_date": "today"})
    assert result.errors == []
    longest = int(row["step"][1:-1])
    local = row["of"] == "advertiser" and not row.get("utc")
    for found in windows(tiktok, row).values():
        assert all(last < first + timedelta(days=longest) for first, last in found)
        assert all(after[0] == before[1] + timedelta(days=1) for before, after in pairwise(found))
        if "earliest" not in row and "latest" not in row:
            assert (found[0][0], found[-1][1]) == (FIRST, date(2026, 2, 16 if local else 15))
