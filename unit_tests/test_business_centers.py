"""Business centres and their money: who is asked about what, how far back, and every figure as TikTok wrote it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from harness import Sync
from rows import TABLES

from source_tiktok_marketing.schema.columns import read_entity_columns
from tiktok_simulator import Simulator, World
from tiktok_simulator.endpoints.lists.tables import make_rows, read_lists
from tiktok_simulator.faults.fault import Answer, Fault, refuse
from tiktok_simulator.protocol.wire import Request, Response
from tiktok_simulator.world.world import BC_ID

Config = dict[str, Any]
Read = Callable[..., Sync]
Record = dict[str, Any]
FIGURE = re.compile(r"(?<=: )-?\d+\.\d+")
MONEY = {
    "business_center_balances": "account_balance",
    "payment_portfolio_balances": "account_balance",
    "advertiser_balances": "valid_account_balance",
    "business_center_transactions": "amount",
    "account_transactions": "subtotal",
    "advertiser_transactions": "amount",
    "account_costs": "tax_amount",
    "invoices": "unpaid_amount",
    "unpaid_invoices": "amount",
    "payment_portfolios": "available_amount",
    "budget_change_log": "previous_budget",
}
DATED = [row for row in TABLES["dated_nested"] if row["group"] == "business_center"]
ENDPOINTS = {row["name"]: f"/{row['endpoint']}" for table in ("nested", "dated_nested") for row in TABLES[table]}


def figures(value: Any) -> Iterator[Decimal]:
    """Every number with decimals in a record, as it is written out."""
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from figures(inner)
    elif isinstance(value, float):
        yield Decimal(json.dumps(value))


def numbered(tiktok: Simulator, path: str) -> set[Decimal]:
    """Gives every figure of an endpoint a value that occurs once, up to the cent; those that were sent."""
    sent: set[Decimal] = set()
    numbers = count(1)

    def one(_: re.Match[str]) -> str:
        text = f"{10_000_000 + next(numbers)}.{next(numbers) % 90 + 10}"
        sent.add(Decimal(text))
        return text

    def act(request: Request, answer: Answer) -> Response:
        response = answer(request)
        return replace(response, body=FIGURE.sub(one, json.dumps(response.json())).encode())

    tiktok.faults.arm(Fault("numbered", act, path))
    return sent


def in_order(rows: list[Record]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


# Money


@pytest.mark.parametrize(("stream", "column"), MONEY.items())
def test_every_amount_is_the_one_tiktok_sent_to_the_cent_and_none_is_a_sum(
    stream: str, column: str, sync: Read, tiktok: Simulator
) -> None:
    sent = numbered(tiktok, ENDPOINTS[stream])
    rows = sync(stream).rows(stream)
    found = [figure for row in rows for figure in figures(row)]
    assert rows and all(read_entity_columns()[stream][column].type == "number" and column in row for row in rows)
    assert len(found) == len(set(found))
    assert set(found) <= sent


@pytest.mark.parametrize("figure", ["0.1", "-12.34", "987654321012.99", "1500"])
def test_an_amount_keeps_its_cents_whatever_its_size(figure: str, sync: Read, tiktok: Simulator) -> None:
    def act(request: Request, answer: Answer) -> Response:
        response = answer(request)
        text = re.sub(r'"amount": [\d.]+', f'"amount": {figure}', json.dumps(response.json()))
        return replace(response, body=text.encode())

    tiktok.faults.arm(Fault("figure", act, ENDPOINTS["account_transactions"]))
    rows = sync("account_transactions").rows("account_transactions")
    assert {json.dumps(row["amount"]) for row in rows} == {figure}


def test_transactions_are_read_of_the_centre_its_accounts_and_its_portfolios(sync: Read) -> None:
    rows = sync("account_transactions").rows("account_transactions")
    assert {row["transaction_level"] for row in rows} == {"BC", "ADVERTISER", "PAYMENT_PORTFOLIO"}


def owners_asked(tiktok: Simulator) -> dict[str, set[str]]:
    """Whose accounts were asked about, at each level of transactions."""
    found: dict[str, set[str]] = {}
    for exchange in tiktok.asked(ENDPOINTS["account_transactions"]):
        owner = json.loads(exchange.query["filtering"]).get("owner_of_account", [""])
        found.setdefault(exchange.query["transaction_level"], set()).add(",".join(owner))
    return found


def test_an_owner_is_named_for_transactions_of_accounts_only(sync: Read, tiktok: Simulator) -> None:
    result = sync("account_transactions")
    both = {"OWNED_BY_CURRENT_BUSINESS_CENTER", "SHARED_BY_OTHER_BUSINESS_CENTER"}
    assert owners_asked(tiktok) == {"BC": {""}, "PAYMENT_PORTFOLIO": {""}, "ADVERTISER": both}
    assert (result.errors, result.warnings) == ([], [])


@pytest.mark.slow
def test_of_more_shared_accounts_than_tiktok_takes_unnamed_every_transaction_is_read(
    sync: Read, tiktok: Simulator, world: World
) -> None:
    world.list_sizes["/bc/asset/get/"] = 450
    assets = make_rows(world, read_lists()["/bc/asset/get/"], {"bc_id": BC_ID, "asset_type": "ADVERTISER"}, None)
    ours = {row["asset_id"] for row in assets if row["advertiser_role"] == "ADMIN"}
    result = sync("account_transactions")
    assert result.errors == []
    assert ours <= {row["account_id"] for row in result.rows("account_transactions")}
    named = [json.loads(exchange.query["filtering"]) for exchange in tiktok.asked(ENDPOINTS["account_transactions"])]
    assert max(len(each.get("account_ids", [])) for each in named) == 100


def test_without_the_permission_to_list_shared_accounts_all_other_transactions_are_read_and_the_state_stays(
    sync: Read, world: World
) -> None:
    everything = in_order(sync("account_transactions").rows("account_transactions"))
    world.unscoped.add("/bc/asset/get/")
    result = sync("account_transactions")
    part = in_order(result.rows("account_transactions"))
    assert set(part) < set(everything) and part
    (line,) = result.warnings
    assert line.startswith("account_transactions was skipped for") and "Business Center Asset (153)" in line
    states = [each.state.stream.stream_state for each in result.output.state_messages]
    saved = json.loads(json.dumps(states[-1].__dict__)) if states else {}
    world.unscoped.clear()
    again = sync("account_transactions", state={"account_transactions": saved})
    assert in_order(again.rows("account_transactions")) == everything


def test_an_ordinary_business_centre_is_not_asked_for_transfers_it_has_no_list_of(
    sync: Read, tiktok: Simulator, world: World
) -> None:
    world.bc_type = "NORMAL"
    result = sync("advertiser_transactions")
    assert (result.rows("advertiser_transactions"), result.errors, result.warnings) == ([], [], [])
    assert tiktok.asked("/advertiser/transaction/get/") == []


def test_transactions_of_accounts_are_read_by_each_kind(sync: Read, tiktok: Simulator) -> None:
    sync("advertiser_transactions")
    asked = [json.loads(exchange.query["filtering"]) for exchange in tiktok.asked("/advertiser/transaction/get/")]
    kinds = ("TRANSFER", "TAX", "COST", "PAYMENT")
    assert sorted(each["transfer_type"] for each in asked) == sorted(f"TRANS_TYPE_{kind}" for kind in kinds)


def test_invoices_of_every_kind_are_read_whole_as_what_is_paid_changes(sync: Read, tiktok: Simulator) -> None:
    sync("invoices")
    asked = {tuple(json.loads(exchange.query["invoice_types"])) for exchange in tiktok.asked("/bc/invoice/get/")}
    assert asked == {("RECON", "CREDIT"), ("AUTO_PAY",)}
    for exchange in tiktok.asked("/bc/invoice/get/"):
        assert not {"start_time", "end_time", "pay_statuses"} & set(exchange.query)


# Days


def days(query: Any) -> tuple[str, str]:
    """The days a request is about, wherever it names them."""
    named = {**query, **json.loads(query.get("filtering", "{}"))}
    first, last = (named.get(f"{end}_date") or named[f"{end}_time"] for end in ("start", "end"))
    return first[:10], last[:10]


@pytest.mark.slow
def test_a_year_is_one_question_but_of_costs_whose_rows_have_no_day(
    sync: Read, tiktok: Simulator, world: World, config: Config
) -> None:
    world.list_sizes = dict.fromkeys(ENDPOINTS.values(), 1)
    year = config | {"start_date": "2025-01-25"}
    streams = {"account_transactions": 365, "account_costs": 1, "activity_log": 30, "business_center_transactions": 90}
    assert [sync(stream, config=year).errors for stream in streams] == [[]] * len(streams)
    for stream, longest in streams.items():
        windows = sorted({days(exchange.query) for exchange in tiktok.asked(ENDPOINTS[stream])})
        assert (windows[0][0], windows[-1][1]) == ("2025-01-25", "2026-01-24")
        assert len(windows) == -(-365 // longest)


@pytest.mark.parametrize("row", DATED, ids=lambda row: str(row["name"]))
def test_the_state_is_the_business_centres_and_the_next_sync_goes_on_there(
    row: Record, sync: Read, tiktok: Simulator, config: Config
) -> None:
    first = sync(row["name"], config=config | {"attribution_window": 2})
    state = first.state(row["name"])
    assert [entry["partition"] for entry in state["states"]] == [{"bc_id": BC_ID}]
    (reached,) = (next(iter(entry["cursor"].values())) for entry in state["states"])
    assert reached[:10] == "2026-01-24"
    tiktok.transcript.clear()
    again = sync(row["name"], config=config | {"attribution_window": 2}, state={row["name"]: state})
    assert min(days(exchange.query) for exchange in tiktok.asked(f"/{row['endpoint']}"))[0] == "2026-01-22"
    assert again.rows(row["name"])


def test_what_was_skipped_for_want_of_a_permission_is_read_from_its_start_once_there_is_one(
    sync: Read, world: World
) -> None:
    everything = in_order(sync("account_costs").rows("account_costs"))
    world.unscoped.add(ENDPOINTS["account_costs"])
    skipped = sync("account_costs", "campaigns")
    states = [message.state.stream for message in skipped.output.state_messages]
    ours = [each.stream_state for each in states if each.stream_descriptor.name == "account_costs"]
    saved = {"account_costs": json.loads(json.dumps(ours[-1].__dict__))} if ours else {}
    world.unscoped.clear()
    assert in_order(sync("account_costs", state=saved).rows("account_costs")) == everything


# Whose


def test_budgets_are_asked_for_the_ad_accounts_of_the_centre_and_no_others(
    sync: Read, tiktok: Simulator, world: World
) -> None:
    sync("budget_change_log")
    asked = {exchange.query["advertiser_id"] for exchange in tiktok.asked(ENDPOINTS["budget_change_log"])}
    assert asked == {account.advertiser_id for account in world.accounts.values() if account.bc_id == BC_ID}


@pytest.mark.parametrize("stream", ["business_center_partners", "business_center_asset_partners"])
def test_a_partner_keeps_its_own_id_beside_the_centres(stream: str, sync: Read) -> None:
    rows = sync(stream).rows(stream)
    assert {row["bc_id"] for row in rows} == {BC_ID}
    assert BC_ID not in {row["partner_id"] for row in rows}


def test_assets_of_partners_are_asked_for_each_partner_both_ways(sync: Read, tiktok: Simulator) -> None:
    partners = {row["partner_id"] for row in sync("business_center_partners").rows("business_center_partners")}
    sync("business_center_partner_assets")
    asked = [
        (exchange.query["partner_id"], exchange.query["share_type"], exchange.query["asset_type"])
        for exchange in tiktok.asked("/bc/partner/asset/get/")
    ]
    ways = {
        (partner, way, kind)
        for partner in partners
        for way in ("SHARED", "SHARING")
        for kind in ("ADVERTISER", "CATALOG", "TIKTOK_SHOP", "PIXEL")
    }
    assert set(asked) == ways and len(asked) == len(ways)


def test_links_are_asked_for_pixels_and_no_other_asset(sync: Read, tiktok: Simulator) -> None:
    links = sync("pixel_links").rows("pixel_links")
    assets = sync("business_center_admin_assets").rows("business_center_admin_assets")
    pixels = {row["pixel_code"] for row in assets if row["asset_type"] == "PIXEL"}
    assert {row["pixel_code"] for row in links} == pixels


def test_two_streams_that_need_the_same_ids_look_them_up_once(sync: Read, tiktok: Simulator) -> None:
    sync("payment_portfolio_advertisers", "payment_portfolio_users")
    assert len(tiktok.asked("/payment_portfolio/get/")) == 1


@pytest.mark.parametrize(
    ("lookup", "scope"), [("/bc/get/", "Read Business Center (150)"), ("/catalog/get/", "Read Catalogs (900)")]
)
def test_without_the_permission_to_look_the_ids_up_the_streams_below_are_skipped_and_name_that_permission(
    lookup: str, scope: str, sync: Read, world: World
) -> None:
    world.unscoped.add(lookup)
    result = sync("catalog_products", "catalog_feeds", "campaigns")
    assert (result.errors, set(result.statuses.values())) == ([], {"COMPLETE"})
    assert result.rows("campaigns")
    assert sorted(line.partition(" was skipped")[0] for line in result.warnings) == [
        "catalog_feeds",
        "catalog_products",
    ]
    assert all(f"Add {scope} to the app" in line for line in result.warnings)


@pytest.mark.parametrize("which", [0, 1])
def test_an_asset_the_user_may_not_see_into_costs_no_other_its_members(
    which: int, sync: Read, tiktok: Simulator
) -> None:
    everything = sync("business_center_asset_members").rows("business_center_asset_members")
    hidden = list(dict.fromkeys(row["asset_id"] for row in everything))[which]
    refused = refuse(40001, "You have no permission to the asset.")
    tiktok.faults.arm(
        Fault("hidden", refused, "/bc/asset/member/get/", when=lambda request: request.query["asset_id"] == hidden)
    )
    result = sync("business_center_asset_members")
    assert in_order(result.rows("business_center_asset_members")) == in_order(
        [row for row in everything if row["asset_id"] != hidden]
    )
    (line,) = result.warnings
    assert "You have no permission to the asset (code 40001)" in line


def test_without_any_permission_a_few_assets_are_asked_about_and_not_all(
    sync: Read, tiktok: Simulator, world: World
) -> None:
    world.list_sizes["/bc/asset/get/"] = 20
    world.unscoped.add("/bc/asset/member/get/")
    result = sync("business_center_asset_members")
    assert len(tiktok.asked("/bc/asset/member/get/")) == 3
    assert len(result.warnings) == 1


@pytest.mark.parametrize("member", ["invoice_serial_number", "currency", "amount"])
def test_transactions_of_a_business_centre_that_differ_in_one_thing_have_two_keys(
    sync: Read, tiktok: Simulator, member: str
) -> None:
    assert_two_keys(sync, tiktok, "business_center_transactions", member)


@pytest.mark.parametrize("member", ["amount", "funds_type"])
def test_transactions_of_an_ad_account_that_differ_in_one_thing_have_two_keys(
    sync: Read, tiktok: Simulator, member: str
) -> None:
    assert_two_keys(sync, tiktok, "advertiser_transactions", member)


def assert_two_keys(sync: Read, tiktok: Simulator, stream: str, member: str) -> None:
    """Has TikTok give the same transaction twice, another in one member: both have to keep a key of their own."""
    (row,) = [row for row in DATED if row["name"] == stream]

    def act(request: Request, answer: Answer) -> Response:
        response = answer(request)
        first, *others = (body := response.json())["data"][row["records"]]
        other = 7.5 if member == "amount" else "another"
        body["data"][row["records"]] = [first, {**first, member: other}, *others[1:]]
        return replace(response, body=json.dumps(body).encode())

    tiktok.faults.arm(Fault("twice", act, ENDPOINTS[stream]))
    rows = sync(stream).rows(stream)
    assert [record for record in rows if record[member] in (7.5, "another")]
    assert len({tuple(record[name] for name in row["key"]) for record in rows}) == len(rows)
