"""Endpoints without a stream of their own: named in the configuration, read like any other, and nothing but read."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from harness import Sync

from source_tiktok_marketing import SourceTiktokMarketing
from tiktok_simulator import Simulator, World
from tiktok_simulator.world.ready_made import BERLIN, EMPTY, LOS_ANGELES, TOKYO

Config = dict[str, Any]
PIXELS = {"name": "my_pixels", "path": "pixel/list/", "records": "pixels", "key": ["advertiser_id", "pixel_id"],
          "paging": "pages", "page_size": 2}  # fmt: skip
CENTERS = {"name": "my_centers", "path": "bc/get", "for_each": "nothing", "records": "list"}


def mistakes(config: Config, *endpoints: Config) -> list[str]:
    source = SourceTiktokMarketing(None, config | {"extra_endpoints": list(endpoints)}, None)
    status = source.check(source.logger, source.normal_config)
    return str(status.message).splitlines()[1:]


def test_an_endpoint_is_read_for_each_ad_account_to_its_last_page(
    sync: Callable[..., Sync], tiktok: Simulator, config: Config
) -> None:
    result = sync("my_pixels", config=config | {"extra_endpoints": [PIXELS]})
    records = result.rows("my_pixels")
    assert {record["advertiser_id"] for record in records} == {TOKYO, LOS_ANGELES, BERLIN, EMPTY}
    assert len({record["pixel_id"] for record in records}) == len(records) == 12
    assert sorted(exchange.query["page"] for exchange in tiktok.asked("/pixel/list/")) == ["1"] * 4 + ["2"] * 4
    assert (result.errors, result.warnings) == ([], [])


def test_an_endpoint_about_nobody_is_asked_once(sync: Callable[..., Sync], tiktok: Simulator, config: Config) -> None:
    result = sync("my_centers", config=config | {"extra_endpoints": [CENTERS]})
    assert [record["user_role"] for record in result.rows("my_centers")] == ["user_role 4334"]
    assert [exchange.query for exchange in tiktok.asked("/bc/get/")] == [{}]


@pytest.mark.parametrize("form", ["a list, as the form has it", "an object"])
def test_parameters_are_sent_as_they_are_written(
    form: str, sync: Callable[..., Sync], tiktok: Simulator, config: Config
) -> None:
    filtering = {"keyword": 'a "b" {advertiser_id} é'}
    given: Any = {"scene": "{{ 7*7 }}", "filtering": filtering, "bc_id": "7"}
    if form != "an object":
        text = json.dumps(filtering, ensure_ascii=False, separators=(",", ":"))
        given = [{"name": name, "value": value} for name, value in (given | {"filtering": text}).items()]
    sync("my_centers", config=config | {"extra_endpoints": [{**CENTERS, "parameters": given}]})
    (asked,) = tiktok.asked("/bc/get/")
    assert asked.query == {"scene": "{{ 7*7 }}", "filtering": '{"keyword":"a \\"b\\" {advertiser_id} é"}', "bc_id": "7"}


def test_a_sync_of_an_endpoint_the_token_may_not_read_is_skipped_with_a_line(
    sync: Callable[..., Sync], world: World, config: Config
) -> None:
    world.unscoped.add("/pixel/list/")
    result = sync("my_pixels", config=config | {"extra_endpoints": [PIXELS]})
    (line,) = result.warnings
    assert line.startswith("my_pixels was skipped")
    assert result.statuses == {"my_pixels": "COMPLETE"}


@pytest.mark.samples(3)
@pytest.mark.parametrize(
    "path",
    ["https://example.com/x/", "../oauth2/access_token/", "//example.com/list", "campaign", "a/../b", "pixel/list/?a=1",
     "oauth2/advertiser/get/", "tt_user/oauth2/token/", "campaign/create/", "bc/get@example.com/x"],
)  # fmt: skip
def test_only_paths_that_read_are_taken(path: str, tiktok: Simulator, config: Config) -> None:
    (mistake,) = mistakes(config, {**CENTERS, "path": path})
    assert mistake.startswith('1) Extra endpoint 1 "my_centers" (extra_endpoints), Path: ')
    assert tiktok.transcript == []


@pytest.mark.samples(4)
@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        ({**CENTERS, "name": "campaigns"}, '"campaigns" (extra_endpoints), Name: is the name of another stream'),
        ({**PIXELS, "page_size": None}, '"my_pixels" (extra_endpoints), Page Size: is missing'),
        ({**PIXELS, "parameters": {"page": 1}}, "(extra_endpoints), Parameters: leave out page"),
        ({**PIXELS, "parameters": [{"name": "a", "value": "1"}, {"name": "a", "value": "2"}]}, "a is there more than"),
        ({**PIXELS, "parameters": [{"value": "1"}]}, "(extra_endpoints), Parameters, entry 1, Parameter Name: is miss"),
        ({**PIXELS, "paging": "all"}, "'all' is not known. Choose none, pages or cursor."),
        ({"path": "bc/get/"}, "Extra endpoint 1 (extra_endpoints), Name: is missing"),
        ({**CENTERS, "for_each": "planet"}, "'planet' is not known"),
        ({**CENTERS, "name": "My Centers"}, "'My Centers' is not a valid name."),
        ({**CENTERS, "key": 5}, "Key: 5 must be a list."),
        ({**CENTERS, "parameterz": {"a": "1"}}, "parameterz: no field has that name. Did you mean parameters?"),
    ],
)
def test_a_mistake_is_named_with_what_to_do(endpoint: Config, said: str, tiktok: Simulator, config: Config) -> None:
    given = {name: value for name, value in endpoint.items() if value is not None}
    (mistake,) = mistakes(config, given)
    assert said in mistake
    assert tiktok.transcript == []


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        ({**PIXELS, "records": "pixel"}, "the answer has no 'pixel' but pixels, page_info. Correct Records"),
        ({**PIXELS, "paging": "none"}, "TikTok gives this list in pages, and none was asked for. Set paging to pages."),
    ],
)
def test_an_answer_of_another_form_is_no_empty_stream(
    endpoint: Config, said: str, sync: Callable[..., Sync], world: World, config: Config
) -> None:
    world.list_sizes["/pixel/list/"] = 11
    result = sync("my_pixels", config=config | {"extra_endpoints": [endpoint]})
    assert result.statuses == {"my_pixels": "INCOMPLETE"}
    assert all(said in error for error in result.errors)


def test_what_the_user_names_is_offered_whatever_groups_are_wanted(sync: Callable[..., Sync], config: Config) -> None:
    result = sync("my_centers", config=config | {"extra_endpoints": [CENTERS], "stream_groups": ["lookups"]})
    assert result.rows("my_centers")
    assert result.errors == []


def test_two_endpoints_can_not_share_a_name(tiktok: Simulator, config: Config) -> None:
    assert len(mistakes(config, CENTERS, CENTERS)) == 2


def test_a_check_asks_for_one_answer_of_each_and_says_what_tiktok_refuses(tiktok: Simulator, config: Config) -> None:
    unknown = {**PIXELS, "path": "pixel/lists/"}
    assert mistakes(config, PIXELS) == []
    assert [exchange.query["page"] for exchange in tiktok.asked("/pixel/list/")] == ["1"]
    (line,) = mistakes(config, unknown)
    assert line.startswith("1) my_pixels: ")
