"""Reads the files that a command line names."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

from airbyte_cdk import ConfiguredAirbyteCatalog
from airbyte_cdk.models.airbyte_protocol import AirbyteStateMessage
from airbyte_cdk.models.airbyte_protocol_serializers import ConfiguredAirbyteCatalogSerializer

from source_tiktok_marketing.incremental.state_forms import read_states
from source_tiktok_marketing.json_files import read_json


class Utf8Files:
    """Reads files as UTF-8; the CDK's own readers would open them in the encoding of the locale."""

    @staticmethod
    def read_config(config_path: str) -> MutableMapping[str, Any]:
        """The configuration in a file. Raises ValueError if it is no JSON object."""
        config = read_json(config_path)
        if not isinstance(config, dict):
            raise ValueError("it is no JSON object")  # noqa: TRY004 - as the CDK's own reader does
        return config

    @classmethod
    def read_catalog(cls, catalog_path: str) -> ConfiguredAirbyteCatalog:
        """The configured catalog in a file. Raises ValueError if it is no JSON.

        A stream without a schema selects nothing: it is read with all its columns.
        """
        catalog = read_json(catalog_path)
        for stream in _find_streams(catalog):
            if stream.get("json_schema") is None:
                stream["json_schema"] = {}
        return ConfiguredAirbyteCatalogSerializer.load(catalog)

    @classmethod
    def read_state(cls, state_path: str) -> list[AirbyteStateMessage]:
        """The saved states in a file, whatever their form (`state_forms.read_states`)."""
        return read_states(state_path) if state_path else []


def _find_streams(catalog: Any) -> Iterator[dict[str, Any]]:
    entries = catalog.get("streams") if isinstance(catalog, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("stream"), dict):
            yield entry["stream"]
