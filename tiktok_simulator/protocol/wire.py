"""A request, a response, a line of the transcript, and TikTok's refusal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    """One HTTP request as the server sees it; `query` holds decoded text."""

    method: str
    host: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def parameters(self) -> Mapping[str, str]:
        """The query and the members of a POST's JSON body, all as text: anything but a text as JSON."""
        if self.method != "POST":
            return self.query
        try:
            members = json.loads(self.body)
        except ValueError:
            return self.query
        found = members.items() if isinstance(members, dict) else ()
        texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in found}
        return {**self.query, **texts}

    def get_header(self, name: str) -> str | None:
        """The header's value whatever the case of its name, or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers.items() if key.lower() == wanted), None)


@dataclass(frozen=True)
class Response:
    """One HTTP response.

    `code` is the envelope's code (None for plain text). Over a real socket alone: `delay` is how many seconds it
    waits before it answers, `drip` how many before each letter of the body; with `damaged` the body is no gzip though
    it is called so (the in-process transport raises what a client would).
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    code: int | None = None
    delay: float = 0.0
    drip: float = 0.0
    damaged: bool = False

    def json(self) -> Any:
        """The decoded body; raises ValueError when it is not JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Exchange:
    """One line of the transcript: what was asked, and how it was answered.

    `query` holds the members of a POST's body too, as a GET would write them: text, or JSON text.
    """

    host: str
    method: str
    path: str
    query: Mapping[str, str]
    status: int
    code: int | None
    time: datetime


class ApiError(Exception):
    """A refusal inside the envelope: HTTP 200, `code` other than 0 (errors.md §1, §3)."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class BadRequestError(ApiError):
    """40002, TikTok's answer to every request it understands and refuses (errors.md §4)."""

    def __init__(self, message: str) -> None:
        super().__init__(40002, message)


class ConnectionDroppedError(Exception):
    """The connection ends without an answer; each transport turns it into its own kind of failure.

    `kind` is how, for a client in process: `reset`, `timeout`, `tls` (no trust in the certificate), `dns` (no address)
    or `cut` (in the middle of the body). Over a real socket all are a reset.
    """

    def __init__(self, message: str, kind: str = "reset") -> None:
        super().__init__(message)
        self.kind = kind


def make_envelope(code: int, message: str, data: Mapping[str, Any], request_id: str) -> Response:
    """The JSON answer every endpoint gives, errors included, with HTTP 200 (errors.md §1)."""
    body = {"code": code, "message": message, "request_id": request_id, "data": data}
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    headers = {"Content-Type": "application/json; charset=utf-8", "X-Tt-Logid": request_id}
    return Response(200, headers, text.encode(), code)


def make_plain_text(status: int, text: str) -> Response:
    """The answer to a request that never reached the API."""
    return Response(status, {"Content-Type": "text/plain; charset=utf-8"}, text.encode())


def make_request(method: str, url: str, headers: Any, body: Any) -> Request:
    """A request as it arrives: the parameters of its address apart, its body as bytes."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    data = body.encode() if isinstance(body, str) else body or b""
    return Request(method, parts.hostname or "", parts.path, query, dict(headers), data)
