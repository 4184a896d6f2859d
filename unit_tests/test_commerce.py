"""Catalogues, shops and showcases: what their lists hold back, and what must not leave them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from harness import Sync

from source_tiktok_marketing.requesters.request_parameters import fill_in
from tiktok_simulator import Simulator, World
from tiktok_simulator.endpoints.lists.listed import read_lists
from tiktok_simulator.endpoints.lists.tables import make_rows
from tiktok_simulator.faults.fault import Answer, Fault
from tiktok_simulator.protocol.wire import Request, Response

Config = dict[str, Any]
Read = Callable[..., Sync]
PRODUCTS, SHOP_PRODUCTS, SHOWCASE = "/catalog/product/get/", "/store/product/get/", "/showcase/product/get/"
MORE_THAN_REACHABLE = 10_001


@pytest.fixture
def one_catalogue(world: World) -> str:
    """The only catalogue of the business centre."""
    world.list_sizes["/catalog/get/"] = 1
    (row,) = make_rows(world, read_lists()["/catalog/get/"], {"bc_id": world.bc_id}, None)
    return str(row["catalog_id"])


def changed(tiktok: Simulator, path: str, change: Callable[[Request, dict[str, Any]], None]) -> None:
    """Spoils every answer of an endpoint."""

    def act(request: Request, answer: Answer) -> Response:
        response = answer(request)
        body = response.json()
        change(request, body["data"])
        return replace(response, body=json.dumps(body).encode())

    tiktok.faults.arm(Fault("changed", act, path))


def of_a_large_catalogue(request: Request, answer: Answer) -> Response:
    """Three products a page of a catalogue of more than can be reached; TikTok itself decides behind that."""
    page = int(request.query["page"])
    if page > 20:
        return answer(request)
    response = answer(replace(request, query={**request.query, "page": "1"}))
    body = response.json()
    for number, row in enumerate(body["data"]["list"]):
        row["product_id"] = f"{page}0{number}"
    body["data"]["page_info"] |= {"page": page, "total_number": MORE_THAN_REACHABLE, "total_page": 21}
    return replace(response, body=json.dumps(body).encode())


def test_of_a_catalogue_larger_than_tiktok_gives_all_pages_it_gives_are_read_and_the_log_names_the_rest(
    one_catalogue: str, sync: Read, tiktok: Simulator
) -> None:
    tiktok.faults.arm(Fault("large", of_a_large_catalogue, PRODUCTS))
    result = sync("catalog_products")
    assert result.errors == []
    assert [exchange.query["page"] for exchange in tiktok.asked(PRODUCTS)] == [str(page) for page in range(1, 21)]
    assert len(result.rows("catalog_products")) == 60
    (line,) = [line.log.message for line in result.output.logs if str(MORE_THAN_REACHABLE) in line.log.message]
    assert line == (
        f"catalog_products: catalogue {one_catalogue} has 10001 rows; TikTok gives the first 10000 of them and no way "
        "to the others."
    )


def test_prices_of_a_product_are_columns_of_their_own_to_the_cent(
    one_catalogue: str, sync: Read, tiktok: Simulator
) -> None:
    price = {"price": 19.99, "currency": "EUR", "sale_price": 0.1, "sale_price_effective_date": ["2026-01-01"]}
    changed(tiktok, PRODUCTS, lambda _, data: [row.update(price=price) for row in data["list"]] and None)
    for row in sync("catalog_products").rows("catalog_products"):
        assert {name: row[name] for name in price} == price


def test_the_password_a_feed_is_fetched_with_is_in_no_record_and_no_log(sync: Read, tiktok: Simulator) -> None:
    secret = {"uri": "ftp://shop.example/feed.csv", "username": "ada", "password": "correct horse"}
    changed(
        tiktok,
        "/catalog/feed/get/",
        lambda _, data: [row["last_update_param"].update(source=secret) for row in data["feed_list"]] and None,
    )
    result = sync("catalog_feeds")
    assert result.rows("catalog_feeds")
    assert "correct horse" not in json.dumps(result.rows("catalog_feeds"))
    assert not [line for line in result.output.logs if "correct horse" in line.log.message]


def test_products_of_a_shop_are_asked_for_in_the_business_centre_that_may_use_it(
    sync: Read, tiktok: Simulator, one_advertiser: Config
) -> None:
    stores = sync("tiktok_shop_stores", config=one_advertiser).rows("tiktok_shop_stores")
    products = sync("tiktok_shop_products", config=one_advertiser).rows("tiktok_shop_products")
    centers = {row["store_id"]: row["store_authorized_bc_id"] for row in stores}
    asked = {exchange.query["store_id"]: exchange.query["bc_id"] for exchange in tiktok.asked(SHOP_PRODUCTS)}
    assert asked == centers == {row["store_id"]: row["bc_id"] for row in products}


@pytest.mark.parametrize("figure", ["0.07", "1000", "1234567890.45"])
def test_prices_in_a_shop_are_the_figures_tiktok_wrote(
    figure: str, sync: Read, tiktok: Simulator, one_advertiser: Config
) -> None:
    changed(
        tiktok, SHOP_PRODUCTS, lambda _, data: [row.update(min_price=figure) for row in data["store_products"]] and None
    )
    rows = sync("tiktok_shop_products", config=one_advertiser).rows("tiktok_shop_products")
    assert {Decimal(json.dumps(row["min_price"])) for row in rows} == {Decimal(figure)}


def test_a_showcase_is_asked_for_all_its_regions_at_once(sync: Read, tiktok: Simulator, one_advertiser: Config) -> None:
    regions = sync("showcase_regions", config=one_advertiser).rows("showcase_regions")
    sync("showcase_products", config=one_advertiser)
    for exchange in tiktok.asked(SHOWCASE):
        here = {row["region_code"] for row in regions if row["identity_id"] == exchange.query["identity_id"]}
        assert set(json.loads(exchange.query["region_codes"])) == here
    assert len(tiktok.asked(SHOWCASE)) == len({row["identity_id"] for row in regions}) > 1


def test_an_id_that_something_does_not_have_is_not_asked_with() -> None:
    ask = {"identity_id": "{identity_id}", "identity_authorized_bc_id": "{identity_authorized_bc_id}"}
    assert fill_in(ask, {"identity_id": "7", "identity_authorized_bc_id": ""}) == {"identity_id": "7"}


def test_a_log_of_a_feed_belongs_to_its_feed_and_begins_at_its_own_time(sync: Read) -> None:
    logs, feeds = sync("catalog_feed_logs"), sync("catalog_feeds")
    of_feeds = {(row["catalog_id"], row["feed_id"]) for row in feeds.rows("catalog_feeds")}
    assert {(row["catalog_id"], row["feed_id"]) for row in logs.rows("catalog_feed_logs")} == of_feeds
    assert all("T" in row["start_time"] for row in logs.rows("catalog_feed_logs"))
