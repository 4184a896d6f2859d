"""Signs requests, for TikTok alone, each as soon as the quota allows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import requests
from airbyte_cdk.sources.declarative.auth.declarative_authenticator import DeclarativeAuthenticator
from typing_extensions import override

from source_tiktok_marketing.config.organic import ORGANIC_OWNERS, RENEWAL, TIKTOK_ACCOUNT
from source_tiktok_marketing.errors import ConfigError
from source_tiktok_marketing.requesters.clock import SyncClock
from source_tiktok_marketing.requesters.oauth import OrganicTokens
from source_tiktok_marketing.requesters.rate_limiter import MOST_LATE, Budget, Turn
from source_tiktok_marketing.requesters.responses import locate_request
from source_tiktok_marketing.requesters.retry import Patience
from source_tiktok_marketing.requesters.transport import receive
from source_tiktok_marketing.shutdown import hold_if_stopping


@dataclass
class TiktokAuthenticator(DeclarativeAuthenticator):
    """Puts the access token on a request as the configuration has it. It is never treated as a template.

    As it sees every request first, it does two more things. It does not send what TikTok is known to refuse in this
    sync (`Patience`). And it has `receive` take the answer, which follows no redirect: `requests` would send the token
    to any host that a redirect names.
    """

    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    of: str = ""

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self._patience = Patience.of(self.config)
        self._organic = OrganicTokens.of(self.config)

    @property
    @override
    def auth_header(self) -> str:
        """The header TikTok reads."""
        return "Access-Token"

    @property
    @override
    def token(self) -> str:
        """The access token, or the TikTok account's. Raises a config_error if it can't be put into a header."""
        if self.of == TIKTOK_ACCOUNT:
            return self._organic.get_access_token()
        token = str(self.config["credentials"].get("access_token", "")).strip()
        if token.isascii() and token.isprintable():
            return token
        raise ConfigError(
            message="Access Token (credentials.access_token): has characters that no token has. Copy it again from "
            "TikTok for Business.",
            internal_message="not printable ASCII",
        )

    @override
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Signs a request. If TikTok is known to refuse it, raises that refusal instead."""
        self._refuse_hopeless(locate_request(request))
        return self._sign(request)

    def _refuse_hopeless(self, place: tuple[str, str]) -> None:
        self._patience.refuse_hopeless(*place, is_apart=self.of in ORGANIC_OWNERS)

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.of != RENEWAL:
            request.headers.update(self.get_auth_header())
        request.hooks["response"] = [receive]
        return request


@dataclass
class QuotaAuthenticator(TiktokAuthenticator):
    """Signs a request when the quota allows it.

    The CDK has a budget of its own (`api_budget`), which is also shared by all streams and threads and counts retries.
    It does not fit TikTok. It counts requests as they leave, and sends as many as allowed at once, so that TikTok
    counts some of them in its next second and refuses them: a limit of 10 a second was measured as up to 13. It
    recognises a refusal by its HTTP status, and TikTok's is 200. And it can't be replaced by another class. An
    authenticator can: it is called right before each attempt and gets each answer, and the CDK means it to be used for
    quotas too (`ResponseAwareAuthenticator`).
    """

    own_limits: list[Mapping[str, Any]] = field(default_factory=list)

    @override
    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        super().__post_init__(parameters)
        self._budget = Budget.of(self.config, self.own_limits)
        self._clock = SyncClock.of(self.config)
        self._quickest = 0.0
        self._turns: WeakKeyDictionary[requests.PreparedRequest, list[Turn]] = WeakKeyDictionary()

    @override
    def __call__(self, request: requests.PreparedRequest) -> Any:
        """Waits for the request's turn, then signs it."""
        place = locate_request(request)
        self._refuse_hopeless(place)
        self._turns[request] = self._budget.wait(request.url or "")
        hold_if_stopping()
        self._refuse_hopeless(place)  # another thread may have found out meanwhile
        return self._sign(request)

    def update_from_response(self, request: requests.PreparedRequest, response: requests.Response) -> None:
        """Notes TikTok's time, and how late TikTok may have counted the request.

        Each stream has its own connections. The time of its quickest answer counts as a request's way there and back.
        """
        self._clock.hear(response.headers)
        took = response.elapsed.total_seconds()
        for turn in self._turns.get(request, ()):
            turn.late = min(max(0.0, took - self._quickest), MOST_LATE)
        self._quickest = min(took, self._quickest or took)
