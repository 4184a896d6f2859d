"""Paging through TikTok's lists."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from typing import Any

import requests
from airbyte_cdk.sources.declarative.requesters.paginators.strategies.pagination_strategy import PaginationStrategy
from airbyte_cdk.sources.types import Record, StreamSlice
from typing_extensions import override

from source_tiktok_marketing.errors import ConfigError, TransientError
from source_tiktok_marketing.requesters.asked_apart import AskedApart
from source_tiktok_marketing.requesters.page_counts import Tally, count_rows, has_more, tally_page
from source_tiktok_marketing.requesters.page_pieces import go_on_after_piece, is_piece
from source_tiktok_marketing.requesters.responses import Answer, read_answer, read_count
from source_tiktok_marketing.schema.metrics import METRICS_PER_REQUEST
from source_tiktok_marketing.schema.owners import CALLED
from source_tiktok_marketing.text import join_some

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")

# How many times a list that moves while it is read is started again.
READ_AGAIN = 5
# The filter of a list that is only asked for what has changed.
CHANGES_ONLY = "modified_after"
NAMED = 20
# How many bytes at each end of a page tell it from another page: enough for a row with its id.
OUTERMOST = 16_384
# Whose list it is: the first of these that its request names.
NAMES: Mapping[str, str] = {
    "catalog_id": "catalogue",
    **{name: CALLED[name] for name in ("bc_id", "advertiser_id")},
}


@dataclass
class TiktokPages(PaginationStrategy):
    """Reads every page of every sweep, without asking for an empty page behind the last.

    TikTok says in `page_info` how many pages and rows there are. So the last page is known without a request for an
    empty one, and a filter after the paginator can't end the list early. If the rows contradict `page_info`, the rows
    are right (page_counts.py).

    Some lists take several sweeps: TopView campaigns, for example, only come alone. `sweeps` are the filters to page
    through one after another. The token carries the filter of the current sweep, which goes into the request:

        {"sweep": 0, "page": 1, "filter": …} → {"sweep": 0, "page": 2, "filter": …} → {"sweep": 1, "page": 1, …} → end

    A sweep marked `undated` complements a sweep that asks for changes only. It is left out if that one asks for
    everything, as in a first sync. One with `if_any` is for ad accounts that have campaigns of that kind
    (`AskedApart`).

    Lists are sorted newest first and move while they are read. If an entity is deleted, one row moves over the page
    break and is never seen. So a sweep is read again if its number of rows changes, or if a page repeats the one
    before. Rows that come twice have the same key.

    A page that TikTok can't give is asked for in ever smaller pieces, down to the row (page_pieces.py).

    Lists of TikTok accounts have no pages: they have a `cursor`, and `has_more` until the end.

    The sweeps of a report are its `metrics`, a hundred at a time. A `sample` is the first page of each.

    `reachable` is how many rows of a list TikTok gives at most (10,000 images or videos, newest first). If there are
    more, the log says so, as nothing can read them.
    """

    parameters: InitVar[Mapping[str, Any]]
    stream: str = ""
    sweeps: list[Mapping[str, Any]] | None = None
    reachable: int | None = None
    metrics: list[str] | None = None
    sample: bool = False
    config: Mapping[str, Any] | None = None

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        if metrics := self.metrics:
            starts = range(0, len(metrics), METRICS_PER_REQUEST)
            self.sweeps = [{"metrics": metrics[start : start + METRICS_PER_REQUEST]} for start in starts]
        kinds = [sweep["if_any"] for sweep in self.sweeps or () if "if_any" in sweep]
        if kinds and self.config:
            AskedApart.of(self.config).expect(*kinds)

    @property
    def initial_token(self) -> dict[str, Any]:
        """The first page of the first sweep."""
        return self._start(0)

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
        """The page after the one just read; None after the last page of the last sweep."""
        token = last_page_token_value or self.initial_token
        answer = read_answer(response)
        if "has_more" in answer.data:
            return self._follow_cursor(token, answer.data)
        if is_piece(token, answer):
            following, more = go_on_after_piece(token, answer)
            return following if more and not self.sample else self._go_behind(following, answer, stream_slice)
        info = answer.data.get("page_info") or {}
        tally = tally_page(token.get("tally", Tally()), answer)
        if not self.sample and (again := self._begin_anew(token, tally, answer)):
            return again
        more = has_more(tally, answer, token["page"]) and self._is_in_reach(token["page"], info, answer)
        if more and not answer.get_parameter("page"):
            raise ConfigError(
                message=f"{self.stream}: TikTok gives this list in pages, and none was asked for. Set paging to pages.",
                internal_message=f"page_info {info}",
            )
        if more and not self.sample:
            return {**token, "page": token["page"] + 1, "seen": _hash_page(answer, token["page"]), "tally": tally}
        return self._go_behind(token, answer, stream_slice)

    def _go_behind(
        self, token: Mapping[str, Any], answer: Answer, stream_slice: StreamSlice | None
    ) -> dict[str, Any] | None:
        """The next sweep; None after the last, when it reports the rows that could not be read."""
        changes_only = token.get("changes_only") or CHANGES_ONLY in answer.get_parameter("filtering")
        rest = range(token["sweep"] + 1, len(self.sweeps or ()))
        due = (each for each in rest if self._is_due(each, stream_slice, changes_only=changes_only))
        if (sweep := next(due, None)) is not None:
            return {**self._start(sweep), "unread": token.get("unread", ()), "changes_only": changes_only}
        if unread := token.get("unread"):
            text = (
                f"{self.stream}: TikTok can't give row {join_some([*map(str, unread)], NAMED)} of "
                f"{_name_owner(answer)}'s list, asked for alone or with others. All other rows were read."
            )
            if not (stream_slice and stream_slice.cursor_slice):
                LOGGER.warning(text)
                return None
            raise TransientError(  # the cursor stays before that row
                message=f"{text} The next sync asks again.",
                internal_message=f"{len(unread)} rows could not be read",
            )
        return None

    def _follow_cursor(self, token: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any] | None:
        """The next piece of a list that has a cursor. Raises a transient error if the cursor stands still."""
        if not data["has_more"] or self.sample:
            return None
        if data.get("cursor") in (None, token.get("cursor")):
            raise TransientError(
                message=f"{self.stream}: TikTok's list does not go on, though TikTok says there is more. The next sync "
                "reads it again.",
                internal_message=f"cursor {data.get('cursor')} twice",
            )
        return {**token, "cursor": data["cursor"]}

    @override
    def get_page_size(self) -> None:
        """None: the page size is one of the parameters of the request."""

    def _start(self, sweep: int) -> dict[str, Any]:
        return {"sweep": sweep, "page": 1, **(self.sweeps[sweep] if self.sweeps else {})}

    def _is_due(self, sweep: int, stream_slice: StreamSlice | None, *, changes_only: bool) -> bool:
        found = self.sweeps[sweep] if self.sweeps else {}
        advertiser_id = str(stream_slice.get("advertiser_id", "")) if stream_slice else ""
        if self.config and not AskedApart.of(self.config).is_due(advertiser_id, found):
            return False
        return changes_only or not found.get("undated")

    def _begin_anew(self, token: Mapping[str, Any], tally: Tally, answer: Answer) -> dict[str, Any] | None:
        """The first page again, if the list has moved since the page before or ends too early; else None."""
        before, times = token.get("seen"), token.get("again", 0)
        if before is None:  # this is the first page
            return None
        now, last = _hash_page(answer, token["page"]), token["tally"]
        whose = f"{self.stream}: {_name_owner(answer)}'s list"
        ends_early = count_rows(answer) == 0 and tally.lacking > 0
        if before != now and last.total == tally.total:
            if not ends_early:
                return None
            if last.short:  # two pages say that the list is at its end
                LOGGER.warning(f"{whose} has {tally.total} rows by TikTok's count, but only {tally.read} came.")
                return None
        if times < READ_AGAIN:
            LOGGER.info(f"{whose} changed while it was read ({last.total} rows, {tally.total} now): once more.")
            kept = {name: token[name] for name in ("unread", "changes_only") if name in token}
            return {**self._start(token["sweep"]), **kept, "again": times + 1}
        if before != now and (tally.total or 0) > (last.total or 0):  # newest first: only read rows have moved
            return None
        raise TransientError(
            message=f"{whose} kept changing in {times + 1} readings. The next sync reads it again.",
            internal_message=f"page {token['page']}: {last} then {tally}",
        )

    def _is_in_reach(self, page: int, info: Mapping[str, Any], answer: Answer) -> bool:
        """Whether TikTok gives the page after this one."""
        if self.reachable is None:
            return True
        if page == 1 and (total := read_count(info, "total_number") or 0) > self.reachable:
            LOGGER.info(
                f"{self.stream}: {_name_owner(answer)} has {total} rows; TikTok gives the first {self.reachable} of "
                "them and no way to the others."
            )
        size = read_count(info, "page_size") or int(answer.get_parameter("page_size") or 1)
        return (page + 1) * size <= self.reachable


def _name_owner(answer: Answer) -> str:
    return next((f"{what} {value}" for name, what in NAMES.items() if (value := answer.get_parameter(name))), "TikTok")


def _hash_page(answer: Answer, page: int) -> int:
    """What tells two pages of one list apart: their first and last rows.

    An id is at the beginning or the end of its row. To compare whole pages would add a tenth to the cost of reading.
    """
    text = answer.content
    start, end = text.find(b"[{"), text.rfind(b"]")
    outermost = (text[start : min(start + OUTERMOST, end)], text[max(start, end - OUTERMOST) : end])
    return hash((end - start, *outermost)) if start >= 0 else page
