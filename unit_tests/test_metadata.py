"""What the registry is told, held against its schema and against what the repository says elsewhere."""

from __future__ import annotations

import json
import re
import tomllib
from copy import deepcopy
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml
from jsonschema import Draft7Validator, FormatChecker

from source_tiktok_marketing import SourceTiktokMarketing

ROOT = Path(__file__).parent.parent
OFFICIAL_CONNECTOR = UUID("4bfac00d-ce15-44ff-95b9-9e3c3e8fbd35")


@cache
def metadata() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "metadata.yaml").read_text())
    return loaded


@cache
def registry_schema() -> dict[str, Any]:
    if find_spec("airbyte_connector_models") is None:
        pytest.skip("the registry's schema comes with a package that does not support this Python")
    path = files("airbyte_connector_models") / "metadata" / "v0" / "ConnectorMetadataDefinitionV0.json"
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


def mistakes(document: dict[str, Any]) -> list[str]:
    validator = Draft7Validator(registry_schema(), format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


def version() -> str:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return str(project["version"])


def test_the_registry_accepts_the_metadata() -> None:
    assert mistakes(metadata()) == []


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("connectorType", "sauce", "connectorType"),
        ("definitionId", "not-a-uuid", "definitionId"),
        ("releaseStage", "finished", "releaseStage"),
        ("allowedHosts", {"hosts": "business-api.tiktok.com"}, "allowedHosts.hosts"),
        ("dockerImageTag", 0.1, "dockerImageTag"),
        ("dockerImagTag", "0.1.0", "dockerImagTag"),
    ],
)
def test_the_registry_refuses_a_wrong_field(field: str, value: object, complaint: str) -> None:
    broken = deepcopy(metadata())
    broken["data"][field] = value

    assert any(complaint in mistake for mistake in mistakes(broken))


@pytest.mark.parametrize("field", ["name", "definitionId", "dockerRepository", "license", "documentationUrl"])
def test_the_registry_refuses_metadata_without_a_required_field(field: str) -> None:
    broken = deepcopy(metadata())
    del broken["data"][field]

    assert mistakes(broken) == [f"$.data: '{field}' is a required property"]


def test_the_definition_is_our_own_and_not_the_official_connectors() -> None:
    assert UUID(metadata()["data"]["definitionId"]) != OFFICIAL_CONNECTOR


def test_the_allowed_hosts_are_those_the_manifest_asks() -> None:
    manifest = yaml.safe_load((ROOT / "manifest.yaml").read_text())
    definitions = {key: value for key, value in manifest.items() if key != "spec"}
    asked = set(re.findall(r"https?://([\w.-]+)", json.dumps(definitions)))

    assert set(metadata()["data"]["allowedHosts"]["hosts"]) == asked


def test_signing_in_needs_no_host_that_is_not_allowed() -> None:
    advanced_auth = yaml.safe_load((ROOT / "manifest.yaml").read_text())["spec"]["advanced_auth"]
    asked = set(re.findall(r"https?://([\w.-]+)", json.dumps(advanced_auth)))

    assert asked <= set(metadata()["data"]["allowedHosts"]["hosts"])


def test_every_suggested_stream_exists_once() -> None:
    config = {"credentials": {"auth_type": "production_access_token", "access_token": "a", "advertiser_ids": ["1"]}}
    offered = SourceTiktokMarketing(config=config).list_offered(config)
    suggested = metadata()["data"]["suggestedStreams"]["streams"]

    assert len(suggested) == len(set(suggested))
    assert set(suggested) <= set(offered)


def test_who_installs_the_connector_himself_is_told_the_suggested_streams() -> None:
    told = (ROOT / "README.md").read_text(encoding="utf-8").partition("begin with these seven streams")[2]
    named = re.findall(r"`(\w+)`", told.partition("\n\n")[0])

    assert sorted(named) == sorted(metadata()["data"]["suggestedStreams"]["streams"])


def test_the_documentation_is_the_page_the_spec_links_to() -> None:
    spec = yaml.safe_load((ROOT / "manifest.yaml").read_text())["spec"]

    assert metadata()["data"]["documentationUrl"] == spec["documentation_url"]


def test_the_image_tag_is_the_version_of_the_package() -> None:
    assert metadata()["data"]["dockerImageTag"] == version()


def test_the_licence_is_that_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert metadata()["data"]["license"] == project["license"]


def test_the_icon_is_a_drawing_without_anything_loaded_from_elsewhere() -> None:
    icon = (ROOT / metadata()["data"]["icon"]).read_text()

    assert icon.startswith("<svg ")
    assert 'viewBox="0 0 250 250"' in icon
    assert not re.search(r"href|<script|<image|data:", icon)


def test_the_image_is_labelled_with_the_name_and_version_of_the_metadata() -> None:
    labels = dict(re.findall(r'(io\.airbyte\.\w+)="([^"]*)"', (ROOT / "Dockerfile").read_text()))

    assert labels == {"io.airbyte.name": metadata()["data"]["dockerRepository"], "io.airbyte.version": version()}


def test_the_image_is_built_on_the_base_the_metadata_names_pinned_by_digest() -> None:
    base = metadata()["data"]["connectorBuildOptions"]["baseImage"]

    assert f"ARG BASE_IMAGE={base}\n" in (ROOT / "Dockerfile").read_text()
    assert re.search(r"@sha256:[0-9a-f]{64}$", base)


def test_every_lock_the_image_installs_is_hashed_and_names_no_index() -> None:
    for name in re.findall(r"--requirement (requirements/\w+\.txt)", (ROOT / "Dockerfile").read_text()):
        lock = (ROOT / name).read_text()
        pins = re.findall(r"^[\w.-]+==\S+.*(?:\n    --hash=sha256:[0-9a-f]{64}.*)+", lock, flags=re.MULTILINE)

        assert len(pins) == len(re.findall(r"^\S", lock, flags=re.MULTILINE)) > 0, name
        assert "://" not in lock, name


def test_the_locks_of_dbt_are_hashed_name_no_index_and_have_the_duckdb_that_reads_the_same_file() -> None:
    for name in ("dbt", "warehouses"):
        lock = (ROOT / "requirements" / f"{name}.txt").read_text()
        ours = re.findall(r"^duckdb==\S+", (ROOT / "requirements" / "dev.txt").read_text(), flags=re.MULTILINE)

        assert len(re.findall(r"^\S", lock, flags=re.MULTILINE)) == len(
            re.findall(r"^\S+==.*\\\n +--hash", lock, re.MULTILINE)
        )
        assert "://" not in lock, name
        assert re.findall(r"^duckdb==\S+", lock, flags=re.MULTILINE) == ours, name
