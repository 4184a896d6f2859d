"""The marts' figures are those of the tables, to the cent, and the composites are TikTok's before it rounds them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from warehouses import Built

MARTS = {
    "tiktok__account_daily": "advertisers_reports_daily",
    "tiktok__campaign_daily": "campaigns_reports_daily",
    "tiktok__ad_group_daily": "ad_groups_reports_daily",
    "tiktok__ad_daily": "ads_reports_daily",
    "tiktok__creative_daily": "ads_reports_daily",
    "tiktok__landing_page_daily": "ads_reports_daily",
    "tiktok__country_daily": "ads_reports_by_country_daily",
    "tiktok__age_gender_daily": "ads_audience_reports_daily",
    "tiktok__hour_of_day": "campaigns_reports_hourly",
    "tiktok__pacing_daily": "ad_groups_reports_daily",
}
MEASURED = [mart for mart in MARTS if mart != "tiktok__pacing_daily"]
VIEWS = ["ad", "adgroup", "campaign"]
SUMS = "sum(impressions), sum(clicks), sum(conversion), sum(video_views_p100)"


def totals(built: Built, table: str, columns: str) -> list[tuple[object, ...]]:
    return built.rows(f"select advertiser_id, {columns} from {table} group by 1 order by 1")


@pytest.mark.parametrize("mart", MARTS)
def test_the_spend_of_a_mart_is_that_of_its_table(built: Built, mart: str) -> None:
    found = totals(built, f"marts.{mart}", "sum(spend)")
    assert found == totals(built, MARTS[mart], "sum(spend)")
    assert len(found) == 3


@pytest.mark.parametrize("mart", MEASURED)
def test_so_are_its_other_measures(built: Built, mart: str) -> None:
    assert totals(built, f"marts.{mart}", SUMS) == totals(built, MARTS[mart], SUMS)


def test_rows_that_are_there_twice_and_in_older_versions_change_nothing(
    built: Built, changed: Callable[..., Built]
) -> None:
    earlier = "_airbyte_extracted_at - interval 1 day as _airbyte_extracted_at"
    reports = set(MARTS.values())
    appended = changed(
        *(f"insert into {table} from {table}" for table in [*reports, "advertisers", "campaigns"]),
        *(f"insert into {table} select * replace (spend / 2 as spend, {earlier}) from {table}" for table in reports),
        f"insert into ads select * replace ('old' as ad_name, {earlier}) from ads",
    )
    assert appended.failed == [], appended.printed
    for mart in MARTS:
        everything = f"select * from marts.{mart} order by all"
        assert appended.rows(everything) == built.rows(everything)


@pytest.mark.parametrize(
    ("composite", "theirs", "half_a_digit"),
    [("ctr", "ctr", 0.005), ("cpc", "cpc", 0.005), ("cpm", "cpm", 0.005), ("cpa", "cost_per_conversion", 0.005),
     ("frequency", "frequency", 0.005)],
)  # fmt: skip
def test_a_composite_is_tiktoks_own_before_it_is_rounded(
    built: Built, composite: str, theirs: str, half_a_digit: float
) -> None:
    compared = f"""
        select count(*), count(*) filter (abs(coalesce(m.{composite}, 0) - r.{theirs}) > {half_a_digit} + 1e-9)
        from marts.tiktok__campaign_daily as m join campaigns_reports_daily as r using (campaign_id, stat_time_day)
    """
    ((rows,),) = built.rows("select count(*) from campaigns_reports_daily")
    assert built.rows(compared) == [(rows, 0)]
    assert rows > 500


def test_what_was_not_delivered_has_no_rate(built: Built) -> None:
    idle = "from marts.tiktok__campaign_daily where impressions = 0"
    assert built.rows(f"select count(*) > 0 {idle}") == [(True,)]
    rates = ["ctr", "cpc", "cpm", "cpv", "vtr", "vcr", "roas", "engagement_rate", "view_rate_6s", "frequency"]
    assert built.rows(f"select distinct {', '.join(rates)} {idle}") == [(None,) * len(rates)]


def test_every_row_with_money_has_the_currency_of_its_account(built: Built) -> None:
    for name, node in built.nodes("model").items():
        if "spend" in node["columns"] and name.startswith("tiktok__"):
            wrong = (
                f"select count(*) from marts.{name} as m join advertisers as a using (advertiser_id) where "
                f"m.currency is distinct from a.currency or m.display_timezone is distinct from a.display_timezone"
            )
            assert built.rows(wrong) == [(0,)], name


@pytest.mark.parametrize("period", ["weekly", "monthly"])
def test_reach_is_as_tiktok_counts_it(built: Built, period: str) -> None:
    raw = f"select 'campaign', campaign_id, period_start, reach from campaigns_reports_{period}"
    mart = f"select level, campaign_id, period_start, reach from marts.tiktok__{period}_reach where level = 'campaign'"
    assert built.rows(f"{mart} order by all") == built.rows(f"{raw} order by all")


@pytest.mark.parametrize("entity", VIEWS)
def test_the_views_for_other_packages_have_the_spend_of_the_days(built: Built, entity: str) -> None:
    table = {"ad": "ads", "adgroup": "ad_groups", "campaign": "campaigns"}[entity]
    ours = f"select sum(spend), sum(total_purchase_value) from marts_fivetran.{entity}_report_hourly"
    assert built.rows(ours) == built.rows(f"select sum(spend), sum(total_purchase_value) from {table}_reports_daily")


def test_which_conversion_and_which_revenue_is_for_the_user_to_say(built: Built, changed: Callable[..., Built]) -> None:
    chosen = changed(
        "update campaigns_reports_daily set total_sales_lead_value = 2, total_purchase_value = null",
        select="+tiktok__campaign_daily",
        tiktok_conversion="engagements",
        tiktok_revenue=["total_sales_lead_value", "total_purchase_value"],
    )
    assert chosen.failed == []
    question = "select sum(conversions), sum(revenue) from marts.tiktok__campaign_daily"
    assert chosen.rows(question) == built.rows("select sum(engagements), 2 * count(*) from campaigns_reports_daily")
