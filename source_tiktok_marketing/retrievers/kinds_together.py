"""Whether any of five ad accounts has rows of campaigns that need a filter: one request instead of one for each."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
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
from source_tiktok_marketing.retrievers.days_reported import find_owner, read_day, read_page
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
    """The ad accounts in groups, or alone (None), and the place of the next one that is in none yet.

    The first group of two is asked about first: about years, if there are many days.
    """

    groups: dict[str, tuple[Group, Group] | None] = field(default_factory=dict)
    next: int = 0


@dataclass(frozen=True)
class Sought:
    """A window that may have rows of a kind.

    `metrics` are those of its report, and `refused` those of them that TikTok refuses. `seen` is whether it has rows
    without the filter.
    """

    kind: CampaignKind
    window: StreamSlice
    metrics: Sequence[str]
    refused: Collection[str]
    seen: bool


class KindsTogether(Shared):
    """On which days any of five ad accounts may have a row of a kind. Where none has, no account has to be looked up.

        TopView?    of five active ad accounts: no row      nothing more to ask
        Promote?    of five ad accounts: rows of one        that one is looked up (`AskedApart`)
        by day?     of the same five: rows on two days      the windows with these days are asked for

    Only active ad accounts are asked about, unless the kind may be missing from their own rows (`CampaignKind.beside`).
    If TikTok refuses the request, cuts its answer or gives it in several pages, all of them may have rows. If it does
    not answer at all, nothing more is asked in this way: each wait takes minutes.

    No page says that TikTok heeds a filter in a report about several ad accounts. So its silence only counts once that
    was seen: when the same question without the filter had rows of an ad account, and with it had none. It is put for
    an ad account whose report has rows. Before that, idle ones are looked up.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.requesters: dict[int, HttpRequester] = {}
        self._activity, self._checks = Activity.of(config), SpotChecks.of(config)
        self._queues: defaultdict[tuple[str, tuple[str, ...]], Queue] = defaultdict(Queue)
        self._places: dict[str, int] = {}
        self._heeded: set[str] = set()
        self._unnamed: set[str] = set()
        self._without: dict[tuple[str, int], bool] = {}
        self._in_vain: Counter[str] = Counter()
        self._gave_up = False
        self._lock, self._proof = Lock(), Lock()

    def may_have_rows(self, sought: Sought) -> bool:
        """Whether the ad account of a window may have rows of the kind there, as far as one question can tell."""
        return self._find(sought, by_day=False) is not False

    def has_rows_by_day(self, sought: Sought) -> bool | None:
        """Whether the ad account has rows of the kind on a day of the window; None if this can't be told together."""
        found, kind = self._find(sought, by_day=True), sought.kind.name
        return None if found and (kind not in self._heeded or kind in self._unnamed) else found

    def _find(self, sought: Sought, *, by_day: bool) -> bool | None:
        """Whether there are rows by the last answer about the ad account's group; None without such an answer."""
        kind = sought.kind
        is_believed = sought.seen or kind.name in self._heeded
        in_vain = self._gave_up or self._in_vain[kind.name] >= MOST_IN_VAIN or not self._checks.may_skip
        if in_vain or not self.requesters or not is_believed or not self._activity.can_tell(sought.metrics):
            return None
        counted = self._activity.list_counted(sought.refused)
        groups = self._find_groups(kind, sought.window, counted)
        if groups is None:
            return None
        first, group = groups[0], groups[by_day]
        advertiser_id, wanted = str(sought.window["advertiser_id"]), number_days(sought.window)
        is_idle, ask = first.is_known_to_be_idle(advertiser_id, wanted), partial(self._ask, kind, group, counted)
        if group.apart:
            return None
        if not is_idle and group.is_active(advertiser_id, wanted, ask):
            return None if group.apart else True
        return False if self._heeds(kind, group, advertiser_id, wanted) else None

    def _find_groups(
        self, kind: CampaignKind, window: StreamSlice, counted: tuple[str, ...]
    ) -> tuple[Group, Group] | None:
        """The ad accounts to ask about together with that of the window; None if it takes no fewer requests."""
        advertiser_id, queue = str(window["advertiser_id"]), self._queues[kind.name, counted]
        if advertiser_id not in self._accounts():
            return None
        if advertiser_id not in queue.groups:
            with self._lock:
                while advertiser_id not in queue.groups:
                    members = self._take_next(kind, queue, advertiser_id, number_days(window))
                    queue.groups |= dict.fromkeys(members, self._make_groups(members, number_days(window)))
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

    def _make_groups(self, members: list[str], wanted: int) -> tuple[Group, Group] | None:
        until = max((self._activity.find_last_day(each) for each in members), default=0)
        left = until - find_lowest(wanted) + 1
        days = Group(members, until, DAYS)
        first = days if left <= WORTH_A_YEAR else Group(members, until, YEARS)
        return (first, days) if -(-left // first.most) < len(members) else None

    def _accounts(self) -> Mapping[str, int]:
        if not self._places:
            self._places = {each: place for place, each in enumerate(self._activity.list_accounts())}
        return self._places

    def _heeds(self, kind: CampaignKind, group: Group, advertiser_id: str, wanted: int) -> bool:
        """Whether TikTok heeds the filter: without it, there are rows of the ad account on days without any with it."""
        about = advertiser_id, wanted
        with self._proof:
            if kind.name not in self._heeded:
                if about not in self._without:
                    self._without[about] = self._ask_without(group, *about)
                if self._without[about]:
                    self._heeded.add(kind.name)
                else:
                    self._in_vain[kind.name] += 1
            return kind.name in self._heeded

    def _ask_without(self, group: Group, advertiser_id: str, wanted: int) -> bool:
        days = range(find_lowest(wanted), wanted.bit_length())
        parameters = {
            "advertiser_ids": json.dumps(group.accounts),
            **ask_for_kind(None, self._activity.list_counted(())),
        }
        try:
            rows = read_page(self.requesters[group.most], parameters, days)
        except AirbyteTracedException:
            return False
        return any(find_owner(row) in ("", advertiser_id) for row in rows or ())

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
            group.apart = True
            return dict.fromkeys(group.accounts, make_bits(days))
        found = dict.fromkeys(group.accounts, 0)
        for row in rows:
            owner = find_owner(row)
            is_named = owner in found
            if not is_named:
                self._unnamed.add(kind.name)
            for each in [owner] if is_named else group.accounts:
                found[each] |= _find_days(row, days)
        return found


def _find_days(row: Mapping[str, Any], days: range) -> int:
    """The day of a row; of one without a day, all that were asked for."""
    return 1 << read_day(row) if row["dimensions"].get("stat_time_day") else make_bits(days)
