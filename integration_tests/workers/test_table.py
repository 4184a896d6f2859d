"""Which streams get no table, whatever the database."""

from __future__ import annotations

from typing import Any

import pytest
from errors import UnfitError
from store import Table


@pytest.mark.parametrize("key", [{}, *({"source_defined_primary_key": key} for key in (None, [], [["pixel_id"]]))])
def test_a_stream_whose_columns_nobody_knows_beforehand_is_refused_by_its_name(key: dict[str, Any]) -> None:
    stream = {"name": "my_pixels", "json_schema": {"properties": {}}, **key}
    with pytest.raises(UnfitError, match=r"my_pixels has no table.* Name the other streams in STREAMS\."):
        Table.of(stream)


def test_a_table_that_no_worker_made_is_left_alone() -> None:
    table = Table("ads", {"ad_id": "string", "ad_name": "string"}, ["ad_id"])
    assert table.list_missing({"ad_id", "_written_at"}, "tiktok") == ["ad_name"]
    with pytest.raises(UnfitError, match=r"tiktok\.ads was not made by a worker.* Name another schema in SCHEMA"):
        table.list_missing({"ad_id", "ad_name"}, "tiktok")


def test_a_name_that_postgres_would_cut_off_is_refused() -> None:
    with pytest.raises(UnfitError, match="is longer than the 63 bytes"):
        Table.of({"name": "things", "json_schema": {"properties": {"n" * 64: {"type": "string"}}},
                  "source_defined_primary_key": [["n" * 64]]})  # fmt: skip
