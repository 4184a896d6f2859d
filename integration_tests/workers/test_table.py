"""Which streams get no table, whatever the database."""

from __future__ import annotations

from typing import Any

import pytest
from errors import UnfitError
from store import Table


@pytest.mark.parametrize("key", [None, [], [["pixel_id"]]])
def test_a_stream_whose_columns_nobody_knows_beforehand_is_refused_by_its_name(key: Any) -> None:
    stream = {"name": "my_pixels", "json_schema": {"properties": {}}, "source_defined_primary_key": key}
    with pytest.raises(UnfitError, match=r"my_pixels has no table.* Name the other streams in STREAMS\."):
        Table.of(stream)


def test_a_name_that_postgres_would_cut_off_is_refused() -> None:
    with pytest.raises(UnfitError, match="is longer than the 63 bytes"):
        Table.of({"name": "things", "json_schema": {"properties": {"n" * 64: {"type": "string"}}},
                  "source_defined_primary_key": [["n" * 64]]})  # fmt: skip
