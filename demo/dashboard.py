"""Draws the dashboard from the dbt package's tables: one HTML page that needs no other file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import jinja2
import pandas as pd
import plotly.express as px
from plotly import graph_objects as go
from plotly.offline import get_plotlyjs

TEMPLATE = Path(__file__).with_name("dashboard.html.jinja")
MARTS = "marts"
# The colours of Okabe and Ito, which people with any colour vision can tell apart, and grey.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")
STEPS = {
    "impressions": "shown",
    "video_play_actions": "began to play",
    "video_watched_2s": "2 seconds",
    "video_views_p25": "a quarter",
    "video_views_p50": "half",
    "video_views_p75": "three quarters",
    "video_views_p100": "all of it",
}
ACCOUNTS = """
    select advertiser_name as account, currency, min(stat_time_day) as since, max(stat_time_day) as until,
           sum(spend) as spend, sum(conversions) as conversions, sum(spend) / nullif(sum(conversions), 0) as cpa,
           sum(revenue) / nullif(sum(spend), 0) as roas
    from tiktok__account_daily group by all having sum(impressions) > 0 order by account
"""
DAYS = """
    select advertiser_name || ', ' || currency as account, campaign_name as campaign, stat_time_day as day,
           sum(spend) as spend
    from tiktok__campaign_daily where spend > 0 group by all order by account, campaign, day
"""
CAMPAIGNS = """
    select advertiser_name || ', ' || currency as account, campaign_name as campaign,
           sum(spend) / nullif(sum(conversions), 0) as "CPA", sum(revenue) / nullif(sum(spend), 0) as "ROAS"
    from tiktok__campaign_daily group by all having sum(spend) > 0 order by account, campaign
"""
FUNNEL = f"""
    select advertiser_name || ', ' || currency as account, {", ".join(f"sum({step}) as {step}" for step in STEPS)}
    from tiktok__campaign_daily group by all having sum(impressions) > 0 order by account
"""  # noqa: S608 - column names of this module
AUDIENCE = """
    select replace(replace(replace(age, 'AGE_', ''), '_100', ' and older'), '_', ' to ') as age,
           lower(gender) as gender,
           100.0 * sum(clicks) / nullif(sum(impressions), 0) as ctr
    from tiktok__age_gender_daily where age <> 'NONE' and gender <> 'NONE' group by all order by age, gender
"""
REACH = """
    select advertiser_name || ', ' || currency as account, campaign_name as campaign, period_start as week, reach,
           frequency
    from tiktok__weekly_reach where level = 'campaign' and reach > 0 order by account, campaign, week
"""
CREATIVES = """
    select any_value(cover_url) as cover, ad_text as text, currency, sum(spend) as spend,
           100.0 * sum(clicks) / nullif(sum(impressions), 0) as ctr, sum(conversions) as conversions,
           sum(spend) / nullif(sum(conversions), 0) as cpa
    from tiktok__creative_daily group by creative_id, ad_text, currency having sum(spend) > 0
    order by conversions desc, creative_id limit 10
"""


def draw_days(rows: pd.DataFrame) -> go.Figure:
    """Spend by day, with stacked campaigns and a panel for each ad account."""
    figure = px.bar(rows, x="day", y="spend", color="campaign", facet_row="account",
                    color_discrete_sequence=PALETTE, labels={"day": "", "spend": "spend a day"})  # fmt: skip
    return _name_panels(figure.update_yaxes(matches=None), 200 * rows["account"].nunique())


def draw_campaigns(rows: pd.DataFrame) -> go.Figure:
    """CPA and ROAS of each campaign, side by side."""
    long = rows.melt(["account", "campaign"], var_name="measure", value_name="value")
    figure = px.bar(long, x="value", y="campaign", color="account", facet_col="measure", barmode="group",
                    color_discrete_sequence=PALETTE, labels={"value": "", "campaign": ""})  # fmt: skip
    return _name_panels(figure.update_xaxes(matches=None).update_yaxes(autorange="reversed"), 480)


def draw_funnel(rows: pd.DataFrame) -> go.Figure:
    """How far people watched the videos, as shares of the impressions."""
    traces = [
        go.Funnel(name=row["account"], y=list(STEPS.values()), x=[row[step] for step in STEPS],
                  textinfo="percent initial", marker={"color": colour})
        for (_, row), colour in zip(rows.iterrows(), PALETTE, strict=False)
    ]  # fmt: skip
    return go.Figure(traces, layout={"height": 380})


def draw_audience(rows: pd.DataFrame) -> go.Figure:
    """The click-through rate by age and gender."""
    return px.imshow(rows.pivot_table(index="gender", columns="age", values="ctr"), text_auto=".2f", aspect="auto",
                     color_continuous_scale="Blues", labels={"color": "CTR, %"}, height=320)  # fmt: skip


def draw_reach(rows: pd.DataFrame) -> go.Figure:
    """People reached in each week. The sum of the days would count them more than once."""
    figure = px.line(rows, x="week", y="reach", color="campaign", facet_row="account", markers=True,
                     hover_data=["frequency"], color_discrete_sequence=PALETTE, labels={"week": ""})  # fmt: skip
    figure.update_xaxes(tickvals=sorted(rows["week"].unique()), tickformat="%d %b")
    return _name_panels(figure, 200 * rows["account"].nunique())


def _name_panels(figure: go.Figure, height: int) -> go.Figure:
    """Shortens titles such as account=Berlin to Berlin."""
    figure.for_each_annotation(lambda title: title.update(text=title.text.partition("=")[2]))
    return figure.update_layout(height=height)


@dataclass(frozen=True)
class Panel:
    """A figure, and the question it answers."""

    title: str
    words: str
    query: str
    draw: Callable[[pd.DataFrame], go.Figure]


PANELS = (
    Panel("Spend", "By day in each ad account's time zone, in its currency. The newest day may not be over.", DAYS,
          draw_days),
    Panel("CPA and ROAS", "Cost per conversion in the account's currency, and revenue for each unit of spend.",
          CAMPAIGNS, draw_campaigns),
    Panel("Video funnel", "How far people watched, in percent of impressions.", FUNNEL, draw_funnel),
    Panel("Audience", "Clicks in percent of impressions.", AUDIENCE, draw_audience),
    Panel("Reach by week", "Each person is counted once a week. The newest week may not be over.", REACH, draw_reach),
)  # fmt: skip


def write_dashboard(database: Path, path: Path) -> None:
    """Writes the page. If the table of a panel does not exist, the panel says so."""
    with duckdb.connect(database, read_only=True) as connection:
        connection.execute(f"set schema = '{MARTS}'")
        page = jinja2.Environment(autoescape=True).from_string(TEMPLATE.read_text(encoding="utf-8")).render(
            library=get_plotlyjs(),
            accounts=_read_records(connection, ACCOUNTS),
            panels=[(panel.title, panel.words, _read_figure(connection, panel)) for panel in PANELS],
            creatives=_read_records(connection, CREATIVES),
        )  # fmt: skip
    path.write_text(page, encoding="utf-8")


def _read_rows(connection: duckdb.DuckDBPyConnection, query: str) -> pd.DataFrame:
    try:
        return connection.sql(query).df()
    except duckdb.CatalogException:  # dbt made no such table, because a stream was not read
        return pd.DataFrame()


def _read_records(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, object]]:
    frame = _read_rows(connection, query).astype(object)
    return [
        {str(name): value for name, value in row.items()} for row in frame.where(frame.notna(), None).to_dict("records")
    ]


def _read_figure(connection: duckdb.DuckDBPyConnection, panel: Panel) -> str | None:
    rows = _read_rows(connection, panel.query)
    if rows.empty:
        return None
    figure = panel.draw(rows)
    figure.update_layout(template="plotly_white", margin={"l": 60, "r": 20, "t": 30, "b": 40},
                         legend={"title": None}, font={"family": "system-ui, sans-serif"})  # fmt: skip
    settings = {"displayModeBar": False, "responsive": True}
    name = panel.title.lower().replace(" ", "-")
    return str(figure.to_html(full_html=False, include_plotlyjs=False, config=settings, div_id=name))
