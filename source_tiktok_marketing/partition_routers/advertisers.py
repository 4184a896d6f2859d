"""One partition for each ad account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import InitVar, dataclass
from typing import Any

from airbyte_cdk.sources.declarative.partition_routers.partition_router import PartitionRouter
from airbyte_cdk.sources.types import StreamSlice
from typing_extensions import override

from source_tiktok_marketing.config.shards import is_first
from source_tiktok_marketing.partition_routers.advertiser_directory import AdvertiserDirectory
from source_tiktok_marketing.sync import is_sample


def _has_begun(days: Mapping[str, Any]) -> bool:
    """Whether there is a day to report on yet. ISO dates compare as text."""
    return bool(days["first_day"] <= days["last_day"])


@dataclass
class AdvertiserRouter(PartitionRouter):
    """One partition per ad account: TikTok answers every list and report for one `advertiser_id` only.

    With `with_days` each slice also has the ad account's own days (`AdvertiserDirectory.find_days`), which takes one
    request per hundred ad accounts in each sync. A report on a business centre has one partition, whose days are UTC's.

    With `since_creation` these days begin when the ad account was created, if TikTok says so, but the last one always
    stays. This is for reports by day or hour: the days of others are columns, or come with rows of zeros. A check asks
    for the days as configured.
    """

    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    with_days: bool = False
    since_creation: bool = False
    days: Mapping[str, Any] | None = None
    business_center_id: str = ""

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self._directory = AdvertiserDirectory.of(self.config)

    @override
    def stream_slices(self) -> Iterable[StreamSlice]:
        """A slice per chosen ad account. Raises a config_error if there is none.

        The start date may have begun in the first time zone and not yet in an account's. Such an account is left out,
        as TikTok refuses a period that ends before it begins; but a check asks for the account's today.
        """
        for found in self._make_slices():
            if is_sample(self.config) or not self.with_days or _has_begun(found.extra_fields):
                yield found

    def _make_slices(self) -> Iterator[StreamSlice]:
        if self.business_center_id:
            if is_first(self.config):
                yield self._make_slice("bc_id", self.business_center_id, "")
            return
        directory = self._directory
        for advertiser_id in directory.list_promising() if is_sample(self.config) else directory.list_chosen():
            yield self._make_slice("advertiser_id", advertiser_id, advertiser_id)

    def _make_slice(self, owner: str, value: str, advertiser_id: str) -> StreamSlice:
        days = self._directory.find_days(advertiser_id, self.days or {}) if self.with_days else {}
        if self.since_creation and advertiser_id and not is_sample(self.config):
            possible = min(self._directory.find_first_possible_day(advertiser_id), days["last_day"])
            days["first_day"] = max(days["first_day"], possible)
        return StreamSlice(partition={owner: value}, cursor_slice={}, extra_fields=days)

    @override
    def get_stream_state(self) -> None:
        """Does nothing: there is no parent stream with a state."""

    def get_request_params(self, **_: Any) -> Mapping[str, Any]:
        """No parameters: the manifest puts the ad account into the request."""
        return {}

    get_request_headers = get_request_body_data = get_request_body_json = get_request_params
