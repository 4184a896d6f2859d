"""The source in Airbyte's form: filled in, saved, checked and edited by somebody who sees nothing but the form."""

from __future__ import annotations

import ast
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import Status
from airbyte_form import faults, new_source, sent, shown_at_first, titles_shown_together, typed_into
from jinja2 import Environment
from jsonschema import Draft7Validator
from rows import MANIFEST, SPEC

from source_tiktok_marketing import SourceTiktokMarketing
from source_tiktok_marketing.schema.metrics import read_dimensions, read_shapes
from tiktok_simulator import Simulator, World
from tiktok_simulator.world.model import OPEN_ID
from tiktok_simulator.world.ready_made import BERLIN, SANDBOX, TOKYO
from tiktok_simulator.world.world import APP_ID, APP_SECRET, SANDBOX_TOKEN, TOKEN

Json = dict[str, Any]
SPECIFICATION = MANIFEST["spec"]
OPTIONS = SPEC["properties"]
LOGGER = logging.getLogger("airbyte")
CONNECTOR = Path(__file__).parents[1] / "source_tiktok_marketing"

SIGN_INS: dict[str, Json] = {
    "OAuth": {"credentials": {"auth_type": "oauth2.0", "app_id": APP_ID, "secret": APP_SECRET, "access_token": TOKEN}},
    "OAuth, one ad account": {"credentials": {"auth_type": "oauth2.0", "app_id": APP_ID, "secret": APP_SECRET,
                                              "access_token": TOKEN, "advertiser_id": TOKYO}},
    "a token alone": {"credentials": {"auth_type": "production_access_token", "access_token": TOKEN},
                      "advertiser_ids": [TOKYO]},
    "a token alone, its older form": {"credentials": {"auth_type": "production_access_token", "access_token": TOKEN,
                                                      "advertiser_ids": [TOKYO]}},
    "a sandbox": {"credentials": {"auth_type": "sandbox_access_token", "access_token": SANDBOX_TOKEN,
                                  "advertiser_id": SANDBOX}},
}  # fmt: skip
REPORT = {
    "name": "mine", "report_type": "basic", "level": "ad", "granularity": "weekly", "breakdowns": ["country_code"],
    "metrics": ["spend", "basic"], "campaign_ids": ["1"], "ad_group_ids": ["2"], "ad_ids": ["3"],
    "status": "STATUS_NOT_DELETE", "buying_types": ["AUCTION"], "start_date": "today-30", "end_date": "yesterday",
    "attribution_window": 1, "large": True,
}  # fmt: skip
CENTRE = {"name": "centre", "report_type": "business_center", "level": "business_center", "metrics": ["spend"]}
ENDPOINT = {
    "name": "pixels_too", "path": "pixel/list/", "for_each": "advertiser", "records": "pixels", "paging": "pages",
    "parameters": [{"name": "order_by", "value": "LATEST_CREATE"}], "key": ["pixel_id"], "page_size": 5,
}  # fmt: skip
SIGNED_IN = {"client_id": APP_ID, "client_secret": APP_SECRET, "business_id": OPEN_ID,
             "refresh_token": "simulated-refresh-token-0", "access_token": "simulated-organic-token-0",
             "token_expiry_date": "2026-02-16T05:00:00+00:00"}  # fmt: skip
# Every option there is, filled in; what the form does not show is set through the API.
FILLED: Json = {
    "advertiser_ids": [TOKYO, BERLIN], "exclude_advertiser_ids": [BERLIN], "start_date": "2026-01-15",
    "end_date": "yesterday", "attribution_window": 7, "week_starts_on": "sunday", "include_deleted": False,
    "include_leads": True, "custom_reports": [REPORT], "skip_inactive": True, "requests_per_second": 5,
    "read_every_window": True, "concurrency": 4, "stream_groups": ["gmv_max", "events"], "extra_endpoints": [ENDPOINT],
    "organic": SIGNED_IN,
    "shard": {"index": 0, "count": 1}, "max_wait_minutes": 5,
}  # fmt: skip


def check(config: Json) -> tuple[Status, str]:
    source = SourceTiktokMarketing(config=config)
    outcome = source.check(LOGGER, source.normal_config)
    return outcome.status, outcome.message or ""


def test_the_form_can_show_every_field() -> None:
    assert list(faults(SPEC)) == []


@pytest.mark.parametrize(
    ("field", "fault"),
    [
        ({"type": "object", "title": "T", "properties": {"a": {"type": "string", "title": "A"}}, "required": ["a"]},
         "x: asks everybody for a, as the form has no optional object"),
        ({"type": "object", "title": "T", "additionalProperties": True},
         "x: is an object without properties, which is not shown and lost in editing"),
        ({"type": ["null", "string"], "title": "T"}, "x: one type is wanted"),
        ({"anyOf": [{"type": "string"}], "type": "string", "title": "T"}, "x: anyOf is not understood by the form"),
        ({"type": "string", "title": "T", "format": "date"}, "x: format is not understood by the form"),
        ({"type": "array", "title": "T", "items": {"type": "object", "properties": {"a": {"type": "string",
          "title": "A"}}}}, "x[]: is an object without a name"),
        ({"type": "string"}, "x: has no title"),
        ({"type": "string", "title": "T", "pattern": "^$|^a$", "pattern_descriptor": "Write an a, please."},
         "x: has no short format (pattern_descriptor) to stand beside the field"),
        ({"type": "string", "title": "T", "pattern": "^a$", "pattern_descriptor": "a"},
         ".x: what was typed can't be taken back, as its pattern refuses nothing at all"),
        ({"type": "integer", "title": "T", "default": 0, "minimum": 1}, "x: its own default is refused"),
    ],
)  # fmt: skip
def test_what_the_form_can_not_show_is_found(field: Json, fault: str) -> None:
    assert list(faults({"type": "object", "properties": {"x": field}})) == [fault]


def test_a_hidden_field_that_is_required_is_found() -> None:
    hidden = {"type": "string", "title": "T", "airbyte_hidden": True}
    schema = {"type": "object", "properties": {"x": hidden}, "required": ["x"]}
    assert list(faults(schema)) == [".x: is required and hidden"]


def test_at_most_six_inputs_are_seen_at_first() -> None:
    assert list(shown_at_first(SPEC)) == [
        "Sign-in", "App ID", "App Secret", "Access Token", "Advertiser IDs", "Start Date",
    ]  # fmt: skip


def titled_keys(schema: Json) -> Iterator[str]:
    """The keys of all options that have a title, at whatever depth."""
    yield from (name for name, field in schema.get("properties", {}).items() if "title" in field)
    for inner in (*schema.get("properties", {}).values(), *schema.get("oneOf", ()), schema.get("items", {})):
        if inner:
            yield from titled_keys(inner)


def sentences() -> Iterator[str]:
    """What the connector may say to a user: the remedies of the manifest, and all that Python writes in words."""
    table = SourceTiktokMarketing().resolved_manifest["definitions"]["error_table"]
    yield from (row[name] for row in table for name in ("remedy", "sandbox_remedy") if name in row)
    for path in CONNECTOR.rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        told = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}  # docstrings
        for node in nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
                yield node.value


def named_by_key(sentence: str, keys: set[str]) -> set[str]:
    """The options that a sentence names by their keys alone. `Start Date (start_date)` is as the form shows it."""
    words = re.sub(r"\([^()]*\)", "", sentence)
    return set(re.findall(r"\w+", words)) & keys if re.search(r"\w \w", words) else set()


def test_messages_name_options_as_the_form_does() -> None:
    keys = {key for key in titled_keys(SPEC) if "_" in key}
    assert named_by_key("Take it out of advertiser_ids.", keys) == {"advertiser_ids"}
    assert named_by_key("Take it out of Advertiser IDs (advertiser_ids).", keys) == set()
    assert {sentence: found for sentence in sentences() if (found := named_by_key(sentence, keys))} == {}


def test_no_two_inputs_that_are_seen_together_have_one_title() -> None:
    for titles in titles_shown_together(SPEC):
        assert len(titles) == len(set(titles)), titles


@pytest.mark.samples(2)
@pytest.mark.parametrize("sign_in", SIGN_INS)
def test_whoever_signs_in_and_fills_in_nothing_else_can_save(sign_in: str, tiktok: Simulator) -> None:
    config = new_source(SPEC, SIGN_INS[sign_in])
    assert [error.message for error in Draft7Validator(SPEC).iter_errors(config)] == []
    assert {"organic", "shard"} <= config.keys()
    assert check(config) == (Status.SUCCEEDED, "")


def test_every_option_of_the_form_is_filled_in_here() -> None:
    assert FILLED.keys() == OPTIONS.keys() - {"credentials"}
    for name, given in (("custom_reports", {**REPORT, "business_center_id": ""}), ("extra_endpoints", ENDPOINT)):
        assert given.keys() == OPTIONS[name]["items"]["properties"].keys()


@pytest.mark.samples(2)
@pytest.mark.parametrize("option", FILLED)
def test_each_option_can_be_filled_in_beside_the_sign_in(option: str, tiktok: Simulator) -> None:
    config = new_source(SPEC, SIGN_INS["OAuth"] | {option: FILLED[option]})
    assert [error.message for error in Draft7Validator(SPEC).iter_errors(config)] == []
    assert check(config) == (Status.SUCCEEDED, "")


def test_all_options_can_be_filled_in_together(tiktok: Simulator, world: World) -> None:
    reports = [REPORT, CENTRE | {"business_center_id": world.bc_id}]
    config = new_source(SPEC, SIGN_INS["OAuth"] | FILLED | {"custom_reports": reports})
    assert [error.message for error in Draft7Validator(SPEC).iter_errors(config)] == []
    assert check(config) == (Status.SUCCEEDED, "")


@pytest.mark.parametrize("sign_in", SIGN_INS)
def test_a_saved_source_comes_back_unchanged_when_it_is_edited(sign_in: str) -> None:
    saved = new_source(SPEC, SIGN_INS[sign_in] | FILLED)
    edited = sent(SPEC, typed_into(SPEC, saved, {"attribution_window": 14}))
    assert edited == saved | {"attribution_window": 14}
    for option, value in FILLED.items():
        assert option == "custom_reports" or saved[option] == value


@pytest.mark.samples(2)
@pytest.mark.parametrize("missing", ["client_id", "client_secret", "business_id", "refresh_token"])
def test_a_half_filled_tiktok_account_can_be_sent_and_is_told_in_the_forms_words(
    missing: str, tiktok: Simulator
) -> None:
    half = {name: value for name, value in SIGNED_IN.items() if name != missing}
    config = new_source(SPEC, SIGN_INS["OAuth"] | {"organic": half})
    assert Draft7Validator(SPEC).is_valid(config)
    status, message = check(config)
    title = OPTIONS["organic"]["properties"][missing]["title"]
    assert status is Status.FAILED
    assert f"\n1) {title} (organic.{missing}): is missing. Paste the " in message
    assert message.endswith(", or leave all fields of the TikTok account empty.")
    assert tiktok.transcript == []


@pytest.mark.parametrize(
    ("text", "is_taken"),
    [("2026-01-31", True), ("today", True), ("Today", True), ("yesterday", True), ("today-30", True),
     ("today - 30", True), ("30", True), ("2026-01-31T00:00:00Z", True), ("2026-01-31 10:00", True), ("", True),
     ("last_month", True), ("Last month", True), ("this_quarter", True), ("this_year", True), ("next_month", False),
     ("last_day", False),
     ("03/15/2026", False), ("15.03.2026", False), ("soon", False), ("today+1", False), ("20260131", False)],
)  # fmt: skip
@pytest.mark.parametrize("name", ["start_date", "end_date"])
def test_the_form_itself_refuses_what_is_no_day(name: str, text: str, is_taken: bool) -> None:
    for field in (OPTIONS[name], OPTIONS["custom_reports"]["items"]["properties"][name]):
        assert Draft7Validator(field).is_valid(text) is is_taken


def test_a_sandbox_made_in_the_form_keeps_to_the_requests_of_a_sandbox() -> None:
    source = SourceTiktokMarketing(config=new_source(SPEC, SIGN_INS["a sandbox"]))
    assert source.normal_config["requests_per_second"] == 0.5


def test_breakdowns_are_chosen_from_those_some_report_can_have() -> None:
    kinds = {shape.tiktok_name for forms in read_shapes().values() for shape in forms}
    known = [name for name, each in read_dimensions().items() if each.is_breakdown and kinds & {*each.report_types}]
    assert OPTIONS["custom_reports"]["items"]["properties"]["breakdowns"]["items"]["enum"] == known


def test_the_consent_page_is_asked_for_with_an_encoded_way_back() -> None:
    oauth = SPECIFICATION["advanced_auth"]["oauth_config_specification"]["oauth_connector_input_specification"]
    names = {"client_id_key": "app_id", "redirect_uri_key": "redirect_uri", "state_key": "state"}
    values = {"client_id_value": "7", "redirect_uri_value": "https://example.com/auth_flow?a=1", "state_value": "s"}
    page = Environment(autoescape=True).from_string(oauth["consent_url"]).render(names | values)
    told = "app_id=7&redirect_uri=https%3A//example.com/auth_flow%3Fa%3D1&state=s"
    assert page == f"https://business-api.tiktok.com/portal/auth?{told}"


def test_no_message_of_the_form_names_a_file_its_user_does_not_have() -> None:
    assert ".md" not in json.dumps(SPEC)
