"""Bad input for the fuzz tests: odd values, documents with odd values in them, and a command to try them on."""

from __future__ import annotations

import builtins
import json
import logging
import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from airbyte_cdk import AirbyteEntrypoint, AirbyteTracedException
from harness import PATIENCE
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from source_tiktok_marketing.__main__ import Entrypoint, build
from source_tiktok_marketing.shutdown import Shutdown

# How many times as many examples as in `make test-slow`; `make test` tries one in ten.
# `FUZZ_EXAMPLES=50 pytest unit_tests/test_fuzz_pages.py` searches for longer.
TIMES = float(os.environ.get("FUZZ_EXAMPLES", "1"))
CLASSES = "|".join(name for name in vars(builtins) if name.endswith(("Error", "Exception")))
UNFIT_FOR_USERS = re.compile(rf"Traceback|Something went wrong|\b({CLASSES}|JSONDecodeError|ValidationError)\b")


def times(examples: int) -> int:
    """So many examples, or as many as FUZZ_EXAMPLES makes of them."""
    return max(round(examples * TIMES), 1)


def fuzz(examples: int) -> settings:
    """So many examples, the same in every run; nothing is written to disk."""
    return settings(
        max_examples=times(examples),
        derandomize=TIMES <= 1,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )


NOTHING = object()
DEEP: Any = [1]
for _ in range(300):
    DEEP = {"a": DEEP} if len(str(DEEP)) % 2 else [DEEP]
ODD_VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 7.0, 1.5, 2**31, 2**63, 2**64, 10**400, -(10**400), 1e308, -1e308, 5e-324,
    float("nan"), float("inf"), float("-inf"),
    "", " ", "0", "-1", "-", "null", "nan", "1e999", "١٢", "²", "9" * 5000, "a" * 10_000,
    "\0", "\x1b[31mred\r\n", "\u2028", "🤑", "\ud800",
    "{{ 7*7 }}", "{{ config }}", "{% for x in y %}", "{{ 1/0 }}", "${x}", "%s", "'", '"', "\\", "'[]'", "{'a': 1}",
    "2026-13-45", "0000-00-00", "0001-01-01", "9999-12-31", "2026-01-15T99:99:99", "today-99999", "99999",
    [], {}, [None], [[]], [{}], {"": None}, {"a": {"b": [1, "2", None]}}, [1, "2", None], ["\ud800"],
    {"\ud800": 1}, DEEP,
]  # fmt: skip
LEAVES = st.sampled_from(ODD_VALUES) | st.integers() | st.floats() | st.text(max_size=20)
JUNK = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
Path_ = tuple[Any, ...]


def places(document: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Every place of a document, by the keys and positions that lead there."""
    yield path
    members = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, value in members:
        yield from places(value, (*path, key))


def with_change(document: Any, path: Path_, value: Any) -> Any:
    """A copy of the document with another value in one place, or without it."""
    if not path:
        return document if value is NOTHING else value
    changed = deepcopy(document)
    target = changed
    for step in path[:-1]:
        target = target[step]
    if value is NOTHING:
        del target[path[-1]]
    else:
        target[path[-1]] = value
    return changed


@st.composite
def spoiled(draw: st.DrawFn, document: Any, most: int = 3) -> Any:
    """The document with something odd in up to so many of its places."""
    for _ in range(draw(st.integers(1, most))):
        found = list(places(document))
        document = with_change(document, draw(st.sampled_from(found)), draw(st.just(NOTHING) | JUNK))
    return document


@dataclass
class Outcome:
    """What a command printed."""

    messages: list[dict[str, Any]] = field(repr=False)

    @property
    def errors(self) -> list[dict[str, Any]]:
        traces = [each["trace"] for each in self.messages if each["type"] == "TRACE"]
        return [trace["error"] for trace in traces if trace.get("error")]

    @property
    def refusals(self) -> list[str]:
        statuses = [each["connectionStatus"] for each in self.messages if each["type"] == "CONNECTION_STATUS"]
        return [status["message"] for status in statuses if status["status"] == "FAILED"]

    @property
    def statuses(self) -> dict[str, str]:
        found = {}
        for each in self.messages:
            if status := each.get("trace", {}).get("stream_status"):
                found[status["stream_descriptor"]["name"]] = status["status"]
        return found

    @property
    def log(self) -> list[str]:
        return [each["log"]["message"] for each in self.messages if each["type"] == "LOG"]

    def rows(self, stream: str) -> list[dict[str, Any]]:
        records = [each["record"] for each in self.messages if each["type"] == "RECORD"]
        return [record["data"] for record in records if record["stream"] == stream]


@contextmanager
def in_time() -> Iterator[None]:
    """Raises where a command takes so long that it must be hanging."""

    def stop(*_: Any) -> None:
        raise TimeoutError("the command hangs")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def run(command: str, **files: Any) -> Outcome:
    """One command as a user gives it: `run("read", config=…, catalog=…, state=…)`; a file may be text or JSON.

    What is not told as an error of its own, but raised, is raised here too.
    """
    messages: list[dict[str, Any]] = []
    with TemporaryDirectory() as directory, in_time():
        arguments = [command]
        for option, content in files.items():
            path = Path(directory) / option
            path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
            arguments += [f"--{option}", str(path)]
        try:
            entrypoint = Entrypoint(build(arguments), Shutdown())
            messages.extend(map(json.loads, entrypoint.run(AirbyteEntrypoint.parse_args(arguments))))
        except AirbyteTracedException as error:
            trace = error.as_sanitized_airbyte_message()
            messages.append(json.loads(AirbyteEntrypoint.airbyte_message_to_string(trace)))
    return Outcome(messages)


def catalog_of(*streams: str) -> dict[str, Any]:
    """A catalog of these streams, read as they are offered."""
    modes = {"sync_mode": "incremental", "destination_sync_mode": "append"}
    described = ({"name": name, "json_schema": {}, "supported_sync_modes": ["incremental"]} for name in streams)
    return {"streams": [{"stream": stream, **modes} for stream in described]}


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the connector has warned of since the last call."""
    found = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    caplog.clear()
    return found


def assert_told_well(outcome: Outcome, *kinds: str) -> None:
    """What went wrong is told in a sentence, as of one of these kinds (of the user or of the moment)."""
    for error in outcome.errors:
        told = f"{error['failure_type']}: {error['message']}\n{error.get('stack_trace')}"
        assert error["failure_type"] in (kinds or ("config_error", "transient_error")), told
        assert not UNFIT_FOR_USERS.search(error["message"]), told
        assert error["message"].strip(), told
        assert error["message"].encode(), "half a letter"
    for refusal in outcome.refusals:
        assert refusal.strip()
        assert not UNFIT_FOR_USERS.search(refusal), refusal
