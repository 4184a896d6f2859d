"""Buying types and origins that TikTok may leave out of reports below the ad account unless a filter asks for them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import chain, islice
from typing import Any

from airbyte_cdk.sources.declarative.extractors.record_filter import RecordFilter
from airbyte_cdk.sources.declarative.retrievers import SimpleRetriever
from airbyte_cdk.sources.types import Record, StreamSlice
from typing_extensions import override

from source_tiktok_marketing.config.dates import MOST_DAYS
from source_tiktok_marketing.errors import RefusedRequestError
from source_tiktok_marketing.incremental.windows import is_outside
from source_tiktok_marketing.requesters.asked_apart import AskedApart, CampaignKind
from source_tiktok_marketing.requesters.left_out import LeftOut
from source_tiktok_marketing.requesters.lenient_requester import make_lenient_report
from source_tiktok_marketing.requesters.request_parameters import split_tokens
from source_tiktok_marketing.retrievers.apart_days import ApartDays
from source_tiktok_marketing.retrievers.kinds_together import KindsTogether, Sought
from source_tiktok_marketing.retrievers.records import has_rows, list_rows, make_record
from source_tiktok_marketing.retrievers.spot_checks import Skipped, SpotChecks
from source_tiktok_marketing.schema.metrics import list_filtered_types

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")

# A report can be filtered by the ids of its own level and of those above. The highest level comes first.
FILTERABLE_LEVELS = ("campaign", "adgroup", "ad")
# A report with one of these filters needs no other: automated campaigns are never TopView, reach or Promote.
DECIDING = {"buying_type", "campaign_automation_type"}

Reader = Callable[[StreamSlice], Iterable[Any]]


@dataclass
class HeldRows:
    """The rows of a window that came with a filter, by key, each with its kind, until they come without it as well."""

    rows: dict[Hashable, tuple[CampaignKind, Any]] = field(default_factory=dict)
    came: set[str] = field(default_factory=set)

    def release(self, key: Hashable) -> None:
        """Notes that a row came without the filter."""
        if found := self.rows.pop(key, None):
            self.came.add(found[0].name)

    def list_complete_kinds(self) -> set[str]:
        """The names of the kinds of which all rows, and at least one, also came without the filter."""
        return self.came - {kind.name for kind, _ in self.rows.values()}


@dataclass
class EveryBuyingType:
    """Reads a window of a report below the ad account with the rows of every kind, whatever TikTok leaves out.

    TikTok's pages say to ask for TopView with the filter `buying_type`, and for Promote with `campaign_system_origins`;
    another connector asks for Reach & Frequency with a filter. They do not say for each kind whether a report without a
    filter lacks it. So if an ad account has such campaigns, it is asked for each of their kinds, and without a filter:

        with the filter     t1 t2        held back
        without             a1 a2 t1     t1 came again: emitted with these rows, no longer held back
                            ─────────
        then                t2           what is still held back

    Either way every row is emitted, and no key twice. Only the rows that came with a filter are held in memory. A kind
    is not asked for if the ad account has no such campaign (`AskedApart`), nor for days or hours without a row of it
    (`KindsTogether`, `ApartDays`), nor for the rest of the stream once all its rows also came without the filter. If
    TikTok refuses the filter, the report is read without it, and a warning at the end says what is left out.

    `pieces` divides a window into those that a request with a filter may be about.
    """

    config: Mapping[str, Any]
    stream: str
    key: list[str]
    metrics: list[str]
    dated: bool
    in_task: bool = False
    pieces: Callable[[StreamSlice], Iterable[StreamSlice]] = lambda window: (window,)
    _done: set[tuple[str, str]] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self._accounts, self._days = AskedApart.of(self.config), ApartDays.of(self.config)
        self._together = KindsTogether.of(self.config)
        self._left_out, self._checks = LeftOut.of(self.config), SpotChecks.of(self.config)
        if not self.dated:
            self._accounts.expect()

    def read(self, window: StreamSlice, read: Reader) -> Iterator[Any]:
        """The records of the window, all kinds together."""
        advertiser_id, held = str(window.get("advertiser_id", "")), HeldRows()
        others = iter(read(window))
        # The first page is read first: then it is known what TikTok refuses of the report itself.
        first = list(islice(others, 1))
        seen = any(map(has_rows, first))
        for kind in self._list_kinds(window, seen=seen):
            for record in self._read_apart(kind, advertiser_id, window, read, seen=seen):
                for row in list_rows(record):
                    held.rows.setdefault(self._make_key(row), (kind, make_record(row, record)))
        for record in chain(first, others):
            if held.rows:
                for row in list_rows(record):
                    held.release(self._make_key(row))
            yield record
        self._done |= {(name, advertiser_id) for name in held.list_complete_kinds()}
        yield from (record for _, record in held.rows.values())

    def may_have_rows_beside(self, window: StreamSlice) -> bool:
        """Whether there may be rows of a kind that the ad account's own rows do not count."""
        kinds = self._accounts.list_kinds(
            str(window.get("advertiser_id", "")), lambda kind: kind.beside and self._is_worth_a_lookup(kind, window)
        )
        return any(kind.beside and self._may_have_rows(kind, window, seen=False) for kind in kinds)

    def _list_kinds(self, window: StreamSlice, *, seen: bool) -> list[CampaignKind]:
        """The kinds to ask the ad account for with a filter. `seen` is whether it has rows without one."""
        advertiser_id = str(window.get("advertiser_id", ""))
        left_out = self._left_out.get_report(self.stream).list_left_out(f"ad account {advertiser_id}")

        def is_due(kind: CampaignKind) -> bool:
            known = (kind.name, advertiser_id) in self._done or kind.words in left_out
            return not known and not (self.in_task and kind.in_tasks)

        found = self._accounts.list_kinds(
            advertiser_id, lambda kind: is_due(kind) and self._is_worth_a_lookup(kind, window, seen=seen)
        )
        return list(filter(is_due, found))

    def _read_apart(
        self, kind: CampaignKind, advertiser_id: str, window: StreamSlice, read: Reader, *, seen: bool
    ) -> list[Any]:
        """The records of one kind; none if TikTok refuses the filter."""
        pieces = self.pieces(window)
        try:
            return [record for piece in pieces for record in self._read_piece(kind, piece, read, seen=seen)]
        except RefusedRequestError as refusal:
            self._leave_out(kind, advertiser_id, refusal)
            return []

    def _read_piece(self, kind: CampaignKind, piece: StreamSlice, read: Reader, *, seen: bool) -> Iterable[Any]:
        asked = narrow(piece, kind.filter, kind=kind.name)
        if self._may_have_rows(kind, piece, seen=seen):
            return read(asked)
        skipped = Skipped(self.stream, piece, is_close=True, kind=kind.name)
        return self._checks.read(lambda: skipped, lambda: read(asked), lambda: read(asked))

    def _leave_out(self, kind: CampaignKind, advertiser_id: str, refusal: RefusedRequestError) -> None:
        """Leaves the kind out: for all ad accounts if TikTok names its filter, otherwise for this one."""
        name, value = kind.words
        is_named = not split_tokens(refusal.response).isdisjoint(kind.words)
        report = self._left_out.get_report(self.stream)
        with report.lock:
            item = (name, value if is_named else f"{value} of ad account {advertiser_id}")
            report.leave_out({item: refusal.reason}, f"ad account {advertiser_id}" if is_named else "")
        self._done.add((kind.name, advertiser_id))

    def _is_worth_a_lookup(self, kind: CampaignKind, window: StreamSlice, *, seen: bool = False) -> bool:
        if not self.dated or self._accounts.is_expected(kind):
            return True
        return self._together.may_have_rows(self._seek(kind, window, seen=seen))

    def _may_have_rows(self, kind: CampaignKind, window: StreamSlice, *, seen: bool) -> bool:
        if not self.dated:
            return True
        sought = self._seek(kind, window, seen=seen)
        found = self._together.has_rows_by_day(sought)
        return self._days.may_have_rows(kind, window, self.metrics, sought.refused) if found is None else found

    def _seek(self, kind: CampaignKind, window: StreamSlice, *, seen: bool) -> Sought:
        refused = self._list_refused_metrics(kind, window)
        return Sought(kind, window, self.metrics, refused, seen=seen and not self.in_task)

    def _list_refused_metrics(self, kind: CampaignKind, window: StreamSlice) -> set[str]:
        items = self._left_out.list_left_out(self.stream, kind.name, f"ad account {window['advertiser_id']}")
        return {value for name, value in items if name == "metrics"}

    def _make_key(self, row: Mapping[str, Any]) -> Hashable:
        return tuple(row.get(name) for name in self.key)


@dataclass
class ApartOfTask(RecordFilter):
    """Adds the rows that need a filter to the download of a report made as a task, which takes no filter but ids.

    They are read as pages of a plain report (`pages`); by day in windows as long as TikTok allows for those.
    """

    pages: SimpleRetriever = field(kw_only=True)
    key: list[str] = field(kw_only=True)
    metrics: list[str] = field(kw_only=True)
    stream: str = field(kw_only=True)

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        super().__post_init__(parameters)
        pages = self.pages
        pages.requester = make_lenient_report(pages.requester, self.config, self.stream, self.metrics, parameters)
        concerned = parameters["report_type"] in list_filtered_types() and parameters["level"] in FILTERABLE_LEVELS
        dated = "stat_time_day" in parameters["dimensions"]
        pieces = {"pieces": _divide_window} if dated else {}
        self._every = (
            EveryBuyingType(self.config, self.stream, self.key, self.metrics, dated, in_task=True, **pieces)
            if concerned
            else None
        )

    @override
    def filter_records(
        self,
        records: Iterable[Mapping[str, Any]],
        stream_state: Mapping[str, Any],
        stream_slice: StreamSlice | None = None,
        next_page_token: Mapping[str, Any] | None = None,
    ) -> Iterable[Mapping[str, Any]]:
        """The rows of one download, then those that it lacks."""
        if not self._every or not stream_slice:
            return records
        # A task keeps the window it was made for.
        window = stream_slice.extra_fields["jobs"][0].job_parameters()
        return self._every.read(window, lambda asked: records if asked is window else self._read_plain(asked))

    def _read_plain(self, window: StreamSlice) -> Iterator[Any]:
        for record in self.pages.read_records({}, window):
            yield record.data if isinstance(record, Record) else record


def _divide_window(window: StreamSlice) -> Iterator[StreamSlice]:
    """Pieces of the window, as long as a plain report by day may be, without those outside the account's own days."""
    first, end = (date.fromisoformat(window.cursor_slice[name][:10]) for name in ("start_time", "end_time"))
    while first <= end:
        last = min(first + timedelta(days=MOST_DAYS - 1), end)
        days = {"start_time": first.isoformat(), "end_time": last.isoformat()}
        piece = StreamSlice(partition=window.partition, cursor_slice=days, extra_fields=window.extra_fields)
        if not is_outside(piece):
            yield piece
        first = last + timedelta(days=1)


def narrow(window: StreamSlice, *filters: Mapping[str, str], kind: str = "") -> StreamSlice:
    """The window with more filters, each replacing the report's own filter of that name; perhaps for one `kind`."""
    extra = {**window.extra_fields, "filters": [*window.extra_fields.get("filters", ()), *filters], "kind": kind}
    return StreamSlice(partition=window.partition, cursor_slice=window.cursor_slice, extra_fields=extra)
