"""Reads advertiser/info/ for many ad accounts at once, some of which TikTok may refuse."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from airbyte_cdk.sources.declarative.requesters import HttpRequester

from source_tiktok_marketing.errors import ConfigError
from source_tiktok_marketing.requesters.responses import is_not_granted, read_answer
from source_tiktok_marketing.schema.casting import OddValues, cast_entity
from source_tiktok_marketing.text import quote_tiktok

# advertiser/info/ publishes no maximum; the official connector asks for a hundred and is answered.
BATCH = 100


@dataclass
class Details:
    """Asks for one batch after another. TikTok refuses a whole batch because of one id without permission.

    Its words may name that id; otherwise halving finds it in few requests. A check may only send so many requests
    (`left`). Ids that were not asked for are `untold`; those from a refused batch are `suspected` as well.
    """

    requester: HttpRequester
    odd_values: OddValues
    left: int | None = None
    untold: set[str] = field(default_factory=set)
    suspected: list[str] = field(default_factory=list)

    def read(self, ids: list[str]) -> Iterator[Mapping[str, Any]]:
        """The rows of the ad accounts that answer."""
        for start in range(0, len(ids), BATCH):
            yield from self._ask_for_batch(ids[start : start + BATCH])

    def _ask_for_batch(self, ids: list[str], *, suspected: bool = False) -> Iterator[Mapping[str, Any]]:
        if self.left == 0:
            self.untold.update(ids)
            self.suspected += ids if suspected else []
            return
        self.left = None if self.left is None else self.left - 1
        response = self.requester.send_request(request_params={"advertiser_ids": json.dumps(ids)})
        answer = read_answer(requests.Response() if response is None else response)
        if answer.code == 0:
            yield from (cast_entity("advertisers", row, self.odd_values) for row in answer.data.get("list") or ())
            return
        words = f"{quote_tiktok(answer.body)} (code {answer.code})"
        _refuse_all(words)
        if (named := {each for each in ids if each in words}) and len(named) < len(ids):
            yield from self._ask_for_batch([each for each in ids if each not in named])
        elif len(ids) > 1:
            middle = len(ids) // 2
            yield from self._ask_for_batch(ids[:middle], suspected=True)
            yield from self._ask_for_batch(ids[middle:], suspected=True)


def _refuse_all(words: str) -> None:
    """Raises a config_error if TikTok refuses the endpoint, not some ad accounts."""
    if is_not_granted(words):
        raise ConfigError(
            message=f"TikTok refused: {words}. It was asked for the details of the ad accounts. Add this permission to "
            "the app in TikTok for Business and authorise it again.",
            internal_message="the endpoint is not granted",
        )
