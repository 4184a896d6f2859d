"""The command: `source-tiktok-marketing spec | check | discover | read`."""

from __future__ import annotations

import gc
import logging
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout, suppress
from io import TextIOWrapper
from locale import getencoding
from typing import Any, NoReturn, TextIO, cast

from airbyte_cdk import (
    AirbyteEntrypoint,
    AirbyteMessage,
    AirbyteTracedException,
    ConnectorSpecification,
)
from airbyte_cdk.logger import PRINT_BUFFER, init_logger
from airbyte_cdk.sources.connector_state_manager import HashableStreamDescriptor
from airbyte_cdk.utils.airbyte_secrets_utils import get_secrets, update_secrets

from source_tiktok_marketing.errors import ConfigError, OutputError, StoppedError
from source_tiktok_marketing.incremental.page_messages import PageMessage
from source_tiktok_marketing.logs import drop_stack_trace, hide
from source_tiktok_marketing.shutdown import Shutdown, end_at_once, end_without_reader, watch_reader
from source_tiktok_marketing.source import SourceTiktokMarketing
from source_tiktok_marketing.text import make_plain

# The names of exceptions, which parsers put before what is wrong.
PYTHON_WORDS = re.compile(r"\b\w*(Error|Exception): ")
Counts = defaultdict[HashableStreamDescriptor, float]


class Entrypoint(AirbyteEntrypoint):
    """The CDK's command line. It names every mistake in a configuration at once, by field."""

    @staticmethod
    def set_up_secret_filter(config: Any, connection_specification: Mapping[str, Any]) -> None:
        """Hides the secrets of `config`. The CDK would also black out parts of words where a secret is short."""
        update_secrets([])
        for secret in get_secrets(connection_specification, config):
            hide(str(secret))

    @staticmethod
    def validate_connection(source_spec: ConnectorSpecification, config: Any) -> None:
        """Does nothing: the CDK would name one mistake without its field; the source names them all, with theirs."""

    def __init__(self, source: SourceTiktokMarketing, shutdown: Shutdown | None = None) -> None:
        super().__init__(source)
        self._shutdown = shutdown or Shutdown()

    def read(self, *arguments: Any) -> Iterable[AirbyteMessage]:
        """The messages of a sync. Pages of records are lines already: this writes them itself.

        Raises StoppedError after the last message of a sync that was cancelled.
        """
        source = cast("SourceTiktokMarketing", self.source)
        source.writes_pages = True
        self._shutdown.read_with(source.emit_states, source.emit)
        for message in super().read(*arguments):
            if isinstance(message, PageMessage):
                _write_lines(message.take().text)
                continue
            yield message
            if message is self._shutdown.last:
                raise StoppedError

    @staticmethod
    def handle_record_counts(message: AirbyteMessage, stream_message_count: Counts) -> AirbyteMessage:
        """Counts records for the state messages, those of a page together."""
        if isinstance(message, PageMessage):
            stream = HashableStreamDescriptor(name=message.lines.stream, namespace=None)
            stream_message_count[stream] += float(message.lines.count)
            return message
        return AirbyteEntrypoint.handle_record_counts(message, stream_message_count)


def _write_lines(lines: bytes) -> None:
    """Writes whole lines to stdout. Past the CDK's buffer they stay bytes."""
    if sys.stdout is not PRINT_BUFFER:
        _write(lines.decode())
        return
    with PRINT_BUFFER.lock, _raise_output_errors():  # other threads log through it
        PRINT_BUFFER.flush()
        output = cast("TextIO", sys.__stdout__).buffer
        output.write(lines)
        output.flush()


def _write(text: str) -> None:
    """Writes text to stdout. Raises OutputError if stdout can't be written to any more."""
    with _raise_output_errors():
        sys.stdout.write(text)
        if sys.stdout is not PRINT_BUFFER:
            sys.stdout.flush()


@contextmanager
def _raise_output_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(error.strerror or str(error)) from error


def build(arguments: list[str]) -> SourceTiktokMarketing:
    """The source for one command line. Raises a config_error if one of its files can't be read."""
    files = {
        "config": (AirbyteEntrypoint.extract_config(arguments), SourceTiktokMarketing.read_config),
        "catalog": (AirbyteEntrypoint.extract_catalog(arguments), SourceTiktokMarketing.read_catalog),
        "state": (AirbyteEntrypoint.extract_state(arguments), SourceTiktokMarketing.read_state),
    }
    read: dict[str, Any] = {}
    for option, (path, reader) in files.items():
        try:
            read[option] = reader(path) if path else None
        except Exception as error:  # the readers raise whatever their parsers do
            why = make_plain(PYTHON_WORDS.sub("", str(error)))
            raise ConfigError(
                message=f"--{option} {path} can't be read: {why or 'it is empty or no JSON'}",
                internal_message=f"{type(error).__name__} in {option}",
            ) from error
    return SourceTiktokMarketing(read["catalog"], read["config"], read["state"])


def main(arguments: list[str] | None = None) -> None:
    """Runs one command and prints its messages. If it fails, it ends with exit code 1 and one error trace.

    Without `arguments` it runs as the process itself: it handles the signals, and exits if stdout can't be written to.
    """
    shutdown = Shutdown()
    try:
        if arguments is None:
            _prepare_process(shutdown)
        _run(sys.argv[1:] if arguments is None else arguments, shutdown)
    except StoppedError:
        end_at_once(shutdown.code)
    except OutputError as error:
        end_without_reader(str(error))


def _prepare_process(shutdown: Shutdown) -> None:
    """Prepares the process: UTF-8 whatever the locale, the handlers of signals, the watch on the reader of stdout.

    The CDK opens the manifest in the encoding of the locale, which can only be changed when Python starts.
    """
    if getencoding().lower() != "utf-8" and not sys.flags.utf8_mode:
        os.execv(sys.executable, [sys.executable, "-X", "utf8", "-m", "source_tiktok_marketing", *sys.argv[1:]])  # noqa: S606
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    logging.raiseExceptions = False  # the next message ends the process anyway
    shutdown.install()
    watch_reader()


def _run(arguments: list[str], shutdown: Shutdown) -> None:
    init_logger("airbyte")
    if arguments[:1] == ["discover"]:  # it keeps all it makes; collecting garbage took an eighth of its time
        gc.disable()
    parsed = AirbyteEntrypoint.parse_args(arguments)
    if not parsed.command:
        _tell_usage()
    try:
        entrypoint = Entrypoint(build(arguments), shutdown)
        with _buffer_output():  # stdout for messages and log lines alike, so that neither cuts into the other
            for message in entrypoint.run(parsed):
                _write(f"{message}\n")
    except AirbyteTracedException as error:
        trace = drop_stack_trace(error.as_sanitized_airbyte_message())
        _write(f"{AirbyteEntrypoint.airbyte_message_to_string(trace)}\n")
        sys.exit(1)


def _tell_usage() -> NoReturn:
    with redirect_stdout(sys.stderr), suppress(SystemExit):
        AirbyteEntrypoint.parse_args(["--help"])
    sys.exit(2)


@contextmanager
def _buffer_output() -> Iterator[None]:
    """Puts the CDK's buffer in the place of stdout, and flushes it at the end if that is still possible."""
    PRINT_BUFFER.__enter__()
    try:
        yield
    finally:
        with _raise_output_errors():
            PRINT_BUFFER.__exit__(None, None, None)


if __name__ == "__main__":
    main()
