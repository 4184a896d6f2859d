"""The other report types: PLAYABLE_MATERIAL, CATALOG, BC and TT_SHOP, over the same delivery as BASIC."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from tiktok_simulator import World
from tiktok_simulator.endpoints.reports.materials import list_materials
from tiktok_simulator.endpoints.reports.report_types import REPORT_TYPES
from tiktok_simulator.endpoints.reports.rules import CONFLICT
from tiktok_simulator.endpoints.reports.truth import compute_truth
from tiktok_simulator.protocol.tables import METRICS
from tiktok_simulator.server.app import SANDBOX_HOST
from tiktok_simulator.world.ready_made import BERLIN, EMPTY, FORBIDDEN, LOS_ANGELES, SANDBOX, TOKYO
from tiktok_simulator.world.world import BC_ID, OTHER_APP_TOKEN, SANDBOX_TOKEN

from .asking import NOW, Client

DAYS = {"start": date(2026, 1, 1), "end": date(2026, 1, 10), "now": NOW}
LIFETIME = {"query_lifetime": True, "start_date": None, "end_date": None}
NO_LEVEL = {"data_level": None}
ASKED: dict[str, dict[str, Any]] = {
    "BC": {"advertiser_id": None, "bc_id": BC_ID, **NO_LEVEL, "dimensions": ["advertiser_id"]},
    "TT_SHOP": {"data_level": "AUCTION_ADVERTISER", "dimensions": ["advertiser_id"], "metrics": None},
    "PLAYABLE_MATERIAL": {**NO_LEVEL, "dimensions": ["playable_id"]},
    "CATALOG": {"dimensions": ["catalog_id"]},
}


def asked(report_type: str, *dimensions: str, **changes: Any) -> dict[str, Any]:
    """REPORT as the type has it, with these dimensions and changes."""
    named = {"dimensions": list(dimensions)} if dimensions else {}
    return {"report_type": report_type, **ASKED[report_type], **named, **changes}


def filtered(field: str, operator: str, value: Any) -> dict[str, Any]:
    text = value if isinstance(value, str) else json.dumps(value)
    return {"filtering": [{"field_name": field, "filter_type": operator, "filter_value": text}]}


def total(rows: Iterable[dict[str, Any]], metric: str = "impressions") -> int:
    """The sum of a metric, in units or cents."""
    return sum(round(float(row[metric]) * 100) for row in rows)


CAMPAIGN = {"data_level": "AUCTION_CAMPAIGN"}
# refused, the message's beginning, and a neighbour that is accepted
RULES: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    (asked("BC", bc_id=None), "Missing required field(s): bc_id", asked("BC")),
    (asked("BC", advertiser_id=TOKYO), "advertiser_id: Not supported", asked("BC")),
    (asked("BC", service_type="AUCTION"), "service_type: Not supported", asked("BC")),
    (asked("BC", **CAMPAIGN), "data_level: AUCTION_CAMPAIGN is not supported for BC", asked("BC")),
    (asked("BC", "campaign_id"), "Invalid dimension fields: campaign_id", asked("BC", "stat_time_day")),
    (asked("BC", "country_code"), "dimensions: country_code is not a set",
     asked("BC", "advertiser_id", "country_code")),
    (asked("BC", "country_code", "advertiser_id", "stat_time_day"), "dimensions: country_code, advertiser_id",
     asked("BC", "placement", "advertiser_id")),
    (asked("BC", "stat_time_day", "advertiser_id"), "dimensions: stat_time_day, advertiser_id is not a set",
     asked("BC", "stat_time_month")),
    (asked("BC", "placement"), "dimensions: placement is not a set", asked("BC", "stat_time_week")),
    (asked("BC", "stat_time_hour"), "Invalid dimension fields: stat_time_hour", asked("BC", "stat_time_day")),
    (asked("BC", "advertiser_id", "placement", metrics=["cash_spend"]), CONFLICT,
     asked("BC", "advertiser_id", "country_code", metrics=["cash_spend"])),
    (asked("BC", "advertiser_id", "country_code", metrics=["reach"]), CONFLICT,
     asked("BC", "stat_time_week", metrics=["reach"])),
    (asked("BC", "stat_time_day", metrics=["advertiser_name"]), CONFLICT,
     asked("BC", "advertiser_id", "placement", metrics=["advertiser_name", "currency"])),
    (asked("BC", "stat_time_day", end_date="2027-01-01"), "start_date, end_date: The time span must be at most 365",
     asked("BC", "stat_time_day", end_date="2026-12-31")),
    (asked("BC", **LIFETIME), "query_lifetime: Not supported for BC", asked("BC")),
    (asked("BC", enable_total_metrics=True), "enable_total_metrics: Only", asked("BC")),
    (asked("BC", metrics=["likes"]), "Invalid metric fields: likes", asked("BC", metrics=["tax_spend"])),
    (asked("BC", **filtered("campaign_ids", "IN", ["1"])), "filtering: Invalid filter field campaign_ids", asked("BC")),
    (asked("BC", **filtered("platform_of_account", "IN", ["ADS_MANAGER"])), "filtering: platform_of_account must be",
     asked("BC", **filtered("platform_of_account", "IN", ["ADS_MANGER"]))),
    (asked("BC", metrics=["reach"], **filtered("cost", "LOWER_THAN", "1")), "filtering: cost is not supported",
     asked("BC", metrics=["spend"], **filtered("cost", "LOWER_THAN", "1"))),
    (asked("TT_SHOP", data_level="AUCTION_AD"), "data_level: AUCTION_AD is not", asked("TT_SHOP", **NO_LEVEL)),
    (asked("TT_SHOP", "campaign_id", **CAMPAIGN), "dimensions: campaign_id is not a set",
     asked("TT_SHOP", "campaign_id", "country_code", **CAMPAIGN)),
    (asked("TT_SHOP", "stat_time_day"), "dimensions: stat_time_day is not a set",
     asked("TT_SHOP", "advertiser_id", "stat_time_day")),
    (asked("TT_SHOP", "campaign_id", "country_code"), "dimensions: campaign_id does not match",
     asked("TT_SHOP", "country_code", "campaign_id", "stat_time_day", **CAMPAIGN)),
    (asked("TT_SHOP", metrics=["impressions"]), "Invalid metric fields: impressions",
     asked("TT_SHOP", metrics=["billed_cost"])),
    (asked("TT_SHOP", **filtered("spend", "LOWER_THAN", "1")), "filtering: Not supported for TT_SHOP",
     asked("TT_SHOP")),
    (asked("TT_SHOP", **LIFETIME), "query_lifetime: Not supported for TT_SHOP", asked("TT_SHOP")),
    (asked("TT_SHOP", "advertiser_id", "stat_time_day", end_date="2026-01-31"), "start_date, end_date",
     asked("TT_SHOP", end_date="2026-12-31")),
    (asked("TT_SHOP", advertiser_id=None, advertiser_ids=[TOKYO]), "advertiser_ids: Not supported", asked("TT_SHOP")),
    (asked("PLAYABLE_MATERIAL", metrics=["clicks"]), "Invalid metric fields: clicks",
     asked("PLAYABLE_MATERIAL", metrics=["playable_page_view_count"])),
    (asked("PLAYABLE_MATERIAL", "catalog_id"), "Invalid dimension fields: catalog_id", asked("PLAYABLE_MATERIAL")),
    (asked("PLAYABLE_MATERIAL", "playable_id", "stat_time_day", **LIFETIME), "query_lifetime: Not supported with",
     asked("PLAYABLE_MATERIAL", **LIFETIME)),
    (asked("PLAYABLE_MATERIAL", "country_code", **LIFETIME), "query_lifetime: Not supported with country_code",
     asked("PLAYABLE_MATERIAL", "playable_id", "country_code", "stat_time_day")),
    (asked("PLAYABLE_MATERIAL", "stat_time_day", end_date="2026-01-31"), "start_date, end_date",
     asked("PLAYABLE_MATERIAL", end_date="2026-12-31")),
    (asked("PLAYABLE_MATERIAL", "campaign_id", data_level="AUCTION_AD"), "dimensions: campaign_id does not match",
     asked("PLAYABLE_MATERIAL", "campaign_id", "playable_id")),
    (asked("PLAYABLE_MATERIAL", **filtered("playable_status", "IN", ["GOOD"])), "filtering: playable_status must be",
     asked("PLAYABLE_MATERIAL", "campaign_id", **filtered("playable_status", "IN", ["AUDIT_FAIL"]))),
    (asked("CATALOG", **NO_LEVEL), "Missing required field(s): data_level", asked("CATALOG")),
    (asked("CATALOG", "catalog_id", "product_id"), "dimensions: catalog_id, product_id cannot",
     asked("CATALOG", "product_set_id", "campaign_id", "country_code", "stat_time_day")),
    (asked("CATALOG", "ad_id"), "dimensions: ad_id does not match", asked("CATALOG", "ad_id", data_level="AUCTION_AD")),
    (asked("CATALOG", **LIFETIME), "query_lifetime: Not supported for CATALOG", asked("CATALOG")),
    (asked("CATALOG", metrics=["billed_cost"]), "Invalid metric fields: billed_cost", asked("CATALOG",
     metrics=["clicks", "reach", "video_views_p100"])),
    (asked("CATALOG", **filtered("campaign_ids", "IN", ["1"])), "filtering: Invalid filter field campaign_ids",
     asked("CATALOG", **filtered("campaign_status", "IN", ["STATUS_ALL"]))),
    ({"dimensions": ["playable_id"]}, "Invalid dimension fields: playable_id", {}),
    ({"metrics": ["tax_spend"]}, "Invalid metric fields: tax_spend", {}),
    ({"metrics": ["account_type"]}, "Invalid metric fields: account_type", asked("BC", metrics=["account_type"])),
    ({"metrics": ["native_growth_active"], "dimensions": ["stat_time_day"]}, CONFLICT,
     {"metrics": ["native_growth_active"], "dimensions": ["campaign_id", "stat_time_day"]}),
    ({"metrics": ["native_growth_active"], "dimensions": ["campaign_id", "stat_time_hour"], "end_date": "2026-01-01"},
     CONFLICT, {"metrics": ["native_growth_active"], "dimensions": ["ad_id_v2"], "data_level": "AUCTION_AD"}),
    ({"metrics": ["cash_spend"]}, CONFLICT, asked("BC", metrics=["cash_spend", "voucher_spend"])),
]  # fmt: skip


@pytest.mark.parametrize(("refused", "message", "accepted"), RULES)
def test_a_rule_refuses_what_breaks_it_and_lets_its_neighbour_pass(
    client: Client, refused: dict[str, Any], message: str, accepted: dict[str, Any]
) -> None:
    code, told = client.report_refusal(**refused)
    assert (code, told[: len(message)]) == (40002, message)
    client.report(**accepted)


@pytest.mark.parametrize("report_type", sorted(ASKED))
def test_metrics_left_out_are_the_types_own(client: Client, report_type: str) -> None:
    (row, *_) = client.report(**asked(report_type, metrics=None))
    assert set(row) - set(ASKED[report_type]["dimensions"]) == set(REPORT_TYPES[report_type].metrics)


@pytest.mark.parametrize("report_type", sorted(ASKED))
def test_every_metric_of_a_type_has_a_value_that_is_text(client: Client, report_type: str) -> None:
    names = [name for name, metric in METRICS.items() if report_type in metric.report_types]
    rows = client.report(**asked(report_type, metrics=names))
    assert rows
    assert all(isinstance(value, str) and value for row in rows for value in row.values())


@pytest.mark.parametrize(
    ("report_type", "dimensions", "level"),
    [
        ("TT_SHOP", ["advertiser_id", "stat_time_day"], "AUCTION_ADVERTISER"),
        ("TT_SHOP", ["campaign_id", "country_code", "stat_time_day"], "AUCTION_CAMPAIGN"),
        ("PLAYABLE_MATERIAL", ["playable_id", "country_code", "stat_time_day"], "AUCTION_ADVERTISER"),
        ("PLAYABLE_MATERIAL", ["campaign_id", "playable_id"], "AUCTION_CAMPAIGN"),
        ("CATALOG", ["product_id", "ad_id", "stat_time_day"], "AUCTION_AD"),
        ("CATALOG", ["product_set_id", "adgroup_id"], "AUCTION_ADGROUP"),
        ("CATALOG", ["catalog_id", "country_code"], "AUCTION_CAMPAIGN"),
        ("CATALOG", ["catalog_id"], "AUCTION_ADVERTISER"),
    ],
)
def test_the_world_knows_the_rows_of_every_type(
    wired: Client, world: World, report_type: str, dimensions: list[str], level: str
) -> None:
    rows = wired.report(**asked(report_type, *dimensions, data_level=level, metrics=["spend"]))
    shape = {"report_type": report_type, "data_level": level, "dimensions": dimensions, "metrics": ["spend"]}
    assert rows
    assert rows == compute_truth(world, advertiser_id=TOKYO, include_deleted=False, **shape, **DAYS)


def test_a_business_center_reports_on_all_its_advertisers(wired: Client, world: World) -> None:
    rows = wired.report(**asked("BC"))
    shape = {"report_type": "BC", "dimensions": ["advertiser_id"], "metrics": ["spend", "impressions"]}
    assert rows == compute_truth(world, **shape, **DAYS)
    assert {row["advertiser_id"] for row in rows} == {TOKYO, LOS_ANGELES, BERLIN, EMPTY}
    assert compute_truth(world, advertiser_id=BERLIN, **shape, **DAYS) == [
        row for row in rows if row["advertiser_id"] == BERLIN
    ]


@pytest.mark.parametrize(
    ("dimension", "named"),
    [
        ("stat_time_week", ["2025-12-29 00:00:00", "2026-01-05 00:00:00"]),
        ("stat_time_month", ["2026-01-01 00:00:00"]),
    ],
)
def test_weeks_and_months_of_a_business_center_add_up_to_its_days(
    client: Client, dimension: str, named: list[str]
) -> None:
    days = client.report(**asked("BC", "stat_time_day"))
    periods = client.report(**asked("BC", dimension))
    assert sorted(row[dimension] for row in periods) == named
    assert total(periods) == total(days) > 0


@pytest.mark.parametrize(
    ("dimensions", "count"),
    [(["stat_time_day"], 55), (["stat_time_week"], 55), (["stat_time_month"], 55), (["advertiser_id"], 57),
     (["advertiser_id", "placement"], 14), (["advertiser_id", "country_code"], 17)],
)  # fmt: skip
def test_a_business_center_has_a_list_of_metrics_for_each_dimension(
    client: Client, dimensions: list[str], count: int
) -> None:
    (row, *_) = client.report(**asked("BC", *dimensions, metrics=None))
    assert len(row) - len(dimensions) == count


def test_an_advertisers_spend_is_the_sum_of_its_ads_in_every_division(client: Client) -> None:
    ads = {"data_level": "AUCTION_AD", "dimensions": ["ad_id"], **filtered("ad_status", "IN", ["STATUS_ALL"])}
    for metric in ("spend", "impressions"):
        expected = total(client.report(**ads, metrics=[metric]), metric)
        whole = asked("BC", metrics=[metric], **filtered("advertiser_id", "IN", [TOKYO]))
        for dimensions in (["advertiser_id"], ["advertiser_id", "country_code"], ["stat_time_day"]):
            assert total(client.report(**{**whole, "dimensions": dimensions}), metric) == expected


@pytest.mark.parametrize("name", ["playable_id", "catalog_id", "product_set_id", "product_id"])
def test_a_materials_rows_are_the_sums_of_the_ads_that_show_it(client: Client, world: World, name: str) -> None:
    report_type = "PLAYABLE_MATERIAL" if name == "playable_id" else "CATALOG"
    ads = {"data_level": "AUCTION_AD", "dimensions": ["ad_id"], **filtered("ad_status", "IN", ["STATUS_ALL"])}
    expected: Counter[str] = Counter()
    for row in client.report(**ads):
        expected[list_materials(world, TOKYO)[row["ad_id"]].get(name, "none")] += int(row["impressions"])
    rows = client.report(**asked(report_type, name, data_level="AUCTION_ADVERTISER"))
    assert len(rows) > 1
    assert {row[name]: int(row["impressions"]) for row in rows} == {
        value: count for value, count in expected.items() if value != "none"
    }


def test_a_shop_report_is_about_the_campaigns_that_sell(client: Client, world: World) -> None:
    rows = client.report(**asked("TT_SHOP", "campaign_id", "country_code", **CAMPAIGN))
    selling = {row["campaign_id"] for row in rows}
    basic = {row["campaign_id"]: row["spend"] for row in client.report(dimensions=["campaign_id"])}
    assert {world.find_entity("campaign", item).row["objective_type"] for item in selling} == {"WEB_CONVERSIONS"}
    for campaign in selling:
        own = [row for row in rows if row["campaign_id"] == campaign]
        assert total(own, "spend") == total([{"spend": basic[campaign]}], "spend")
    assert client.report(**asked("TT_SHOP", advertiser_id=EMPTY)) == []


def test_totals_of_a_shop_are_the_sums_of_its_days(client: Client) -> None:
    days = asked("TT_SHOP", "advertiser_id", "stat_time_day", enable_total_metrics=True)
    dates = {"start_date": "2026-01-01", "end_date": "2026-01-10", "page_size": 100, "advertiser_id": TOKYO}
    data = client.get("/report/integrated/get/", **dates, **days)["data"]
    spent = total((row["metrics"] for row in data["list"]), "spend")
    assert data["total_metrics"]["spend"] == f"{spent / 100:.2f}"


def test_playables_and_catalogs_are_in_auction_ads_only(world: World) -> None:
    for ad in world.list_entities("ad", TOKYO):
        assert ad.buying_type == "AUCTION" or not list_materials(world, TOKYO)[ad.id]


def test_playables_can_be_filtered_by_status(client: Client, world: World) -> None:
    known = {item["playable_id"]: item["playable_status"] for item in list_materials(world, TOKYO).values()
             if "playable_id" in item}  # fmt: skip
    rows = client.report(**asked("PLAYABLE_MATERIAL", **filtered("playable_status", "IN", ["AUDIT_SUCCESS"])))
    assert {row["playable_id"] for row in rows} == {name for name, status in known.items() if status == "AUDIT_SUCCESS"}


@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        ("advertiser_name", "MATCH", "angel", [LOS_ANGELES]),
        ("advertiser_id", "IN", [TOKYO, FORBIDDEN], [TOKYO]),
        ("currency_of_account", "IN", ["EUR", "GBP"], [BERLIN, EMPTY]),
        ("registered_area", "IN", ["JP"], []),
        ("platform_of_account", "IN", ["RAP"], []),
        ("owner_of_account", "IN", ["OWNED_BY_CURRENT_BUSINESS_CENTER"], [TOKYO, LOS_ANGELES, BERLIN, EMPTY]),
        ("account_status", "IN", ["SUSPENDED", "DISABLED"], []),
        ("cost", "GREATER_THAN", "0", [TOKYO, LOS_ANGELES, BERLIN]),
        ("cost", "LOWER_EQUAL", "0", [EMPTY]),
    ],
)
def test_a_business_center_report_chooses_accounts(
    client: Client, field: str, operator: str, value: Any, expected: list[str]
) -> None:
    rows = client.report(**asked("BC", **filtered(field, operator, value)))
    assert [row["advertiser_id"] for row in rows] == expected


def test_a_token_needs_the_permission_of_the_business_center(client: Client, world: World) -> None:
    refused = (40001, f"No permission to operate business center {BC_ID}.")
    assert client.report_refusal(**asked("BC", token=OTHER_APP_TOKEN)) == refused
    assert client.report_refusal(**asked("BC", bc_id="1"))[0] == 40001
    world.bc_tokens.clear()
    assert client.report_refusal(**asked("BC", metrics=["nonsense"])) == refused, "before the rules of a report"


def test_the_sandbox_mocks_no_other_type(client: Client) -> None:
    sandbox = {"token": SANDBOX_TOKEN, "host": SANDBOX_HOST, "advertiser_id": SANDBOX}
    assert client.report_refusal(**asked("CATALOG", **sandbox))[0] == 40009


def test_tasks_report_on_catalogs_and_playables_with_field_names(client: Client, world: World) -> None:
    world.tasks.checks = 0
    for report_type, name in (("CATALOG", "catalog_id"), ("PLAYABLE_MATERIAL", "playable_id")):
        asking = asked(report_type, name, "country_code")
        rows = client.table(client.created(**asking))
        assert list(rows[0]) == [name, "country_code", "spend", "impressions"]
        assert [row["spend"] for row in rows] == [row["spend"] for row in client.report(**asking)]
