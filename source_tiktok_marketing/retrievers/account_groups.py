"""Ad accounts that are asked for together, and what is known of their days."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Condition

from source_tiktok_marketing.config.dates import MOST_DAYS

# The cursors of a group differ by unsettled days and time zones. With some earlier days one request serves them all.
EARLIER = 7


@dataclass
class Group:
    """Up to five ad accounts that are asked for together, `most` days at once, and what is known of their days.

    With `apart`, TikTok does not answer for them together.

    A set of days is a number with one bit per day, so that ten years of an account take some hundred bytes.
    """

    accounts: list[str]
    until: int
    most: int = MOST_DAYS
    known: int = 0
    asking: int = 0
    apart: bool = False
    active: dict[str, int] = field(default_factory=dict)
    changed: Condition = field(default_factory=Condition)

    def claim(self, wanted: int) -> range:
        """The days that the caller has to ask TikTok for; none once all `wanted` days are known.

        If another thread asks for them, this waits for its answer.
        """
        with self.changed:
            while missing := wanted & ~self.known:
                if not missing & self.asking:
                    days = self._reach_around(find_lowest(missing), max(self.until, wanted.bit_length() - 1))
                    self.asking |= make_bits(days)
                    return days
                self.changed.wait()
        return range(0)

    def settle(self, days: range, found: Mapping[str, int] | None) -> None:
        """Notes the answer for the claimed `days`. With None, for no answer, another thread may ask."""
        with self.changed:
            self.asking &= ~make_bits(days)
            if found is not None:
                self.known |= make_bits(days)
                for advertiser_id, active in found.items():
                    self.active[advertiser_id] = self.active.get(advertiser_id, 0) | active
            self.changed.notify_all()

    def is_active(self, advertiser_id: str, wanted: int, ask: Callable[[range], Mapping[str, int] | None]) -> bool:
        """Whether an ad account has, or may have, a row on one of the `wanted` days. Asks for those not known yet.

        If `ask` has no answer (None), the ad account may have some.
        """
        while asked := self.claim(wanted):
            found = None
            try:
                found = ask(asked)
            finally:
                self.settle(asked, found)
            if found is None:
                return True
        return bool(self.active.get(advertiser_id, 0) & wanted)

    def is_known_to_be_idle(self, advertiser_id: str, wanted: int) -> bool:
        """Whether TikTok has already said that an ad account has no row on the `wanted` days."""
        with self.changed:
            return not wanted & ~self.known and not self.active.get(advertiser_id, 0) & wanted

    def _reach_around(self, first: int, until: int) -> range:
        """The days of one request: the first one and those after it, which later windows need, then some before."""
        taken, start, end = self.known | self.asking, first, first
        while end < until and end - start + 1 < self.most and not taken >> (end + 1) & 1:
            end += 1
        while start > max(0, first - EARLIER) and end - start + 1 < self.most and not taken >> (start - 1) & 1:
            start -= 1
        return range(start, end + 1)


def make_bits(days: range) -> int:
    """Some days as a number with a bit per day."""
    return ((1 << len(days)) - 1) << days.start


def find_lowest(bits: int) -> int:
    """The first of the days in such a number."""
    return (bits & -bits).bit_length() - 1
