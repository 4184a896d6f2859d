# ruff: noqa: E501 - the sentences users read stand in one piece
"""Every configuration a user may write: brought into one shape, and every mistake named at once."""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from airbyte_cdk import AirbyteTracedException
from harness import NOW
from rows import SPEC

from source_tiktok_marketing import SourceTiktokMarketing
from source_tiktok_marketing.config.dates import find_zone, parse_day
from source_tiktok_marketing.config.mistakes import find_mistakes, refuse_mistakes
from source_tiktok_marketing.config.normalization import NormalizeConfig
from source_tiktok_marketing.config.unknown_options import warn_of_ignored_options

TODAY = date(2026, 2, 15)
OAUTH = {"auth_type": "oauth2.0", "app_id": "1", "secret": "s", "access_token": "t"}
SANDBOX = {"auth_type": "sandbox_access_token", "advertiser_id": "5", "access_token": "t"}
# Until TikTok says otherwise (test_environments.py).
ONE_ACCOUNT = SANDBOX | {"auth_type": "production_access_token"}
PRODUCTION = {"auth_type": "production_access_token", "advertiser_ids": ["5", "6"], "access_token": "t"}


def normal(config: dict[str, Any]) -> dict[str, Any]:
    copy = deepcopy(config)
    NormalizeConfig({"options": SPEC["properties"]}).transform(copy)
    return copy


def found(config: dict[str, Any]) -> list[str]:
    return find_mistakes(normal(config), SPEC)


@pytest.mark.parametrize(
    ("written", "credentials"),
    [
        ({"credentials": OAUTH}, OAUTH),
        ({"credentials": {key: value for key, value in OAUTH.items() if key != "auth_type"}}, OAUTH),
        ({"credentials": SANDBOX}, SANDBOX),
        ({"credentials": PRODUCTION}, PRODUCTION),
        ({"credentials": PRODUCTION | {"advertiser_ids": "5, 6"}}, PRODUCTION),
        ({"credentials": {"access_token": "t", "advertiser_ids": ["5", "6"]}}, PRODUCTION),
        ({"access_token": "t", "environment": {"app_id": "1", "secret": "s"}}, OAUTH),
        ({"access_token": "t", "environment": {"advertiser_id": "5"}}, ONE_ACCOUNT),
        ({"access_token": "t", "environment": {"advertiser_id": 5}}, ONE_ACCOUNT),
        ({"credentials": {"access_token": "t", "advertiser_id": "5"}}, ONE_ACCOUNT),
    ],
)
def test_each_shape_of_credentials_becomes_one_of_three(written: dict[str, Any], credentials: dict[str, Any]) -> None:
    assert normal(written)["credentials"] == credentials
    assert found(written) == []


def test_what_is_left_out_means_what_the_form_shows() -> None:
    config = normal({"credentials": OAUTH})
    shown = {name: field["default"] for name, field in SPEC["properties"].items() if "default" in field}
    assert {name: config[name] for name in shown} == shown
    assert (config["attribution_window"], config["end_date"]) == (3, "today")


def test_empty_fields_of_a_form_count_as_left_out() -> None:
    blank = {"credentials": OAUTH | {"advertiser_id": ""}, "end_date": " ", "start_date": None, "advertiser_ids": "",
             "organic": {"client_id": " "}, "shard": {"index": None, "count": None}}  # fmt: skip
    assert normal(blank) == normal({"credentials": OAUTH})


def test_blanks_around_what_was_pasted_are_left_out() -> None:
    pasted = {"credentials": {key: f" {value}\n" for key, value in OAUTH.items()}, "start_date": " today ",
              "organic": {"client_id": "1 ", "refresh_token": "\tt"}}  # fmt: skip
    assert normal(pasted)["credentials"] == OAUTH
    assert normal(pasted)["organic"] == {"client_id": "1", "refresh_token": "t"}
    assert normal(pasted)["start_date"] == "today"


def test_an_emptied_tiktok_account_is_none_though_the_form_keeps_when_its_token_ended() -> None:
    emptied = {"credentials": OAUTH, "organic": {"token_expiry_date": "2026-02-16T05:00:00+00:00"}}
    assert found(emptied) == []
    assert "organic" not in normal(emptied)


@pytest.mark.parametrize("retired", ["LIFETIME", "DAY", 30])
def test_a_retired_key_is_ignored_whatever_it_holds(retired: Any) -> None:
    assert normal({"credentials": OAUTH, "report_granularity": retired}) == normal({"credentials": OAUTH})


def test_the_users_own_configuration_is_left_as_it_was() -> None:
    written = {"credentials": {"access_token": "t", "advertiser_ids": "5,6"}, "advertiser_ids": "5"}
    before = deepcopy(written)
    SourceTiktokMarketing(config=written)
    assert written == before


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-01-05", date(2026, 1, 5)),
        ("2026-01-05T13:00:00Z", date(2026, 1, 5)),
        ("2026-01-05 23:59:59", date(2026, 1, 5)),
        ("today", TODAY),
        (" Yesterday ", date(2026, 2, 14)),
        ("today-7", date(2026, 2, 8)),
        ("today - 0", TODAY),
        ("46", date(2025, 12, 31)),
    ],
)
def test_a_day_may_be_absolute_or_relative(text: str, day: date) -> None:
    assert parse_day(text, TODAY) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "0026-01-15",
        "1999-12-31",
        "05.01.2026",
        "2026-13-01",
        "2026-02-30",
        "20260105",
        "today+1",
        "-3",
        "1e3",
    ],
)
def test_anything_else_is_no_day(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_day(text, TODAY)


@pytest.mark.parametrize(
    ("change", "place", "advice"),
    [
        ({"start_date": "05.01.2026"}, "Start Date (start_date)", "YYYY-MM-DD"),
        ({"end_date": "2026-02-30"}, "End Date (end_date)", "YYYY-MM-DD"),
        ({"start_date": ["2026"]}, "Start Date (start_date)", "must be text"),
        ({"start_date": "2026-02-01", "end_date": "2026-01-31"}, "End Date (end_date)", "before Start Date"),
        ({"start_date": "2027-01-01"}, "Start Date (start_date)", "in the future"),
        ({"start_date": "9999-12-31"}, "Start Date (start_date)", "in the future"),
        ({"attribution_window": 365}, "Attribution Window (attribution_window)", "from 0 to 364"),
        ({"attribution_window": -1}, "Attribution Window (attribution_window)", "from 0 to 364"),
        ({"attribution_window": "7"}, "Attribution Window (attribution_window)", "a whole number, without quotes"),
        ({"include_deleted": "yes"}, "Include Deleted (include_deleted)", "must be true or false"),
        ({"week_starts_on": "friday"}, "Week Starts On (week_starts_on)", "Choose monday or sunday."),
        ({"advertiser_ids": ["5", "12ab"]}, "Advertiser IDs (advertiser_ids), entry 2", "'12ab' is not a valid ID, which has digits only."),
        ({"advertiser_ids": ["1"], "exclude_advertiser_ids": "1"},
         "Excluded Advertiser IDs (exclude_advertiser_ids)", "excludes every chosen"),
        ({"requests_per_second": 0}, "Requests per Second (requests_per_second)", "from 0.1 to 1000"),
        ({"requests_per_second": "10"}, "Requests per Second (requests_per_second)", "must be a number"),
        ({"concurrency": 1}, "Concurrency (concurrency)", "from 2 to 40"),
        ({"concurrency": 41}, "Concurrency (concurrency)", "from 2 to 40"),
        ({"concurrency": "many"}, "Concurrency (concurrency)", "must be a whole number"),
        ({"stream_groups": ["organic"]}, "Stream Groups (stream_groups)", "need a TikTok account"),
        ({"stream_groups": ["lead"]}, "Stream Groups (stream_groups), entry 1", "'lead' is not known. Did you mean leads? Choose "),
        ({"shard": {"index": 3, "count": 3}}, "Number of This Worker (shard.index)", "numbered 0 to 2"),
        ({"shard": {"index": 0, "count": 0}}, "Number of Workers (shard.count)", "from 1 to 1000"),
        ({"shard": {"index": -1, "count": 3}}, "Number of This Worker (shard.index)", "from 0 to 999"),
        ({"shard": {"index": 1}}, "Number of Workers (shard.count)", "Enter how many workers there are"),
        ({"shard": {"index": "1", "count": 3}}, "Number of This Worker (shard.index)", "must be a whole number"),
        ({"shard": "1 of 3"}, "Shard (shard)", "must be an object"),
        ({"credentials": {}}, "Sign-in (credentials)", "is missing. Choose how to sign in: OAuth (oauth2.0)"),
        ({"credentials": {"auth_type": "password"}}, "Sign-in (credentials)", "auth_type 'password' is not known. Choose"),
        ({"credentials": {"auth_type": "oauth"}}, "Sign-in (credentials)", "'oauth' is not known. Did you mean oauth2.0?"),
        ({"credentials": {"auth_type": ["oauth2.0"]}}, "Sign-in (credentials)", "is not known. Choose"),
        ({"credentials": {}, "access_token": "t", "app_id": "1", "secret": "s"},
         "Sign-in (credentials)", "Put them in here, together with Access Token"),
        ({"credentials": {"access_token": "t"}}, "Sign-in (credentials)", "Add App ID and App Secret"),
        ({"credentials": OAUTH | {"secret": " "}}, "App Secret (credentials.secret)", "Paste the secret"),
        ({"credentials": PRODUCTION | {"advertiser_ids": []}}, "Advertiser IDs (advertiser_ids)", "list them"),
        ({"credentials": SANDBOX | {"advertiser_id": "x"}},
         "Sandbox Advertiser ID (credentials.advertiser_id)", "is not a valid ID, which has digits only."),
        ({"organic": {"refresh_token": "t", "client_id": "1", "client_secret": "s"}},
         "TikTok Account ID (organic.business_id)", "Paste the open_id"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_as_the_form_names_the_field_with_a_remedy(
    change: dict[str, Any], place: str, advice: str
) -> None:
    (mistake,) = found({"credentials": OAUTH} | change)
    assert mistake.startswith(f"{place}: ")
    assert advice in mistake


@pytest.mark.parametrize(
    "half_filled",
    [{"credentials": {"auth_type": "oauth2.0"}}, {"credentials": OAUTH, "organic": {"access_token": "t"}}],
    ids=["three of four fields", "four of five fields"],
)
def test_each_missing_field_is_told_once(half_filled: dict[str, Any]) -> None:
    told = found(half_filled)
    assert len(told) == len(set(told)) == (3 if "organic" not in half_filled else 4)


def test_all_mistakes_are_named_at_once() -> None:
    wrong = {"credentials": {"auth_type": "oauth2.0"}, "start_date": "x", "end_date": "y", "attribution_window": 999,
             "include_deleted": 1, "advertiser_ids": "a,b"}  # fmt: skip
    fields = [re.findall(r"\((\S+)\)", mistake)[0] for mistake in found(wrong)]
    assert sorted(fields) == ["advertiser_ids", "advertiser_ids", "attribution_window", "credentials.access_token",
                              "credentials.app_id", "credentials.secret", "end_date", "include_deleted",
                              "start_date"]  # fmt: skip


def test_mistakes_are_numbered_as_the_form_shows_them_all_in_one_line() -> None:
    with pytest.raises(AirbyteTracedException) as refused:
        refuse_mistakes(normal({"credentials": OAUTH, "start_date": "x", "include_deleted": 1}), SPEC)
    first, *lines = str(refused.value.message).splitlines()
    assert first == "The configuration has 2 mistakes:"
    assert [line[:3] for line in lines] == ["1) ", "2) "]


def test_a_mistake_never_repeats_a_secret() -> None:
    told = " ".join(found({"credentials": OAUTH | {"access_token": ["hush-hush"], "secret": 12345}}))
    assert "hush-hush" not in told
    assert "12345" not in told


@pytest.mark.parametrize("unknown", [{"colour": "blue"}, {"concurrency_level": 20}])
def test_unknown_options_are_allowed(unknown: dict[str, Any]) -> None:
    assert found({"credentials": OAUTH} | unknown) == []


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"strat_date": "today"}, ["strat_date in the configuration is ignored: no field has that name. Did you mean start_date?"]),
        ({"advertiser_id": "5"}, ["advertiser_id in the configuration is ignored: no field has that name. Did you mean advertiser_ids?"]),
        ({"colour": "blue"}, ["colour in the configuration is ignored: no field has that name."]),
        ({"shard": {"index": 0, "count": 1, "cuont": 2}}, ["shard.cuont in the configuration is ignored: no field has that name. Did you mean count?"]),
        ({"credentials": OAUTH | {"advertiser_idd": "5"}}, ["credentials.advertiser_idd in the configuration is ignored: no field has that name. Did you mean advertiser_id?"]),
        ({"strat_date": "", "report_granularity": "DAY", "concurrency_level": 3, "__injected": {}, "access_token": "t", "environment": {}}, []),
    ],
)  # fmt: skip
def test_a_key_that_is_ignored_is_told_with_what_was_meant(
    written: dict[str, Any], told: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    warn_of_ignored_options(normal({"credentials": OAUTH} | written))
    assert [record.getMessage() for record in caplog.records] == told


def test_report_days_span_the_days_of_the_whole_earth() -> None:
    assert NOW.isoformat().startswith("2026-02-15T05:00")
    days = normal({"credentials": OAUTH, "start_date": "today", "week_starts_on": "sunday"})["prepared"]["days"]
    assert (days["from"], days["until"]) == ("2026-02-14", "2026-02-15")
    assert (days["week_from"], days["week_until"]) == ("2026-02-08", "2026-02-22")
    assert (days["month_from"], days["month_until"]) == ("2026-02-01", "2026-03-01")


@pytest.mark.parametrize(
    ("names", "offset"),
    [(("Asia/Tokyo", "Etc/GMT-9"), 9), ((None, "Etc/GMT+8"), -8), (("nowhere", ""), 0), ((), 0)],
)
def test_the_zone_is_the_display_timezone_or_tiktoks_own_spelling_or_utc(names: tuple[str, ...], offset: int) -> None:
    difference = find_zone(*names).utcoffset(NOW.replace(tzinfo=None))
    assert difference is not None
    assert difference.total_seconds() == offset * 3600
