"""Custom reports of the configuration, which are checked, offered and read like any other stream."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from .notebook import Notebook
from .terminal import draw_table, say

Report = Mapping[str, Any]
# What a user enters in the form: weekly reach, a monthly audience report, and a report that TikTok makes as one file.
REPORTS: Sequence[Report] = (
    {"name": "weekly_reach", "level": "campaign", "granularity": "weekly", "metrics": ["campaign_name", "reach"]},
    {"name": "monthly_audience", "report_type": "audience", "level": "advertiser", "granularity": "monthly",
     "breakdowns": ["gender", "age"]},
    {"name": "account_days", "level": "advertiser", "metrics": ["basic", "video"], "large": True},
)  # fmt: skip
# The reach of a week, beside the sum of its days.
REACH = """
    WITH summed AS (
        SELECT advertiser_id, campaign_id, date_trunc('week', stat_time_day) AS period_start, sum(reach) AS of_days
        FROM campaigns_reports_daily GROUP BY ALL
    )
    SELECT period_start::DATE::TEXT, campaign_name, weekly_reach.reach, of_days
    FROM weekly_reach JOIN summed USING (advertiser_id, campaign_id, period_start)
    WHERE period_start >= '{first_day}' AND period_end <= '{last_day}'
    ORDER BY weekly_reach.reach DESC, campaign_id, period_start LIMIT 5
"""


def show_own_reports(notebook: Notebook, config: Mapping[str, Any], database: Path) -> None:
    """Checks, discovers and reads the reports, and shows the use of one of them."""
    say("\n".join(json.dumps(report).replace(', "granularity"', ',\n "granularity"') for report in REPORTS))
    names = [str(report["name"]) for report in REPORTS]
    notebook.configure({**config, "custom_reports": list(REPORTS)})
    notebook.check()
    offered = notebook.discover()
    say(f"\nTikTok accepts all three reports. {len(offered)} streams are now offered, including these three.")
    rows = notebook.sync([name for name in names if name in offered], database).rows
    say(f"{rows:,} rows read. The sum of a week's days counts people more than once. The week's reach does not:\n")
    with duckdb.connect(database, read_only=True) as connection:
        found = connection.sql(REACH.format(first_day=config["start_date"], last_day=config["end_date"])).fetchall()
    say(draw_table(("week of", "campaign", "people reached", "sum of its days"), found))
