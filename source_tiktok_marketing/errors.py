"""Everything this connector raises, in one tree.

AirbyteTracedException              the CDK's: a sentence for the user, another for us, and whose failure it is
├── ConfigError                     the user can mend it
├── TransientError                  the next sync reads it
│   └── AnswerCutError              an answer about the newest ads alone; asked for in parts where it can be
├── DefectError                     this connector or TikTok is at fault: please report it
│   └── NothingToMeasureError       TikTok refuses every metric of a report
├── PartError                       one of many things could not be read; the others were
└── RefusedRequestError             TikTok refuses what a request asks for; asked again without it

requests.RequestException
└── AnswerTooLargeError             an answer that does not end; asked again

ValueError
├── UnknownWordError                a misspelt word in the manifest
└── UnfinishedRowError              a row of the manifest that lacks something

Exception                           seen by no user
├── RefusedError                    a code the caller decides about: a permission the token lacks
├── NothingToAskError               what is left out is the whole question; not asked
├── UnfitPageError                  a page for the slow and tolerant reader
├── BrokenOffError                  a file that was cut; downloaded again
├── StoppedError                    the command was cancelled
└── OutputError                     nobody reads what the command writes
"""

from __future__ import annotations

from collections.abc import Iterable

import requests
from airbyte_cdk import AirbyteTracedException, FailureType


class ConfigError(AirbyteTracedException):
    """Something the user can mend: a mistake in the configuration, a permission, a catalog or a state."""

    def __init__(self, message: str, internal_message: str) -> None:
        super().__init__(internal_message, message, FailureType.config_error)


class TransientError(AirbyteTracedException):
    """Something that passes: what could not be read is asked for again by the next sync."""

    def __init__(self, message: str, internal_message: str) -> None:
        super().__init__(internal_message, message, FailureType.transient_error)


class AnswerCutError(TransientError):
    """TikTok answered for the newest 20,000 ads only. What can be divided is asked for in parts instead."""


class DefectError(AirbyteTracedException):
    """Something that neither the user nor time mends: he is asked to report it."""

    def __init__(self, message: str, internal_message: str) -> None:
        super().__init__(internal_message, message, FailureType.system_error)


class NothingToMeasureError(DefectError):
    """Every metric is left out: nobody knows what rows there are."""

    def __init__(self) -> None:
        told = "TikTok refuses every metric of this report. Please report it with the messages before."
        super().__init__(told, "no metric is left")


class PartError(AirbyteTracedException):
    """One of many things could not be read; the others are, before this is told."""


class RefusedRequestError(AirbyteTracedException):
    """TikTok refused a request because of what it asks for: `response` is its answer, `reason` are its own words.

    `told` says what happened, `remedy` what to do.
    """

    def __init__(
        self, response: requests.Response, reason: str, told: str, remedy: str, failure_type: FailureType
    ) -> None:
        super().__init__(f"{told} {remedy}", f"{told} {remedy}", failure_type)
        self.response = response
        self.reason = reason
        self.told = told
        self.remedy = remedy

    def with_remedy(self, remedy: str, failure_type: FailureType) -> RefusedRequestError:
        """The same refusal with something else to do about it."""
        return RefusedRequestError(self.response, self.reason, self.told, remedy, failure_type)


class AnswerTooLargeError(requests.RequestException):
    """An answer has more bytes than any page of TikTok's; what follows is not read."""


class UnknownWordError(ValueError):
    """A row of the manifest uses a word that no kind of row has: most likely a misspelt one."""

    def __init__(self, where: str, word: str, known: Iterable[str]) -> None:
        super().__init__(
            f"manifest.yaml, {where}: {word!r} is not a word of its table. Use {', '.join(sorted(known))}."
        )


class UnfinishedRowError(ValueError):
    """A row of the manifest lacks something that it needs."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"manifest.yaml, {where}: {what}")


class RefusedError(Exception):
    """TikTok answered with a code that the caller decides about.

    `scope` is what the token lacks, where that is known. `is_not_granted`: the app may not use the endpoint at all.
    """

    def __init__(self, code: int, words: str, scope: str = "", *, is_not_granted: bool = False) -> None:
        super().__init__(f"{words} (code {code})")
        self.code = code
        self.words = words
        self.scope = scope
        self.is_not_granted = is_not_granted


class NothingToAskError(Exception):
    """What is left out is what the whole question is about."""


class UnfitPageError(Exception):
    """A value is not of its column's type: the page goes the slow and tolerant way."""


class BrokenOffError(Exception):
    """A line of a CSV has not as many values as its headings."""


class StoppedError(Exception):
    """The command has been cancelled, and everything that had to be written is written."""


class OutputError(Exception):
    """Nothing can be written to stdout any more: its reader has gone away, or the disk is full."""
