"""What hangs below something: every record TikTok has, once, under the ids of what it belongs to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from harness import Sync
from rows import NESTED, TABLES, name_of, of_account

from source_tiktok_marketing.schema.accounts import ACCOUNT_COLUMNS
from source_tiktok_marketing.schema.casting import CASTERS
from source_tiktok_marketing.schema.columns import read_entity_columns
from tiktok_simulator import Simulator, World
from tiktok_simulator.endpoints.lists.listed import make_singular, read_lists
from tiktok_simulator.endpoints.lists.rules import DELETED
from tiktok_simulator.endpoints.lists.tables import list_everything
from tiktok_simulator.world.ready_made import TOKYO

FIRST, LAST = date(2026, 1, 15), date(2026, 1, 24)
DELETING = [path for path, listed in read_lists().items() if listed.deletes]
Record = dict[str, Any]


def looked_up(parents: list[Record]) -> Iterator[str]:
    """The endpoints that give the ids of some parents."""
    for parent in parents:
        if "endpoint" in parent:
            yield parent["endpoint"]
        for way in parent.get("either", []):
            yield from looked_up(way)


PARENTS = {
    "bc/get/",
    *(endpoint for table in TABLES.values() for row in table for endpoint in looked_up(row.get("below", []))),
}


def delivered(world: World, row: Record) -> list[Record]:
    """What the world holds for a stream, as records: typed, opened, with the ids of what they belong to."""
    found = list_everything(world, f"/{row['endpoint']}", FIRST, LAST)
    asked = ((centered(world, row) | owners, wire) for owners, wire in found if is_asked(owners, row))
    found_in = ((named(owners, row), record) for owners, wire in asked for record in opened(wire, row))
    records = [keyed(row, typed(row["name"], whose | record)) for whose, record in found_in]
    names = [name for name in ACCOUNT_COLUMNS if name in columns(row)] if row["of"] == "advertiser" else []
    return [(of_account(world, each["advertiser_id"], *names) if names else {}) | each for each in records]


def is_asked(owners: Record, row: Record) -> bool:
    """Whether a stream asks for what belongs to them: not where its request names another constant, or not them."""
    constants = {name: value for name, value in row["ask"].items() if "{" not in value}
    looked_up = {name for parent in row.get("below", []) for name in parent.get("takes", ())}
    other = any(constants.get(name, value) != value for name, value in owners.items())
    unasked = any(name.partition(".")[0] not in row["ask"] for name, value in owners.items() if value and name != "day")
    nothing = any(name in looked_up and not value for name, value in owners.items())
    return not (other or unasked or nothing) and (row["of"] != "any_advertiser" or owners["advertiser_id"] == TOKYO)


def centered(world: World, row: Record) -> Record:
    return {"bc_id": world.bc_id} if row["of"] == "business_center" else {}


def opened(wire: Record, row: Record) -> Iterator[Record]:
    """The records in one element of the list: of the lists in it, each with what is around it."""
    for found in inside(wire, [step for step in row["records"].split(".")[1:] if step != "*"]):
        record = dict(found)
        lifted = [record.pop(name, None) or {} for name in row.get("lift", [])]
        record = {name: value for members in reversed(lifted) for name, value in members.items()} | record
        called = {row.get("renames", {}).get(name, name): value for name, value in record.items()}
        copied = {column: called[name] for column, name in row.get("copies", {}).items()}
        yield {name: value for name, value in (called | copied).items() if name}


def inside(wire: Record, steps: list[str]) -> Iterator[Record]:
    if not steps:
        yield wire
        return
    inner = wire[steps[0]]
    around = {name: value for name, value in wire.items() if name != steps[0]}
    for each in inner if isinstance(inner, list) else [inner]:
        yield from (around | found for found in inside(each, steps[1:]))


def named(owners: dict[str, str], row: Record) -> Record:
    """The columns that say whom a record belongs to: those of its key that its request named."""
    called = {make_singular(name): value for name, value in owners.items()}
    return {
        name: value for name, value in {**called, row.get("day", ""): owners.get("day")}.items() if name in columns(row)
    }


def columns(row: Record) -> Any:
    return read_entity_columns()[row["name"]]


def typed(stream: str, record: Record) -> Record:
    known = read_entity_columns()[stream]
    return {name: CASTERS[known[name].type](value) for name, value in record.items() if value is not None}


def keyed(row: Record, record: Record) -> Record:
    """A record whose key has no null: what TikTok leaves out there is empty."""
    texts = (name for name in row["key"] if columns(row)[name].type == "string")
    return {**dict.fromkeys(texts, ""), **record}


def by_key(row: Record, records: list[Record]) -> dict[tuple[Any, ...], Record]:
    return {tuple(record[name] for name in row["key"]): record for record in records}


@pytest.mark.samples(16)
@pytest.mark.parametrize("row", NESTED, ids=name_of)
def test_every_record_there_is_comes_once_with_every_column(
    row: Record, sync: Callable[..., Sync], world: World
) -> None:
    result = sync(row["name"])
    records = result.rows(row["name"])
    assert by_key(row, records) == by_key(row, delivered(world, row))
    assert len(records) == len(by_key(row, records)) > 0
    assert {name for record in records for name in record} == set(columns(row))
    assert (result.errors, result.warnings) == ([], [])


@pytest.mark.parametrize("stream", ["smart_plus_campaigns", "smart_plus_ads", "gmv_max_campaigns"])
def test_what_has_a_status_is_emitted_whole_in_every_sync(stream: str, sync: Callable[..., Sync]) -> None:
    first = sync(stream)
    second = sync(stream, state={stream: first.state(stream)})
    assert len(second.rows(stream)) == len(first.rows(stream)) > 1
    assert all("secondary_status" in row for row in first.rows(stream))


PAGED = [row for row in NESTED if row.get("rows_per_page", 1000) <= 100 and not row.get("counted_by")]


@pytest.mark.samples(6)
@pytest.mark.parametrize("row", PAGED, ids=name_of)
def test_every_page_is_read_and_no_page_more(
    row: Record, sync: Callable[..., Sync], tiktok: Simulator, world: World, one_advertiser: Record
) -> None:
    path = f"/{row['endpoint']}"
    world.list_sizes[path] = 2 * row["rows_per_page"] + 1
    records = sync(row["name"], config=one_advertiser | {"start_date": "2026-01-24"}).rows(row["name"])
    assert len(by_key(row, records)) == len(records)
    asked: defaultdict[tuple[Any, ...], list[int]] = defaultdict(list)
    for exchange in tiktok.asked(path):
        if exchange.query["page_size"] == str(row["rows_per_page"]):
            question = tuple(sorted((name, text) for name, text in exchange.query.items() if name != "page"))
            asked[question].append(int(exchange.query["page"]))
    assert all(pages == [*range(1, len(pages) + 1)] for pages in asked.values())
    assert 3 <= sum(map(len, asked.values())) <= len(records) // row["rows_per_page"] + len(asked)


def is_skipped(row: Record, result: Sync) -> bool:
    """Whether a stream was skipped with one line that names it and the permission it wants."""
    (line,) = [line for line in result.warnings if line.startswith(f"{row['name']} was skipped")]
    return row["scope"] in line and result.rows(row["name"]) == [] and result.statuses[row["name"]] == "COMPLETE"


@pytest.mark.slow
def test_streams_the_token_has_no_permission_for_are_skipped_with_a_line_each(
    sync: Callable[..., Sync], world: World
) -> None:
    unread = [row for row in NESTED if row["endpoint"] not in PARENTS]
    world.unscoped |= {f"/{row['endpoint']}" for row in unread}
    result = sync("campaigns", *map(name_of, unread))
    assert [row["name"] for row in unread if not is_skipped(row, result)] == []
    assert len(result.warnings) == len(unread)
    assert result.errors == []
    assert result.rows("campaigns")


@pytest.mark.samples(6)
@pytest.mark.parametrize("row", [row for row in NESTED if row["endpoint"] in PARENTS], ids=name_of)
def test_a_stream_whose_ids_others_need_is_skipped_by_itself(
    row: Record, sync: Callable[..., Sync], world: World
) -> None:
    world.unscoped.add(f"/{row['endpoint']}")
    result = sync(row["name"], "campaigns")
    assert is_skipped(row, result)
    assert (result.errors, len(result.warnings)) == ([], 1)


@pytest.mark.parametrize("row", [row for row in NESTED if f"/{row['endpoint']}" in DELETING], ids=name_of)
def test_without_deleted_ones_a_stream_leaves_out_those_and_no_others(
    row: Record, sync: Callable[..., Sync], world: World, config: Record
) -> None:
    living = [record for record in delivered(world, row) if record["secondary_status"] != DELETED]
    assert by_key(row, sync(row["name"], config=config | {"include_deleted": False}).rows(row["name"])) == by_key(
        row, living
    )
    assert 0 < len(living) < len(delivered(world, row))


def test_every_list_of_the_simulator_has_a_stream_or_belongs_to_one() -> None:
    streams = {row["endpoint"] for table in TABLES.values() for row in table if "endpoint" in row}
    assert {path.strip("/") for path in read_lists()} - {name.strip("/") for name in streams | PARENTS} == set()
