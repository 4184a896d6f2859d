"""Whether any of five ad accounts has rows of campaigns that need a filter: one request instead of one for each."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING

from airbyte_cdk import AirbyteTracedException
from airbyte_cdk.sources.types import StreamSlice

from source_tiktok_marketing.config.dates import LONGEST_SPAN, MOST_DAYS
from source_tiktok_marketing.errors import RefusedRequestError
from source_tiktok_marketing.retrievers.account_groups import Group, find_lowest, make_bits
from source_tiktok_marketing.retrievers.activity import ACCOUNTS_PER_REQUEST, WORTH_A_YEAR, Activity, number_days
from source_tiktok_marketing.retrievers.apart_days import ask_for_kind
from source_tiktok_marketing.retrievers.days_reported import read_day, read_page
from source_tiktok_marketing.retrievers.spot_checks import SpotChecks
from source_tiktok_marketing.sync import Shared

if TYPE_CHECKING:
    from typing import Any

    from airbyte_cdk.sources.declarative.requesters import HttpRequester

    from source_tiktok_marketing.requesters.asked_apart import CampaignKind

# The most days of a report by day, and of one without days.
DAYS, YEARS = MOST_DAYS, LONGEST_SPAN.days + 1
# Ad accounts are asked about together with the next ones that need it, among so many.
LOOKED_AT = 100
# After so many requests in a row without an answer, a kind is not asked for in this way any more.
MOST_IN_VAIN = 3


@dataclass
class Queue:
    """The ad accounts in groups, or alone (None), and the place of the next one that is in none yet."""

    groups: dict[str, Group | None] = field(default_factory=dict)
    next: int = 0


class KindsTogether(Shared):
    """On which days any of five ad accounts may have a row of a kind. Where none has, no account has to be looked up.

        TopView?    of five active ad accounts: no row      nothing more to ask
        Promote?    of five ad accounts: rows of one        that one is looked up (`AskedApart`)

    Only active ad accounts are asked about, unless the kind may be missing from their own rows (`CampaignKind.beside`).
    If TikTok refuses the request, cuts its answer or gives it in several pages, all of them may have rows. If it does
    not answer at all, nothing more is asked in this way: each wait takes minutes.

    No page says that TikTok heeds a filter in a report about several ad accounts. So its silence only counts once that
    was seen: when an ad account had rows without the filter, and none with it. Before that, idle ones are looked up.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.requesters: dict[int, HttpRequester] = {}
        self._activity, self._checks = Activity.of(config), SpotChecks.of(config)
        self._queues: defaultdict[tuple[str, tuple[str, ...]], Queue] = defaultdict(Queue)
        self._places: dict[str, int] = {}
        self._heeded: set[str] = set()
        self._in_vain: Counter[str] = Counter()
        self._gave_up = False
        self._lock = Lock()

    def may_have_rows(
        self, kind: CampaignKind, window: StreamSlice, metrics: Iterable[str], refused: Collection[str], *, seen: bool
    ) -> bool:
        """Whether the ad account of a window may have rows of the kind there, as far as one question can tell.

        `seen` is whether it has rows in the window without the filter. The metrics that TikTok `refused` are not asked
        for.
        """
        is_believed = seen or kind.name in self._heeded
        in_vain = self._gave_up or self._in_vain[kind.name] >= MOST_IN_VAIN or not self._checks.may_skip
        if in_vain or not self.requesters or not is_believed or not self._activity.can_tell(metrics):
            return True
        counted = self._activity.list_counted(refused)
        group = self._find_group(kind, window, counted)
        if group is None or group.is_active(
            str(window["advertiser_id"]), number_days(window), lambda days: self._ask(kind, group, counted, days)
        ):
            return True
        self._heeded.add(kind.name)
        return False

    def _find_group(self, kind: CampaignKind, window: StreamSlice, counted: tuple[str, ...]) -> Group | None:
        """The ad accounts to ask about together with that of the window; None if it takes no fewer requests."""
        advertiser_id, queue = str(window["advertiser_id"]), self._queues[kind.name, counted]
        if advertiser_id not in self._accounts():
            return None
        if advertiser_id not in queue.groups:
            with self._lock:
                while advertiser_id not in queue.groups:
                    members = self._take_next(kind, queue, advertiser_id, number_days(window))
                    queue.groups |= dict.fromkeys(members, self._make_group(members, number_days(window)))
        return queue.groups[advertiser_id]

    def _take_next(self, kind: CampaignKind, queue: Queue, advertiser_id: str, wanted: int) -> list[str]:
        """The next ad accounts that need to be asked about, or this one with the next if it has been passed over."""
        accounts = self._accounts()
        place = accounts[advertiser_id]
        first = [] if place >= queue.next else [advertiser_id]
        following = islice(accounts, queue.next, max(place, queue.next) + LOOKED_AT)
        for number, each in enumerate(following, queue.next):
            queue.next = number + 1
            if each == advertiser_id or (each not in queue.groups and self._needs(kind, each, wanted)):
                first.append(each)
            if len(first) == ACCOUNTS_PER_REQUEST:
                break
        return first

    def _needs(self, kind: CampaignKind, advertiser_id: str, wanted: int) -> bool:
        later = make_bits(range(find_lowest(wanted), self._activity.find_last_day(advertiser_id) + 1))
        return kind.beside or self._activity.may_have_rows(advertiser_id, wanted | later, roughly=True)

    def _make_group(self, members: list[str], wanted: int) -> Group | None:
        until = max((self._activity.find_last_day(each) for each in members), default=0)
        left = until - find_lowest(wanted) + 1
        group = Group(members, until, DAYS if left <= WORTH_A_YEAR else YEARS)
        return group if -(-left // group.most) < len(members) else None

    def _accounts(self) -> Mapping[str, int]:
        if not self._places:
            self._places = {each: place for place, each in enumerate(self._activity.list_accounts())}
        return self._places

    def _ask(self, kind: CampaignKind, group: Group, metrics: Sequence[str], days: range) -> dict[str, int]:
        """The days on which each ad account of the group may have rows of the kind, among these."""
        parameters = {"advertiser_ids": json.dumps(group.accounts), **ask_for_kind(kind, metrics)}
        rows = None
        try:
            rows = read_page(self.requesters[group.most], parameters, days)
        except RefusedRequestError:
            pass
        except AirbyteTracedException:  # it was waited for in vain; the report itself says what is wrong
            self._gave_up = True
        self._in_vain[kind.name] = self._in_vain[kind.name] + 1 if rows is None else 0
        if rows is None:
            return dict.fromkeys(group.accounts, make_bits(days))
        found = dict.fromkeys(group.accounts, 0)
        for row in rows:
            owner = (row.get("metrics") or {}).get("advertiser_id")
            for each in [str(owner)] if str(owner) in found else group.accounts:
                found[each] |= _find_days(row, days)
        return found


def _find_days(row: Mapping[str, Any], days: range) -> int:
    """The day of a row; of one without a day, all that were asked for."""
    return 1 << read_day(row) if row["dimensions"].get("stat_time_day") else make_bits(days)
