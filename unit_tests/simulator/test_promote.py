"""What hides: Promote campaigns come where they are asked for, and Reach & Frequency may have to be asked for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tiktok_simulator import World
from tiktok_simulator.endpoints.promote import SETTINGS
from tiktok_simulator.world.populate import add_campaign
from tiktok_simulator.world.ready_made import BERLIN, PROMOTED, TOKYO

from .asking import Client

KINDS = {"campaign": "/campaign/get/", "adgroup": "/adgroup/get/", "ad": "/ad/get/"}
AT_THE_TOP = {"data_level": "AUCTION_ADVERTISER", "dimensions": ["stat_time_day"]}
AUDIENCE = {"report_type": "AUDIENCE", "metrics": ["spend"]}
ASKED = {"field_name": "campaign_system_origins", "filter_type": "IN", "filter_value": '["PROMOTE"]'}
EVERY = {"field_name": "campaign_status", "filter_type": "IN", "filter_value": '["STATUS_ALL"]'}
LISTED = {"advertiser_id": TOKYO, "page_size": 100, "filtering": {"campaign_system_origins": ["PROMOTE"]}}


@pytest.fixture
def promoted(world: World) -> str:
    """The campaign made in the TikTok app."""
    return add_campaign(world, world.accounts[TOKYO], PROMOTED)


def campaigns(rows: list[dict[str, str]]) -> set[str]:
    return {row["campaign_id"] for row in rows}


def total(rows: list[dict[str, str]]) -> float:
    return round(sum(float(row["spend"]) for row in rows), 2)


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_has_promote_where_it_is_asked_for_and_tells_little_of_it(
    client: Client, promoted: str, kind: str
) -> None:
    (row,) = client.rows(KINDS[kind], **LISTED)
    assert row["campaign_id"] == promoted
    assert set(row) == set(SETTINGS[kind])
    plain = client.rows(KINDS[kind], advertiser_id=TOKYO, page_size=100)
    assert promoted not in campaigns(plain)
    assert {row["campaign_system_origin"] for row in plain} == {None}


@pytest.mark.parametrize("name", ["buying_types", "objective_type", "optimization_goal"])
def test_a_list_of_promote_takes_few_other_filters(client: Client, name: str) -> None:
    value = ["AUCTION"] if name == "buying_types" else "TRAFFIC"
    filtering = LISTED["filtering"] | {name: value, "primary_status": "STATUS_ALL"}
    code, message = client.refusal("/campaign/get/", **LISTED | {"filtering": filtering})
    assert (code, message) == (40002, f"filtering: {name} is not supported for Promote campaigns.")


@pytest.mark.parametrize("kind", [{}, AUDIENCE | {"dimensions": ["campaign_id", "stat_time_day", "gender"]}])
def test_a_report_below_the_account_has_promote_where_it_is_asked_for(
    client: Client, promoted: str, kind: dict[str, Any]
) -> None:
    assert promoted not in campaigns(client.report(**kind))
    assert campaigns(client.report(**kind, filtering=[ASKED])) == {promoted}


def test_an_account_has_the_spend_of_its_promote_campaigns(client: Client, promoted: str) -> None:
    apart = total(client.report(filtering=[ASKED]))
    others = total(client.report(filtering=[EVERY]))
    assert promoted
    assert apart > 0
    assert total(client.report(**AT_THE_TOP)) == pytest.approx(others + apart)


def test_an_account_may_lack_the_spend_of_its_promote_campaigns(client: Client, promoted: str, world: World) -> None:
    world.promote_in_accounts = False
    assert promoted
    assert total(client.report(**AT_THE_TOP)) == pytest.approx(total(client.report(filtering=[EVERY]))) != 0


def test_several_accounts_are_asked_for_promote_at_once(client: Client, promoted: str, world: World) -> None:
    several = {"advertiser_id": None, "advertiser_ids": [TOKYO, BERLIN]}
    assert campaigns(client.report(**several, filtering=[ASKED, EVERY])) == {promoted}
    world.filters_of_several = False
    assert promoted not in campaigns(client.report(**several, filtering=[ASKED, EVERY])) != set()


def test_promote_may_come_unasked(client: Client, promoted: str, world: World) -> None:
    world.promote_unasked = True
    everything = client.report(filtering=[EVERY])
    assert promoted in campaigns(everything)
    assert total(client.report(**AT_THE_TOP)) == pytest.approx(total(everything))


def test_a_task_has_promote_unasked(client: Client, promoted: str) -> None:
    task = client.created(enable_report_title_translation=False)
    while client.status(task) != "SUCCESS":
        pass
    assert promoted in {row["campaign_id"] for row in client.table(task)}


@pytest.mark.parametrize("unasked", [True, False])
def test_promote_has_no_hours_and_no_countries_in_a_basic_report(
    client: Client, promoted: str, world: World, unasked: bool
) -> None:
    world.promote_unasked = unasked
    for dimensions in (["campaign_id", "stat_time_hour"], ["campaign_id", "country_code"]):
        asked = {"dimensions": dimensions, "metrics": ["spend"], "end_date": "2026-01-01"}
        assert client.report(**asked, filtering=[ASKED]) == []
        assert promoted not in campaigns(client.report(**asked))


def test_a_report_on_promote_takes_few_other_filters(client: Client) -> None:
    filtering = [ASKED, {"field_name": "buying_type", "filter_type": "IN", "filter_value": '["AUCTION"]'}]
    told = "filtering: buying_type is not supported for Promote campaigns."
    assert client.report_refusal(filtering=filtering) == (40002, told)


def test_reach_and_frequency_may_have_to_be_asked_for(client: Client, world: World) -> None:
    reach = world.landmarks["Tokyo.reservation_campaign"]
    of_reach = {"field_name": "buying_type", "filter_type": "IN", "filter_value": json.dumps(["RESERVATION_RF"])}
    everything, whole, alone = client.report(), client.report(**AT_THE_TOP), client.report(filtering=[of_reach])
    assert campaigns(alone) == {reach}
    world.reach_unasked = False
    world.note_change()
    assert client.report() == [row for row in everything if row["campaign_id"] != reach]
    assert client.report(filtering=[of_reach]) == alone
    assert client.report(**AT_THE_TOP) == whole
