"""What time it is: the machine's clock, held against the moment that stands on TikTok's answers."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from source_tiktok_marketing.config.dates import CLOCK_ERROR, parse_days, report_days
from source_tiktok_marketing.shutdown import hold_if_stopping
from source_tiktok_marketing.sync import PREPARED, Shared

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")

# Apart by less, two clocks are as good as the same: an answer may take ten minutes to arrive.
AS_GOOD_AS_RIGHT = timedelta(minutes=15)
# Asked without a token, for the moment on whatever it answers.
TIKTOK, LONGEST_WAIT = "https://business-api.tiktok.com/", 10.0
TWO_DAYS = (date(2024, 1, 1), date(2026, 5, 9))


class SyncClock(Shared):
    """The clock of one sync: the machine's, set by the moment on TikTok's last answer where the two are far apart.

      TikTok's    ───────┤                  the days there are
      machine's   ───────────────────┤      ahead: a cursor that followed it would pass days that have not been
      machine's   ────┤                     behind: what is not read now is read once the clock is right

    A cursor keeps to the earlier of the two (`earlier`), so that it costs nothing but time where TikTok's word is not
    the truth either: an answer that was kept on the way carries the moment it was made. A cache says how long ago that
    was (`Age`), which is added; TikTok forbids caches to keep anything.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:  # noqa: ARG002 - as `of` calls it
        self._ahead = timedelta(0)
        self._heard: tuple[str, str] | None = None
        self._has_warned = False

    def now(self) -> datetime:
        """The present moment."""
        return datetime.now(UTC) - self._ahead

    def earlier(self) -> datetime:
        """What this machine and TikTok agree has been: no cursor may pass it."""
        return datetime.now(UTC) - max(self._ahead, timedelta(0))

    def today_in(self, zone: tzinfo) -> date:
        """The date it is now on the clocks of `zone`."""
        return self.now().astimezone(zone).date()

    def ask(self) -> None:
        """Asks TikTok what time it is; where no answer comes, the first one to another question tells."""
        hold_if_stopping()
        with suppress(requests.RequestException):
            self.hear(requests.head(TIKTOK, timeout=LONGEST_WAIT).headers)

    def hear(self, headers: Mapping[str, str]) -> None:
        """Takes note of the moment on an answer; a second has one, however many answers it has."""
        heard = headers.get("Date", ""), headers.get("Age", "0")
        if heard == self._heard:
            return
        self._heard = heard
        moment = _moment_of(*heard)
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
    """Has the days that reports span, reckoned by the machine's clock, told by TikTok's where they depend on it.

    They say where windows begin: `today-30` by a clock that is ahead would leave days out, which nothing narrows later.
    """
    spans = list(_list_spans(config))
    if not any(_is_relative(span["start_date"]) for span in spans):
        return
    clock = SyncClock.of(config)
    clock.ask()
    for span in spans:
        span.update(report_days({**config, **span}, clock.today_in))


def _list_spans(config: Mapping[str, Any]) -> Iterator[MutableMapping[str, Any]]:
    prepared = config[PREPARED]
    yield prepared["days"]
    yield from (row["days"] for rows in prepared["report_rows"].values() for row in rows)


def _is_relative(text: str) -> bool:
    return len({parse_days(text, today) for today in TWO_DAYS}) > 1


def _moment_of(date_header: str, age: str) -> datetime | None:
    """The moment an answer was on its way; None where it does not say."""
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
