"""GMV Max: what each store sold, by account, campaign, product, post and LIVE, against the simulated world."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from harness import Sync
from rows import TABLES, name_of, of_account
from test_stored_catalogs import catalog_of, nullable, read_with

from source_tiktok_marketing.retrievers.substreams import order_outermost_first
from source_tiktok_marketing.schema.columns import read_report_columns, read_table
from tiktok_simulator import Request, Simulator, World
from tiktok_simulator.endpoints.lists.gmv_max import (
    CAMPAIGNS,
    STORES,
    list_campaigns,
    list_open_stores,
    make_report_rows,
)
from tiktok_simulator.endpoints.lists.grouped import GroupedRequest, find_measures
from tiktok_simulator.world.ready_made import BERLIN, TOKYO

REPORT = "/gmv_max/report/get/"
FIRST, LAST = date(2026, 1, 15), date(2026, 1, 24)
Record = dict[str, Any]
ROWS: list[Record] = [row for row in TABLES["nested_reports"] if row["group"] == "gmv_max"]
PRODUCT, CREATIVE = "gmv_max_product_campaign_reports_daily", "gmv_max_creative_reports_daily"
ROOM = "gmv_max_room_reports_daily"


def measured(row: Record) -> list[str]:
    return [metric for metrics in row["metrics"] for metric in metrics]


def level_of(row: Record) -> str:
    names = {"advertiser": "account", "product_campaign": "product_campaign", "live_campaign": "live_campaign",
             "item_group": "product", "creative": "creative", "room": "live_room"}  # fmt: skip
    return names[row["name"].removeprefix("gmv_max_").removesuffix("_reports_daily")]


def filters(world: World, row: Record, store: tuple[str, str], *, deleted: bool) -> Iterator[Record]:
    """One filter for each campaign of a store that the report is about; none for the account itself."""
    level = level_of(row)
    if level == "account":
        yield {}
        return
    for campaign in list_campaigns(world, *store):
        if (campaign.promotion == "LIVE") == level.startswith("live") and (deleted or not campaign.deleted):
            yield {"campaign_ids": [campaign.campaign_id], "campaign_statuses": ["STATUS_ALL"]}


def delivered(
    world: World, row: Record, first: date = FIRST, last: date = LAST, *, deleted: bool = True
) -> list[Record]:
    """What the world holds for a report, as records."""
    days = [first + timedelta(day) for day in range((last - first).days + 1)]
    metrics = find_measures("gmv_max", measured(row), [level_of(row)])
    found = []
    for advertiser_id in sorted(world.permitted):
        for store_id in list_open_stores(world, advertiser_id):
            for each in filters(world, row, (advertiser_id, store_id), deleted=deleted):
                ask = GroupedRequest(world, advertiser_id, row["dimensions"], metrics, days, each)
                owners = {"advertiser_id": advertiser_id, "store_id": store_id} | of_account(world, advertiser_id)
                owners |= {"campaign_id": each["campaign_ids"][0]} if each else {}
                found += [record(owners, wire) for wire in make_report_rows(ask, store_id)]
    return found


def record(owners: Record, wire: Record) -> Record:
    values = wire["dimensions"] | wire["metrics"]
    return owners | {label(name): understood(name, value) for name, value in values.items() if value != "-"}


def label(name: str) -> str:
    return read_report_columns()[name].label


def understood(name: str, value: str) -> Any:
    casts: Record = {"integer": int, "number": float, "date": lambda text: text[:10]}
    return casts.get(read_report_columns()[name].type, str)(value)


def by_key(row: Record, records: list[Record]) -> dict[tuple[Any, ...], Record]:
    found = {tuple(each[name] for name in row["key"]): each for each in records}
    assert len(found) == len(records), "a key came twice"
    return found


def of(tiktok: Simulator, name: str) -> list[str]:
    return [exchange.query[name] for exchange in tiktok.asked(REPORT)]


@pytest.mark.samples(2)
@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_every_row_of_every_store_comes_once(row: Record, sync: Callable[..., Sync], world: World) -> None:
    result = sync(row["name"])
    assert by_key(row, result.rows(row["name"])) == by_key(row, delivered(world, row)) != {}
    assert (result.errors, result.warnings) == ([], [])


@pytest.mark.samples(2)
@pytest.mark.parametrize("row", [row for row in ROWS if level_of(row) != "account"], ids=name_of)
def test_without_deleted_campaigns_their_rows_are_left_out_and_no_others(
    row: Record, sync: Callable[..., Sync], world: World, config: Record
) -> None:
    records = sync(row["name"], config=config | {"include_deleted": False}).rows(row["name"])
    assert by_key(row, records) == by_key(row, delivered(world, row, deleted=False))
    assert len(records) < len(delivered(world, row))


@pytest.mark.samples(2)
@pytest.mark.parametrize("row", [row for row in ROWS if "filtering" in row["ask"]], ids=name_of)
def test_what_a_living_campaign_has_is_asked_for_without_its_status(
    row: Record, sync: Callable[..., Sync], world: World, config: Record
) -> None:
    world.statuses_below_campaigns = False
    result = sync(row["name"], config=config | {"include_deleted": False})
    assert by_key(row, result.rows(row["name"])) == by_key(row, delivered(world, row, deleted=False)) != {}
    assert (result.errors, result.warnings) == ([], [])


def test_what_describes_a_live_is_asked_for_of_one_campaign_at_a_time(
    sync: Callable[..., Sync], tiktok: Simulator, one_advertiser: Record
) -> None:
    rows = sync(ROOM, config=one_advertiser).rows(ROOM)
    asked = [exchange.query for exchange in tiktok.asked(REPORT) if "room_id" in exchange.query["dimensions"]]
    assert {len(json.loads(query["filtering"])["campaign_ids"]) for query in asked} == {1}
    assert {query["dimensions"] for query in asked} == {'["room_id", "stat_time_day"]'}
    assert all(row["live_name"] and row["campaign_id"] and isinstance(row["live_duration"], str) for row in rows)


@pytest.mark.samples(2)
@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_every_column_is_filled_and_every_value_has_one(row: Record, sync: Callable[..., Sync]) -> None:
    records = sync(row["name"]).rows(row["name"])
    assert {name for each in records for name in each} == {
        "advertiser_id", "currency", "display_timezone", *row["key"], *map(label, measured(row)),
    }  # fmt: skip


@pytest.mark.samples(2)
@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_nothing_is_asked_about_days_before_gmv_max_began(
    row: Record, sync: Callable[..., Sync], tiktok: Simulator, world: World, one_advertiser: Record
) -> None:
    config = one_advertiser | {"start_date": "2016-09-01", "end_date": "2023-09-03"}
    result = sync(row["name"], config=config)
    expected = delivered(world, row, date(2023, 9, 1), date(2023, 9, 3))
    assert by_key(row, result.rows(row["name"])) == by_key(
        row, [each for each in expected if each["advertiser_id"] == TOKYO]
    )
    assert set(of(tiktok, "start_date")) == {"2023-09-01"}
    assert result.errors == []


def test_days_that_all_lie_before_gmv_max_are_not_asked_for(
    sync: Callable[..., Sync], tiktok: Simulator, config: Record
) -> None:
    result = sync(PRODUCT, config=config | {"start_date": "2020-01-01", "end_date": "2023-08-31"})
    assert (result.rows(PRODUCT), result.errors, tiktok.asked(REPORT)) == ([], [], [])
    assert result.statuses == {PRODUCT: "COMPLETE"}


def test_a_request_is_about_one_store_of_its_own_ad_account_that_can_run_gmv_max(
    sync: Callable[..., Sync], tiktok: Simulator, world: World
) -> None:
    sync(PRODUCT)
    asked = [
        (exchange.query["advertiser_id"], *json.loads(exchange.query["store_ids"])) for exchange in tiktok.asked(REPORT)
    ]
    assert sorted(asked) == sorted((each, store) for each in world.permitted for store in list_open_stores(world, each))
    assert len(asked) < 3 * len(world.permitted)


def test_posts_are_asked_for_by_campaigns_of_the_store_and_their_products(
    sync: Callable[..., Sync], tiktok: Simulator, world: World, one_advertiser: Record
) -> None:
    sync(CREATIVE, config=one_advertiser)
    for exchange in tiktok.asked(REPORT):
        if "item_id" in exchange.query["dimensions"]:
            (store_id,) = json.loads(exchange.query["store_ids"])
            filtering = json.loads(exchange.query["filtering"])
            here = [each.campaign_id for each in list_campaigns(world, TOKYO, store_id)]
            assert filtering["campaign_ids"][0] in here
            assert 1 <= len(filtering["item_group_ids"]) <= 100


@pytest.mark.slow
def test_every_page_of_a_report_is_read(
    sync: Callable[..., Sync], tiktok: Simulator, world: World, one_advertiser: Record
) -> None:
    world.list_sizes[CAMPAIGNS] = 120
    (row,) = (row for row in ROWS if row["name"] == PRODUCT)
    first = date(2025, 12, 26)
    records = sync(PRODUCT, config=one_advertiser | {"start_date": first.isoformat()}).rows(PRODUCT)
    expected = [each for each in delivered(world, row, first) if each["advertiser_id"] == TOKYO]
    assert by_key(row, records) == by_key(row, expected)
    assert set(of(tiktok, "page")) >= {"1", "2"}


def test_a_later_sync_reads_the_days_again_that_may_still_change(
    sync: Callable[..., Sync], tiktok: Simulator, one_advertiser: Record
) -> None:
    first = sync(PRODUCT, config=one_advertiser)
    tiktok.transcript.clear()
    sync(PRODUCT, config=one_advertiser | {"end_date": "2026-01-26"}, state={PRODUCT: first.state(PRODUCT)})
    assert first.cursors(PRODUCT) == {TOKYO: "2026-01-24"}
    assert {*zip(of(tiktok, "start_date"), of(tiktok, "end_date"), strict=True)} == {("2026-01-21", "2026-01-26")}


def test_a_day_not_begun_in_an_ad_account_is_not_asked_for(
    sync: Callable[..., Sync], tiktok: Simulator, config: Record
) -> None:
    sync(PRODUCT, config={**config, "start_date": "2026-02-10", "end_date": ""})
    last = {exchange.query["advertiser_id"]: exchange.query["end_date"] for exchange in tiktok.asked(REPORT)}
    assert last[TOKYO] == last[BERLIN] == "2026-02-15"
    assert min(last.values()) == "2026-02-14"  # Los Angeles


@pytest.mark.samples(2)
@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_a_report_the_token_has_no_permission_for_is_skipped_with_a_line_that_names_it(
    row: Record, sync: Callable[..., Sync], world: World
) -> None:
    world.unscoped.add(REPORT)
    result = sync(row["name"], "campaigns")
    assert (result.rows(row["name"]), result.errors) == ([], [])
    (line,) = result.warnings
    assert line.startswith(f"{row['name']} was skipped")
    assert row["scope"] in line
    assert result.statuses == {row["name"]: "COMPLETE", "campaigns": "COMPLETE"}


def test_a_store_that_stays_refused_does_not_have_the_others_read_again(
    sync: Callable[..., Sync], tiktok: Simulator, world: World, one_advertiser: Record
) -> None:
    refused, *others = list_open_stores(world, TOKYO)
    assert others
    fault = tiktok.faults.refused(40001, "No permission to operate this store.", None, REPORT)
    fault.when = lambda request: refused in request.parameters["store_ids"]
    first = sync(PRODUCT, config=one_advertiser)
    second = sync(PRODUCT, config=one_advertiser, state={PRODUCT: first.state(PRODUCT)})
    assert 0 < len(second.rows(PRODUCT)) < len(first.rows(PRODUCT))
    (line,) = first.warnings
    assert f"store_id {refused}" in line and "once the stream is cleared" in line


def test_the_stream_is_skipped_if_the_first_the_last_and_the_middle_store_are_refused(
    sync: Callable[..., Sync], tiktok: Simulator, world: World, one_advertiser: Record
) -> None:
    world.list_sizes[STORES] = 12
    stores = list_open_stores(world, TOKYO)
    first, last, middle, *others = order_outermost_first([{"id": each} for each in stores])
    having = {row["store_id"] for row in sync(PRODUCT, config=one_advertiser).rows(PRODUCT)}
    refused = {first["id"], last["id"]}
    fault = tiktok.faults.refused(40001, "No permission to operate this store.", None, REPORT)
    fault.when = lambda request: json.loads(request.parameters["store_ids"])[0] in refused
    told = {row["store_id"] for row in sync(PRODUCT, config=one_advertiser).rows(PRODUCT)}
    assert told == having - refused
    assert told & {each["id"] for each in others}
    refused.add(middle["id"])
    assert sync(PRODUCT, config=one_advertiser).rows(PRODUCT) == []


@pytest.mark.samples(2)
@pytest.mark.parametrize("nothing", ["", None])
@pytest.mark.parametrize("stream", ["gmv_max_identities", "gmv_max_exclusive_authorizations"])
def test_a_store_that_no_business_centre_opens_is_left_out_where_tiktok_wants_one(
    stream: str, nothing: str | None, sync: Callable[..., Sync], tiktok: Simulator, one_advertiser: Record
) -> None:
    every = {each["store_id"] for each in sync("gmv_max_stores", config=one_advertiser).rows("gmv_max_stores")}
    closed: list[str] = []

    def without_centre(_: Request, body: bytes) -> bytes:
        document = json.loads(body)
        first = document["data"]["store_list"][0]
        first["store_authorized_bc_id"] = nothing
        closed.append(first["store_id"])
        return json.dumps(document).encode()

    tiktok.faults.body(without_centre, times=None, path=STORES)
    result = sync(stream, config=one_advertiser)
    assert {each["store_id"] for each in result.rows(stream)} == every - set(closed) != every
    assert result.errors == []


@pytest.mark.parametrize("selected", ["_10_second_live_views", "10_second_live_views"])
def test_a_metric_that_begins_with_a_digit_is_asked_for_by_tiktoks_name_and_told_by_one_sql_can_read(
    selected: str, tiktok: Simulator, one_advertiser: Record
) -> None:
    catalog = catalog_of({"store_id": nullable("string"), selected: nullable("integer")}, ROOM)
    rows = read_with(catalog, one_advertiser).rows(ROOM)
    asked = [call.query["metrics"] for call in tiktok.asked(REPORT) if "room_id" in call.query["dimensions"]]
    assert set(asked) == {'["10_second_live_views"]'}
    assert rows
    assert all(isinstance(row["_10_second_live_views"], int) and "10_second_live_views" not in row for row in rows)


@pytest.mark.parametrize("row", TABLES["nested_reports"], ids=name_of)
def test_every_metric_of_a_report_is_one_tiktok_has_there(row: Record) -> None:
    allowed = {
        each["metric"] for each in read_table("metrics.csv") if row["group"].upper() in each["report_types"].split(";")
    }
    asked = [*row.get("names", []), *measured(row)]
    assert set(asked) <= allowed
    assert len(asked) == len(set(asked)) <= 100
