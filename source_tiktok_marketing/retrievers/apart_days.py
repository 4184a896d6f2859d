"""On which days an ad account has rows of campaigns that need a filter: one cheap request for all streams."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from threading import Lock
from typing import TYPE_CHECKING, cast

from airbyte_cdk import AirbyteTracedException
from airbyte_cdk.sources.types import StreamSlice

from source_tiktok_marketing.errors import RefusedRequestError
from source_tiktok_marketing.retrievers.account_groups import Group
from source_tiktok_marketing.retrievers.activity import Activity, number_days
from source_tiktok_marketing.retrievers.days_reported import number_day, read_day, read_page
from source_tiktok_marketing.retrievers.spot_checks import SpotChecks
from source_tiktok_marketing.sync import Shared

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from airbyte_cdk.sources.declarative.requesters import HttpRequester

    from source_tiktok_marketing.requesters.asked_apart import CampaignKind

DELETED_TOO = {"field_name": "campaign_status", "filter_type": "IN", "filter_value": '["STATUS_ALL"]'}


class ApartDays(Shared):
    """The days on which the campaigns of a kind have a row, by ad account, up to thirty days per request.

    If an ad or an audience of such a campaign has a row by day or hour, the campaign has one (`Activity`). A window of
    other days need not be asked for the kind. If TikTok cuts the answer or gives it in several pages, its days count as
    days with rows. If TikTok refuses the request, it is not sent again, and every day counts. Streams that leave out
    different metrics have different days: one without conversions has no row for late ones.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.requester: HttpRequester | None = None
        self._activity, self._checks = Activity.of(config), SpotChecks.of(config)
        self._groups: dict[tuple[str, str, tuple[str, ...]], Group] = {}
        self._refused: set[str] = set()
        self._lock = Lock()

    def may_have_rows(
        self, kind: CampaignKind, window: StreamSlice, metrics: Iterable[str], refused: Collection[str]
    ) -> bool:
        """Whether a report of these metrics, by day or hour, may have a row of the kind on a day of the window.

        The metrics that TikTok `refused` before are not asked for.
        """
        is_of_no_use = (
            self.requester is None
            or kind.name in self._refused
            or not self._activity.is_one_question_for_many_reports()
        )
        if is_of_no_use or not self._checks.may_skip or not self._activity.can_tell(metrics):
            return True
        counted = self._activity.list_counted(refused)
        advertiser_id, wanted = str(window["advertiser_id"]), number_days(window)
        group = self._group((kind.name, advertiser_id, counted), number_day(window.extra_fields["last_day"]))
        return group.is_active(advertiser_id, wanted, lambda days: self._ask(kind, advertiser_id, days, counted))

    def _group(self, about: tuple[str, str, tuple[str, ...]], until: int) -> Group:
        _, advertiser_id, _ = about
        with self._lock:
            group = self._groups.setdefault(about, Group([advertiser_id], until))
            group.until = max(group.until, until)
            return group

    def _ask(self, kind: CampaignKind, advertiser_id: str, days: range, metrics: Sequence[str]) -> dict[str, int]:
        parameters = {"advertiser_id": advertiser_id, **ask_for_kind(kind, metrics)}
        found = None
        try:
            found = read_page(cast("HttpRequester", self.requester), parameters, days)
        except RefusedRequestError:
            self._refused.add(kind.name)
        except AirbyteTracedException:
            pass  # the report itself says what is wrong
        active = days if found is None else {read_day(row) for row in found}
        return {advertiser_id: sum(1 << day for day in active)}


def ask_for_kind(kind: CampaignKind | None, metrics: Sequence[str]) -> dict[str, str]:
    """The parameters of a report on the campaigns of a kind, or on all, deleted ones included."""
    filters = [kind.filter] if kind else []
    return {"metrics": json.dumps(metrics), "filtering": json.dumps([*filters, DELETED_TOO])}
