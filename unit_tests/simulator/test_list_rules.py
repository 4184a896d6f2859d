"""What TikTok refuses when creatives, events, comments and rules are asked for."""

from __future__ import annotations

from typing import Any

import pytest

from tiktok_simulator import World
from tiktok_simulator.lists import lists, rows_of
from tiktok_simulator.worlds import LOS_ANGELES, TOKYO

from .asking import Client

Asked = dict[str, Any]
TODAY = "2026-03-01"
DAYS = {"start_time": "2026-01-01", "end_time": "2026-01-31"}


def ids(world: World, kind: str, count: int) -> list[str]:
    return [item.id for item in world.entities(kind, TOKYO) if not item.deleted][:count]


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


@pytest.mark.parametrize(("path", "asked", "message", "neighbour"), RULES)
def test_a_rule_refuses_what_breaks_it_and_lets_its_neighbour_pass(
    client: Client, path: str, asked: Asked, message: str, neighbour: Asked
) -> None:
    code, words = client.refusal(path, advertiser_id=TOKYO, **asked)
    assert (code, words[: len(message)]) == (40002, message)
    accepted(client, path, **neighbour)


def test_reviews_come_for_twenty_ad_groups_at_most(client: Client, world: World) -> None:
    groups = ids(world, "adgroup", 3)
    found = accepted(client, "/adgroup/review_info/", adgroup_ids=groups)
    assert sorted(found["ad_group_review_map"]) == sorted(groups)
    _, words = client.refusal("/adgroup/review_info/", advertiser_id=TOKYO, adgroup_ids=groups * 7)
    assert words == "adgroup_ids: Must be at most 20."


@pytest.mark.parametrize("path", ["/report/video_performance/get/", "/report/ad_benchmark/get/"])
def test_ads_are_named_in_one_way_alone(client: Client, world: World, path: str) -> None:
    more = {"dimensions": ["LOCATION"]} if "benchmark" in path else {}
    ads = {"ad_ids": ids(world, "ad", 2)}
    accepted(client, path, filtering=ads, **more)
    for filtering in ({"lifetime": True} if not more else {}, ads | {"campaign_ids": ids(world, "campaign", 1)}):
        code, _ = client.refusal(path, advertiser_id=TOKYO, filtering=filtering, **more)
        assert code == 40002


def test_fatigue_is_told_of_the_last_sixty_days_up_to_the_day_before_the_end(client: Client, world: World) -> None:
    (ad,) = ids(world, "ad", 1)
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
        return str(rows_of(world, lists()[path], {"advertiser_id": account}, None)[0][member])

    pixel, app = of(LOS_ANGELES, "/pixel/list/", "pixel_id"), of(LOS_ANGELES, "/app/list/", "app_id")
    group = world.entities("adgroup", LOS_ANGELES)[0].id
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
    app = rows_of(world, lists()["/app/list/"], {"advertiser_id": TOKYO}, None)[0]["app_id"]
    accepted(client, "/custom_conversion/list/", event_source_type="APP", event_source_id=app)
    client.refusal(
        "/custom_conversion/list/", advertiser_id=TOKYO, event_source_type="PIXEL", event_source_id=app
    )  # fmt: skip


def test_a_rule_has_its_own_runs_only(client: Client, world: World) -> None:
    first, second, *_ = rows_of(world, lists()["/optimizer/rule/result/list/"], {"advertiser_id": TOKYO}, None)
    run = {"rule_id": first["rule_id"], "exec_id": first["last_check_result_summary"]["task_exec_id"]}
    assert accepted(client, "/optimizer/rule/result/get/", result_detail=[run])["result_details"]
    code, _ = client.refusal(
        "/optimizer/rule/result/get/", advertiser_id=TOKYO, result_detail=[run | {"rule_id": second["rule_id"]}]
    )
    assert code == 40002


def test_the_list_of_rules_does_not_say_how_many_there_are(client: Client) -> None:
    assert set(accepted(client, "/optimizer/rule/list/", page=1, page_size=2)) == {"rules"}
