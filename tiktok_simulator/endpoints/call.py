"""An accepted call: its token, its time, and its typed parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tiktok_simulator.protocol.wire import BadRequestError
from tiktok_simulator.world.model import Grant
from tiktok_simulator.world.world import World


@dataclass(frozen=True)
class Call:
    """One accepted call. `now` has a zone; the names of `headers` are in lower case."""

    world: World
    grant: Grant
    now: datetime
    parameters: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.parameters[name]


@dataclass(frozen=True)
class Answer:
    """The `data` of a successful envelope, and headers to add. With `text` or `file`, that is the whole body."""

    data: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None
    file: bytes | None = None


def find_page_bounds(call: Call) -> tuple[int, int]:
    """The index of the first row of the page, and the index after its last row."""
    first = (call["page"] - 1) * call["page_size"]
    return first, first + call["page_size"]


def make_page_info(call: Call, total: int) -> dict[str, int]:
    """The `page_info` of an answer. A page after the last one is empty, and no error (unconfirmed)."""
    size = call["page_size"]
    return {"page": call["page"], "page_size": size, "total_number": total, "total_page": -(-total // size)}


def refuse_beyond(call: Call, reachable: int) -> None:
    """Refuses a page that goes beyond the first `reachable` records (40002)."""
    if call["page"] * call["page_size"] > reachable:
        raise BadRequestError(f"page * page_size: Must be at most {reachable}.")
