"""Values of templates are read in several threads at once. Pythons from 3.11.8 on can do that by themselves."""

from __future__ import annotations

import ast
import gc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

import source_tiktok_marketing  # noqa: F401 - reading in turn begins with the package

NUMBERS = list(range(100))
TEXT = str(NUMBERS)


class Knot:
    """What only the garbage collector can free. It runs `freed` then, whatever this thread is in the middle of."""

    def __init__(self, freed: Callable[[], object]) -> None:
        self.itself, self.freed = self, freed

    def __del__(self) -> None:
        self.freed()


@pytest.fixture
def eager_collector() -> Iterator[None]:
    """A garbage collector that comes while a literal is read, as one makes more objects than it waits for."""
    before = gc.get_threshold()
    gc.set_threshold(50)
    yield
    gc.set_threshold(*before)


@pytest.mark.usefixtures("eager_collector")
def test_a_thread_that_reads_a_literal_while_another_is_in_the_middle_of_one_does_not_disturb_it() -> None:
    with ThreadPoolExecutor(1) as other:

        def read_elsewhere() -> None:
            wait([other.submit(ast.literal_eval, TEXT)], timeout=0.02)

        for _ in range(10):
            Knot(read_elsewhere)
            assert ast.literal_eval(TEXT) == NUMBERS
