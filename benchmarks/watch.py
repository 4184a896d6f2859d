"""Watches a sync: fingerprints of its records, and the memory, threads and sockets that it had meanwhile."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from array import array
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from threading import Event, Thread
from typing import IO, Any

import orjson

from benchmarks.measure import FailedError

SECONDS_BETWEEN = 0.25


@dataclass
class Sample:
    """What a process had at one moment."""

    megabytes: float
    threads: int
    sockets: int


@dataclass
class Watched:
    """One sync: eight bytes for each record, by stream; samples since the first record; and how it ended."""

    rows: defaultdict[str, array[int]] = field(default_factory=lambda: defaultdict(lambda: array("Q")))
    samples: list[Sample] = field(default_factory=list)
    states: int = 0
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0
    code: int = 0

    def take(self, line: bytes) -> None:
        """Notes one line of stdout."""
        message = orjson.loads(line)
        if message["type"] == "RECORD":
            record = message["record"]
            text = orjson.dumps(record["data"], option=orjson.OPT_SORT_KEYS)
            self.rows[record["stream"]].append(int.from_bytes(blake2b(text, digest_size=8).digest()))
        elif message["type"] == "STATE":
            self.states += 1
        elif message["type"] == "TRACE" and message["trace"]["type"] == "ERROR":
            self.errors.append(message["trace"]["error"]["message"])


def read(config: Mapping[str, Any], catalog: Mapping[str, Any], environment: Mapping[str, str]) -> Watched:
    """Runs a sync in a process of its own, and watches it from its first line to its end."""
    watched, ended, started = Watched(), Event(), time.monotonic()
    with tempfile.TemporaryDirectory() as directory, (Path(directory) / "noise").open("w+b") as noise:
        command = [
            *_make_command("read"),
            *_write_file(directory, "config", config),
            *_write_file(directory, "catalog", catalog),
        ]
        with subprocess.Popen(  # noqa: S603 - our own command line
            command, stdout=subprocess.PIPE, stderr=noise, env=dict(environment), cwd=directory
        ) as process:
            sampler = Thread(target=_sample, args=(process.pid, watched, ended))
            sampler.start()
            for line in _read_lines(process):
                watched.take(line)
            ended.set()
            sampler.join()
        watched.code, watched.seconds = process.returncode, time.monotonic() - started
    return watched


def discover(config: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The streams that the command can read, by name. Raises FailedError if it lists none."""
    with tempfile.TemporaryDirectory() as directory:
        command = [*_make_command("discover"), *_write_file(directory, "config", config)]
        ended = subprocess.run(  # noqa: S603 - our own command line
            command, capture_output=True, check=False, env=dict(environment), cwd=directory
        )
    messages = [orjson.loads(line) for line in ended.stdout.splitlines() if line]
    for message in messages:
        if message["type"] == "CATALOG":
            return {stream["name"]: stream for stream in message["catalog"]["streams"]}
    raise FailedError((ended.stdout[-2000:] + ended.stderr[-2000:]).decode())


def _make_command(verb: str) -> list[str]:
    return [sys.executable, "-m", "source_tiktok_marketing", verb]


def _write_file(directory: str, option: str, content: Mapping[str, Any]) -> list[str]:
    path = Path(directory) / f"{option}.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return [f"--{option}", str(path)]


def _read_lines(process: subprocess.Popen[bytes]) -> IO[bytes]:
    if process.stdout is None:
        raise FailedError("the command has no stdout")
    return process.stdout


def _sample(process: int, watched: Watched, ended: Event) -> None:
    """Takes samples of the process from its first record until it ends. This works on Linux."""
    while not ended.wait(SECONDS_BETWEEN):
        try:
            if watched.rows:
                watched.samples.append(_take_sample(Path(f"/proc/{process}")))
        except (OSError, KeyError):  # it ends just now
            return


def _take_sample(process: Path) -> Sample:
    told = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    sockets = sum(_is_socket(entry) for entry in (process / "fd").iterdir())
    return Sample(int(told["VmRSS"].split()[0]) / 1024, int(told["Threads"]), sockets)


def _is_socket(entry: Path) -> bool:
    try:
        return str(entry.readlink()).startswith("socket:")
    except OSError:  # closed since it was listed
        return False
