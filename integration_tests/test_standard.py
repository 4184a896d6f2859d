"""Airbyte's standard tests of every connector, run as acceptance-test-config.yml says, in process.

The CDK's suite does not read the `incremental` section, and its command line is not the one users run: the rest of
this file does.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, cast
from zoneinfo import ZoneInfo

import pytest
import yaml
from freezegun import freeze_time
from running import Run, slow

from source_tiktok_marketing.requesters.watchdog import Watchdog
from tiktok_simulator import Simulator, intercept
from tiktok_simulator.world.ready_made import BERLIN, EMPTY, FORBIDDEN, LOS_ANGELES, TOKYO, make_small_world
from tiktok_simulator.world.world import BC_ID

with warnings.catch_warnings():
    # pyproject.toml says so too, but a -W of the command line outweighs it.
    warnings.filterwarnings("ignore", message="This class is experimental")
    from airbyte_cdk.entrypoint import AirbyteEntrypoint
    from airbyte_cdk.test.standard_tests import SourceTestSuiteBase

    from source_tiktok_marketing.__main__ import build, main

pytestmark = pytest.mark.filterwarnings("ignore:This class is experimental")

Json = dict[str, Any]

ROOT = Path(__file__).parents[1]
CONFIGS = ROOT / "integration_tests" / "configs"
SECTIONS: dict[str, Any] = yaml.safe_load((ROOT / "acceptance-test-config.yml").read_text(encoding="utf-8"))[
    "acceptance_tests"
]
INCREMENTAL = SECTIONS["incremental"]["tests"]

# Noon in Berlin; still the 14th in Los Angeles, already the evening of the 15th in Tokyo.
NOW = datetime(2026, 2, 15, 5, tzinfo=UTC)
ZONES = {TOKYO: "Asia/Tokyo", LOS_ANGELES: "America/Los_Angeles", BERLIN: "Europe/Berlin", EMPTY: "Europe/London"}
COMMANDS = {
    "test_config_matches_spec": "spec",
    "test_check": "check",
    "test_discover": "discover",
    "test_basic_read": "read",
    "test_fail_read_with_bad_catalog": "read",
}
# The configurations each of the suite's tests is quick with; the others differ in how one signs in.
QUICK = {
    "test_check": ["oauth", "sandbox", "bad_wrong_token"],
    "test_discover": ["sandbox"],
    "test_basic_read": [],
}
WHY_CHECK_FAILS = {
    "bad_wrong_token": "code 40105",
    "bad_token_of_another_app": "Check App ID and App Secret",
    "bad_malformed_date": "Start Date (start_date): '15.01.2026' is not a day",
    "bad_end_before_start": "End Date (end_date): '2026-01-15' is before Start Date, which is '2026-01-20'",
    "bad_unknown_advertiser": "7999999999999999999",
    "bad_forbidden_advertiser": FORBIDDEN,
    "bad_no_credentials": "credentials",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Gives each standard test the configurations of its own section, where the CDK's hook gives all and skips most."""
    if "scenario" in metafunc.fixturenames:
        command: Any = COMMANDS.get(metafunc.function.__name__)
        suite = cast(type[TestStandards], metafunc.cls)
        chosen = [each for each in suite.get_scenarios() if command is None or each.runs(command)]
        quick = QUICK.get(metafunc.function.__name__, [each.id for each in chosen])
        marks = [() if each.id in quick else pytest.mark.slow for each in chosen]
        cases = [pytest.param(each, id=each.id, marks=mark) for each, mark in zip(chosen, marks, strict=True)]
        metafunc.parametrize("scenario", cases)


@pytest.fixture(autouse=True)
def tiktok(monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """A simulated TikTok that answers every request of this process, on a day that stands still."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    with (
        freeze_time(NOW, ignore=["_pytest", "queue", "threading", Watchdog.__module__]),
        intercept(Simulator(make_small_world(), clock=lambda: datetime.now(UTC))) as simulator,
    ):
        yield simulator


class TestStandards(SourceTestSuiteBase):
    """Airbyte's suite; a problem of the discovered catalog that it only warns of fails too."""

    # A checkout may have any name; the suite would take the directory's.
    connector_name: ClassVar[str] = "source-tiktok-marketing"


for docker_test in [name for name in dir(SourceTestSuiteBase) if name.startswith("test_docker_")]:
    # They want a Docker engine; `make image-test` builds and runs the image without one.
    setattr(TestStandards, docker_test, None)


def test_every_configuration_is_used_and_every_used_one_exists() -> None:
    used = {test["config_path"] for section in SECTIONS.values() for test in section["tests"]}
    assert used == {path.relative_to(ROOT).as_posix() for path in CONFIGS.glob("*.json")}


def test_every_configuration_is_tried_by_check() -> None:
    tried = {Path(test["config_path"]).stem: test["status"] for test in SECTIONS["connection"]["tests"]}
    assert tried == {
        path.stem: "failed" if path.stem.startswith("bad_") else "succeed" for path in CONFIGS.glob("*.json")
    }
    assert {name for name, status in tried.items() if status == "failed"} == set(WHY_CHECK_FAILS)


@pytest.mark.slow
@pytest.mark.parametrize(
    "configs", [("oauth", "production_token", "legacy_production", "legacy_token"), ("sandbox", "legacy_sandbox")]
)
def test_discover_offers_the_same_whichever_way_one_signs_in(configs: tuple[str, ...]) -> None:
    """The configured catalog, and the test of the sandbox, say what that is."""
    first, *others = ([stream["name"] for stream in discovered(config)] for config in configs)
    assert first != []
    assert others == [first] * len(others)


@pytest.mark.slow
def test_the_configured_catalog_is_the_discovered_one_synced_as_well_as_each_stream_can_be() -> None:
    """The suite would notice a stream too many, but not one that is missing."""
    configured = json.loads((ROOT / "integration_tests" / "configured_catalog.json").read_text(encoding="utf-8"))
    expected = []
    for stream in discovered("oauth"):
        told = {key: value for key, value in stream.items() if key != "is_resumable" and value}
        mode = "incremental" if "incremental" in stream["supported_sync_modes"] else "full_refresh"
        expected.append(
            {"stream": told | {"json_schema": {}}, "sync_mode": mode, "destination_sync_mode": "append_dedup"}
        )
    assert configured == {"streams": expected}


@pytest.mark.parametrize("verb", ["spec", slow("discover"), "read"])
@pytest.mark.parametrize("config", [slow("oauth"), "sandbox"])
def test_our_command_line_says_what_the_cdks_says(
    verb: str, config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [verb]
    if verb != "spec":
        arguments += ["--config", str(CONFIGS / f"{config}.json")]
    if verb == "read":
        catalog = catalog_of("campaigns", "campaigns_reports_daily", "ads_reports_hourly", root=tmp_path)
        arguments += ["--catalog", str(catalog)]
    ours = run_ours(arguments, capsys)
    assert outcome(ours) == outcome(run_cdks(arguments))
    assert (ours.code, ours.errors) == (0, [])


@pytest.mark.parametrize(
    "config",
    [path.stem if path.stem in QUICK["test_check"] else slow(path.stem) for path in sorted(CONFIGS.glob("*.json"))],
)
def test_our_check_and_the_cdks_come_to_the_same_verdict(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The words may differ where the configuration is not of the form's shape: ours name the field and the remedy."""
    arguments = ["check", "--config", str(CONFIGS / f"{config}.json")]
    ours, theirs = run_ours(arguments, capsys), run_cdks(arguments)
    (verdict,), (expected) = verdicts(ours), verdicts(theirs)
    assert [verdict["status"]] == [each["status"] for each in expected]
    assert verdict["status"] == ("FAILED" if config in WHY_CHECK_FAILS else "SUCCEEDED")
    assert WHY_CHECK_FAILS.get(config, "") in verdict.get("message", "")
    if config not in ("bad_no_credentials", "bad_malformed_date"):
        assert [verdict] == expected


@pytest.mark.slow
def test_the_abnormal_state_puts_every_incremental_stream_into_the_future_for_every_account() -> None:
    cursors = {stream["name"]: stream["default_cursor_field"] for stream in discovered("oauth")
               if "incremental" in stream["supported_sync_modes"]}  # fmt: skip
    for entry in INCREMENTAL:
        state = cursors_of(saved_states(entry))
        assert state.keys() == cursors.keys()
        for stream, per_account in state.items():
            assert set(per_account) in (set(ZONES), {BC_ID}), stream
            assert min(per_account.values()) >= "2099-12-31", stream


@pytest.mark.slow
@pytest.mark.parametrize("entry", INCREMENTAL, ids=lambda entry: Path(entry["config_path"]).stem)
def test_a_state_in_the_future_is_accepted_gives_no_rows_and_stays_where_it_is(
    entry: Json, tiktok: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    states = saved_states(entry)
    run = read_entry(entry, states, tmp_path, capsys)
    assert (run.code, run.errors, loud(run)) == (0, [], [])
    assert [stream for stream in cursors_of(states) if run.rows(stream)] == []
    assert set(statuses(run).values()) == {"COMPLETE"}
    assert cursors_of(run.states) == cursors_of(states)
    assert_nothing_beyond_today(tiktok)


@pytest.mark.slow
@pytest.mark.parametrize("entry", INCREMENTAL, ids=lambda entry: Path(entry["config_path"]).stem)
def test_one_account_in_the_future_does_not_hold_up_the_others(
    entry: Json, tiktok: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    states = []
    for state in saved_states(entry):
        blob = state["stream"]["stream_state"]
        blob["states"] = [each for each in blob["states"] if owner_of(each) == TOKYO]
        states += [state] if blob["states"] else []  # none where a business centre is asked about
    run = read_entry(entry, states, tmp_path, capsys)
    assert (run.code, run.errors, loud(run)) == (0, [], [])
    before, after = cursors_of(states), cursors_of(run.states)
    for stream in before:
        # Without a time dimension TikTok also has a row of zeros for an account without delivery.
        owners = {row["advertiser_id"] for row in run.rows(stream)} - {EMPTY}
        # Of yesterday at the latest, which in Los Angeles lies before the first day that is read.
        late = [{BERLIN}] if stream == "creative_fatigue" else []
        assert owners in [{LOS_ANGELES, BERLIN}, *late], stream
        assert after[stream][TOKYO] == before[stream][TOKYO]
        assert max(after[stream][account] for account in owners) < "2026-02-16"
    dated = [call.query for call in tiktok.asked("/report/integrated/get/") if "stat_time" in call.query["dimensions"]]
    # An account without rows may be left out after a question about several.
    asked = {query.get("advertiser_id", EMPTY) for query in dated if "bc_id" not in query}
    assert asked == {LOS_ANGELES, BERLIN, EMPTY}
    assert_nothing_beyond_today(tiktok)


@pytest.mark.slow
def test_the_second_of_two_syncs_gives_nothing_new_and_moves_no_cursor_back(
    tiktok: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (entry,) = [each for each in INCREMENTAL if each["config_path"].endswith("/until_today.json")]
    first = read_entry(entry, [], tmp_path, capsys)
    second = read_entry(entry, first.states, tmp_path, capsys)
    assert (second.code, second.errors, loud(second)) == (0, [], [])
    before, after = cursors_of(first.states), cursors_of(second.states)
    for stream, per_account in before.items():
        assert all(after[stream][account] >= cursor for account, cursor in per_account.items()), stream
        seen = {json.dumps(row, sort_keys=True) for row in first.rows(stream)}
        assert {json.dumps(row, sort_keys=True) for row in second.rows(stream)} <= seen, stream
    assert_nothing_beyond_today(tiktok)


@cache
def discovered(config: str) -> list[Json]:
    """The streams the CDK's discover lists; to look at, as all tests have the same ones."""
    run = run_cdks(["discover", "--config", str(CONFIGS / f"{config}.json")])
    (catalog,) = run.of("CATALOG")
    return list(catalog["catalog"]["streams"])


def run_ours(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> Run:
    """What the command users type does."""
    capsys.readouterr()
    code = 0
    try:
        main(arguments)
    except SystemExit as end:
        code = int(end.code or 0)
    lines = capsys.readouterr().out.splitlines()
    return Run(code, [json.loads(line) for line in lines if line], "")


def run_cdks(arguments: list[str]) -> Run:
    """What the CDK's own command line does with our source."""
    entrypoint = AirbyteEntrypoint(build(arguments))
    return Run(0, [json.loads(line) for line in entrypoint.run(AirbyteEntrypoint.parse_args(arguments))], "")


def read_entry(entry: Json, states: list[Json], folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """One sync as an entry of the `incremental` section says, going on from `states`."""
    saved = folder / "state.json"
    saved.write_text(json.dumps(states), encoding="utf-8")
    config, catalog = ROOT / entry["config_path"], ROOT / entry["configured_catalog_path"]
    return run_ours(["read", "--config", str(config), "--catalog", str(catalog), "--state", str(saved)], capsys)


def catalog_of(*streams: str, root: Path) -> Path:
    """A file with those entries of the configured catalog."""
    catalog = json.loads((ROOT / "integration_tests" / "configured_catalog.json").read_text(encoding="utf-8"))
    chosen = [entry for entry in catalog["streams"] if entry["stream"]["name"] in streams]
    (root / "catalog.json").write_text(json.dumps({"streams": chosen}), encoding="utf-8")
    return root / "catalog.json"


def saved_states(entry: Json) -> list[Json]:
    return list(json.loads((ROOT / entry["future_state"]["future_state_path"]).read_text(encoding="utf-8")))


def cursors_of(states: list[Json]) -> dict[str, dict[str, str]]:
    """The cursor of each stream and account; streams without one are left out."""
    found = {state["stream"]["stream_descriptor"]["name"]: state["stream"]["stream_state"] for state in states}
    return {stream: {owner_of(each): next(iter(each["cursor"].values())) for each in blob["states"]}
            for stream, blob in found.items() if "states" in blob}  # fmt: skip


def owner_of(state: Json) -> str:
    """The ad account, or the business centre, that one of a stream's states is about."""
    (owner,) = state["partition"].values()
    return str(owner)


def verdicts(run: Run) -> list[Json]:
    return [message["connectionStatus"] for message in run.of("CONNECTION_STATUS")]


def statuses(run: Run) -> dict[str, str]:
    """The last status of each stream."""
    told = [m["trace"]["stream_status"] for m in run.of("TRACE") if m["trace"]["type"] == "STREAM_STATUS"]
    return {status["stream_descriptor"]["name"]: status["status"] for status in told}


def loud(run: Run) -> list[str]:
    return [m["log"]["message"] for m in run.of("LOG") if m["log"]["level"] != "INFO"]


def outcome(run: Run) -> Mapping[str, Any]:
    """Everything a platform would act on; threads decide in which order rows and states of streams come."""
    return {
        "spec": [message["spec"] for message in run.of("SPEC")],
        "catalog": [message["catalog"] for message in run.of("CATALOG")],
        "rows": sorted(json.dumps(message["record"], sort_keys=True) for message in run.of("RECORD")),
        "states": {state["stream"]["stream_descriptor"]["name"]: sorted(
            json.dumps(each, sort_keys=True) for each in state["stream"]["stream_state"].get("states", ())
        ) for state in run.states},
        "statuses": statuses(run),
        "errors": run.errors,
    }  # fmt: skip


def assert_nothing_beyond_today(tiktok: Simulator) -> None:
    """No report was asked for a day that has not begun where the account is."""
    for call in tiktok.asked("/report/integrated/get/"):
        if "end_date" in call.query:  # a lifetime has none
            zone = ZONES.get(call.query.get("advertiser_id", ""), "UTC")  # a business centre's days are UTC's
            today = NOW.astimezone(ZoneInfo(zone)).date().isoformat()
            assert call.query["end_date"] <= today, call.query
