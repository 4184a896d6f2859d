"""What a world consists of: tokens, ad accounts and their entities."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tiktok_simulator.protocol.wire import ApiError


@dataclass(frozen=True)
class Grant:
    """An access token, the app that it was given to, and its environment: production or the sandbox."""

    token: str
    app_id: str
    sandbox: bool = False


@dataclass
class Account:
    """One ad account. `row` is its row of advertiser/info, `bc_id` the business center that owns it."""

    advertiser_id: str
    name: str
    timezone: str
    currency: str
    sandbox: bool
    row: dict[str, Any]
    bc_id: str = ""

    def get_local_time(self, moment: datetime) -> datetime:
        """The local time of the ad account at a moment, without a zone."""
        return moment.astimezone(ZoneInfo(self.timezone)).replace(tzinfo=None)


@dataclass
class Readings:
    """Which campaigns are in a report without a filter for them.

    The first three are about reports below the level of the ad account. Sources disagree on TopView and Reach &
    Frequency. TikTok's page says that Promote is left out there. It does not say whether the rows of whole ad accounts
    count it. Nor does any page say that a report about several ad accounts looks at its filters, or that it does not.
    """

    top_view_unasked: bool = True
    reach_unasked: bool = True
    promote_unasked: bool = False
    promote_in_accounts: bool = True
    filters_of_several: bool = True


@dataclass
class Entity:
    """One campaign, ad group, ad or asset. `row` is its record in the answer of its endpoint."""

    kind: str
    id: str
    advertiser_id: str
    row: dict[str, Any]
    buying_type: str = "AUCTION"
    deleted: bool = False

    @property
    def origin(self) -> str:
        """Where its campaign was made. TikTok gives this for Promote only."""
        return str(self.row.get("campaign_system_origin") or "TT_ADS_PLATFORM")


OPEN_ID = "simulated-open-id"
ORGANIC_TOKEN = "simulated-organic-token"  # noqa: S105 - simulated
LIFETIME, REFRESH_LIFETIME = timedelta(days=1), timedelta(days=365)


@dataclass
class TiktokAccount:
    """The TikTok account of a world, and when each of its access tokens ends. The first token never ends."""

    open_id: str = OPEN_ID
    refresh_token: str = "simulated-refresh-token-0"  # noqa: S105 - simulated
    tokens: dict[str, datetime] = field(default_factory=lambda: {ORGANIC_TOKEN: datetime.max.replace(tzinfo=UTC)})
    renewals: int = 0

    def check(self, token: str, now: datetime) -> None:
        """Raises an ApiError: 40105 for a token that is not of this account, 40102 for one that has ended."""
        if token not in self.tokens:
            raise ApiError(40105, "Access token is incorrect or has been revoked.")
        if self.tokens[token] <= now:
            raise ApiError(40102, "The access token has expired.")

    def renew(self, now: datetime) -> dict[str, Any]:
        """Makes new tokens. The previous refresh token is no longer valid."""
        self.renewals += 1
        token = f"simulated-organic-token-{self.renewals}"
        self.refresh_token = f"simulated-refresh-token-{self.renewals}"
        self.tokens[token] = now + LIFETIME
        return {
            "access_token": token, "expires_in": int(LIFETIME.total_seconds()), "refresh_token": self.refresh_token,
            "refresh_token_expires_in": int(REFRESH_LIFETIME.total_seconds()), "open_id": self.open_id,
            "scope": "user.info.basic,user.insights,video.list,video.insights,comment.list", "token_type": "Bearer",
        }  # fmt: skip
