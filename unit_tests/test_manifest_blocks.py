"""The manifest says everything once: what two places share is written in one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from source_tiktok_marketing.source import find_manifest

# Members a block may have in common with another one before it is called a copy.
ENOUGH = 12


Tree = Any  # a text, or a tuple of trees


def tree(events: Iterator[yaml.Event]) -> Tree | None:
    """The next node as it is written: a reference is its name, a mapping its keys and values; None at an end."""
    event = next(events)
    if isinstance(event, yaml.CollectionEndEvent):
        return None
    if isinstance(event, yaml.AliasEvent):
        return f"*{event.anchor}"
    if isinstance(event, yaml.ScalarEvent):
        return str(event.value)
    found: list[Tree] = []
    while (inner := tree(events)) is not None:
        found.append(inner)
    return tuple(found)


def blocks(node: Tree) -> Iterator[Tree]:
    """Every written-out part of a node that holds enough to be called a copy."""
    if isinstance(node, tuple):
        if leaves(node) >= ENOUGH:
            yield node
        for inner in node:
            yield from blocks(inner)


def leaves(node: Tree) -> int:
    return sum(map(leaves, node)) if isinstance(node, tuple) else 1


def test_no_block_is_written_twice() -> None:
    events = iter(yaml.parse(Path(find_manifest()).read_text(encoding="utf-8")))
    next(events), next(events)  # of the stream and the document
    manifest = tree(events)
    written = dict(zip(manifest[::2], manifest[1::2], strict=True))
    del written["spec"]  # a JSON schema has no references
    found = Counter(block for part in written.values() for block in blocks(part))
    assert [block for block, times in found.items() if times > 1] == []
