"""The token of a TikTok account: it lives a day, and each renewal may bring another one to renew with."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import Any

from airbyte_cdk import AirbyteTracedException, FailureType
from airbyte_cdk.sources.declarative.requesters import HttpRequester

from source_tiktok_marketing.answers import data_of
from source_tiktok_marketing.clock import SyncClock
from source_tiktok_marketing.form import Path
from source_tiktok_marketing.shared import OnePerSync

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")

# Who is asked about, in the words of the manifest: a TikTok account, or nobody (the renewal, which needs no token).
TIKTOK_ACCOUNT, RENEWAL = "tiktok_account", "renewal"
ORGANIC = (TIKTOK_ACCOUNT, RENEWAL)
# Renewed so long before it ends, so that no request is made with a token that ends on the way.
AHEAD = timedelta(minutes=10)
ENDS = "token_expiry_date"

OPTION = "organic"
# Without these no token can be renewed, and no account be asked about.
NEEDED = ("client_id", "client_secret", "business_id", "refresh_token")


def mistakes(config: Mapping[str, Any], spec: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """What is missing where the sign-in to a TikTok account is begun, or its streams are asked for."""
    given, groups = config.get(OPTION), config.get("stream_groups")
    if not given and isinstance(groups, list) and OPTION in groups:
        yield ["stream_groups"], "names organic, whose streams need the TikTok account's sign-in. Fill in its fields."
    for name in NEEDED if isinstance(given, Mapping) else ():
        if given is not None and name not in given:
            told = spec["properties"][OPTION]["properties"][name]["description"].partition(". ")[0].rstrip(".")
            yield [OPTION, name], f"is missing. {told}, or leave all fields of the TikTok account empty."


class OrganicTokens(OnePerSync):
    """The tokens of the configuration's `organic` block; what is renewed goes back to the platform at once.

    TikTok gives an access token for a day and a refresh token for a year, and with a renewal perhaps another refresh
    token: whoever keeps the old one is locked out. `hand_back` takes the new ones to the platform, which keeps them
    for the next sync (the source sets it). What still fails: a process killed before the platform has noted them.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._tokens: dict[str, Any] = dict(config.get("organic") or {})
        self._clock = SyncClock.of(config)
        self._lock = RLock()
        self.requester: HttpRequester | None = None
        self.hand_back: Callable[[Mapping[str, str]], None] = lambda _: None

    @property
    def business_id(self) -> str:
        """The account's id, as TikTok's `open_id`; empty where there is no block."""
        return str(self._tokens.get("business_id", ""))

    def access_token(self) -> str:
        """A token that lives. Raises a config_error where TikTok does not renew it."""
        with self._lock:
            if not self._lives():
                self._renew()
            return str(self._tokens["access_token"])

    def _lives(self) -> bool:
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
        found = data_of(response) if response is not None else {}
        if not found.get("access_token"):
            raise AirbyteTracedException(
                message="TikTok did not renew the token of the TikTok account. Authorise the account again and put its "
                "tokens into organic.",
                internal_message="no access_token in the answer",
                failure_type=FailureType.config_error,
            )
        ends = self._clock.now() + timedelta(seconds=int(found.get("expires_in") or 0))
        renewed = {"access_token": str(found["access_token"]), ENDS: ends.isoformat(timespec="seconds"),
                   "refresh_token": str(found.get("refresh_token") or body["refresh_token"])}  # fmt: skip
        self._tokens |= renewed
        self.hand_back(renewed)
        LOGGER.info("The token of the TikTok account was renewed; the platform keeps the new ones.")
