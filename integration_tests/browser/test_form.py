"""Airbyte's form, filled in by a person: what is asked, what is saved, what is said about a mistake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from platform_form import MASK, Config, Form, fields

from tiktok_simulator.world.model import OPEN_ID
from tiktok_simulator.world.ready_made import BERLIN, LOS_ANGELES, SANDBOX, TOKYO, make_small_world
from tiktok_simulator.world.world import APP_ID, APP_SECRET, OTHER_APP_TOKEN, SANDBOX_TOKEN, TOKEN

# Read at once: the simulator has no quota here.
QUICK = {"requests_per_second": 1000}
PASSED = "All connection tests passed!"
EVERYTHING: Config = {
    "credentials": {"auth_type": "oauth2.0", "app_id": APP_ID, "secret": APP_SECRET, "access_token": TOKEN},
    "advertiser_ids": [TOKYO, LOS_ANGELES],
    "exclude_advertiser_ids": [BERLIN],
    "start_date": "2026-01-01",
    "end_date": "2026-01-31",
    "attribution_window": 28,
    "week_starts_on": "sunday",
    "include_deleted": False,
    "include_leads": True,
    "custom_reports": [
        {"name": "german_ads", "report_type": "basic", "level": "ad", "granularity": "daily",
         "breakdowns": ["country_code"], "metrics": ["spend", "clicks"], "campaign_ids": ["1700000000000001"],
         "ad_group_ids": ["1700000000000002"], "ad_ids": ["1700000000000003"], "status": "STATUS_ALL",
         "buying_types": ["AUCTION"], "start_date": "2026-01-05", "end_date": "2026-01-06", "attribution_window": 7,
         "large": False},
        {"name": "weekly_reach", "level": "campaign", "granularity": "weekly", "metrics": ["campaign_name", "reach"],
         "large": True},
    ],
    "skip_inactive": True,
    "read_every_window": True,
    "concurrency": 4,
    "shard": {"index": 0, "count": 2},
    "max_wait_minutes": 30,
    "stream_groups": ["gmv_max", "organic"],
    "extra_endpoints": [
        {"name": "my_pixels", "path": "pixel/list/", "for_each": "advertiser", "records": "pixels",
         "parameters": [{"name": "order_by", "value": "LATEST_CREATE"}], "key": ["advertiser_id", "pixel_id"],
         "paging": "pages", "page_size": 20},
    ],
    "organic": {"client_id": APP_ID, "client_secret": APP_SECRET, "business_id": OPEN_ID,
                "refresh_token": "refresh-token", "access_token": "access-token",
                "token_expiry_date": "2026-01-02T00:00:00Z"},
    **QUICK,
}  # fmt: skip
# The form sends an object for each object and a list for each list of objects.
EMPTY: Config = {"organic": {}, "shard": {}, "extra_endpoints": []}
BY_TOKEN: Config = {
    "credentials": {"auth_type": "production_access_token", "access_token": TOKEN, "advertiser_ids": [TOKYO]},
    "custom_reports": [
        {"name": "center_days", "report_type": "business_center", "level": "advertiser", "metrics": ["spend"],
         "business_center_id": make_small_world().bc_id},
    ],
    **EMPTY,
}  # fmt: skip
IN_SANDBOX: Config = {
    "credentials": {"auth_type": "sandbox_access_token", "access_token": SANDBOX_TOKEN, "advertiser_id": SANDBOX},
    "custom_reports": [],
    **EMPTY,
}


def paths(value: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from paths(inner, (*above, name))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for inner in value:
            yield from paths(inner, above)
    else:
        yield above


def sign_in(form: Form) -> None:
    form.fill(App_ID=APP_ID, App_Secret=APP_SECRET, Access_Token=TOKEN)


def add_weekly_report(form: Form) -> Form:
    """A custom report whose metrics are still to be chosen."""
    form.unfold("Content")
    report = form.add("Custom Reports")
    report.fill(Name="weekly_reach")
    report.field("Level").select_option("campaign")
    report.field("Granularity").select_option("weekly")
    return report


def test_who_knows_app_id_secret_and_token_saves_the_source_and_edits_it(form: Form) -> None:
    sign_in(form)
    assert form.submit() == PASSED
    (saved,) = form.server.received
    assert saved["credentials"] == EVERYTHING["credentials"]
    form.open(saved)
    assert form.submit() == PASSED
    assert form.server.received == [saved, saved]


def test_at_most_six_inputs_are_shown_at_first(form: Form) -> None:
    assert len(form.inputs) <= 6
    assert {"credentials.app_id", "credentials.secret", "credentials.access_token", "start_date"} <= set(form.inputs)


@pytest.mark.parametrize("saved", [EVERYTHING, BY_TOKEN, IN_SANDBOX], ids=["everything", "token", "sandbox"])
def test_a_saved_source_comes_back_as_it_was(form: Form, saved: Config) -> None:
    form.open(saved)
    assert form.submit() == PASSED
    assert form.server.received == [saved]


def test_the_saved_sources_use_every_option(form: Form) -> None:
    used = {path for saved in (EVERYTHING, BY_TOKEN, IN_SANDBOX) for path in paths(saved)}
    assert {path for path, _ in fields(form.server.spec)} <= used


def test_a_saved_secret_is_not_given_to_the_browser(form: Form) -> None:
    form.open(EVERYTHING)
    shown = form.page.locator("input").evaluate_all("all => all.map(input => input.value)")
    assert MASK in shown
    assert not {TOKEN, APP_SECRET} & set(shown)


def test_a_secret_is_replaced_and_the_others_stay(form: Form) -> None:
    form.open(EVERYTHING)
    form.page.locator("#credentials\\.access_token + button").click()
    form.fill(Access_Token=OTHER_APP_TOKEN)
    assert "that the access token was issued for this very app" in form.submit()
    (sent,) = form.server.received
    assert sent == EVERYTHING | {"credentials": EVERYTHING["credentials"] | {"access_token": OTHER_APP_TOKEN}}


def test_every_option_of_a_custom_report_can_be_entered(form: Form) -> None:
    sign_in(form)
    report = add_weekly_report(form)
    report.field("Remove basic").click()
    report.add_tags("Metrics", "campaign_name", "reach")
    report.unfold("Optional fields")
    report.add_tags("Only These Campaigns", "1700000000000001")
    assert form.submit() == PASSED
    (saved,) = form.server.received
    assert saved["custom_reports"] == [
        {"name": "weekly_reach", "report_type": "basic", "level": "campaign", "granularity": "weekly",
         "metrics": ["campaign_name", "reach"], "campaign_ids": ["1700000000000001"], "large": False}
    ]  # fmt: skip


def test_parameters_of_an_extra_endpoint_can_be_entered(form: Form) -> None:
    sign_in(form)
    form.unfold("Content")
    endpoint = form.add("Extra Endpoints")
    endpoint.fill(Name="my_pixels", Path="pixel/list/", Records="pixels")
    endpoint.unfold("Optional fields")
    endpoint.add("Parameters").fill(Parameter_Name="order_by", Parameter_Value="LATEST_CREATE")
    assert form.submit() == PASSED
    (saved,) = form.server.received
    assert saved["extra_endpoints"][0]["parameters"] == [{"name": "order_by", "value": "LATEST_CREATE"}]


def test_a_missing_token_is_told_beside_its_field(form: Form) -> None:
    form.fill(App_ID=APP_ID, App_Secret=APP_SECRET)
    assert form.submit() == ""
    assert form.mistakes == ["Required"]
    assert form.server.received == []


def test_a_date_of_another_form_is_told_while_it_is_written(form: Form) -> None:
    form.fill(Start_Date="03/15/2026")
    (told,) = form.mistakes
    assert "must match the pattern YYYY-MM-DD" in told
    sign_in(form)
    assert form.submit() == ""
    assert form.server.received == []


def test_a_metric_that_does_not_exist_is_told_in_the_words_of_the_form(form: Form) -> None:
    sign_in(form)
    form.unfold("Content")
    report = form.add("Custom Reports")
    report.fill(Name="weekly_reach")
    report.add_tags("Metrics", "spendd")
    told = form.submit()
    assert form.server.kept is None
    assert 'Custom report 1 "weekly_reach" (custom_reports), Metrics: spendd' in told
    assert "Did you mean spend?" in told


def test_a_field_that_another_sign_in_has_is_not_sent(form: Form) -> None:
    sign_in(form)
    form.field("Sign-in").select_option("Production Access Token")
    form.unfold("Optional fields")
    form.add_tags("Ad Accounts of the Token", TOKYO)
    assert form.submit() == PASSED
    (saved,) = form.server.received
    assert saved["credentials"] == BY_TOKEN["credentials"]
