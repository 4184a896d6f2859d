"""What could not be read because the token lacks a permission."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import requests
from typing_extensions import override

from source_tiktok_marketing.errors import RefusedError
from source_tiktok_marketing.requesters.responses import Answer, is_not_granted, read_answer
from source_tiktok_marketing.sync import Shared
from source_tiktok_marketing.text import join_some, quote_tiktok

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")


NAMED = 5

NOT_CONFIRMED = "nobody's"


class Refusals(Shared):
    """What the token lacks a permission for. The log says it once per stream, at the end of the sync."""

    def __init__(self, config: Mapping[str, Any]) -> None:  # noqa: ARG002 - as `of` calls it
        self._refused: defaultdict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        self._partial: set[str] = set()

    def add(self, stream: str, scope: str, owner: str, words: str, *, is_partial: bool = False) -> None:
        """Notes that `stream` was not read for `owner`, or not for a part of what the owner has."""
        self._refused[stream, scope][owner] = words
        self._partial |= {stream} if is_partial else set()

    @override
    def close(self) -> None:
        """Logs a line for each stream that was skipped, then forgets it."""
        while self._refused:
            (stream, scope), refused = self._refused.popitem()
            owners = [owner for owner in refused if owner]
            whom = f" for {join_some(owners, NAMED)}" if owners else ""
            words = next(iter(refused.values()))
            later = " What it lacks until then comes once the stream is cleared." if stream in self._partial else ""
            LOGGER.warning(
                f"{stream} was skipped{whom}, as the token lacks a permission: {words}. Add {scope} to the app in "
                f"TikTok for Business and authorise it again, or leave the stream out.{later}"
                if scope != NOT_CONFIRMED
                else f"{stream} was skipped{whom}, as TikTok refused it: {words}. Nobody has confirmed that TikTok "
                "gives it so: leave the stream out, and please report it with this message."
            )


def find_refusal(response: requests.Response, scope: str = "") -> RefusedError:
    """The refusal in an answer. `scope` is the permission that the token lacks, if that is known."""
    answer = read_answer(response)
    words = quote_tiktok(answer.body)
    return RefusedError(answer.code or 0, words, scope, is_not_granted=is_not_granted(words))


def require_accepted(response: requests.Response | None) -> Answer:
    """The answer itself, or an empty one if there is none. Raises RefusedError if TikTok refused."""
    answer = read_answer(requests.Response() if response is None else response)
    if answer.code:
        raise find_refusal(answer)
    return answer
