"""Answers about the newest 20,000 ads alone: how they are told, and what is said where they can't be divided."""

from __future__ import annotations

from collections.abc import Sequence

import requests
from airbyte_cdk import AirbyteTracedException, FailureType

CUT_SHORT = "X-Tt-Ads-Throttle"
# TikTok writes a sentence into the header where it cut an answer; these say that it did not.
NOTHING_CUT = {"", "0", "false"}
LEVELS = {"campaign": "campaign", "adgroup": "ad group", "ad": "ad"}


def is_cut(response: requests.Response) -> bool:
    """Whether an answer of code 0 is about the newest ids only."""
    return response.headers.get(CUT_SHORT, "").strip().lower() not in NOTHING_CUT


def indivisible(stream: str, advertiser_id: str, level: str, ids: Sequence[str]) -> AirbyteTracedException:
    """What is said of an answer about one entity that was cut all the same."""
    whose = f"{stream}: TikTok cut its answer about {LEVELS[level]} {', '.join(ids)} of ad account {advertiser_id}"
    below = list(LEVELS.values())[list(LEVELS).index(level) + 1 :]
    if below:
        message = f"{whose}, as it counts 20,000 ads at most. Read the report by {' or '.join(below)} instead."
    else:
        message = f"{whose}, though nothing is left to divide there. The next sync asks again."
    return AirbyteTracedException(
        message=message,
        internal_message=f"{CUT_SHORT}, and nothing is left to divide",
        failure_type=FailureType.config_error if below else FailureType.transient_error,
    )
