"""Whom TikTok is asked about: the parameter that names them, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Owner:
    """A kind of those TikTok wants to be asked about; the parameter is empty where nobody is."""

    parameter: str = ""
    called: str = ""

    @property
    def several(self) -> str:
        """What more than one of them are called."""
        return f"{self.called}s"


AD_ACCOUNT = Owner("advertiser_id", "ad account")
# By the word of the manifest.
OWNERS: Mapping[str, Owner] = {
    "advertiser": AD_ACCOUNT,
    "any_advertiser": AD_ACCOUNT,
    "business_center": Owner("bc_id", "business centre"),
    "tiktok_account": Owner("business_id", "TikTok account"),
    "app": Owner(),
}
# By the parameter.
CALLED: Mapping[str, str] = {owner.parameter: owner.called for owner in OWNERS.values() if owner.parameter}


def owner_of(of: str, business_center_id: str = "") -> Owner:
    """Whose the rows of a stream are; a report on a business centre says so by its id."""
    return OWNERS["business_center" if business_center_id else of]
