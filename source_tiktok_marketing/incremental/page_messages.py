"""Carries whole pages through the CDK, as one message each."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from threading import BoundedSemaphore
from typing import Any

from airbyte_cdk import AirbyteMessage, AirbyteRecordMessage, Type
from airbyte_cdk.sources.types import Record

from source_tiktok_marketing.requesters.pages import Lines, Page

# A page is a megabyte, and the CDK's queue only counts messages. After the wait a thread goes on, so that a reader that
# stops reading does not block it for ever.
PAGES_IN_HAND, LONGEST_WAIT = 16, 60.0

IN_HAND = BoundedSemaphore(PAGES_IN_HAND)

# Records that were in pages, by stream, counted when they are taken out, as the CDK counts messages.
IN_PAGES: Counter[str] = Counter()


class PageMessage(AirbyteMessage):
    """Many records in one message. Whoever writes them has to call `take` exactly once."""

    def __init__(self, lines: Lines, window: Any) -> None:
        super().__init__(type=Type.RECORD)
        self.lines = lines
        self.window = window
        self._holds = IN_HAND.acquire(timeout=LONGEST_WAIT)

    def take(self) -> Lines:
        """Returns the records, and makes room for another page."""
        if self._holds:
            self._holds = False
            IN_HAND.release()
        IN_PAGES[self.lines.stream] += self.lines.count
        return self.lines

    def make_messages(self) -> Iterator[AirbyteMessage]:
        """The records one by one, for a caller that can't write pages."""
        now = time.time_ns() // 1_000_000
        for row in self.take().read_rows():
            record = AirbyteRecordMessage(stream=self.lines.stream, data=row, emitted_at=now)
            yield AirbyteMessage(type=Type.RECORD, record=record)


def split_page(record: Record) -> Iterator[Record | PageMessage]:
    """A record, or those of a page: the first alone, as the CDK starts the stream with a record, then all others."""
    page: Any = record.data
    if not isinstance(page, Page):
        yield record
        return
    for row in page.first.read_rows():
        yield Record(row, page.first.stream, record.associated_slice)
    if page.rest.count:
        yield PageMessage(page.rest, record.associated_slice)
