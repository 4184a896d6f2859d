"""Breakdowns: how a count is divided among countries, ages, platforms and so on.

A dimension has a pattern, which is a list of cells. Unit number k of a count belongs to the cell at position k modulo
the length of the pattern. So the cells of any period add up exactly to the whole, and the cells of age are the sums of
the cells of age and gender.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from tiktok_simulator.protocol.tables import read_table

VARIANTS = 4
"""How many shuffles of a pattern there are. An ad uses one of them."""


@dataclass(frozen=True)
class Cell:
    """One value of a breakdown, or one combination of values.

    `before[k]` is how many of the first k units of the pattern belong to this cell.
    """

    values: tuple[str, ...]
    before: tuple[int, ...]

    def count_own(self, total: int) -> int:
        """How many of the first `total` units belong to this cell."""
        cycles, rest = divmod(total, len(self.before) - 1)
        return cycles * self.before[-1] + self.before[rest]


def _read_partitions() -> dict[tuple[str, ...], list[tuple[tuple[str, ...], int]]]:
    partitions: dict[tuple[str, ...], list[tuple[tuple[str, ...], int]]] = {}
    for row in read_table("cells"):
        dimensions = tuple(row["dimensions"].split("|"))
        partitions.setdefault(dimensions, []).append((tuple(row["values"].split("|")), int(row["weight"])))
    return partitions


PARTITIONS = _read_partitions()


def _shuffle_pattern(partition: tuple[str, ...], variant: int) -> list[tuple[str, ...]]:
    units = [values for values, weight in PARTITIONS[partition] for _ in range(weight)]
    random.Random(f"{partition} {variant}").shuffle(units)
    return units


@cache
def list_cells(dimensions: tuple[str, ...], variant: int) -> Sequence[Cell]:
    """The cells of one dimension, or of a pair such as age and gender, sorted by their values."""
    partition = next(names for names in PARTITIONS if set(dimensions) <= set(names))
    columns = [partition.index(name) for name in dimensions]
    pattern = [tuple(values[column] for column in columns) for values in _shuffle_pattern(partition, variant)]
    return [
        Cell(values, tuple(accumulate((unit == values for unit in pattern), initial=0)))
        for values in sorted(set(pattern))
    ]
