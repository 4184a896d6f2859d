"""Decides what an answer means: go on, wait, try again, ask for less, or stop with an error a user can act on."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any
from weakref import WeakKeyDictionary

import requests
from airbyte_cdk import FailureType
from airbyte_cdk.sources.declarative.requesters.error_handlers import DefaultErrorHandler
from airbyte_cdk.sources.streams.http.error_handlers.response_models import ErrorResolution, ResponseAction

from source_tiktok_marketing.config.organic import ORGANIC_OWNERS
from source_tiktok_marketing.config.sign_in import is_sandbox
from source_tiktok_marketing.errors import RefusedRequestError
from source_tiktok_marketing.requesters.doubtful_answers import Doubts
from source_tiktok_marketing.requesters.error_table import NO_ROW, ErrorTable
from source_tiktok_marketing.requesters.left_out import LeftOut, read_reason
from source_tiktok_marketing.requesters.page_decoder import get_codec
from source_tiktok_marketing.requesters.rate_limiter import Budget
from source_tiktok_marketing.requesters.responses import Answer, Outcome, locate, read_answer
from source_tiktok_marketing.requesters.retry import (
    EVERYWHERE,
    OUTAGE_WAITS,
    QUOTA_WAITS,
    Patience,
    TiktokBackoff,
    Trouble,
)
from source_tiktok_marketing.requesters.transport import explain_silence
from source_tiktok_marketing.requesters.validation import REPORT, find_flaw
from source_tiktok_marketing.schema.accounts import AccountColumns
from source_tiktok_marketing.schema.casting import OddValues
from source_tiktok_marketing.text import quote_tiktok

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")

TRANSIENT = FailureType.transient_error
# How often a report is asked for before its window is halved.
TRIES_OF_A_WINDOW = 4


@dataclass
class TiktokErrorHandler(DefaultErrorHandler):
    """Decides by the `code` in TikTok's body what to do next.

    TikTok answers nearly everything with HTTP 200 and says in the body whether it worked. `answers` is a table in the
    manifest, given to one handler for all, that says what to do for each code. The first row with the code, or with a
    range around it, counts. A code without a row stops the stream with TikTok's own words. A row marked `for_all` stops
    the whole sync; but a TikTok account has a token of its own, whose errors stop nothing else.

    The caller handles some codes itself: those in `ignored`; those in `skipped_on`, of a request that nobody has
    confirmed; and those in `partial`, once asking again was in vain, as the caller can ask for less.

    A body without an envelope (an outage's HTML, a page cut short), or whose data can't be right (`find_flaw`), is
    asked for again, whatever its status. `takes_text` is for downloads, whose body is no envelope. `statuses` are those
    that a task may have. Without `gives_rows` the answer becomes no row: what is odd or missing in it is not told.

    A code of a row with `leave_out` is raised as a RefusedRequestError, so that a `LenientRequester` can ask for less.
    If its words name nothing in the request, it may pass: the request is sent again first, `tries` times in all.
    """

    answers: list[Mapping[str, Any]] = field(default_factory=list)
    ignored: list[int] = field(default_factory=list)
    partial: list[int] = field(default_factory=list)
    stream: str = ""
    takes_text: bool = False
    gives_rows: bool = True
    of: str = ""
    skipped_on: list[int] = field(default_factory=list)
    statuses: Mapping[str, list[str]] = field(default_factory=dict)
    # `Patience` decides when to give up; the CDK's own limits are too high to be reached.
    max_retries: int | None = 10_000
    max_time: int = 10_000_000

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        super().__post_init__(parameters)
        self._patience, self._table = Patience.of(self.config), ErrorTable.of(self.config)
        self._table.rows = self.answers or self._table.rows
        self._left_out, self._odd_values = LeftOut.of(self.config), OddValues.of(self.config)
        self._is_apart, self._statuses = self.of in ORGANIC_OWNERS, [*chain.from_iterable(self.statuses.values())]
        self._accounts = AccountColumns.of(self.config)
        self._codec = get_codec(parameters, self._accounts) if parameters.get("bulk") else None
        self._doubts = Doubts(self.partial, self._patience)
        self._tries: WeakKeyDictionary[requests.PreparedRequest, int] = WeakKeyDictionary()
        self.backoff_strategies = [TiktokBackoff(self._patience, self._describe_trouble)]

    @property
    def _budget(self) -> Budget:
        """The budget. The authenticator makes it with the limits of endpoints, and may be built after this."""
        return Budget.of(self.config)

    def interpret_response(self, response_or_exception: Outcome) -> ErrorResolution:
        """What to do with one answer, and the sentence for the user."""
        is_throttled = False
        try:
            found = self._judge(response_or_exception)
            is_throttled = found.response_action is ResponseAction.RATE_LIMITED
        finally:
            if not is_throttled:
                self._patience.end_probe()
        if isinstance(response_or_exception, requests.Response):
            self._note(read_answer(response_or_exception), found)
        return found

    def _judge(self, outcome: Outcome) -> ErrorResolution:
        if not isinstance(outcome, requests.Response):
            return _ask_again(f"No answer came from TikTok: {explain_silence(outcome)}. {self._name_whom(outcome)}")
        answer = read_answer(outcome)
        if self._codec:
            self._codec.get_page(answer, self._accounts.get_values)  # a page it can read is not decoded again
        if answer.code is None:
            if self.takes_text and _is_text(answer):
                return ErrorResolution(ResponseAction.SUCCESS)
            return self._judge_without_envelope(answer)
        return self._judge_code(answer.code, answer)

    def _note(self, answer: Answer, found: ErrorResolution) -> None:
        """Tells those that wait or count what came of this answer."""
        answer.resolution = found
        if found.response_action in (ResponseAction.SUCCESS, ResponseAction.IGNORE):
            if not answer.is_doubted:
                self._patience.note_answer(*locate(answer), is_apart=self._is_apart)
                self._doubts.note_answer(locate(answer))
        elif found.response_action is ResponseAction.RATE_LIMITED and not _find_row(answer).get("per_advertiser"):
            self._budget.note_refusal(answer.request.url or "")

    def _judge_code(self, code: int, answer: Answer) -> ErrorResolution:
        whom = self._name_whom(answer)
        if code in self.ignored or code in self.skipped_on:
            return ErrorResolution(ResponseAction.IGNORE, None, f"TikTok answered code {code}. {whom}")
        words = quote_tiktok(answer.body)
        if self._doubts.may_be_partial(code, answer, locate(answer)):
            return ErrorResolution(ResponseAction.IGNORE, None, f"TikTok refused: {words} (code {code}). {whom}")
        row = answer.row = self._table.find_row(code, words)
        if ResponseAction[row["action"]] is ResponseAction.SUCCESS:
            if row.get("is_partial") and self.gives_rows:
                LOGGER.warning(f"TikTok answered in part only: {words} (code {code}). {whom}")
            return self._judge_data(answer)
        return self._judge_by_row(row, f"TikTok refused: {words} (code {code}).", answer)

    def _judge_data(self, answer: Answer) -> ErrorResolution:
        """What to do with an answer that TikTok calls a success."""
        if flaw := find_flaw(answer, self._statuses) or self._find_emptiness(answer):
            return _ask_again(f"TikTok sent an answer {flaw}. {self._name_whom(answer)}")
        if answer.is_mended and self.gives_rows:
            self._odd_values.add_answer(self.stream or answer.path)
        return ErrorResolution(ResponseAction.SUCCESS)

    def _judge_by_row(self, row: Mapping[str, Any], refusal: str, answer: Answer) -> ErrorResolution:
        """What to do with a refusal, by its row of the table."""
        action, failure = ResponseAction[row["action"]], FailureType[row.get("failure", "system_error")]
        in_sandbox = is_sandbox(self.config)
        remedy = (in_sandbox and row.get("sandbox_remedy")) or row.get("remedy", "")
        if row.get("for_all") and not self._is_apart:
            self._patience.stop(EVERYWHERE, f"{refusal} {remedy}", failure)
            return ErrorResolution(action, failure, f"{refusal} {remedy}")
        text = f"{refusal} {self._name_whom(answer)} {remedy}".strip()
        if row.get("leave_out"):
            if self._left_out.may_pass(answer, row["tries"]):
                return _ask_again(text)
            told = f"{refusal} {self._name_whom(answer)}".strip()
            raise RefusedRequestError(answer, read_reason(answer), told, remedy, failure)
        if action is ResponseAction.SPLIT_REQUEST_WINDOW and not _is_divisible(answer):
            action = ResponseAction.FAIL
        elif row.get("halve") and _is_divisible(answer) and self._count_tries(answer) >= TRIES_OF_A_WINDOW:
            action = ResponseAction.SPLIT_REQUEST_WINDOW
        return ErrorResolution(action, failure if action is ResponseAction.FAIL else TRANSIENT, text)

    def _find_emptiness(self, answer: Answer) -> str:
        """What is wrong with a report without even an empty list; `""` once TikTok has repeated it often enough."""
        if answer.path != REPORT or answer.data:
            return ""
        return "" if self._doubts.is_repeated(answer) else "with nothing in its data"

    def _judge_without_envelope(self, answer: Answer) -> ErrorResolution:
        status = answer.status_code
        text = f"TikTok answered HTTP {status} without its usual body. {self._name_whom(answer)}"
        if status == requests.codes.too_many_requests:
            return ErrorResolution(ResponseAction.RATE_LIMITED, TRANSIENT, text)
        if status == requests.codes.not_found:
            remedy = "TikTok does not know this endpoint. Check its path."
            return ErrorResolution(ResponseAction.FAIL, FailureType.config_error, f"{text} {remedy}")
        if 400 <= status < 500 and status != requests.codes.request_timeout:
            return ErrorResolution(ResponseAction.FAIL, FailureType.system_error, f"{text} {NO_ROW['remedy']}")
        return _ask_again(text)

    def _describe_trouble(self, outcome: Outcome) -> Trouble:
        """What `Patience` needs to know about an outcome after which the request is sent again."""
        outcome = read_answer(outcome) if isinstance(outcome, requests.Response) else outcome
        found = (outcome.resolution if isinstance(outcome, Answer) else None) or self._judge(outcome)
        row = _find_row(outcome)
        throttled = found.response_action is ResponseAction.RATE_LIMITED
        is_long = throttled or bool(row.get("long"))
        path, advertiser_id = locate(outcome)
        place = (path, advertiser_id if row.get("per_advertiser") or not throttled else "")
        waits = QUOTA_WAITS if is_long else OUTAGE_WAITS
        own = row.get("per_advertiser") or self._is_apart or self._budget.has_own(path)
        return Trouble(place, str(found.error_message), waits, is_long, throttled, bool(row) and throttled and not own)

    def _count_tries(self, answer: Answer) -> int:
        """How many refused answers the request has had, including this one."""
        number = self._tries[answer.request] = self._tries.get(answer.request, 0) + 1
        return number

    def _name_whom(self, outcome: Outcome) -> str:
        _, advertiser_id = locate(outcome)
        asked_for = [f"stream {self.stream}"] if self.stream else []
        asked_for += [f"ad account {advertiser_id}"] if advertiser_id else []
        return f"It was asked for {', '.join(asked_for)}." if asked_for else ""


def _ask_again(text: str) -> ErrorResolution:
    return ErrorResolution(ResponseAction.RETRY, TRANSIENT, text.strip())


def _is_text(answer: Answer) -> bool:
    content_type = answer.headers.get("Content-Type", "")
    return answer.status_code == requests.codes.ok and "json" not in content_type and "html" not in content_type


def _is_divisible(answer: Answer) -> bool:
    """Whether the request was for a report of several days, by day or hour, so that its window can be halved."""
    is_dated = answer.path == REPORT and "stat_time_" in answer.get_parameter("dimensions")
    return is_dated and answer.get_parameter("start_date") < answer.get_parameter("end_date")


def _find_row(outcome: Outcome) -> Mapping[str, Any]:
    """The row of the table that an answer was judged by; an empty one if there was none."""
    return (outcome.row or {}) if isinstance(outcome, Answer) else {}
