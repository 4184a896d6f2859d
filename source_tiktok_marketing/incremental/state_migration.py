"""Converts saved states, this connector's and the official one's, into today's form."""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import InitVar, dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from airbyte_cdk.sources.declarative.migrations.state_migration import StateMigration
from airbyte_cdk.sources.declarative.models.declarative_component_schema import DeclarativeStream
from typing_extensions import override

from source_tiktok_marketing.config.dates import CLOCK_ERROR, FIRST_ZONE, find_today
from source_tiktok_marketing.incremental.owned_stream import is_owned
from source_tiktok_marketing.incremental.owner_cursor import SavedCursors
from source_tiktok_marketing.schema.owners import find_owner
from source_tiktok_marketing.text import join_some, make_plain

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")

MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}([ T].+)?", re.ASCII)
# Outside these years the CDK can't add or subtract days.
EARLIEST, LATEST = date(1970, 1, 1), date(9000, 1, 1)
MARKS = {"__ab_no_cursor_state_message", "__ab_full_refresh_sync_complete"}
SHOWN = 5


@dataclass
class AdvertiserStateMigration(StateMigration):
    """Takes over saved states: this connector's, and those of the official one.

    A state has a global cursor beside those of the ad accounts. It is dropped, as a newly authorised account would
    begin there, without its history. The official connector's partitions are reduced to the members that ours have.

        {"states": [{"partition": {"advertiser_id": "1", "parent_slice": {}},
                     "cursor": {"stat_time_day": "2026-01-05"}}],
         "state": {"stat_time_day": "2026-01-05"}, "lookback_window": 7}
        ────────────────────────────────────────────────────────────────────────────────
        {"states": [{"partition": {"advertiser_id": "1"}, "cursor": {"stat_time_day": "2026-01-05"}}]}

    A state of one cursor for the whole stream, from before there were partitions, counts for every ad account:
    `{"stat_time_day": "2026-01-05"}` stays as it is. The CDK also reduces a state of more than 10,000 ad accounts to
    one cursor (`use_global_cursor`). It does not say which accounts it is about, and any other would lose its history:
    the stream is read from its start, and saves a cursor per account from then on.

    If a part of a state can't be understood, its ad account, or the stream, is read from the start again, and one
    warning says so.
    """

    cursor: str
    stream: str
    parameters: InitVar[Mapping[str, Any]]
    config: Mapping[str, Any] = field(default_factory=dict)
    declarative_stream: DeclarativeStream | None = None
    business_center_id: str = ""
    of: str = "advertiser"

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self._owner = find_owner(self.of, self.business_center_id)

    @override
    def should_migrate(self, stream_state: Mapping[str, Any]) -> bool:
        """True for any state that is not empty."""
        return bool(stream_state)

    @override
    def migrate(self, stream_state: Mapping[str, Any]) -> Mapping[str, Any]:
        """The state in today's form. Logs one warning if a part of it can't be used.

        The cursors of a stream that is read owner by owner are kept for its `OwnerCursor`. The CDK gets none of them:
        it would build a cursor object from each.
        """
        report = _Report(self.stream, self._owner.several)
        migrated = self._migrate(stream_state, report)
        report.warn()
        if not is_owned(self.declarative_stream):
            return migrated
        SavedCursors.of(self.config).keep(self.stream, migrated, self.cursor)
        return {}

    def _migrate(self, state: Mapping[str, Any], report: _Report) -> Mapping[str, Any]:
        if isinstance(state.get("states"), list):
            return {"use_global_cursor": False, "states": list(self._keep_earliest(state["states"], report))}
        if self.cursor in state:
            value = self._understand(state[self.cursor], "all", report)
            return {self.cursor: value} if value else {}
        if set(state) <= MARKS:
            return {}
        if isinstance(state.get("state"), Mapping) or state.get("use_global_cursor"):
            report.of_stream = "has one cursor for all and does not say for which"
        else:
            report.of_stream = f"is of no form this connector knows ({make_plain(', '.join(map(str, state)), 60)})"
        return {}

    def _keep_earliest(self, states: Iterable[Any], report: _Report) -> Iterator[Mapping[str, Any]]:
        """One state per ad account. The official connector has several if it asks per buying type or store.

        If one of them can't be read, the account counts as unknown.
        """
        found: defaultdict[str, list[str]] = defaultdict(list)
        for state in states:
            entry = state if isinstance(state, Mapping) else {}
            owner_id = _find_owner(entry.get("partition"), self._owner.parameter)
            cursor = entry.get("cursor")
            if owner_id:
                value = cursor.get(self.cursor) if isinstance(cursor, Mapping) else None
                found[owner_id].append(self._understand(value, owner_id, report))
            else:
                report.nameless += 1
        for owner_id, values in found.items():
            if all(values):
                yield {"partition": {self._owner.parameter: owner_id}, "cursor": {self.cursor: min(values)}}

    def _understand(self, value: Any, owner_id: str, report: _Report) -> str:
        """The cursor's value in the form that the manifest names; `""` if it can't be used."""
        moment = _read_moment(value)
        today = find_today(FIRST_ZONE)
        if moment is None:
            report.unreadable.add(owner_id)
            return ""
        if today < moment.date() <= today + CLOCK_ERROR:  # a later one was set on purpose, as in Airbyte's own tests
            report.ahead.add(owner_id)
            return ""
        if moment.date() > today:
            report.waiting.add(owner_id)
        return moment.isoformat() if self.cursor == "modify_time" else moment.date().isoformat()


class _Report:
    """The parts of a state that can't be used."""

    def __init__(self, stream: str, owners: str) -> None:
        self._stream, self._owners = stream, owners
        self.of_stream = ""
        self.nameless = 0
        self.unreadable: set[str] = set()
        self.ahead: set[str] = set()
        self.waiting: set[str] = set()

    def warn(self) -> None:
        """Logs one warning if there is anything to report."""
        if told := list(self._write_sentences()):
            LOGGER.warning(f"{self._stream}: " + " ".join(told))

    def _write_sentences(self) -> Iterator[str]:
        anew = "read from the start again"
        if self.of_stream:
            yield f"The saved state {self.of_stream}: the stream is {anew}."
        if self.nameless:
            yield f"{self.nameless} parts of the saved state name none of the {self._owners}, which are {anew}."
        if self.unreadable:
            yield f"The saved cursor of {self._name_owners(self.unreadable)} is no day or moment: they are {anew}."
        if self.ahead:
            yield f"The saved cursor of {self._name_owners(self.ahead)} lies in the future: they are {anew}."
        if self.waiting:
            yield (
                f"The saved cursor of {self._name_owners(self.waiting)} lies in the far future: nothing of them is "
                "read until then. Reset the stream to read them now."
            )

    def _name_owners(self, owner_ids: set[str]) -> str:
        return f"the {self._owners} {join_some(sorted(make_plain(owner_id, 40) for owner_id in owner_ids), SHOWN)}"


def _find_owner(partition: Any, name: str) -> str:
    """The owner of a partition, which may be named in the slice of its parent; `""` if none is named."""
    while isinstance(partition, Mapping):
        found = partition.get(name)
        if isinstance(found, str | int) and not isinstance(found, bool):
            return str(found)
        partition = partition.get("parent_slice")
    return ""


def _read_moment(value: Any) -> datetime | None:
    """The time in a cursor, at most the last one that the CDK can reckon with; None if it is no time.

    If it has a zone, the earlier of the written time and the time in UTC counts, as reading a day again loses nothing.
    """
    text = value.strip() if isinstance(value, str) else ""
    try:
        written = datetime.fromisoformat(text.removesuffix(" UTC")) if MOMENT.fullmatch(text) else None
        if written is None or written.date() < EARLIEST:
            return None
        if written.date() > LATEST:
            return datetime(LATEST.year, LATEST.month, LATEST.day)
        local = written.replace(tzinfo=None, microsecond=0)
        return min(local, written.astimezone(UTC).replace(tzinfo=None, microsecond=0)) if written.tzinfo else local
    except (OverflowError, ValueError):
        return None
