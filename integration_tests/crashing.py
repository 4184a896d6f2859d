"""Syncs that are killed: what reached stdout until then, and what a platform makes of it."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson

from tiktok_simulator import Simulator
from tiktok_simulator.faults.fault import Answer, Fault
from tiktok_simulator.protocol.wire import Request, Response

RUNNER = Path(__file__).with_name("crash_runner.py")
ROOT = RUNNER.parents[1]
# As little as the kernel allows between the connector and its platform, so that a kill falls where it is meant to.
SMALLEST_PIPE = 4_096
# Later windows of one ad account are read before its first one is.
LATE = 0.1

Key = tuple[str, ...]
Rows = dict[tuple[str, Key], dict[str, Any]]


@dataclass(frozen=True)
class Kill:
    """The moment of a SIGKILL: after so many bytes of stdout, or as so many requests have reached TikTok."""

    after_bytes: int | None = None
    at_request: int | None = None


UNDISTURBED = Kill()


@dataclass
class Ended:
    """What one run wrote, whole lines only, and how it ended; a torn last line is no message."""

    text: bytes
    code: int
    messages: list[dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        whole, _, self.torn = self.text.rpartition(b"\n")
        self.messages = [orjson.loads(line) for line in whole.splitlines() if line]

    @property
    def states(self) -> list[dict[str, Any]]:
        """The last state of each stream, as a platform would hand it back."""
        states = [message["state"] for message in self.messages if message["type"] == "STATE"]
        return list({state["stream"]["stream_descriptor"]["name"]: state for state in states}.values())

    def rows(self, keys: Mapping[str, Sequence[str]]) -> Rows:
        """The records by stream and primary key, the last of each."""
        records = [message["record"] for message in self.messages if message["type"] == "RECORD"]
        return {(record["stream"], tuple(str(record["data"][name]) for name in keys[record["stream"]])): record["data"]
                for record in records}  # fmt: skip


class Assassin:
    """Stands in TikTok's door: remembers its answers, which the simulator need not make again, and may kill.

    `late` is a window, by its ad account and first day, about which it answers late.
    """

    def __init__(self, simulator: Simulator, late: tuple[str, str]) -> None:
        self._late = late
        self._known: dict[tuple[str, tuple[tuple[str, str], ...]], Response] = {}
        self._lock = threading.Lock()
        self.requests = 0
        self.victim, self.moment = 0, 0
        simulator.faults.armed.insert(0, Fault("assassin", self._answer))

    def wait_for(self, victim: int, moment: int) -> None:
        with self._lock:
            self.requests, self.victim, self.moment = 0, victim, moment

    def _answer(self, request: Request, answer: Answer) -> Response:
        with self._lock:
            self.requests += 1
            if self.requests == self.moment:
                os.kill(self.victim, signal.SIGKILL)
        key = request.path, tuple(sorted(request.query.items()))
        if key not in self._known:
            window = request.query.get("advertiser_id"), request.query.get("start_date")
            self._known[key] = replace(answer(request), delay=LATE if window == self._late else 0.0)
        return self._known[key]


class Connector:
    """The command in forked processes; a `Kill` ends one of them early."""

    def __init__(self, streams: Sequence[str], environment: Mapping[str, str], assassin: Assassin, files: Path) -> None:
        self._assassin = assassin
        self._files = files
        self._noise = (files / "noise").open("wb")
        self._runner = subprocess.Popen(
            [sys.executable, str(RUNNER), *streams], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._noise,
            text=True, cwd=files, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment},
        )  # fmt: skip

    def close(self) -> None:
        self._runner.communicate()
        self._noise.close()

    def run(self, verb: str, kill: Kill = UNDISTURBED, *, hurried: bool = True, **files: Any) -> Ended:
        arguments = [verb]
        for option, content in files.items():
            path = self._files / f"{option}.json"
            path.write_text(json.dumps(content), encoding="utf-8")
            arguments += [f"--{option}", str(path)]
        output = self._files / "stdout"
        output.unlink(missing_ok=True)
        os.mkfifo(output)
        victim = int(self._told({"arguments": arguments, "output": str(output), "hurried": hurried}))
        return self._watched(victim, output, kill)

    def _watched(self, victim: int, output: Path, kill: Kill) -> Ended:
        self._assassin.wait_for(victim, kill.at_request or 0)
        with output.open("rb", buffering=0) as stdout:
            fcntl.fcntl(stdout, fcntl.F_SETPIPE_SZ, SMALLEST_PIPE)
            text = _read(stdout, kill.after_bytes) if kill.after_bytes is not None else b""
            if kill.after_bytes is not None:
                os.kill(victim, signal.SIGKILL)
            text += _read(stdout)
        return Ended(text, int(self._heard()))

    def _told(self, what: dict[str, Any]) -> str:
        print(json.dumps(what), file=self._runner.stdin, flush=True)
        return self._heard()

    def _heard(self) -> str:
        heard = self._runner.stdout.readline()  # type: ignore[union-attr]
        assert heard, (self._files / "noise").read_text()[-2000:]
        return heard


def _read(stdout: Any, most: int | None = None) -> bytes:
    """So many bytes, or all until the other side has ended."""
    parts: list[bytes] = []
    left = sys.maxsize if most is None else most
    while left and (part := stdout.read(min(left, 65_536))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
