"""docs/migration.md names what there is, and its SQL runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
from harness import discovered

TEXT = (Path(__file__).parents[1] / "docs" / "migration.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", TEXT, re.DOTALL)
NOT_HERE = {"ads_reports_by_country_hourly", "ad_groups_reports_by_country_hourly"}
TABLES = """
create schema old; create schema new;
create table old.campaigns_reports_daily (campaign_id bigint, stat_time_day varchar, metrics json);
insert into old.campaigns_reports_daily values (1, '2026-01-04 00:00:00', '{"spend": "1.25"}');
create table new.campaigns_reports_daily (campaign_id varchar, stat_time_day date, spend double);
insert into new.campaigns_reports_daily values ('1', '2026-01-05', 2.5);
create table new.campaigns (campaign_id varchar, campaign_name varchar);
insert into new.campaigns values ('1', 'Spring');
create table new.spark_ads (advertiser_id varchar, item_id varchar, text varchar);
insert into new.spark_ads values ('7', '9', 'Hello');
"""


@pytest.fixture
def streams(config: dict[str, Any]) -> dict[str, Any]:
    return discovered(config)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.split("from ")[1].split()[0])
def test_every_query_of_the_guide_runs(query: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        assert connection.execute(query).fetchall()


def test_every_stream_the_guide_names_is_here_but_the_two_it_says_are_not(streams: dict[str, Any]) -> None:
    named = set(re.findall(r"`(\w+_reports\w*|spark_ads|pixels?\w*|campaigns|ads)`", TEXT))
    words = {name for name in named if name not in ("pixel_id", "pixel_event_type")}
    assert words - streams.keys() == NOT_HERE


def test_every_key_the_guide_gives_is_the_streams_own(streams: dict[str, Any]) -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \| [^|]+ \|$", TEXT.split("## Keys")[1].split("## ")[0], re.MULTILINE
    )
    assert len(rows) == 4
    for name, key in rows:
        assert [path[0] for path in streams[name].source_defined_primary_key] == re.findall(r"`(\w+)`", key)


def test_the_columns_the_guide_says_may_be_null_are_in_the_schema_and_so_is_what_to_read_instead(
    streams: dict[str, Any],
) -> None:
    row = next(line for line in TEXT.splitlines() if "split_test_variable" in line)
    here = row.split("|")[2]
    named = {}
    for part in row.split("|")[1].split(";"):
        first, *others = re.findall(r"`([\w.]+)`", part)
        stream, column = first.split(".")
        named[stream] = {column, *(name.removeprefix(".") for name in others)}
    columns = {stream: streams[stream].json_schema["properties"].keys() for stream in named}
    assert [(stream, names - columns[stream]) for stream, names in named.items() if names - columns[stream]] == []
    assert set(re.findall(r"`(\w+)`", here)) <= set().union(*columns.values())


def test_the_official_key_of_a_spark_ad_is_a_column_here(streams: dict[str, Any]) -> None:
    assert "spark_ads_post_id" in streams["spark_ads"].json_schema["properties"]
