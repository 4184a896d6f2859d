"""`python -m benchmarks.soak`: reads years of ad accounts among random faults, and compares every row.

A simulated TikTok, over TLS and in a process of its own, is read twice by the command: undisturbed, which is the truth,
and with random faults of the kinds that pass. Nothing may be lost, nothing invented, and memory, threads and sockets
must not grow with time. The exit code is 1 where any of it does not hold.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from benchmarks.measure import ROOT, FailedError, make_plain_environment
from benchmarks.watch import Watched, discover, read
from tiktok_simulator.world.world import APP_ID, APP_SECRET, TOKEN

LAST_DAY = date(2026, 1, 31)
STREAMS = (
    "ads_reports_daily", "campaigns_audience_reports_by_country_daily", "ads", "campaigns_reports_weekly",
    "campaigns_reports_daily", "advertisers_audience_reports_by_platform_daily", "campaigns", "ad_groups_reports_daily",
    "campaigns_reports_monthly", "advertisers_reports_daily",
)  # fmt: skip
# The columns to read, of the hundred that a report has. Those of the key are always read.
COLUMNS = ("campaign_name", "ad_name", "modify_time", "spend", "impressions", "clicks", "ctr", "cpc", "reach",
           "conversion", "video_play_actions", "likes")  # fmt: skip
# Eight connections for the eight workers of a stream, and some for the requests before the first stream.
THREADS, SOCKETS = 20, 100
GROWTH, SLACK = 1.1, 10


@dataclass(frozen=True)
class Plan:
    """What is read, and with how many faults."""

    days: int
    advertisers: int
    streams: int
    fault_rate: float
    seed: int = 7
    hopeless: bool = False

    @property
    def first_day(self) -> str:
        """The first of the days; the last one is long past, so that both syncs see the same."""
        return (LAST_DAY - timedelta(days=self.days - 1)).isoformat()

    @property
    def config(self) -> dict[str, Any]:
        """The configuration of the sync."""
        credentials = {"auth_type": "oauth2.0", "app_id": APP_ID, "secret": APP_SECRET, "access_token": TOKEN}
        return {"credentials": credentials, "start_date": self.first_day, "end_date": LAST_DAY.isoformat(),
                "requests_per_second": 1_000}  # fmt: skip


@dataclass
class Outcome:
    """The result of the sync with faults, compared with that of the undisturbed one."""

    plan: Plan
    requests: int
    met: Mapping[str, int]
    survived: Mapping[str, int]
    compared: int
    missing: int
    extra: int
    repeated: int
    truth: Watched
    found: Watched

    def find_memory_peaks(self) -> tuple[float, float]:
        """The peaks of memory in the first third of the time and in the rest, in MB."""
        samples = [sample.megabytes for sample in self.found.samples]
        third = max(1, len(samples) // 3)
        return max(samples[:third], default=0.0), max(samples[third:], default=0.0)

    @property
    def threads(self) -> int:
        """The most threads at any moment."""
        return max((sample.threads for sample in self.found.samples), default=0)

    @property
    def sockets(self) -> int:
        """The most open sockets at any moment."""
        return max((sample.sockets for sample in self.found.samples), default=0)

    @property
    def empty(self) -> list[str]:
        """The streams without a row, about which the run proves nothing."""
        return [stream for stream in STREAMS[: self.plan.streams] if not self.truth.rows[stream]]

    def list_complaints(self) -> list[str]:
        """Lists in words what went wrong."""
        first, rest = self.find_memory_peaks()
        broken = {
            f"{self.missing} rows are missing": self.missing > 0,
            f"{self.extra} rows are not in the truth": self.extra > 0,
            f"the undisturbed sync ended with {self.truth.code}": self.truth.code != 0,
            f"the sync ended with {self.found.code}: {self.found.errors[:3]}": self.found.code != 0,
            f"a fault was not survived: {_subtract(self.met, self.survived)}": self.met != self.survived,
            f"there was no row to compare of {self.empty}": bool(self.empty),
            f"memory grew from {first:.0f} to {rest:.0f} MB": rest > GROWTH * first + SLACK,
            f"{self.threads} threads": self.threads > THREADS,
            f"{self.sockets} sockets": self.sockets > SOCKETS,
        }
        return [words for words, is_so in broken.items() if is_so]


class FaultyTiktok:
    """The simulated TikTok with faults, which runs in another process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.environment = make_plain_environment() | self._hear()["environment"] | {"PYTHONPATH": str(ROOT)}

    def set_rate(self, rate: float) -> dict[str, Any]:
        """Sets the rate of faults. Returns what was asked before. Raises FailedError if a request went elsewhere."""
        print(rate, file=self._process.stdin, flush=True)
        told = self._hear()
        if told["refused"]:
            raise FailedError(f"asked for hosts TikTok does not have: {told['refused']}")
        return told

    def _hear(self) -> dict[str, Any]:
        return dict(json.loads((self._process.stdout.readline() if self._process.stdout else "") or "{}"))


@contextmanager
def start_faulty_tiktok(plan: Plan) -> Iterator[FaultyTiktok]:
    """Runs the simulated TikTok while the context is open. It ends with its input, as when this process is killed."""
    told = json.dumps({**asdict(plan), "first_day": plan.first_day})
    command = [sys.executable, "-m", "benchmarks.weather", told]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:  # noqa: S603 - our own module
        yield FaultyTiktok(process)


def run_soak(plan: Plan) -> Outcome:
    """Reads everything twice, and compares."""
    with start_faulty_tiktok(plan) as tiktok:
        catalog = _make_catalog(discover(plan.config, tiktok.environment), STREAMS[: plan.streams])
        truth = read(plan.config, catalog, tiktok.environment)
        asked = tiktok.set_rate(plan.fault_rate)["requests"]
        sys.stderr.write(f"undisturbed: {asked:,} requests in {truth.seconds:.0f} s\n")
        found = read(plan.config, catalog, tiktok.environment)
        told = tiktok.set_rate(0.0)
    missing = extra = repeated = compared = 0
    for stream in STREAMS[: plan.streams]:
        right, read_rows = set(truth.rows[stream]), set(found.rows[stream])
        compared += len(right)
        missing, extra = missing + len(right - read_rows), extra + len(read_rows - right)
        repeated += len(found.rows[stream]) - len(read_rows)
    return Outcome(plan, told["requests"], told["met"], told["survived"], compared, missing, extra, repeated,
                   truth, found)  # fmt: skip


def write_table(it: Outcome) -> Iterator[str]:
    """The lines of the table."""
    first, rest = it.find_memory_peaks()
    met, survived = sum(it.met.values()), sum(it.survived.values())
    kinds = ", ".join(f"{name} {number}" for name, number in sorted(it.met.items()))
    yield "| soak | |"
    yield "|---|---:|"
    yield f"| days, ad accounts, streams | {it.plan.days:,}, {it.plan.advertisers}, {it.plan.streams} |"
    yield f"| requests | {it.requests:,} |"
    yield f"| faults met | {met:,} ({len(it.met)} kinds: {kinds}) |"
    yield f"| faults survived ÷ tried | {survived:,} ÷ {met:,} |"
    yield f"| rows compared | {it.compared:,} |"
    yield f"| rows missing | {it.missing:,} |"
    yield f"| rows extra | {it.extra:,} |"
    yield f"| rows sent twice, as a list was read anew | {it.repeated:,} |"
    yield f"| states written | {it.found.states:,} |"
    yield f"| peak memory, first third of the time, then | {first:.0f} MB, {rest:.0f} MB |"
    yield f"| most threads | {it.threads} |"
    yield f"| most sockets | {it.sockets} |"
    yield f"| duration with faults, without | {it.found.seconds:.0f} s, {it.truth.seconds:.0f} s |"


def _subtract(met: Mapping[str, int], survived: Mapping[str, int]) -> dict[str, int]:
    return dict(Counter(met) - Counter(survived))


def _make_catalog(offered: Mapping[str, Mapping[str, Any]], names: Sequence[str]) -> dict[str, Any]:
    return {"streams": [{"stream": _keep_few_columns(offered[name]), "sync_mode": "incremental",
                         "destination_sync_mode": "append_dedup"} for name in names]}  # fmt: skip


def _keep_few_columns(stream: Mapping[str, Any]) -> dict[str, Any]:
    keys = [path[-1] for path in stream["source_defined_primary_key"]]
    properties = stream["json_schema"]["properties"]
    wanted = {*keys, *stream.get("default_cursor_field", ()), *COLUMNS}
    kept = {name: schema for name, schema in properties.items() if name in wanted}
    return {**stream, "json_schema": {**stream["json_schema"], "properties": kept}}


def main() -> int:
    """The command line."""
    command = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    command.add_argument("--years", type=float, default=3)
    command.add_argument("--advertisers", type=int, default=50)
    command.add_argument("--streams", type=int, default=len(STREAMS), choices=range(1, len(STREAMS) + 1))
    command.add_argument("--fault-rate", type=float, default=0.02)
    command.add_argument("--seed", type=int, default=7)
    told = command.parse_args()
    it = run_soak(Plan(round(told.years * 365.25), told.advertisers, told.streams, told.fault_rate, told.seed))
    complaints = it.list_complaints()
    sys.stdout.write("\n".join([*write_table(it), "", *(complaints or ["Nothing was lost."])]) + "\n")
    return int(bool(complaints))


if __name__ == "__main__":
    sys.exit(main())
