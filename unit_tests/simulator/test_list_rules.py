"""What TikTok refuses when creatives, events, comments and rules are asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tiktok_simulator import World
from tiktok_simulator.endpoints.lists import tables
from tiktok_simulator.endpoints.lists.listed import read_lists
from tiktok_simulator.endpoints.lists.tables import list_everything, make_rows
from tiktok_simulator.world.ready_made import LOS_ANGELES, TOKYO
from tiktok_simulator.world.world import BC_ID

from .asking import Client

Asked = dict[str, Any]
TODAY, DAY = "2026-03-01", date(2026, 3, 1)
DAYS = {"start_time": "2026-01-01", "end_time": "2026-01-31"}


OWNED, SHARED = "OWNED_BY_CURRENT_BUSINESS_CENTER", "SHARED_BY_OTHER_BUSINESS_CENTER"
DAYS_OF_PAYMENTS = {"start_time": "2026-01-01 00:00:00", "end_time": "2026-01-03 23:59:59"}


def plain(world: World, count: int) -> list[str]:
    """Ads that are no Upgraded Smart+ ads."""
    every = (item for item in world.list_entities("ad", TOKYO) if not item.deleted)
    return [item.id for item in every if item.row["campaign_automation_type"] == "MANUAL"][:count]


def ids(world: World, kind: str, count: int) -> list[str]:
    return [item.id for item in world.list_entities(kind, TOKYO) if not item.deleted][:count]


def accepted(client: Client, path: str, **asked: Any) -> dict[str, Any]:
    body = client.get(path, **{"advertiser_id": TOKYO, **asked})
    assert body["code"] == 0, body["message"]
    return dict(body["data"])


# path, what is refused, the message's beginning, and a neighbour that is accepted
RULES: list[tuple[str, Asked, str, Asked]] = [
    ("/identity/get/", {"identity_type": "BC_AUTH_TT"}, "identity_authorized_bc_id: Required",
     {"identity_type": "BC_AUTH_TT", "identity_authorized_bc_id": "7"}),
    ("/identity/get/", {"page_size": 101}, "page_size: Must be at most 100", {"page_size": 100}),
    ("/tt_video/list/", {"page_size": 51}, "page_size: Must be at most 50", {"page_size": 50}),
    ("/tt_video/list/", {"item_types": ["PHOTO"]}, "item_types: Must be one of", {"item_types": ["VIDEO"]}),
    ("/playable/get/", {"page_size": 101}, "page_size: Must be at most 100", {"page_size": 100}),
    ("/tool/content_exclusion/get/", {"objective_type": "TRAFFIC"}, "objective_type: Must be one of",
     {"objective_type": "ENGAGEMENT"}),
    ("/tool/contextual_tag/get/", {"objective_type": "REACH", "rf_campaign_type": "PULSE"},
     "rf_campaign_type: Do not pass", {"objective_type": "RF_REACH", "rf_campaign_type": "PULSE"}),
    ("/playable/get/", {"operation_status": "GONE"}, "operation_status: Must be one of",
     {"operation_status": "DELETED"}),
    ("/creative/auto_message/get/", {}, "Missing required field(s): auto_message_type",
     {"auto_message_type": "WELCOME_MESSAGE"}),
    ("/creative/report/get/", {"material_type": "IMAGE"}, "Missing required field(s): start_date",
     {"material_type": "IMAGE", "start_date": TODAY, "end_date": TODAY}),
    ("/pixel/instant_page/event/", {"objective_type": "REACH", "optimization_goal": "CONVERT"},
     "objective_type: REACH is not known", {"objective_type": "WEB_CONVERSIONS", "optimization_goal": "CONVERT"}),
    ("/blockedword/list/", {"page_info": {"page": 1, "page_size": 501}}, "page_info: page must be",
     {"page_info": {"page": 1, "page_size": 500}}),
    ("/campaign_label/get/", {"campaign_label_types": ["OTHER"]}, "campaign_label_types: Must be one of",
     {"campaign_label_types": ["GENERAL"]}),
    ("/optimizer/rule/list/", {"filtering": {"status": "PAUSED"}}, "status: Must be one of",
     {"filtering": {"status": "ON"}}),
]  # fmt: skip
CENTER_RULES: list[tuple[str, Asked, str, Asked]] = [
    ("/bc/asset/get/", {"asset_type": "BC_AUTH_TT"}, "asset_type: Must be one of", {"asset_type": "TT_ACCOUNT"}),
    ("/bc/asset/admin/get/", {"asset_type": "BC_AUTH_TT"}, "asset_type: Must be one of", {"asset_type": "PIXEL"}),
    ("/bc/invoice/get/", {"invoice_types": ["RECON", "AUTO_PAY"]}, "invoice_types: AUTO_PAY cannot be used",
     {"invoice_types": ["AUTO_PAY"]}),
    ("/bc/account/transaction/get/",
     {"transaction_level": "BC", "filtering": {"owner_of_account": [OWNED], **DAYS_OF_PAYMENTS}},
     "filtering.owner_of_account: Valid only",
     {"transaction_level": "BC", "filtering": DAYS_OF_PAYMENTS}),
    ("/bc/account/transaction/get/", {"filtering": {"account_ids": ["1"] * 101, **DAYS_OF_PAYMENTS}},
     "account_ids: Must be at most 100", {"filtering": {"owner_of_account": [SHARED], **DAYS_OF_PAYMENTS}}),
]  # fmt: skip
OF_ACCOUNT, OF_CENTER = {"advertiser_id": TOKYO}, {"bc_id": BC_ID}


@pytest.mark.parametrize(
    ("owner", "path", "asked", "message", "neighbour"),
    [*((OF_ACCOUNT, *rule) for rule in RULES), *((OF_CENTER, *rule) for rule in CENTER_RULES)],
)
def test_a_rule_refuses_what_breaks_it_and_lets_its_neighbour_pass(
    client: Client, owner: Asked, path: str, asked: Asked, message: str, neighbour: Asked
) -> None:
    code, words = client.refusal(path, **owner, **asked)
    assert (code, words[: len(message)]) == (40002, message)
    answer = client.get(path, **owner, **neighbour)
    assert answer["code"] == 0, answer["message"]


def test_reviews_come_for_twenty_ad_groups_at_most(client: Client, world: World) -> None:
    groups = ids(world, "adgroup", 3)
    found = accepted(client, "/adgroup/review_info/", adgroup_ids=groups)
    assert sorted(found["ad_group_review_map"]) == sorted(groups)
    _, words = client.refusal("/adgroup/review_info/", advertiser_id=TOKYO, adgroup_ids=groups * 7)
    assert words == "adgroup_ids: Must be at most 20."


@pytest.mark.parametrize("path", ["/report/video_performance/get/", "/report/ad_benchmark/get/"])
def test_ads_are_named_in_one_way_alone(client: Client, world: World, path: str) -> None:
    more = {"dimensions": ["LOCATION"]} if "benchmark" in path else {}
    ads = {"ad_ids": plain(world, 2)}
    accepted(client, path, filtering=ads, **more)
    for filtering in ({"lifetime": True} if not more else {}, ads | {"campaign_ids": ids(world, "campaign", 1)}):
        code, _ = client.refusal(path, advertiser_id=TOKYO, filtering=filtering, **more)
        assert code == 40002


def test_fatigue_is_told_of_the_last_sixty_days_up_to_the_day_before_the_end(client: Client, world: World) -> None:
    (ad,) = plain(world, 1)
    path = "/creative_fatigue/get/"
    days = {"start_date": "2026-02-26", "end_date": TODAY}
    found = accepted(client, path, ad_id=ad, filtering=days)
    assert [row["date"] for row in found["list"]] == ["2026-02-26", "2026-02-27", "2026-02-28"]
    for changed in ({"start_date": "2025-12-30"}, {"end_date": "2026-03-03"}, {"start_date": "2026-03-01"}):
        code, _ = client.refusal(path, advertiser_id=TOKYO, ad_id=ad, filtering=days | changed)
        assert code == 40002


def test_a_creative_report_has_the_fields_that_were_asked_for(client: Client) -> None:
    days = {"start_date": TODAY, "end_date": TODAY, "material_type": "VIDEO"}
    (row, *_) = accepted(client, "/creative/report/get/", **days)["list"]
    assert set(row["metrics"]) == {"impressions", "spend"}
    (row, *_) = accepted(client, "/creative/report/get/", **days, info_fields=["material_id"], metrics_fields=["ctr"])[
        "list"
    ]
    assert (set(row["info"]), set(row["metrics"])) == ({"material_id"}, {"ctr"})


def test_an_account_has_only_its_own_pixels_apps_and_ad_groups(client: Client, world: World) -> None:
    def of(account: str, path: str, member: str) -> str:
        return str(make_rows(world, read_lists()[path], {"advertiser_id": account}, None)[0][member])

    pixel, app = of(LOS_ANGELES, "/pixel/list/", "pixel_id"), of(LOS_ANGELES, "/app/list/", "app_id")
    group = world.list_entities("adgroup", LOS_ANGELES)[0].id
    for path, asked in (
        ("/custom_conversion/list/", {"event_source_type": "PIXEL", "event_source_id": pixel}),
        ("/custom_conversion/list/", {"event_source_type": "PIXEL", "event_source_id": app}),
        ("/app/optimization_event/retargeting/", {"app_id": app}),
        ("/comment/list/", {"search_field": "ADGROUP_ID", "search_value": group, **DAYS}),
        ("/search_ad/negative_keyword/get/", {"object_type": "ADGROUP", "object_id": group}),
    ):
        code, words = client.refusal(path, advertiser_id=TOKYO, **asked)
        assert (code, words.endswith("is not known here.")) == (40002, True)


def test_a_source_of_events_is_one_of_its_type(client: Client, world: World) -> None:
    path, apps = (
        "/custom_conversion/list/",
        make_rows(world, read_lists()["/app/list/"], {"advertiser_id": TOKYO}, None),
    )
    (app, *_) = [row for row in apps if row["self_attribution_enabled"]]
    (other, *_) = [row for row in apps if not row["self_attribution_enabled"]]
    accepted(client, path, event_source_type="APP", event_source_id=app["app_platform_id"])
    for kind, source in (
        ("PIXEL", app["app_platform_id"]), ("APP", app["app_id"]), ("APP", other["app_platform_id"])
    ):  # fmt: skip
        client.refusal(path, advertiser_id=TOKYO, event_source_type=kind, event_source_id=source)


def test_more_than_two_hundred_shared_accounts_have_to_be_named(client: Client, world: World) -> None:
    world.list_sizes["/bc/asset/get/"] = 201
    path, shared = "/bc/account/transaction/get/", {"owner_of_account": [SHARED], **DAYS_OF_PAYMENTS}
    code, words = client.refusal(path, bc_id=BC_ID, filtering=shared)
    assert (code, "needs account_ids" in words) == (40002, True)
    assets = make_rows(world, read_lists()["/bc/asset/get/"], {"bc_id": BC_ID, "asset_type": "ADVERTISER"}, None)
    ours = [row["asset_id"] for row in assets if row["advertiser_role"] == "ADMIN"]
    found = client.get(path, bc_id=BC_ID, filtering=shared | {"account_ids": ours[:2]})["data"]["transaction_list"]
    assert {row["account_id"] for row in found} == set(ours[:2])


def test_an_ordinary_business_centre_has_no_list_of_transfers(client: Client, world: World) -> None:
    path, days = "/advertiser/transaction/get/", {"start_date": TODAY, "end_date": TODAY}
    asked = {"bc_id": BC_ID, "filtering": {"transfer_type": "TRANS_TYPE_TAX", **days}}
    assert client.get(path, **asked)["code"] == 0
    world.bc_type = "NORMAL"
    assert client.refusal(path, **asked) == (40002, "bc_id: The type of the Business Center must not be NORMAL.")


def test_the_seconds_of_an_ad_have_fewer_figures_than_those_of_its_video(client: Client, world: World) -> None:
    path, (ad,) = "/report/video_performance/get/", plain(world, 1)
    video = next(item.row["video_id"] for item in world.list_entities("ad", TOKYO) if item.id == ad)
    code, words = client.refusal(path, advertiser_id=TOKYO, filtering={"ad_ids": [ad]}, metrics_fields=["retain"])
    assert (code, words) == (40002, "metrics_fields: retain is not supported when report_type is AD.")
    (row,) = accepted(client, path, filtering={"ad_ids": [ad]})["list"]
    assert (row["info"]["ad_id"], "retain" in row["metrics"], len(row["metrics"])) == (ad, False, 8)
    (row,) = accepted(client, path, report_type="VIDEO", filtering={"video_ids": [video]})["list"]
    assert (row["info"]["video_id"], "ad_id" in row["info"], len(row["metrics"])) == (video, False, 14)
    client.refusal(path, advertiser_id=TOKYO, report_type="VIDEO", filtering={"ad_ids": [ad]})


def test_industries_are_told_for_two_kinds_of_inventory_only(client: Client) -> None:
    path = "/tool/content_exclusion/get/"
    assert accepted(client, path, objective_type="REACH")["vertical_sensitivity_list"] is None
    found = accepted(client, path, objective_type="REACH", brand_safety_type="LIMITED_INVENTORY")
    assert found["vertical_sensitivity_list"] and found["excluded_category_list"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/report/video_performance/get/", "ad"), ("/report/ad_benchmark/get/", "ad"), ("/creative_fatigue/get/", "ad"),
     ("/tool/diagnosis/get/", "adgroup")],
)  # fmt: skip
def test_what_is_upgraded_smart_plus_has_no_insights(client: Client, world: World, path: str, kind: str) -> None:
    upgraded = next(
        item.id
        for item in world.list_entities(kind, TOKYO)
        if item.row["campaign_automation_type"] == "UPGRADED_SMART_PLUS"
    )
    named: Asked = {"filtering": {f"{kind}_ids": [upgraded]}}
    if "fatigue" in path:
        named = {"ad_id": upgraded, "filtering": {"start_date": "2026-02-26", "end_date": TODAY}}
    more = {"dimensions": ["LOCATION"]} if "benchmark" in path else {}
    _, words = client.refusal(path, advertiser_id=TOKYO, **named, **more)
    assert words.endswith(f"{upgraded} is not known here.")


def test_only_campaigns_for_products_have_sessions(client: Client, world: World) -> None:
    path, listed = "/campaign/gmv_max/session/list/", read_lists()["/gmv_max/campaign/get/"]
    for kind, code in (("PRODUCT_GMV_MAX", 0), ("LIVE_GMV_MAX", 40002)):
        owners = {"advertiser_id": TOKYO, "filtering.gmv_max_promotion_types": kind}
        campaign = make_rows(world, listed, owners, None)[0]["campaign_id"]
        assert client.get(path, advertiser_id=TOKYO, campaign_id=campaign)["code"] == code


def test_the_log_of_an_audience_is_its_creators(client: Client, world: World) -> None:
    path, audiences = "/dmp/custom_audience/apply/log/", world.list_entities("audience", TOKYO)
    for item in audiences:
        code = client.get(path, advertiser_id=TOKYO, custom_audience_ids=[item.id])["code"]
        assert code == (0 if item.row["is_creator"] else 40002)
    assert {item.row["is_creator"] for item in audiences} == {True, False}


def test_a_rule_has_its_own_runs_only(client: Client, world: World) -> None:
    first, second, *_ = make_rows(world, read_lists()["/optimizer/rule/result/list/"], {"advertiser_id": TOKYO}, None)
    run = {"rule_id": first["rule_id"], "exec_id": first["last_check_result_summary"]["task_exec_id"]}
    assert accepted(client, "/optimizer/rule/result/get/", result_detail=[run])["result_details"]
    code, _ = client.refusal(
        "/optimizer/rule/result/get/", advertiser_id=TOKYO, result_detail=[run | {"rule_id": second["rule_id"]}]
    )
    assert code == 40002


def test_the_list_of_rules_does_not_say_how_many_there_are(client: Client) -> None:
    assert set(accepted(client, "/optimizer/rule/list/", page=1, page_size=2)) == {"rules"}


def test_the_members_of_a_record_go_together_where_a_list_is_narrowed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`?field:!VALUE` in the owners of lists.csv, with a second owner out of the same list."""
    path, source, known = "/tt_video/list/", "/identity/get/", read_lists()
    every = [row for _, row in list_everything(world, source, DAY, DAY)]
    out = every[0]["username"]
    owners = {"advertiser_id": "", "identity_id": f"{source}:identity_id?username:!{out}",
              "username": f"{source}:username"}  # fmt: skip
    monkeypatch.setattr(tables, "read_lists", lambda: {**known, path: replace(known[path], owners=owners)})
    found = {(each["identity_id"], each["username"]) for each, _ in list_everything(world, path, DAY, DAY)}
    assert found == {(row["identity_id"], row["username"]) for row in every if row["username"] != out}
