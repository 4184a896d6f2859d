"""The manifest's tables: what a row leaves out is its table's or derived, and a misspelt word is refused."""

from __future__ import annotations

import re
from typing import Any

import pytest

from source_tiktok_marketing.config.stream_tables import load_words, write_out
from source_tiktok_marketing.errors import UnfinishedRowError, UnknownWordError
from source_tiktok_marketing.schema.owners import OWNERS

SCOPES = {"Read Pens": ["pen/list/"], "Read Caps": ["pen/cap/get/"]}
PENS = {"endpoint": "pen/list/", "records": "list", "takes": {"pen_id": "id"}}
CAPS: dict[str, Any] = {"endpoint": "pen/cap/get/", "records": "list", "key": ["advertiser_id", "pen_id"]}


def written_out(*tables: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a manifest with these tables."""
    parameters = {"list_of_parameters_for_stream": list(tables)}
    stream = {"components_resolver": {"stream_parameters": parameters}}
    write_out({"definitions": {"scopes": SCOPES}, "dynamic_streams": [stream]})
    rows: list[dict[str, Any]] = parameters["list_of_parameters_for_stream"]
    return rows


def caps(**more: Any) -> dict[str, Any]:
    """The one row of a table of caps."""
    (row,) = written_out({"group": "pens", "of": "advertiser", "streams": {"caps": {**CAPS, **more}}})
    return row


def test_a_row_has_its_name_the_words_of_its_table_and_the_scope_of_its_endpoint() -> None:
    row = caps()
    assert (row["name"], row["group"], row["of"], row["scope"]) == ("caps", "pens", "advertiser", "Read Caps")


def test_a_row_says_something_else_than_its_table() -> None:
    assert (caps(of="app", scope="another")["of"], caps(of="app", scope="another")["scope"]) == ("app", "another")


def test_a_request_has_the_ids_of_the_owner_and_of_the_parents() -> None:
    assert caps(below=[PENS])["ask"] == {"advertiser_id": "{advertiser_id}", "pen_id": "{pen_id}"}


@pytest.mark.parametrize(("of", "ask"), [("tiktok_account", {"business_id": "{business_id}"}), ("app", {})])
def test_a_request_names_its_owner_by_the_owners_parameter_and_nobody_by_none(of: str, ask: dict[str, str]) -> None:
    (row,) = written_out({"group": "pens", "of": of, "streams": {"caps": CAPS}})
    assert row["ask"] == ask


def test_every_owner_a_row_may_name_has_its_parameter_and_word() -> None:
    assert load_words()["nested"]["properties"]["of"]["enum"] == [*OWNERS]


def test_an_id_that_a_parameter_holds_is_not_sent_by_its_own_name() -> None:
    assert caps(below=[PENS], ask={"filtering": {"ids": ["{pen_id}"]}})["ask"] == {
        "advertiser_id": "{advertiser_id}",
        "filtering": '{"ids": ["{pen_id}"]}',
    }


def test_an_id_that_is_written_down_as_nothing_is_not_sent() -> None:
    assert caps(below=[PENS], ask={"pen_id": ""})["ask"] == {"advertiser_id": "{advertiser_id}"}


def test_a_level_is_asked_for_with_ids_and_not_with_the_words_beside_it() -> None:
    row = caps(below=[{"each": {"colour": ["red", "blue"]}}, PENS])
    assert row["below"][0]["each"] == [{"colour": "red"}, {"colour": "blue"}]
    assert row["below"][1]["ask"] == {"advertiser_id": "{advertiser_id}"}
    assert row["below"][1]["scope"] == "Read Pens"
    assert row["ask"] == {"advertiser_id": "{advertiser_id}", "pen_id": "{pen_id}", "colour": "{colour}"}


def test_several_ways_down_know_what_each_of_them_finds() -> None:
    ways = {"either": [[PENS], [{**PENS, "takes": {"ink_id": "ink"}}]]}
    assert caps(below=[ways])["ask"] == {name: f"{{{name}}}" for name in ("advertiser_id", "pen_id", "ink_id")}


def test_the_parameters_of_a_table_and_of_a_row_go_together() -> None:
    table = {
        "group": "pens",
        "of": "app",
        "ask": {"a": "1", "b": "2"},
        "streams": {"caps": {**CAPS, "ask": {"b": "3"}}},
    }
    assert written_out(table)[0]["ask"] == {"a": "1", "b": "3"}


def test_a_complete_row_stays_as_it_is() -> None:
    row = caps(below=[PENS])
    assert written_out(row) == [row]


@pytest.mark.parametrize("row", [{"uct": True}, {"below": [{**PENS, "bacth": 3}]},
                                 {"below": [{"either": [[{**PENS, "bacth": 3}]]}]}], ids=repr)  # fmt: skip
def test_a_misspelt_word_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(UnknownWordError, match=r"caps: '(uct|bacth)' is not a word of its table. Use .*records"):
        caps(**row)


@pytest.mark.parametrize(("row", "said"), [
    ({**CAPS, "key": None}, "lacks key"),
    ({**CAPS, "of": "businesscenter"}, "of can't be 'businesscenter'. Use one of advertiser, "),
    ({**CAPS, "endpoint": "pen/hat/get/"}, "`scopes` has no permission for pen/hat/get/"),
    ({"level": "adset", "time": [], "metrics": []}, "level can't be 'adset'"),
    ({"level": "ad"}, "lacks time, metrics"),
], ids=repr)  # fmt: skip
def test_a_row_that_lacks_something_is_refused_with_what_it_lacks(row: dict[str, Any], said: str) -> None:
    owner = {} if "level" in row else {"group": "pens", "of": "advertiser"}
    named = {word: value for word, value in row.items() if value is not None}
    with pytest.raises(UnfinishedRowError, match=f"manifest.yaml, caps: {re.escape(said)}"):
        written_out({**owner, "streams": {"caps": named}})
