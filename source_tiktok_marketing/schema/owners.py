"""The owners that requests are about: their parameters, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Owner:
    """A type of owner. The parameter is empty for requests that are about nobody."""

    parameter: str = ""
    called: str = ""

    @property
    def several(self) -> str:
        """The name for more than one of them."""
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


def find_owner(of: str, business_center_id: str = "") -> Owner:
    """The owner of a stream's rows. A report on a business centre has that centre's id."""
    return OWNERS["business_center" if business_center_id else of]
