"""Finds records that lie anywhere in an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

# In a path: each value of an object whose keys are ids. {"7001": {…}} becomes {"key": "7001", …}.
EVERY = "*"


def walk_to(data: Mapping[str, Any], path: str, key_as: str = "value") -> Iterable[Mapping[str, Any]]:
    """The objects at the end of `path`, each with the members beside it on the way, except those of `data` itself."""
    first, _, rest = path.partition(".")
    start = data.get(first) if first and first != EVERY else data
    return _walk(start, rest.split(".") if rest else [EVERY] if first == EVERY else [], key_as, {})


def _walk(data: Any, path: list[str], key_as: str, around: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if data is None:
        return
    if isinstance(data, list):
        for element in data:
            yield from _walk(element, path, key_as, around)
    elif not isinstance(data, dict):
        yield {**around, key_as: data}
    elif not path:
        yield {**around, **data}
    elif path[0] == EVERY:
        for key, value in data.items():
            yield from _walk(value, path[1:], key_as, {**around, key_as: key})
    else:
        beside = {name: value for name, value in data.items() if name != path[0]}
        yield from _walk(data.get(path[0]), path[1:], key_as, {**around, **beside})
