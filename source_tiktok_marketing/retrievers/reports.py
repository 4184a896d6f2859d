"""Reads one window of a report, in as many requests as it takes: by metrics, by ids, never cut short."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock, local
from typing import Any, cast

import orjson
from airbyte_cdk.sources.declarative.retrievers import SimpleRetriever
from airbyte_cdk.sources.types import StreamSlice
from typing_extensions import override

from source_tiktok_marketing.errors import AnswerCutError, TransientError
from source_tiktok_marketing.extractors.reports import RowChunk
from source_tiktok_marketing.incremental.owned_stream import OwnedRetriever
from source_tiktok_marketing.incremental.windows import is_outside
from source_tiktok_marketing.partition_routers.advertiser_directory import AdvertiserDirectory
from source_tiktok_marketing.requesters.asked_apart import AskedApart
from source_tiktok_marketing.requesters.cut_answers import (
    EmittedRows,
    Hasher,
    IdBatch,
    make_division_error,
    make_listing_error,
)
from source_tiktok_marketing.requesters.lenient_requester import make_lenient_report
from source_tiktok_marketing.requesters.paginator import READ_AGAIN, TiktokPages
from source_tiktok_marketing.requesters.responses import read_answer
from source_tiktok_marketing.retrievers.activity import Activity
from source_tiktok_marketing.retrievers.buying_types import DECIDING, FILTERABLE_LEVELS, EveryBuyingType, narrow
from source_tiktok_marketing.retrievers.records import get_values
from source_tiktok_marketing.retrievers.spot_checks import Skipped, SpotChecks
from source_tiktok_marketing.schema.accounts import AccountColumns
from source_tiktok_marketing.schema.metrics import METRICS_PER_REQUEST, list_filtered_types
from source_tiktok_marketing.schema.owners import find_owner
from source_tiktok_marketing.sync import is_sample

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")

IDS_PER_FILTER = 100
TIMES = {"stat_time_day", "stat_time_hour"}
Splitter = Callable[[StreamSlice, timedelta | None], list[StreamSlice] | None]


@dataclass
class ReportRetriever(OwnedRetriever):
    """Reads one window of one ad account.

    TikTok answers at most 100 metrics at a time. `pages` asks for one hundred after another, and the rows are joined on
    the key here, which holds the window in memory. A report of up to 100 metrics passes through.

    For an ad account with more than 20,000 ads TikTok answers about the newest only, with code 0 and a header
    (`X-Tt-Ads-Throttle`). The report is then read for a hundred campaigns at a time; for their ad groups if one
    campaign is too large, and for their ads if one ad group is. An answer about a part of the ids is never emitted as
    the whole: if a batch can't be divided any more, its ad account stops with an error.

    Below the ad account some campaigns may only come with a filter (`EveryBuyingType`). If the user chose the buying
    types of the report, it has exactly those.

    A window by day or hour is skipped if it is known that its ad account has no row there (`Activity`), and no campaign
    that the account's own rows may leave out has one. A report without a time dimension has rows of zeros too and is
    always read, as is one with a metric that `Activity` does not ask for.
    """

    pages: SimpleRetriever
    key: list[str]
    metrics: list[str]
    _cut: set[str] = field(init=False, default_factory=set)
    _lock: Lock = field(init=False, default_factory=Lock)

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        super().__post_init__(parameters)
        divisible = parameters["report_type"] in list_filtered_types() and parameters["level"] in FILTERABLE_LEVELS
        self._levels = FILTERABLE_LEVELS[: FILTERABLE_LEVELS.index(parameters["level"]) + 1] if divisible else ()
        own = parameters.get("filters") or ()
        self._own_ids = {item["field_name"]: orjson.loads(item["filter_value"]) for item in own}
        decided = not DECIDING.isdisjoint(self._own_ids)
        dated = not TIMES.isdisjoint(parameters["dimensions"]) and parameters["report_type"] in list_filtered_types()
        every = (self.config, self.stream, self.key, self.metrics, dated)
        self._buying_types = EveryBuyingType(*every) if self._levels and not decided else None
        self._directory, self._activity = AdvertiserDirectory.of(self.config), Activity.of(self.config)
        self._checks = SpotChecks.of(self.config)
        self._skips = dated and not is_sample(self.config)
        if self._skips:
            self._activity.add_report(self.stream, self.metrics, by_hour="stat_time_hour" in parameters["dimensions"])
        self._apart, self._hasher, self._emitted = AskedApart.of(self.config), Hasher(self.key), local()
        self._accounts = AccountColumns.of(self.config)
        owner = find_owner("advertiser", parameters.get("business_center_id", "")).parameter
        self._told = self._accounts.select_for_report(self.stream, owner, parameters["dimensions"])
        pages = self.pages
        pages.requester = make_lenient_report(pages.requester, self.config, self.stream, self.metrics, parameters)
        if split := self.pages.request_window_splitter:
            self.pages.request_window_splitter = lambda window, least=None: self._halve(split, window, least)

    @override
    def read_records(self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None) -> Iterable[Any]:
        """The records of the window."""
        window = stream_slice or StreamSlice(partition={}, cursor_slice={})
        if self._skips and self._is_silent(window):
            yield from self._checks.read(
                lambda: Skipped(self.stream, window, is_close=self._activity.is_close(window)),
                lambda: self._peek(window),
                lambda: self._read_window(window),
            )
        else:
            yield from self._read_window(window)

    def _read_window(self, window: StreamSlice) -> Iterator[Any]:
        advertiser_id, emitted = str(window.get("advertiser_id", "")), self._begin(window)
        if advertiser_id not in self._cut:
            try:
                yield from emitted.leave_out_emitted(self._join(window))
            except AnswerCutError:
                if not self._levels:
                    raise
                emitted.note_division(advertiser_id)
                self._note_cut(advertiser_id)
            else:
                return
        batch = None
        for batch in self._make_batches(advertiser_id, {}, self._levels[0]):
            yield from self._read_batch(window, batch, emitted)
        if batch is None:
            raise make_listing_error(self.stream, advertiser_id, self._levels[0])

    def _begin(self, window: StreamSlice) -> EmittedRows:
        if self._told:  # before a page is decoded, which must not wait for another answer
            self._accounts.prepare(str(window.get("advertiser_id", "")))
        emitted = self._emitted.now = EmittedRows(self.stream, self._hasher)  # a thread reads one window at a time
        return emitted

    def _peek(self, window: StreamSlice) -> Iterator[Any]:
        self._begin(window)
        return self._read_rows(window)

    def _is_silent(self, window: StreamSlice) -> bool:
        silent, every = self._activity.can_tell(self.metrics) and self._activity.is_silent(window), self._buying_types
        return silent and not (every and every.may_have_rows_beside(window))

    def _read_batch(self, window: StreamSlice, batch: IdBatch, emitted: EmittedRows) -> Iterator[Any]:
        try:
            yield from emitted.leave_out_emitted(self._join(narrow(window, batch.filter)))
        except AnswerCutError:
            emitted.note_division(str(window["advertiser_id"]))
            for smaller in self._divide(window, batch):
                yield from self._read_batch(window, smaller, emitted)

    def _join(self, window: StreamSlice) -> Iterator[Any]:
        every = self._buying_types
        return every.read(window, self._read_rows) if every else self._read_rows(window)

    def _read_rows(self, window: StreamSlice) -> Iterator[Any]:
        if len(self.metrics) <= METRICS_PER_REQUEST:
            yield from self.pages.read_records({}, window)  # with a schema the CDK would copy each record
            return
        for _ in range(READ_AGAIN + 1):
            rows, keys_by_chunk = self._read_chunks(window)
            if is_sample(self.config) or self._fit(keys_by_chunk):
                yield from rows
                return
        advertiser_id = window.get("advertiser_id", "")
        raise TransientError(
            message=f"{self.stream}: ad account {advertiser_id}'s report of more than {METRICS_PER_REQUEST} metrics "
            f"had other rows for some of them than for others, {READ_AGAIN + 1} times. The next sync reads it again.",
            internal_message=f"rows by chunk of metrics: {[len(keys) for keys in keys_by_chunk]}",
        )

    def _read_chunks(self, window: StreamSlice) -> tuple[list[Any], list[set[Any]]]:
        """The joined rows of a window, and for each hundred metrics the keys of the rows that had them."""
        rows: dict[tuple[Any, ...], Any] = {}
        keys_by_chunk: defaultdict[str, set[Any]] = defaultdict(set)
        for record in self.pages.read_records({}, window):
            values = get_values(record)
            key = tuple(values.get(name) for name in self.key)
            keys_by_chunk[cast("RowChunk", values).metrics].add(key)
            held = rows.setdefault(key, record)
            if held is not record:
                get_values(held).update(values)
        return list(rows.values()), list(keys_by_chunk.values())

    def _fit(self, keys_by_chunk: Sequence[set[Any]]) -> bool:
        """Whether every row has all metrics: between two requests rows may come and go, or an answer go wrong."""
        if not keys_by_chunk:
            return True
        asked_for = -(-len(self.metrics) // METRICS_PER_REQUEST)
        return len(keys_by_chunk) == asked_for and all(keys == keys_by_chunk[0] for keys in keys_by_chunk)

    def _divide(self, window: StreamSlice, batch: IdBatch) -> list[IdBatch]:
        """What a batch consists of: its halves, or the entities below one. Raises an error if it can't be divided."""
        if len(batch.ids) > 1:
            return batch.halve()
        advertiser_id, below = str(window["advertiser_id"]), self._levels[self._levels.index(batch.level) + 1 :]
        found = list(self._make_batches(advertiser_id, {f"{batch.level}_ids": batch.ids}, below[0])) if below else []
        if not found:
            raise make_division_error(self.stream, advertiser_id, batch.level, batch.ids)
        return found

    def _make_batches(self, advertiser_id: str, above: Mapping[str, Any], level: str) -> Iterator[IdBatch]:
        wanted = self._own_ids.get(f"{level}_ids")
        listed = dict.fromkeys(row[f"{level}_id"] for row in self._list_ids(advertiser_id, above, level))
        ids = [each for each in listed if wanted is None or each in wanted]
        for start in range(0, len(ids), IDS_PER_FILTER):
            yield IdBatch(level, ids[start : start + IDS_PER_FILTER])

    def _list_ids(self, advertiser_id: str, above: Mapping[str, Any], level: str) -> Iterator[Mapping[str, Any]]:
        """The entities of a level, also deleted ones: the report's own filter of status decides which of them count."""
        wanted = {"primary_status": "STATUS_ALL", **above}
        due = (sweep for sweep in self._directory.sweeps if self._apart.is_due(advertiser_id, sweep))
        sweeps: list[Mapping[str, Any]] = [{"filter": sweep["filter"] | wanted} for sweep in due]
        pages, where = TiktokPages({}, self.stream, sweeps), _make_list_slice(advertiser_id, f"{level}/get/")
        token: Mapping[str, Any] | None = pages.initial_token
        while token:
            response = self._directory.requesters["lists"].send_request(
                stream_slice=where,
                next_page_token={"next_page_token": token},
                request_params={"fields": orjson.dumps([f"{level}_id"]).decode()},
            )
            if response is None:
                return
            yield from read_answer(response).data.get("list") or ()
            token = pages.next_page_token(response, 0, None, token)

    def _note_cut(self, advertiser_id: str) -> None:
        with self._lock:
            if advertiser_id in self._cut:
                return
            self._cut.add(advertiser_id)
        LOGGER.info(
            f"{self.stream}: ad account {advertiser_id} has more rows than TikTok answers at once (the 20,000 newest "
            "ids); it is read a hundred ids at a time."
        )

    def _halve(self, split: Splitter, window: StreamSlice, least: timedelta | None = None) -> list[StreamSlice] | None:
        """The halves of a window that hold a day of the ad account's.

        A window spans the days of all time zones, and a request is narrowed to those of the account. In a half without
        any of these, the request would end before it begins, or repeat the last day.
        """
        self._emitted.now.note_division(str(window.get("advertiser_id", "")))
        halves = split(window, least)
        return [half for half in halves if not is_outside(half)] if halves else None


def _make_list_slice(advertiser_id: str, endpoint: str) -> StreamSlice:
    return StreamSlice(partition={"advertiser_id": advertiser_id}, cursor_slice={}, extra_fields={"endpoint": endpoint})
