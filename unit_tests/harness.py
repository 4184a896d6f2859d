"""One sync to look at, for every suite."""

from __future__ import annotations

import gc
import json
import pickle
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any, ClassVar, TextIO

from airbyte_cdk.models import AirbyteCatalog, AirbyteStream, ConfiguredAirbyteCatalog, SyncMode
from airbyte_cdk.sources.declarative.concurrent_declarative_source import validate_manifest
from airbyte_cdk.sources.declarative.parsers.manifest_component_transformer import ManifestComponentTransformer
from airbyte_cdk.sources.declarative.parsers.manifest_reference_resolver import ManifestReferenceResolver
from airbyte_cdk.test.catalog_builder import CatalogBuilder
from airbyte_cdk.test.entrypoint_wrapper import EntrypointOutput, read
from airbyte_cdk.test.state_builder import StateBuilder
from airbyte_cdk.utils.yaml_loader import safe_load_yaml
from pydantic.v1 import BaseModel

from source_tiktok_marketing import SourceTiktokMarketing
from source_tiktok_marketing.requesters.rate_limiter import Clock
from tiktok_simulator import Exchange, Simulator
from tiktok_simulator.endpoints.filter_values import asks_for_optional

# Six in the morning in Berlin; still the 14th in Los Angeles, already the afternoon of the 15th in Tokyo.
NOW = datetime(2026, 2, 15, 5, 0, tzinfo=UTC)


# Seconds within which every answer comes, and every process ends, however busy the machine is.
PATIENCE = 240


def frozen_now() -> datetime:
    """The moment it is in a test, for the simulator.

    Here and not in conftest.py: another suite's conftest takes its place in sys.modules, and what is not there can't be
    frozen.
    """
    return datetime.now(UTC)


class Turns(Clock):
    """A clock that moves on only while requests wait for the quota."""

    def __init__(self) -> None:
        self.moments: list[float] = []

    def now(self) -> float:
        return max(self.moments, default=0.0)

    def wait_until(self, moment: float) -> None:
        self.moments.append(moment)


# So many values of a kind are kept: tests that search make thousands of configurations, of which none comes twice.
MOST_KEPT = 300


def keep(kept: dict[bytes, bytes], key: bytes, value: bytes) -> None:
    """Keeps a value, and forgets the oldest where there are too many."""
    kept[key] = value
    if len(kept) > MOST_KEPT:
        del kept[next(iter(kept))]


class QuickSource(SourceTiktokMarketing):
    """The connector, with a manifest that is read and resolved once for all tests, and of which a sync gets its part.

    To read, validate and resolve all two hundred streams takes longer than most syncs of a test.
    """

    def __init__(self, catalog: ConfiguredAirbyteCatalog, config: Mapping[str, Any], state: list[Any]) -> None:
        wanted = frozenset(entry.stream.name for entry in catalog.streams)
        self._part = _part_of_the_manifest(wanted, has_own=bool({"custom_reports", "extra_endpoints"} & set(config)))
        super().__init__(catalog, config, state)

    def _read_and_parse_yaml_file(self, path_to_yaml_file: str) -> Any:
        return pickle.loads(self._part)

    def list_rows(self) -> list[Mapping[str, Any]]:
        return _whole_rows()


def copied(plain: Any) -> Any:
    """A copy of plain data, such as a part of a manifest; faster than `copy.deepcopy`, which can copy anything."""
    return pickle.loads(pickle.dumps(plain))


def read_manifest(file: TextIO) -> Any:
    """The content of a YAML file, which is parsed once."""
    return pickle.loads(_read_yaml(file.read()))


@lru_cache(maxsize=4)
def _read_yaml(text: str) -> bytes:
    return pickle.dumps(safe_load_yaml(text))


class QuickResolver(ManifestReferenceResolver):
    """Resolves the references of a manifest, of equal ones once."""

    DONE: ClassVar[dict[bytes, bytes]] = {}

    def preprocess_manifest(self, manifest: Mapping[str, Any]) -> dict[str, Any]:
        given = pickle.dumps(manifest)
        if given not in self.DONE:
            keep(self.DONE, given, pickle.dumps(super().preprocess_manifest(manifest)))
        return dict(pickle.loads(self.DONE[given]))


class QuickTransformer(ManifestComponentTransformer):
    """Hands parameters down to the components of a manifest or a stream, for equal ones once."""

    DONE: ClassVar[dict[bytes, bytes]] = {}

    def propagate_types_and_parameters(
        self,
        parent_field_identifier: str,
        declarative_component: Mapping[str, Any],
        parent_parameters: Mapping[str, Any],
        use_parent_parameters: bool | None = None,
    ) -> dict[str, Any]:
        if parent_field_identifier:  # a component of a stream
            return super().propagate_types_and_parameters(
                parent_field_identifier, declarative_component, parent_parameters, use_parent_parameters
            )
        given = pickle.dumps((declarative_component, parent_parameters, use_parent_parameters))
        if given not in self.DONE:
            done = super().propagate_types_and_parameters(
                parent_field_identifier, declarative_component, parent_parameters, use_parent_parameters
            )
            keep(self.DONE, given, pickle.dumps(done))
        return dict(pickle.loads(self.DONE[given]))


VALID: dict[bytes, bytes] = {}


def validate_once(manifest: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """Validates a manifest against the CDK's schema, of equal ones those that were not found valid before."""
    given = pickle.dumps(manifest)
    if given not in VALID:
        validate_manifest(manifest, schema)
        keep(VALID, given, b"")


PARSE = BaseModel.parse_obj.__func__  # type: ignore[attr-defined]
PARSED: dict[bytes, bytes] = {}


def parse_once(model: type[BaseModel], definition: Any) -> Any:
    """The definition of a component as the CDK's model of it, made once of equal definitions."""
    given = pickle.dumps((model.__name__, definition))
    if given not in PARSED:
        keep(PARSED, given, pickle.dumps(PARSE(model, definition)))
    return pickle.loads(PARSED[given])


def discovered(config: Mapping[str, Any]) -> dict[str, AirbyteStream]:
    """The streams a configuration is offered, by their names; to look at, as all tests have the same ones."""
    return _discovered(json.dumps(config, sort_keys=True))


@lru_cache(maxsize=8)
def _discovered(written: str) -> dict[str, AirbyteStream]:
    return {stream.name: stream for stream in discover_anew(json.loads(written)).streams}


def discover_anew(config: Mapping[str, Any]) -> AirbyteCatalog:
    """The catalog of a new source. The garbage collector is off as in the command: it took a third of the time."""
    gc.disable()
    try:
        source = SourceTiktokMarketing(config=config)
        return source.discover(source.logger, source.normal_config)
    finally:
        gc.enable()


@cache
def _whole() -> SourceTiktokMarketing:
    return SourceTiktokMarketing()


@cache
def _whole_rows() -> list[Mapping[str, Any]]:
    return _whole().list_rows()


@lru_cache(maxsize=MOST_KEPT)
def _part_of_the_manifest(wanted: frozenset[str], *, has_own: bool) -> bytes:
    """The rows of the wanted streams, and the tables of the user's own streams where he has any."""
    part = {key: value for key, value in _whole().resolved_manifest.items() if key != "definitions"}
    tables, part["dynamic_streams"] = part["dynamic_streams"], []
    for table in tables:
        resolver = table["components_resolver"]
        parameters = resolver.get("stream_parameters", {})
        rows = [row for row in parameters.get("list_of_parameters_for_stream", ()) if row["name"] in wanted]
        if rows:
            resolver = {**resolver, "stream_parameters": {**parameters, "list_of_parameters_for_stream": rows}}
        if rows or (has_own and not parameters):
            part["dynamic_streams"].append({**table, "components_resolver": resolver})
    return pickle.dumps(part)


@dataclass
class Sync:
    """What one sync gave."""

    output: EntrypointOutput

    def rows(self, stream: str) -> list[dict[str, Any]]:
        return [message.record.data for message in self.output.records if message.record.stream == stream]

    def state(self, stream: str) -> dict[str, Any]:
        """The last state of `stream`, as plain JSON."""
        states = [message.state.stream for message in self.output.state_messages]
        blobs = [state.stream_state for state in states if state.stream_descriptor.name == stream]
        return dict(json.loads(json.dumps(blobs[-1].__dict__)))

    def cursors(self, stream: str) -> dict[str, str]:
        """The cursor of each ad account."""
        states = self.state(stream)["states"]
        return {entry["partition"]["advertiser_id"]: next(iter(entry["cursor"].values())) for entry in states}

    @property
    def statuses(self) -> dict[str, str]:
        """The last status of each stream."""
        found = {}
        for message in self.output.trace_messages:
            if message.trace.stream_status:
                status = message.trace.stream_status
                found[status.stream_descriptor.name] = status.status.value
        return found

    @property
    def errors(self) -> list[str]:
        return [message.trace.error.message for message in self.output.errors]

    @property
    def warnings(self) -> list[str]:
        return [
            message.log.message for message in self.output.logs if message.log.level.value in ("WARN", "ERROR", "FATAL")
        ]


def plain_reports(tiktok: Simulator) -> list[Exchange]:
    """The requests for reports: none that asks for a window once more with a filter, or first for several accounts."""
    asked = tiktok.asked("/report/integrated/get/")
    return [call for call in asked if "advertiser_ids" not in call.query and not asks_for_optional(call.query)]


def read_streams(streams: Sequence[str], config: dict[str, Any], state: dict[str, Any] | None = None) -> Sync:
    """One sync in process, as a user's would be; `state` maps a stream to its saved state."""
    catalog = CatalogBuilder()
    for stream in streams:
        catalog = catalog.with_stream(stream, SyncMode.incremental)
    built = catalog.build()
    saved = StateBuilder()
    for stream, blob in (state or {}).items():
        saved = saved.with_stream_state(stream, deepcopy(blob))
    source = QuickSource(built, config, saved.build())
    return Sync(read(source, config, built, saved.build(), expecting_exception=None))


def everything(result: Sync, capfd: Any) -> str:
    """Every byte a sync gave: messages with their traces and states, stdout, stderr."""
    printed = capfd.readouterr()
    return printed.out + printed.err + "".join(map(str, result.output._messages))
