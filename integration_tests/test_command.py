"""spec, check, discover and read over TLS; and every mistake a user can make, answered in words."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from running import Run, catalog_of, slow, state_of

from tiktok_simulator.world.ready_made import BERLIN, FORBIDDEN, LOS_ANGELES, TOKYO
from tiktok_simulator.world.world import OTHER_APP_TOKEN, TOKEN

Command = Callable[..., Run]
STREAM = "campaigns_reports_daily"
UNKNOWN = "7999999999999999999"
CONFIGURED = Path(__file__).with_name("configured_catalog.json")


def told(run: Run) -> str:
    return "\n".join(run.errors)


def production(*ids: str) -> dict[str, Any]:
    return {"credentials": {"auth_type": "production_access_token", "access_token": TOKEN, "advertiser_ids": list(ids)}}


@pytest.mark.slow
@pytest.mark.parametrize("argv", [None, [sys.executable, "-m", "source_tiktok_marketing"]], ids=["script", "module"])
def test_a_user_goes_from_spec_to_rows(command: Command, config: dict[str, Any], argv: list[str] | None) -> None:
    (spec,) = command("spec", argv=argv).of("SPEC")
    assert "credentials" in spec["spec"]["connectionSpecification"]["properties"]
    assert (
        command("check", argv=argv, config=config).of("CONNECTION_STATUS")[0]["connectionStatus"]["status"]
        == "SUCCEEDED"
    )
    (catalog,) = command("discover", argv=argv, config=config).of("CATALOG")
    assert [stream["name"] for stream in catalog["catalog"]["streams"]] == [
        entry["stream"]["name"] for entry in json.loads(CONFIGURED.read_text("utf-8"))["streams"]
    ]
    run = command("read", argv=argv, config=config, catalog=catalog_of("campaigns", STREAM))
    assert (run.code, run.noise) == (0, "")
    assert {row["advertiser_id"] for row in run.rows(STREAM)} == {TOKYO, LOS_ANGELES, BERLIN}


@pytest.mark.slow
def test_the_next_sync_goes_on_from_the_saved_state(command: Command, config: dict[str, Any]) -> None:
    first = command("read", config=config, catalog=catalog_of(STREAM))
    later = config | {"end_date": "2026-01-20"}
    second = command("read", config=later, catalog=catalog_of(STREAM), state=first.states)
    days = {row["stat_time_day"] for row in second.rows(STREAM)}
    assert days == {"2026-01-15", "2026-01-16", "2026-01-17", "2026-01-18", "2026-01-19", "2026-01-20"}
    again = command("read", config=later, catalog=catalog_of(STREAM), state=second.states)
    assert min(row["stat_time_day"] for row in again.rows(STREAM)) == "2026-01-17"


@pytest.mark.slow
def test_a_clean_full_sync_logs_no_warning(command: Command, config: dict[str, Any], tiktok: Any) -> None:
    (catalog,) = command("discover", config=config).of("CATALOG")
    names = [stream["name"] for stream in catalog["catalog"]["streams"]]
    run = command("read", config=config, catalog=catalog_of(*names))
    assert [log["log"] for log in run.of("LOG") if log["log"]["level"] != "INFO"] == []
    assert (run.code, run.errors) == (0, [])
    # TikTok keeps sixty days of it, and the days that are read lie further back.
    assert [name for name in names if not run.rows(name)] == ["creative_fatigue"]
    assert tiktok.refused == []


@pytest.mark.slow
def test_a_manifest_in_the_current_directory_is_not_mistaken_for_ours(command: Command, tmp_path: Path) -> None:
    (tmp_path / "manifest.yaml").write_text("version: 0.0.0", encoding="utf-8")
    assert command("spec").code == 0


@pytest.mark.slow
def test_check_asks_few_questions_whatever_the_number_of_accounts(
    command: Command, config: dict[str, Any], tiktok: Any
) -> None:
    command("check", config=config)
    assert len(tiktok.simulator.transcript) <= 4


@pytest.mark.parametrize(
    ("change", "words"),
    [
        slow({"credentials": {"access_token": "wrong"}}, ["code 40105", "Authorise the app again"]),
        slow({"credentials": {"access_token": OTHER_APP_TOKEN}}, ["Check App ID and App Secret"]),
        slow({"credentials": {"secret": ""}}, ["App Secret (credentials.secret): is missing"]),
        slow({"start_date": "05.01.2026"}, ["Start Date (start_date): '05.01.2026' is not a day", "YYYY-MM-DD"]),
        slow(
            {"start_date": "2026-02-01"},
            ["End Date (end_date): '2026-01-18' is before Start Date"],
        ),
        slow({"start_date": "soon", "attribution_window": 400}, ["2 mistakes", "\n1) Start Date", "\n2) Attribution"]),
        ({"advertiser_ids": [TOKYO, FORBIDDEN]}, [f"no permission for these ad accounts: {FORBIDDEN}."]),
        slow({"advertiser_ids": [TOKYO, UNKNOWN]}, [f"no permission for these ad accounts: {UNKNOWN}."]),
        slow(
            production(TOKYO, FORBIDDEN, UNKNOWN),
            [FORBIDDEN, UNKNOWN, "remove them in Advertiser IDs (advertiser_ids)"],
        ),
    ],
)
def test_check_fails_in_words_that_name_the_field_or_the_account(
    change: dict[str, Any], words: list[str], command: Command, config: dict[str, Any]
) -> None:
    credentials = config["credentials"] | change.get("credentials", {})
    if "advertiser_ids" in change.get("credentials", {}):
        credentials = change["credentials"]
    run = command("check", config=config | change | {"credentials": credentials})
    assert [m["connectionStatus"]["status"] for m in run.of("CONNECTION_STATUS")] == ["FAILED"]
    for word in words:
        assert word in told(run)
    assert_no_traceback(run)


@pytest.mark.slow
def test_check_fails_on_a_token_that_reaches_no_account(command: Command, config: dict[str, Any], tiktok: Any) -> None:
    for advertiser_id in list(tiktok.simulator.world.permitted):
        tiktok.simulator.world.forbid(advertiser_id)
    run = command("check", config=config)
    assert "This token reaches no ad account. Authorise at least one" in told(run)


@pytest.mark.slow
def test_check_fails_where_tiktok_refuses_the_report(command: Command, config: dict[str, Any], tiktok: Any) -> None:
    tiktok.simulator.faults.outage(times=1, path="/report/integrated/get/", code=40125)
    run = command("check", config=config)
    assert "(code 40125)" in told(run)
    assert "Add the missing permission to the app" in told(run)
    assert_no_traceback(run)


@pytest.mark.parametrize(
    "wrong", [{"access_token": "wrong"}, slow({"access_token": OTHER_APP_TOKEN}), slow({"secret": "wrong"})]
)
def test_a_sync_with_wrong_credentials_ends_with_exit_code_1_and_the_remedy(
    wrong: dict[str, str], command: Command, config: dict[str, Any]
) -> None:
    changed = config | {"credentials": config["credentials"] | wrong}
    run = command("read", config=changed, catalog=catalog_of("campaigns", STREAM))
    assert run.code == 1
    assert "Authorise the app again" in told(run) or "Check App ID and App Secret" in told(run)
    assert_no_traceback(run)


@pytest.mark.slow
def test_without_a_command_the_usage_is_told() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "source_tiktok_marketing"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: ")


@pytest.mark.slow
def test_an_empty_configuration_is_told_what_it_needs(command: Command) -> None:
    run = command("check", config={})
    assert "Sign-in (credentials): is missing. Choose how to sign in" in told(run)
    assert_no_traceback(run)


@pytest.mark.slow
@pytest.mark.parametrize("verb", ["discover", "read"])
def test_a_wrong_configuration_stops_with_exit_code_1(
    verb: str, command: Command, config: dict[str, Any], tiktok: Any
) -> None:
    files = {"catalog": catalog_of(STREAM)} if verb == "read" else {}
    run = command(verb, config=config | {"start_date": "soon", "end_date": "later"}, **files)
    assert run.code == 1
    assert "Start Date (start_date): 'soon'" in told(run)
    assert "End Date (end_date): 'later'" in told(run)
    assert tiktok.simulator.transcript == []
    assert_no_traceback(run)


@pytest.mark.slow
def test_an_unknown_stream_is_named_after_the_others_were_read(command: Command, config: dict[str, Any]) -> None:
    wanted = catalog_of("campaigns", "campaign_report_daily", "ads_reports_by_country_hourly")
    run = command("read", config=config, catalog=wanted)
    assert run.code == 1
    assert run.rows("campaigns")
    assert "campaign_report_daily (did you mean campaigns_reports_daily?)" in told(run)
    assert "TikTok refuses country and hour together; use ads_reports_by_country_daily" in told(run)
    assert_no_traceback(run)


@pytest.mark.slow
def test_one_refused_account_loses_nothing_of_the_others(command: Command, config: dict[str, Any]) -> None:
    run = command("read", config=config | production(TOKYO, FORBIDDEN, BERLIN), catalog=catalog_of(STREAM))
    assert run.code == 1
    assert {row["advertiser_id"] for row in run.rows(STREAM)} == {TOKYO, BERLIN}
    cursors = {entry["partition"]["advertiser_id"]: entry["cursor"] for entry in _states(run, STREAM)}
    assert cursors[TOKYO] == cursors[BERLIN] == {"stat_time_day": "2026-01-18"}
    assert len(run.errors) == 2  # the reason once, however many windows, and the closing word
    assert all(f"ad account {FORBIDDEN}" in error for error in run.errors)
    assert run.errors[-1].startswith(
        "Not everything was read; what is not named here is complete:\n1) campaigns_reports"
    )
    assert_no_traceback(run)


@pytest.mark.slow
def test_a_state_that_is_no_json_is_refused(command: Command, config: dict[str, Any], tiktok: Any) -> None:
    run = command("read", config=config, catalog=catalog_of(STREAM), state="{not json")
    assert run.code == 1
    assert "--state" in told(run)
    assert "can't be read" in told(run)
    assert tiktok.simulator.transcript == []
    assert_no_traceback(run)


@pytest.mark.slow
def test_a_state_that_can_not_be_understood_costs_its_stream_a_warning(
    command: Command, config: dict[str, Any], tiktok: Any
) -> None:
    run = command("read", config=config, catalog=catalog_of(STREAM), state=[state_of(STREAM, {"id": 1})])
    assert (run.code, run.errors) == (0, [])
    assert run.rows(STREAM)
    (warning,) = [m["log"]["message"] for m in run.of("LOG") if m["log"]["level"] == "WARN"]
    assert STREAM in warning
    assert_no_traceback(run)


@pytest.mark.parametrize("broken", ["config", slow("catalog")])
def test_a_file_that_is_no_json_is_named(broken: str, command: Command, config: dict[str, Any]) -> None:
    files = {"config": config, "catalog": catalog_of(STREAM)} | {broken: "{not json"}
    run = command("read", **files)
    assert run.code == 1
    assert f"--{broken}" in told(run)


def _states(run: Run, stream: str) -> list[dict[str, Any]]:
    (state,) = [s for s in run.states if s["stream"]["stream_descriptor"]["name"] == stream]
    return list(state["stream"]["stream_state"]["states"])


def assert_no_traceback(run: Run) -> None:
    shown = json.dumps(run.of("LOG") + run.of("TRACE") + run.of("CONNECTION_STATUS")) + run.noise
    assert "Traceback" not in shown
    assert TOKEN not in shown
