"""What campaigns, ad groups and ads are: their switches, creatives, landing pages, budgets and history."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import pytest
from warehouses import Built, build, selected

URL = "https://shop.example/sale?utm_source=tiktok&xutm_medium=no&utm_medium=paid%20social&utm_campaign=__CAMPAIGN_NAME__#utm_term=no"
CAMPAIGN = "campaign_name = 'Shop sales' and advertiser_id = '7002238017842750001'"


@pytest.fixture
def joined(changed: Callable[..., Built]) -> Built:
    """A few ads of which each has something of its own."""
    name = "update ads set {} where campaign_name = '{}'".format
    return changed(
        name("video_id = (select min(video_id) from creative_assets_videos)", "Big night"),
        name("video_id = null, image_ids = json_array((select min(image_id) from creative_assets_images), 'x')",
             "App installs"),
        name("tiktok_item_id = 'post'", "Summer traffic"),
        name("video_id = null, image_ids = 'null'", "Reserved reach"),
        name(f"landing_page_url = '{URL}'", "Shop sales"),
        f"update campaigns set operation_status = 'DISABLE' where {CAMPAIGN}",
        "delete from ad_groups where campaign_name = 'Big night'",
        "update campaigns set budget_mode = 'BUDGET_MODE_TOTAL', budget = 1000 where campaign_name = 'Big night'",
        verb="run",
    )  # fmt: skip


def test_lookups_join_creatives_pages_switches_and_budgets(joined: Built) -> None:
    assert joined.failed == [], joined.printed
    creatives = """
        select distinct creative_type, creative_id like '["ad-site%', cover_url is not null
        from marts.tiktok_meta_ad where campaign_name = '{}'
    """
    assert joined.rows(creatives.format("Big night")) == [("video", False, True)]
    assert joined.rows(creatives.format("App installs")) == [("images", True, True)]
    assert joined.rows(creatives.format("Summer traffic")) == [("post", False, True)]
    assert joined.rows(creatives.format("Reserved reach")) == [("ad", False, False)]
    page = "landing_page, utm_source, utm_medium, utm_campaign, utm_content, utm_term"
    found = ("https://shop.example/sale", "tiktok", "paid%20social", "__CAMPAIGN_NAME__", None, None)
    for model in ("tiktok_meta_ad", "tiktok__landing_page_daily"):
        assert joined.rows(f"select distinct {page} from marts.{model} where campaign_name = 'Shop sales'") == [found]
    first = "creative_id = (select min(video_id) from creative_assets_videos)"
    video = f"from marts.tiktok__creative_daily where creative_type = 'video' and {first} and cover_url is not null"
    assert joined.rows(f"select count(distinct creative_id), max(ads) > 1 {video}") == [(1, True)]


def test_an_ad_is_on_when_its_own_switch_and_its_parents_are(joined: Built) -> None:
    is_on = "select distinct is_on from marts.{} where {}".format
    for model in ("tiktok_meta_campaign", "tiktok_meta_adgroup", "tiktok_meta_ad"):
        assert joined.rows(is_on(model, CAMPAIGN)) == [(False,)]
        assert joined.rows(is_on(model, "campaign_name = 'App installs'")) == [(True,)]
    assert joined.rows(is_on("tiktok_meta_ad", "campaign_name = 'Big night'")) == [(None,)]


def test_a_budget_is_of_a_day_or_in_total_and_of_a_campaign_or_an_ad_group(joined: Built) -> None:
    used = """
        select distinct budget_of, budget_mode, round(budget_used, 6) = round(100 * {} / budget, 6)
        from marts.tiktok__pacing_daily where campaign_name = '{}'
    """
    assert joined.rows(used.format("spend_to_date", "Big night")) == [("campaign", "BUDGET_MODE_TOTAL", True)]
    assert joined.rows(used.format("spend", "Shop sales")) == [("ad group", "BUDGET_MODE_DAY", True)]


def test_history_keeps_what_was_changed(changed: Callable[..., Built]) -> None:
    only = "+tiktok_history_campaigns"
    first = changed(select=only)
    with duckdb.connect(first.path) as connection:
        connection.execute(f"update campaigns set budget = 70 where {CAMPAIGN}")
    second = build(first.path, "build", *selected(only))
    kept = (
        f"select budget, dbt_valid_to is null from marts_history.tiktok_history_campaigns where {CAMPAIGN} order by 2"
    )
    assert [(float(budget), now) for budget, now in second.rows(kept)] == [(0.0, False), (70.0, True)]
