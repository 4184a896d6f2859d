"""What an answer of TikTok's means: go on, wait, try again, ask for less, or stop with a reason a user can act on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from airbyte_cdk import FailureType
from airbyte_cdk.sources.declarative.requesters.error_handlers import DefaultErrorHandler
from airbyte_cdk.sources.streams.http.error_handlers import BackoffStrategy
from airbyte_cdk.sources.streams.http.error_handlers.response_models import ErrorResolution, ResponseAction

from source_tiktok_marketing.answers import asked, body_of

Answer = requests.Response | Exception | None

# Recovery after 40100 (reference: rate limits): the next second if the limit was per second, 5 minutes if it was per
# minute. TikTok does not say which, so the short waits come first.
QUOTA_WAITS = (1, 2, 4, 8, 16, 30, 60, 300)
OUTAGE_WAITS = (2, 4, 8, 16, 30, 60)


@dataclass
class TiktokBackoff(BackoffStrategy):
    """How long to wait before asking again, by what TikTok answered and how often it did."""

    throttled: frozenset[int]

    def backoff_time(self, response_or_exception: Answer, attempt_count: int) -> float:
        """Seconds to wait after the `attempt_count`-th refusal of one request."""
        waits = QUOTA_WAITS if _is_throttled(response_or_exception, self.throttled) else OUTAGE_WAITS
        return float(waits[min(attempt_count, len(waits)) - 1])


@dataclass
class TiktokErrorHandler(DefaultErrorHandler):
    """Reads the outcome of a request from the `code` in TikTok's body.

    TikTok answers nearly everything with HTTP 200 and says in the body whether it worked. `answers`, a table in the
    manifest, says what to do for which code: the first row that names the code (or a range around it) counts, and a
    code no row names stops with TikTok's own words. `ignored` are codes whose answer the caller wants to see itself.
    A body that is no envelope (an outage's HTML, a cut page) is asked for again, whatever its status; `takes_text` is
    set where the body is a download.

    The body is decoded once (`answers.body_of`), where one response filter per code would decode it each time.
    """

    answers: list[Mapping[str, Any]] = field(default_factory=list)
    ignored: list[int] = field(default_factory=list)
    stream: str = ""
    takes_text: bool = False
    max_retries: int | None = 9
    max_time: int = 1800

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        super().__post_init__(parameters)
        throttled = (row["codes"] for row in self.answers if row["action"] == "RATE_LIMITED")
        self.backoff_strategies = [TiktokBackoff(frozenset(code for codes in throttled for code in codes))]

    def interpret_response(self, response_or_exception: Answer) -> ErrorResolution:
        """What to do with one answer, and the sentence for the user."""
        if not isinstance(response_or_exception, requests.Response):
            kind = type(response_or_exception).__name__
            return _retry(f"No answer came from TikTok ({kind}). {self._whom(response_or_exception)}")
        code = body_of(response_or_exception).get("code")
        if not isinstance(code, int):
            if self.takes_text and _is_text(response_or_exception):
                return ErrorResolution(ResponseAction.SUCCESS)
            return self._without_envelope(response_or_exception)
        return self._by_code(code, response_or_exception)

    def _by_code(self, code: int, response: requests.Response) -> ErrorResolution:
        if code in self.ignored:
            return ErrorResolution(ResponseAction.IGNORE, None, f"TikTok answered code {code}. {self._whom(response)}")
        row = next((row for row in self.answers if _names(row, code)), {"action": "FAIL", "remedy": ""})
        action = ResponseAction[row["action"]]
        if action is ResponseAction.SUCCESS:
            return ErrorResolution(action)
        words = " ".join(str(body_of(response).get("message") or "no reason given").split())
        text = (
            f"TikTok refused: {words.rstrip('.')} (code {code}). {self._whom(response)} {row.get('remedy', '')}".strip()
        )
        failure = FailureType[row.get("failure", "system_error")] if action is ResponseAction.FAIL else TRANSIENT
        return ErrorResolution(action, failure, text)

    def _without_envelope(self, response: requests.Response) -> ErrorResolution:
        status = response.status_code
        text = f"TikTok answered HTTP {status} without its usual body. {self._whom(response)}"
        if status == requests.codes.too_many_requests:
            return ErrorResolution(ResponseAction.RATE_LIMITED, TRANSIENT, text)
        if 400 <= status < 500:
            return ErrorResolution(ResponseAction.FAIL, FailureType.system_error, text)
        return _retry(text)

    def _whom(self, answer: Answer) -> str:
        advertiser_id = asked(answer, "advertiser_id") if isinstance(answer, requests.Response) else ""
        parts = [f"stream {self.stream}"] if self.stream else []
        parts += [f"ad account {advertiser_id}"] if advertiser_id else []
        return f"It was asked for {', '.join(parts)}." if parts else ""


TRANSIENT = FailureType.transient_error


def _retry(text: str) -> ErrorResolution:
    return ErrorResolution(ResponseAction.RETRY, TRANSIENT, text.strip())


def _is_text(response: requests.Response) -> bool:
    kind = response.headers.get("Content-Type", "")
    return response.status_code == requests.codes.ok and "json" not in kind and "html" not in kind


def _names(row: Mapping[str, Any], code: int) -> bool:
    low, high = row.get("range", (1, 0))
    return code in row.get("codes", ()) or low <= code <= high


def _is_throttled(answer: Answer, throttled: frozenset[int]) -> bool:
    if not isinstance(answer, requests.Response):
        return False
    return answer.status_code == requests.codes.too_many_requests or body_of(answer).get("code") in throttled
