"""Which ad accounts have any row in a window: one cheap request that saves many expensive ones."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from threading import Lock
from typing import Any

from airbyte_cdk import AirbyteTracedException
from airbyte_cdk.sources.types import StreamSlice

from source_tiktok_marketing.config.dates import LONGEST_SPAN, MOST_DAYS
from source_tiktok_marketing.config.sign_in import is_sandbox
from source_tiktok_marketing.partition_routers.advertiser_directory import AdvertiserDirectory
from source_tiktok_marketing.retrievers.account_groups import Group, find_lowest, make_bits
from source_tiktok_marketing.retrievers.balance import Balance
from source_tiktok_marketing.retrievers.days_reported import find_owner, number_day, read_day, read_page
from source_tiktok_marketing.retrievers.spot_checks import SpotChecks
from source_tiktok_marketing.schema.metrics import read_metrics as known_metrics
from source_tiktok_marketing.sync import Shared

ACCOUNTS_PER_REQUEST = 5
# For fewer days than these, one or two requests by day are enough, and they say more than one about a year.
WORTH_A_YEAR = 2 * MOST_DAYS
# The scope of metrics that TikTok only has by day (schema/metrics.csv).
BY_DAY_ALONE = "advertiser_by_day"
# How TikTok writes zero, and a figure that it does not have.
NOTHING = re.compile(r"-|-?0(\.0*)?")
Answer = Callable[[list[str], range], dict[str, int] | None]


class Activity(Shared):
    """The days on which each ad account of a sync has any row, asked for once for all streams.

    A report by day or hour has a row if anything was counted, and what is counted for a campaign, an ad or an audience
    is counted for its ad account. So an account without a row for a day has none at any level on that day, not even of
    deleted entities or of late conversions. Any row counts as activity, whatever is in it.

        ad account  ▪ ▪     ▪    rows by day of five accounts: one request
        campaigns   ▪ ▪     ▪
        ads         ▪ ▪     ▪
        window      [───][──][──]
        read         yes  no  yes

    If there are many days to ask for, years without anything are found first, by a request without the days. There an
    account may have a row of zeros, so that a year is active unless all its figures are zero or `-`.

    If TikTok refuses the request or cuts its answer, the days count as active: the report itself will say why. So do
    those that are not asked for, because that would take more requests than it saves (`Balance`).
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._config = config
        self.metrics: list[str] = []
        self._directory = AdvertiserDirectory.of(config)
        self._lock = Lock()
        self._groups: dict[str, tuple[Group, Group]] | None = None
        self._reports: dict[str, tuple[list[str], bool]] = {}
        self._balance, self._checks = Balance(), SpotChecks.of(config)
        self._tells_years = True
        self._told: dict[tuple[str, ...], bool] = {}
        self._counted: dict[frozenset[str], tuple[str, ...]] = {}

    def add_report(self, stream: str, metrics: list[str], *, by_hour: bool) -> None:
        """Notes a report by day or hour that will ask `is_silent`."""
        self._reports[stream] = metrics, by_hour

    def can_tell(self, metrics: Iterable[str]) -> bool:
        """Whether an ad account has a row on every day on which one of these metrics has a value.

        That is known of names, of the counts that are asked for here, and of their ratios.
        """
        asked = tuple(metrics)
        if asked not in self._told:
            self._told[asked] = all(map(self._can_tell_of, asked))
        return self._told[asked]

    def list_counted(self, refused: Iterable[str]) -> tuple[str, ...]:
        """The counts that campaigns have as well, without those that TikTok refused."""
        without = frozenset(refused)
        if without not in self._counted:
            named = [name for name in self.metrics if "campaign" in known_metrics()[name].levels]
            self._counted[without] = tuple(name for name in named if name not in without)
        return self._counted[without]

    def list_accounts(self) -> list[str]:
        """The ad accounts that can be asked about together."""
        return list(self._group_accounts())

    def is_one_question_for_many_reports(self) -> bool:
        """Whether a question about thirty days of one ad account may save more requests than the one it takes."""
        reports = [by_hour for _, by_hour in self._reports.values()]
        return len(reports) > 1 or any(reports)

    def find_last_day(self, advertiser_id: str) -> int:
        """The last day to read of the ad accounts that are asked about together with this one."""
        return self._group_accounts()[advertiser_id][0].until

    def is_silent(self, window: StreamSlice) -> bool:
        """Whether the ad account of a window has no row on any of its days."""
        return not self.may_have_rows(str(window.get("advertiser_id", "")), number_days(window))

    def is_close(self, window: StreamSlice) -> bool:
        """Whether the ad account of a window is known to have rows up to a month before or after it."""
        wanted = number_days(window)
        month = range(max(0, find_lowest(wanted) - MOST_DAYS), wanted.bit_length() + MOST_DAYS)
        advertiser_id = str(window.get("advertiser_id", ""))
        return any(
            group.active.get(advertiser_id, 0) & make_bits(month) for group in self._group_accounts()[advertiser_id]
        )

    def may_have_rows(self, advertiser_id: str, wanted: int, *, roughly: bool = False) -> bool:
        """Whether an ad account has a row on one of these days, as far as is known, or worth a question.

        With `roughly`, no days are asked for if the years of many days tell enough.
        """
        groups = self._group_accounts().get(advertiser_id)
        if groups is None or not self._checks.may_skip:
            return True
        years, days = groups
        is_known, left = not wanted & ~years.known, years.until - find_lowest(wanted) + 1
        asks_years = is_known or (self._tells_years and left > WORTH_A_YEAR)
        if asks_years and not years.is_active(advertiser_id, wanted, partial(self._ask, years, self._find_years, left)):
            return False
        return (roughly and asks_years) or days.is_active(
            advertiser_id, wanted, partial(self._ask, days, self._find_days, left)
        )

    def _can_tell_of(self, metric: str) -> bool:
        known = known_metrics().get(metric)
        is_name = known is not None and known.group == "Attribute"
        stem = metric.removeprefix("value_per_").removesuffix("_rate").removesuffix("_roas")
        return is_name or metric in self.metrics or "cost_per_" in metric or stem in self.metrics

    def _group_accounts(self) -> Mapping[str, tuple[Group, Group]]:
        """The years and the days of each ad account's group; the sandbox has no report about ad accounts."""
        with self._lock:
            if self._groups is None:
                self._groups = {} if is_sandbox(self._config) else dict(self._list_groups())
                by_hour = [by_hour for metrics, by_hour in self._reports.values() if self.can_tell(metrics)]
                self._balance = Balance(by_hour, len(self._groups), always=bool(self._config.get("skip_inactive")))
            return self._groups

    def _list_groups(self) -> Iterator[tuple[str, tuple[Group, Group]]]:
        unreachable = set(self._directory.list_unreachable())
        accounts = [each for each in self._directory.list_chosen() if each not in unreachable]
        for start in range(0, len(accounts), ACCOUNTS_PER_REQUEST):
            members = accounts[start : start + ACCOUNTS_PER_REQUEST]
            until = number_day(max(self._directory.find_days(each, self._config)["last_day"] for each in members))
            groups = Group(members, until, LONGEST_SPAN.days + 1), Group(members, until)
            yield from ((each, groups) for each in members)

    def _ask(self, group: Group, answer: Answer, left: int, days: range) -> dict[str, int] | None:
        """The active days of the group's accounts among `days`; None if they are not asked for, or in vain."""
        if not self._balance.begin(len(group.accounts), days, left, group.most):
            return None
        try:
            found, requests = self._ask_together_or_alone(group, answer, days)
        except AirbyteTracedException:
            self._balance.give_up()
            return None
        self._balance.note(group.most, days, [found.get(each, 0) for each in group.accounts], requests)
        return found

    def _ask_together_or_alone(self, group: Group, answer: Answer, days: range) -> tuple[dict[str, int], int]:
        """The active days of the group's accounts among `days`, and how many requests that took."""
        together = 0
        if not group.apart:
            together, found = 1, answer(group.accounts, days)
            if found is not None:
                return found, together
            group.apart = True  # TikTok refuses ad accounts of different users together
        alone = ((each, answer([each], days)) for each in group.accounts)
        each_one = {each: make_bits(days) if found is None else found.get(each, 0) for each, found in alone}
        return each_one, together + len(each_one)

    def _find_years(self, accounts: list[str], days: range) -> dict[str, int] | None:
        """All `days` for each ad account for which anything was counted on them; None as for `_find_days`.

        If there is none for one ad account alone, no year is asked for any more.
        """
        rows = self._read("activity_in_all", accounts, self._list_yearly_metrics(), days)
        if rows is None:
            self._tells_years = self._tells_years and len(accounts) > 1
            return None
        active = (row for row in rows if self._has_counts(row.get("metrics") or {}))
        return {find_owner(row): make_bits(days) for row in active}

    def _has_counts(self, metrics: Mapping[str, Any]) -> bool:
        """Whether any figure is not zero. One that TikTok leaves out counts as well."""
        return not all(NOTHING.fullmatch(str(metrics.get(name))) for name in self._list_yearly_metrics())

    def _list_yearly_metrics(self) -> list[str]:
        """The metrics that TikTok also has without the days."""
        return [name for name in self.metrics if known_metrics()[name].scope != BY_DAY_ALONE]

    def _find_days(self, accounts: list[str], days: range) -> dict[str, int] | None:
        """The active days by ad account; None if TikTok does not answer for all of them."""
        rows = self._read("activity", accounts, self.metrics, days)
        if rows is None:
            return None
        found: dict[str, int] = {}
        for row in rows:
            advertiser_id = find_owner(row)
            found[advertiser_id] = found.get(advertiser_id, 0) | 1 << read_day(row)
        return found

    def _read(self, name: str, accounts: list[str], metrics: list[str], days: range) -> list[Mapping[str, Any]] | None:
        """The rows of a report about these ad accounts, each of which names one."""
        parameters = {"advertiser_ids": json.dumps(accounts), "metrics": json.dumps(metrics)}
        rows = read_page(self._directory.requesters[name], parameters, days)
        return rows if rows is not None and all(map(find_owner, rows)) else None


def number_days(window: StreamSlice) -> int:
    """The days of a window that are the ad account's own, as a number with a bit per day."""
    days = window.extra_fields
    first = max(window.cursor_slice["start_time"], days["first_day"])
    return make_bits(range(number_day(first), number_day(min(window.cursor_slice["end_time"], days["last_day"])) + 1))
