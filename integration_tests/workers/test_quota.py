"""Several workers at once never send more requests together than the app may."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import pytest
from several import Workers

from tiktok_simulator import Simulator, serve
from tiktok_simulator.server.app import Quota
from tiktok_simulator.world.ready_made import make_small_world

QUOTA = 10


class QuotaOfAllEndpoints(Quota):
    """Counts all requests of the app together, the stricter of the two readings of TikTok's page."""

    def count(self, app_id: str, path: str, now: datetime, account: str = "") -> None:
        super().count(app_id, "", now)


@pytest.fixture
def tiktok() -> Iterator[Any]:
    """A simulator on a fixed day, whose seconds pass as real ones do."""
    began, day = monotonic(), datetime(2026, 2, 15, 5, tzinfo=UTC)
    simulator = Simulator(
        make_small_world(),
        clock=lambda: day + timedelta(seconds=monotonic() - began),
        quota=QuotaOfAllEndpoints(per_second=QUOTA),
    )
    with serve(simulator) as server:
        yield server


def test_three_workers_together_are_never_refused_as_too_frequent(workers: Workers) -> None:
    workers.config |= {"requests_per_second": QUOTA}
    workers.must_run(3)
    asked = workers.tiktok.simulator.transcript
    assert [exchange.path for exchange in asked if exchange.code == 40100] == []
    assert max(Counter(exchange.time.strftime("%T") for exchange in asked).values()) <= QUOTA
    assert len(asked) > 4 * QUOTA  # enough that it could have been exceeded
