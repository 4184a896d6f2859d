"""A world made of real rows, which others recorded. Each is a line of JSON with `stream` and `data`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tiktok_simulator.endpoints.reports.query import ReportQuery
from tiktok_simulator.endpoints.reports.rows import ReportRow, Rows
from tiktok_simulator.world.model import Entity
from tiktok_simulator.world.populate import add_advertiser
from tiktok_simulator.world.world import World

KINDS = {"campaigns": "campaign", "ad_groups": "adgroup", "ads": "ad", "audiences": "audience",
         "creative_assets_images": "image", "creative_assets_videos": "video"}  # fmt: skip
ID_FIELDS = {"campaign": "campaign_id", "adgroup": "adgroup_id", "ad": "ad_id", "audience": "audience_id",
             "image": "image_id", "video": "video_id"}  # fmt: skip
LEVELS = {"ads": "AUCTION_AD", "ad_groups": "AUCTION_ADGROUP", "ad_group": "AUCTION_ADGROUP",
          "campaigns": "AUCTION_CAMPAIGN", "advertisers": "AUCTION_ADVERTISER"}  # fmt: skip
OWNER = "7002238017842757633"
"""The ad account of the recorded reports and assets. Its advertiser reports have this id."""


def _restore_ids(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with ids as strings, as the connector that recorded it had made numbers of them."""
    return {
        name: str(value) if name.endswith("_id") and isinstance(value, int) else value for name, value in row.items()
    }


def _write_values(values: Mapping[str, Any]) -> dict[str, str]:
    """Writes values as reports have them: texts, and "-" for null."""
    return {name: "-" if value is None else str(value) for name, value in values.items()}


def replay(world: World, path: Path) -> None:
    """Adds the rows of a recording to a world."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    for line in lines:
        stream, data = line["stream"], _restore_ids(line["data"])
        if stream == "advertiser_ids":
            _add_account(world, data["advertiser_id"], data["advertiser_name"])
        elif stream in KINDS:
            _add_entity(world, KINDS[stream], data)
        else:
            world.recorded_rows.append(_make_report_row(stream, data))


def _add_account(world: World, advertiser_id: str, name: str) -> None:
    if advertiser_id not in world.accounts:
        add_advertiser(world, advertiser_id, name=name, created=datetime(2021, 8, 30, tzinfo=UTC))


def _add_entity(world: World, kind: str, row: dict[str, Any]) -> None:
    advertiser_id = row.get("advertiser_id", OWNER)
    _add_account(world, advertiser_id, f"Recorded {advertiser_id[-4:]}")
    world.add(Entity(kind, row[ID_FIELDS[kind]], advertiser_id, row))


def _make_report_row(stream: str, data: Mapping[str, Any]) -> dict[str, Any]:
    level = next(LEVELS[name] for name in sorted(LEVELS, key=len, reverse=True) if stream.startswith(name))
    return {
        "report_type": "AUDIENCE" if "audience" in stream else "BASIC",
        "data_level": level,
        "dimensions": _write_values(data["dimensions"]),
        "metrics": _write_values(data["metrics"]),
    }


def replay_report(world: World, query: ReportQuery) -> Rows:
    """The recorded rows with the level, dimensions and days of the query. A metric that was not recorded is "-"."""
    rows = [
        ReportRow(row["dimensions"], {name: row["metrics"].get(name, "-") for name in query.metrics})
        for row in world.recorded_rows
        if OWNER in query.advertiser_ids and _answers(row, query)
    ]
    return Rows(rows, lambda row: row, lambda: dict.fromkeys(query.metrics, "-"), throttled=False)


def _answers(row: Mapping[str, Any], query: ReportQuery) -> bool:
    if (row["report_type"], row["data_level"]) != (query.report_type, query.data_level):
        return False
    if set(row["dimensions"]) != set(query.dimensions):
        return False
    day = row["dimensions"].get("stat_time_day", "")[:10]
    return not day or str(query.start) <= day <= str(query.end)


def make_recorded_world(path: str | Path) -> World:
    """Makes a world of the rows of a real_records.jsonl. Nothing is made up."""
    world = World()
    replay(world, Path(path))
    return world
