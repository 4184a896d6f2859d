"""TikTok's answers: one decoding of a page, shared by everything that looks at it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from source_tiktok_marketing.requesters.json_decoding import read_json
from source_tiktok_marketing.schema.casting import CASTERS

_BODY, _QUERY, _MENDED = "_tiktok_body", "_tiktok_query", "_tiktok_mended"
_DOUBTED = "_tiktok_doubted"
NOT_GRANTED = re.compile(r"\bgrant\b.*/:?(GET|POST)\b")
LONGEST_COUNT = 12


def body_of(response: requests.Response) -> Mapping[str, Any]:
    """The envelope `{code, message, request_id, data}` of an answer; empty where the body is no JSON object.

    Decoded once and kept on the response: the error table, the extractor and the paginator all ask for it, and a
    page of 1,000 rows is a megabyte.
    """
    body: Mapping[str, Any] | None = getattr(response, _BODY, None)
    if body is None:
        body, mended = _decoded(response.content)
        setattr(response, _BODY, body)
        setattr(response, _MENDED, mended)
    return body


def is_mended(response: requests.Response) -> bool:
    """Whether `body_of` could read the answer only with something replaced."""
    return bool(getattr(response, _MENDED, False))


def keep_body(response: requests.Response, body: Mapping[str, Any]) -> None:
    """Notes what an answer says where somebody decoded it in another way: `body_of` then gives this."""
    setattr(response, _BODY, body)


def doubt(response: requests.Response) -> None:
    """Notes that a refusal came so often that whoever asked may ask for less."""
    setattr(response, _DOUBTED, True)


def is_doubted(response: requests.Response | Exception | None) -> bool:
    """Whether an answer is a refusal that may be about a part of what was asked for."""
    return bool(getattr(response, _DOUBTED, False))


def is_not_granted(words: str) -> bool:
    """Whether a refusal is about an endpoint the app may not use, `/file/video/ad/search/:GET`: of no account's."""
    return bool(NOT_GRANTED.search(words))


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
    return str(_decoded(body)[0].get(parameter) or "")


def _query_of(request: requests.PreparedRequest) -> Mapping[str, list[str]]:
    """The parameters of a request, taken apart once: a dozen questions are asked about each answer."""
    url, query = getattr(request, _QUERY, ("", {}))
    if url != request.url:
        query = parse_qs(str(urlsplit(request.url or "").query))
        setattr(request, _QUERY, (request.url, query))
    return query


def _counts_rows(page: int, size: int, total: int | None, pages: int | None) -> bool:
    """Whether a page should have rows by all that TikTok says; a first one by any."""
    if total is None:
        return pages is not None and max(page, 2) <= pages
    return (page - 1) * size < total and (page == 1 or pages is None or page <= pages)


def count_of(info: Mapping[str, Any], name: str) -> int | None:
    """A number of a `page_info`, None where it is left out. Raises ValueError where it is none."""
    value = info.get(name)
    if value is None:
        return None
    count = int(CASTERS["integer"](str(value)[:LONGEST_COUNT]))
    if count < 0:
        raise ValueError(value)
    return count


def _decoded(content: bytes) -> tuple[Mapping[str, Any], bool]:
    body, mended = read_json(content)
    return (body, mended) if isinstance(body, dict) else ({}, False)


ADVERTISER = "advertiser_id"


def path_of(request: requests.PreparedRequest | None) -> str:
    """The endpoint of a request, `campaign/get/`; `?` where it is not known."""
    path = str(urlsplit(request.url or "").path) if request else "?"
    return path.partition("/v1.3/")[2] or path
