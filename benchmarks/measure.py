"""Runs a command against the page server and says what it cost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Any

ROOT = Path(__file__).parents[1]
PATIENCE = 900
PROXIES = ("all_proxy", "http_proxy", "https_proxy", "no_proxy")


@dataclass(frozen=True)
class Cost:
    """What one run took: seconds of CPU (user and system, children included), seconds of wall time, peak memory."""

    cpu: float
    wall: float
    megabytes: float


class FailedError(Exception):
    """A command failed. The text is the end of its output."""


def run(command: Sequence[str], output: Path, environment: Mapping[str, str]) -> Cost:
    """Runs `command` in the directory of its output, as a user would. Raises FailedError if it does not end well.

    Not in this directory: the official connector would take our manifest for its own.

    The kernel counts for the process itself, so this one's work is not in it. It starts the peak of a child at the
    memory its parent had, which is why this process stays small.
    """
    noise = output.with_suffix(".err")
    with output.open("wb") as out, noise.open("wb") as err:
        started = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - our own command lines
            command, stdout=out, stderr=err, stdin=subprocess.DEVNULL, env=environment, cwd=output.parent
        )
        patience = Timer(PATIENCE, process.kill)
        patience.start()
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        patience.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        said = (output.read_bytes()[-2000:] + noise.read_bytes()[-2000:]).decode(errors="replace")
        raise FailedError(f"{Path(command[0]).name} ended with {process.returncode}\n{said}")
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024)


def execute(command: Sequence[str]) -> None:
    """Runs a command that is not measured. Raises FailedError with its output if it fails."""
    ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command lines
    if ended.returncode:
        raise FailedError(f"{Path(command[0]).name} ended with {ended.returncode}\n{ended.stderr[-2000:]}")


@dataclass(frozen=True)
class Asked:
    """How many requests the server answered, how many were for pages of reports, and the last one's metrics."""

    requests: int
    pages: int
    metrics: int


class Server:
    """The page server, which runs in another process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.environment = make_plain_environment() | self._hear()["environment"]

    def read_asked(self) -> Asked:
        """What was asked for since the last call. Raises FailedError if a request went to another host."""
        print(file=self._process.stdin, flush=True)
        said = self._hear()
        if said["refused"]:
            raise FailedError(f"asked for hosts TikTok does not have: {said['refused']}")
        return Asked(said["requests"], said["pages"], said["metrics"])

    def _hear(self) -> dict[str, Any]:
        heard = self._process.stdout.readline() if self._process.stdout else ""
        return dict(json.loads(heard or "{}"))


@contextmanager
def start_page_server() -> Iterator[Server]:
    """Runs the page server while the context is open. It ends with its input, so also if this process is killed."""
    command = [sys.executable, "-m", "benchmarks.server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:  # noqa: S603 - our own module
        yield Server(process)


def make_plain_environment() -> dict[str, str]:
    """The environment of this process, without proxies, and without bytecode files."""
    kept = {name: value for name, value in os.environ.items() if name.lower() not in PROXIES}
    return kept | {"PYTHONPATH": "", "PYTHONUNBUFFERED": ""}
