"""Writes what the standard tests read of every stream: the configured catalog, and a state far in the future."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from airbyte_cdk import AirbyteStream

from docs import SOURCE
from tiktok_simulator.world.ready_made import BERLIN, EMPTY, LOS_ANGELES, TOKYO
from tiktok_simulator.world.world import BC_ID

FILES = Path(__file__).parents[1] / "integration_tests"
FUTURE = {"modify_time": "2099-12-31T23:59:59"}


def main() -> None:
    """Writes both files, with one stream per line."""
    plain = SOURCE.list_offered({**SOURCE.normal_config, "organic": None, "include_leads": False})
    found = (stream.as_airbyte_stream() for stream in SOURCE.streams(SOURCE.normal_config))
    streams = [stream for stream in found if stream.name in plain]
    catalog = ",\n    ".join(json.dumps(_make_entry(stream)) for stream in streams)
    (FILES / "configured_catalog.json").write_text(f'{{\n  "streams": [\n    {catalog}\n  ]\n}}\n', encoding="utf-8")
    states = ",\n  ".join(json.dumps(state) for state in _make_states(streams))
    (FILES / "abnormal_state.json").write_text(f"[\n  {states}\n]\n", encoding="utf-8")


def _make_entry(stream: AirbyteStream) -> dict[str, Any]:
    modes = [mode.value for mode in stream.supported_sync_modes or []]
    told: dict[str, Any] = {"name": stream.name, "json_schema": {}, "supported_sync_modes": modes}
    if stream.default_cursor_field:
        told |= {"source_defined_cursor": True, "default_cursor_field": stream.default_cursor_field}
    told["source_defined_primary_key"] = stream.source_defined_primary_key
    return {"stream": told, "sync_mode": modes[-1], "destination_sync_mode": "append_dedup"}


def _list_owners(stream: str) -> list[dict[str, str]]:
    """Whom a stream has a state of: each ad account, or the business centre."""
    if any(row["name"] == stream and row.get("of") == "business_center" for row in SOURCE.list_rows()):
        return [{"bc_id": BC_ID}]
    return [{"advertiser_id": advertiser_id} for advertiser_id in (TOKYO, LOS_ANGELES, BERLIN, EMPTY)]


def _make_states(streams: Iterable[AirbyteStream]) -> Iterable[dict[str, Any]]:
    for stream in streams:
        if stream.default_cursor_field:
            (cursor,) = stream.default_cursor_field
            value = FUTURE.get(cursor, "2099-12-31")
            states = [{"partition": owner, "cursor": {cursor: value}} for owner in _list_owners(stream.name)]
            blob = {"use_global_cursor": False, "states": states}
            yield {
                "type": "STREAM",
                "stream": {"stream_descriptor": {"name": stream.name}, "stream_state": blob},
            }


if __name__ == "__main__":
    main()
