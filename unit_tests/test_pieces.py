"""A page TikTok can't read costs the row it can't read: all others come, and that one is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from harness import Sync

from tiktok_simulator import Simulator
from tiktok_simulator.world.ready_made import BERLIN, TOKYO

Config = dict[str, Any]
Read = Callable[..., Sync]
PATHS = {"smart_plus_ads": "/smart_plus/ad/get/", "campaigns": "/campaign/get/", "pixels": "/pixel/list/"}


def rows_of(result: Sync, stream: str) -> list[str]:
    return sorted(str(sorted(row.items(), key=str)) for row in result.rows(stream))


@pytest.mark.samples(3)
@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("stream", PATHS)
def test_one_unreadable_row_costs_that_row(
    stream: str, number: int, tiktok: Simulator, sync: Read, config: Config
) -> None:
    two = config | {"advertiser_ids": [TOKYO, BERLIN]}
    whole = sync(stream, config=two)
    fault = tiktok.faults.unreadable_row(number, PATHS[stream])
    fault.advertiser_id = BERLIN
    result = sync(stream, config=two)
    missing = [row for row in whole.rows(stream) if row not in result.rows(stream)]
    lists = 2 if stream == "campaigns" else 1  # TopView is a list of its own
    assert {row["advertiser_id"] for row in missing} == {BERLIN}
    assert 1 <= len(missing) <= lists
    assert len(result.rows(stream)) == len(whole.rows(stream)) - len(missing)
    told = result.warnings if stream == "pixels" else result.errors
    assert f"TikTok can't give row {number}" in told[0]
    assert f"of ad account {BERLIN}'s list" in told[0]
    assert result.statuses[stream] == ("COMPLETE" if stream == "pixels" else "INCOMPLETE")


@pytest.mark.parametrize("stream", PATHS)
def test_an_outage_is_no_unreadable_row(stream: str, tiktok: Simulator, sync: Read, one_advertiser: Config) -> None:
    tiktok.faults.outage(None, PATHS[stream])
    result = sync(stream, config=one_advertiser)
    assert "This did not change in 5 minutes of retrying." in result.errors[0]
    assert "can't give row" not in "".join(result.errors + result.warnings)
    assert len(tiktok.asked(PATHS[stream])) < 100


@pytest.mark.samples(3)
@pytest.mark.parametrize("stream", PATHS)
@pytest.mark.parametrize("times", [3, 4, 8])
def test_an_outage_that_passes_while_a_page_is_taken_apart_loses_nothing(
    times: int, stream: str, tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    whole = rows_of(sync(stream, config=one_advertiser), stream)
    tiktok.faults.outage(times, PATHS[stream])
    result = sync(stream, config=one_advertiser)
    assert (rows_of(result, stream), result.errors, result.warnings) == (whole, [], [])
    asked = [call.query for call in tiktok.asked(PATHS[stream])]
    firsts = [(int(each["page"]) - 1) * int(each["page_size"]) for each in asked]
    assert max(firsts) < max(1, len(whole))  # none behind the last page


def test_ids_that_questions_are_made_of_come_from_pages_in_pieces_too(
    tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    whole = rows_of(sync("smart_plus_ad_review_info", config=one_advertiser), "smart_plus_ad_review_info")
    tiktok.faults.outage(4, PATHS["smart_plus_ads"])
    result = sync("smart_plus_ad_review_info", config=one_advertiser)
    assert (rows_of(result, "smart_plus_ad_review_info"), result.errors) == (whole, [])
