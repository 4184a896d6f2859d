"""Converts a value of TikTok's to its column's type, and counts those that do not fit."""

from __future__ import annotations

import logging
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from threading import Lock
from typing import Any

import orjson
from typing_extensions import override

from source_tiktok_marketing.schema.columns import Column, read_entity_columns
from source_tiktok_marketing.sync import Shared

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")
BOOLEANS: Mapping[str, bool] = {"true": True, "1": True, "false": False, "0": False}
# A larger number of seconds after 1970 must be milliseconds, or smaller.
LARGEST_SECONDS = 100_000_000_000
# A number of fewer digits may be a day, 20260105.
EPOCH = re.compile(r"\d{9,}(\.\d*)?")
# A name for UTC, and a blank before an offset, which ISO 8601 does not allow.
UTC_NAMED, BEFORE_OFFSET = re.compile(r" ?(UTC|GMT)$"), re.compile(r" (?=[+-]\d\d:?\d\d$)")
LONGEST_SHOWN = 60
NULL = "null"
Caster = Callable[[Any], Any]


class OddValues(Shared):
    """Counts the values that are not of their column's type: one warning per stream and column, at the end a sum."""

    def __init__(self, config: Mapping[str, Any]) -> None:  # noqa: ARG002 - as `of` calls it
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._lock = Lock()

    def fit(self, stream: str, column: Column, value: Any) -> Any:
        """A replacement for a value that its column's caster refused, or None; it is counted."""
        try:
            kept, becomes = _fit(column.type, value)
        except (TypeError, ValueError, OverflowError):
            kept, becomes = None, NULL
        self.add(stream, column, value, becomes)
        return kept

    def add(self, stream: str, column: Column, value: Any, becomes: str = NULL) -> None:
        """Counts one value that was replaced."""
        if self._is_first(stream, column.name, becomes):
            shown = repr(value[:LONGEST_SHOWN] if isinstance(value, str) else value)[:LONGEST_SHOWN]
            LOGGER.warning(
                f"{stream}.{column.name}: TikTok sent {shown}, which is no {column.type}; it becomes {becomes}."
            )

    def add_answer(self, stream: str) -> None:
        """Counts one answer in which something had to be replaced to read it."""
        if self._is_first(stream, "", ""):
            LOGGER.warning(
                f"{stream}: TikTok sent letters cut in half, or numbers JSON does not know. Such letters become "
                "U+FFFD, such numbers null."
            )

    @override
    def close(self) -> None:
        """Logs how many values of each column were replaced, then forgets it."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        for (stream, name, becomes), count in sorted(counts.items()):
            what = f".{name}: {count} values of an unexpected form became {becomes}" if name else f": {count} answers"
            LOGGER.info(f"{stream}{what} in this sync." if name else f"{stream}{what} of this sync were mended.")

    def _is_first(self, *what: str) -> bool:
        stream, name, becomes = what
        with self._lock:
            self._counts[stream, name, becomes] += 1
            return self._counts[stream, name, becomes] == 1


def _cast_string(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        raise TypeError(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _cast_number(value: Any) -> float | int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    return number


def _cast_integer(value: Any) -> int:
    try:
        return int(value) if isinstance(value, str | int) else _make_whole(value)
    except ValueError:
        return _make_whole(value)


def _make_whole(value: Any) -> int:
    number = float(value)
    if not number.is_integer():
        raise ValueError(value)
    return int(number)


def _cast_boolean(value: Any) -> bool:
    try:
        return BOOLEANS[str(value).lower()]
    except KeyError:
        raise ValueError(value) from None


@lru_cache(maxsize=4096, typed=True)
def _cast_day(value: str | float) -> str:
    """The day as it is written; for a number of seconds after 1970, the day in UTC."""
    return _parse_time(value).date().isoformat()


@lru_cache(maxsize=4096, typed=True)
def _cast_moment(value: str | float) -> str:
    """The time without a zone, as in all columns. One that is written with a zone is converted to UTC."""
    found = _parse_time(value)
    return (found.astimezone(UTC) if found.tzinfo else found).replace(tzinfo=None, microsecond=0).isoformat()


def _parse_time(value: str | float) -> datetime:
    """TikTok's times: ISO 8601 with or without zone and fraction, or seconds, milliseconds … after 1970."""
    text = str(value).strip()
    if isinstance(value, bool):
        raise TypeError(value)
    if not isinstance(value, str) or EPOCH.fullmatch(text):
        return _add_to_1970(float(value))
    day, rest = text[:10].replace("/", "-"), text[10:]
    try:
        return datetime.fromisoformat(BEFORE_OFFSET.sub("", UTC_NAMED.sub("+00:00", day + rest)))
    except ValueError:
        return (
            _add_to_1970(float(text)) if text.isascii() and text.isdecimal() else datetime.fromisoformat(day + rest[:9])
        )


def _add_to_1970(seconds: float) -> datetime:
    if not 0 <= seconds < math.inf:
        raise ValueError(seconds)
    while seconds > LARGEST_SECONDS:
        seconds /= 1000
    return datetime.fromtimestamp(seconds, UTC)


def _cast_object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(value)
    return value


def _make_list_caster(cast: Caster) -> Caster:
    def cast_all(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise TypeError(value)
        return [None if item is None else cast(item) for item in value]

    return cast_all


CASTERS: Mapping[str, Caster] = {
    "string": _cast_string,
    "integer": _cast_integer,
    "number": _cast_number,
    "boolean": _cast_boolean,
    "date": _cast_day,
    "date-time": _cast_moment,
    "epoch": _cast_moment,
    "object": _cast_object,
    "array<string>": _make_list_caster(_cast_string),
    "array<integer>": _make_list_caster(_cast_integer),
    "array<number>": _make_list_caster(_cast_number),
    "array<object>": _make_list_caster(_cast_object),
}


def _fit(column_type: str, value: Any) -> tuple[Any, str]:
    """A value in the form of its column, if possible without a loss, and a name for that form."""
    inner = column_type.removeprefix("array<").removesuffix(">")
    if inner != column_type:
        return [_fit_item(inner, item) for item in _make_list(value)], "a list"
    if column_type == "object":
        return _fit_item("object", _parse(value)), "an object"
    if column_type == "string":
        return orjson.dumps(value).decode(), "JSON text"
    return None, NULL


def _make_list(value: Any) -> list[Any]:
    found = _parse(value)
    return found if isinstance(found, list) else [found if isinstance(found, dict) else value]


def _fit_item(column_type: str, item: Any) -> Any:
    """An item of a list. If objects are wanted, any other item becomes the member `value` of one."""
    if item is None or item == "":
        return None
    if column_type == "object":
        return item if isinstance(item, dict) else {"value": item} if item != [] else {}
    try:
        return CASTERS[column_type](item)
    except (TypeError, ValueError, OverflowError):
        return orjson.dumps(item).decode() if column_type == "string" else None


def _parse(value: Any) -> Any:
    """The list or object in a JSON text; any other value as it is."""
    try:
        found = orjson.loads(value) if isinstance(value, str) else value
    except orjson.JSONDecodeError:
        return value
    return found if isinstance(found, list | dict) else value


def cast_entity(stream: str, row: Mapping[str, Any], odd_values: OddValues) -> dict[str, Any]:
    """One record of `stream` with its values typed, without nulls."""
    columns = read_entity_columns().get(stream, {})
    return dict(_type_values(stream, columns, row, odd_values))


def _type_values(
    stream: str, columns: Mapping[str, Column], row: Mapping[str, Any], odd_values: OddValues
) -> Iterable[tuple[str, Any]]:
    for name, value in row.items():
        if value is None:
            continue
        column = columns.get(name)
        try:
            yield name, CASTERS[column.type](value) if column else value
        except (TypeError, ValueError, OverflowError):
            if value != "" and column and (kept := odd_values.fit(stream, column, value)) is not None:
                yield name, kept
