"""Windows of days: their owner's days, and the marks of those that were not read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.types import StreamSlice

REFUSED, HELD = "refused", "held"


def refuse(window: StreamSlice) -> None:
    """Marks a window, and with it the later ones of its owner, as refused by TikTok."""
    cast("dict[str, Any]", window.extra_fields)[REFUSED] = True


def hold(window: StreamSlice) -> None:
    """Marks the windows of an owner as skipped in part, so that its state stays where it is."""
    cast("dict[str, Any]", window.extra_fields)[HELD] = True


def get_slice(partition: Partition) -> StreamSlice:
    """The slice of a declarative partition, which always has one."""
    found = partition.to_slice()
    if not isinstance(found, StreamSlice):
        raise TypeError(f"{partition.stream_name()} has a partition without a slice")
    return found


def get_days(window: StreamSlice) -> Mapping[str, str]:
    """The days of the window's ad account. The slice of an asynchronous report has them in its task."""
    tasks = window.extra_fields.get("jobs")
    return tasks[0].job_parameters().extra_fields if tasks else window.extra_fields


def is_outside(window: StreamSlice) -> bool:
    days, asked = get_days(window), window.cursor_slice
    return bool(asked["start_time"] > days["last_day"] or asked["end_time"] < days["first_day"])
