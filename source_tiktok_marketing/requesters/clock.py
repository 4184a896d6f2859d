"""What time it is: the machine's clock, compared with the date in TikTok's answers."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from source_tiktok_marketing.config.dates import CLOCK_ERROR, list_report_days, parse_days
from source_tiktok_marketing.shutdown import hold_if_stopping
from source_tiktok_marketing.sync import PREPARED, Shared

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")

# A smaller difference between the two clocks means nothing: an answer may take ten minutes to arrive.
AS_GOOD_AS_RIGHT = timedelta(minutes=15)
# Asked without a token, only for the date of whatever it answers.
TIKTOK, LONGEST_WAIT = "https://business-api.tiktok.com/", 10.0
TWO_DAYS = (date(2024, 1, 1), date(2026, 5, 9))


class SyncClock(Shared):
    """The clock of one sync: the machine's, corrected by the date of TikTok's last answer if the two are far apart.

      TikTok's    ───────┤                  the days there are
      machine's   ───────────────────┤      ahead: a cursor that followed it would pass days that have not come yet
      machine's   ────┤                     behind: what is not read now is read once the clock is right

    TikTok's date may be wrong too: an answer that a cache kept has the date at which it was made. So a cursor keeps to
    the earlier of the two clocks (`get_earlier`), which can only delay rows. The age that a cache states (`Age`) is
    added, though TikTok forbids caches to keep its answers.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:  # noqa: ARG002 - as `of` calls it
        self._began, self._ahead = datetime.now(UTC), timedelta(0)
        self._heard: tuple[str, str] | None = None
        self._has_warned = False

    def now(self) -> datetime:
        """The present moment."""
        return datetime.now(UTC) - self._ahead

    def get_earlier(self) -> datetime:
        """The last moment that has passed by both clocks. No cursor may go beyond it."""
        return datetime.now(UTC) - max(self._ahead, timedelta(0))

    def get_beginning(self) -> datetime:
        """The moment at which the sync began, by the earlier of both clocks."""
        return self._began - max(self._ahead, timedelta(0))

    def find_today(self, zone: tzinfo) -> date:
        """The date it is now on the clocks of `zone`."""
        return self.now().astimezone(zone).date()

    def ask(self) -> None:
        """Asks TikTok what time it is. If no answer comes, the first answer to another request will tell."""
        hold_if_stopping()
        with suppress(requests.RequestException):
            self.hear(requests.head(TIKTOK, timeout=LONGEST_WAIT).headers)

    def hear(self, headers: Mapping[str, str]) -> None:
        """Notes the date of an answer. Answers of the same second have the same date, so that one of them is enough."""
        heard = headers.get("Date", ""), headers.get("Age", "0")
        if heard == self._heard:
            return
        self._heard = heard
        moment = _read_moment(*heard)
        ahead = datetime.now(UTC) - moment if moment else timedelta(0)
        if abs(ahead) > CLOCK_ERROR:  # with such a clock no certificate would be valid
            ahead = timedelta(0)
        self._ahead = ahead if abs(ahead) > AS_GOOD_AS_RIGHT else timedelta(0)
        if self._ahead and not self._has_warned:
            self._has_warned = True
            _warn(ahead)


def _warn(ahead: timedelta) -> None:
    is_ahead = ahead > timedelta(0)
    LOGGER.warning(
        f"The clock of this machine is {_spell(abs(ahead))} {'ahead of' if is_ahead else 'behind'} TikTok's. This "
        "sync goes by TikTok's; "
        + ("no saved cursor passes it." if is_ahead else "what it can't read yet is read once the clock is right.")
        + " Please set the machine's clock."
    )


def tell_days(config: Mapping[str, Any]) -> None:
    """Sets the days that reports span by TikTok's clock, if they depend on today's date.

    Windows begin at these days: by a clock that is ahead, `today-30` would skip days, and nothing would notice later.
    """
    spans = list(_list_spans(config))
    if not any(_is_relative(span["start_date"]) for span in spans):
        return
    clock = SyncClock.of(config)
    clock.ask()
    for span in spans:
        span.update(list_report_days({**config, **span}, clock.find_today))


def _list_spans(config: Mapping[str, Any]) -> Iterator[MutableMapping[str, Any]]:
    prepared = config[PREPARED]
    yield prepared["days"]
    yield from (row["days"] for rows in prepared["report_rows"].values() for row in rows)


def _is_relative(text: str) -> bool:
    return len({parse_days(text, today) for today in TWO_DAYS}) > 1


def _read_moment(date_header: str, age: str) -> datetime | None:
    """When an answer was on its way; None if it does not say."""
    try:
        made = parsedate_to_datetime(date_header)
        return (made if made.tzinfo else made.replace(tzinfo=UTC)) + timedelta(seconds=int(age))
    except (OverflowError, TypeError, ValueError):
        return None


def _spell(span: timedelta) -> str:
    """`10 days`, `1 day`, `5 hours` or `20 minutes`."""
    minutes = round(span / timedelta(minutes=1))
    sizes = ((1440, "day"), (60, "hour"), (1, "minute"))
    size, word = next((size, word) for size, word in sizes if minutes >= size)
    count = round(minutes / size)
    return f"{count} {word}{'s' * (count != 1)}"
