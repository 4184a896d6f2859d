"""Answers about the newest 20,000 ads only: how to recognise them, which rows came before, which error to raise."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import requests
from airbyte_cdk import AirbyteTracedException
from airbyte_cdk.sources.types import Record

from source_tiktok_marketing.errors import AnswerCutError, ConfigError, TransientError
from source_tiktok_marketing.requesters.pages import Page
from source_tiktok_marketing.schema.owners import CALLED

CUT_SHORT = "X-Tt-Ads-Throttle"
# TikTok writes a sentence into the header if it cut the answer. These values say that it did not.
NOTHING_CUT = {"", "0", "false"}
LEVELS = {"campaign": "campaign", "adgroup": "ad group", "ad": "ad"}
# How many rows of one window are recognised after a cut. Each takes eight bytes.
MOST_KEPT = 1_000_000


@dataclass(frozen=True)
class IdBatch:
    """Ids of some entities of one level, to filter a report by if the answer about all of them was cut."""

    level: str
    ids: list[str]

    @property
    def filter(self) -> dict[str, str]:
        """The batch as a filter of TikTok's reports."""
        return {"field_name": f"{self.level}_ids", "filter_type": "IN", "filter_value": orjson.dumps(self.ids).decode()}

    def halve(self) -> list[IdBatch]:
        """The two halves of the batch."""
        middle = len(self.ids) // 2
        return [IdBatch(self.level, self.ids[:middle]), IdBatch(self.level, self.ids[middle:])]


def is_cut(response: requests.Response) -> bool:
    """Whether an answer of code 0 is about the newest ids only."""
    return response.headers.get(CUT_SHORT, "").strip().lower() not in NOTHING_CUT


def make_cut_error(stream: str, owner: Mapping[str, str]) -> AnswerCutError:
    """The error for a cut answer about a whole ad account or business centre."""
    whose = " ".join(f"{CALLED[parameter]} {value}" for parameter, value in owner.items())
    return AnswerCutError(
        message=f"{stream}: TikTok counts only the 20,000 newest ads of {whose}. Read the report by campaign, ad group "
        "or ad instead: those are read in parts. A custom report with Large (large) has no such limit; it can't be "
        "hourly.",
        internal_message=f"{CUT_SHORT}, and its level can't be divided",
    )


def make_division_error(stream: str, advertiser_id: str, level: str, ids: Sequence[str]) -> AirbyteTracedException:
    """The error for an answer that was cut though it is about one entity only."""
    whose = f"{stream}: TikTok cut its answer about {LEVELS[level]} {', '.join(ids)} of ad account {advertiser_id}"
    below = list(LEVELS.values())[list(LEVELS).index(level) + 1 :]
    internal = f"{CUT_SHORT}, and nothing is left to divide"
    if below:
        told = f"{whose}, as it counts 20,000 ads at most. Read the report by {' or '.join(below)} instead."
        return ConfigError(told, internal)
    return TransientError(f"{whose}, though nothing is left to divide there. The next sync asks again.", internal)


def make_listing_error(stream: str, advertiser_id: str, level: str) -> AirbyteTracedException:
    """The error for a report that has to be read in batches of ids, while TikTok lists nothing to divide it by."""
    return TransientError(
        message=f"{stream}: ad account {advertiser_id} has more ads than TikTok answers at once, and the list of its "
        f"{LEVELS[level]}s is empty, so that the report can't be read in parts. The next sync asks again.",
        internal_message=f"{CUT_SHORT}, and no {level}s to divide by",
    )


class Hasher:
    """Tells the rows of a report apart by the hashes of their keys. A page already has those of its rows."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = tuple(sorted({*names, "advertiser_id"}))

    def hash_rows(self, record: Any) -> Iterable[int]:
        """The hashes of a record, or of the records in a page."""
        values = record.data if isinstance(record, Record) else record
        if isinstance(values, Page) and values.hashes is not None and values.key == self._names:
            return values.hashes
        return map(self.hash_row, list_rows(record))

    def hash_row(self, row: Mapping[str, Any]) -> int:
        """The hash of one row."""
        return hash(tuple(row.get(name) for name in self._names))


class EmittedRows:
    """The rows of one window that were emitted before it had to be divided, so that none is emitted twice.

    TikTok may cut a report, or find it too large, only from a later page on. The rows of the earlier pages are emitted
    by then. They come again with the batches of ids, where they are left out.

        page 1 ✓ a b    page 2 cut    first half: a c → c    second half: b d → d

    A row is recognised by the hash of its key. A window of one page needs none.
    """

    def __init__(self, stream: str, hasher: Hasher) -> None:
        self._stream, self._hasher = stream, hasher
        self._hashes = array("q")
        self._known: set[int] = set()

    def leave_out_emitted(self, records: Iterable[Any]) -> Iterator[Any]:
        """The records of a window, or of a batch of ids in it, without those that were emitted before a division."""
        del self._hashes[:]
        for record in records:
            for each in self._leave_out_known(record) if self._known else (record,):
                self._keep(each)
                yield each

    def note_division(self, advertiser_id: str) -> None:
        """Has `leave_out_emitted` leave out what was emitted so far. Raises a TransientError if that is too much."""
        if len(self._known) + len(self._hashes) > MOST_KEPT:
            raise TransientError(
                message=f"{self._stream}: ad account {advertiser_id} became too large for TikTok to answer at once "
                "while the report was read. The next sync reads it in parts.",
                internal_message=f"{len(self._hashes)} rows had been given",
            )
        self._known.update(self._hashes)
        del self._hashes[:]

    def _leave_out_known(self, record: Any) -> Iterator[Any]:
        if self._known.isdisjoint(self._hasher.hash_rows(record)):
            yield record
            return
        for row in list_rows(record):
            if self._hasher.hash_row(row) not in self._known:
                yield Record(row, record.stream_name, record.associated_slice) if isinstance(record, Record) else row

    def _keep(self, record: Any) -> None:
        if len(self._hashes) <= MOST_KEPT and not _is_all(record):
            self._hashes.extend(self._hasher.hash_rows(record))


def list_rows(record: Any) -> Iterator[Mapping[str, Any]]:
    """The rows of a record: the record itself, or if it is a page, the rows of the page."""
    values: Any = record.data if isinstance(record, Record) else record
    if isinstance(values, Page):
        yield from values.first.read_rows()
        yield from values.rest.read_rows()
    else:
        yield values


def _is_all(record: Any) -> bool:
    """Whether a page is the only one by TikTok's count: no later page can be cut."""
    values: Any = record.data if isinstance(record, Record) else record
    return isinstance(values, Page) and values.hashes is None
