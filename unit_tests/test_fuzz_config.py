"""Whatever stands in a configuration: it is read, or refused in a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from fuzzing import JUNK, assert_told_well, catalog_of, fuzz, run, spoiled
from hypothesis import example, given
from hypothesis import strategies as st

from tiktok_simulator import Simulator
from tiktok_simulator.world.ready_made import BERLIN, SANDBOX, TOKYO
from tiktok_simulator.world.world import APP_ID, APP_SECRET, SANDBOX_TOKEN, TOKEN

OAUTH = {"auth_type": "oauth2.0", "app_id": APP_ID, "secret": APP_SECRET, "access_token": TOKEN}
DAYS = {"start_date": "2026-01-15", "end_date": "2026-01-16"}
REPORT = {
    "name": "mine", "report_type": "basic", "level": "campaign", "granularity": "daily",
    "breakdowns": ["country_code"], "metrics": ["spend", "basic"], "attribution_window": 1, "business_center_id": "1",
    "filters": {"campaign_ids": ["1"], "status": "STATUS_ALL", "buying_types": ["AUCTION"]}, "large": False, **DAYS,
}  # fmt: skip
FLAT = {"name": "flat", "level": "ad", "metrics": ["Spend "], "ad_ids": ["1"], "status": "STATUS_ALL"}
ENDPOINT = {"name": "pixels_too", "path": "pixel/list/", "records": "pixels", "paging": "pages", "page_size": 5,
            "parameters": [{"name": "order_by", "value": "LATEST_CREATE"}], "key": ["pixel_id"]}  # fmt: skip
ACCOUNT = {"client_id": APP_ID, "client_secret": APP_SECRET, "business_id": "1", "refresh_token": "a-token"}
EVERYTHING = {
    "credentials": OAUTH, "advertiser_ids": [TOKYO, BERLIN], "exclude_advertiser_ids": [BERLIN],
    "attribution_window": 3, "week_starts_on": "monday", "include_deleted": True, "custom_reports": [REPORT, FLAT],
    "skip_inactive": True, "read_every_window": True, "requests_per_second": 10, "concurrency": 8,
    "shard": {"index": 0, "count": 2}, "max_wait_minutes": 15, "stream_groups": ["organic"],
    "extra_endpoints": [ENDPOINT], "organic": ACCOUNT, **DAYS,
}  # fmt: skip
LEGACY = {
    "access_token": TOKEN, "environment": {"app_id": APP_ID, "secret": APP_SECRET}, "report_granularity": "DAY",
    "advertiser_ids": f"{TOKYO},{BERLIN}", "start_date": "2026-01-15T00:00:00Z",
}  # fmt: skip
WRITTEN_DOWN = {"auth_type": "production_access_token", "access_token": TOKEN, "advertiser_ids": [TOKYO]}
SANDBOXED = {"auth_type": "sandbox_access_token", "access_token": SANDBOX_TOKEN, "advertiser_id": SANDBOX}
SMALL: dict[str, Any] = {"credentials": WRITTEN_DOWN, **DAYS}
SHAPES = [EVERYTHING, LEGACY, SMALL, {"credentials": SANDBOXED, "start_date": "2020-12-08", "end_date": "2020-12-19"}]
STREAMS = ("advertisers", "campaigns_reports_daily")
COMMANDS = ("check", "discover", "read")


@pytest.mark.slow
@fuzz(80)
@example(config={}, command="read")
@example(config={}, command="discover")
@example(config=SMALL | {"credentials": {**OAUTH, "auth_type": ["oauth2.0"]}}, command="read")
@example(config=SMALL | {"week_starts_on": {"monday": ""}}, command="check")
@example(config=SMALL | {"custom_reports": [REPORT | {"breakdowns": ["\ud800"]}]}, command="check")
@example(config=SMALL | {"requests_per_second": float("nan")}, command="read")
@example(config=SMALL | {"requests_per_second": 10**400}, command="read")
@example(config=SMALL | {"attribution_window": 3.0, "max_wait_minutes": 15.0, "concurrency": 8.0}, command="read")
@example(config=SMALL | {"shard": {"index": 5.0, "count": 3.0}}, command="read")
@example(config=SMALL | {"organic": ["client_id"], "stream_groups": 7}, command="check")
@example(config=SMALL | {"organic": {"client_id": 7}}, command="discover")
@example(config=SMALL | {"extra_endpoints": [ENDPOINT | {"parameters": [["a"]], "path": 7}]}, command="read")
@example(config=SMALL | {"extra_endpoints": [ENDPOINT | {"parameters": {"a": {"b": float("nan")}}}]}, command="check")
@example(config=SMALL | {"custom_reports": [FLAT | {"filters": {"name": [7]}, "name": ""}]}, command="read")
@example(config=SMALL | {"prepared": 7, "__injected_components_py": "1 / 0"}, command="read")
@given(config=st.sampled_from(SHAPES).flatmap(spoiled) | JUNK, command=st.sampled_from(COMMANDS))
def test_any_configuration_is_used_or_refused_in_words(tiktok: Simulator, config: Any, command: str) -> None:
    files = {"catalog": catalog_of(*STREAMS)} if command == "read" else {}
    outcome = run(command, config=config, **files)
    assert_told_well(outcome)
    done = {"check": "CONNECTION_STATUS", "discover": "CATALOG", "read": "TRACE"}[command]
    assert outcome.errors or any(each["type"] == done for each in outcome.messages)
    if command == "read" and not outcome.errors:
        assert outcome.statuses == dict.fromkeys(STREAMS, "COMPLETE")


@pytest.mark.samples(1)
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"requests_per_second": float("nan")}, "requests_per_second"),
        ({"requests_per_second": float("inf")}, "requests_per_second"),
        ({"shard": {"index": 5.0, "count": 3.0}}, "shard.index"),
        ({"start_date": 10**400}, "start_date"),
    ],
)
def test_a_number_that_is_none_is_named_by_its_field(change: dict[str, Any], field: str) -> None:
    (error,) = run("discover", config=SMALL | change).errors
    assert error["failure_type"] == "config_error"
    assert f"({field}): " in error["message"]


@pytest.mark.parametrize("text", [b"", b"\xff", b"{", b"null", b"[]", b"7", b'"\\ud800"', b"[" * 100_000, b"{{ 7*7 }}"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_is_no_configuration_is_refused_in_words(command: str, text: bytes) -> None:
    files = {"catalog": catalog_of(*STREAMS)} if command == "read" else {}
    outcome = run(command, config=text, **files)
    assert_told_well(outcome, "config_error")
    assert outcome.errors or outcome.refusals
