"""Everything this connector raises, in one tree.

AirbyteTracedException              the CDK's: a message for the user, one for us, and a failure type
├── ConfigError                     the user can fix it
├── TransientError                  a temporary failure: the next sync tries again
│   └── AnswerCutError              an answer about the newest ads only; asked for again in parts, if possible
├── DefectError                     a fault of this connector or of TikTok, to be reported
│   └── NothingToMeasureError       TikTok refuses every metric of a report
├── PartialReadError                one of many things could not be read; the others were
└── RefusedRequestError             TikTok refuses a part of a request; sent again without that part

requests.RequestException
└── AnswerTooLargeError             an answer that does not end; asked for again

ValueError
├── UnknownWordError                a misspelt word in the manifest
└── UnfinishedRowError              a row of the manifest that lacks something

Exception                           never reaches a user
├── RefusedError                    a code the caller handles: the token lacks a permission
├── NothingToAskError               nothing is left of a request; it is not sent
├── UnfitPageError                  a page that only the slow, tolerant reader can read
├── BrokenOffError                  a file that was cut; downloaded again
├── StoppedError                    the command was cancelled
└── OutputError                     nobody reads what the command writes
"""

from __future__ import annotations

from collections.abc import Iterable

import requests
from airbyte_cdk import AirbyteTracedException, FailureType


class ConfigError(AirbyteTracedException):
    """Something the user can fix: a mistake in the configuration, a permission, a catalog or a state."""

    def __init__(self, message: str, internal_message: str) -> None:
        super().__init__(internal_message, message, FailureType.config_error)


class TransientError(AirbyteTracedException):
    """A temporary failure: the next sync asks again for what could not be read."""

    def __init__(self, message: str, internal_message: str) -> None:
        super().__init__(internal_message, message, FailureType.transient_error)


class AnswerCutError(TransientError):
    """TikTok answered for the newest 20,000 ads only. If the report can be divided, it is asked for in parts."""


class DefectError(AirbyteTracedException):
    """Something that neither the user nor time can fix. The message asks the user to report it."""

    def __init__(self, message: str, internal_message: str) -> None:
        super().__init__(internal_message, message, FailureType.system_error)


class NothingToMeasureError(DefectError):
    """TikTok refuses every metric of a report: without a metric no row can be asked for."""

    def __init__(self) -> None:
        told = "TikTok refuses every metric of this report. Please report it with the messages before."
        super().__init__(told, "no metric is left")


class PartialReadError(AirbyteTracedException):
    """One of many things could not be read. It is raised after all the others were read."""


class RefusedRequestError(AirbyteTracedException):
    """TikTok refused a request because of something in it.

    `response` is its answer, `reason` its own words. `told` says what happened, `remedy` what to do.
    """

    def __init__(
        self, response: requests.Response, reason: str, told: str, remedy: str, failure_type: FailureType
    ) -> None:
        super().__init__(f"{told} {remedy}", f"{told} {remedy}", failure_type)
        self.response = response
        self.reason = reason
        self.told = told
        self.remedy = remedy

    def replace_remedy(self, remedy: str, failure_type: FailureType) -> RefusedRequestError:
        """The same refusal with another remedy."""
        return RefusedRequestError(self.response, self.reason, self.told, remedy, failure_type)


class AnswerTooLargeError(requests.RequestException):
    """An answer has more bytes than any page of TikTok's. The rest of it is not read."""


class UnknownWordError(ValueError):
    """A row of the manifest uses a word that no type of row has: most likely a misspelt one."""

    def __init__(self, where: str, word: str, known: Iterable[str]) -> None:
        super().__init__(
            f"manifest.yaml, {where}: {word!r} is not a word of its table. Use {', '.join(sorted(known))}."
        )


class UnfinishedRowError(ValueError):
    """A row of the manifest lacks something that it needs."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"manifest.yaml, {where}: {what}")


class RefusedError(Exception):
    """TikTok answered with a code that the caller chose to handle itself.

    `scope` is the permission that the token lacks, or empty. With `is_not_granted` the app may not use the endpoint
    at all.
    """

    def __init__(self, code: int, words: str, scope: str, *, is_not_granted: bool) -> None:
        super().__init__(f"{words} (code {code})")
        self.code = code
        self.words = words
        self.scope = scope
        self.is_not_granted = is_not_granted


class NothingToAskError(Exception):
    """Nothing is left of a request without what TikTok refuses, so that it is not sent."""


class UnfitPageError(Exception):
    """A value is not of its column's type, so that the slow, tolerant reader has to read the page."""


class BrokenOffError(Exception):
    """A line of a CSV has more or fewer values than there are headings."""


class StoppedError(Exception):
    """The command was cancelled, and has written everything it had to."""


class OutputError(Exception):
    """Stdout can't be written to any more: its reader has gone away, or the disk is full."""
