"""Configurations and states of older versions, ours and the official connector's: each still means what it meant.

golden/states/ours_*.json are what a version of ours saved, frozen; a version that writes another form adds a file and
keeps these. What the official connector saved is written after its documented shapes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from harness import Sync, plain_reports

from source_tiktok_marketing import SourceTiktokMarketing
from tiktok_simulator import Simulator, World
from tiktok_simulator.world.ready_made import EMPTY, LOS_ANGELES, TOKYO

Run = Callable[..., Sync]
Json = dict[str, Any]
GOLDEN = Path(__file__).parent / "golden"
DAILY, REPORTS = "campaigns_reports_daily", "/report/integrated/get/"
# Said at the top before there were credentials, or without a meaning today.
RETIRED = {"report_granularity", "environment", "access_token", "concurrency_level"}
# Lists of objects that change are entities: what comes again is what changed.
ENTITIES = {"campaigns": "campaign", "ads": "ad", "creative_assets_images": "image"}


def frozen(name: str) -> Json:
    found: Json = json.loads((GOLDEN / name).read_text(encoding="utf-8"))
    return found


OLD_CONFIGS, OURS, NEWEST, OFFICIAL = (
    frozen("old_configs.json"),
    frozen("states/ours_0.1.0.json"),
    frozen("states/ours_by_value.json"),
    frozen("states/official.json"),
)
EVERY_KEY = OLD_CONFIGS["ours, 0.1.0, every key"]["config"]


def first_days(tiktok: Simulator) -> dict[str, str]:
    """The earliest day each ad account was asked for, at once or as a task."""
    found: dict[str, str] = {}
    for call in [*plain_reports(tiktok), *tiktok.asked("/report/task/create/")]:
        account, day = call.query["advertiser_id"], call.query["start_date"]
        found[account] = min(day, found.get(account, day))
    return found


@pytest.fixture
def two_accounts(config: Json) -> Json:
    """The configuration the frozen states of ours were made with."""
    reports = [{"name": "by_country", "level": "campaign", "breakdowns": ["country_code"], "metrics": ["spend"]},
               {"name": "weeks", "level": "ad", "granularity": "weekly", "metrics": ["reach"]},
               {"name": "history", "level": "advertiser", "metrics": ["spend"], "large": True}]  # fmt: skip
    return config | {"advertiser_ids": [LOS_ANGELES, EMPTY], "end_date": "", "custom_reports": reports}


@pytest.mark.samples(3)
@pytest.mark.parametrize("name", OLD_CONFIGS)
def test_an_old_configuration_asks_for_the_same_days_of_the_same_accounts(
    name: str, sync: Run, tiktok: Simulator
) -> None:
    old = OLD_CONFIGS[name]
    result = sync(DAILY, config=old["config"], state={DAILY: {"stat_time_day": "2026-01-22"}})
    asked = [call for call in plain_reports(tiktok) if "campaign_id" in call.query["dimensions"]]
    assert (result.errors, result.warnings) == ([], [])
    assert [min(call.query["start_date"] for call in asked), max(call.query["end_date"] for call in asked)] == old[
        "asked"
    ]
    assert sorted({call.query["advertiser_id"] for call in asked}) == old["accounts"]
    assert {"STATUS_ALL" in call.query.get("filtering", "") for call in asked} == {old["deleted"]}
    sandbox = "sandbox" in name
    assert {call.host.startswith("sandbox-ads") for call in asked} == {sandbox}


@pytest.mark.samples(3)
@pytest.mark.parametrize("name", OLD_CONFIGS)
def test_no_key_of_an_old_configuration_is_lost(name: str) -> None:
    old = dict(OLD_CONFIGS[name]["config"])
    normal = dict(SourceTiktokMarketing(config=old).normal_config)
    assert contains(normal["credentials"], old.get("environment", {}))
    assert normal["credentials"]["access_token"] == old.get("access_token", normal["credentials"]["access_token"])
    told = {key: value for key, value in old.items() if value != "" and key not in RETIRED}
    if reports := old.get("custom_reports"):
        told["custom_reports"] = [as_now(report) for report in reports]
    assert contains(normal, told)


def as_now(report: Json) -> Json:
    """A report whose filters are part of it."""
    return {key: value for key, value in {**report, **report.get("filters", {})}.items() if key != "filters"}


def contains(whole: Any, part: Any) -> bool:
    """Whether everything said in `part` is said in `whole`, at any depth."""
    if isinstance(part, dict):
        return all(key in whole and contains(whole[key], value) for key, value in part.items())
    if isinstance(part, list):
        return len(whole) == len(part) and all(map(contains, whole, part))
    return bool(whole == part)


def test_every_key_there_ever_was_is_still_on_the_form() -> None:
    form = SourceTiktokMarketing().connection_specification["properties"]
    of_report = {key for report in EVERY_KEY["custom_reports"] for key in as_now(report)}
    assert EVERY_KEY.keys() <= form.keys()
    assert of_report <= form["custom_reports"]["items"]["properties"].keys()


@pytest.mark.slow
def test_a_state_saved_now_is_of_the_form_that_was_frozen(sync: Run, two_accounts: Json) -> None:
    """Another form needs another frozen file, and a migration that takes over this one."""
    result = sync(*OURS, config=two_accounts)
    assert result.errors == []
    saved = {stream: result.state(stream) for stream in OURS}
    assert {name: {key: value for key, value in state.items() if key != "lookback_window"}
            for name, state in saved.items()} == NEWEST  # fmt: skip


# The attribution window of three days before the cursor, which is the 14th and, without rows, the 13th; for a week or
# month (the 12th and the 13th) the first day of the period that lies in.
RESUMES = {
    DAILY: ("2026-02-11", "2026-02-10"), "ads_audience_reports_daily": ("2026-02-11", "2026-02-10"),
    "advertisers_reports_daily": ("2026-02-11", "2026-02-10"), "campaigns_reports_hourly": ("2026-02-11", "2026-02-10"),
    "campaigns_reports_weekly": ("2026-02-09", "2026-02-09"), "campaigns_reports_monthly": ("2026-02-01", "2026-02-01"),
    "by_country": ("2026-02-11", "2026-02-10"), "weeks": ("2026-02-09", "2026-02-09"),
    "history": ("2026-02-11", "2026-02-10"),
}  # fmt: skip


@pytest.mark.samples(2)
@pytest.mark.parametrize("stream", RESUMES)
def test_a_report_goes_on_from_our_old_state_at_the_right_day(
    stream: str, sync: Run, tiktok: Simulator, two_accounts: Json, clock: Any
) -> None:
    clock.move_to(datetime(2026, 2, 16, 5, tzinfo=UTC))
    result = sync(stream, config=two_accounts, state={stream: OURS[stream]})
    assert result.errors == []
    assert first_days(tiktok) == dict(zip((LOS_ANGELES, EMPTY), RESUMES[stream], strict=True))


@pytest.mark.parametrize(("stream", "kind"), ENTITIES.items())
def test_a_list_goes_on_from_our_old_state_with_what_changed_since(
    stream: str, kind: str, sync: Run, world: World, two_accounts: Json, clock: Any
) -> None:
    changed = world.list_entities(kind, LOS_ANGELES)[-1]
    clock.move_to(datetime(2026, 2, 16, 5, tzinfo=UTC))
    world.touch(kind, changed.id, datetime(2026, 2, 16, 4, tzinfo=UTC))
    rows = sync(stream, config=two_accounts, state={stream: OURS[stream]}).rows(stream)
    saved = OURS[stream]["states"][0]["cursor"]["modify_time"]
    moments = {row["modify_time"] for row in rows if "modify_time" in row}
    assert "2026-02-16T04:00:00" in moments
    assert moments <= {saved, "2026-02-16T04:00:00"} or stream == "campaigns"  # which are emitted whole


def test_what_has_no_cursor_is_read_whole_from_our_old_state(sync: Run, two_accounts: Json) -> None:
    names = [name for name, state in OURS.items() if "states" not in state]
    result = sync(*names, config=two_accounts, state={name: OURS[name] for name in names})
    assert (result.errors, len(names)) == ([], 2)
    assert {row["advertiser_id"] for row in result.rows("advertisers")} == {LOS_ANGELES, EMPTY}


@pytest.mark.samples(1)
@pytest.mark.parametrize("name", OFFICIAL)
def test_a_report_goes_on_from_the_officials_state_at_the_right_day(name: str, sync: Run, tiktok: Simulator) -> None:
    stream = OFFICIAL[name]["stream"]
    assert sync(stream, state={stream: OFFICIAL[name]["state"]}).errors == []
    first, wanted = first_days(tiktok), OFFICIAL[name]["first"]
    assert wanted | first == wanted
    assert wanted.keys() - first.keys() <= {EMPTY}  # a question may have told that it has no rows


@pytest.mark.parametrize(
    "saved",
    [
        {"modify_time": "2026-02-10 00:00:00"},
        {"states": [{"partition": {"advertiser_id": TOKYO, "parent_slice": {}},
                     "cursor": {"modify_time": "2026-02-10 00:00:00Z"}}],
         "use_global_cursor": False, "state": {"modify_time": "2026-02-10 00:00:00Z"}, "lookback_window": 7},
    ],
    ids=["one cursor for all", "per account"],
)  # fmt: skip
@pytest.mark.parametrize(("stream", "kind"), [("campaigns", "campaign"), ("ad_groups", "adgroup"), ("ads", "ad")])
def test_a_list_goes_on_from_the_officials_state_with_what_changed_since(
    stream: str, kind: str, saved: Json, sync: Run, world: World, one_advertiser: Json
) -> None:
    changed = next(item for item in reversed(world.list_entities(kind, TOKYO)) if item.row["modify_time"])
    world.touch(kind, changed.id, datetime(2026, 2, 10, tzinfo=UTC) + timedelta(hours=1))
    result = sync(stream, config=one_advertiser, state={stream: saved})
    assert result.errors == []
    moments = [row["modify_time"] for row in result.rows(stream) if "modify_time" in row]
    assert "2026-02-10T01:00:00" in moments
    assert len(moments) == (1 if stream == "ads" else len(world.list_entities(kind, TOKYO)))
