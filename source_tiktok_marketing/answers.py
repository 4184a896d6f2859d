"""TikTok's answers: one decoding of a page, shared by everything that looks at it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import requests

_BODY = "_tiktok_body"


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


def data_of(response: requests.Response) -> Mapping[str, Any]:
    """The `data` member of an answer; empty where TikTok sent none."""
    return body_of(response).get("data") or {}


def asked(response: requests.Response, parameter: str) -> str:
    """The value a query parameter had in the request that was answered, `""` where it had none."""
    query = urlsplit(response.request.url or "").query
    values = parse_qs(str(query)).get(parameter)
    return values[0] if values else ""


def _decoded(content: bytes) -> Mapping[str, Any]:
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}
