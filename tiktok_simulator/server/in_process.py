"""Answers the requests of this process from a simulator, without a connection."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from unittest.mock import patch

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import RequestException
from urllib3 import HTTPResponse

from tiktok_simulator.protocol.wire import ConnectionDroppedError, make_request
from tiktok_simulator.server.app import Simulator


@contextlib.contextmanager
def intercept(simulator: Simulator) -> Iterator[Simulator]:
    """Answers every request of the `requests` library, to any host, from the simulator while the context is open.

    A request to a host that TikTok does not have is answered with 403, and is in the transcript too. A dropped
    connection raises the exception that `requests` has for it.
    """
    adapter = _InProcess(simulator)
    # Looking for a proxy in the environment would take longer than most answers.
    with (
        patch.object(requests.Session, "get_adapter", lambda *_args, **_more: adapter),
        patch("requests.sessions.get_environ_proxies", lambda *_args, **_more: {}),
    ):
        yield simulator


class _InProcess(HTTPAdapter):
    """A transport adapter of `requests` that asks a simulator. Threads may share it."""

    ERRORS: ClassVar[Mapping[str, type[RequestException]]] = {
        "reset": requests.exceptions.ConnectionError,
        "timeout": requests.exceptions.ReadTimeout,
        "tls": requests.exceptions.SSLError,
        "dns": requests.exceptions.ConnectionError,
        "cut": requests.exceptions.ChunkedEncodingError,
    }

    def __init__(self, simulator: Simulator) -> None:
        super().__init__()
        self._simulator = simulator

    def send(self, request: requests.PreparedRequest, *_args: Any, **_more: Any) -> requests.Response:
        asked = make_request(str(request.method), str(request.url), request.headers, request.body)
        try:
            response = self._simulator.handle(asked)
        except ConnectionDroppedError as error:
            raise self.ERRORS[error.failure](str(error), request=request) from None
        if response.damaged:
            words = "Error -3 while decompressing data: incorrect header check"
            raise requests.exceptions.ContentDecodingError(words, request=request)
        if response.drip:
            raise requests.exceptions.ChunkedEncodingError("Connection broken: IncompleteRead", request=request)
        arrived = HTTPResponse(
            io.BytesIO(response.body), dict(response.headers), response.status, preload_content=False
        )
        return self.build_response(request, arrived)
