"""The files of a command line: UTF-8 whatever the locale, with or without a byte order mark."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def read_json(path: str) -> Any:
    """What the JSON file says. Raises OSError where it can't be read, ValueError where it is no UTF-8 or no JSON.

    The CDK's own readers open files in the encoding of the locale, which in a container is often ASCII.
    """
    return json.loads(Path(path).read_text(encoding="utf-8-sig"))
