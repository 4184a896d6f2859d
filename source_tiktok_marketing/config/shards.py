"""Divides the ad accounts among several workers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any

from source_tiktok_marketing.config.form import Path

# Index and count of a worker that reads alone.
ALONE = (0, 1)


def is_ours(config: Mapping[str, Any], advertiser_id: str) -> bool:
    """Whether this worker reads the ad account.

    Each worker's number is hashed together with the id, and the largest hash gets the ad account. That depends on
    nothing but the id, so that a new ad account moves no other. A further worker takes an equal share from all the
    others. With `hash % count` nearly every ad account would move, and one that moves is read from the beginning.
    """
    index, count = _read_shard(config)
    return count == 1 or max(range(count), key=lambda number: _weigh(number, advertiser_id)) == index


def keep_ours(config: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The rows about ad accounts that this worker reads."""
    return (row for row in rows if is_ours(config, row["advertiser_id"]))


def is_first(config: Mapping[str, Any]) -> bool:
    """Whether this worker reads what belongs to no ad account, such as reports on a business centre."""
    return _read_shard(config)[0] == 0


def take_share(config: Mapping[str, Any], requests: float) -> float:
    """This worker's share of a number of requests per second.

    Whole requests if there are enough for all: of 10, three workers get 3, 3 and 4. With a third of 10 each, there
    would be seconds in which all three send 4.
    """
    index, count = _read_shard(config)
    if requests < count:
        return requests / count
    return requests if count == 1 else (index + 1) * requests // count - index * requests // count


def find_mistakes(config: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """What is wrong with a shard whose values have the right types."""
    shard = config.get("shard")
    index, count = (shard.get("index"), shard.get("count")) if isinstance(shard, Mapping) else ALONE
    if index is None:
        yield ["shard", "index"], "is missing. Enter the number of this worker; the first one is 0."
    if count is None:
        yield ["shard", "count"], "is missing. Enter how many workers there are."
    if isinstance(index, int | float) and isinstance(count, int | float) and index >= count >= 1:  # 5.0 counts as 5
        last = int(count) - 1
        limit = f"Number of Workers (shard.count), which is {count}"
        yield ["shard", "index"], f"{index} is not below {limit}. Workers are numbered 0 to {last}."


def _read_shard(config: Mapping[str, Any]) -> tuple[int, int]:
    shard = config.get("shard")
    return (int(shard["index"]), int(shard["count"])) if shard else ALONE


def _weigh(index: int, advertiser_id: str) -> bytes:
    return sha256(f"{index}/{advertiser_id}".encode()).digest()
