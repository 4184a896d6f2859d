"""One request for each thing that an owner has: each shop of an ad account, each catalogue of a business centre."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any, cast

from airbyte_cdk import AirbyteTracedException
from airbyte_cdk.sources.declarative.retrievers import Retriever, SimpleRetriever
from airbyte_cdk.sources.types import Record, StreamSlice
from typing_extensions import override

from source_tiktok_marketing.errors import ConfigError, PartialReadError, RefusedError
from source_tiktok_marketing.incremental.owned_stream import OwnedRetriever
from source_tiktok_marketing.incremental.windows import REFUSED, hold, refuse
from source_tiktok_marketing.partition_routers.advertiser_directory import AdvertiserDirectory
from source_tiktok_marketing.partition_routers.lookups import Lookups, Owners
from source_tiktok_marketing.requesters.lenient_requester import make_lenient
from source_tiktok_marketing.requesters.permissions import NAMED, NOT_CONFIRMED, Refusals
from source_tiktok_marketing.requesters.request_parameters import fill_in, list_words
from source_tiktok_marketing.schema.accounts import AccountColumns
from source_tiktok_marketing.schema.columns import read_entity_columns

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")

SkipThing = Callable[[RefusedError, Owners], None]

ENDPOINT = "the extra endpoint"
WITH_DELETED = {"primary_status": "STATUS_ALL", "campaign_statuses": '["STATUS_ALL"]'}
WITHOUT_DELETED = {
    "primary_status": "STATUS_NOT_DELETE",
    "campaign_statuses": '["STATUS_DELIVERY_OK", "STATUS_DISABLE", "STATUS_NOT_DELIVERY"]',
}


# After so many refused things, and none that answered, the whole request counts as refused: TikTok has one code for a
# thing that is not the user's and for what the token may not do at all.
TRIED_FIRST = 3


@dataclass
class FanOutRetriever(OwnedRetriever):
    """Sends a request for each thing `below` an owner, and adds its ids to records that have columns for them.

    `ask` is the request: its values hold the ids in braces, `{store_id}`, the days of a window, `{from}`, `{until}` and
    `{after}` (the day after), `{begin}` where a week or month is wanted whole wherever start_date lies, and what
    include_deleted asks for, `{primary_status}` or `{campaign_statuses}`; so may the parents. If TikTok's rows do not
    say their day, windows are a day long, and `day` is the column for it.

        below: [stores]   ask: {advertiser_id: "{advertiser_id}", store_ids: '["{store_id}"]', start_date: "{from}"}

    If TikTok leaves out a text that is a part of the key, it becomes an empty text, as no key may be null.

    If the token lacks the permission for a stream, the stream is skipped, and named at the end with the `scope` to add.
    So is a stream whose request nobody confirmed, if TikTok answers it with a code in `skipped_on`. If an ad account
    refuses everything, the scope is not the reason: that raises a config_error.
    """

    pages: Retriever
    ask: Mapping[str, str]
    scope: str
    below: list[Mapping[str, Any]] = field(default_factory=list)
    day: str = ""
    skipped_on: list[int] = field(default_factory=list)

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        super().__post_init__(parameters)
        self._lookups, self._refusals = Lookups.of(self.config), Refusals.of(self.config)
        self._directory, self._accounts = AdvertiserDirectory.of(self.config), AccountColumns.of(self.config)
        self._told = self._accounts.select_for_entities(self.stream) if parameters["of"] == "advertiser" else ()
        self._known = read_entity_columns().get(self.stream) or parameters.get("key")
        written = (
            () if parameters.get("own") else (WITH_DELETED, WITHOUT_DELETED, *list_written_down(self.ask, self.below))
        )
        ours = list_words(written).difference(parameters.get("dimensions") or ())
        asked = list_words(self.ask) if parameters.get("own") else set()  # by the user
        self._lenient = partial(
            make_lenient, config=self.config, stream=self.stream, ours=ours, named=asked, place=ENDPOINT
        )
        if isinstance(self.pages, SimpleRetriever):
            self.pages.requester = self._lenient(self.pages.requester)
        texts = (name for name, column in read_entity_columns().get(self.stream, {}).items() if column.type == "string")
        self._blanks = dict.fromkeys(set(texts).intersection(parameters.get("primary_key") or ()), "")

    @override
    def read_records(self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None) -> Iterable[Any]:
        """The records of one owner, or of one window of one owner."""
        window = stream_slice or StreamSlice(partition={}, cursor_slice={})
        if window.extra_fields.get(REFUSED):
            return
        owners = {name: str(value) for name, value in window.partition.items()}
        words = WITH_DELETED if self.config["include_deleted"] else WITHOUT_DELETED
        words = words | (_get_days(window) if "first_day" in window.extra_fields else {})

        def skip(refusal: RefusedError) -> None:
            hold(window)
            self._skip(owners, refusal)

        def skip_thing(refusal: RefusedError, thing: Owners) -> None:
            self._skip(owners, refusal, {name: each for name, each in thing.items() if name not in words})

        try:
            things = list(self._lookups.look_up_below({**owners, **words}, self.below, skip, self._lenient))
            yield from self._ask_for_each(things, words, window, skip_thing)
        except RefusedError as refusal:
            refuse(window)
            self._skip(owners, refusal)

    def _ask_for_each(self, things: list[Owners], words: Owners, window: StreamSlice, skip: SkipThing) -> Iterator[Any]:
        """Skips a thing that is refused. Raises RefusedError if the first, the last and the middle one all are.

        The cursor moves on all the same: else the others would be read from the start in every sync.
        """
        answered = False
        failed: list[PartialReadError] = []
        for number, each in enumerate(order_outermost_first(things), start=1):
            try:
                yield from self._ask_for(each, words, window)
                answered = True
            except RefusedError as refusal:
                if not answered and number >= min(len(things), TRIED_FIRST):
                    raise
                skip(refusal, each)
            except PartialReadError as error:
                failed.append(error)
        if failed:
            told = " ".join(dict.fromkeys(str(error.message) for error in failed[:NAMED]))
            raise AirbyteTracedException(
                message=told + f" And {len(failed) - NAMED} more." * (len(failed) > NAMED),
                internal_message=failed[0].internal_message,
                failure_type=failed[0].failure_type,
            )

    def _ask_for(self, owners: Owners, words: Owners, window: StreamSlice) -> Iterator[Any]:
        extra = {**window.extra_fields, "ask": fill_in(self.ask, owners)}
        question = StreamSlice(partition=window.partition, cursor_slice=window.cursor_slice, extra_fields=extra)
        known = self._known if self._known is not None else owners.keys() - words.keys()
        columns = {name: value for name, value in owners.items() if name in known}
        if self.day:
            columns[self.day] = words["from"]
        for record in self.pages.read_records({}, question):
            values = cast("dict[str, Any]", record.data if isinstance(record, Record) else record)
            for name, value in (*columns.items(), *self._blanks.items()):
                values.setdefault(name, value)
            self._accounts.fill(values, self._told)
            yield record

    def _skip(self, owners: Owners, refusal: RefusedError, thing: Owners | None = None) -> None:
        """Notes what is not read for an owner: all of it, or one thing of several."""
        advertiser_id = owners.get("advertiser_id", "")
        if refusal.is_not_granted or not advertiser_id or advertiser_id in self._directory.read_details():
            scope = NOT_CONFIRMED if refusal.code in self.skipped_on else refusal.scope or self.scope
            named = ", ".join(f"{name} {value}" for name, value in (thing or {}).items() if name not in owners)
            whom = f"{' '.join(owners.values())} ({named})" if named else " ".join(owners.values())
            self._refusals.add(self.stream, scope, whom, str(refusal), is_partial=bool(named))
            return
        raise ConfigError(
            message=f"TikTok refused: {refusal}. It was asked for stream {self.stream}, ad account {advertiser_id}. "
            "Give the token's user access to this ad account, or add the account to Excluded "
            "Advertiser IDs (exclude_advertiser_ids).",
            internal_message="no permission for the ad account",
        )


def _get_days(window: StreamSlice) -> dict[str, str]:
    """The days of a window that are the owner's own."""
    days = window.extra_fields
    first = min(max(str(window["start_time"]), days["first_day"]), days["last_day"])
    last = min(str(window["end_time"]), days["last_day"])
    after = (date.fromisoformat(last) + timedelta(days=1)).isoformat()
    return {"begin": str(window["start_time"]), "from": first, "until": last, "after": after}


def order_outermost_first(things: list[Mapping[str, str]]) -> Iterator[Mapping[str, str]]:
    """The first, the last and the middle one, then the others."""
    tried = dict.fromkeys((0, len(things) - 1, len(things) // 2)) if things else {}
    yield from (things[index] for index in tried)
    yield from (each for index, each in enumerate(things) if index not in tried)


def list_written_down(ask: Mapping[str, str], parents: Iterable[Mapping[str, Any]]) -> Iterator[Any]:
    """What the manifest writes into the requests for the records and for the ids of each parent."""
    yield ask
    for parent in parents:
        yield from (parent.get(name, ()) for name in ("ask", "each", "deleted", "sweeps"))
        for way in parent.get("either", ()):
            yield from list_written_down({}, way)
