"""The tokens of a TikTok account: the access token lives a day, and each renewal may bring a new refresh token."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import Any

from airbyte_cdk.sources.declarative.requesters import HttpRequester

from source_tiktok_marketing.config.organic import ENDS
from source_tiktok_marketing.errors import ConfigError
from source_tiktok_marketing.requesters.clock import SyncClock
from source_tiktok_marketing.requesters.responses import read_answer
from source_tiktok_marketing.schema.casting import CASTERS
from source_tiktok_marketing.sync import Shared

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")

# How long before its end a token is renewed, so that it does not end while a request is on its way.
AHEAD = timedelta(minutes=10)
A_DAY = timedelta(days=1)


class OrganicTokens(Shared):
    """The tokens of the configuration's `organic` block. Renewed tokens go back to the platform at once.

    TikTok gives an access token for a day and a refresh token for a year. A renewal may bring a new refresh token, and
    the old one is then of no use. `hand_back`, which the source sets, sends the new tokens to the platform, which saves
    them for the next sync. What still fails: the process is killed before the platform has saved them.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._tokens: dict[str, Any] = dict(config.get("organic") or {})
        self._clock = SyncClock.of(config)
        self._lock = RLock()
        self.requester: HttpRequester | None = None
        self.hand_back: Callable[[Mapping[str, str]], None] = lambda _: None

    @property
    def business_id(self) -> str:
        """The account's id, TikTok's `open_id`; empty if there is no block."""
        return str(self._tokens.get("business_id", ""))

    def get_access_token(self) -> str:
        """A token that is still valid. Raises a config_error if TikTok does not renew it."""
        with self._lock:
            if not self._is_alive():
                self._renew()
            return str(self._tokens["access_token"])

    def _is_alive(self) -> bool:
        try:
            ends = datetime.fromisoformat(str(self._tokens[ENDS]))
        except (KeyError, ValueError):
            return False
        return bool(self._tokens.get("access_token")) and self._clock.now() + AHEAD < ends.astimezone(UTC)

    def _renew(self) -> None:
        body = {
            "client_id": self._tokens["client_id"],
            "client_secret": self._tokens["client_secret"],
            "grant_type": "refresh_token",
            "refresh_token": self._tokens["refresh_token"],
        }
        response = self.requester.send_request(request_body_json=body) if self.requester else None
        found = read_answer(response).data if response is not None else {}
        if not found.get("access_token"):
            raise ConfigError(
                message="TikTok did not renew the token of the TikTok account. Authorise the account again and enter "
                "its tokens under TikTok Account (organic).",
                internal_message="the answer has no token",
            )
        ends = self._clock.now() + _read_lifetime(found.get("expires_in"))
        renewed = {"access_token": str(found["access_token"]), ENDS: ends.isoformat(timespec="seconds"),
                   "refresh_token": str(found.get("refresh_token") or body["refresh_token"])}  # fmt: skip
        self._tokens |= renewed
        self.hand_back(renewed)
        LOGGER.info("The token of the TikTok account was renewed; the platform keeps the new ones.")


def _read_lifetime(seconds: Any) -> timedelta:
    """How long a token lives; a day if TikTok does not say it, or not as a number."""
    try:
        return timedelta(seconds=CASTERS["integer"](seconds))
    except (OverflowError, TypeError, ValueError):
        return A_DAY
