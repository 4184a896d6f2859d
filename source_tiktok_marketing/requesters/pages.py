"""A page of records as the lines a sync writes."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

# TikTok's names for the rows of an answer; and how many there were, if they were taken out of it.
ROWS, READ = ("list", "musics", "creative_portfolios"), "rows_read"


@dataclass(frozen=True)
class Lines:
    """Records as the lines a sync writes; `last` is the largest value of their time dimension."""

    stream: str
    count: int
    text: bytes
    last: str = ""

    def read_rows(self) -> Iterator[dict[str, Any]]:
        """The records themselves."""
        for line in self.text.splitlines():
            yield orjson.loads(line)["record"]["data"]


class Page(dict[str, Any]):
    """The records of one answer: the first one, and the rest. It is an empty mapping, as the CDK expects a record."""

    def __init__(self, info: Mapping[str, Any] | None, first: Lines, rest: Lines) -> None:
        super().__init__()
        self.first = first
        self.rest = rest
        self.key: tuple[str, ...] = ()
        self.hashes: array[int] | None = None
        """The hash of each record's `key`; None if this is the only page by TikTok's count."""
        self.envelope = {"code": 0, "message": "OK", "data": {"page_info": info, READ: first.count + rest.count}}
        """The answer without its rows."""
