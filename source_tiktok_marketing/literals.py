"""Reading Python literals in several threads at once, which the CDK does with the value of each template."""

from __future__ import annotations

import ast
import sys
from functools import wraps
from threading import RLock
from typing import Any

# From this version on each thread counts for itself (CPython gh-106905, mended in python/cpython#113476 after 3.11.7).
MENDED = (3, 11, 8)


def read_literals_in_turn() -> None:
    """Has `ast.literal_eval` read one literal at a time, if this Python cannot read several at once.

    Before 3.11.8 all threads count the depth of what they parse together. If the garbage collector hands over to
    another thread in the middle, one of the two fails with "AST constructor recursion depth mismatch", and with it a
    stream of the sync.
    """
    read = ast.literal_eval
    if sys.version_info >= MENDED or hasattr(read, "__wrapped__"):
        return
    turn = RLock()

    @wraps(read)
    def read_in_turn(node_or_string: Any) -> Any:
        with turn:
            return read(node_or_string)

    ast.literal_eval = read_in_turn
