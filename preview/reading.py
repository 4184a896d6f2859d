"""Reads the first rows of a stream with a connector that is stopped as soon as there are enough."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parent.parent
CONNECTOR = [sys.executable, "-m", "preview.connector"]


@dataclass
class Reading:
    """What was read.

    Attributes:
        complete: Whether these are all rows.
        trouble: Why not all of them could be read.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    complete: bool = False
    trouble: str = ""


def read(catalog: Mapping[str, Any], config: Mapping[str, Any], environment: Mapping[str, str], wanted: int) -> Reading:
    """Reads up to `wanted` rows, then stops the connector."""
    reading = Reading()
    with tempfile.TemporaryFile() as last_words:
        with _run({"catalog": catalog, "config": config}, environment, last_words) as connector:
            for line in connector.stdout or ():
                _take(line, reading)
                if len(reading.rows) == wanted:
                    return reading
            reading.complete = connector.wait() == 0
        if not (reading.complete or reading.trouble):
            last_words.seek(0)
            said = last_words.read().decode(errors="replace").strip().rpartition("\n")[2]
            reading.trouble = f"The connector ended before it had read everything. {said}".strip()
    return reading


@contextmanager
def _run(
    job: Mapping[str, Any], environment: Mapping[str, str], last_words: IO[bytes]
) -> Iterator[subprocess.Popen[str]]:
    pipe = subprocess.PIPE
    with subprocess.Popen(  # noqa: S603 - a module of ours, run by this very Python
        CONNECTOR, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, stderr=last_words, encoding="utf-8"
    ) as connector:
        try:
            if connector.stdin:
                with suppress(BrokenPipeError), connector.stdin:
                    json.dump(job, connector.stdin)
            yield connector
        finally:
            connector.terminate()


def _take(line: str, reading: Reading) -> None:
    message = json.loads(line, parse_float=Decimal)
    if message["type"] == "RECORD":
        reading.rows.append(message["record"]["data"])
    elif message["type"] == "TRACE" and message["trace"]["type"] == "ERROR":
        reading.trouble = _explain(message["trace"]["error"])


def _explain(error: Mapping[str, Any]) -> str:
    """The connector's own words. If nobody foresaw the failure, the text that is otherwise only logged comes too."""
    inner = error.get("internal_message")
    return f"{error['message']} ({inner})" if error["failure_type"] == "system_error" and inner else error["message"]
