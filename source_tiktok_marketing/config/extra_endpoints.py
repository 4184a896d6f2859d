"""Endpoints without a stream of their own: the user names one, and it becomes a row like those of the manifest."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from source_tiktok_marketing.config.form import Path, list_fields
from source_tiktok_marketing.config.unknown_options import find_mistakes_in
from source_tiktok_marketing.schema.owners import OWNERS

# The user's word for an owner, if it is not the manifest's.
NOTHING = {"nothing": "app"}
OPTION = "extra_endpoints"
PAGED = ("pages", "cursor")
PATH = re.compile(r"[a-z0-9_]+(/[a-z0-9_]+)+")
# Endpoints that give or revoke tokens, and those that change something though they are called with GET.
NEVER = re.compile(r"(^|/)oauth2?/|(^|/)(create|update|delete|upload|revoke|cancel)$")
PAGE_PARAMETERS = {"page", "page_size", "cursor", "max_count"}


def read_endpoints(config: Mapping[str, Any]) -> Any:
    """The user's endpoints, all in one shape. An entry that is no object is kept for the schema to refuse.

    Parameters may be an object, as the form once had them: `{"filtering": {"a": 1}}` is
    `[{"name": "filtering", "value": '{"a":1}'}]`.
    """
    raw = config.get(OPTION, [])
    if not isinstance(raw, list):
        return raw
    return [_fill(endpoint) if isinstance(endpoint, Mapping) else endpoint for endpoint in raw]


def _fill(endpoint: Mapping[str, Any]) -> dict[str, Any]:
    tidy = {name: value.strip() if isinstance(value, str) else value for name, value in endpoint.items()}
    given = {name: value for name, value in tidy.items() if value not in (None, "", [], {})}
    if isinstance(parameters := given.get("parameters"), Mapping):
        given["parameters"] = [{"name": str(name), "value": _write_text(value)} for name, value in parameters.items()]
    return given


def make_extra_rows(config: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of the user's endpoints, without ill-formed ones, which `find_mistakes` refuses."""
    return [_make_row(raw) for raw in _list_well_formed(config)]


def find_mistakes(
    config: Mapping[str, Any], taken: Iterable[str], flawed: Iterable[Path], spec: Mapping[str, Any]
) -> Iterator[tuple[Path, str]]:
    """What is wrong with the user's endpoints, except in the fields that the schema refuses (`flawed`).

    `taken` are the names of other streams.
    """
    endpoints = config[OPTION] if isinstance(config[OPTION], list) else []
    schema = spec["properties"][OPTION]["items"]
    written = [(index, raw) for index, raw in enumerate(endpoints) if isinstance(raw, Mapping)]
    times = Counter([*taken, *(raw["name"] for _, raw in written if isinstance(raw.get("name"), str))])
    for index, raw in written:
        wrong = list_fields(flawed, OPTION, index)
        sound = {name: value for name, value in raw.items() if name not in wrong}
        found = [*_find_endpoint_mistakes(sound, times), *find_mistakes_in(raw, schema)]
        yield from (((OPTION, index, name), why) for name, why in found if name not in wrong)


def _find_endpoint_mistakes(raw: Mapping[str, Any], times: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    if times.get(raw.get("name", ""), 0) > 1:
        yield "name", "is the name of another stream. Choose another."
    if "path" in raw:
        yield from _find_path_mistakes(raw["path"].strip("/"))
    yield from _find_parameter_mistakes(raw)


def _find_path_mistakes(path: str) -> Iterator[tuple[str, str]]:
    if not PATH.fullmatch(path):
        yield "path", "must be the part of an endpoint's address behind v1.3/, such as bc/get/."
    elif NEVER.search(path):
        yield "path", "is no endpoint to read from. Choose one that lists or gets something."


def _find_parameter_mistakes(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    times = Counter(parameter["name"] for parameter in raw.get("parameters", ()))
    if paging := PAGE_PARAMETERS & set(times):
        yield "parameters", f"leave out {', '.join(sorted(paging))}, which Paging and Page Size set."
    if twice := sorted(name for name, count in times.items() if count > 1):
        yield "parameters", f"{', '.join(twice)} is there more than once. Give each parameter one value."
    if raw.get("paging", "none") in PAGED and not raw.get("page_size"):
        yield "page_size", "is missing. Enter how many records TikTok gives at once."


def _list_well_formed(config: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    raw = config.get("extra_endpoints")
    for endpoint in raw if isinstance(raw, list) else ():
        if isinstance(endpoint, Mapping) and all(isinstance(endpoint.get(name), str) for name in ("name", "path")):
            yield endpoint


def _read_parameters(raw: Mapping[str, Any]) -> dict[str, str]:
    given = raw.get("parameters")
    listed = [each for each in given if isinstance(each, Mapping)] if isinstance(given, list) else []
    return {str(each.get("name")): str(each.get("value") or "") for each in listed}


def _make_row(raw: Mapping[str, Any]) -> dict[str, Any]:
    word = str(raw.get("for_each", "advertiser"))
    of = word if word in OWNERS else NOTHING.get(word, "advertiser")
    owner = OWNERS[of].parameter
    asked = {owner: f"{{{owner}}}"} if owner else {}
    paging = raw.get("paging", "none")
    return {
        "name": raw["name"],
        "scope": "the permission of this endpoint",
        "of": of,
        "endpoint": str(raw["path"]).strip("/") + "/",
        "ask": asked | _read_parameters(raw),
        "records": str(raw.get("records") or ""),
        "key": list(raw["key"]) if isinstance(raw.get("key"), list) else [],
        "rows_per_page": raw.get("page_size") if paging in PAGED else None,
        "own": True,
        "counted_by": "max_count" if paging == "cursor" else "",
    }


def _write_text(value: Any) -> str:
    """A parameter as TikTok reads it: anything but a text as JSON."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()
