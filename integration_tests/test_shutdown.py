"""A command that is cancelled, or whose stdout takes nothing any more, ends at once and loses nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from running import Run, catalog_of, slow

from tiktok_simulator.faults.fault import Answer, Fault
from tiktok_simulator.protocol.wire import Request, Response
from tiktok_simulator.world.ready_made import TOKYO

COMMAND = str(Path(sys.executable).with_name("source-tiktok-marketing"))
STREAM = "campaigns_reports_daily"
# Longer than any test waits: an answer that never comes.
NEVER = 600.0
# Windows of thirty days, three ad accounts with rows: enough of them are read before the one that never is.
DAYS = {"start_date": "2025-09-01", "end_date": "2026-01-18"}
READ_BEFORE = 9


@dataclass
class Process:
    """A command under way."""

    popen: subprocess.Popen[bytes]

    def ended(self) -> Run:
        """Its outcome. It has to end by itself."""
        text, noise = self.popen.communicate(timeout=240)
        lines = [line for line in text.decode("utf-8").splitlines() if line]
        return Run(self.popen.returncode, [json.loads(line) for line in lines], noise.decode("utf-8"))


@pytest.fixture
def start(tiktok: Any, tmp_path: Path) -> Callable[..., Any]:
    """`start("read", config=…, catalog=…)` starts the command, as a context; what still runs behind it is killed."""

    @contextmanager
    def run(verb: str, *, environment: dict[str, str] | None = None, **files: Any) -> Iterator[Process]:
        arguments = [COMMAND, verb]
        for option, content in files.items():
            path = tmp_path / f"{option}.json"
            path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
            arguments += [f"--{option}", str(path)]
        clean = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)} | tiktok.environment | (environment or {})
        with subprocess.Popen(arguments, env=clean, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as popen:
            try:
                yield Process(popen)
            finally:
                popen.kill()

    return run


@pytest.fixture
def silent(tiktok: Any) -> Callable[..., Event]:
    """`silent(path, after)`: TikTok does not answer there after so many requests; the event says that it is so."""

    def arm(path: str, after: int) -> Event:
        reached = Event()

        def act(request: Request, answer: Answer) -> Response:
            reached.set()
            return replace(answer(request), delay=NEVER)

        tiktok.simulator.faults.arm(Fault("silent", act, path, skip=after))
        return reached

    return arm


def keys(run: Run) -> set[tuple[str, str]]:
    return {(row["campaign_id"], row["stat_time_day"]) for row in run.rows(STREAM)}


@pytest.mark.parametrize(("number", "code"), [slow(signal.SIGTERM, 143), slow(signal.SIGINT, 130)])
def test_a_cancelled_sync_writes_what_it_has_read_with_its_state_and_ends(
    number: int, code: int, start: Any, silent: Any, config: dict[str, Any], command: Any, tiktok: Any
) -> None:
    config |= DAYS
    whole = keys(command("read", config=config, catalog=catalog_of(STREAM)))
    reached = silent("/report/integrated/get/", READ_BEFORE)
    with start("read", config=config, catalog=catalog_of(STREAM)) as process:
        assert reached.wait(240)
        process.popen.send_signal(number)
        first = process.ended()
    assert (first.code, first.noise, first.errors) == (code, "", [])
    assert "was stopped by SIG" in first.of("LOG")[-1]["log"]["message"]
    asked = len(tiktok.simulator.transcript)
    tiktok.simulator.faults.clear()
    second = command("read", config=config, catalog=catalog_of(STREAM), state=first.states)
    assert keys(first) | keys(second) == whole
    # Windows that were read are not asked for again, but the newest days of each ad account, which have not settled.
    assert len(tiktok.simulator.transcript) - asked < asked


@pytest.mark.slow
def test_a_cancelled_check_ends_without_a_word(start: Any, silent: Any, config: dict[str, Any]) -> None:
    reached = silent("/advertiser/info/", 0)
    with start("check", config=config) as process:
        assert reached.wait(240)
        process.popen.terminate()
        run = process.ended()
    assert (run.code, run.noise, run.of("TRACE"), run.of("CONNECTION_STATUS")) == (143, "", [], [])


@pytest.mark.slow
def test_a_sync_whose_reader_goes_away_while_nothing_is_written_ends_with_one_line(
    start: Any, silent: Any, config: dict[str, Any]
) -> None:
    reached = silent("/report/integrated/get/", 0)
    with start("read", config=config, catalog=catalog_of(STREAM)) as process:
        assert reached.wait(240)
        assert process.popen.stdout
        process.popen.stdout.close()
        assert process.popen.wait(timeout=240) == 1
        assert process.popen.stderr
        assert process.popen.stderr.read().count(b"\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize("verb", ["spec", slow("read")])
def test_a_full_disk_ends_a_command_with_one_line(
    verb: str, config: dict[str, Any], tiktok: Any, tmp_path: Path
) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (tmp_path / "catalog.json").write_text(json.dumps(catalog_of(STREAM)), encoding="utf-8")
    files = [f"--{name}={tmp_path / name}.json" for name in ("config", "catalog")] if verb == "read" else []
    clean = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)} | tiktok.environment
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run([COMMAND, verb, *files], env=clean, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    assert done.stderr.decode() == "The sync ends, as nothing can be written to stdout: No space left on device.\n"


def test_a_command_whose_output_is_closed_ends_with_one_line(tiktok: Any, tmp_path: Path) -> None:
    clean = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)} | tiktok.environment
    closed = ["sh", "-c", '"$0" spec >&-', str(COMMAND)]
    done = subprocess.run(closed, env=clean, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    assert done.stderr.decode() == "The sync ends, as nothing can be written to stdout: it is closed.\n"


@pytest.mark.parametrize(
    "locale",
    [{"PYTHONIOENCODING": "ascii"}, slow({"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"})],
    ids=["ascii", "posix"],
)
def test_files_and_messages_are_utf_8_whatever_the_locale(
    locale: dict[str, str], start: Any, config: dict[str, Any], tiktok: Any
) -> None:
    name = "Frühling 東京"
    for campaign in tiktok.simulator.world.list_entities("campaign", TOKYO):
        campaign.row["campaign_name"] = name
    marked = "\ufeff" + json.dumps(config | {"note": name}, ensure_ascii=False)
    with start("read", environment=locale, config=marked, catalog=catalog_of("campaigns")) as process:
        run = process.ended()
    assert (run.code, run.noise) == (0, "")
    assert name in {row["campaign_name"] for row in run.rows("campaigns")}
