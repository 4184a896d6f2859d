"""What a world is made of: tokens, ad accounts, and the things accounts hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Grant:
    """An access token: the app it was given to, and which of the two environments it opens."""

    token: str
    app_id: str
    sandbox: bool = False


@dataclass
class Account:
    """One ad account. `row` is its row of advertiser/info; `bc_id` the business center that owns it."""

    advertiser_id: str
    name: str
    timezone: str
    currency: str
    sandbox: bool
    row: dict[str, Any]
    bc_id: str = ""

    def local(self, moment: datetime) -> datetime:
        """The account's own clock at a moment, without zone."""
        return moment.astimezone(ZoneInfo(self.timezone)).replace(tzinfo=None)


@dataclass
class Entity:
    """One campaign, ad group, ad or asset. `row` is what its endpoint answers."""

    kind: str
    id: str
    advertiser_id: str
    row: dict[str, Any]
    buying_type: str = "AUCTION"
    deleted: bool = False
