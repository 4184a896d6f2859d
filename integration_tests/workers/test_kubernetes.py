"""The manifest for Kubernetes is one its API takes, and says what the workers need."""

from __future__ import annotations

import os
from typing import Any

import kubernetes_validate
import pytest
import yaml
from several import RECIPE

# The first version with all that the manifest uses, and the newest that the package knows.
VERSIONS = ("1.33", "1.37")


@pytest.fixture
def manifest() -> dict[str, Any]:
    text = (RECIPE / "kubernetes.yaml").read_text(encoding="utf-8")
    manifest: dict[str, Any] = yaml.safe_load(text)
    return manifest


@pytest.mark.parametrize("version", VERSIONS)
def test_kubernetes_takes_the_manifest(manifest: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(manifest, version, strict=True)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_misspelt_word_would_be_found(manifest: dict[str, Any], version: str) -> None:
    manifest["spec"]["jobTemplate"]["spec"]["backoffLimitPerIndexes"] = 3
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(manifest, version, strict=True)


def test_it_starts_as_many_workers_as_it_tells_them(manifest: dict[str, Any]) -> None:
    job = manifest["spec"]["jobTemplate"]["spec"]
    (container,) = job["template"]["spec"]["containers"]
    given = {entry["name"]: entry["value"] for entry in container["env"]}
    assert job["completionMode"] == "Indexed"
    assert given["WORKERS"] == str(job["completions"]) == str(job["parallelism"])


def test_it_gives_workers_what_they_ask_for(manifest: dict[str, Any]) -> None:
    (container,) = manifest["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    source = (RECIPE / "worker_settings.py").read_text(encoding="utf-8")
    given = {entry["name"] for entry in container["env"]} - {"HOME"}
    assert {name for name in given if f'"{name}"' in source} == given
    config = next(entry["value"] for entry in container["env"] if entry["name"] == "TIKTOK_CONFIG")
    assert config.startswith(container["volumeMounts"][0]["mountPath"])


def test_a_configuration_that_must_be_changed_is_not_tried_again(manifest: dict[str, Any]) -> None:
    _, rule = manifest["spec"]["jobTemplate"]["spec"]["podFailurePolicy"]["rules"]
    assert (rule["action"], rule["onExitCodes"]["values"]) == ("FailIndex", [os.EX_CONFIG])
