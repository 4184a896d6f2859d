"""The configuration's sign-in to a TikTok account, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from source_tiktok_marketing.config.form import Path

# The manifest's words for requests about a TikTok account, and for the one that renews its token, which is sent
# without a token.
TIKTOK_ACCOUNT, RENEWAL = "tiktok_account", "renewal"

ORGANIC_OWNERS = (TIKTOK_ACCOUNT, RENEWAL)

ENDS = "token_expiry_date"

OPTION = "organic"

# Without these no token can be renewed, and no account can be read.
NEEDED = ("client_id", "client_secret", "business_id", "refresh_token")


def find_mistakes(config: Mapping[str, Any], spec: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """What is missing if the sign-in to a TikTok account is incomplete, or if its streams are chosen without one."""
    given, groups = config.get(OPTION), config.get("stream_groups")
    if not given and isinstance(groups, list) and OPTION in groups:
        yield ["stream_groups"], "names organic, whose streams need a TikTok account. Fill in TikTok Account (organic)."
    for name in NEEDED if isinstance(given, Mapping) else ():
        if given is not None and name not in given:
            told = spec["properties"][OPTION]["properties"][name]["description"].partition(". ")[0].rstrip(".")
            yield [OPTION, name], f"is missing. {told}, or leave all fields of the TikTok account empty."
