"""One value of TikTok's → its type; and a count of those that are something else."""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from threading import Lock
from typing import Any

from source_tiktok_marketing.catalogue import Column

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")
BOOLEANS: Mapping[str, bool] = {"true": True, "1": True, "false": False, "0": False}
# No moment is so many seconds after 1970: it is milliseconds.
LATEST = 100_000_000_000
Caster = Callable[[Any], Any]


class OddValues:
    """Counts the values that did not parse as their column's type: one warning per stream and column, then a sum."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._lock = Lock()

    def add(self, stream: str, column: Column, value: Any) -> None:
        """Notes one value that was replaced by null."""
        with self._lock:
            self._counts[stream, column.name] += 1
            first = self._counts[stream, column.name] == 1
        if first:
            shown = repr(value)[:60]
            LOGGER.warning(f"{stream}.{column.name}: TikTok sent {shown}, which is no {column.type}; it becomes null.")

    def report(self) -> None:
        """Logs how many values of each column became null since the last report."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        for (stream, name), count in sorted(counts.items()):
            LOGGER.info(f"{stream}.{name}: {count} values of an unexpected form became null in this sync.")


# One per process: a process runs one sync, and its extractors are built by the CDK one by one.
ODD_VALUES = OddValues()


def _string(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _number(value: Any) -> float | int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    return number


def _integer(value: Any) -> int:
    try:
        return int(value) if isinstance(value, str | int) else _whole(value)
    except ValueError:
        return _whole(value)


def _whole(value: Any) -> int:
    number = float(value)
    if not number.is_integer():
        raise ValueError(value)
    return int(number)


def _boolean(value: Any) -> bool:
    try:
        return BOOLEANS[str(value).lower()]
    except KeyError:
        raise ValueError(value) from None


@lru_cache(maxsize=4096)
def _day(value: str) -> str:
    return datetime.fromisoformat(value[:10]).date().isoformat()


@lru_cache(maxsize=4096)
def _moment(value: str) -> str:
    return datetime.fromisoformat(value[:19]).isoformat()


def _epoch(value: Any) -> str:
    """The moment a number of seconds after 1970 stands for; some lists write milliseconds."""
    seconds = _integer(value)
    return datetime.fromtimestamp(seconds / 1000 if seconds > LATEST else seconds, UTC).isoformat()[:19]


def _list_of(cast: Caster) -> Caster:
    return lambda value: [cast(item) for item in value] if isinstance(value, list) else value


CASTERS: Mapping[str, Caster] = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _day,
    "date-time": _moment,
    "epoch": _epoch,
    "object": lambda value: value,
    "array<string>": _list_of(_string),
    "array<integer>": _list_of(_integer),
    "array<number>": _list_of(_number),
    "array<object>": lambda value: value,
}
