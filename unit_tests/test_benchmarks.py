"""What the benchmark measures with: its pages, its arithmetic, and what it writes. Nothing here is timed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import memory, report
from benchmarks.bare import CASTS, flatten
from benchmarks.measure import Cost
from benchmarks.pages import Pages
from benchmarks.rounds import Figures, Round, compute_ratio
from benchmarks.world import ROWS_PER_PAGE, Size

METRICS = ("campaign_name", "spend", "clicks", "complete_payment", "secondary_goal_result")


def round_of(cpu: float, start: float = 2.0) -> Round:
    """A round in which a record costs `cpu` seconds."""
    small, large = (Cost(start + cpu * rows, start + cpu * rows, 100.0) for rows in (1_000, 5_000))
    return Round(small, large, 1_000, 4_000)


def figures(label: str, per_cpu_second: float) -> Figures:
    return Figures(label, 100, 2, per_cpu_second, per_cpu_second, per_cpu_second, per_cpu_second, 2.0, 4.0, 150.0)


def test_a_page_has_exactly_the_metrics_that_are_asked_for() -> None:
    rows = json.loads(Pages().answer(METRICS, page=1, pages=2))["data"]["list"]
    assert len(rows) == ROWS_PER_PAGE
    assert {tuple(row["metrics"]) for row in rows} == {METRICS}


def test_rows_are_written_as_tiktok_writes_them() -> None:
    rows = [row["metrics"] for row in json.loads(Pages().answer(METRICS, 1, 1))["data"]["list"]]
    assert {type(value) for row in rows for value in row.values()} == {str}
    assert {row["secondary_goal_result"] for row in rows} == {"-"}
    assert {"0.00", "3.00"} < {row["complete_payment"] for row in rows}
    assert "0.00" in {row["spend"] for row in rows}
    assert all(row["clicks"].isdigit() for row in rows)


def test_behind_the_last_page_there_are_no_rows() -> None:
    data = json.loads(Pages().answer(METRICS, page=3, pages=2))["data"]
    assert data["list"] == []
    assert data["page_info"]["total_page"] == 2


def test_every_run_reads_the_same_rows() -> None:
    assert Pages().answer(METRICS, 1, 1) == Pages().answer(METRICS, 1, 1)


def test_the_token_says_how_much_there_is_to_read() -> None:
    size = Size(accounts=4, pages=25)
    assert Size.of(size.token) == size
    assert (size.rows, len(set(size.account_ids))) == (100_000, 4)


def test_the_bare_loop_flattens_and_types() -> None:
    row = {
        "dimensions": {"ad_id": "17", "stat_time_day": "2026-01-05 00:00:00"},
        "metrics": {"campaign_name": "x", "spend": "14.68", "clicks": "3.00", "secondary_goal_result": "-"},
    }
    casts = {"spend": CASTS["number"], "clicks": CASTS["integer"], "secondary_goal_result": CASTS["integer"]}
    assert flatten(row, "70", casts) == {
        "advertiser_id": "70", "ad_id": "17", "stat_time_day": "2026-01-05",
        "campaign_name": "x", "spend": 14.68, "clicks": 3,
    }  # fmt: skip


def test_the_cost_of_a_record_has_no_start_up_in_it() -> None:
    one = round_of(cpu=0.001, start=2.0)
    assert (one.cpu, one.wall, one.start) == (pytest.approx(0.001), pytest.approx(0.001), pytest.approx(2.0))


def test_a_ratio_is_taken_in_each_round_so_that_a_slow_one_slows_both() -> None:
    ours, others = [round_of(0.001), round_of(0.010)], [round_of(0.003), round_of(0.030)]
    assert compute_ratio(ours, others) == pytest.approx(3.0)


def test_only_the_measured_passage_of_the_document_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = tmp_path / "performance.md"
    begin, end = (f"<!-- make bench writes {word} here -->" for word in ("from", "until"))
    document.write_text(f"# Mine\n\n{begin}\nold figures\n{end}\n\nalso mine\n", encoding="utf-8")
    monkeypatch.setattr(report, "DOCUMENT", document)
    report.write_document({"ours": figures("ours", 40_000)}, {"ours/bare": 1.5}, ["peer: no network"], rounds=5)
    text = document.read_text(encoding="utf-8")
    assert text.startswith("# Mine\n")
    assert text.endswith("\n\nalso mine\n")
    assert "old figures" not in text
    assert "| ours | 100 | 40,000 |" in text
    assert "Could not run: peer: no network" in text


def test_a_document_without_a_place_for_a_table_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = tmp_path / "performance.md"
    document.write_text("# Mine\n", encoding="utf-8")
    monkeypatch.setattr(report, "DOCUMENT", document)
    with pytest.raises(ValueError, match=r"no place for what make bench-memory writes"):
        report.write_passage("bench-memory", "| a table |")
    assert document.read_text(encoding="utf-8") == "# Mine\n"


def test_the_fastest_comes_first_in_the_table() -> None:
    rows = report.make_table([figures("slow", 300), figures("fast", 40_000)])
    assert [row[0] for row in rows[1:]] == ["fast", "slow"]


def test_the_memory_of_many_accounts_is_measured_with_streams_that_are_offered() -> None:
    streams = memory.list_daily_streams()
    assert len(streams) == len(set(streams)) >= max(case.streams for case in memory.CASES)
    found = memory.keep_books(memory.Case(accounts=2, streams=3))
    assert found.windows == 2 * 3
    assert found.states == 2 * 3  # with the first window and at the end: none is refused or left out
    assert 0 < found.largest < found.total


def test_a_window_that_is_not_skipped_is_asked_for_once() -> None:
    few, more = (memory.keep_books(memory.Case(accounts=2, streams=number, asks=True)) for number in (2, 3))
    assert more.requests - few.requests == 2


@pytest.mark.slow
def test_the_tables_of_memory_are_written() -> None:
    rows = list(memory.measure_by_rows([Size(1, 2)]))
    assert rows[-1].startswith("| 2,000 | ")
    accounts = list(memory.measure_by_accounts([memory.Case(accounts=2, streams=3)]))
    assert accounts[-1].startswith("| 2 | 3 | 6 skipped | ")
    assert {line.count("|") for line in accounts} == {12}
    alone = list(memory.measure_windows_alone(*(memory.Case(2, streams, asks=True) for streams in (2, 5))))
    assert alone[-1].startswith("| 2 | 5, not 2 | 6 | ")
    assert {line.count("|") for line in alone} == {5}
