"""What the CDK says that would mislead or frighten a user, said in plain words or not at all."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from airbyte_cdk import AirbyteMessage, AirbyteTracedException, FailureType
from airbyte_cdk.utils.airbyte_secrets_utils import add_to_secrets

from source_tiktok_marketing.config.form import numbered
from source_tiktok_marketing.incremental.page_messages import IN_PAGES
from source_tiktok_marketing.text import plain

MISLEADING = (
    # The factory can't look into a custom error handler and warns once per report stream that windows may never be
    # split; `TiktokErrorHandler` splits them, and a test shows it.
    "defines `request_window_splitting` but no response filter",
    # Three kilobytes of URL, headers and body for every refused request. The error trace that follows says it in a
    # sentence and carries the rest as its internal message.
    "'GET' request to ",
    "'POST' request to ",
    # All refusals again, with their URLs and answers; the error that ends the sync says it in sentences.
    "During the sync, the following streams did not sync successfully",
    # `Patience` tells each wait once, with its reason, and how it ended; these call every wait a rate limit.
    "UserDefinedBackoffException: ",
    "Max retry limit reached after",
    "Retries exhausted with backoff exception",
    # The CDK's own bookkeeping of report tasks, with threads and object addresses.
    "JobOrchestrator loop",
    "The following jobs for stream slice",
    # The trace of the refusal says it.
    "Exception has occurred during job creation",
    "Could not start job for slice",
)


# The CDK's last word on a stream. A page of records is one message to it.
COUNTED = re.compile(r"Read (\d+) records from (.+) stream")
# Its words on a report task that could not be asked about, and on all that came to nothing.
TASK_TROUBLE = re.compile(r"Caught exception that stops the processing of the jobs: (.+?)\. Traceback: ", re.DOTALL)
TASKS_FAILED = ("One or more async jobs failed", "Async job failed")
ACCOUNT_OF_A_TASK = re.compile(r"""'advertiser_id': ["'](\d+)|report/task/\w+/', '(\d+)""")
SHORTEST_SECRET = 6
# What stands around a value in addresses, JSON and Python.
AROUND = (("=", "&"), ("=", " "), ('"', '"'), ("'", "'"))
SECRETS = {"credentials": ("access_token", "secret"), "organic": ("client_secret", "access_token", "refresh_token")}
# A stream may fail for thousands of ad accounts: the closing word repeats the first reasons only.
REASONS_REPEATED = 20
LONGEST_INTERNAL, LONGEST_LINE = 8_000, 500


class PlainWords(logging.Filter):
    """Drops lines that are untrue here, and those that say less, at length, than the error trace that follows."""

    def filter(self, record: logging.LogRecord) -> bool:
        """False for a line that should not be logged."""
        if counted := COUNTED.match(str(record.msg)):
            record.msg = f"Read {int(counted[1]) + IN_PAGES.pop(counted[2], 0)} records from {counted[2]} stream"
        if trouble := TASK_TROUBLE.match(str(record.msg)):
            record.msg = f"A report task could not be asked about: {trouble[1]}."
        explained = record.exc_info and isinstance(record.exc_info[1], AirbyteTracedException)
        return not (explained or any(words in str(record.msg) for words in MISLEADING))


PLAIN_WORDS = PlainWords()


def speak_plainly(source_name: str, stream_names: Iterable[str]) -> None:
    """Puts the filter on the CDK's loggers that speak about this source and its streams. Safe to call twice."""
    requesters = (f"airbyte.HttpRequester.{stream}" for stream in stream_names)
    for name in ("airbyte", "airbyte.model_to_component_factory", f"airbyte.{source_name}", *requesters):
        logging.getLogger(name).addFilter(PLAIN_WORDS)


def hide_secrets(config: Mapping[str, Any]) -> None:
    """Has the CDK black out the secrets of a configuration in whichever way they may be written.

    By itself it knows them as they stand where the form has them: neither percent-encoded as in an address, nor
    escaped, nor where early configurations of the official connector keep them.
    """
    for block, names in SECRETS.items():
        written = config.get(block)
        held: Mapping[str, Any] = written if isinstance(written, Mapping) else {}
        for name in names:
            hide(str(held.get(name) or ""))


def hide(secret: str) -> None:
    """Has the CDK black out one secret."""
    if len(secret) < SHORTEST_SECRET:  # words are made of such: it is hidden where it stands as a value
        for before, after in AROUND if secret else ():
            add_to_secrets(f"{before}{secret}{after}")
        return
    escaped = json.dumps(secret)[1:-1], repr(secret)[1:-1], quote(secret), quote(secret, safe=""), quote_plus(secret)
    for written in dict.fromkeys((secret, *escaped)):
        add_to_secrets(written)


def is_bookkeeping(message: AirbyteMessage) -> bool:
    """Whether a message is the CDK's note of a slice, meant for its connector builder."""
    return bool(message.log and message.log.message.startswith("slice:"))


def drop_stack_trace(message: AirbyteMessage) -> AirbyteMessage:
    """The same message; a trace that tells the user what to do or to wait loses its stack trace.

    The internal message quotes TikTok's answer: it keeps to a line and to a length, and so does a stack trace.
    """
    error = message.trace.error if message.trace else None
    if error and str(error.message).startswith(TASKS_FAILED):
        found = ACCOUNT_OF_A_TASK.findall(error.internal_message or "")
        accounts = ", ".join(dict.fromkeys(one or other for one, other in found))
        error.message = (
            f"TikTok did not make the large report{f' of ad account {accounts}' if accounts else ''}, though asked "
            "more than once. The next sync asks for it again; if it stays so, take `large` out of the custom report."
        )
        error.failure_type = FailureType.transient_error
    if error and error.failure_type is not FailureType.system_error:
        error.stack_trace = None
    if error and error.stack_trace:  # it repeats what TikTok wrote
        lines = (line[:LONGEST_LINE] for line in error.stack_trace.splitlines())
        error.stack_trace = "\n".join(lines)[-LONGEST_INTERNAL:]
    if error and error.internal_message:
        error.internal_message = plain(error.internal_message, LONGEST_INTERNAL)
    return message


class Reasons:
    """Why streams stayed incomplete: each reason once per stream, and all of them in the closing word.

    The CDK tells the same refusal for every window of an ad account, and closes with the internal messages of all.
    """

    def __init__(self) -> None:
        self._of_stream: dict[str, list[str]] = {}

    def is_new(self, message: AirbyteMessage) -> bool:
        """Whether `message` tells something that was not told before."""
        error = message.trace.error if message.trace else None
        if error is None:
            return True
        stream = error.stream_descriptor.name if error.stream_descriptor else ""
        told = self._of_stream.setdefault(stream, [])
        if error.message in told:
            return False
        told.append(str(error.message))
        return True

    def closing(self, error: AirbyteTracedException) -> AirbyteTracedException:
        """The error a sync ends with: which streams are incomplete, and why. Every other stream was read."""
        if not self._of_stream:  # nothing was read yet: the error speaks for itself
            return error
        told = [f"{stream}: {reason}" if stream else reason
                for stream, reasons in self._of_stream.items() for reason in _shorten(reasons)]  # fmt: skip
        return AirbyteTracedException(
            message=f"Not everything was read; what is not named here is complete:\n{numbered(told)}",
            internal_message=plain(error.internal_message, LONGEST_INTERNAL),
            failure_type=error.failure_type,
        )


def _shorten(reasons: list[str]) -> list[str]:
    more = len(reasons) - REASONS_REPEATED
    return [*reasons[:REASONS_REPEATED], *([f"{more} more reasons, named above."] if more > 0 else [])]
