"""Finds records that lie anywhere in an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

# In a path: each value of an object whose members are named by ids. {"7001": {…}} becomes {"value": "7001", …}.
EVERY = "*"


def walk_to(data: Mapping[str, Any], path: str, as_column: str = "value") -> Iterable[Mapping[str, Any]]:
    """The objects at the end of `path`, each with the members beside it on the way, except those of `data` itself."""
    first, _, rest = path.partition(".")
    start = data.get(first) if first and first != EVERY else data
    return _walk(start, rest.split(".") if rest else [EVERY] if first == EVERY else [], as_column, {})


def _walk(data: Any, path: list[str], as_column: str, around: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if data is None:
        return
    if isinstance(data, list):
        for element in data:
            yield from _walk(element, path, as_column, around)
    elif not isinstance(data, dict):
        yield {**around, as_column: data}
    elif not path:
        yield {**around, **data}
    elif path[0] == EVERY:
        for name, value in data.items():
            yield from _walk(value, path[1:], as_column, {**around, as_column: name})
    else:
        beside = {name: value for name, value in data.items() if name != path[0]}
        yield from _walk(data.get(path[0]), path[1:], as_column, {**around, **beside})
