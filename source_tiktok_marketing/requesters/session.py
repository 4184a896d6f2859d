"""Prepares requests for TikTok. What is the same for all is worked out once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast
from urllib.parse import urlencode

import requests
from airbyte_cdk.sources.http_config import MAX_CONNECTION_POOL_SIZE
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from typing_extensions import override

from source_tiktok_marketing.requesters.responses import KnownRequest

# How many parameters are kept as they are written in an address. Most of the length is the names of metrics.
MOST_KEPT = 500


class TiktokSession(requests.Session):
    """A session whose requests all go to TikTok and differ in little but their parameters.

    `requests` parses and rewrites every address, merges cookies, hooks and authentication, and looks through the
    environment for proxies and certificates: a quarter of the CPU time of a request. Here each endpoint's address is
    prepared once, and the environment is looked through once for each host. What goes out is the same to the byte.

    Anything but a GET request with texts as its parameters is left to `requests`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.mount("https://", HTTPAdapter(MAX_CONNECTION_POOL_SIZE, MAX_CONNECTION_POOL_SIZE))
        self._addresses: dict[str, str] = {}
        self._settings: dict[tuple[Any, ...], Mapping[str, Any]] = {}

    @override
    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """The request as it goes out, signed by the authenticator."""
        parameters, url = request.params, str(request.url)
        if not _is_plain(request):
            return super().prepare_request(request)
        prepared = KnownRequest(parameters)
        prepared.prepare_method("GET")
        prepared.url = self._prepare_address(url)
        prepared.headers = CaseInsensitiveDict(cast("Mapping[str, str]", self.headers))
        if parameters:
            prepared.url += "?" + "&".join(_encode(name, value) for name, value in parameters.items())
        if self.cookies:
            prepared.prepare_cookies(self.cookies)
        prepared.prepare_hooks(self.hooks)
        prepared.prepare_auth(self.auth)
        return prepared

    def _prepare_address(self, url: str) -> str:
        if url not in self._addresses:
            self._addresses[url] = str(requests.Request("GET", url).prepare().url)
        return self._addresses[url]

    @override
    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        """Proxies and certificates, as the environment and the caller have them."""
        if proxies:
            return super().merge_environment_settings(url, proxies, stream, verify, cert)
        key = (url[: url.find("/", len("https://"))], stream, verify, cert)
        if key not in self._settings:
            self._settings[key] = super().merge_environment_settings(url, proxies, stream, verify, cert)
        return self._settings[key]


def _is_plain(request: requests.Request) -> bool:
    """Whether a request is nothing but an address and some texts as its parameters."""
    more = request.data or request.json or request.files or request.headers or request.auth or request.cookies
    parameters, is_whole = request.params, "?" in request.url or "#" in request.url
    return (
        request.method == "GET" and not more and not is_whole
        and isinstance(parameters, dict) and {str}.issuperset(map(type, parameters.values()))
    )  # fmt: skip


@lru_cache(MOST_KEPT)
def _encode(name: str, value: str) -> str:
    """One parameter as it is written in an address."""
    return urlencode({name: value})
