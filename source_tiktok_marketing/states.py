"""Saved states, this connector's and the official one's, brought into today's form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import InitVar, dataclass
from datetime import datetime
from typing import Any

from airbyte_cdk import AirbyteTracedException, FailureType
from airbyte_cdk.sources.declarative.migrations.state_migration import StateMigration
from typing_extensions import override

from source_tiktok_marketing.answers import plain

# What a saved cursor may look like; outside these years the CDK can't count days back or on.
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}:\d{2}Z?)?", re.ASCII)
EARLIEST, LATEST = datetime(1970, 1, 1), datetime(9000, 1, 1)
GLOBAL = ("use_global_cursor", "state", "lookback_window")
# Which column names whom a state is about.
OWNERS = {"business_center": "bc_id", "tiktok_account": "business_id"}


@dataclass
class AdvertiserStateMigration(StateMigration):
    """Takes over saved states: this connector's, and both of the official one's.

    A state keeps a global cursor beside those of the ad accounts, and a newly authorised account would begin there,
    without its history: it is dropped. The official connector's partitions are cut to what they share with ours.

        {"states": [{"partition": {"advertiser_id": "1", "parent_slice": {}},
                     "cursor": {"stat_time_day": "2026-01-05"}}],
         "state": {"stat_time_day": "2026-01-05"}, "lookback_window": 7}
        ────────────────────────────────────────────────────────────────────────────────
        {"states": [{"partition": {"advertiser_id": "1"}, "cursor": {"stat_time_day": "2026-01-05"}}]}

    A state of one cursor for the whole stream, from before there were partitions, counts for every ad account:
    `{"stat_time_day": "2026-01-05"}` stays as it is. So does the one cursor to which the CDK reduces a state of more
    than 10,000 ad accounts (`use_global_cursor`), with the lookback beside it: a newly authorised account begins there.
    Anything else is another connector's: a config_error.
    """

    cursor: str
    stream: str
    parameters: InitVar[Mapping[str, Any]]
    business_center_id: str = ""
    of: str = "advertiser"

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        of = "business_center" if self.business_center_id else self.of
        self._owner = OWNERS.get(of, "advertiser_id")

    @override
    def should_migrate(self, stream_state: Mapping[str, Any]) -> bool:
        """True for any state that is not empty."""
        return bool(stream_state)

    @override
    def migrate(self, stream_state: Mapping[str, Any]) -> Mapping[str, Any]:
        """The state in today's form."""
        if stream_state.get("use_global_cursor") and self.cursor in (stream_state.get("state") or {}):
            return {name: stream_state[name] for name in GLOBAL if name in stream_state}
        if isinstance(stream_state.get("states"), list):
            return {"use_global_cursor": False, "states": list(self._earliest_of_each(stream_state["states"]))}
        if isinstance(stream_state.get(self.cursor), str):
            return {self.cursor: self._moment(stream_state[self.cursor], stream_state)}
        if set(stream_state) <= {"__ab_no_cursor_state_message", "__ab_full_refresh_sync_complete"}:
            return {}
        raise self._foreign(stream_state)

    def _earliest_of_each(self, states: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        """One state per ad account; the official one keeps several per account where it asks per buying type."""
        earliest: dict[str, str] = {}
        for state in states:
            try:
                owner_id, value = str(state["partition"][self._owner]), str(state["cursor"][self.cursor])
            except (KeyError, TypeError):
                raise self._foreign(state) from None
            value = self._moment(value, state)
            earliest[owner_id] = min(value, earliest.get(owner_id, value))
        for owner_id, value in earliest.items():
            yield {"partition": {self._owner: owner_id}, "cursor": {self.cursor: value}}

    def _moment(self, text: str, state: Any) -> str:
        """The cursor's value in a form that the manifest names. Raises a config_error where it is no day or moment."""
        try:
            if not MOMENT.fullmatch(text) or not EARLIEST <= datetime.fromisoformat(text.removesuffix("Z")) <= LATEST:
                raise self._foreign(state)
        except ValueError:
            raise self._foreign(state) from None
        if self.cursor == "modify_time":
            return text if len(text) > len("2026-01-05") else f"{text}T00:00:00"
        return text.removesuffix("Z")

    def _foreign(self, state: Any) -> AirbyteTracedException:
        return AirbyteTracedException(
            message=f"The saved state of stream {self.stream} is not of this connector: it has no cursor "
            f"{self.cursor} per {self._owner}. Reset the stream, or restore its own state.",
            internal_message=plain(f"state {state!r}"),
            failure_type=FailureType.config_error,
        )
