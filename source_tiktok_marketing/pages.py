"""Paging through TikTok's lists."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from airbyte_cdk.sources.declarative.requesters.paginators.strategies.pagination_strategy import PaginationStrategy
from airbyte_cdk.sources.types import Record, StreamSlice
from typing_extensions import override

from source_tiktok_marketing.answers import asked, data_of

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")

# Official for some report types, a recommendation for the others (reporting.md §1).
METRICS_PER_REQUEST = 100


@dataclass
class TiktokPages(PaginationStrategy):
    """Reads every page of every sweep, and no page more.

    TikTok says in `page_info.total_page` how many pages there are, so the last page is known without asking for an
    empty one, and a filter behind the paginator can't end it early. Some lists can't be had in one go: TopView
    campaigns only come alone. `sweeps` are the filters to page through one after another; the token carries the one in
    hand, for the request to be made from:

        {"sweep": 0, "page": 1, "filter": …} → {"sweep": 0, "page": 2, "filter": …} → {"sweep": 1, "page": 1, …} → end

    A sweep marked `undated` complements one that asks for changes only. That is done within `recent_days` of the
    cursor; before, and in a first sync, the other sweep has everything and this one is left out.

    Of a report the sweeps are its `metrics`, a hundred at a time. A `sample` is the first page of each.

    `reachable` is the number of rows TikTok lets a list be paged to (10,000 images or videos, newest first); what
    lies behind is named in the log, as nothing can read it.
    """

    parameters: InitVar[Mapping[str, Any]]
    stream: str = ""
    sweeps: list[Mapping[str, Any]] | None = None
    reachable: int | None = None
    recent_days: int = 0
    metrics: list[str] | None = None
    sample: bool = False

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        if metrics := self.metrics:
            starts = range(0, len(metrics), METRICS_PER_REQUEST)
            self.sweeps = [{"metrics": metrics[start : start + METRICS_PER_REQUEST]} for start in starts]

    @property
    def initial_token(self) -> dict[str, Any]:
        """The first page of the first sweep."""
        return self._start_of(0)

    @override
    def next_page_token(
        self,
        response: requests.Response,
        last_page_size: int,
        last_record: Record | None,
        last_page_token_value: Any | None,
        page_size_override: int | None = None,
        stream_slice: StreamSlice | None = None,
    ) -> dict[str, Any] | None:
        """The page after the one just read; None behind the last page of the last sweep."""
        token = last_page_token_value or self.initial_token
        info = data_of(response).get("page_info") or {}
        if not self.sample and token["page"] < self._last_page(info, response):
            return {**token, "page": token["page"] + 1}
        rest = range(token["sweep"] + 1, len(self.sweeps or ()))
        return next((self._start_of(sweep) for sweep in rest if self._is_due(sweep, stream_slice)), None)

    @override
    def get_page_size(self) -> None:
        """None: the page size stands beside the other parameters of the request."""

    def _start_of(self, sweep: int) -> dict[str, Any]:
        return {"sweep": sweep, "page": 1, **(self.sweeps[sweep] if self.sweeps else {})}

    def _is_due(self, sweep: int, stream_slice: StreamSlice | None) -> bool:
        if not (self.sweeps and self.sweeps[sweep].get("undated")):
            return True
        changed_since = str(stream_slice["start_time"]) if stream_slice else ""
        return changed_since > (datetime.now(UTC) - timedelta(days=self.recent_days)).date().isoformat()

    def _last_page(self, info: Mapping[str, Any], response: requests.Response) -> int:
        last, size = int(info.get("total_page") or 1), int(info.get("page_size") or 1)
        if self.reachable is None or last * size <= self.reachable:
            return last
        if info.get("page") == 1 and int(info.get("total_number") or 0) > self.reachable:
            LOGGER.info(
                f"{self.stream}: ad account {asked(response, 'advertiser_id')} has {info['total_number']} rows; TikTok "
                f"gives the {self.reachable} newest of them and no way to the older ones."
            )
        return self.reachable // size
