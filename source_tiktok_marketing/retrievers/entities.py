"""Lists of what changes: what changed, and what is below a parent that changed."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import Any, cast

from airbyte_cdk.sources.declarative.retrievers import SimpleRetriever
from airbyte_cdk.sources.types import Record, StreamSlice
from typing_extensions import override

from source_tiktok_marketing.errors import RefusedError
from source_tiktok_marketing.incremental.owned_stream import OwnedRetriever
from source_tiktok_marketing.partition_routers.lookups import Lookups
from source_tiktok_marketing.requesters.clock import SyncClock
from source_tiktok_marketing.schema.casting import CASTERS

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")

IDS_PER_FILTER = 100


@dataclass
class EntityRetriever(OwnedRetriever):
    """Reads a list of one ad account: what `pages` gives, and of ads what is below a changed campaign or ad group.

    With a recent cursor TikTok is asked for the ads modified since. Below a campaign that was paused since, an ad has
    another status and the `modify_time` it had before: it is found by its parents, which TikTok lists with their own
    `modify_time`. A
    filter takes a hundred ids; where more of them changed, all ads of the account are read. No ad is given twice.
    A parent that does not say when it was modified counts as changed.

    If TikTok refuses the list of the parents, only the ads that were modified are read, and a warning says so.
    """

    pages: SimpleRetriever
    parents: list[Mapping[str, Any]] = field(default_factory=list)

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        super().__post_init__(parameters)
        self._lookups, self._clock = Lookups.of(self.config), SyncClock.of(self.config)
        (self._key,) = parameters["primary_key"]
        self._recent = timedelta(days=parameters["recent_days"])

    @override
    def read_records(self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None) -> Iterable[Any]:
        """The records of the ad account."""
        window = stream_slice or StreamSlice(partition={}, cursor_slice={})
        if not (self.parents and self._is_recent(window)):
            yield from self.pages.read_records(records_schema, window)
            return
        given = set[Any]()
        for narrowed in self._make_slices(window):
            for record in self.pages.read_records(records_schema, narrowed):
                values = cast("Mapping[str, Any]", record.data if isinstance(record, Record) else record)
                if values[self._key] not in given:
                    given.add(values[self._key])
                    yield record

    def _is_recent(self, window: StreamSlice) -> bool:
        oldest = self._clock.find_today(UTC) - self._recent
        return str(window.cursor_slice.get("start_time", "")) > oldest.isoformat()

    def _make_slices(self, window: StreamSlice) -> Iterator[StreamSlice]:
        yield window
        for below in self._make_filters(window):
            extra = {**window.extra_fields, "below": below}
            yield StreamSlice(partition=window.partition, cursor_slice=window.cursor_slice, extra_fields=extra)

    def _make_filters(self, window: StreamSlice) -> list[Mapping[str, list[str]]]:
        """A filter for the changed parents of each list; an empty one where they are too many."""
        since, changed = str(window.cursor_slice["start_time"]), dict[str, set[str]]()
        for parent in self.parents:
            name = next(iter(parent["takes"]))
            rows = (row for row in self._list(window, parent) if _may_have_changed(row["modify_time"], since))
            changed[name] = {row[name] for row in rows if not _is_below(row, changed)}
        if any(len(ids) > IDS_PER_FILTER for ids in changed.values()):
            return [{}]
        return [{f"{name}s": sorted(ids)} for name, ids in changed.items() if ids]

    def _list(self, window: StreamSlice, parent: Mapping[str, Any]) -> list[Mapping[str, str]]:
        advertiser_id = str(window["advertiser_id"])
        try:
            return list(self._lookups.look_up_below({"advertiser_id": advertiser_id}, [parent]))
        except RefusedError as refusal:
            LOGGER.warning(
                f"{self.stream}: TikTok refused {parent['endpoint']} for ad account {advertiser_id}: {refusal}. "
                "Statuses below what was paused or deleted there may be those of an earlier sync."
            )
            return []


def _may_have_changed(modify_time: str, since: str) -> bool:
    try:
        return not modify_time or str(CASTERS["date-time"](modify_time)) >= since
    except (ValueError, OverflowError):
        return True


def _is_below(row: Mapping[str, str], changed: Mapping[str, set[str]]) -> bool:
    return any(row.get(name) in ids for name, ids in changed.items())
