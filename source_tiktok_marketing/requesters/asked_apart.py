"""Campaigns that TikTok may leave out of a report unless a filter asks for them: which ad accounts have any."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from airbyte_cdk import AirbyteTracedException

from source_tiktok_marketing.config.sign_in import is_sandbox
from source_tiktok_marketing.errors import RefusedError
from source_tiktok_marketing.sync import Shared, is_sample


@dataclass(frozen=True)
class CampaignKind:
    """One kind of such campaigns.

    `filter` is the report filter for them. `lookup` is the list that shows whether an ad account has any. With
    `in_tasks`, a report that TikTok makes as a task has them without the filter. With `beside`, they may be missing
    from the rows of the ad account itself.
    """

    name: str
    filter: Mapping[str, str]
    lookup: Mapping[str, Any]
    in_tasks: bool = False
    beside: bool = False

    @property
    def words(self) -> tuple[str, str]:
        """The name and the value of the filter, which TikTok may refuse."""
        return self.filter["field_name"], self.filter["filter_value"].strip('[]"')


class AskedApart(Shared):
    """Which ad accounts of a sync have campaigns of each kind. Each is looked up once, when it is first needed.

    If the lookup fails, the ad account is taken to have some. A check and the sandbox ask for no kind.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.kinds: tuple[CampaignKind, ...] = ()
        self.look_up: Callable[[Mapping[str, str], list[Mapping[str, Any]]], Iterable[Any]] = lambda *_: ()
        self._without = is_sample(config) or is_sandbox(config)
        self._anyway: set[str] = set()
        self._all_anyway = False
        self._known: dict[tuple[str, str], bool] = {}
        self._locks: defaultdict[tuple[str, str], Lock] = defaultdict(Lock)

    def expect(self, *names: str) -> None:
        """Notes that a stream will look up every ad account for these kinds; for all kinds if none is named."""
        self._anyway.update(names)
        self._all_anyway = self._all_anyway or not names

    def is_expected(self, kind: CampaignKind) -> bool:
        """Whether every ad account is looked up for this kind anyway."""
        return self._all_anyway or kind.name in self._anyway

    def list_kinds(self, advertiser_id: str, is_worth_it: Callable[[CampaignKind], bool]) -> list[CampaignKind]:
        """The kinds of which the ad account has, or may have, a campaign.

        Before a kind is looked up, `is_worth_it` is asked.
        """
        return [kind for kind in self.kinds if self._may_have(advertiser_id, kind, is_worth_it)]

    def is_due(self, advertiser_id: str, sweep: Mapping[str, Any]) -> bool:
        """Whether to make this sweep of a list: one for a kind (`if_any`) only if the ad account may have some."""
        name = sweep.get("if_any")
        return not name or any(kind.name == name and self._may_have(advertiser_id, kind) for kind in self.kinds)

    def _may_have(
        self, advertiser_id: str, kind: CampaignKind, is_worth_it: Callable[[CampaignKind], bool] = lambda _: True
    ) -> bool:
        if self._without or not advertiser_id:
            return False
        question = (kind.name, advertiser_id)
        if question not in self._known and not is_worth_it(kind):
            return False
        with self._locks[question]:
            if question not in self._known:
                self._known[question] = self._ask(advertiser_id, kind)
        return self._known[question]

    def _ask(self, advertiser_id: str, kind: CampaignKind) -> bool:
        try:
            return any(True for _ in self.look_up({"advertiser_id": advertiser_id}, [kind.lookup]))
        except (AirbyteTracedException, RefusedError):
            return True
