"""`make demo`, run as a user runs it: as a process of its own, in an empty home."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pytest
from demos import ROOT, DemoRun, run_demo, run_demo_on

from demo.__main__ import STREAMS
from demo.dashboard import PANELS, write_dashboard
from demo.models import summarize
from demo.notebook import DASHBOARD
from demo.scenario import SECOND_SYNC, SIMULATED
from tiktok_simulator import Simulator, serve
from tiktok_simulator.endpoints.reports.truth import compute_truth
from tiktok_simulator.world.ready_made import BERLIN, EMPTY, LOS_ANGELES, TOKYO, make_small_world

if find_spec("airbyte") is None:
    pytest.skip("PyAirbyte, which the demo runs through, does not support this Python", allow_module_level=True)

EXPECTED = ROOT / "demo" / "expected.txt"
FIRST_DAY, LAST_DAY = date(2026, 1, 1), date(2026, 1, 27)
COUNTS = ("impressions", "clicks", "conversion")


@pytest.mark.slow
def test_the_demo_prints_what_the_readme_shows(demo: DemoRun, request: pytest.FixtureRequest) -> None:
    assert demo.status == 0, demo.complained
    if request.config.getoption("--golden", default=False):
        EXPECTED.write_text(demo.printed, encoding="utf-8")
    assert demo.printed == EXPECTED.read_text(encoding="utf-8")


@pytest.mark.slow
def test_nothing_but_its_duration_goes_to_stderr(demo: DemoRun) -> None:
    assert re.fullmatch(r"\s*\(\d+ seconds\)\s*", demo.complained)


def test_what_it_prints_fits_a_terminal_of_a_hundred_columns() -> None:
    assert max(map(len, EXPECTED.read_text(encoding="utf-8").splitlines())) <= 100


@pytest.mark.slow
def test_it_leaves_nothing_outside_its_output_directory(demo: DemoRun) -> None:
    assert list(demo.home.iterdir()) == []


@pytest.mark.slow
def test_the_dashboard_is_one_page_with_a_figure_for_each_question(demo: DemoRun) -> None:
    page = (demo.output / DASHBOARD).read_text(encoding="utf-8")
    assert {panel.title for panel in PANELS} <= set(re.findall(r"<h2>(.*?)</h2>", page))
    assert page.count("Plotly.newPlot(") == len(PANELS)
    assert "No rows" not in page
    assert "<td>" in page.split("<h2>Creatives</h2>")[1]


def test_a_panel_without_its_table_says_so(tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "empty.duckdb") as connection:
        connection.execute("create schema marts")
    write_dashboard(tmp_path / "empty.duckdb", tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8").count("No rows") == len(PANELS)


@pytest.mark.slow
def test_every_stream_has_a_table_without_repeated_rows(demo: DemoRun) -> None:
    tables = {name for (name,) in demo.rows("SELECT table_name FROM duckdb_tables()")}
    assert set(STREAMS) <= tables
    repeated = (
        "SELECT count(*) FROM ads_audience_reports_daily GROUP BY ad_id, stat_time_day, gender, age HAVING count(*) > 1"
    )
    assert demo.rows(repeated) == []


@pytest.mark.slow
@pytest.mark.parametrize("advertiser_id", [TOKYO, LOS_ANGELES, BERLIN])
def test_every_day_of_every_campaign_is_what_the_simulated_world_delivered(demo: DemoRun, advertiser_id: str) -> None:
    delivered = compute_truth(
        make_small_world(),
        advertiser_id=advertiser_id,
        data_level="AUCTION_CAMPAIGN",
        dimensions=["campaign_id", "stat_time_day"],
        metrics=["spend", *COUNTS],
        start=FIRST_DAY,
        end=LAST_DAY,
        now=SECOND_SYNC,
    )
    expected = {
        (row["campaign_id"], row["stat_time_day"][:10]): (Decimal(row["spend"]), *(int(row[name]) for name in COUNTS))
        for row in delivered
    }
    rows = demo.rows(
        f"SELECT campaign_id, stat_time_day, spend, {', '.join(COUNTS)} FROM campaigns_reports_daily "
        f"WHERE advertiser_id = '{advertiser_id}'"
    )
    assert {(row[0], str(row[1])): row[2:] for row in rows} == expected


@pytest.mark.slow
@pytest.mark.parametrize("advertiser_id", [TOKYO, LOS_ANGELES, BERLIN])
def test_the_lifetime_of_every_ad_is_what_the_simulated_world_delivered(demo: DemoRun, advertiser_id: str) -> None:
    delivered = compute_truth(
        make_small_world(),
        advertiser_id=advertiser_id,
        data_level="AUCTION_AD",
        dimensions=["ad_id"],
        metrics=["spend"],
        start=None,
        end=None,
        now=SECOND_SYNC,
    )
    rows = demo.rows(f"SELECT ad_id, spend FROM ads_reports_lifetime WHERE advertiser_id = '{advertiser_id}'")
    assert dict(rows) == {row["ad_id"]: Decimal(row["spend"]) for row in delivered}


@pytest.mark.slow
def test_the_marts_have_the_spend_of_the_tables(demo: DemoRun) -> None:
    spend = "SELECT advertiser_id, sum(spend) FROM {} GROUP BY 1 ORDER BY 1".format
    assert demo.rows(spend("marts.tiktok__creative_daily")) == demo.rows(spend("ads_reports_daily"))


def test_models_that_can_not_be_built_and_tests_that_fail_are_named() -> None:
    results = [("model", "a", "success"), ("model", "b", "error"), ("test", "c", "fail"), ("test", "d", "pass"),
               ("snapshot", "e", "skipped"), ("test", "f", "warn")]  # fmt: skip
    ran = [{"unique_id": f"{kind}.tiktok_ads.{name}", "status": status} for kind, name, status in results]
    assert summarize(ran) == (
        "dbt build: 1 tables and 0 histories made, 1 of 3 tests passed.\nFailed: b, c, e. Warned: f."
    )


@pytest.mark.slow
def test_a_configuration_of_ones_own_reads_ones_own_account(tmp_path: Path) -> None:
    config = {**SIMULATED, "advertiser_ids": [TOKYO], "end_date": "2026-01-05", "attribution_window": 1}
    with serve(Simulator(make_small_world(), clock=lambda: datetime(2026, 1, 9, tzinfo=UTC))) as server:
        done = run_demo_on(tmp_path, config, server.environment)
        assert server.refused == []
    assert done.status == 0, done.complained
    assert "First sync: since 2026-01-01" in done.printed
    assert "2026-01-04 and later" in done.printed
    assert done.rows("SELECT DISTINCT advertiser_id, max(stat_time_day) FROM campaigns_reports_daily GROUP BY 1") == [
        (TOKYO, date(2026, 1, 5))
    ]
    assert (done.output / DASHBOARD).exists()


@pytest.mark.slow
def test_an_account_without_campaigns_is_told_so(tmp_path: Path) -> None:
    config = {**SIMULATED, "advertiser_ids": [EMPTY], "end_date": "2026-01-05"}
    with serve(Simulator(make_small_world())) as server:
        done = run_demo_on(tmp_path, config, server.environment)
    assert done.status == 0, done.complained
    assert "No campaign delivered anything in these days." in done.printed


@pytest.mark.slow
def test_a_refused_token_ends_the_demo_with_the_connectors_own_words(tmp_path: Path) -> None:
    config = {"credentials": {**SIMULATED["credentials"], "access_token": "wrong"}}
    with serve(Simulator(make_small_world())) as server:
        done = run_demo_on(tmp_path, config, server.environment)
    assert done.status == 1
    assert "Access token is incorrect or has been revoked" in done.complained
    assert "Authorise the app again" in done.complained
    assert "Traceback" not in done.complained


@pytest.mark.slow
@pytest.mark.parametrize("text", ["not JSON", "[]", "{}"])
def test_a_file_that_is_no_configuration_ends_the_demo_with_a_sentence(tmp_path: Path, text: str) -> None:
    done = run_demo_on(tmp_path, text)
    assert done.status == 1
    assert f"TIKTOK_CONFIG={tmp_path / 'config.json'}" in done.complained
    assert "Traceback" not in done.complained


@pytest.mark.slow
def test_a_configuration_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = run_demo(tmp_path, {"TIKTOK_CONFIG": "/nowhere/config.json"})
    assert done.status == 1
    assert done.complained.strip() == (
        "TIKTOK_CONFIG=/nowhere/config.json can't be read: [Errno 2] No such file or directory: '/nowhere/config.json'"
    )
