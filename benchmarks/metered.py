"""The simulator with its quota and the real clock, in a process of its own, which counts the requests.

`python -m benchmarks.metered ACCOUNTS LATENCY EATEN SECONDS` serves that many ad accounts, answers after LATENCY
seconds and lets another program make EATEN requests a second for SECONDS. It says on its first line how to reach it; on
the next, once something is written to it, what was asked.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.measure import ROOT, make_plain_environment, run
from tiktok_simulator import Quota, Simulator, serve
from tiktok_simulator.protocol.wire import ApiError, Request, Response, make_envelope
from tiktok_simulator.world.ready_made import make_busy_world
from tiktok_simulator.world.world import APP_ID, APP_SECRET, TOKEN

COMMAND = str(Path(sys.executable).with_name("source-tiktok-marketing"))
# All ask one endpoint, which has one quota.
STREAMS = ("advertisers_reports_daily", "campaigns_reports_daily", "ad_groups_reports_daily", "ads_reports_daily",
           "advertisers_audience_reports_daily")  # fmt: skip
REPORTS = "/open_api/v1.3/report/integrated/get/"
QUOTA = 10
REFUSED = 40100


@dataclass(frozen=True)
class Asked:
    """The requests of one sync: all, the refused ones, and the seconds from the first to the last one.

    `busiest` is the largest number of requests in one second of the clock, `rows` what was read, `wall` the
    seconds the command took, its start included.
    """

    requests: int
    refused: int
    seconds: float
    busiest: int
    rows: int
    wall: float

    @property
    def rate(self) -> float:
        """Answered requests a second."""
        return (self.requests - self.refused) / self.seconds


def sync(
    accounts: int, *, latency: float = 0.0, eaten: float = 0.0, eaten_for: float = 3600.0, **options: Any
) -> Asked:
    """Reads one day of five report streams of so many ad accounts, with `options` in the configuration."""
    credentials = {"auth_type": "oauth2.0", "app_id": APP_ID, "secret": APP_SECRET, "access_token": TOKEN}
    config = {"credentials": credentials, "start_date": "2026-01-20", "end_date": "2026-01-20", **options}
    with TemporaryDirectory() as name, _start_server(accounts, latency, eaten, eaten_for) as server:
        files = Path(name)
        (files / "config.json").write_text(json.dumps(config), encoding="utf-8")
        (files / "catalog.json").write_text(json.dumps(_make_catalog()), encoding="utf-8")
        command = [COMMAND, "read", "--config", str(files / "config.json"), "--catalog", str(files / "catalog.json")]
        cost = run(command, files / "output.jsonl", make_plain_environment() | server.environment)
        with (files / "output.jsonl").open("rb") as lines:
            rows = sum(b'"type":"RECORD"' in line for line in lines)
        return Asked(**server.read_asked(), rows=rows, wall=cost.wall)


class _Server:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.environment: dict[str, str] = self._hear()

    def read_asked(self) -> dict[str, Any]:
        print(file=self._process.stdin, flush=True)
        return self._hear()

    def _hear(self) -> dict[str, Any]:
        return dict(json.loads(self._process.stdout.readline() if self._process.stdout else "{}"))


@contextmanager
def _start_server(*arguments: float) -> Iterator[_Server]:
    command = [sys.executable, "-m", "benchmarks.metered", *map(str, arguments)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:  # noqa: S603 - our own module
        yield _Server(process)


def _make_catalog() -> dict[str, Any]:
    return {"streams": [{
        "stream": {"name": name, "json_schema": {}, "supported_sync_modes": ["full_refresh", "incremental"]},
        "sync_mode": "incremental", "destination_sync_mode": "append_dedup"} for name in STREAMS]}  # fmt: skip


class Metered(Simulator):
    """Counts a request when it comes in, not when the requests before it have been answered."""

    def __init__(self, accounts: int, quota: Quota) -> None:
        super().__init__(make_busy_world(advertisers=accounts, campaigns=1))
        self._counted = quota
        self._counting = threading.Lock()
        self.arrivals: list[tuple[datetime, bool]] = []

    def handle(self, request: Request) -> Response:
        """Answers one request, or refuses it."""
        with self._counting:
            refused = not self.let_in(request.path)
            self.arrivals.append((datetime.now(UTC), refused))
        return make_envelope(REFUSED, "Too many requests.", {}, "quota") if refused else super().handle(request)

    def let_in(self, path: str) -> bool:
        """Whether the quota has room for one more request. A refused request counts too."""
        try:
            self._counted.count(APP_ID, path, datetime.now(UTC))
        except ApiError:
            return False
        return True

    def eat(self, rate: float, seconds: float) -> None:
        """Uses up quota as another program of the same app would, evenly from our first request on."""
        while not self.arrivals:
            time.sleep(0.01)
        began = time.monotonic()
        while rate and time.monotonic() < began + seconds:
            with self._counting:
                self.let_in(REPORTS)
            time.sleep(1 / rate)

    def tell(self) -> dict[str, Any]:
        """Tells what was asked."""
        times = [moment for moment, _ in self.arrivals]
        busiest = max(Counter(f"{moment:%T}" for moment in times).values())
        refused = sum(refused for _, refused in self.arrivals)
        return {"requests": len(times), "refused": refused, "seconds": (times[-1] - times[0]).total_seconds(),
                "busiest": busiest}  # fmt: skip


def main() -> None:
    """Serves until somebody asks how many requests came."""
    accounts, latency, eaten, seconds = map(float, sys.argv[1:])
    simulator = Metered(int(accounts), Quota(QUOTA, 60 * QUOTA))
    if latency:
        simulator.faults.slow(latency)
    threading.Thread(target=simulator.eat, args=(eaten, seconds), daemon=True).start()
    with serve(simulator) as server:
        sys.stdout.write(json.dumps(server.environment) + "\n")
        sys.stdout.flush()
        sys.stdin.readline()
        sys.stdout.write(json.dumps(simulator.tell()) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
