"""TikTok's answers: one decoding of a page, shared by everything that looks at it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import requests
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets

_BODY, _QUERY = "_tiktok_body", "_tiktok_query"
LONGEST_WORDS = 500
REPORT_PARTS = ("dimensions", "metrics")
COUNTS = ("page", "page_size", "total_number", "total_page")


def body_of(response: requests.Response) -> Mapping[str, Any]:
    """The envelope `{code, message, request_id, data}` of an answer; empty where the body is no JSON object.

    Decoded once and kept on the response: the error table, the extractor and the paginator all ask for it, and a
    page of 1,000 rows is a megabyte.
    """
    body: Mapping[str, Any] | None = getattr(response, _BODY, None)
    if body is None:
        body = _decoded(response.content)
        setattr(response, _BODY, body)
    return body


def keep_body(response: requests.Response, body: Mapping[str, Any]) -> None:
    """Notes what an answer says where somebody decoded it in another way: `body_of` then gives this."""
    setattr(response, _BODY, body)


def data_of(response: requests.Response) -> Mapping[str, Any]:
    """The `data` member of an answer; empty where TikTok sent none."""
    return body_of(response).get("data") or {}


def request_of(answer: requests.Response | Exception | None) -> requests.PreparedRequest | None:
    """The request an answer, or the lack of one, is about; a broken download does not always tell."""
    found: requests.PreparedRequest | None = getattr(answer, "request", None)
    return found


def asked(answer: requests.Response | Exception | None, parameter: str) -> str:
    """The value a parameter had in the request that was answered, `""` where it had none."""
    request = request_of(answer)
    if request is None:
        return ""
    values = _query_of(request).get(parameter)
    if values or not request.body:
        return values[0] if values else ""
    body = request.body if isinstance(request.body, bytes) else str(request.body).encode()
    return str(_decoded(body).get(parameter) or "")


def _query_of(request: requests.PreparedRequest) -> Mapping[str, list[str]]:
    """The parameters of a request, taken apart once: a dozen questions are asked about each answer."""
    url, query = getattr(request, _QUERY, ("", {}))
    if url != request.url:
        query = parse_qs(str(urlsplit(request.url or "").query))
        setattr(request, _QUERY, (request.url, query))
    return query


def plain(words: Any, longest: int = LONGEST_WORDS) -> str:
    """Somebody else's words on one line, without secrets or what a terminal or a log would obey, and not endless."""
    text = filter_secrets(str(words)[: 2 * longest])
    line = " ".join("".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in text).split())
    return line if len(line) <= longest else f"{line[:longest]}…"


def flaw_in(response: requests.Response) -> str:
    """What is wrong with an answer of code 0, where following it would lose rows or break; `""` where nothing is."""
    return next(_flaws(response, body_of(response).get("data")), "")


def _flaws(response: requests.Response, data: Any) -> Iterator[str]:
    if not isinstance(data, dict):
        yield "without data"
        return
    rows, info = data.get("list"), data.get("page_info")
    if not isinstance(rows, list | None) or not isinstance(info, dict | None):
        yield "whose parts have another form than ever"
        return
    is_report = str(urlsplit(response.request.url or "").path).endswith("/report/integrated/get/")
    if not all(_is_row(row, is_report) for row in rows or ()):
        yield "with a row of another form than ever"
    if info:
        yield from _page_flaws(asked(response, "page"), rows, info)


def _page_flaws(page: str, rows: list[Any] | None, info: Mapping[str, Any]) -> Iterator[str]:
    if not all(str(info.get(name, 0)).isdecimal() for name in COUNTS):
        yield "whose page_info has no numbers"
        return
    at, size, total = (int(info.get(name, 0)) for name in ("page", "page_size", "total_number"))
    if page and at and str(at) != page:
        yield f"with page {at} where page {page} was asked for"
    elif rows == [] and at and (at - 1) * size < total:
        yield f"without rows on page {at} of {total} rows"


def _is_row(row: Any, is_report: bool) -> bool:
    return isinstance(row, dict) and (not is_report or all(isinstance(row.get(part), dict) for part in REPORT_PARTS))


def _decoded(content: bytes) -> Mapping[str, Any]:
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}
