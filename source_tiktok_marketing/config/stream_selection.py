"""Which streams a configuration offers, and what the user is told about others."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from airbyte_cdk.models.airbyte_protocol import AirbyteStateMessage

from source_tiktok_marketing.config.sign_in import is_sandbox
from source_tiktok_marketing.errors import ConfigError
from source_tiktok_marketing.text import join_some, make_plain, make_printable

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")

ORGANIC = "organic"
# The official connector offers these; TikTok refuses the combination they ask for (BEHAVIOR.md, 3).
REFUSED_BY_TIKTOK = {
    "ads_reports_by_country_hourly": "ads_reports_by_country_daily",
    "ad_groups_reports_by_country_hourly": "ad_groups_reports_by_country_daily",
}
SHOWN = 5


def is_offered(row: Mapping[str, Any], config: Mapping[str, Any]) -> bool:
    """Whether a stream can be read with these credentials, and is wanted.

    The sandbox has the lists that say so in their row, and reports below the level of the advertiser. Streams of a
    TikTok account need its token. A row with a group is left out if `stream_groups` only has others. A row with
    `opt_in`, for personal data, is left out unless that option is on.
    """
    if "opt_in" in row and config.get(row["opt_in"]) is not True:
        return False
    if is_sandbox(config):
        return bool(row.get("sandbox", row.get("level", "advertiser") != "advertiser"))
    group, wanted = row.get("group"), config.get("stream_groups")
    if group == ORGANIC and not config.get(ORGANIC):
        return False
    return not group or not wanted or group in wanted


def warn_of_unknown_states(state: list[AirbyteStateMessage], known: list[str]) -> None:
    """Logs one warning that names the states of unknown streams, as of a report that was renamed."""
    named = [message.stream.stream_descriptor.name for message in state if message.stream]
    if unknown := [make_plain(name) for name in named if name not in (*known, *REFUSED_BY_TIKTOK)]:
        LOGGER.warning(
            f"The saved state of {join_some(unknown, SHOWN)} is ignored: no stream has that name. A stream that was "
            "renamed is read from its start once. If the state is another connection's, restore this one's."
        )


def refuse_repeated_streams(wanted: list[str]) -> None:
    if repeated := sorted(name for name, times in Counter(wanted).items() if times > 1):
        raise ConfigError(
            message=make_printable(f"The catalog names {', '.join(repeated)} more than once. Name each stream once."),
            internal_message="Nothing was read.",
        )


def refuse_unknown_streams(wanted: list[str], offered: list[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Raises one config_error with advice on each stream that is `wanted` and not `offered`."""
    options = {row["name"]: row["opt_in"] for row in rows if "opt_in" in row}
    if unknown := [_advise(name, offered, options) for name in wanted if name not in offered]:
        raise ConfigError(
            message=make_printable(
                f"The catalog names streams that were not read: {' '.join(unknown)} "
                "Refresh the schema of the connection. Every other stream was read."
            ),
            internal_message=f"{len(unknown)} streams of the catalog are not offered",
        )


def _advise(name: str, offered: list[str], options: Mapping[str, str]) -> str:
    if name in REFUSED_BY_TIKTOK:
        return f"{name} (TikTok refuses country and hour together; use {REFUSED_BY_TIKTOK[name]})."
    if name in options:
        return f"{name} (personal data, which is read where {options[name]} is on)."
    close = get_close_matches(name, offered, n=1)
    return f"{name} (did you mean {close[0]}?)." if close else f"{name} (not offered with this configuration)."
