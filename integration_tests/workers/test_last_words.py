"""What a worker says at its end: what happened, whether anything was saved, and what to do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from several import Workers, in_both

UNKNOWN_ACCOUNT = "7002238017842750099"


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"PGUSER": "may_not_log_in"}, "is not permitted to log in"),
        ({"PGPORT": "abc"}, 'invalid integer value "abc"'),
        ({"PGSSLMODE": "nonsense"}, "invalid sslmode value"),
        ({"PGSSLMODE": "require"}, "does not support SSL, but SSL was required"),
    ],
)
def test_a_connection_that_can_never_succeed_is_a_mistake(setting: dict[str, str], said: str, workers: Workers) -> None:
    workers.engine.execute("drop role if exists may_not_log_in")
    workers.engine.execute("create role may_not_log_in nologin")
    (ended,) = workers.run(1, **setting)
    assert (ended.code, said in ended.said) == (os.EX_CONFIG, True), ended.said


def test_a_server_that_no_variable_names_is_told_without_empty_names(workers: Workers) -> None:
    (ended,) = workers.run(1, PGHOST="", PGPORT="")
    assert (ended.code, "PGHOST=" in ended.said, "?." in ended.said) == (os.EX_TEMPFAIL, False, False), ended.said


def test_only_a_worker_that_has_read_says_that_it_saved(workers: Workers) -> None:
    (ended,) = workers.run(1, PGDATABASE="nowhere")
    assert "saved" not in ended.said
    workers.config |= {"start_date": "soon"}
    (ended,) = workers.run(1)
    assert "saved" not in ended.said
    assert ended.said.endswith("Correct this, then run shard 0 of 1 again.\n")


def test_streams_without_commas_are_told_to_have_some(workers: Workers) -> None:
    (ended,) = workers.run(1, STREAMS="campaigns ads_reports_daily")
    assert ended.code == os.EX_CONFIG
    assert ended.said.endswith("does not offer. Separate the names of streams by commas.\n")


def test_a_failure_of_one_ad_account_is_told_once_for_each_stream(workers: Workers) -> None:
    workers.config |= {"advertiser_ids": [UNKNOWN_ACCOUNT]}
    (ended,) = workers.run(1, STREAMS="campaigns,ads")
    assert ended.code == os.EX_CONFIG
    assert [ended.said.count(f"It was asked for stream {name},") for name in ("campaigns", "ads")] == [1, 1]


def test_duckdb_that_is_not_installed_is_named(workers: Workers, tmp_path: Path) -> None:
    (tmp_path / "duckdb.py").write_text("raise ModuleNotFoundError('no duckdb', name='duckdb')", encoding="utf-8")
    (ended,) = workers.run(1, STORE="ducklake", DATA_PATH="/lake",
                           PYTHONPATH=f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}")  # fmt: skip
    assert (ended.code, "needs the package duckdb" in ended.said) == (os.EX_CONFIG, True), ended.said


@in_both
def test_a_table_that_no_worker_made_is_not_written_to(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in workers.engine.environment.items():
        monkeypatch.setenv(name, value)
    workers.must_run(1, STREAMS="pixels")
    workers.engine.execute(f'create table "{workers.schema}".campaigns (id int)')
    (ended,) = workers.run(1, STREAMS="campaigns")
    assert ended.code == os.EX_CONFIG
    assert "campaigns was not made by a worker" in ended.said
