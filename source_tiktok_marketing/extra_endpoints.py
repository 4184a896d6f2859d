"""Endpoints that have no stream of their own: the user names one, and it becomes a row like those of the manifest."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
from jsonschema import Draft7Validator

# Who is asked about, by the user's word: the router's, and the parameter that names it.
OWNERS: Mapping[str, tuple[str, str]] = {
    "advertiser": ("advertiser", "advertiser_id"),
    "any_advertiser": ("any_advertiser", "advertiser_id"),
    "business_center": ("business_center", "bc_id"),
    "nothing": ("app", ""),
}
PAGED = ("pages", "cursor")
PATH = re.compile(r"[a-z0-9_]+(/[a-z0-9_]+)+")
# Those that hand out or take back tokens, and those that change something though they are asked for with GET.
NEVER = re.compile(r"(^|/)oauth2?/|(^|/)(create|update|delete|upload|revoke|cancel)$")
PAGE_PARAMETERS = {"page", "page_size", "cursor", "max_count"}


def extra_rows(config: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of the user's endpoints; what has not the shape of one is left out, and `mistakes` refuses it."""
    return [_row(raw) for raw in _shaped(config)]


def mistakes(config: Mapping[str, Any], spec: Mapping[str, Any], taken: Iterable[str]) -> Iterator[str]:
    """What is wrong with the endpoints of a configuration, a sentence each. `taken` are the names of other streams."""
    if not Draft7Validator(spec["properties"]["extra_endpoints"]).is_valid(config.get("extra_endpoints", [])):
        return
    endpoints = config.get("extra_endpoints", [])
    times = Counter([*taken, *(raw["name"] for raw in endpoints)])
    for index, raw in enumerate(endpoints):
        where = f"extra_endpoints[{index}] {raw['name']!r}"
        path = str(raw["path"]).strip("/")
        if times[raw["name"]] > 1:
            yield f"{where} name: is the name of another stream. Choose another."
        if not PATH.fullmatch(path):
            yield f"{where} path: must be the part of an endpoint's address behind v1.3/, such as bc/get/."
        elif NEVER.search(path):
            yield f"{where} path: is no endpoint to read from. Choose one that lists or gets something."
        if paging := PAGE_PARAMETERS & set(raw.get("parameters") or {}):
            yield f"{where} parameters: leave out {', '.join(sorted(paging))}, which paging and page_size set."
        if raw.get("paging", "none") in PAGED and not raw.get("page_size"):
            yield f"{where} page_size: is missing. Enter how many records TikTok gives at once."


def _shaped(config: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    raw = config.get("extra_endpoints")
    for endpoint in raw if isinstance(raw, list) else ():
        if isinstance(endpoint, Mapping) and all(isinstance(endpoint.get(name), str) for name in ("name", "path")):
            yield endpoint


def _row(raw: Mapping[str, Any]) -> dict[str, Any]:
    of, owner = OWNERS.get(str(raw.get("for_each", "advertiser")), OWNERS["advertiser"])
    asked = {owner: f"{{{owner}}}"} if owner else {}
    given = raw.get("parameters") if isinstance(raw.get("parameters"), Mapping) else {}
    paging = raw.get("paging", "none")
    return {
        "name": raw["name"],
        "scope": "the permission of this endpoint",
        "of": of,
        "endpoint": str(raw["path"]).strip("/") + "/",
        "ask": asked | {name: _text(value) for name, value in (given or {}).items()},
        "records": str(raw.get("records") or ""),
        "key": list(raw.get("key") or []),
        "rows_per_page": raw.get("page_size") if paging in PAGED else None,
        "own": True,
        "counted_by": "max_count" if paging == "cursor" else "",
    }


def _text(value: Any) -> str:
    """A parameter as TikTok reads it: what is no text is JSON."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()
