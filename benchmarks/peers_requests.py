"""`python -m benchmarks.peers_requests 1 10`: how many requests the official connector sends for so many ad accounts.

It reads the worlds and streams of `benchmarks.requests_per_sync` over TLS from a simulated TikTok: a first sync, and
one more that goes on from the state of the first.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.contenders import LAUNCHER
from benchmarks.measure import make_plain_environment
from benchmarks.peers import install
from benchmarks.requests_per_sync import ATTRIBUTION, CONFIG, STREAMS, make_world
from tiktok_simulator import Simulator, serve

SHARED = ("credentials", "start_date", "end_date")


def read_messages(
    command: str, options: Mapping[str, Any], files: Path, environment: Mapping[str, str]
) -> Iterator[Any]:
    """What one command of the official connector prints; `options` are written to files."""
    named: list[str] = []
    for option, content in options.items():
        path = files / f"{option}.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        named += [f"--{option}", str(path)]
    line = [str(install("airbyte") / "python"), *LAUNCHER, command, *named]
    ended = subprocess.run(line, env=environment, cwd=files, capture_output=True, text=True, check=True)  # noqa: S603 - our own command line
    return (json.loads(text) for text in ended.stdout.splitlines() if text.startswith("{"))


def count_requests(accounts: int) -> list[int]:
    """The requests of a first sync, and of one that goes on from it."""
    tiktok = Simulator(make_world(accounts))
    config = {name: CONFIG[name] for name in SHARED} | {"start_date": "2025-01-01", "attribution_window": ATTRIBUTION}
    counted = []
    with serve(tiktok) as server, TemporaryDirectory() as directory:
        files, environment = Path(directory), make_plain_environment() | server.environment
        found = next(
            m for m in read_messages("discover", {"config": config}, files, environment) if m["type"] == "CATALOG"
        )
        wanted = (stream for stream in found["catalog"]["streams"] if stream["name"] in STREAMS)
        catalog = {"streams": [{"stream": each, "sync_mode": "incremental", "destination_sync_mode": "append_dedup"}
                               for each in wanted]}  # fmt: skip
        options: dict[str, Any] = {"config": config, "catalog": catalog}
        for _ in range(2):
            before = len(tiktok.transcript)
            said = list(read_messages("read", options, files, environment))
            counted.append(len(tiktok.transcript) - before)
            states = [message["state"] for message in said if message["type"] == "STATE"]
            last = {state["stream"]["stream_descriptor"]["name"]: state for state in states}
            options["state"] = list(last.values())
    return counted


def main() -> int:
    """The command line."""
    command = argparse.ArgumentParser(prog="python -m benchmarks.peers_requests", description=__doc__)
    command.add_argument("accounts", type=int, nargs="+")
    for accounts in command.parse_args().accounts:
        first, again = count_requests(accounts)
        sys.stdout.write(f"{accounts} ad accounts: {first} requests at first, {again} in the next sync\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
