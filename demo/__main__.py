"""`python -m demo`: TikTok Ads data in a database, from a simulated TikTok or, with TIKTOK_CONFIG, your own account."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from .dashboard import write_dashboard
from .database import Database
from .models import build_models, keep_history
from .notebook import DASHBOARD, DATABASE, DemoError, Notebook
from .own_reports import show_own_reports
from .report import describe_syncs, show_difference, show_proof, show_spend_by_campaign
from .scenario import Scenario, open_own_account, simulate
from .terminal import print_heading, say

STREAMS = (
    "advertisers", "campaigns", "ad_groups", "ads", "creative_assets_images", "creative_assets_videos",
    "advertisers_reports_daily", "campaigns_reports_daily", "ad_groups_reports_daily", "ads_reports_daily",
    "ads_audience_reports_daily", "ads_reports_by_country_daily", "campaigns_reports_hourly",
    "advertisers_reports_weekly", "campaigns_reports_weekly", "advertisers_reports_monthly",
    "campaigns_reports_monthly", "ads_reports_lifetime",
)  # fmt: skip
REREAD = """
Days that were read before are not read again, except for the newest day and the attribution window
before it: TikTok may still correct these days (option attribution_window, 3 days by default)."""
NEXT = """\
Dashboard     {dashboard}
Database      .venv/bin/python -ic "import duckdb; db = duckdb.connect('{database}')"
              >>> db.sql('SUMMARIZE campaigns')
Marts         >>> db.sql('FROM marts.tiktok__campaign_daily')   # described in dbt/README.md
Your account  TIKTOK_CONFIG=config.json make demo
Options       README.md, “Options”"""


def main() -> int:
    """Runs the demo and returns the exit code. An error is one sentence on stderr."""
    started = time.monotonic()
    output = Path(os.environ.get("TIKTOK_DEMO_OUTPUT") or Path(__file__).with_name("output")).resolve()
    config = os.environ.get("TIKTOK_CONFIG")
    try:
        with open_own_account(Path(config)) if config else simulate() as scenario:
            run(scenario, output)
    except DemoError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(f"\n({time.monotonic() - started:.0f} seconds)", file=sys.stderr)
    return 0


def run(scenario: Scenario, output: Path) -> None:
    """Checks, discovers, syncs twice, and shows what SQL finds in the tables."""
    say(scenario.introduction)
    notebook = Notebook(scenario.first_config, output)
    print_heading("1  Check")
    notebook.check()
    say("The connector reached the account and a report request was accepted.")

    print_heading("2  Discover")
    offered = notebook.discover()
    streams = [stream for stream in STREAMS if stream in offered]
    say(f"{len(offered)} streams offered; these {len(streams)} are read below.")

    database = Database(output / DATABASE, streams)
    print_heading(f"3  First sync: {scenario.first_title}")
    first = notebook.sync(streams, database.path)
    rows_before = database.rows()
    say(f"{first.rows:,} rows read.")
    keep_history(database.path, output)

    print_heading(f"4  Second sync: {scenario.second_title}")
    scenario.time_passes()
    second = notebook.sync(streams, database.path, scenario.second_config)
    read = database.count_rows_since(second.began)
    say(describe_syncs(rows_before, read, database.rows(), database.find_oldest_days_since(second.began)))
    say(REREAD)
    show(database, scenario, output)
    if scenario.shows_own_reports:
        print_heading("7  Reports of your own")
        show_own_reports(notebook, scenario.second_config, database.path)
    say_farewell(scenario, output)


def show(database: Database, scenario: Scenario, output: Path) -> None:
    """Prints what the tables say, builds the models, and draws the dashboard from them."""
    print_heading("5  What the tables say")
    totals = database.add_up_spend()
    if not totals:
        say("No campaign delivered anything in these days.")
        return
    say(show_spend_by_campaign(database))
    say(f"\n{scenario.remark}\n" if scenario.remark else "")
    say(show_proof(totals))
    say(show_difference(totals))
    print_heading("6  Models: marts, lookups and history")
    if build_models(database.path, output):
        write_dashboard(database.path, output / DASHBOARD)


def say_farewell(scenario: Scenario, output: Path) -> None:
    """Says which hosts were requested, and what to do next."""
    if strangers := scenario.strangers():
        raise DemoError(f"The demo sent requests to hosts that are not TikTok's: {', '.join(strangers)}.")
    say(f"\n{scenario.conclusion}")
    place = output.relative_to(Path.cwd()) if output.is_relative_to(Path.cwd()) else output
    print_heading("Next")
    say(NEXT.format(dashboard=place / DASHBOARD, database=place / DATABASE))


if __name__ == "__main__":
    sys.exit(main())
