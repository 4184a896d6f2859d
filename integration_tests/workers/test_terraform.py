"""The Terraform file is valid HCL, and sets only what Airbyte's provider knows."""

from __future__ import annotations

from typing import Any

import hcl2
import pytest
from several import RECIPE

META = {"for_each"}
# What can be set, by the documentation of the provider's version 1.2: the required attributes, and the other ones.
SOURCE = {"configuration", "name", "workspace_id"}, {"definition_id", "resource_allocation"}
CONNECTION = {"destination_id", "source_id"}, {
    "configurations", "data_residency", "name", "namespace_definition", "namespace_format",
    "non_breaking_schema_updates_behavior", "prefix", "schedule", "status", "tags",
}  # fmt: skip


@pytest.fixture(scope="module")
def parsed() -> dict[str, Any]:
    parsed: dict[str, Any] = _unquote(hcl2.loads((RECIPE / "terraform" / "main.tf").read_text(encoding="utf-8")))
    return parsed


def _unquote(value: Any) -> Any:
    """The parser keeps the quotes of texts, and adds members of its own."""
    if isinstance(value, dict):
        return {_unquote(name): _unquote(each) for name, each in value.items() if not name.startswith("__")}
    if isinstance(value, list):
        return [_unquote(each) for each in value]
    return value.strip('"') if isinstance(value, str) else value


def read_resource(parsed: dict[str, Any], kind: str) -> dict[str, Any]:
    (found,) = [resource[kind]["shard"] for resource in parsed["resource"] if kind in resource]
    resource: dict[str, Any] = found
    return resource


@pytest.mark.parametrize(("kind", "known"), [("airbyte_source", SOURCE), ("airbyte_connection", CONNECTION)])
def test_a_resource_has_what_the_provider_requires_and_nothing_that_it_does_not_know(
    parsed: dict[str, Any], kind: str, known: tuple[set[str], set[str]]
) -> None:
    required, optional = known
    names = read_resource(parsed, kind).keys() - META
    assert required <= names <= required | optional


def test_a_connection_runs_by_a_schedule_into_a_namespace_of_its_own(parsed: dict[str, Any]) -> None:
    connection = read_resource(parsed, "airbyte_connection")
    assert connection["namespace_definition"] == "custom_format"
    assert "${each.key}" in connection["namespace_format"]
    assert connection["schedule"] == {"schedule_type": "cron", "cron_expression": "0 30 3 * * ? UTC"}


def test_each_shard_is_a_source_and_every_variable_that_is_used_is_declared(parsed: dict[str, Any]) -> None:
    text = (RECIPE / "terraform" / "main.tf").read_text(encoding="utf-8")
    declared = {name for variable in parsed["variable"] for name in variable}
    assert {name for name in declared if f"var.{name}" in text} == declared
    assert text.count("var.") == sum(text.count(f"var.{name}") for name in declared)
    assert read_resource(parsed, "airbyte_source")["for_each"] == "${local.shards}"


def test_a_missing_brace_would_be_found() -> None:
    with pytest.raises(Exception, match="Unexpected"):
        hcl2.loads((RECIPE / "terraform" / "main.tf").read_text(encoding="utf-8").rstrip().removesuffix("}"))
