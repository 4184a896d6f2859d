"""The two streams about ad accounts."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import InitVar, dataclass
from typing import Any

from airbyte_cdk.sources.declarative.requesters import HttpRequester
from airbyte_cdk.sources.declarative.retrievers import Retriever
from airbyte_cdk.sources.types import StreamSlice
from typing_extensions import override

from source_tiktok_marketing.config.shards import keep_ours
from source_tiktok_marketing.errors import ConfigError
from source_tiktok_marketing.partition_routers.advertiser_directory import AdvertiserDirectory
from source_tiktok_marketing.retrievers.shared_requesters import SharedRequesters
from source_tiktok_marketing.text import join_some

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")

NAMED = 20
EXCLUDE = "add them to Excluded Advertiser IDs (exclude_advertiser_ids)"


@dataclass
class AdvertiserRetriever(Retriever):
    """The two streams about ad accounts, read from the directory all streams use. Each worker reads its share.

    `lookup` is `authorised` (the ad accounts that the token reaches) or `details` (advertiser/info/ of the chosen ad
    accounts, a hundred per request). After the last row, a config_error names the ad accounts without permission.

    `shared` are the requesters of the whole sync. This stream does not use them; the CDK builds them here.
    """

    config: Mapping[str, Any]
    requester: HttpRequester
    lookup: str
    parameters: InitVar[Mapping[str, Any]]
    shared: SharedRequesters | None = None

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self._directory = AdvertiserDirectory.of(self.config)
        self._directory.requesters[self.lookup] = self.requester

    @override
    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterable[Mapping[str, Any]]:
        """Every row of the lookup."""
        if self.lookup == "authorised":
            yield from keep_ours(self.config, self._directory.list_authorised())
            return
        yield from self._directory.read_details().values()
        refuse_unreachable(self._directory)


def refuse_unreachable(directory: AdvertiserDirectory, *, is_check: bool = False) -> None:
    """Raises a config_error naming the chosen ad accounts the token has no permission for, if there are any.

    A check may not send enough requests to tell them apart. It then names those that were refused together; if the user
    did not write any of them down and there are others, that is only a warning.
    """
    missing = directory.list_unreachable()
    who = "" if missing else "at least one of "
    refused = missing or directory.refused_together
    if not refused:
        return
    remedy = "correct or remove them in Advertiser IDs (advertiser_ids)" if directory.are_named else EXCLUDE
    text = (
        f"The token has no permission for {who}these ad accounts: {join_some(refused, NAMED)}. Authorise them "
        f"for the app in TikTok for Business, or {remedy}."
    )
    if is_check and not directory.are_named and len(refused) < len(directory.list_chosen()):
        LOGGER.warning(text)
        return
    raise ConfigError(
        message=text,
        internal_message=f"{len(refused)} chosen ad accounts are not reachable",
    )
