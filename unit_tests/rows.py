"""The manifest's own rows, for tests that hold for every stream."""

from __future__ import annotations

from typing import Any

from source_tiktok_marketing import SourceTiktokMarketing
from tiktok_simulator import World

MANIFEST = SourceTiktokMarketing().resolved_manifest
SPEC: dict[str, Any] = MANIFEST["spec"]["connection_specification"]
TABLES = {
    table["name"]: table["components_resolver"]["stream_parameters"]["list_of_parameters_for_stream"]
    for table in MANIFEST["dynamic_streams"]
    if "stream_parameters" in table["components_resolver"]
}
REPORT_TABLES = ("daily_reports", "hourly_reports", "lifetime_reports")
REPORTS: list[dict[str, Any]] = [row for table in REPORT_TABLES for row in TABLES[table]]
PERIODS: list[dict[str, Any]] = [*TABLES["weekly_reports"], *TABLES["monthly_reports"]]
ENTITIES: list[dict[str, Any]] = [*TABLES["changing_entities"], *TABLES["listed_entities"]]
BELOW: list[dict[str, Any]] = [*TABLES["nested"], *TABLES["changing_nested"], *TABLES["dated_nested"]]
ORGANIC_ROWS = [row for row in BELOW if row["group"] == "organic"]
NESTED = [row for row in BELOW if row["group"] != "organic"]


def dimensions(row: dict[str, Any]) -> list[str]:
    return [f"{row['level']}_id", *row["time"], *row["by"]]


def metrics(row: dict[str, Any]) -> list[str]:
    return [*row["names"], *(metric for metrics in [*row["metrics"], *row.get("doubted", ())] for metric in metrics)]


def report_type(row: dict[str, Any]) -> str:
    return "AUDIENCE" if "_audience_" in row["name"] else "BASIC"


def name_of(row: dict[str, Any]) -> str:
    return str(row["name"])


def of_account(world: World, advertiser_id: str, *names: str) -> dict[str, Any]:
    """What each row repeats of its ad account, where the token reaches that."""
    row = world.accounts[advertiser_id].row if advertiser_id in world.permitted else {}
    return {name: row[name] for name in names or ("currency", "display_timezone") if name in row}
