"""What is wrong with the environment is said in a sentence, without what may be secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from errors import SettingsError
from worker_settings import read_settings


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"start_date": "2026-01-15", "shard": {"index": 5, "count": 9}}), encoding="utf-8")
    return {"JOB_COMPLETION_INDEX": "1", "WORKERS": "3", "TIKTOK_CONFIG": str(config)}


def test_the_shard_is_the_number_of_this_worker(environment: dict[str, str]) -> None:
    settings = read_settings(environment | {"STREAMS": "ads, campaigns,"})
    assert settings.config == {"start_date": "2026-01-15", "shard": {"index": 1, "count": 3}}
    assert (settings.streams, settings.schema, settings.shard) == (["ads", "campaigns"], "tiktok", "shard 1 of 3")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"WORKERS": "three"}, "must be whole numbers"),
        ({"WORKERS": "0"}, "WORKERS is 0. It is from 1 to 1000."),
        ({"WORKERS": "1001"}, "WORKERS is 1001. It is from 1 to 1000."),
        ({"JOB_COMPLETION_INDEX": "3"}, "JOB_COMPLETION_INDEX is 3. Of 3 WORKERS, it is from 0 to 2."),
        ({"STORE": "duckdb"}, "STORE is duckdb. It can be postgres or ducklake."),
        ({"STORE": "ducklake"}, "STORE=ducklake needs DATA_PATH"),
        ({"STORE": "ducklake", "DATA_PATH": "lake"}, "DATA_PATH is lake. Write the whole path"),
        ({"TIKTOK_CONFIG": "/nowhere/config.json"}, "names /nowhere/config.json, which can't be read: No such file"),
        ({"TIKTOK_CONFIG": ""}, "names no file, which can't be read"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(
    environment: dict[str, str], changed: dict[str, str], said: str
) -> None:
    with pytest.raises(SettingsError) as found:
        read_settings(environment | changed)
    assert said in str(found.value)


@pytest.mark.parametrize("name", ["WORKERS", "JOB_COMPLETION_INDEX", "TIKTOK_CONFIG"])
def test_a_setting_that_is_missing_is_named(environment: dict[str, str], name: str) -> None:
    del environment[name]
    with pytest.raises(SettingsError, match=f"{name} is missing"):
        read_settings(environment)


def test_a_broken_configuration_is_not_quoted(environment: dict[str, str]) -> None:
    Path(environment["TIKTOK_CONFIG"]).write_text('{"credentials": "hush"', encoding="utf-8")
    with pytest.raises(SettingsError, match="is no JSON object") as found:
        read_settings(environment)
    assert "hush" not in str(found.value)
