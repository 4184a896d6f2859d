"""The demo's SQL queries on the tables that PyAirbyte made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

SHOWN_CAMPAIGNS = 10
# The largest campaigns of each ad account, a row for all smaller ones, and a total. Amounts of different accounts are
# never added up, as they may be in different currencies.
SPEND_BY_CAMPAIGN = f"""
    WITH lifetime AS (
        SELECT advertiser_id, campaign_id, sum(spend) AS lifetime_spend FROM ads_reports_lifetime GROUP BY ALL
    ),
    campaign AS (
        SELECT advertiser_id, campaign_id, any_value(coalesce(campaign_name, campaign_id)) AS campaign_name,
               any_value(advertiser_name) AS account, any_value(currency) AS currency,
               sum(spend) AS spend, sum(impressions) AS impressions, sum(clicks) AS clicks,
               sum(conversion) AS conversions, any_value(lifetime_spend) AS lifetime_spend,
               row_number() OVER (PARTITION BY advertiser_id ORDER BY sum(spend) DESC NULLS LAST, campaign_id) AS place
        FROM campaigns_reports_daily LEFT JOIN lifetime USING (advertiser_id, campaign_id)
        GROUP BY advertiser_id, campaign_id
    ),
    shown AS (
        SELECT * REPLACE (if(place > {SHOWN_CAMPAIGNS}, 'other campaigns', campaign_name) AS campaign_name,
                          least(place, {SHOWN_CAMPAIGNS + 1}) AS place)
        FROM campaign
    )
    SELECT coalesce(any_value(account), advertiser_id), any_value(currency), coalesce(campaign_name, 'total'),
           coalesce(sum(spend), 0), coalesce(sum(impressions), 0)::BIGINT, coalesce(sum(clicks), 0)::BIGINT,
           (sum(clicks) / nullif(sum(impressions), 0))::DOUBLE,
           coalesce(sum(conversions), 0)::BIGINT, sum(lifetime_spend)
    FROM shown
    GROUP BY GROUPING SETS ((advertiser_id, campaign_name, place), (advertiser_id))
    ORDER BY advertiser_id, place NULLS LAST
"""  # noqa: S608 - only a number is inserted
# The reports that divide the same spend in different ways, by time or by audience.
SPEND_TABLES = {
    "accounts": "advertisers_reports_daily",
    "campaigns": "campaigns_reports_daily",
    "ad groups": "ad_groups_reports_daily",
    "ads": "ads_reports_daily",
    "audiences": "ads_audience_reports_daily",
    "countries": "ads_reports_by_country_daily",
    "hours": "campaigns_reports_hourly",
}
DAY_COLUMNS = {
    "daily": "stat_time_day", "hourly": "stat_time_hour", "weekly": "period_start", "monthly": "period_start",
}  # fmt: skip


class CampaignSpend(NamedTuple):
    """The figures of one campaign over all days, or the total of an ad account."""

    account: str
    currency: str
    campaign: str
    spend: Decimal
    impressions: int
    clicks: int
    click_through_rate: float | None
    conversions: int
    lifetime_spend: Decimal | None


class Database:
    """The DuckDB file. It is opened for each query only, as PyAirbyte must be able to write in between."""

    def __init__(self, path: Path, streams: Sequence[str]) -> None:
        self.path = path
        self._streams = streams

    def rows(self) -> dict[str, int]:
        """Counts the rows of each stream's table."""
        return {stream: self._fetch_one(f"SELECT count(*) FROM {stream}") for stream in self._streams}  # noqa: S608

    def count_rows_since(self, moment: datetime) -> dict[str, int]:
        """Counts the rows of each table that were read since a moment, whether new or read again."""
        question = "SELECT count(*) FROM {} WHERE _airbyte_extracted_at >= ?"
        return {stream: self._fetch_one(question.format(stream), moment) for stream in self._streams}

    def find_oldest_days_since(self, moment: datetime) -> dict[str, date | None]:
        """Finds the oldest day of each report that was read since a moment."""
        question = "SELECT min({})::DATE FROM {} WHERE _airbyte_extracted_at >= ?"
        columns = {stream: DAY_COLUMNS[suffix] for stream in self._streams
                   if (suffix := stream.rpartition("_")[2]) in DAY_COLUMNS}  # fmt: skip
        return {stream: self._fetch_one(question.format(column, stream), moment) for stream, column in columns.items()}

    def list_campaigns(self) -> list[CampaignSpend]:
        """Spend and results by campaign, with a total for each ad account."""
        return [CampaignSpend(*row) for row in self._fetch_all(SPEND_BY_CAMPAIGN)]

    def add_up_spend(self) -> dict[tuple[str, str], Mapping[str, Decimal]]:
        """The spend of each ad account in its currency, as each report adds it up."""
        accounts = {key: (name, currency) for key, name, currency in self._fetch_all(
            "SELECT advertiser_id, coalesce(any_value(advertiser_name), advertiser_id), any_value(currency) "
            "FROM campaigns_reports_daily GROUP BY 1 ORDER BY 1")}  # fmt: skip
        sums = {
            title: dict(self._fetch_all(f"SELECT advertiser_id, sum(spend) FROM {table} GROUP BY 1"))  # noqa: S608
            for title, table in SPEND_TABLES.items()
            if table in self._streams
        }
        return {
            account: {title: found.get(key, Decimal(0)) for title, found in sums.items()}
            for key, account in accounts.items()
        }

    def _fetch_all(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        with duckdb.connect(self.path, read_only=True) as connection:
            return connection.execute(question, values).fetchall()

    def _fetch_one(self, question: str, *values: object) -> Any:
        return self._fetch_all(question, *values)[0][0]
