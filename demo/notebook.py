"""Runs the connector through PyAirbyte, with the few calls that a notebook needs."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .terminal import Progress

if TYPE_CHECKING:
    from airbyte import Source

CONNECTOR = "source-tiktok-marketing"
DATABASE = "tiktok.duckdb"
NO_PYAIRBYTE = (
    "The demo runs the connector through PyAirbyte, which does not support this Python yet. Use 3.11 or 3.12:\n"
    "make clean demo PYTHON=python3.12"
)
DASHBOARD = "dashboard.html"
LOG = "pyairbyte.log"


class DemoError(Exception):
    """Ends the demo. The text says what to do."""


@dataclass(frozen=True)
class Sync:
    """How many rows one sync read, and when it began (in UTC without a zone, as in the tables)."""

    rows: int
    began: datetime


class Listener(logging.Handler):
    """Follows PyAirbyte's log: counts the streams that are done, and keeps the connector's errors."""

    def __init__(self) -> None:
        super().__init__()
        self.finished = 0
        self.complaints: list[str] = []
        self.progress: Progress | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Handles one line of the log."""
        message = record.getMessage()
        if record.levelno >= logging.ERROR:
            self.complaints.append(message)
        elif message.startswith("Read completed on stream"):
            self.finished += 1
            if self.progress:
                self.progress.doing = f"{self.finished} streams read"


class Notebook:
    """One PyAirbyte source, and the directory that it writes to.

    PyAirbyte prints to stdout and stderr. Here all of that goes to a file, so that only the demo's own text is printed.
    """

    def __init__(self, config: Mapping[str, Any], output: Path) -> None:
        self._output = output
        _make_empty(output)
        os.environ.update(set_quiet_environment(output))
        self._listener = Listener()
        with self._run_quietly("starting PyAirbyte"):
            self._source = _make_source(config)
        for name in ("airbyte", f"airbyte.{CONNECTOR}"):
            logging.getLogger(name).addHandler(self._listener)

    def configure(self, config: Mapping[str, Any]) -> None:
        """Continues with another configuration. PyAirbyte discovers a source only once, so it gets a new one."""
        with self._run_quietly("starting PyAirbyte"):
            self._source = _make_source(config)

    def check(self) -> None:
        """Runs the check, as “Save & Test” does. Raises a DemoError with the connector's message."""
        with self._run_quietly("checking"):
            self._source.check()

    def discover(self) -> list[str]:
        """The names of the streams that the connector offers."""
        with self._run_quietly("discovering"):
            return list(self._source.get_available_streams())

    def sync(self, streams: Sequence[str], database: Path, config: Mapping[str, Any] | None = None) -> Sync:
        """Reads streams into the database. Continues where the last sync into it ended."""
        began = datetime.now(UTC).replace(tzinfo=None)
        self._listener.finished = 0
        with self._run_quietly("reading"):
            from airbyte.caches import DuckDBCache  # noqa: PLC0415 - see __init__

            if config:  # the connector accepts more forms of a configuration than its spec allows
                self._source.set_config(dict(config), validate=False)
            cache = DuckDBCache(db_path=database, cache_dir=self._output / "files")
            read = self._source.read(cache, streams=list(streams), skip_validation=True)
            cache.get_sql_engine().dispose()
        return Sync(read.processed_records, began)

    @contextmanager
    def _run_quietly(self, doing: str) -> Iterator[None]:
        """Sends PyAirbyte's output to the log file, shows progress instead, and turns errors into a sentence."""
        self._listener.progress = progress = Progress(sys.stderr, doing)
        with (self._output / LOG).open("a", encoding="utf-8") as log, progress.show_line():
            try:
                with redirect_stdout(log), redirect_stderr(log):
                    yield
            except Exception as error:
                print(error, file=log)
                raise DemoError(self._make_sentence(error, doing)) from error

    def _make_sentence(self, error: Exception, doing: str) -> str:
        reason = (getattr(error, "context", None) or {}).get("failure_reason")
        said = [reason] if reason else list(dict.fromkeys(self._listener.complaints))
        words = "\n".join(said) or str(error).partition("\n")[0]
        return f"The connector stopped while {doing}. {words}\nIts whole output is in {self._output / LOG}"


def _make_source(config: Mapping[str, Any]) -> Source:
    try:
        import airbyte  # noqa: PLC0415 - it reads the environment when it is imported
    except ModuleNotFoundError:
        raise DemoError(NO_PYAIRBYTE) from None

    executable = Path(sys.executable).with_name(CONNECTOR)
    return airbyte.get_source(CONNECTOR, local_executable=executable, config=dict(config))


def set_quiet_environment(output: Path) -> dict[str, str]:
    """Keeps PyAirbyte off the network (registry, telemetry, version checks), and keeps all files in `output`."""
    return {
        "AIRBYTE_OFFLINE_MODE": "1",
        "DO_NOT_TRACK": "1",
        "AIRBYTE_DO_NOT_TRACK": "1",
        "NO_LIVE_PROGRESS": "1",
        "AIRBYTE_PROJECT_DIR": str(output),
        "AIRBYTE_LOGGING_ROOT": str(output / "logs"),
        "PYTHONWARNINGS": "ignore",
    }


def _make_empty(output: Path) -> None:
    """Removes the files of an earlier run, and nothing else: every run starts with an empty database."""
    try:
        for name in ("logs", "files"):
            shutil.rmtree(output / name, ignore_errors=True)
        for name in (DATABASE, f"{DATABASE}.wal", DASHBOARD, LOG):
            (output / name).unlink(missing_ok=True)
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DemoError(
            f"The output directory can't be written: {error}. Set TIKTOK_DEMO_OUTPUT to another directory."
        ) from error
