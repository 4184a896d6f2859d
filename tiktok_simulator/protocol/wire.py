"""A request, a response, a line of the transcript, and the errors that TikTok answers with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson


@dataclass(frozen=True)
class Request:
    """One HTTP request as the server sees it. The texts of `query` are decoded."""

    method: str
    host: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def parameters(self) -> Mapping[str, str]:
        """The query, and the members of a POST's JSON body. Other values than text are JSON text."""
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
        """The value of a header, or None. Upper and lower case in its name do not matter."""
        wanted = name.lower()
        return next((value for known, value in self.headers.items() if known.lower() == wanted), None)


@dataclass(frozen=True)
class Response:
    """One HTTP response.

    `code` is the code of the envelope. Plain text has None. The others say how a real socket sends the response:
    `delay` is the number of seconds before the answer, `drip` the number before each byte of the body. A `damaged` body
    is called gzip and is not. In process, `drip` and `damaged` raise the error that a client would get.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    code: int | None = None
    delay: float = 0.0
    drip: float = 0.0
    damaged: bool = False

    def json(self) -> Any:
        """The decoded body. Raises a ValueError if it is not JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Exchange:
    """One line of the transcript: a request, and its answer.

    `query` also has the members of a POST's body, written as in the query of a GET: text, or JSON text.
    """

    host: str
    method: str
    path: str
    query: Mapping[str, str]
    status: int
    code: int | None
    time: datetime


class ApiError(Exception):
    """An error in the envelope: HTTP 200, and a `code` that is not 0 (errors.md §1, §3)."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class BadRequestError(ApiError):
    """40002, with which TikTok refuses a request that it understands (errors.md §4)."""

    def __init__(self, message: str) -> None:
        super().__init__(40002, message)


class ConnectionDroppedError(Exception):
    """The connection ends without an answer. Each transport makes an error of its own out of it.

    `failure` is what a client in process sees: `reset`, `timeout`, `tls` (the certificate is not trusted), `dns` (the
    host has no address) or `cut` (the connection ends in the middle of the body). A real socket is reset in all cases.
    """

    def __init__(self, message: str, failure: str = "reset") -> None:
        super().__init__(message)
        self.failure = failure


def make_envelope(code: int, message: str, data: Mapping[str, Any], request_id: str) -> Response:
    """The JSON answer of every endpoint, with HTTP 200. Errors have it too (errors.md §1)."""
    body = {"code": code, "message": message, "request_id": request_id, "data": data}
    headers = {"Content-Type": "application/json; charset=utf-8", "X-Tt-Logid": request_id}
    return Response(200, headers, write_json(body), code)


def write_json(body: Mapping[str, Any]) -> bytes:
    """`body` as compact JSON. orjson is quick, but refuses whole numbers of more than 64 bits."""
    try:
        return orjson.dumps(body)
    except TypeError:
        return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def make_plain_text(status: int, text: str) -> Response:
    """An answer of plain text, as for a request that does not reach the API."""
    return Response(status, {"Content-Type": "text/plain; charset=utf-8"}, text.encode())


def make_request(method: str, url: str, headers: Any, body: Any) -> Request:
    """Makes a request of what a client sent. The query is taken out of the address; the body is bytes."""
    address = urlsplit(url)
    query = dict(parse_qsl(address.query, keep_blank_values=True))
    data = body.encode() if isinstance(body, str) else body or b""
    return Request(method, address.hostname or "", address.path, query, dict(headers), data)
