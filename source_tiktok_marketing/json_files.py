"""The files of a command line: UTF-8 whatever the locale, with or without a byte order mark."""

from __future__ import annotations

import json
import re
import stat
from functools import cache
from pathlib import Path
from typing import Any

JSON = json.JSONDecoder()
BLANKS = re.compile(r"\s*")


def read_json(path: str) -> Any:
    """What the JSON file says. Raises OSError where it can't be read, ValueError where it is no UTF-8 or no JSON.

    The CDK's own readers open files in the encoding of the locale, which in a container is often ASCII.
    """
    return json.loads(_read_text(path))


def read_json_values(path: str) -> Any:
    """What the file says; a list where it has several values one after another, as lines of a saved output do."""
    text = _read_text(path)
    values, end = list[Any](), _skip_blanks(text, 0)
    while not values or end < len(text):
        value, end = JSON.raw_decode(text, end)
        values.append(value)
        end = _skip_blanks(text, end)
    return values if values[1:] else values[0]


def _skip_blanks(text: str, position: int) -> int:
    found = BLANKS.match(text, position)
    return found.end() if found else position


def _read_text(path: str) -> str:
    """The text of a file. The CDK reads each of them a second time, and a pipe gives what it has only once."""
    found = Path(path).stat()
    return _read(path) if stat.S_ISREG(found.st_mode) else _read_once(path, found.st_ino)


def _read(path: str) -> str:
    return Path(path).read_text(encoding="utf-8-sig")


@cache
def _read_once(path: str, inode: int) -> str:  # noqa: ARG001 - tells one pipe from another with the same path
    return _read(path)
