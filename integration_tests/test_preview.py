"""`make preview`, run as a user runs it: as a process of its own, on the simulator or on an account."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from running import slow

from preview.columns import Column
from tiktok_simulator import Simulator, serve
from tiktok_simulator.endpoints.filter_values import asks_for_optional
from tiktok_simulator.endpoints.reports.truth import compute_truth
from tiktok_simulator.world.ready_made import BERLIN, EMPTY, TOKYO, make_busy_world, make_small_world
from tiktok_simulator.world.world import APP_ID, APP_SECRET, TOKEN

ROOT = Path(__file__).parent.parent
STREAM = "campaigns_reports_daily"
DAYS = {"FROM": "2026-01-10", "TO": "2026-01-12"}
CREDENTIALS = {"auth_type": "oauth2.0", "app_id": APP_ID, "secret": APP_SECRET, "access_token": TOKEN}


@dataclass(frozen=True)
class Run:
    """One finished preview."""

    code: int
    printed: str
    complained: str

    @property
    def table(self) -> list[list[str]]:
        """The rows of a table that fits the terminal, cell by cell."""
        _, _, *lines = self.printed.partition("\n\n")[0].splitlines()
        return [re.split(r" {2,}", line.strip()) for line in lines]

    @property
    def footer(self) -> str:
        """What is below the tables, without line ends."""
        return " ".join(self.printed.split("\n\n")[-1].split())


def preview(home: Path, **variables: str) -> Run:
    done = subprocess.run(
        [sys.executable, "-m", "preview"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(home), **variables},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr
    assert [left.name for left in home.iterdir() if left.name != "config.json"] == []
    return Run(done.returncode, done.stdout, done.stderr)


def preview_of(server: serve, home: Path, config: dict[str, Any] | None = None, **variables: str) -> Run:
    """A preview of one's own account, which lives on a simulator the test can look into."""
    path = home / "config.json"
    path.write_text(json.dumps({"credentials": CREDENTIALS, **(config or {})}), encoding="utf-8")
    done = preview(home, TIKTOK_CONFIG=str(path), **server.environment, **variables)
    assert server.refused == []
    return done


@pytest.fixture
def tiktok() -> Iterator[serve]:
    with serve(Simulator(make_small_world())) as server:
        yield server


def amounts(run: Run) -> dict[tuple[str, str], tuple[Decimal, int]]:
    """Spend and clicks of a table with nothing else, by campaign and day."""
    return {(row[0], row[1]): (Decimal(row[2].replace(",", "")), int(row[3].replace(",", ""))) for row in run.table}


@pytest.mark.slow
def test_a_preview_shows_ten_rows_of_a_simulated_tiktok(tmp_path: Path) -> None:
    done = preview(tmp_path, REPORT=STREAM, **DAYS)
    assert (done.code, done.complained) == (0, "")
    assert len(done.table) == 10
    assert done.footer.startswith(f"10 rows of {STREAM}, 2026-01-1")


@pytest.mark.slow
def test_a_preview_shows_as_many_rows_as_asked(tiktok: serve, tmp_path: Path) -> None:
    done = preview_of(tiktok, tmp_path, REPORT="ads", ROWS="4", COLUMNS="ad_name,ad_format")
    assert [len(row) for row in done.table] == [3] * 4
    # Whose rows come first depends on which ad account answers first.
    assert re.match(r"4 rows of ads, ad accounts? 70022380178427500\d\d", done.footer)
    assert done.footer.endswith("Reading stopped there.")


@pytest.mark.slow
def test_one_row_is_shown_with_a_column_a_line(tmp_path: Path) -> None:
    done = preview(tmp_path, REPORT="advertisers", ROWS="1")
    assert re.search(r"^advertiser_id +7002238017842750\d{3} *$", done.printed, re.MULTILINE)
    assert re.search(r"^currency +[A-Z]{3} *$", done.printed, re.MULTILINE)


@pytest.mark.slow
def test_the_rows_are_those_of_the_days_that_were_asked_for(tiktok: serve, tmp_path: Path) -> None:
    config = {"advertiser_ids": [BERLIN], "start_date": "2025-12-01"}
    done = preview_of(tiktok, tmp_path, config, REPORT=STREAM, ROWS="99", COLUMNS="spend,clicks", **DAYS)
    delivered = compute_truth(
        make_small_world(),
        advertiser_id=BERLIN,
        data_level="AUCTION_CAMPAIGN",
        dimensions=["campaign_id", "stat_time_day"],
        metrics=["spend", "clicks"],
        start=date(2026, 1, 10),
        end=date(2026, 1, 12),
        now=datetime(2026, 1, 20, tzinfo=UTC),
    )
    assert amounts(done) == {
        (row["campaign_id"], row["stat_time_day"][:10]): (Decimal(row["spend"]), int(row["clicks"]))
        for row in delivered
    }
    assert done.footer == (
        f"{len(delivered)} rows of {STREAM}, 2026-01-10 to 2026-01-12, ad account {BERLIN}. These are all."
    )


@pytest.mark.slow
def test_only_the_chosen_columns_are_asked_of_tiktok(tiktok: serve, tmp_path: Path) -> None:
    preview_of(tiktok, tmp_path, REPORT="ads_reports_daily", COLUMNS="spend, ad_name", **DAYS)
    reports = tiktok.simulator.asked("/report/integrated/get/")
    plain = [call.query for call in reports if "advertiser_ids" not in call.query and not asks_for_optional(call.query)]
    asked = {query["metrics"] for query in plain}
    assert [sorted(json.loads(metrics)) for metrics in asked] == [["ad_name", "spend"]]


@pytest.mark.slow
def test_reading_stops_when_enough_rows_were_read(tmp_path: Path) -> None:
    with serve(Simulator(make_busy_world())) as tiktok:
        done = preview_of(tiktok, tmp_path, REPORT="ads_reports_daily", ROWS="5", COLUMNS="spend", FROM="2025-02-01",
                          TO="2025-12-31")  # fmt: skip
        asked = tiktok.simulator.asked("/report/integrated/get/")
    assert len(done.table) == 5
    assert 0 < len(asked) < 50, "all of it would be hundreds of pages"


@pytest.mark.slow
@pytest.mark.parametrize("width", [80, 120, 200])
@pytest.mark.parametrize("stream", ["ads_reports_daily", "ad_groups"])
def test_what_is_printed_fits_the_terminal(tmp_path: Path, stream: str, width: int) -> None:
    done = preview(tmp_path, REPORT=stream, COLUMNS=str(width), **DAYS)
    assert done.code == 0
    assert max(map(len, done.printed.splitlines())) <= width


@pytest.mark.slow
def test_what_is_the_same_in_every_row_is_said_once(tiktok: serve, tmp_path: Path) -> None:
    config = {"advertiser_ids": [TOKYO]}
    done = preview_of(tiktok, tmp_path, config, REPORT="ads_reports_daily", ROWS="3", **DAYS)
    once = done.printed.partition("The same in every row")[2].partition("0 in every row")
    assert "currency JPY" in once[0]
    assert "page_content_view_events" in once[2]
    assert done.printed.count("JPY") == 2
    assert f"ad account {TOKYO} (Tokyo, JPY)" in done.footer


@pytest.mark.slow
def test_columns_without_a_value_take_no_room(tmp_path: Path) -> None:
    done = preview(tmp_path, REPORT="ads_reports_daily", COLUMNS="spend,secondary_goal_result", **DAYS)
    assert [len(row) for row in done.table] == [3] * 10
    assert done.footer.endswith("1 column without a value left out: secondary_goal_result.")


@pytest.mark.slow
def test_an_account_without_rows_is_told_so(tiktok: serve, tmp_path: Path) -> None:
    done = preview_of(tiktok, tmp_path, {"advertiser_ids": [EMPTY]}, REPORT=STREAM, **DAYS)
    assert (done.code, done.printed) == (0, f"{STREAM} has no rows from 2026-01-10 to 2026-01-12.\n")


@pytest.mark.slow
def test_without_a_report_the_streams_are_listed(tmp_path: Path) -> None:
    done = preview(tmp_path)
    assert done.code == 0
    streams = {row[0] for row in done.table}
    assert {"advertisers", "ads", "ads_reports_daily", STREAM} <= streams
    assert len(streams) == len(done.table) >= 200
    assert "…" not in done.printed


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        slow({"REPORT": "campaign_reports_dayly"}, "There is no stream campaign_reports_dayly. Did you mean " + STREAM),
        slow({"REPORT": "nonsense"}, "There is no stream nonsense.\n`make preview` lists all"),
        slow({"REPORT": STREAM, "COLUMNS": "spent"}, f"{STREAM} has no column spent. Did you mean spend?"),
        slow({"REPORT": "ads", "COLUMNS": "spend"}, "ads has no column spend. ads_reports_daily has it."),
        ({"REPORT": STREAM, "ROWS": "none"}, "ROWS=none is not a number of rows."),
        slow({"REPORT": STREAM, "ROWS": "0"}, "ROWS=0 is not a number of rows."),
        slow({"REPORT": STREAM, "FROM": "soon"}, "Start Date (start_date): 'soon' is not a day. Write YYYY-MM-DD"),
        slow({"REPORT": STREAM, "TIKTOK_CONFIG": "/nowhere.json"}, "TIKTOK_CONFIG=/nowhere.json can't be read"),
    ],
)
def test_a_mistake_is_answered_with_what_to_write(tmp_path: Path, variables: dict[str, str], told: str) -> None:
    done = preview(tmp_path, **variables)
    assert (done.code, done.printed) == (1, "")
    assert told in done.complained


@pytest.mark.slow
@pytest.mark.parametrize("variables", [{}, {"FROM": "soon"}, {"COLUMNS": "spent"}, DAYS])
def test_a_preview_never_shows_a_secret(tiktok: serve, tmp_path: Path, variables: dict[str, str]) -> None:
    refused = {"credentials": CREDENTIALS | {"access_token": "wrong-token"}}
    for config in ({}, refused):
        done = preview_of(tiktok, tmp_path, config, REPORT=STREAM, **variables)
        for secret in (APP_ID, APP_SECRET, TOKEN, "wrong-token"):
            assert secret not in done.printed + done.complained


@pytest.mark.slow
def test_a_refusal_is_told_in_the_connectors_own_words(tiktok: serve, tmp_path: Path) -> None:
    tiktok.simulator.faults.revoked_token()
    done = preview_of(tiktok, tmp_path, REPORT=STREAM)
    assert (done.code, done.printed) == (1, "")
    assert "Authorise the app again" in done.complained


def test_names_of_other_people_can_not_move_the_cursor() -> None:
    assert Column.of("ad_name", ["a\x1b[2Jb\r\nc", "広告", None]).cells == ["a [2Jb c", "広告", "-"]


def test_numbers_of_a_column_have_as_many_decimals_as_the_longest() -> None:
    assert Column.of("spend", [Decimal("1234.5"), Decimal("0.25"), 7]).cells == ["1,234.50", "0.25", "7.00"]
