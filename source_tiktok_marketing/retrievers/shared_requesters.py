"""The requesters that all streams of a sync share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from itertools import chain
from typing import Any

from airbyte_cdk.sources.declarative.requesters import HttpRequester

from source_tiktok_marketing.partition_routers.advertiser_directory import AdvertiserDirectory
from source_tiktok_marketing.partition_routers.lookups import Lookups
from source_tiktok_marketing.requesters.asked_apart import AskedApart, CampaignKind
from source_tiktok_marketing.requesters.oauth import OrganicTokens
from source_tiktok_marketing.retrievers.activity import Activity
from source_tiktok_marketing.retrievers.apart_days import ApartDays
from source_tiktok_marketing.retrievers.kinds_together import DAYS, YEARS, KindsTogether


@dataclass
class SharedRequesters:
    """Gives each shared object of the sync its requester. The manifest has them once, below the stream `advertisers`.

    The CDK only builds requesters as parts of a stream. In the template of the reports, which it copies for each
    report, they would double the start-up time. The stream `advertisers` is built in every sync.

    `lists` (over all `sweeps`) reads ids of campaigns for reports that are read in batches of ids, `lookups` and
    `organic_lookups` the ids that go into requests (`Lookups`). `activity` asks for the active days and
    `activity_in_all` for the active years (`Activity`), `apart_days` for the days of campaigns of the kinds in `apart`
    (`AskedApart`, `ApartDays`), and with `apart_in_all` for those of several ad accounts (`KindsTogether`). `renewal`
    renews the token of a TikTok account, `environment` finds out whether the token is accepted (environments.py).
    """

    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    lists: HttpRequester
    activity: HttpRequester
    activity_in_all: HttpRequester
    environment: HttpRequester
    lookups: HttpRequester
    organic_lookups: HttpRequester
    renewal: HttpRequester
    apart_days: HttpRequester
    apart_in_all: HttpRequester
    sweeps: list[Mapping[str, Any]] = field(default_factory=list)
    apart: list[Mapping[str, Any]] = field(default_factory=list)
    activity_metrics: list[list[str]] = field(default_factory=list)

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        directory, lookups = AdvertiserDirectory.of(self.config), Lookups.of(self.config)
        directory.requesters |= {"lists": self.lists, "environment": self.environment}
        directory.requesters |= {"activity": self.activity, "activity_in_all": self.activity_in_all}
        directory.sweeps = self.sweeps
        lookups.requester, lookups.organic_requester = self.lookups, self.organic_lookups
        OrganicTokens.of(self.config).requester = self.renewal
        ApartDays.of(self.config).requester = self.apart_days
        KindsTogether.of(self.config).requesters = {DAYS: self.apart_days, YEARS: self.apart_in_all}
        Activity.of(self.config).metrics = list(dict.fromkeys(chain.from_iterable(self.activity_metrics)))
        apart = AskedApart.of(self.config)
        apart.kinds, apart.look_up = tuple(CampaignKind(**each) for each in self.apart), lookups.look_up_below
