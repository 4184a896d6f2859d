"""Groups of streams: offered unless others are named; what every user needs is in none."""

from __future__ import annotations

from typing import Any

import pytest
from harness import discovered, read_streams
from rows import BELOW, ENTITIES, PERIODS, REPORTS, SPEC, TABLES

from source_tiktok_marketing.config.stream_selection import ORGANIC
from tiktok_simulator import Simulator

Config = dict[str, Any]
GROUPS: list[str] = SPEC["properties"]["stream_groups"]["items"]["enum"]
ACCOUNT = ("business_id", "client_id", "client_secret", "refresh_token")
UNGROUPED = {row["name"] for row in (*REPORTS, *PERIODS, *ENTITIES)} | {"advertisers", "advertiser_ids"}
GROUPED = [row for table in TABLES.values() for row in table if "group" in row]


def offered(config: Config, **options: Any) -> set[str]:
    return set(discovered(config | options))


def test_all_groups_are_offered_where_none_is_named(config: Config) -> None:
    wanted = {row["name"] for row in GROUPED if row["group"] != ORGANIC and "opt_in" not in row}
    assert offered(config) == UNGROUPED | wanted


@pytest.mark.samples(1)
@pytest.mark.parametrize("group", GROUPS)
def test_a_group_that_is_named_is_offered_beside_what_everybody_needs(group: str, config: Config) -> None:
    everything = {"include_leads": True, ORGANIC: dict.fromkeys(ACCOUNT, "not-a-secret")}
    wanted = {row["name"] for row in GROUPED if row["group"] == group}
    assert wanted
    assert offered(config, stream_groups=[group], **everything) == UNGROUPED | wanted


def test_every_group_can_be_named() -> None:
    assert {row["group"] for row in BELOW} <= set(GROUPS)


def test_a_stream_of_a_group_that_is_not_wanted_is_named_after_all_others_were_read(
    tiktok: Simulator, config: Config
) -> None:
    result = read_streams(["pixels", "campaigns"], config | {"stream_groups": ["lookups"]})
    assert result.statuses["campaigns"] == "COMPLETE"
    assert any("pixels (not offered with this configuration)" in error for error in result.errors)
