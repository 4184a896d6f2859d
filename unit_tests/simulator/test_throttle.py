"""The cut to the newest ids: what it leaves out, what tells of it, and how filters get the rest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tiktok_simulator import World
from tiktok_simulator.endpoints.reports.truth import compute_truth, list_true_entities
from tiktok_simulator.protocol.tables import DIMENSIONS
from tiktok_simulator.world.ready_made import TOKYO

from .asking import NOW, REPORT, Client

LEVELS = {
    "AUCTION_CAMPAIGN": ("campaign_id", "campaign_ids"),
    "AUCTION_ADGROUP": ("adgroup_id", "adgroup_ids"),
    "AUCTION_AD": ("ad_id", "ad_ids"),
}
BREAKDOWNS = {"BASIC": [], "AUDIENCE": ["gender"]}


def only(field: str, ids: list[str]) -> dict[str, Any]:
    return {"filtering": [{"field_name": field, "filter_type": "IN", "filter_value": json.dumps(ids)}]}


def throttled(client: Client, **changes: Any) -> bool:
    response = client.send("/report/integrated/get/", **{**REPORT, **changes})
    assert response.code == 0, response.body
    return "20k" in response.headers.get("X-Tt-Ads-Throttle", "")


@pytest.fixture
def cut(world: World) -> World:
    world.newest_ids = 2
    world.note_change()
    return world


@pytest.mark.parametrize("report_type", sorted(BREAKDOWNS))
@pytest.mark.parametrize("level", sorted(LEVELS))
def test_ids_are_filtered_before_the_cut(client: Client, cut: World, level: str, report_type: str) -> None:
    name, field = LEVELS[level]
    asked = {"report_type": report_type, "data_level": level, "dimensions": [name, *BREAKDOWNS[report_type]]}
    kind = name.removesuffix("_id")
    ids = [row[name] for row in list_true_entities(cut, kind, TOKYO, include_deleted=False)]
    newest = {row[name] for row in client.report(**asked)}
    assert throttled(client, **asked)
    assert newest <= set(ids[:2])
    for pair in ([ids[0], ids[-1]], ids[-2:]):
        assert not throttled(client, **asked, **only(field, pair))
        found = client.report(**asked, **only(field, pair))
        expected = [row for row in whole(cut, **asked) if row[name] in pair]
        assert found == expected
    assert throttled(client, **asked, **only(field, ids[:100]))


def whole(world: World, **asked: Any) -> list[dict[str, str]]:
    """The report without the cut."""
    return compute_truth(world,
        advertiser_id=TOKYO, metrics=REPORT["metrics"], start=date(2026, 1, 1), end=date(2026, 1, 10),
        include_deleted=False, now=NOW, **asked,
    )  # fmt: skip


@pytest.mark.parametrize("level", ["AUCTION_ADGROUP", "AUCTION_AD"])
def test_a_lower_level_can_be_divided_by_campaigns(client: Client, cut: World, level: str) -> None:
    name, _ = LEVELS[level]
    asked = {"data_level": level, "dimensions": [name, "stat_time_day"]}
    cut.newest_ids = 6
    cut.note_change()
    rows = [
        row
        for campaign in list_true_entities(cut, "campaign", TOKYO, include_deleted=False)
        for row in client.report(**asked, **only("campaign_ids", [campaign["campaign_id"]]))
    ]
    expected = whole(cut, **asked)
    assert sorted(map(str, rows)) == sorted(map(str, expected))
    assert len(client.report(**asked)) < len(rows)


def of_every_dimension() -> Iterator[tuple[str, list[str], str]]:
    companions = {"match_type": "search_keyword", "component_name": "page_id"}
    for name, item in DIMENSIONS.items():
        for report_type in sorted({"BASIC", "AUDIENCE"} & item.report_types):
            if report_type == "AUDIENCE" and item.role in ("id", "time"):
                continue
            level = item.level or "AUCTION_CAMPAIGN"
            names = [name, *filter(None, [companions.get(name)])]
            if name in ("image_id", "video_material_id"):
                names, level = ["ad_id", name], "AUCTION_AD"
            yield report_type, names, level


@pytest.mark.parametrize(("report_type", "names", "level"), list(of_every_dimension()))
def test_every_dimension_is_answered_under_the_cut(
    client: Client, cut: World, report_type: str, names: list[str], level: str
) -> None:
    metric = {"skan_postback_sequence": "skan_purchase", "image_id": "single_image_impressions",
              "custom_event_type": "conversion", "event_source_id": "conversion"}.get(names[-1], "spend")  # fmt: skip
    asked = {"report_type": report_type, "data_level": level, "dimensions": names, "metrics": [metric]}
    if names == ["stat_time_hour"]:
        asked["end_date"] = "2026-01-01"
    assert throttled(client, **asked) == (level != "AUCTION_ADVERTISER")


def test_the_creatives_of_one_ad_count_as_one_id(client: Client, cut: World) -> None:
    asked = {"data_level": "AUCTION_AD", "dimensions": ["ad_id_v2"]}
    assert len({row["ad_id_v2"] for row in client.report(**asked)}) == 2


def test_without_an_id_dimension_the_sums_are_those_of_the_newest_ids(client: Client, cut: World) -> None:
    (total,) = client.report(dimensions=["country_code"], metrics=["impressions"])[:1]
    part = client.report(dimensions=["campaign_id", "country_code"], metrics=["impressions"])
    of_country = [int(row["impressions"]) for row in part if row["country_code"] == total["country_code"]]
    assert int(total["impressions"]) == sum(of_country)
    assert throttled(client, dimensions=["stat_time_day"])


def test_the_truth_is_never_cut(cut: World) -> None:
    assert len(whole(cut, data_level="AUCTION_CAMPAIGN", dimensions=["campaign_id"])) > 2


@pytest.mark.parametrize("level", sorted(LEVELS))
def test_the_newest_ads_can_be_what_is_counted_at_every_level(client: Client, cut: World, level: str) -> None:
    name, field = LEVELS[level]
    asked = {"data_level": level, "dimensions": [name]}
    cut.newest_ids, cut.cut_by = 4, "ads"
    cut.note_change()
    newest = [row[name] for row in list_true_entities(cut, "ad", TOKYO, include_deleted=False)[:4]]
    assert {row[name] for row in client.report(**asked)} <= set(newest)
    assert throttled(client, **asked)
    (one,) = client.report(**asked, **only(field, newest[-1:]))
    complete = next(row for row in whole(cut, **asked) if row[name] == newest[-1])
    is_cut = throttled(client, **asked, **only(field, newest[-1:]))
    assert is_cut == (level == "AUCTION_CAMPAIGN")  # it has six ads
    assert (one == complete) == (not is_cut)


def test_the_level_of_the_ad_account_is_cut_in_one_reading_only(client: Client, cut: World) -> None:
    asked = {"data_level": "AUCTION_ADVERTISER", "dimensions": ["advertiser_id"]}
    cut.cut_by = "ads"
    cut.note_change()
    assert not throttled(client, **asked)
    (complete,) = client.report(**asked)
    cut.cut_by = "every level"
    cut.note_change()
    assert throttled(client, **asked)
    assert int(client.report(**asked)[0]["impressions"]) < int(complete["impressions"])
