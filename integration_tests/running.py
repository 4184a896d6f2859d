"""A command's outcome to look at, and the files it is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest


@dataclass
class Run:
    """What one command printed and how it ended."""

    code: int
    messages: list[dict[str, Any]]
    noise: str

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["type"] == kind]

    def rows(self, stream: str) -> list[dict[str, Any]]:
        return [m["record"]["data"] for m in self.of("RECORD") if m["record"]["stream"] == stream]

    @property
    def states(self) -> list[dict[str, Any]]:
        """The last state of each stream, as a platform would hand it back."""
        last = {m["state"]["stream"]["stream_descriptor"]["name"]: m["state"] for m in self.of("STATE")}
        return list(last.values())

    @property
    def errors(self) -> list[str]:
        found = [m["trace"]["error"]["message"] for m in self.of("TRACE") if m["trace"]["type"] == "ERROR"]
        return found + [m["connectionStatus"]["message"] for m in self.of("CONNECTION_STATUS")
                        if m["connectionStatus"]["status"] == "FAILED"]  # fmt: skip


def catalog_of(*streams: str, mode: str = "incremental") -> dict[str, Any]:
    return {"streams": [{
        "stream": {"name": name, "json_schema": {}, "supported_sync_modes": ["full_refresh", "incremental"]},
        "sync_mode": mode, "destination_sync_mode": "append_dedup"} for name in streams]}  # fmt: skip


def state_of(stream: str, blob: dict[str, Any]) -> dict[str, Any]:
    return {"type": "STREAM", "stream": {"stream_descriptor": {"name": stream}, "stream_state": blob}}


def slow(*case: object) -> Any:
    """A case that goes the way of another one, which is quick to try."""
    return pytest.param(*case, marks=pytest.mark.slow)
