"""Values of templates are read in several threads at once."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import source_tiktok_marketing  # noqa: F401 - reading in turn begins with the package

TEXT = '["campaign_id", "stat_time_day", {"a": [1, 2, 3]}]'


class Knot:
    """What only the garbage collector can free, and with Python code, so that another thread may go on meanwhile."""

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        sum(range(50))


@pytest.fixture
def restless_threads() -> Iterator[None]:
    """Threads that hand over to each other as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def read_often(_: int) -> list[object]:
    found: list[object] = []
    for _ in range(8_000):
        Knot()
        found = ast.literal_eval(TEXT)
    return found


@pytest.mark.usefixtures("restless_threads")
def test_threads_that_read_literals_at_once_do_not_fail() -> None:
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(read_often, range(4))) == [["campaign_id", "stat_time_day", {"a": [1, 2, 3]}]] * 4
