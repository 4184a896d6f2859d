"""TopView, which TikTok's reports below the ad account may leave out unless it is asked for."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from threading import Lock
from typing import Any, cast

from airbyte_cdk import AirbyteTracedException, FailureType
from airbyte_cdk.sources.declarative.extractors.record_filter import RecordFilter
from airbyte_cdk.sources.declarative.retrievers import SimpleRetriever
from airbyte_cdk.sources.types import Record, StreamSlice
from typing_extensions import override

from source_tiktok_marketing.bulk import Page
from source_tiktok_marketing.catalogue.places import filtered_types
from source_tiktok_marketing.configuration import SANDBOX
from source_tiktok_marketing.cursors import is_outside
from source_tiktok_marketing.lookups import Lookups
from source_tiktok_marketing.nested import RefusedError
from source_tiktok_marketing.shared import OnePerSync, is_sample

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")

# From the highest level down; a report can be asked for the ids of its own level and those above.
PARENTS = ("campaign", "adgroup", "ad")
LONGEST_BY_DAY = timedelta(days=29)
TOP_VIEW = {"field_name": "buying_type", "filter_type": "IN", "filter_value": '["RESERVATION_TOP_VIEW"]'}
# A report with one of these filters has TopView or not as it says; what is automated is always bought by auction.
DECIDING = {"buying_type", "campaign_automation_type"}

Reader = Callable[[StreamSlice], Iterable[Any]]


class TopViewAccounts(OnePerSync):
    """Which ad accounts of a sync have a TopView campaign: asked once each, when a report first wants to know.

    One that TikTok does not tell about is taken to have one. A check and the sandbox do without.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.lookup: Mapping[str, Any] = {}
        self._lookups = Lookups.of(config)
        self._without = is_sample(config) or config["credentials"]["auth_type"] == SANDBOX
        self._known: dict[str, bool] = {}
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)

    def may_have(self, advertiser_id: str) -> bool:
        """Whether the ad account has, or may have, a TopView campaign."""
        if self._without or not advertiser_id or not self.lookup:
            return False
        with self._locks[advertiser_id]:
            if advertiser_id not in self._known:
                self._known[advertiser_id] = self._ask(advertiser_id)
        return self._known[advertiser_id]

    def _ask(self, advertiser_id: str) -> bool:
        try:
            return any(True for _ in self._lookups.below({"advertiser_id": advertiser_id}, [self.lookup]))
        except (AirbyteTracedException, RefusedError):
            return True


@dataclass
class EveryBuyingType:
    """Reads a window of a report below the ad account with the rows of TopView, however TikTok takes a report.

    TikTok's page on reports says to ask for TopView with the filter `buying_type`. Whether a report without the filter
    lacks TopView or has it all the same, it does not say; everything else is there. So an ad account with a TopView
    campaign is asked twice, and what comes both times is given once:

        with the filter     t1 t2        held back
        without             a1 a2 t1     t1 is here: given with these rows, and held back no more
                            ─────────
        then                t2           what is still held back

    Either way every row is given, and no key twice. Only TopView is held in memory. Once all rows of TopView came
    without the filter, too, the ad account is asked once a window for the rest of the sync and stream. If TikTok
    refuses the filter by name, the report is read without, and a warning says what may be missing.
    """

    config: Mapping[str, Any]
    stream: str
    key: list[str]
    _once: set[str] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self._accounts = TopViewAccounts.of(self.config)

    def read(self, window: StreamSlice, read: Reader) -> Iterator[Any]:
        """The records of the window, all buying types together."""
        advertiser_id = str(window.get("advertiser_id", ""))
        if advertiser_id in self._once or not self._accounts.may_have(advertiser_id):
            yield from read(window)
            return
        held, came = self._top_view(advertiser_id, window, read), False
        for record in read(window):
            if held:
                for row in _rows(record):
                    came = held.pop(self._key_of(row), None) is not None or came
            yield record
        if came and not held:
            self._once.add(advertiser_id)
        yield from held.values()

    def _top_view(self, advertiser_id: str, window: StreamSlice, read: Reader) -> dict[Hashable, Any]:
        try:
            records = list(read(narrowed(window, TOP_VIEW)))
        except AirbyteTracedException as error:
            if error.failure_type is not FailureType.system_error or "buying_type" not in str(error.message):
                raise
            self._tell(advertiser_id, error)
            return {}
        return {self._key_of(row): _alone(row, record) for record in records for row in _rows(record)}

    def _tell(self, advertiser_id: str, refusal: AirbyteTracedException) -> None:
        if advertiser_id not in self._once:
            self._once.add(advertiser_id)
            LOGGER.warning(
                f"{self.stream}: TikTok does not give the rows of TopView campaigns of ad account {advertiser_id} "
                f"apart. Where they are not among the others, this stream lacks them: {refusal.message}"
            )

    def _key_of(self, row: Mapping[str, Any]) -> Hashable:
        return tuple(row.get(name) for name in self.key)


@dataclass
class TopViewOfTask(RecordFilter):
    """Adds the rows of TopView to the download of a report made as a task, which takes no filter but ids.

    They are asked for as pages of a plain report (`pages`), by day in windows as long as TikTok allows there.
    """

    pages: SimpleRetriever = field(kw_only=True)
    key: list[str] = field(kw_only=True)
    stream: str = field(kw_only=True)

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        super().__post_init__(parameters)
        concerned = parameters["report_type"] in filtered_types() and parameters["level"] in PARENTS
        self._dated = "stat_time_day" in parameters["dimensions"]
        self._every = EveryBuyingType(self.config, self.stream, self.key) if concerned else None

    @override
    def filter_records(
        self,
        records: Iterable[Mapping[str, Any]],
        stream_state: Mapping[str, Any],
        stream_slice: StreamSlice | None = None,
        next_page_token: Mapping[str, Any] | None = None,
    ) -> Iterable[Mapping[str, Any]]:
        """The rows of one download, and behind them those of TopView that it lacks."""
        if not self._every or not stream_slice:
            return records
        # A task keeps the window it was made for.
        window = stream_slice.extra_fields["jobs"][0].job_parameters()
        return self._every.read(window, lambda asked: records if asked is window else self._plain(asked))

    def _plain(self, window: StreamSlice) -> Iterator[Any]:
        for part in _short(window) if self._dated else [window]:
            for record in self.pages.read_records({}, part):
                yield record.data if isinstance(record, Record) else record


def _short(window: StreamSlice) -> Iterator[StreamSlice]:
    """The window in pieces as long as a plain report by day may be, without those outside the account's own days."""
    first, end = (date.fromisoformat(window.cursor_slice[name][:10]) for name in ("start_time", "end_time"))
    while first <= end:
        last = min(first + LONGEST_BY_DAY, end)
        days = {"start_time": first.isoformat(), "end_time": last.isoformat()}
        piece = StreamSlice(partition=window.partition, cursor_slice=days, extra_fields=window.extra_fields)
        if not is_outside(piece):
            yield piece
        first = last + timedelta(days=1)


def narrowed(window: StreamSlice, *filters: Mapping[str, str]) -> StreamSlice:
    """The window with more filters, each in the place of the report's own of that name."""
    extra = {**window.extra_fields, "part": [*window.extra_fields.get("part", ()), *filters]}
    return StreamSlice(partition=window.partition, cursor_slice=window.cursor_slice, extra_fields=extra)


def _rows(record: Any) -> Iterable[Mapping[str, Any]]:
    values: Any = record.data if isinstance(record, Record) else record
    if isinstance(values, Page):
        return [*values.first.rows(), *values.rest.rows()]
    return [cast("Mapping[str, Any]", values)]


def _alone(row: Mapping[str, Any], record: Any) -> Any:
    """A row of a page as a record of its own."""
    return Record(row, record.stream_name, record.associated_slice) if isinstance(record, Record) else row
