"""Checks that an answer has the form that TikTok promises for a page, a report or a task."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import orjson

from source_tiktok_marketing.requesters.pages import READ, ROWS
from source_tiktok_marketing.requesters.responses import Answer, read_count
from source_tiktok_marketing.schema.casting import CASTERS
from source_tiktok_marketing.schema.metrics import read_dimensions as dimension_table

ROW_MEMBERS = ("dimensions", "metrics")

COUNTS = ("page", "page_size", "total_number", "total_page")

REPORT, ACCOUNTS = "report/integrated/get/", ("oauth2/advertiser/get/", "advertiser/info/")

CREATE = "report/task/create/"

# No row nests so deep, and the JSON writer fails a little deeper.
DEEPEST = 100


def find_flaw(answer: Answer, statuses: Collection[str] = ()) -> str:
    """Why an answer of code 0 can't be used without losing rows or failing; `""` if it can.

    `statuses` are those that a task may have, if the answer is about one.
    """
    return next(_find_flaws(answer, answer.body.get("data"), statuses), "")


def _find_flaws(answer: Answer, data: Any, statuses: Collection[str]) -> Iterator[str]:
    if not isinstance(data, dict):
        yield "without data"
        return
    named, info = [data.get(name) for name in ROWS], data.get("page_info")
    if not all(isinstance(each, list | None) for each in named) or not isinstance(info, dict | None):
        yield "whose parts have another form than ever"
        return
    path, dimensions = answer.path, _decode_list(answer.get_parameter("dimensions"))
    if path == CREATE and not str(data.get("task_id") or "").isalnum():
        yield "without a task_id"
    if statuses and data.get("status") not in statuses:
        yield "without a status that is known"
    rows = [row for each in named for row in each or ()]
    if not all(_is_row(row, path, dimensions) for row in rows):
        yield "with a row of another form than ever"
    if info:
        has_rows = bool(data.get(READ)) or any(each for each in data.values() if isinstance(each, list))
        yield from _find_page_flaws(answer.get_parameter("page"), has_rows, info)


def _find_page_flaws(page: str, has_rows: bool, info: Mapping[str, Any]) -> Iterator[str]:
    try:
        at, size, total, pages = (read_count(info, name) for name in COUNTS)
    except ValueError:
        yield "whose page_info has no numbers"
        return
    if page and at and str(at) != page:
        yield f"with page {at} where page {page} was asked for"
    elif not has_rows and _should_have_rows(at or int(page or 1), size or 0, total, pages):
        yield f"without rows on page {at or page} of {pages if total is None else f'{total} rows'}"


def _should_have_rows(page: int, size: int, total: int | None, pages: int | None) -> bool:
    """Whether a page should have rows: by all of TikTok's counts, or for the first page by any of them."""
    if total is None:
        return pages is not None and max(page, 2) <= pages
    return (page - 1) * size < total and (page == 1 or pages is None or page <= pages)


def _is_row(row: Any, path: str, dimensions: list[Any]) -> bool:
    if not isinstance(row, dict) or _is_deep(row):
        return False
    if path in ACCOUNTS:
        return str(row.get("advertiser_id")).isdecimal()
    if path != REPORT:
        members = ("info", *ROW_MEMBERS) if "dimensions" in row else ()
        return all(isinstance(row.get(name) or {}, dict) for name in members)
    return all(isinstance(row.get(name), dict) for name in ROW_MEMBERS) and all(
        _is_dimension(name, row["dimensions"].get(name)) for name in dimensions
    )


def _is_dimension(name: str, value: Any) -> bool:
    """Whether this value can be a part of the row's key. Only a breakdown may be null."""
    if not name.startswith("stat_time"):
        known = dimension_table().get(name)
        return isinstance(value, str | int) or (value is None and (known is None or known.is_breakdown))
    try:
        return bool(CASTERS["date-time"](value))
    except (TypeError, ValueError):
        return False


def _is_deep(row: Any) -> bool:
    layer = [row]
    for _ in range(DEEPEST):
        members = (each.values() if isinstance(each, dict) else each for each in layer)
        layer = [inner for each in members for inner in each if isinstance(inner, dict | list)]
        if not layer:
            return False
    return True


def _decode_list(text: str) -> list[Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return []
    return found if isinstance(found, list) else []
