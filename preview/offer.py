"""The streams that a configuration can read, and the one that the user means."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from airbyte_cdk import AirbyteStream
from airbyte_cdk.utils.airbyte_secrets_utils import get_secrets, update_secrets

from source_tiktok_marketing.source import SourceTiktokMarketing

from .account import PreviewError


@dataclass(frozen=True)
class Stream:
    """What discovery says of one stream."""

    name: str
    key: Sequence[str]
    columns: Sequence[str]

    @classmethod
    def of(cls, discovered: AirbyteStream) -> Stream:
        """A stream of the catalog. The connector's keys are never nested."""
        key = [name for (name,) in discovered.source_defined_primary_key or ()]
        return cls(discovered.name, key, list(discovered.json_schema.get("properties", ())))

    def make_catalog(self, chosen: Sequence[str], offered: Mapping[str, Stream]) -> dict[str, Any]:
        """A configured catalog of this stream. TikTok is only asked for the chosen columns and the key.

        Raises a PreviewError if it lacks a column, with the nearest columns or the `offered` stream that has it.
        """
        if unknown := [name for name in chosen if name not in self.columns]:
            told = " ".join(
                f"{name}{self._look_elsewhere(name, offered) or _suggest(name, self.columns)}" for name in unknown
            )
            raise PreviewError(f"{self.name} has no column {told}")
        schema: dict[str, Any] = {"properties": {name: {} for name in (*self.key, *chosen)}} if chosen else {}
        stream = {"name": self.name, "json_schema": schema, "supported_sync_modes": ["full_refresh"]}
        return {"streams": [{"stream": stream, "sync_mode": "full_refresh", "destination_sync_mode": "append"}]}

    def _look_elsewhere(self, column: str, offered: Mapping[str, Stream]) -> str:
        having = [stream.name for stream in offered.values() if column in stream.columns]
        related = [name for name in having if name.startswith(self.name)] or having
        return f". {min(related, key=len)} has it." if related else ""


def list_streams(config: Mapping[str, Any]) -> dict[str, Stream]:
    """The streams of a configuration, without a request. Raises a config_error naming every mistake in it."""
    source = SourceTiktokMarketing(None, config, None)
    update_secrets(get_secrets(source.connection_specification, source.normal_config))
    catalog = source.discover(logging.getLogger("airbyte"), source.normal_config)
    return {stream.name: Stream.of(stream) for stream in catalog.streams}


def find_stream(name: str, offered: Mapping[str, Stream]) -> Stream:
    """The stream of that name. Raises a PreviewError with the nearest names."""
    if name in offered:
        return offered[name]
    raise PreviewError(f"There is no stream {name}{_suggest(name, offered)}\n`make preview` lists all {len(offered)}.")


def _suggest(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name.lower().replace("-", "_"), known)
    return f". Did you mean {' or '.join(close)}?" if close else "."
