"""TikTok's answers: one decoding of a page, shared by everything that looks at it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import requests
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets

from source_tiktok_marketing.decoding import read_json
from source_tiktok_marketing.values import CASTERS

_BODY, _QUERY, _MENDED = "_tiktok_body", "_tiktok_query", "_tiktok_mended"
_DOUBTED = "_tiktok_doubted"
LONGEST_WORDS = 500
NOT_GRANTED = re.compile(r"\bgrant\b.*/:?(GET|POST)\b")
REPORT_PARTS = ("dimensions", "metrics")
COUNTS = ("page", "page_size", "total_number", "total_page")
LONGEST_COUNT = 12
# What TikTok calls the rows of an answer, and how many of them were read where they are not in `body_of`.
ROWS, READ = ("list", "musics", "creative_portfolios"), "rows_read"
REPORT, ACCOUNTS = "/report/integrated/get/", ("/oauth2/advertiser/get/", "/advertiser/info/")
CREATE, CHECK = "/report/task/create/", "/report/task/check/"
STATES_OF_A_TASK = ("QUEUING", "PROCESSING", "SUCCESS", "FAILED", "CANCELED")
# Nobody nests so deep; what writes JSON gives up a little later.
MOST_LEVELS = 100


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


def printable(text: str) -> str:
    """The text without halves of letters, which JSON can write and nobody can read back."""
    return text.encode(errors="replace").decode()


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
    named, info = [data.get(name) for name in ROWS], data.get("page_info")
    if not all(isinstance(each, list | None) for each in named) or not isinstance(info, dict | None):
        yield "whose parts have another form than ever"
        return
    path, dimensions = str(urlsplit(response.request.url or "").path), _decoded_list(asked(response, "dimensions"))
    if path.endswith(CREATE) and not str(data.get("task_id") or "").isalnum():
        yield "without a task_id"
    if path.endswith(CHECK) and data.get("status") not in STATES_OF_A_TASK:
        yield "without a status that is known"
    rows = [row for each in named for row in each or ()]
    if not all(_is_row(row, path, dimensions) for row in rows):
        yield "with a row of another form than ever"
    if info:
        has_rows = bool(data.get(READ)) or any(each for each in data.values() if isinstance(each, list))
        yield from _page_flaws(asked(response, "page"), has_rows, info)


def _page_flaws(page: str, has_rows: bool, info: Mapping[str, Any]) -> Iterator[str]:
    try:
        at, size, total, pages = (count_of(info, name) for name in COUNTS)
    except ValueError:
        yield "whose page_info has no numbers"
        return
    if page and at and str(at) != page:
        yield f"with page {at} where page {page} was asked for"
    elif not has_rows and _counts_rows(at or int(page or 1), size or 0, total, pages):
        yield f"without rows on page {at or page} of {pages if total is None else f'{total} rows'}"


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


def _is_row(row: Any, path: str, dimensions: list[Any]) -> bool:
    if not isinstance(row, dict) or _is_deep(row):
        return False
    if path.endswith(ACCOUNTS):
        return str(row.get("advertiser_id")).isdecimal()
    if not path.endswith(REPORT):
        parts = ("info", *REPORT_PARTS) if "dimensions" in row else ()
        return all(isinstance(row.get(part) or {}, dict) for part in parts)
    return all(isinstance(row.get(part), dict) for part in REPORT_PARTS) and all(
        _is_dimension(name, row["dimensions"].get(name)) for name in dimensions
    )


def _is_dimension(name: str, value: Any) -> bool:
    """Whether a row can be told from others by this value; only a breakdown may be null."""
    if not name.startswith("stat_time"):
        return isinstance(value, str | int) or (value is None and not name.endswith("_id"))
    try:
        return bool(CASTERS["date-time"](value))
    except (TypeError, ValueError):
        return False


def _is_deep(row: Any) -> bool:
    layer = [row]
    for _ in range(MOST_LEVELS):
        members = (each.values() if isinstance(each, dict) else each for each in layer)
        layer = [inner for each in members for inner in each if isinstance(inner, dict | list)]
        if not layer:
            return False
    return True


def _decoded_list(text: str) -> list[Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return []
    return found if isinstance(found, list) else []


def _decoded(content: bytes) -> tuple[Mapping[str, Any], bool]:
    body, mended = read_json(content)
    return (body, mended) if isinstance(body, dict) else ({}, False)
