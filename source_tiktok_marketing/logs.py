"""Log lines of the CDK that would mislead or frighten a user: they are dropped, or said in plain words."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from airbyte_cdk import AirbyteMessage, AirbyteTracedException, FailureType
from airbyte_cdk.utils.airbyte_secrets_utils import add_to_secrets

from source_tiktok_marketing.config.form import number_sentences
from source_tiktok_marketing.incremental.page_messages import IN_PAGES
from source_tiktok_marketing.text import make_plain

MISLEADING = (
    # The CDK can't look into a custom error handler, and warns once per report stream that windows may never be split.
    # `TiktokErrorHandler` splits them.
    "defines `request_window_splitting` but no response filter",
    # Three kilobytes of URL, headers and body for every refused request. The error trace that follows says the same in
    # a sentence, and has the rest in its internal message.
    "'GET' request to ",
    "'POST' request to ",
    # All refusals once more, with their URLs and answers. The error that ends the sync repeats them in sentences.
    "During the sync, the following streams did not sync successfully",
    # These call every wait a rate limit. `Patience` logs each wait once, with its reason.
    "UserDefinedBackoffException: ",
    "Max retry limit reached after",
    "Retries exhausted with backoff exception",
    # The CDK's own bookkeeping of report tasks, with threads and object addresses.
    "JobOrchestrator loop",
    "The following jobs for stream slice",
    # The error trace of the refusal says the same.
    "Exception has occurred during job creation",
    "Could not start job for slice",
)


# The CDK's count at the end of a stream, which takes a page of records for one record.
COUNTED = re.compile(r"Read (\d+) records from (.+) stream")
# What it says if the status of a report task could not be read, and if tasks have failed.
TASK_TROUBLE = re.compile(r"Caught exception that stops the processing of the jobs: (.+?)\. Traceback: ", re.DOTALL)
TASKS_FAILED = ("One or more async jobs failed", "Async job failed")
ACCOUNT_OF_A_TASK = re.compile(r"""'advertiser_id': ["'](\d+)|report/task/\w+/', '(\d+)""")
SHORTEST_SECRET = 6
# The characters around a value in addresses, JSON and Python.
AROUND = (("=", "&"), ("=", " "), ('"', '"'), ("'", "'"))
SECRETS = {"credentials": ("access_token", "secret"), "organic": ("client_secret", "access_token", "refresh_token")}
# A stream may fail for thousands of ad accounts: the closing error repeats the first reasons only.
REASONS_REPEATED = 20
LONGEST_INTERNAL, LONGEST_LINE = 8_000, 500


class PlainWords(logging.Filter):
    """Drops lines that are untrue here, and long ones that say less than the error trace that follows them."""

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
    """Puts the filter on the CDK's loggers for this source and its streams. It may be called twice."""
    requesters = (f"airbyte.HttpRequester.{stream}" for stream in stream_names)
    for name in ("airbyte", "airbyte.model_to_component_factory", f"airbyte.{source_name}", *requesters):
        logging.getLogger(name).addFilter(PLAIN_WORDS)


def hide_secrets(config: Mapping[str, Any]) -> None:
    """Makes the CDK black out the secrets of a configuration, in every way they may be written.

    By itself the CDK only knows the fields of the form, and each secret as it stands there. It misses one that is
    percent-encoded in an address, one that is escaped, and the fields of the official connector's early configurations.
    """
    for block, names in SECRETS.items():
        written = config.get(block)
        held: Mapping[str, Any] = written if isinstance(written, Mapping) else {}
        for name in names:
            hide(str(held.get(name) or ""))


def hide(secret: str) -> None:
    """Makes the CDK black out one secret."""
    if len(secret) < SHORTEST_SECRET:  # it may be a part of many words: it is only hidden where it is a whole value
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
    """The same message. An error that tells the user what to do, or to wait, loses its stack trace.

    The internal message quotes TikTok's answer, so it is cut to one line and a length. A stack trace is cut too.
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
        error.internal_message = make_plain(error.internal_message, LONGEST_INTERNAL)
    return message


class Reasons:
    """Why streams stayed incomplete: each reason once per stream, and all of them in the closing error.

    The CDK repeats a refusal for every window of an ad account, and its closing error lists all internal messages.
    """

    def __init__(self) -> None:
        self._of_stream: dict[str, list[str]] = {}

    def is_new(self, message: AirbyteMessage) -> bool:
        """Whether a message is no repetition of an earlier error."""
        error = message.trace.error if message.trace else None
        if error is None:
            return True
        stream = error.stream_descriptor.name if error.stream_descriptor else ""
        told = self._of_stream.setdefault(stream, [])
        if error.message in told:
            return False
        told.append(str(error.message))
        return True

    def make_closing_error(self, error: AirbyteTracedException) -> AirbyteTracedException:
        """The error a sync ends with: which streams are incomplete, and why. Every other stream was read."""
        if not self._of_stream:  # nothing was read yet: the error speaks for itself
            return error
        told = [f"{stream}: {reason}" if stream else reason
                for stream, reasons in self._of_stream.items() for reason in _shorten(reasons)]  # fmt: skip
        return AirbyteTracedException(
            message=f"Not everything was read; what is not named here is complete:\n{number_sentences(told)}",
            internal_message=make_plain(error.internal_message, LONGEST_INTERNAL),
            failure_type=error.failure_type,
        )


def _shorten(reasons: list[str]) -> list[str]:
    more = len(reasons) - REASONS_REPEATED
    return [*reasons[:REASONS_REPEATED], *([f"{more} more reasons, named above."] if more > 0 else [])]
