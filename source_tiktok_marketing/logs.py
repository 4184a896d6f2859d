"""What the CDK logs that would mislead or frighten a user, taken out of the log."""

from __future__ import annotations

import logging

from airbyte_cdk import AirbyteTracedException
from airbyte_cdk.models import AirbyteMessage, FailureType

# The factory can't look into a custom error handler and warns once per report stream that windows may never be
# split; `TiktokErrorHandler` splits them, and a test shows it.
MISLEADING = "defines `request_window_splitting` but no response filter"


class PlainWords(logging.Filter):
    """Drops a warning that is untrue here, and stack traces of errors that are explained in words."""

    def filter(self, record: logging.LogRecord) -> bool:
        """False for a line that should not be logged."""
        if record.exc_info and isinstance(record.exc_info[1], AirbyteTracedException):
            record.exc_info = record.exc_text = None
        return MISLEADING not in str(record.msg)


def speak_plainly() -> None:
    """Adds the filter to every handler of the root logger, once."""
    for handler in logging.getLogger().handlers:
        if not any(isinstance(known, PlainWords) for known in handler.filters):
            handler.addFilter(PlainWords())


def without_stack_trace(message: AirbyteMessage) -> AirbyteMessage:
    """The same message; a trace that tells the user what to do or to wait loses its stack trace."""
    error = message.trace.error if message.trace else None
    if error and error.failure_type is not FailureType.system_error:
        error.stack_trace = None
    return message
