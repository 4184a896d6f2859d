"""The request as it leaves and the answer as it arrives: the token goes to TikTok alone, nothing takes for ever."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import InitVar, dataclass
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

import requests
from airbyte_cdk import AirbyteTracedException, FailureType
from airbyte_cdk.sources.declarative.auth.declarative_authenticator import DeclarativeAuthenticator
from typing_extensions import override

from source_tiktok_marketing.answers import asked
from source_tiktok_marketing.organic import RENEWAL, TIKTOK_ACCOUNT, OrganicTokens
from source_tiktok_marketing.patience import Patience

# Seconds a body may take to arrive whole. The time-out of the manifest only bounds the silence between two bytes.
LONGEST_ANSWER = 600.0
PIECE = 262_144
# Bytes of JSON, unpacked: no page of TikTok's comes near it, and all of it is held in memory, several times over.
LARGEST_ANSWER = 64 * 1024 * 1024
DOWNLOAD = "report/task/download/"
ADVERTISER = "advertiser_id"


@dataclass
class TiktokAuthenticator(DeclarativeAuthenticator):
    """Puts the access token on a request, as it stands in the configuration, never taken for a template.

    It sees every request first, and so does two things more: what is known to be refused in this sync is not sent
    (`Patience`), and the answer is received by `_received`, which follows no redirect: `requests` would hand the
    token to whichever host it names.
    """

    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    of: str = ""

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self._patience = Patience.of(self.config)
        self._organic = OrganicTokens.of(self.config)

    @property
    @override
    def auth_header(self) -> str:
        """The header TikTok reads."""
        return "Access-Token"

    @property
    @override
    def token(self) -> str:
        """The access token, or the TikTok account's. Raises a config_error where no header can carry it."""
        if self.of == TIKTOK_ACCOUNT:
            return self._organic.access_token()
        token = str(self.config["credentials"].get("access_token", "")).strip()
        if token.isascii() and token.isprintable():
            return token
        raise AirbyteTracedException(
            message="credentials.access_token: has letters no token has. Copy it again from TikTok for Business.",
            internal_message="not printable ASCII",
            failure_type=FailureType.config_error,
        )

    @override
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Completes a request. Raises what is known already where asking is in vain."""
        self._patience.refuse_hopeless(path_of(request), asked(requests.RequestException(request=request), ADVERTISER))
        if self.of != RENEWAL:
            request.headers.update(self.get_auth_header())
        request.hooks["response"] = [_received]
        return request


def path_of(request: requests.PreparedRequest | None) -> str:
    """The endpoint of a request, `campaign/get/`; `?` where it is not known."""
    path = str(urlsplit(request.url or "").path) if request else "?"
    return path.partition("/v1.3/")[2] or path


class AnswerTooLargeError(requests.RequestException):
    """An answer has more than `LARGEST_ANSWER` bytes; what follows is not read."""


def _received(response: requests.Response, **_: Any) -> requests.Response:
    """The answer, its body read to the end, streamed or not. A connection that drips is shut after `LONGEST_ANSWER`.

    The download of a large report may have any size.
    """
    response.headers.pop("Location", None)
    watch = Timer(LONGEST_ANSWER, _shut, [response])
    watch.daemon = True
    watch.start()
    try:
        # `requests` takes ten kilobytes at a time, which is a third of what receiving a page costs.
        pieces = response.iter_content(PIECE)
        response._content = b"".join(pieces if path_of(response.request) == DOWNLOAD else _bounded(pieces))
    except requests.RequestException as error:
        error.request = response.request  # `requests` forgets it here, and with it the ad account
        response.close()
        raise
    finally:
        watch.cancel()
    return response


def _bounded(pieces: Iterable[bytes]) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > LARGEST_ANSWER:
            raise AnswerTooLargeError(f"more than {LARGEST_ANSWER} bytes")
        yield piece


def _shut(response: requests.Response) -> None:
    with contextlib.suppress(Exception):  # it has just ended by itself
        response.raw.shutdown()


# In which order, as one is a kind of the other.
NO_ANSWER = (
    (AnswerTooLargeError, f"its body has more than {LARGEST_ANSWER >> 20} MB, which no page has"),
    (requests.exceptions.SSLError, "its certificate was not accepted, or the encryption failed. Check the network's "
     "proxy and the certificates the connector trusts"),
    (requests.exceptions.ProxyError, "the network's proxy did not let the request through. Check its settings"),
    (requests.exceptions.Timeout, "it took too long"),
    (requests.exceptions.ContentDecodingError, "its compressed body was damaged on the way"),
    (requests.exceptions.ChunkedEncodingError, "its body broke off"),
)  # fmt: skip


def why_unanswered(error: Exception | None) -> str:
    """Why no answer came, in words for the user."""
    told = next((why for kind, why in NO_ANSWER if isinstance(error, kind)), "")
    if not told and ("NameResolutionError" in str(error) or "getaddrinfo" in str(error)):
        return "its name could not be looked up. Check the network and its name server (DNS)"
    return told or "the connection was lost"
