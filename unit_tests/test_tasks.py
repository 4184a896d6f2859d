"""A task of TikTok's is ordered, asked about and waited for: outcome by outcome, without a sync."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from source_tiktok_marketing.retrievers.tasks import FAILED, LATE, PAUSE, READY, finish


class Desk:
    """Takes orders: each task has the statuses it is given, one a look; the first one comes with the order."""

    def __init__(self, *tasks: tuple[str, ...]) -> None:
        self.tasks = [iter(statuses) for statuses in tasks]
        self.ordered: list[Iterator[str]] = []

    def order(self) -> tuple[str, str]:
        task = self.tasks[len(self.ordered)]
        self.ordered.append(task)
        return str(len(self.ordered)), next(task)

    def look(self, task_id: str) -> str:
        return next(self.ordered[int(task_id) - 1])


@pytest.mark.parametrize(
    ("tasks", "most_waits", "found", "waited"),
    [
        ([("SUCCESS",)], 9, ("1", READY), 0),
        ([("SUCCEED",)], 0, ("1", READY), 0),
        ([("RUNNING", "QUEUED", "SUCCEED")], 9, ("1", READY), 2),
        ([("RUNNING", "QUEUED", "SUCCEED")], 2, ("1", READY), 2),
        ([("RUNNING", "QUEUED", "SUCCEED")], 1, ("1", LATE), 1),
        ([("RUNNING",)], 0, ("1", LATE), 0),
        ([("FAILED",), ("RUNNING", "SUCCESS")], 9, ("2", READY), 1),
        ([("RUNNING", "FAILED"), ("RUNNING", "SUCCESS")], 1, ("2", LATE), 1),
        ([("FAILED",), ("FAILED",), ("SUCCESS",)], 0, ("3", READY), 0),
        ([("FAILED",), ("FAILED",), ("FAILED",), ("SUCCESS",)], 9, ("3", FAILED), 0),
    ],
)
def test_a_task_is_waited_for_and_ordered_anew_where_it_fails(
    tasks: list[tuple[str, ...]], most_waits: int, found: tuple[str, str], waited: int, waits: list[float]
) -> None:
    desk = Desk(*tasks)
    assert finish(desk.order, desk.look, most_waits)[:2] == found
    assert waits == [PAUSE] * waited


def test_an_order_without_a_task_is_given_three_times(waits: list[float]) -> None:
    orders: list[int] = []

    def order() -> tuple[str, str]:
        orders.append(1)
        return "", "SUCCESS"

    assert finish(order, str, 9) == ("", FAILED, "SUCCESS")
    assert (len(orders), waits) == (3, [])
