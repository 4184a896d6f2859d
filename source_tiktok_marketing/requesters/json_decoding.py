"""Reads JSON and CSV, also where TikTok writes what these do not allow."""

from __future__ import annotations

import codecs
import csv
import io
import json
import math
import re
from typing import Any

import orjson

LONGEST_INTEGER = 20  # digits of 64 bits
LONGEST_VALUE = 2**31 - 1
REPLACEMENT = "\ufffd"
# Half of a letter that takes two, for example of an emoji that was cut.
HALF_A_LETTER = re.compile("[\ud800-\udfff]")


def read_json(content: bytes) -> tuple[Any, bool]:
    """The document in `content`, or None if it can't be read, and whether it had to be mended.

    TikTok cuts texts to a length without regard to characters, which leaves half an emoji or half a UTF-8 sequence.
    Both become U+FFFD. Numbers that JSON does not know (NaN, Infinity, 1e999) become null. A byte-order mark, UTF-16
    and bare control characters are accepted; the mark alone does not count as mended. A document that breaks off is no
    answer.
    """
    try:
        return orjson.loads(content.removeprefix(codecs.BOM_UTF8)), False
    except orjson.JSONDecodeError:
        return _mend(content), True


def read_text(content: bytes) -> tuple[io.StringIO, bool]:
    """The lines of a CSV, and whether a character in it was cut and has become U+FFFD.

    A value may have any length: people write long texts, and change logs hold JSON.
    """
    csv.field_size_limit(LONGEST_VALUE)
    text = content.decode("utf-8-sig", errors="replace")
    return io.StringIO(text, newline=""), text.count(REPLACEMENT) > content.count(REPLACEMENT.encode())


def _mend(content: bytes) -> Any:
    try:
        text = content.decode(json.detect_encoding(content), errors="replace")
        found = json.loads(
            text, strict=False, parse_constant=_read_nothing, parse_float=_read_finite, parse_int=_read_integer
        )
        return orjson.loads(HALF_A_LETTER.sub(REPLACEMENT, json.dumps(found, ensure_ascii=False)))
    except (ValueError, RecursionError):
        return None


def _read_nothing(_: str) -> None:
    """Reads NaN and Infinity as null."""


def _read_finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _read_integer(digits: str) -> float | int | None:
    """An integer; a float if it has more digits than any count."""
    return int(digits) if len(digits) <= LONGEST_INTEGER else _read_finite(digits)
