"""`python -m benchmarks.memory`: how much memory a sync takes, by its rows and by its ad accounts.

Rows come from the page server and go nowhere: what is measured is the connector's process alone. Ad accounts without
delivery are answered for in the same process. Where nothing is asked for, what is left of a sync is its bookkeeping: a
window, a cursor and a state for each account and stream. In other cases the accounts seem active, so that every window
is asked for.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.contenders import Airbyte
from benchmarks.measure import FailedError, Server, make_plain_environment, start_page_server
from benchmarks.report import print_line, write_passage
from benchmarks.world import FIRST_DAY, LAST_DAY, Size

ROOT = Path(__file__).parents[1]
SIZES = (Size(4, 1), Size(4, 3), Size(4, 25), Size(4, 250), Size(4, 750))
FEW, MANY = 5, 30
# Beside the daily reports that everybody has.
OWN_REPORTS = [{"name": name, "level": "ad", "metrics": ["spend"]} for name in ("first_own", "second_own")]
# With metrics of their own that no report on ad accounts has: these are never skipped.
UNSEEN = {"image_id", "post_id"}


@dataclass(frozen=True)
class Case:
    """So many idle ad accounts and daily streams, whose windows are skipped or asked for."""

    accounts: int
    streams: int
    asks: bool = False


CASES = (Case(50, MANY), Case(500, MANY), Case(5_000, FEW), Case(5_000, FEW, asks=True), Case(5_000, MANY),
         Case(40_000, FEW))  # fmt: skip
# Two syncs of the same ad accounts. The second has more streams, and asks no other question about an ad account.
ALONE = (Case(2_000, FEW, asks=True), Case(2_000, 2 * FEW, asks=True))


@dataclass(frozen=True)
class Bookkeeping:
    """What a sync of many ad accounts keeps and says."""

    requests: int
    windows: int
    cpu: float
    megabytes: float
    states: int
    most_states: int
    largest: int
    total: int


def measure_peak(size: Size, server: Server) -> float:
    """The peak of reading `size`, in MB. Raises FailedError where not every page was asked for."""
    ours = Airbyte("ours", size, size)
    with tempfile.TemporaryDirectory() as directory:
        files = Path(directory)
        ours.prepare(server, files)
        server.read_asked()
        with subprocess.Popen(  # noqa: S603 - our own command line
            ours.make_command(size, files), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=server.environment, cwd=files,
        ) as process:  # fmt: skip
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
    pages = server.read_asked().pages
    if process.returncode or pages != size.accounts * size.pages:
        raise FailedError(f"{pages} pages of {size.accounts * size.pages} were read, exit code {process.returncode}")
    return used.ru_maxrss / 1024


def keep_books(case: Case) -> Bookkeeping:
    """Reads the daily streams of so many idle ad accounts in this process."""
    from benchmarks.idle import IdleTiktok  # noqa: PLC0415 - only the measured process needs it
    from source_tiktok_marketing import SourceTiktokMarketing  # noqa: PLC0415
    from tiktok_simulator import intercept  # noqa: PLC0415

    names = list_daily_streams()[: case.streams]
    config, catalog = _make_config(case), _make_catalog(names)
    before = _read_cpu()
    sizes: list[tuple[str, int]] = []
    tiktok = IdleTiktok(case.accounts, seems_active=case.asks)
    with intercept(tiktok):
        source = SourceTiktokMarketing(catalog, config, None)
        for message in source.read(_quiet(), source.normal_config, catalog, None):
            if message.state and message.state.stream and message.state.stream.stream_state:
                name = message.state.stream.stream_descriptor.name
                sizes.append((name, len(json.dumps(message.state.stream.stream_state.__dict__))))
    counts = [sum(1 for stream, _ in sizes if stream == name) for name in names]
    return Bookkeeping(
        tiktok.asked_for.total(), case.accounts * len(names),
        _read_cpu() - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        len(sizes), max(counts), max(size for _, size in sizes), sum(size for _, size in sizes),
    )  # fmt: skip


def list_daily_streams() -> list[str]:
    """The daily reports everybody has, and two of one's own: those that need not be read for an idle ad account."""
    from source_tiktok_marketing import SourceTiktokMarketing  # noqa: PLC0415 - only the measured process needs it

    rows = SourceTiktokMarketing().list_rows()
    daily = [row for row in rows if row["name"].endswith("_daily") and "level" in row and "group" not in row]
    ready = [row["name"] for row in daily if not UNSEEN.intersection(row.get("by", ()))]
    return [*(str(report["name"]) for report in OWN_REPORTS), *ready]


def run_in_own_process(case: Case) -> Bookkeeping:
    """Runs `keep_books` in a new process, in which nothing else has used memory before."""
    command = [sys.executable, "-m", "benchmarks.memory", "--keep-books", json.dumps(asdict(case))]
    environment = make_plain_environment() | {"PYTHONPATH": str(ROOT)}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)  # noqa: S603
    if ended.returncode:
        raise FailedError(ended.stderr[-2000:])
    return Bookkeeping(**json.loads(ended.stdout.splitlines()[-1]))


def measure_by_rows(sizes: Sequence[Size]) -> Iterator[str]:
    """The lines of the table by rows."""
    yield "| rows | peak MB |"
    yield "|---:|---:|"
    with start_page_server() as server:
        for size in sizes:
            yield f"| {size.rows:,} | {measure_peak(size, server):.0f} |"


def measure_by_accounts(cases: Sequence[Case]) -> Iterator[str]:
    """The lines of the table by ad accounts."""
    yield ("| ad accounts | streams | windows | requests | CPU s | µs per window | peak MB | state messages "
           "| most of one stream | largest, bytes | all, MB |")  # fmt: skip
    yield "|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    for case in cases:
        it, how = run_in_own_process(case), "asked for" if case.asks else "skipped"
        cost, states = f"{it.cpu:.1f} | {it.cpu / it.windows * 1e6:.0f}", f"{it.states} | {it.most_states}"
        yield (f"| {case.accounts:,} | {case.streams} | {it.windows:,} {how} | {it.requests:,} | {cost} "
               f"| {it.megabytes:.0f} | {states} | {it.largest:,} | {it.total / 1e6:.2f} |")  # fmt: skip


def measure_windows_alone(fewer: Case, more: Case) -> Iterator[str]:
    """The lines of the table of what one more window that is asked for costs.

    The start and the questions about an ad account cost the same in both syncs, and their difference is windows alone.
    """
    found = [run_in_own_process(case) for case in (fewer, more)]
    windows, cpu = (getattr(found[1], name) - getattr(found[0], name) for name in ("windows", "cpu"))
    yield "| ad accounts | streams | windows asked for, more | µs per window |"
    yield "|---:|---:|---:|---:|"
    yield f"| {more.accounts:,} | {more.streams}, not {fewer.streams} | {windows:,} | {cpu / windows * 1e6:.0f} |"


def _make_config(case: Case) -> dict[str, Any]:
    from tiktok_simulator.world.world import APP_ID, APP_SECRET, TOKEN  # noqa: PLC0415 - only the measured process needs it

    credentials = {"auth_type": "oauth2.0", "app_id": APP_ID, "secret": APP_SECRET, "access_token": TOKEN}
    return {"credentials": credentials, "start_date": FIRST_DAY, "end_date": LAST_DAY,
            "skip_inactive": not case.asks, "requests_per_second": 1_000, "custom_reports": OWN_REPORTS}  # fmt: skip


def _make_catalog(names: Sequence[str]) -> Any:
    from airbyte_cdk import SyncMode  # noqa: PLC0415
    from airbyte_cdk.test.catalog_builder import CatalogBuilder  # noqa: PLC0415

    catalog = CatalogBuilder()
    for name in names:
        catalog = catalog.with_stream(name, SyncMode.incremental)
    return catalog.build()


def _quiet() -> Any:
    import logging  # noqa: PLC0415

    logging.getLogger("airbyte").setLevel(logging.ERROR)
    return logging.getLogger("airbyte")


def _read_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> int:
    """The command line."""
    command = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    command.add_argument("--keep-books", type=json.loads, help=argparse.SUPPRESS)
    command.add_argument("--rows", type=int, default=3_000_000, help="no more rows than this")
    command.add_argument("--accounts", type=int, default=40_000, help="no more ad accounts than this")
    command.add_argument("--write", action="store_true", help="writes the tables into docs/performance.md")
    options = command.parse_args()
    if options.keep_books:
        with contextlib.redirect_stdout(io.StringIO()):
            found = keep_books(Case(**options.keep_books))
        sys.stdout.write(json.dumps(asdict(found)) + "\n")
        return 0
    sizes = [size for size in SIZES if size.rows <= options.rows]
    tables = {
        "bench-memory, by rows,": measure_by_rows(sizes),
        "bench-memory, by ad accounts,": measure_by_accounts(
            [case for case in CASES if case.accounts <= options.accounts]
        ),
        "bench-memory, by windows,": measure_windows_alone(*ALONE) if options.accounts >= ALONE[0].accounts else (),
    }
    for target, table in tables.items():
        lines = [print_line(line) for line in table]
        if options.write:
            write_passage(target, "\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
