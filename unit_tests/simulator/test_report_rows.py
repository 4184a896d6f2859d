"""The rows of a report over the wire: their text, their days, and which of them exist."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tiktok_simulator import Simulator, World
from tiktok_simulator.endpoints.reports.truth import compute_truth, list_true_entities
from tiktok_simulator.world.ready_made import BERLIN, EMPTY, LOS_ANGELES, TOKYO

from .asking import NOW, REPORT, Client

LIFETIME = {"query_lifetime": True, "start_date": None, "end_date": None}
ADVERTISER = {"data_level": "AUCTION_ADVERTISER"}


def filtered(field: str, operator: str, value: Any) -> dict[str, Any]:
    text = value if isinstance(value, str) else json.dumps(value)
    return {"filtering": [{"field_name": field, "filter_type": operator, "filter_value": text}]}


def test_a_report_is_the_truth_for_its_window(wired: Client, world: World) -> None:
    expected = compute_truth(world,
        advertiser_id=TOKYO, data_level="AUCTION_CAMPAIGN", dimensions=REPORT["dimensions"], metrics=REPORT["metrics"],
        start=date(2026, 1, 1), end=date(2026, 1, 10), include_deleted=False, now=NOW,
    )  # fmt: skip
    assert wired.report() == expected


def test_rows_have_exactly_what_was_asked_for_and_every_value_is_text(client: Client) -> None:
    metrics = ["campaign_name", "spend", "impressions", "ctr", "reach", "secondary_goal_result", "objective_type"]
    body = client.get("/report/integrated/get/", **{**REPORT, "metrics": metrics})
    for row in body["data"]["list"]:
        assert list(row["dimensions"]) == REPORT["dimensions"]
        assert set(row["metrics"]) == set(metrics)
        assert re.fullmatch(r"\d+\.\d\d", row["metrics"]["spend"])
        assert re.fullmatch(r"\d+", row["metrics"]["impressions"])
        assert row["metrics"]["secondary_goal_result"] == "-"
        assert re.fullmatch(r"2026-01-\d\d 00:00:00", row["dimensions"]["stat_time_day"])


def test_some_whole_numbers_are_written_with_decimals(client: Client) -> None:
    rows = client.report(metrics=["complete_payment"])
    texts = {row["complete_payment"] for row in rows}
    assert any(text.endswith(".00") for text in texts)
    assert any(text.isdigit() for text in texts)


def test_hours_are_named_in_the_accounts_clock(client: Client) -> None:
    rows = client.report(dimensions=["stat_time_hour"], end_date="2026-01-01")
    assert rows[0]["stat_time_hour"] == "2026-01-01 00:00:00"
    assert rows[-1]["stat_time_hour"] == "2026-01-01 23:00:00"


@pytest.mark.parametrize(
    ("advertiser_id", "hour"), [(TOKYO, "2026-03-01 19"), (BERLIN, "2026-03-01 11"), (LOS_ANGELES, "2026-03-01 02")]
)
def test_nothing_lies_beyond_the_accounts_own_present_hour(client: Client, advertiser_id: str, hour: str) -> None:
    today = {"start_date": "2026-03-01", "end_date": "2026-03-01", "dimensions": ["stat_time_hour"]}
    rows = client.report(advertiser_id=advertiser_id, **today)
    assert max(row["stat_time_hour"] for row in rows)[:13] <= hour
    assert client.report(start_date="2026-03-02", end_date="2026-03-05") == []


def test_today_grows_by_the_hour(world: World) -> None:
    spends = []
    for hour in (5, 9):
        moment = datetime(2026, 3, 1, hour, tzinfo=UTC)
        client = Client(Simulator(world, clock=lambda moment=moment: moment).handle)
        (row,) = client.report(dimensions=["stat_time_day"], start_date="2026-03-01", end_date="2026-03-01")
        spends.append(float(row["spend"]))
    assert spends[0] < spends[1]


def test_without_a_time_dimension_entities_without_delivery_come_with_zeros(client: Client, world: World) -> None:
    before = {"start_date": "2025-01-01", "end_date": "2025-01-10"}
    rows = client.report(dimensions=["campaign_id"], **before)
    assert len(rows) == len(list_true_entities(world, "campaign", TOKYO, include_deleted=False))
    assert {(row["spend"], row["impressions"]) for row in rows} == {("0.00", "0")}
    assert client.report(**before) == []


def test_an_empty_account_has_a_row_of_zeros_by_itself_and_none_by_day(client: Client) -> None:
    (row,) = client.report(advertiser_id=EMPTY, dimensions=["advertiser_id"], **ADVERTISER)
    assert (row["advertiser_id"], row["spend"]) == (EMPTY, "0.00")
    assert client.report(advertiser_id=EMPTY, dimensions=["advertiser_id", "stat_time_day"], **ADVERTISER) == []


def test_deleted_campaigns_are_missing_until_every_status_is_asked_for(client: Client, world: World) -> None:
    deleted = world.landmarks["Tokyo.deleted_campaign"]
    assert deleted not in {row["campaign_id"] for row in client.report()}
    everything = client.report(**filtered("campaign_status", "IN", ["STATUS_ALL"]))
    assert deleted in {row["campaign_id"] for row in everything}
    whole = sum(int(row["impressions"]) for row in client.report(dimensions=["stat_time_day"], **ADVERTISER))
    assert sum(int(row["impressions"]) for row in everything) == whole


def test_a_report_without_a_buying_type_filter_holds_all_of_them(client: Client, world: World) -> None:
    top_view = world.landmarks["Tokyo.top_view_campaign"]
    assert top_view in {row["campaign_id"] for row in client.report()}
    alone = client.report(**filtered("buying_type", "IN", ["RESERVATION_TOP_VIEW"]))
    assert {row["campaign_id"] for row in alone} == {top_view}


def test_topview_may_have_to_be_asked_for_below_the_ad_account(client: Client, world: World) -> None:
    top_view = world.landmarks["Tokyo.top_view_campaign"]
    whole = client.report(dimensions=["stat_time_day"], **ADVERTISER)
    everything = client.report()
    alone = client.report(**filtered("buying_type", "IN", ["RESERVATION_TOP_VIEW"]))
    world.top_view_unasked = False
    world.note_change()
    assert client.report() == [row for row in everything if row["campaign_id"] != top_view]
    assert client.report(**filtered("buying_type", "IN", ["RESERVATION_TOP_VIEW"])) == alone
    assert client.report(dimensions=["stat_time_day"], **ADVERTISER) == whole


def test_the_lifetime_is_everything_until_now(client: Client, world: World) -> None:
    (row,) = client.report(dimensions=["advertiser_id"], **ADVERTISER, **LIFETIME)
    (year,) = client.report(dimensions=["advertiser_id"], **ADVERTISER, start_date="2025-10-01", end_date="2026-03-01")
    assert row == year


def test_pages_of_a_report_tile_it(client: Client) -> None:
    whole = client.report()
    pages = [client.report(page=page, page_size=7) for page in range(1, len(whole) // 7 + 3)]
    assert [row for page in pages for row in page] == whole
    assert pages[-1] == []


def test_totals_are_the_sums_of_all_pages(client: Client) -> None:
    body = client.get("/report/integrated/get/", **{**REPORT, "enable_total_metrics": True, "page_size": 3})
    rows = client.report()
    totals = body["data"]["total_metrics"]
    assert totals["impressions"] == str(sum(int(row["impressions"]) for row in rows))
    assert totals["spend"] == f"{sum(float(row['spend']) for row in rows):.2f}"


@pytest.mark.parametrize(("order_type", "descending"), [("DESC", True), ("ASC", False), (None, True)])
def test_rows_can_be_ordered_by_a_metric(client: Client, order_type: str | None, descending: bool) -> None:
    spends = [float(row["spend"]) for row in client.report(order_field="spend", order_type=order_type)]
    assert spends == sorted(spends, reverse=descending)


@pytest.mark.parametrize(
    ("field", "operator", "value", "keeps"),
    [
        ("impressions", "GREATER_EQUAL", "1000", lambda row: int(row["impressions"]) >= 1000),
        ("impressions", "BETWEEN", ["500", "900"], lambda row: 500 <= int(row["impressions"]) <= 900),
        ("spend", "LOWER_THAN", "2.5", lambda row: float(row["spend"]) < 2.5),
        ("campaign_name", "MATCH", "shop", lambda row: row["campaign_name"] == "Shop sales"),
        ("objective_type", "IN", ["APP_PROMOTION"], lambda row: row["campaign_name"] == "App installs"),
        ("campaign_automation_type", "IN", ["MANUAL"], lambda row: row["campaign_name"] != "App installs"),
        ("create_time", "GREATER_EQUAL", '"2025-12-20 00:00:00"', lambda row: row["campaign_name"] in
            ("Big night", "Reserved reach")),
    ],
)  # fmt: skip
def test_filters_choose_rows(client: Client, field: str, operator: str, value: Any, keeps: Any) -> None:
    metrics = ["spend", "impressions", "campaign_name"]
    expected = [row for row in client.report(metrics=metrics) if keeps(row)]
    assert expected
    assert client.report(metrics=metrics, **filtered(field, operator, value)) == expected


def test_countries_can_be_filtered(client: Client) -> None:
    rows = client.report(dimensions=["country_code"], **filtered("country_code", "IN", ["JP", "DE"]))
    assert {row["country_code"] for row in rows} == {"JP", "DE"}


def test_interest_rows_also_carry_the_newer_category(client: Client) -> None:
    rows = client.report(report_type="AUDIENCE", dimensions=["interest_category"], metrics=["spend"])
    assert all(row["interest_category_v2"] == row["interest_category"] for row in rows)


def test_ad_id_v2_joins_the_creatives_of_a_smart_plus_ad(client: Client, world: World) -> None:
    smart = world.landmarks["Tokyo.smart_plus_campaign"]
    ads = {item.row["ad_id_v2"] for item in world.list_entities("ad", TOKYO) if item.row["campaign_id"] == smart}
    level = {"data_level": "AUCTION_AD", "metrics": ["impressions", "ad_text_list"]}
    rows = [row for row in client.report(dimensions=["ad_id_v2"], **level) if row["ad_id_v2"] in ads]
    assert len(rows) == 2
    texts = {(item.row["ad_id_v2"], item.row["ad_text"]) for item in world.list_entities("ad", TOKYO)}
    assert all((row["ad_id_v2"], text) in texts for row in rows for text in row["ad_text_list"])


def test_several_advertisers_are_told_apart_and_money_has_no_decimals(client: Client) -> None:
    both = {"advertiser_id": None, "advertiser_ids": [TOKYO, LOS_ANGELES]}
    rows = client.report(dimensions=["advertiser_id", "stat_time_day"], **ADVERTISER, **both)
    assert {(row["advertiser_id"], row["currency"]) for row in rows} == {(TOKYO, "JPY"), (LOS_ANGELES, "USD")}
    assert all(row["spend"].isdigit() for row in rows)


def test_several_advertisers_without_an_id_are_one_row_a_day_without_cost(client: Client) -> None:
    both = {"advertiser_id": None, "advertiser_ids": [TOKYO, LOS_ANGELES]}
    rows = client.report(dimensions=["stat_time_day"], **ADVERTISER, **both)
    assert len(rows) == 10
    assert {(row["currency"], row["spend"]) for row in rows} == {("0", "-")}


def test_days_of_several_advertisers_can_be_those_of_utc(client: Client) -> None:
    one = {"advertiser_id": None, "advertiser_ids": [TOKYO], "dimensions": ["stat_time_hour"], **ADVERTISER}
    day = {"start_date": "2026-01-05", "end_date": "2026-01-05"}
    utc = client.report(**one, **day, multi_adv_report_in_utc_time=True)
    local = {row["stat_time_hour"]: row["impressions"] for row in client.report(**one, **day)}
    assert utc[0]["stat_time_hour"] == "2026-01-05 00:00:00"
    assert utc[0]["impressions"] == local["2026-01-05 09:00:00"]


def test_only_the_newest_ids_are_covered_and_a_header_says_so(client: Client, world: World) -> None:
    everything = client.report(dimensions=["campaign_id"])
    assert "X-Tt-Ads-Throttle" not in client.send("/report/integrated/get/", **REPORT).headers
    world.newest_ids = 2
    world.note_change()
    assert client.send("/report/integrated/get/", **REPORT).headers["X-Tt-Ads-Throttle"]
    assert client.report(dimensions=["campaign_id"]) == everything[:2]


def test_a_change_of_the_world_is_seen_by_the_next_report(client: Client, world: World) -> None:
    campaign = client.report()[0]["campaign_id"]
    world.delete("campaign", campaign)
    assert campaign not in {row["campaign_id"] for row in client.report()}
