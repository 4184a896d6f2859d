"""What a platform sees first: the form and the catalog. Both are golden files; `make golden` rewrites them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteCatalog
from airbyte_cdk.models.airbyte_protocol_serializers import AirbyteCatalogSerializer, ConnectorSpecificationSerializer
from harness import discover_anew, discovered
from rows import PERIODS, REPORTS, SPEC

from source_tiktok_marketing import SourceTiktokMarketing
from tiktok_simulator import Simulator
from tiktok_simulator.world.ready_made import SANDBOX

Golden = Callable[[str, str], None]


def catalog(config: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = AirbyteCatalogSerializer.dump(discover_anew(config))
    return found


def known_catalog(config: dict[str, Any]) -> dict[str, Any]:
    """The catalog, where it was made for another test already."""
    found: dict[str, Any] = AirbyteCatalogSerializer.dump(AirbyteCatalog(list(discovered(config).values())))
    return found


def pretty(document: Any) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def lines(stream: dict[str, Any]) -> str:
    key = " ".join(path[0] for path in stream["source_defined_primary_key"])
    cursor = " ".join(stream.get("default_cursor_field", ["none"]))
    columns = stream["json_schema"]["properties"].items()
    told = [
        f"  {name}: {json.dumps({k: v for k, v in column.items() if k != 'description'})}" for name, column in columns
    ]
    return "\n".join([f"{stream['name']}  key: {key}  cursor: {cursor}", *told, ""])


def fields(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for name, field in schema.get("properties", {}).items():
        yield f"{path}{name}", field
        for inner in (*field.get("oneOf", ()), field, field.get("items", {})):
            yield from fields(inner, f"{path}{name}.{inner.get('title', '')}.")


def test_the_spec_is_the_golden_one(golden: Golden) -> None:
    source = SourceTiktokMarketing()
    golden("spec.json", pretty(ConnectorSpecificationSerializer.dump(source.spec(source.logger))))


def test_the_catalog_is_the_golden_one(golden: Golden, config: dict[str, Any]) -> None:
    """Without the descriptions: they may be reworded, a name, type, key or cursor may not change unnoticed."""
    golden("catalog.txt", "".join(lines(stream) for stream in known_catalog(config)["streams"]))


def test_discover_lists_every_stream_and_asks_tiktok_for_nothing(tiktok: Simulator, config: dict[str, Any]) -> None:
    names = [stream["name"] for stream in catalog(config)["streams"]]
    assert len(names) == len(set(names)) > 0
    assert tiktok.transcript == []


def test_the_sandbox_offers_what_it_answers(sandbox_config: dict[str, Any]) -> None:
    names = {stream["name"] for stream in known_catalog(sandbox_config)["streams"]}
    assert {"ads_reports_daily", "campaigns_audience_reports_daily"} <= names
    below = {row["name"] for row in (*REPORTS, *PERIODS) if row["level"] != "advertiser"}
    assert names == {"campaigns", "ad_groups", "ads"} | below


@pytest.mark.parametrize("step", [11, pytest.param(1, marks=pytest.mark.slow)], ids=["some", "all"])
def test_every_sandbox_stream_is_answered_by_the_sandbox(
    step: int, sync: Callable[..., Any], tiktok: Simulator, sandbox_config: dict[str, Any]
) -> None:
    names = [stream["name"] for stream in known_catalog(sandbox_config)["streams"]][::step]
    result = sync(*names, config=sandbox_config)
    assert result.errors == []
    assert all(result.rows(name) for name in names)
    assert {row["advertiser_id"] for name in names for row in result.rows(name)} == {SANDBOX}
    assert {exchange.host for exchange in tiktok.transcript} == {"sandbox-ads.tiktok.com"}


@pytest.mark.parametrize(("path", "field"), list(fields(SPEC)))
def test_every_field_of_the_form_speaks_to_the_user(path: str, field: dict[str, Any]) -> None:
    if "const" in field:
        return
    assert field["title"][0].isupper()
    assert field["description"].endswith(".")
    assert "order" in field
    name = path.rpartition(".")[2]
    secret = name.endswith(("_token", "secret", "app_id", "client_id"))
    assert bool(field.get("airbyte_secret")) is secret
    if field["type"] == "boolean":
        assert "default" in field


def test_every_column_of_every_stream_is_an_identifier_of_sql(config: dict[str, Any]) -> None:
    for stream in known_catalog(config)["streams"]:
        for name in stream["json_schema"]["properties"]:
            assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name), (stream["name"], name)


def test_the_key_of_every_stream_is_among_its_columns(config: dict[str, Any]) -> None:
    streams = [stream for stream in known_catalog(config)["streams"] if stream["source_defined_primary_key"]]
    keys = {stream["name"]: {path[0] for path in stream["source_defined_primary_key"]} for stream in streams}
    lacking = {stream["name"]: keys[stream["name"]] - stream["json_schema"]["properties"].keys() for stream in streams}
    assert {name: sorted(columns) for name, columns in lacking.items() if columns} == {}


def test_every_column_of_every_stream_says_what_it_is(config: dict[str, Any]) -> None:
    for stream in known_catalog(config)["streams"]:
        for name, column in stream["json_schema"]["properties"].items():
            assert column["description"].endswith("."), (stream["name"], name)
