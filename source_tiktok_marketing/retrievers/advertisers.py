"""The two streams about ad accounts, and what they lend to all others."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import InitVar, dataclass, field
from itertools import chain
from typing import Any

from airbyte_cdk.sources.declarative.requesters import HttpRequester
from airbyte_cdk.sources.declarative.retrievers import Retriever
from airbyte_cdk.sources.types import StreamSlice
from typing_extensions import override

from source_tiktok_marketing.config.shards import ours
from source_tiktok_marketing.errors import ConfigError
from source_tiktok_marketing.partition_routers.advertiser_directory import AdvertiserDirectory
from source_tiktok_marketing.partition_routers.lookups import Lookups
from source_tiktok_marketing.requesters.asked_apart import AskedApart, Kind
from source_tiktok_marketing.requesters.oauth import OrganicTokens
from source_tiktok_marketing.retrievers.activity import Activity
from source_tiktok_marketing.retrievers.apart_days import ApartDays

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")

NAMED = 20
EXCLUDE = "add them to Excluded Advertiser IDs (exclude_advertiser_ids)"


@dataclass
class AdvertiserRetriever(Retriever):
    """The two streams about ad accounts, read from the directory all other streams use; each worker has its part.

    `lookup` is `authorised` (what the token reaches) or `details` (advertiser/info/ of the chosen ad accounts, a
    hundred per request). Raises a config_error after the last row that names the ad accounts without permission.

    `lists` (over all `sweeps`), `activity`, `apart` and `apart_days` ask wherever a report wants them: for ids of
    campaigns, for the active days (`Activity`), for campaigns that are asked for apart (`AskedApart`) and for their
    days (`ApartDays`). They are built here once: in the template of the reports, which the CDK copies for each, they
    doubled the time of a start. `environment` asks whether the token is taken (environments.py).
    """

    config: Mapping[str, Any]
    requester: HttpRequester
    lookup: str
    parameters: InitVar[Mapping[str, Any]]
    lists: HttpRequester | None = None
    sweeps: list[Mapping[str, Any]] = field(default_factory=list)
    activity: HttpRequester | None = None
    lookups: HttpRequester | None = None
    organic_lookups: HttpRequester | None = None
    renewal: HttpRequester | None = None
    environment: HttpRequester | None = None
    activity_metrics: list[list[str]] = field(default_factory=list)
    apart: list[Mapping[str, Any]] = field(default_factory=list)
    apart_days: HttpRequester | None = None

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self._directory = AdvertiserDirectory.of(self.config)
        self._activity, self._lookups = Activity.of(self.config), Lookups.of(self.config)
        self._organic, self._apart = OrganicTokens.of(self.config), AskedApart.of(self.config)
        self._days = ApartDays.of(self.config)
        self._directory.requesters[self.lookup] = self.requester
        if self.lists and self.activity and self.environment:
            mine = {"lists": self.lists, "activity": self.activity, "environment": self.environment}
            self._directory.requesters |= mine
            self._directory.sweeps = self.sweeps
            self._lookups.requester, self._lookups.organic_requester = self.lookups, self.organic_lookups
            self._organic.requester = self.renewal
            self._apart.kinds = tuple(Kind(**each) for each in self.apart)
            self._apart.look_up = self._lookups.below
            self._days.requester = self.apart_days
            self._activity.metrics = list(dict.fromkeys(chain.from_iterable(self.activity_metrics)))

    @override
    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterable[Mapping[str, Any]]:
        """Every row the lookup knows."""
        if self.lookup == "authorised":
            yield from ours(self.config, self._directory.authorised())
            return
        yield from self._directory.details().values()
        refuse_unreachable(self._directory)


def refuse_unreachable(directory: AdvertiserDirectory, *, is_check: bool = False) -> None:
    """Raises a config_error naming the chosen ad accounts the token has no permission for, if there are any.

    In a check, which may not ask often enough to tell them apart, it names those that were refused together; and where
    the user did not write down any of them, it is enough that there are others: that is a warning.
    """
    missing = directory.unreachable()
    who = "" if missing else "at least one of "
    refused = missing or directory.refused_together
    if not refused:
        return
    named = ", ".join(refused[:NAMED]) + (f" and {len(refused) - NAMED} more" if len(refused) > NAMED else "")
    remedy = "take them out of Advertiser IDs (advertiser_ids)" if directory.are_named else EXCLUDE
    text = (
        f"The token has no permission for {who}these ad accounts: {named}. Authorise them for the app in TikTok for "
        f"Business, or {remedy}."
    )
    if is_check and not directory.are_named and len(refused) < len(directory.chosen()):
        LOGGER.warning(text)
        return
    raise ConfigError(
        message=text,
        internal_message=f"{len(refused)} chosen ad accounts are not reachable",
    )
