"""One sync to look at, for every suite."""

from __future__ import annotations

import json
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from airbyte_cdk.models import SyncMode
from airbyte_cdk.test.catalog_builder import CatalogBuilder
from airbyte_cdk.test.entrypoint_wrapper import EntrypointOutput, read
from airbyte_cdk.test.state_builder import StateBuilder

from source_tiktok_marketing import SourceTiktokMarketing
from source_tiktok_marketing.quota import Clock
from tiktok_simulator import Exchange, Request, Simulator

# Six in the morning in Berlin; still the 14th in Los Angeles, already the afternoon of the 15th in Tokyo.
NOW = datetime(2026, 2, 15, 5, 0, tzinfo=UTC)


def frozen_now() -> datetime:
    """The moment it is in a test, for the simulator.

    Here and not in conftest.py: another suite's conftest takes its place in sys.modules, and what is not there can't be
    frozen.
    """
    return datetime.now(UTC)


class Turns(Clock):
    """A clock on which nothing passes but the time requests wait for the quota."""

    def __init__(self) -> None:
        self.moments: list[float] = []

    def now(self) -> float:
        return max(self.moments, default=0.0)

    def wait_until(self, moment: float) -> None:
        self.moments.append(moment)


@dataclass
class Sync:
    """What one sync gave."""

    output: EntrypointOutput

    def rows(self, stream: str) -> list[dict[str, Any]]:
        return [message.record.data for message in self.output.records if message.record.stream == stream]

    def state(self, stream: str) -> dict[str, Any]:
        """The last state of `stream`, as plain JSON."""
        states = [message.state.stream for message in self.output.state_messages]
        blobs = [state.stream_state for state in states if state.stream_descriptor.name == stream]
        return dict(json.loads(json.dumps(blobs[-1].__dict__)))

    def cursors(self, stream: str) -> dict[str, str]:
        """The cursor of each ad account."""
        states = self.state(stream)["states"]
        return {entry["partition"]["advertiser_id"]: next(iter(entry["cursor"].values())) for entry in states}

    @property
    def statuses(self) -> dict[str, str]:
        """The last status of each stream."""
        found = {}
        for message in self.output.trace_messages:
            if message.trace.stream_status:
                status = message.trace.stream_status
                found[status.stream_descriptor.name] = status.status.value
        return found

    @property
    def errors(self) -> list[str]:
        return [message.trace.error.message for message in self.output.errors]

    @property
    def warnings(self) -> list[str]:
        return [
            message.log.message for message in self.output.logs if message.log.level.value in ("WARN", "ERROR", "FATAL")
        ]


def is_apart(call: Exchange | Request) -> bool:
    """Whether a question is about what TikTok may leave out: TopView, Reach & Frequency, or Promote."""
    return any(word in call.query.get("filtering", "") for word in ("RESERVATION_", "PROMOTE"))


def plain_reports(tiktok: Simulator) -> list[Exchange]:
    """The questions for reports, without those that ask for the same windows once more with a filter."""
    return [call for call in tiktok.asked("/report/integrated/get/") if not is_apart(call)]


def read_streams(streams: Sequence[str], config: dict[str, Any], state: dict[str, Any] | None = None) -> Sync:
    """One sync in process, as a user's would be; `state` maps a stream to its saved state."""
    catalog = CatalogBuilder()
    for stream in streams:
        catalog = catalog.with_stream(stream, SyncMode.incremental)
    built = catalog.build()
    saved = StateBuilder()
    for stream, blob in (state or {}).items():
        saved = saved.with_stream_state(stream, deepcopy(blob))
    source = SourceTiktokMarketing(built, config, saved.build())
    return Sync(read(source, config, built, saved.build(), expecting_exception=None))


def everything(result: Sync, capfd: Any) -> str:
    """Every byte a sync gave: messages with their traces and states, stdout, stderr."""
    printed = capfd.readouterr()
    return printed.out + printed.err + "".join(map(str, result.output._messages))
