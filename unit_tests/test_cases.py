"""The answers, catalogs, states and configurations in ../shared/cases, which once failed: each is read rightly."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import Status
from fuzzing import catalog_of, run
from harness import Sync, plain_reports
from test_check import check, many
from test_configuration import found
from test_stored_catalogs import read_with

from tiktok_simulator import Fault, Response, Simulator, World
from tiktok_simulator.world.populate import add_advertiser
from tiktok_simulator.world.ready_made import EMPTY, TOKYO

Config = dict[str, Any]
Read = Callable[..., Sync]
CASES = Path(__file__).parents[2] / "shared" / "cases"
REPORT, REPORTS = "campaigns_reports_daily", "/report/integrated/get/"
JSON = {"Content-Type": "application/json; charset=utf-8"}

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="../shared/cases is absent")


def body_of(number: str) -> bytes:
    (path,) = CASES.glob(f"{number}_*.json")
    return path.read_bytes()


def case(number: str) -> Any:
    return json.loads(body_of(number))


def answered(tiktok: Simulator, path: str, body: bytes | dict[str, Any], times: int | None = None) -> Fault:
    """Every request of a path is answered with this."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return tiktok.faults.arm(Fault("case", lambda _, __: Response(200, JSON, content), path, left=times))


def read_whole(sync: Read, stream: str, config: Config) -> Sync:
    result = sync(stream, config=config)
    assert (result.errors, result.statuses[stream]) == ([], "COMPLETE")
    return result


@pytest.mark.slow
def test_the_catalog_of_the_official_connector_gives_rows_with_figures(
    tiktok: Simulator, one_advertiser: Config
) -> None:
    catalog = case("01")
    result = read_with(catalog, one_advertiser)
    assert result.errors == []
    for entry in catalog["streams"]:
        rows = result.rows(entry["stream"]["name"])
        assert rows
        assert all(isinstance(row["spend"], float) and isinstance(row["clicks"], int) for row in rows)


@pytest.mark.parametrize(
    ("number", "stream", "path", "column", "text"),
    [
        ("02", "ads", "/ad/get/", "ad_text", "Great sale \ufffd"),
        ("02b", "campaigns", "/campaign/get/", "campaign_name", "Sommer \ufffd"),
        ("03", "pixels", "/pixel/list/", "create_time", "2026-05-26T14:17:07"),
    ],
)
def test_a_text_and_a_time_of_any_form_are_read(
    number: str, stream: str, path: str, column: str, text: str, tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    answered(tiktok, path, body_of(number))
    result = read_whole(sync, stream, one_advertiser)
    assert {row[column] for row in result.rows(stream)} == {text}


def test_one_deleted_account_of_a_hundred_does_not_fail_the_check_and_is_named(
    tiktok: Simulator, world: World, config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    many(world, 104)
    gone = "7100000000000000050"
    add_advertiser(world, gone)
    for path in ("/advertiser/info/", REPORTS):
        answered(tiktok, path, case("04")["answer"]).advertiser_id = gone
    status = check(config)
    assert (status.status, status.message) == (Status.SUCCEEDED, None)
    assert gone in caplog.text
    assert "exclude_advertiser_ids" in caplog.text


def test_a_library_that_is_not_granted_is_a_permission_of_the_app(
    tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    given = case("05")
    answered(tiktok, given["path"], given["answer"])
    (error, *_) = sync("creative_assets_videos", config=one_advertiser).errors
    assert "Add this permission to the app" in error
    assert "exclude_advertiser_ids" not in error


@pytest.mark.parametrize(
    ("number", "told"),
    [("06", ["credentials.access_token", "credentials.app_id", "credentials.secret"]), ("06b", ["credentials"])],
)
def test_each_mistake_of_a_configuration_is_told_once(number: str, told: list[str]) -> None:
    mistakes = found(case(number))
    assert sorted(each.partition("(")[2].partition(")")[0] for each in mistakes) == told
    assert "sandbox" not in "".join(mistakes).lower()


def test_a_refusal_that_passes_is_asked_again(tiktok: Simulator, sync: Read, one_advertiser: Config) -> None:
    whole = read_whole(sync, "campaigns", one_advertiser).rows("campaigns")
    (answer,) = case("07").values()
    fault = answered(tiktok, "/campaign/get/", answer, times=1)
    assert read_whole(sync, "campaigns", one_advertiser).rows("campaigns") == whole
    assert fault.hits == 1


def test_a_page_with_an_unreadable_smart_plus_ad_costs_that_ad(
    tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    whole = read_whole(sync, "smart_plus_ads", one_advertiser).rows("smart_plus_ads")
    holds = tiktok.faults.unreadable_row(2, "/smart_plus/ad/get/").when
    tiktok.faults.clear()
    answered(tiktok, "/smart_plus/ad/get/", case("08")["answer"]).when = holds
    result = sync("smart_plus_ads", config=one_advertiser)
    assert len(result.rows("smart_plus_ads")) == len(whole) - 1 > 0
    assert "TikTok can't give row 2" in result.errors[0]
    assert TOKYO in result.errors[0]


def test_lists_of_another_form_are_lists(tiktok: Simulator, sync: Read, one_advertiser: Config) -> None:
    answered(tiktok, "/adgroup/get/", body_of("09"))
    row = read_whole(sync, "ad_groups", one_advertiser).rows("ad_groups")[0]
    assert (row["age_groups"], row["languages"], row["audience_ids"]) == (["AGE_18_24"], ["en"], ["7"])
    assert row.get("location_ids") is None


def test_accounts_that_are_listed_twice_are_read_once(tiktok: Simulator, sync: Read, config: Config) -> None:
    answered(tiktok, "/oauth2/advertiser/get/", body_of("11"))
    ids = [row["campaign_id"] for row in read_whole(sync, "campaigns", config).rows("campaigns")]
    assert ids
    assert len(ids) == len(set(ids))


def test_a_fraction_of_a_conversion_is_null_as_its_column_holds_whole_numbers(
    tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    answered(tiktok, REPORTS, body_of("12"))
    result = read_whole(sync, REPORT, one_advertiser)
    assert [row for row in result.rows(REPORT) if "conversion" not in row] == result.rows(REPORT) != []
    assert result.warnings == [f"{REPORT}.conversion: TikTok sent '2.5', which is no integer; it becomes null."]


def test_a_day_that_was_not_asked_for_does_not_move_the_cursor(
    tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    answered(tiktok, REPORTS, body_of("14"))
    result = read_whole(sync, REPORT, one_advertiser)
    assert {row["stat_time_day"] for row in result.rows(REPORT)} == {"2099-01-25"}
    assert result.cursors(REPORT) == {TOKYO: "2026-01-24"}


def test_an_account_without_campaigns_is_no_outage(tiktok: Simulator, sync: Read, config: Config) -> None:
    answered(tiktok, "/campaign/get/", case("16")["answer"])
    result = read_whole(sync, "campaigns", config | {"advertiser_ids": [EMPTY]})
    assert (result.rows("campaigns"), result.warnings) == ([], [])


def test_the_state_of_more_than_ten_thousand_accounts_begins_anew_with_one_warning(
    tiktok: Simulator, one_advertiser: Config, caplog: pytest.LogCaptureFixture
) -> None:
    outcome = run("read", config=one_advertiser, catalog=catalog_of(REPORT), state=case("18"))
    assert (outcome.errors, outcome.statuses) == ([], {REPORT: "COMPLETE"})
    (warning,) = (record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING)
    assert "start again" in warning
    assert min(call.query["start_date"] for call in plain_reports(tiktok)) == "2026-01-15"


def test_no_case_is_left_out() -> None:
    covered = {"01", "02", "02b", "03", "04", "05", "06", "06b", "07", "08", "09", "11", "12", "14", "16", "18"}
    assert {path.name.partition("_")[0] for path in CASES.glob("*.json")} == covered
