"""Runs the connector's own command as a process: gives it its files in memory, and yields its messages."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

from errors import ConnectorError, StoppedError
from msgspec import Struct
from msgspec.json import Decoder

COMMAND = [sys.executable, "-m", "source_tiktok_marketing"]
# The connector needs less time to end by itself, and Kubernetes waits longer.
GRACE_SECONDS = 10


class Record(Struct):
    """A record. Numbers with decimals are exact."""

    stream: str
    data: dict[str, Any]


class Descriptor(Struct):
    """The name of a stream."""

    name: str


class StreamState(Struct):
    """The state of one stream."""

    stream_descriptor: Descriptor
    stream_state: dict[str, Any] | None = None


class State(Struct):
    """How far one stream has been read when this message arrives."""

    stream: StreamState


class Failure(Struct):
    """Why something could not be read."""

    message: str
    failure_type: str | None = None


class Trace(Struct):
    """An error, if it has one."""

    error: Failure | None = None


class Log(Struct):
    """A log line; secrets are hidden in it already."""

    level: str
    message: str


class Message(Struct):
    """The parts of Airbyte's messages that a worker needs."""

    type: str
    record: Record | None = None
    state: State | None = None
    trace: Trace | None = None
    log: Log | None = None
    catalog: dict[str, Any] | None = None


class Connector:
    """Runs one command after the other. The end of the `with` block ends a command that still runs.

    A worker that is killed can't do that. The connector then ends by itself, as soon as the kernel tells it that the
    pipe of its output has no reader any more. PR_SET_PDEATHSIG would be no earlier, and is about one thread.
    """

    def __init__(self) -> None:
        self._decoder = Decoder(Message, float_hook=Decimal)
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False
        self._failures: list[Failure] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._process and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def stop(self, *_: Any) -> None:
        """Tells the connector to end. It first emits its state, and the worker still writes that."""
        self._stopped = True
        if self._process:
            self._process.terminate()

    def discover(self, config: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """The streams that the configuration offers, by name."""
        catalogs = [message.catalog for message in self._run("discover", config=config) if message.catalog]
        self.raise_errors()
        return {stream["name"]: stream for catalog in catalogs for stream in catalog["streams"]}

    def read(
        self, config: Mapping[str, Any], catalog: Mapping[str, Any], state: list[Mapping[str, Any]]
    ) -> Iterator[Message]:
        """Yields the messages of a sync. Call `raise_errors` after the last one."""
        return self._run("read", config=config, catalog=catalog, state=state)

    def raise_errors(self) -> None:
        """Raises StoppedError or ConnectorError if the last command did not finish, or could not read everything."""
        if self._stopped:
            raise StoppedError("stopped by SIGTERM.")
        code = self._process.returncode if self._process else 0
        if self._failures:
            is_config = all(failure.failure_type == "config_error" for failure in self._failures)
            words = dict.fromkeys(failure.message for failure in self._failures)
            # The last message repeats those of the streams, unless there is only one.
            told = [each for each in words if not any(each in other for other in words if other != each)]
            raise ConnectorError(" ".join(told), is_config=is_config)
        if code < 0:
            raise ConnectorError(f"the connector was ended by {signal.Signals(-code).name}. Did it run out of memory?")
        if code:
            raise ConnectorError(f"the connector ended with exit code {code}.")

    def _run(self, verb: str, **files: Any) -> Iterator[Message]:
        if self._stopped:
            raise StoppedError("stopped by SIGTERM.")
        with ExitStack() as opened:
            numbers = {option: _in_memory(opened, option, content) for option, content in files.items()}
            options = [word for option, number in numbers.items() for word in (f"--{option}", f"/dev/fd/{number}")]
            # The connector does not need the password of the database.
            environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
            self._process = process = subprocess.Popen(
                [*COMMAND, verb, *options], stdout=subprocess.PIPE, env=environment, pass_fds=[*numbers.values()]
            )
        if self._stopped:  # after the check above
            process.terminate()
        assert process.stdout is not None  # noqa: S101  # for mypy
        with process.stdout as lines:
            yield from self._messages(lines)
        process.wait()

    def _messages(self, lines: Any) -> Iterator[Message]:
        for line in lines:
            if not line.endswith(b"\n"):  # the connector was killed while it wrote
                return
            message = self._decoder.decode(line)
            if message.trace and message.trace.error:
                self._failures.append(message.trace.error)
            yield message


def _in_memory(opened: ExitStack, name: str, content: Any) -> int:
    """A file in memory, in no directory: the secrets in it disappear with the processes, in whatever way they end."""
    file = opened.enter_context(os.fdopen(os.memfd_create(name), "wb"))
    file.write(json.dumps(content).encode())
    file.flush()
    return file.fileno()
