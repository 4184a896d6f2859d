"""What components share is theirs by the configuration they were built with, and it is closed once all is read."""

from __future__ import annotations

import gc
import weakref
from typing import Any

from source_tiktok_marketing.sync import Shared, Sync


class Notes(Shared):
    """Something of which a sync has one."""

    def __init__(self, config: Any, *rest: Any) -> None:
        self.made_of, self.closed = (config, *rest), 0

    def close(self) -> None:
        self.closed += 1


def test_there_is_one_part_for_all_who_hold_the_same_configuration() -> None:
    config = {"a": 1}
    assert Notes.of(config) is Notes.of(config) is Sync.of(config).get_shared(Notes)


def test_a_configuration_that_is_only_equal_has_parts_of_its_own() -> None:
    config = {"a": 1}
    first = Notes.of(config)
    assert Notes.of(dict(config)) is not first


def test_a_part_is_made_of_what_is_given_with_the_first_question() -> None:
    config = {"a": 1}
    first = Notes.of(config, "first")
    assert first.made_of == (config, "first")
    assert Notes.of(config, "second").made_of == (config, "first")


def test_every_part_is_closed_with_its_sync() -> None:
    config = {"a": 1}
    part = Notes.of(config)
    Sync.of(config).close()
    assert part.closed == 1


def test_a_sync_lasts_as_long_as_somebody_holds_one_of_its_parts() -> None:
    config = {"a": 1}
    part = Notes.of(config)
    found = weakref.ref(Sync.of(config))
    gc.collect(0)  # what is new: to look through all that the tests keep takes seconds
    assert found() is part.sync
    del part
    gc.collect(1)
    if found():
        gc.collect()
    assert found() is None
