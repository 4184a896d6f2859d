"""Reads what a request asks for, and writes a request that asks for less."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import requests

from source_tiktok_marketing.errors import NothingToAskError, NothingToMeasureError
from source_tiktok_marketing.requesters.responses import Answer, read_answer

WORD, PLACEHOLDER = re.compile(r"\w+"), re.compile(r"\{\w+\}")
# Names and values are near the beginning of a message, and some messages are megabytes long.
LONGEST_MESSAGE = 20_000
WITH_LETTERS = re.compile(r"[^\W\d_]")
# Parameters whose values are ordinary words.
COMMON = {"report_type", "data_level", "service_type", "order_type", "sort_type", "query_mode"}
# Lists of metrics: each member is a column of its own.
METRIC_LISTS = ("metrics", "metrics_fields", "fields", "info_fields")
# A filter for one of these only adds rows. Without any other filter a request would get rows it did not ask for.
WIDENING = {"STATUS_ALL", "STATUS_NOT_DELETE"}

# A parameter, or a member of one, and one of its values.
Item = tuple[str, str]


@dataclass(frozen=True)
class Parameter:
    """One parameter of a request, or a member of one, with its values; `is_list` if TikTok takes several."""

    name: str
    values: tuple[str, ...]
    is_list: bool = True

    def is_named(self, tokens: set[str]) -> bool:
        """Whether a message with these words names the parameter, or one of its values."""
        return self.name in tokens or any(self.is_value_named(value, tokens) for value in self.values)

    def is_value_named(self, value: str, tokens: set[str]) -> bool:
        """Whether a message with these words names `value`. A number or a common word may mean something else."""
        words = WORD.findall(value)
        is_common = self.name in COMMON or value in ("true", "false") or not WITH_LETTERS.search(value)
        return bool(words) and not is_common and tokens.issuperset(words)


def read_words(response: requests.Response) -> list[str]:
    """The words and names in TikTok's message."""
    return WORD.findall(read_answer(response).message[:LONGEST_MESSAGE])


def split_tokens(response: requests.Response) -> set[str]:
    """The same, without order."""
    return set(read_words(response))


def is_vague(response: requests.Response) -> bool:
    """Whether TikTok's message names neither a parameter of the request nor a value in it."""
    tokens = split_tokens(response)
    return not any(parameter.is_named(tokens) for parameter in list_parameters(response))


def list_parameters(response: requests.Response) -> list[Parameter]:
    """The parameters of the request that was answered, and the members of those that are objects."""
    request = response.request
    query = parse_qs(str(urlsplit(request.url or "").query))
    given: dict[str, Any] = {name: values[0] for name, values in query.items()}
    body = _decode(request.body) if request.body else {}
    return list(_read_parameters("", given | (body if isinstance(body, dict) else {})))


def _read_parameters(name: str, value: Any) -> Iterator[Parameter]:
    value = _decode(value)
    if isinstance(value, dict) and "field_name" in value:  # how a report's filter is written
        yield from _read_parameters(str(value["field_name"]), value.get("filter_value"))
    elif isinstance(value, dict):
        for member, inner in value.items():
            yield from _read_parameters(str(member), inner)
    elif _has_objects(value):
        for each in value:
            yield from _read_parameters(name, each)
    elif isinstance(value, list):
        yield Parameter(name, tuple(map(str, value)))
    else:
        yield Parameter(name, (str(value),), is_list=False)


def list_items(parameters: Iterable[Parameter]) -> set[Item]:
    """All that a request asks for."""
    return {(each.name, value) for each in parameters for value in each.values}


def find_named_items(
    parameters: Iterable[Parameter], tokens: Sequence[str], ours: set[str]
) -> tuple[list[Item], set[Item]]:
    """The items of `ours` that a message with these words names, in its order, and the others of the same list.

    A message that names every metric of a list is about none of them in particular. Any other list is meant if the
    message has its name and all values are ours. A single value is meant if the message names it or its parameter.
    """
    given, words = list(parameters), set(tokens)
    for each in (each for each in given if each.is_list):
        named = [(each.name, value) for value in dict.fromkeys(tokens) if value in each.values and value in ours]
        others = {(each.name, value) for value in each.values if value not in words and value in ours}
        if named and (len(named) < len(each.values) or len(named) == 1 or each.name not in METRIC_LISTS):
            return named, others
        if others and len(others) == len(set(each.values)) and each.name in words and each.name not in METRIC_LISTS:
            return sorted(others), set()
    for each in (each for each in given if not each.is_list):
        if ours.issuperset(each.values) and each.is_named(words):
            return [(each.name, value) for value in each.values], set()
    return [], set()


def list_words(*written: Any) -> set[str]:
    """All words in some parameters, however deep; but no placeholders such as `{advertiser_id}`, and no numbers."""
    found: set[str] = set()
    for each in written:
        if isinstance(each, Mapping):
            found |= list_words(*each.values())
        elif isinstance(each, Iterable) and not isinstance(each, str | bytes):
            found |= list_words(*each)
        else:
            found |= {word for word in WORD.findall(PLACEHOLDER.sub(" ", str(each))) if not word.isdigit()}
    return found


def fill_in(ask: Mapping[str, str], owners: Mapping[str, str]) -> dict[str, str]:
    """The parameters with each `{placeholder}` replaced by its id; those that become empty are dropped."""
    found = {}
    for name, text in ask.items():
        for owner, value in owners.items():
            text = text.replace(f"{{{owner}}}", value)  # noqa: PLW2901
        found[name] = text
    return {name: text for name, text in found.items() if text}


def leave_out(asked: Any, items: set[Item], least: str = "", name: str = "") -> Any:
    """What is asked for, without `items`; None for a filter that only adds rows, if nothing of it is left.

    If no metric is left, `least` takes their place. Raises NothingToAskError if the request would be about something
    else, and NothingToMeasureError if no metric is left.
    """
    value = _decode(asked)
    if value is not asked:
        found = leave_out(value, items, least, name)
        return asked if found is value else None if found is None else orjson.dumps(found).decode()
    if isinstance(value, Mapping):
        own = str(value.get("field_name", ""))
        kept = {member: leave_out(each, items, least, own or str(member)) for member, each in value.items()}
        return None if own and kept.get("filter_value") is None else {member: each for member, each in kept.items()
                                                                  if each is not None}  # fmt: skip
    if _has_objects(value):
        return [found for each in value if (found := leave_out(each, items, least, name)) is not None]
    return _leave_out(value, items, least, name)


def _leave_out(value: Any, items: set[Item], least: str, name: str) -> Any:
    given = value if isinstance(value, list) else [value]
    kept = [each for each in given if (name, str(each)) not in items]
    if len(kept) == len(given):
        return value
    if not kept and name in METRIC_LISTS:
        if not least or (name, least) in items:
            raise NothingToMeasureError
        return [least]
    if not kept and not WIDENING.issuperset(map(str, given)):
        raise NothingToAskError
    return kept or None


def make_empty_page() -> Answer:
    """An answer without rows, for a request that was not sent."""
    response = requests.Response()
    response.status_code = requests.codes.ok
    info = {"page": 1, "page_size": 1, "total_number": 0, "total_page": 0}
    return Answer(response, orjson.dumps({"code": 0, "message": "OK", "data": {"list": [], "page_info": info}}))


def is_unasked(response: requests.Response) -> bool:
    """Whether an answer was made by `make_empty_page`: no request was sent."""
    return response.request is None


def _has_objects(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(each, dict) for each in value)


def _decode(value: Any) -> Any:
    """The value in a JSON text; anything else stays as it is."""
    text = value.decode(errors="replace") if isinstance(value, bytes) else value
    if not isinstance(text, str) or not text.startswith(("{", "[")):
        return value
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return value
