"""What the CDK logs that would mislead or frighten a user, taken out of the log."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from airbyte_cdk import AirbyteMessage, AirbyteTracedException, FailureType

MISLEADING = (
    # The factory can't look into a custom error handler and warns once per report stream that windows may never be
    # split; `TiktokErrorHandler` splits them, and a test shows it.
    "defines `request_window_splitting` but no response filter",
    # Three kilobytes of URL, headers and body for every refused request. The error trace that follows says it in a
    # sentence and carries the rest as its internal message.
    "'GET' request to ",
)


class PlainWords(logging.Filter):
    """Drops lines that are untrue here or say less than the error that follows, and explained errors' stack traces."""

    def filter(self, record: logging.LogRecord) -> bool:
        """False for a line that should not be logged."""
        if record.exc_info and isinstance(record.exc_info[1], AirbyteTracedException):
            record.exc_info = record.exc_text = None
        return not any(words in str(record.msg) for words in MISLEADING)


PLAIN_WORDS = PlainWords()


def speak_plainly(source_name: str, stream_names: Iterable[str]) -> None:
    """Puts the filter on the CDK's loggers that speak about this source and its streams. Safe to call twice."""
    names = ["model_to_component_factory", source_name, *(f"HttpRequester.{stream}" for stream in stream_names)]
    for name in names:
        logging.getLogger(f"airbyte.{name}").addFilter(PLAIN_WORDS)


def without_stack_trace(message: AirbyteMessage) -> AirbyteMessage:
    """The same message; a trace that tells the user what to do or to wait loses its stack trace."""
    error = message.trace.error if message.trace else None
    if error and error.failure_type is not FailureType.system_error:
        error.stack_trace = None
    return message
