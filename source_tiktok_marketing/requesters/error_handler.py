"""What an answer of TikTok's means: go on, wait, try again, ask for less, or stop with a reason a user can act on."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from airbyte_cdk import FailureType
from airbyte_cdk.sources.declarative.requesters.error_handlers import DefaultErrorHandler
from airbyte_cdk.sources.streams.http.error_handlers.response_models import ErrorResolution, ResponseAction

from source_tiktok_marketing.config.organic import ORGANIC
from source_tiktok_marketing.config.sign_in import is_sandbox
from source_tiktok_marketing.errors import RefusedRequestError
from source_tiktok_marketing.requesters.doubtful_answers import Doubts
from source_tiktok_marketing.requesters.error_table import NO_ROW, ErrorTable
from source_tiktok_marketing.requesters.left_out import LeftOut, reason_of
from source_tiktok_marketing.requesters.page_decoder import codec_of
from source_tiktok_marketing.requesters.rate_limiter import Budget
from source_tiktok_marketing.requesters.responses import (
    ADVERTISER,
    asked,
    body_of,
    data_of,
    is_doubted,
    is_mended,
    path_of,
    request_of,
)
from source_tiktok_marketing.requesters.retry import (
    EVERYWHERE,
    OUTAGE_WAITS,
    QUOTA_WAITS,
    Answer,
    Patience,
    TiktokBackoff,
    Trouble,
)
from source_tiktok_marketing.requesters.transport import why_unanswered
from source_tiktok_marketing.requesters.validation import flaw_in
from source_tiktok_marketing.schema.casting import ODD_VALUES
from source_tiktok_marketing.text import said_by

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")

TRANSIENT = FailureType.transient_error
PARTLY_DONE = 20001
# So often a report is asked for as it is before its window is halved.
TRIES_OF_A_WINDOW = 4
_TRY, _FOUND = "_tiktok_try", "_tiktok_found"


@dataclass
class TiktokErrorHandler(DefaultErrorHandler):
    """Reads the outcome of a request from the `code` in TikTok's body.

    TikTok answers nearly everything with HTTP 200 and says in the body whether it worked. `answers`, a table in the
    manifest that one handler is given for all, says what to do for which code: the first row that names the code (or a
    range around it) counts, and a code no row names stops with TikTok's own words. A row `for_all` concerns the whole
    sync: nothing more is asked; a TikTok account has a token of its own, which concerns nothing else. `ignored` are
    codes whose answer the caller wants to see itself; so are `doubtful` ones, where nobody has confirmed the request,
    and `partial` ones once asking again was in vain, as the caller can ask for less. A body that is no envelope (an
    outage's HTML, a cut page), or whose data can't be true (`validation.flaw_in`), is asked for again, whatever its
    status; `takes_text` is set where the body is a download. Without `gives_rows` nobody is told of odd values, as the
    answer becomes no row.

    A code of a row with `leave_out` is raised as a RefusedRequestError, for a `LenientRequester` to ask for less. Where
    its words name nothing that was asked for, it may pass, and is asked for again first, `tries` times in all.
    """

    answers: list[Mapping[str, Any]] = field(default_factory=list)
    ignored: list[int] = field(default_factory=list)
    partial: list[int] = field(default_factory=list)
    stream: str = ""
    takes_text: bool = False
    gives_rows: bool = True
    of: str = ""
    doubtful: list[int] = field(default_factory=list)
    # `Patience` counts; the CDK's own bounds are out of reach.
    max_retries: int | None = 10_000
    max_time: int = 10_000_000

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        super().__post_init__(parameters)
        self._patience, self._table = Patience.of(self.config), ErrorTable.of(self.config)
        self._table.rows = self.answers or self._table.rows
        self._left_out, self._budget = LeftOut.of(self.config), Budget.of(self.config)
        self._is_apart = self.of in ORGANIC
        self._codec = codec_of(parameters) if parameters.get("bulk") else None
        self._doubts = Doubts(self.partial, self._patience)
        self.backoff_strategies = [TiktokBackoff(self._patience, self._trouble)]

    def interpret_response(self, response_or_exception: Answer) -> ErrorResolution:
        """What to do with one answer, and the sentence for the user."""
        is_throttled = False
        try:
            found = self._interpreted(response_or_exception)
            is_throttled = found.response_action is ResponseAction.RATE_LIMITED
        finally:
            if not is_throttled:
                self._patience.end_probe()
        passed = found.response_action in (ResponseAction.SUCCESS, ResponseAction.IGNORE)
        if passed and not is_doubted(response_or_exception):
            self._patience.answered(*self._where(response_or_exception), is_apart=self._is_apart)
            self._doubts.answered(self._where(response_or_exception))
        elif not passed:  # `_trouble` is asked about the same answer
            setattr(response_or_exception, _FOUND, found)
        if is_throttled and not self._row_of(response_or_exception).get("per_advertiser"):
            self._budget.refused(str(getattr(request_of(response_or_exception), "url", "")))
        return found

    def _interpreted(self, answer: Answer) -> ErrorResolution:
        if not isinstance(answer, requests.Response):
            return _retry(f"No answer came from TikTok: {why_unanswered(answer)}. {self._whom(answer)}")
        if self._codec:
            self._codec.page_of(answer)  # what it reads whole, body_of need not decode again
        code = body_of(answer).get("code")
        if type(code) is not int:  # nor true, which counts as one
            if self.takes_text and _is_text(answer):
                return ErrorResolution(ResponseAction.SUCCESS)
            return self._without_envelope(answer)
        return self._by_code(code, answer)

    def _by_code(self, code: int, response: requests.Response) -> ErrorResolution:
        whom = self._whom(response)
        if code in self.ignored or code in self.doubtful:
            return ErrorResolution(ResponseAction.IGNORE, None, f"TikTok answered code {code}. {whom}")
        words = said_by(body_of(response))
        if self._doubts.may_be_of_a_part(code, response, self._where(response)):
            return ErrorResolution(ResponseAction.IGNORE, None, f"TikTok refused: {words} (code {code}). {whom}")
        row = self._table.row_of(code, words)
        if ResponseAction[row["action"]] is ResponseAction.SUCCESS:
            return self._by_data(
                f"TikTok answered in part only: {words} (code {code})." * (code == PARTLY_DONE), response
            )
        return self._by_row(row, f"TikTok refused: {words} (code {code}).", response)

    def _by_data(self, warning: str, response: requests.Response) -> ErrorResolution:
        """What to do with an answer that TikTok calls a success."""
        if warning:
            LOGGER.warning(f"{warning} {self._whom(response)}")
        if flaw := flaw_in(response) or self._emptiness(response):
            return _retry(f"TikTok sent an answer {flaw}. {self._whom(response)}")
        if is_mended(response) and self.gives_rows:
            ODD_VALUES.add_answer(self.stream or path_of(response.request))
        return ErrorResolution(ResponseAction.SUCCESS)

    def _by_row(self, row: Mapping[str, Any], refusal: str, response: requests.Response) -> ErrorResolution:
        """What to do with an answer that is refused in the words of `refusal`, as its row of the table says."""
        action, failure = ResponseAction[row["action"]], FailureType[row.get("failure", "system_error")]
        in_sandbox = is_sandbox(self.config)
        remedy = (in_sandbox and row.get("sandbox_remedy")) or row.get("remedy", "")
        if row.get("for_all") and not self._is_apart:
            self._patience.stop(EVERYWHERE, f"{refusal} {remedy}", failure)
            return ErrorResolution(action, failure, f"{refusal} {remedy}")
        text = f"{refusal} {self._whom(response)} {remedy}".strip()
        if row.get("leave_out"):
            if self._left_out.may_pass(response, row["tries"]):
                return _retry(text)
            told = f"{refusal} {self._whom(response)}".strip()
            raise RefusedRequestError(response, reason_of(response), told, remedy, failure)
        if action is ResponseAction.SPLIT_REQUEST_WINDOW and not _is_divisible(response):
            action = ResponseAction.FAIL
        elif row.get("halve") and _is_divisible(response) and _tries(response) >= TRIES_OF_A_WINDOW:
            action = ResponseAction.SPLIT_REQUEST_WINDOW
        return ErrorResolution(action, failure if action is ResponseAction.FAIL else TRANSIENT, text)

    def _emptiness(self, response: requests.Response) -> str:
        """What is wrong with a report that has not even an empty list; `""` where TikTok stays with it."""
        if path_of(response.request) != "report/integrated/get/" or data_of(response):
            return ""
        return "" if self._doubts.stays_so(response) else "with nothing in its data"

    def _without_envelope(self, response: requests.Response) -> ErrorResolution:
        status = response.status_code
        text = f"TikTok answered HTTP {status} without its usual body. {self._whom(response)}"
        if status == requests.codes.too_many_requests:
            return ErrorResolution(ResponseAction.RATE_LIMITED, TRANSIENT, text)
        if status == requests.codes.not_found:
            remedy = "TikTok does not know this endpoint. Check its path."
            return ErrorResolution(ResponseAction.FAIL, FailureType.config_error, f"{text} {remedy}")
        if 400 <= status < 500 and status != requests.codes.request_timeout:
            return ErrorResolution(ResponseAction.FAIL, FailureType.system_error, f"{text} {NO_ROW['remedy']}")
        return _retry(text)

    def _trouble(self, answer: Answer) -> Trouble:
        """What `Patience` needs to know of an answer that is asked for again."""
        found: ErrorResolution = getattr(answer, _FOUND)
        row = self._row_of(answer)
        throttled = found.response_action is ResponseAction.RATE_LIMITED
        is_long = throttled or bool(row.get("long"))
        path, advertiser_id = self._where(answer)
        where = (path, advertiser_id if row.get("per_advertiser") or not throttled else "")
        waits = QUOTA_WAITS if is_long else OUTAGE_WAITS
        own = row.get("per_advertiser") or self._is_apart or self._budget.has_own(path)
        return Trouble(where, str(found.error_message), waits, is_long, throttled, bool(row) and throttled and not own)

    def _row_of(self, answer: Answer) -> Mapping[str, Any]:
        """The row of the table for an answer; an empty one where it has no code."""
        code = body_of(answer).get("code") if isinstance(answer, requests.Response) else None
        return self._table.row_of(code) if isinstance(code, int) else {}

    @staticmethod
    def _where(answer: Answer) -> tuple[str, str]:
        return path_of(request_of(answer)), asked(answer, ADVERTISER)

    def _whom(self, answer: Answer) -> str:
        advertiser_id = asked(answer, ADVERTISER)
        parts = [f"stream {self.stream}"] if self.stream else []
        parts += [f"ad account {advertiser_id}"] if advertiser_id else []
        return f"It was asked for {', '.join(parts)}." if parts else ""


def _retry(text: str) -> ErrorResolution:
    return ErrorResolution(ResponseAction.RETRY, TRANSIENT, text.strip())


def _is_text(response: requests.Response) -> bool:
    kind = response.headers.get("Content-Type", "")
    return response.status_code == requests.codes.ok and "json" not in kind and "html" not in kind


def _is_divisible(response: requests.Response) -> bool:
    """Whether a report by day or hour was asked for more than one day, so that TikTok can be asked for half of them."""
    is_page = path_of(response.request) == "report/integrated/get/"
    days = [asked(response, name) for name in ("start_date", "end_date")]
    return is_page and "stat_time_" in asked(response, "dimensions") and days[0] < days[1]


def _tries(response: requests.Response) -> int:
    """How many answers of its kind one request has had, this one included."""
    number = int(getattr(response.request, _TRY, 0)) + 1
    setattr(response.request, _TRY, number)
    return number
