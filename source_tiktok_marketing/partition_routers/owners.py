"""One partition for each owner: each ad account, each business centre, any one of them, or nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from airbyte_cdk.sources.types import StreamSlice
from typing_extensions import override

from source_tiktok_marketing.config.dates import parse_day
from source_tiktok_marketing.config.organic import TIKTOK_ACCOUNT
from source_tiktok_marketing.config.shards import is_first
from source_tiktok_marketing.errors import RefusedError
from source_tiktok_marketing.partition_routers.advertisers import AdvertiserRouter
from source_tiktok_marketing.partition_routers.lookups import Lookups
from source_tiktok_marketing.requesters.oauth import OrganicTokens
from source_tiktok_marketing.requesters.permissions import Refusals

EVER = date.max.isoformat()


@dataclass
class OwnerRouter(AdvertiserRouter):
    """One partition for each owner that TikTok wants to be asked about: `of` says which type of owner.

    `advertiser`: each chosen ad account. `any_advertiser`: one of them, as the answer is the same for all. `app`:
    nobody. `business_center`: each business centre that the token reaches, whose days are UTC's; `centers` says how to
    look them up. `tiktok_account`: the one whose token is in the configuration. The first worker alone reads what
    belongs to no ad account.

    `earliest` and `latest` are the first and the last day that TikTok has, written as in the configuration
    (`2023-09-01`, `today-59`). With `utc` the days are UTC's, whose today begins hours after Tokyo's.
    """

    of: str = "advertiser"
    centers: Mapping[str, Any] = field(default_factory=dict)
    earliest: str = ""
    utc: bool = False
    latest: str = ""
    stream: str = ""

    @override
    def stream_slices(self) -> Iterable[StreamSlice]:
        """A slice for each owner."""
        if self.of == "advertiser":
            yield from super().stream_slices()
        elif self.of == TIKTOK_ACCOUNT:
            if (account := OrganicTokens.of(self.config).business_id) and is_first(self.config):
                yield self._make_slice("business_id", account, "")
        elif is_first(self.config):
            yield from self._make_slice_without_account()

    @override
    def _make_slice(self, owner: str, value: str, advertiser_id: str) -> StreamSlice:
        found = super()._make_slice(owner, value, "" if self.utc else advertiser_id)
        if not ((self.earliest or self.latest) and self.with_days):
            return found
        days = found.extra_fields
        first, last = (self._find_day(text, days["today"]) for text in (self.earliest, self.latest))
        had = {**days, "first_day": max(days["first_day"], first), "last_day": min(days["last_day"], last or EVER)}
        return StreamSlice(partition=found.partition, cursor_slice=found.cursor_slice, extra_fields=had)

    def _find_day(self, text: str, today: str) -> str:
        return parse_day(text, date.fromisoformat(today)).isoformat() if text else ""

    def _make_slice_without_account(self) -> Iterator[StreamSlice]:
        if self.of == "app":
            yield self._make_slice("app", "", "")
        elif self.of == "any_advertiser":
            first = self._directory.get_any()
            yield self._make_slice("advertiser_id", first, first)
        else:
            yield from self._make_center_slices()

    def _make_center_slices(self) -> Iterator[StreamSlice]:
        try:
            for center in Lookups.of(self.config).look_up_below({}, [self.centers]):
                yield self._make_slice("bc_id", center["bc_id"], "")
        except RefusedError as refusal:
            Refusals.of(self.config).add(self.stream, refusal.scope, "", str(refusal))
