"""However TikTok reads a report without filter: TopView, Reach & Frequency and Promote come, and each row once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from harness import Sync, plain_reports

from tiktok_simulator import Simulator, World
from tiktok_simulator.endpoints.filter_values import asks_for_optional
from tiktok_simulator.world.populate import Plan, add_advertiser, add_campaign
from tiktok_simulator.world.ready_made import FOUNDED, PROMOTED, TOKYO

Config = dict[str, Any]
Read = Callable[..., Sync]
REPORT, CAMPAIGNS = "/report/integrated/get/", "/campaign/get/"
BOUGHT_BY_AUCTION = "7100000000000000001"
TOP_VIEW, REACH = "RESERVATION_TOP_VIEW", "RESERVATION_RF"
# Streams of each kind, with the one of the same days whose rows are about whole ad accounts.
KINDS = {
    "ads_reports_daily": "advertisers_reports_daily",
    "ad_groups_reports_by_country_daily": "advertisers_reports_daily",
    "campaigns_reports_hourly": "advertisers_reports_hourly",
    "ad_groups_reports_weekly": "advertisers_reports_weekly",
    "campaigns_reports_monthly": "advertisers_reports_monthly",
    "ads_reports_lifetime": "advertisers_reports_lifetime",
    "campaigns_audience_reports_daily": "advertisers_audience_reports_daily",
    "ads_audience_reports_by_country_daily": "advertisers_audience_reports_by_country_daily",
}
# TikTok has no figures of Promote by hour, nor by country in a basic report.
WITHOUT_PROMOTE = ("ad_groups_reports_by_country_daily", "campaigns_reports_hourly")
# What comes without being asked for: TopView, Reach & Frequency, Promote.
READINGS = {
    "all comes unasked": (True, True, True),
    "as TikTok's pages say": (False, True, False),
    "nothing comes unasked": (False, False, False),
}


@pytest.fixture(params=READINGS.values(), ids=list(READINGS))
def reading(request: pytest.FixtureRequest, world: World) -> tuple[bool, ...]:
    """How TikTok takes a report without a filter."""
    world.top_view_unasked, world.reach_unasked, world.promote_unasked = request.param
    return tuple(request.param)


def promote(world: World, **changed: Any) -> str:
    """An ad account's campaign made in the TikTok app."""
    return add_campaign(world, world.accounts[TOKYO], Plan(**vars(PROMOTED) | changed))


def spend(rows: list[dict[str, Any]]) -> float:
    return round(sum(row.get("spend", 0) for row in rows), 2)


def keys(rows: list[dict[str, Any]], stream: str) -> Counter[str]:
    """How often each key came."""
    own = {"ads": "ad_id", "ad": "adgroup_id", "campaigns": "campaign_id"}[stream.split("_", 1)[0]]
    names = (own, "stat_time_day", "stat_time_hour", "period_start", "country_code", "gender", "age")
    return Counter(json.dumps([row.get(name) for name in names]) for row in rows)


def bought(world: World, kind: str) -> set[str]:
    return {ad.id for ad in world.list_entities("ad", TOKYO) if ad.buying_type == kind}


def asked_apart(tiktok: Simulator) -> list[Any]:
    """The questions with a filter for one kind, without those for its days."""
    return [call for call in tiktok.asked(REPORT) if asks_for_optional(call.query) and not is_about_days(call)]


def is_about_days(call: Any) -> bool:
    fields = [item["field_name"] for item in json.loads(call.query.get("filtering", "[]"))]
    of_days = ["campaign_id", "stat_time_day"]
    return (
        asks_for_optional(call.query)
        and "campaign_status" in fields
        and json.loads(call.query["dimensions"]) == of_days
    )


@pytest.mark.samples(3)
@pytest.mark.parametrize("stream", KINDS)
@pytest.mark.usefixtures("reading")
def test_what_is_spent_below_an_account_is_what_the_account_spends(
    stream: str, world: World, sync: Read, one_advertiser: Config
) -> None:
    if stream not in WITHOUT_PROMOTE:
        promote(world)
    result = sync(stream, KINDS[stream], config=one_advertiser)
    rows = result.rows(stream)
    assert result.errors == result.warnings == []
    assert spend(rows) == pytest.approx(spend(result.rows(KINDS[stream]))) != 0
    assert set(keys(rows, stream).values()) == {1}


@pytest.mark.samples(1)
@pytest.mark.parametrize("metrics", [["spend"], ["all"]])
@pytest.mark.usefixtures("reading")
def test_a_report_of_the_users_own_has_every_kind(
    metrics: list[str], world: World, sync: Read, one_advertiser: Config
) -> None:
    promote(world)
    reports = [{"name": f"ads_of_{level}", "level": level, "metrics": metrics} for level in ("ad", "advertiser")]
    result = sync("ads_of_ad", "ads_of_advertiser", config=one_advertiser | {"custom_reports": reports})
    rows = result.rows("ads_of_ad")
    assert result.errors == []
    assert spend(rows) == pytest.approx(spend(result.rows("ads_of_advertiser"))) != 0
    assert set(keys(rows, "ads_of_ad").values()) == {1}
    assert {row["ad_id"] for row in rows} >= bought(world, TOP_VIEW) | bought(world, REACH)


KINDS_OF_TASKS = ("daily", "weekly", "monthly", "lifetime", "total")


@pytest.mark.samples(2)
@pytest.mark.parametrize("granularity", KINDS_OF_TASKS)
@pytest.mark.usefixtures("reading")
def test_a_report_made_as_a_task_has_every_kind(
    granularity: str, world: World, tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    promote(world)
    found = {}
    for large in (False, True):
        report = {"name": "mine", "level": "ad", "granularity": granularity, "metrics": ["spend", "clicks"],
                  "status": "STATUS_NOT_DELETE", "large": large}  # fmt: skip
        days = {"start_date": "2025-12-03", "end_date": "2026-02-12"}
        before = len(tiktok.asked(REPORT))
        result = sync("mine", config=one_advertiser | days | {"custom_reports": [report]})
        assert result.errors == []
        found[large] = sorted(json.dumps(row, sort_keys=True) for row in result.rows("mine"))
    assert len(tiktok.asked("/report/task/create/")) > 0
    assert found[True] == found[False] != []
    assert "PROMOTE" not in str([call.query for call in tiktok.asked(REPORT)[before:]])  # a task has it unasked


@pytest.mark.usefixtures("reading")
def test_the_users_own_choice_of_buying_types_stays(
    world: World, tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    promote(world)
    for kind in (TOP_VIEW, REACH):
        report = {
            "name": "ads_bought",
            "level": "ad",
            "granularity": "total",
            "metrics": ["spend"],
            "buying_types": [kind],
        }
        result = sync("ads_bought", config=one_advertiser | {"custom_reports": [report]})
        assert {row["ad_id"] for row in result.rows("ads_bought")} == bought(world, kind)
    assert tiktok.asked(CAMPAIGNS) == []
    assert len(tiktok.asked(REPORT)) == 2


@pytest.mark.usefixtures("reading")
def test_the_users_own_choice_of_ids_stays(world: World, sync: Read, one_advertiser: Config) -> None:
    promoted, mine = promote(world), {"name": "mine", "level": "campaign", "metrics": ["spend"]}
    for wanted in ([promoted], [world.landmarks["Tokyo.reservation_campaign"]]):
        result = sync("mine", config=one_advertiser | {"custom_reports": [mine | {"campaign_ids": wanted}]})
        assert result.errors == []
        assert {row["campaign_id"] for row in result.rows("mine")} == set(wanted)


@pytest.mark.samples(1)
@pytest.mark.usefixtures("reading")
def test_a_report_read_in_parts_has_every_kind(world: World, sync: Read, one_advertiser: Config) -> None:
    promoted = promote(world)
    plain = sync("ads_reports_daily", config=one_advertiser).rows("ads_reports_daily")
    world.newest_ids = 2
    world.note_change()
    parts = sync("ads_reports_daily", config=one_advertiser)
    assert parts.errors == []
    assert keys(parts.rows("ads_reports_daily"), "ads") == keys(plain, "ads")
    assert {row["ad_id"] for row in plain} >= bought(world, TOP_VIEW) | bought(world, REACH)
    assert promoted in {row["campaign_id"] for row in plain}


@pytest.mark.samples(1)
@pytest.mark.usefixtures("reading")
def test_a_window_that_is_halved_has_every_kind(
    world: World, tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    promote(world)
    plain = sync("ads_reports_daily", config=one_advertiser).rows("ads_reports_daily")
    fault = tiktok.faults.too_large(days=7)
    halved = sync("ads_reports_daily", config=one_advertiser)
    assert fault.hits
    assert halved.errors == []
    assert keys(halved.rows("ads_reports_daily"), "ads") == keys(plain, "ads")


# How often TikTok is asked


@pytest.mark.samples(1)
@pytest.mark.usefixtures("reading")
def test_an_account_without_any_is_asked_once_a_window_and_looked_up_once_a_kind_and_sync(
    world: World, tiktok: Simulator, sync: Read, config: Config
) -> None:
    add_advertiser(world, BOUGHT_BY_AUCTION, campaigns=3)
    streams = ("ads_reports_daily", "campaigns_reports_hourly", "campaigns_audience_reports_daily")
    assert sync(*streams, config=config | {"advertiser_ids": [BOUGHT_BY_AUCTION]}).errors == []
    assert len(tiktok.asked(CAMPAIGNS)) == 3
    assert len(tiktok.asked(REPORT)) == 1 + 10 + 1
    assert not any(asks_for_optional(call.query) for call in tiktok.asked(REPORT))


def test_reports_about_accounts_look_nothing_up(tiktok: Simulator, sync: Read, one_advertiser: Config) -> None:
    sync("advertisers_reports_daily", "advertisers_audience_reports_daily", config=one_advertiser)
    assert tiktok.asked(CAMPAIGNS) == []


@pytest.mark.slow
def test_what_comes_unasked_is_not_asked_for_again(tiktok: Simulator, sync: Read, one_advertiser: Config) -> None:
    result = sync("ads_reports_hourly", config=one_advertiser | {"start_date": "2026-01-03", "concurrency": 2})
    assert result.errors == []
    assert 0 < len(asked_apart(tiktok)) < 2 * 8  # two kinds, as many windows as are read at a time
    assert len(plain_reports(tiktok)) == 22


@pytest.mark.samples(1)
@pytest.mark.usefixtures("reading", "no_spot_checks")
def test_windows_without_a_row_of_an_old_campaign_are_not_asked_for_twice(
    world: World, tiktok: Simulator, sync: Read, config: Config
) -> None:
    account = add_advertiser(world, BOUGHT_BY_AUCTION, campaigns=3)
    last_day = (FOUNDED + timedelta(days=9)).date()
    for number, kind in enumerate((TOP_VIEW, REACH)):
        add_campaign(world, account, Plan(f"Old {number}", FOUNDED, kind, objective_type="RF_REACH", last_day=last_day))
    add_campaign(world, account, Plan(**vars(PROMOTED) | {"created": FOUNDED, "last_day": last_day}))
    days = {"start_date": "2026-01-10", "end_date": "2026-02-08"}
    streams = ("ads_reports_daily", "campaigns_reports_hourly", "campaigns_audience_reports_daily")
    result = sync(*streams, config=config | days | {"advertiser_ids": [BOUGHT_BY_AUCTION]})
    assert result.errors == []
    assert asked_apart(tiktok) == []
    assert sum(map(is_about_days, tiktok.asked(REPORT))) == 3  # one a kind, for all streams and windows
    assert len([call for call in plain_reports(tiktok) if call.query["page"] == "1"]) == 1 + 30 + 1


@pytest.mark.samples(1)
@pytest.mark.usefixtures("reading")
def test_a_conversion_that_comes_when_a_campaign_has_long_ended_is_there(
    world: World, sync: Read, one_advertiser: Config
) -> None:
    promoted = promote(world, last_day=date(2025, 12, 24), late_days=60, objective_type="WEB_CONVERSIONS")
    result = sync("campaigns_reports_daily", "advertisers_reports_daily", config=one_advertiser)
    rows = result.rows("campaigns_reports_daily")
    late = [row for row in rows if row["campaign_id"] == promoted]
    assert spend(late) == 0
    assert sum(row["real_time_conversion"] for row in late) > 0
    whole = sum(row["real_time_conversion"] for row in result.rows("advertisers_reports_daily"))
    assert sum(row["real_time_conversion"] for row in rows) == whole


# What TikTok does not tell or take


@pytest.mark.samples(2)
@pytest.mark.parametrize("path", [CAMPAIGNS, "days"])
@pytest.mark.usefixtures("reading")
def test_an_account_of_which_tiktok_does_not_tell_is_asked_for_everything(
    path: str, world: World, tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    promote(world)
    if path == CAMPAIGNS:
        tiktok.faults.no_permission(TOKYO, path=CAMPAIGNS)
    else:
        tiktok.faults.no_permission(TOKYO, path=REPORT).when = is_about_days
    result = sync("ads_reports_daily", "advertisers_reports_daily", config=one_advertiser)
    assert result.errors == []
    rows = result.rows("ads_reports_daily")
    assert spend(rows) == pytest.approx(spend(result.rows("advertisers_reports_daily"))) != 0
    assert set(keys(rows, "ads").values()) == {1}


@pytest.mark.samples(1)
@pytest.mark.parametrize(
    ("told", "left_out"),
    [
        ("filtering: Invalid filter field campaign_system_origins.", "campaign_system_origins PROMOTE of ads_reports_"),
        ("stat_time_day is not supported.", f"campaign_system_origins PROMOTE of ad account {TOKYO} of ads_reports_"),
        ("Something is wrong.", f"campaign_system_origins PROMOTE of ad account {TOKYO} of ads_reports_"),
    ],
)
def test_a_filter_tiktok_does_not_take_costs_a_warning_and_no_other_row(
    told: str, left_out: str, world: World, tiktok: Simulator, sync: Read, one_advertiser: Config
) -> None:
    plain = sync("ads_reports_daily", config=one_advertiser).rows("ads_reports_daily")
    promote(world)
    refusal = tiktok.faults.refused(40002, told, None, REPORT)
    refusal.when = lambda request: "PROMOTE" in request.parameters.get("filtering", "")
    result = sync("ads_reports_daily", config=one_advertiser)
    assert keys(result.rows("ads_reports_daily"), "ads") == keys(plain, "ads")
    assert result.errors == []
    (warning,) = result.warnings
    assert left_out in warning
