"""Whether TikTok is right where it says that there is nothing to read: some of it is read all the same."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from threading import Lock
from typing import Any

from airbyte_cdk import AirbyteTracedException
from airbyte_cdk.sources.types import StreamSlice

from source_tiktok_marketing.retrievers.records import list_rows
from source_tiktok_marketing.sync import Shared

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")

# Of so many skipped windows one is read, until each report had one close to days with rows and one far from any.
ONE_IN = 20
# From then on, one of so many, a multiple of the number above.
ONE_IN_LATER = 500
# Rows of these days may have come after the question.
UNSETTLED = timedelta(days=1)

Reader = Callable[[], Iterable[Any]]


@dataclass(frozen=True)
class Skipped:
    """A window that is not read because TikTok gave no rows for it, to a question about its ad account.

    `is_close` is whether the ad account has rows on days close to it. `kind` is the kind of campaigns that the question
    was about, or `""`.
    """

    stream: str
    window: StreamSlice
    is_close: bool
    kind: str = ""

    @property
    def advertiser_id(self) -> str:
        """The ad account of the window."""
        return str(self.window["advertiser_id"])

    def is_contradicted_by(self, row: Mapping[str, Any]) -> bool:
        """Whether a row should not exist. One of today or yesterday may be newer than TikTok's answer."""
        day = str(row.get("stat_time_day") or row.get("stat_time_hour"))[:10]
        return day < (date.fromisoformat(self.window.extra_fields["today"]) - UNSETTLED).isoformat()

    def describe(self) -> str:
        """The ad account and the days."""
        days = (str(self.window.cursor_slice[name])[:10] for name in ("start_time", "end_time"))
        return f"ad account {self.advertiser_id} from {' to '.join(days)}"


class SpotChecks(Shared):
    """Reads a few of the windows that are skipped, to notice if TikTok's answer to the question cannot be relied on.

    No page of TikTok's says in so many words that an ad account has a row on every day on which something below it has
    one. The connector skips windows because of it (`Activity`, `KindsTogether`, `ApartDays`):

        ad account     ▪ ▪ · · · · ·
        ads            ▪ ▪ · · · ▪ ·    this row would be lost
        window         [─] [─] [─] [─]
                       read    read all the same: the row is emitted, a warning is logged,
                               and nothing is skipped any more

    Rows of windows that were skipped earlier in the sync are still lost. The warning says how to read them, with
    `read_every_window`. Which windows are checked changes from day to day. A check that fails says nothing.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.may_skip = not config.get("read_every_window")
        self._skipped, self._today = 0, datetime.now(UTC).toordinal()
        self._checked: set[tuple[str, bool]] = set()
        self._accounts: set[str] = set()
        self._lock = Lock()

    def read(self, describe: Callable[[], Skipped], peek: Reader, read: Reader) -> Iterable[Any]:
        """The records of a window that would be skipped: none, unless it is checked or nothing is skipped any more.

        A check asks for the window without the kinds of campaigns that need a filter (`peek`). Only if it has a row,
        all of it is read. While it is checked, the other threads wait, so that they skip nothing until the outcome is
        known.
        """
        with self._lock:
            if self.may_skip:
                skipped = self._take_turn(describe)
                if skipped is None or not self._has_rows(skipped, peek):
                    return ()
        return read()

    def _take_turn(self, describe: Callable[[], Skipped]) -> Skipped | None:
        """The window if it is to be checked."""
        self._skipped += 1
        number = self._skipped - self._today
        if self._skipped < ONE_IN or number % ONE_IN:
            return None
        skipped = describe()
        what = f"{skipped.stream} {skipped.kind}", skipped.is_close
        is_extra = self._skipped >= ONE_IN_LATER and number % ONE_IN_LATER == 0
        if (what in self._checked and not is_extra) or (
            not skipped.is_close and skipped.advertiser_id in self._accounts
        ):
            return None
        self._checked.add(what)
        self._accounts.add(skipped.advertiser_id)
        return skipped

    def _has_rows(self, skipped: Skipped, peek: Reader) -> bool:
        """Whether a window has any row. If it should have none, no window is skipped any more."""
        found = False
        try:
            for row in chain.from_iterable(map(list_rows, peek())):
                found = True
                if skipped.is_contradicted_by(row):
                    self._stop_skipping(skipped)
                    break
        except AirbyteTracedException:
            pass
        return found

    def _stop_skipping(self, skipped: Skipped) -> None:
        self.may_skip = False
        rows = f"rows of {skipped.kind}" if skipped.kind else "rows"
        LOGGER.warning(
            f"{skipped.stream}: TikTok sent {rows} of {skipped.describe()}, although it had said that there are none. "
            "Every window is read from now on, but not those left out before. Please report this. To read all of them, "
            "turn on Read Every Window, then clear the report streams by day or hour and sync."
        )
