"""Receives TikTok's answers: follows no redirect, and limits the time and the size of a body."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import requests

from source_tiktok_marketing.errors import AnswerTooLargeError
from source_tiktok_marketing.requesters.responses import Answer, find_path
from source_tiktok_marketing.requesters.watchdog import Watchdog

# Seconds that a whole body may take. The time-out in the manifest only limits the silence between two bytes.
LONGEST_ANSWER = 600.0
WATCHDOG = Watchdog(LONGEST_ANSWER)
PIECE = 262_144
# Bytes of JSON, unpacked. No page of TikTok's comes near it, and memory has to hold it several times over.
LARGEST_ANSWER = 64 * 1024 * 1024
DOWNLOAD = "report/task/download/"


def receive(response: requests.Response, **_: Any) -> Answer:
    """Receives an answer and its whole body. A connection that only drips is closed after `LONGEST_ANSWER`.

    The download of a large report may have any size.
    """
    response.headers.pop("Location", None)
    try:
        # By itself `requests` reads ten kilobytes at a time, which is a third of the cost of receiving a page.
        pieces = response.iter_content(PIECE)
        with WATCHDOG.watch(response):
            limited = pieces if find_path(response.request) == DOWNLOAD else _limit_size(pieces)
            return Answer(response, b"".join(limited))
    except requests.RequestException as error:
        error.request = response.request  # `requests` leaves it out here, and with it the ad account
        response.close()
        raise


def _limit_size(pieces: Iterable[bytes]) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > LARGEST_ANSWER:
            raise AnswerTooLargeError(f"more than {LARGEST_ANSWER} bytes")
        yield piece


# The order matters, as some of these are subclasses of others.
NO_ANSWER = (
    (AnswerTooLargeError, f"its body has more than {LARGEST_ANSWER >> 20} MB, which no page has"),
    (requests.exceptions.SSLError, "its certificate was not accepted, or the encryption failed. Check the network's "
     "proxy and the certificates the connector trusts"),
    (requests.exceptions.ProxyError, "the network's proxy did not let the request through. Check its settings"),
    (requests.exceptions.Timeout, "it took too long"),
    (requests.exceptions.ContentDecodingError, "its compressed body was damaged on the way"),
    (requests.exceptions.ChunkedEncodingError, "its body broke off"),
)  # fmt: skip


def explain_silence(error: Exception | None) -> str:
    """Why no answer came, in words for the user."""
    told = next((why for error_class, why in NO_ANSWER if isinstance(error, error_class)), "")
    if not told and ("NameResolutionError" in str(error) or "getaddrinfo" in str(error)):
        return "its name could not be looked up. Check the network and its name server (DNS)"
    return told or "the connection was lost"
