"""The source: reads the manifest and adds what YAML can't say."""

from __future__ import annotations

import ast
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from airbyte_cdk import (
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteTracedException,
    ConfiguredAirbyteCatalog,
    FailureType,
    Status,
    Type,
)
from airbyte_cdk.config_observation import emit_configuration_as_airbyte_control_message
from airbyte_cdk.models.airbyte_protocol import AirbyteStateMessage
from airbyte_cdk.sources.declarative.yaml_declarative_source import YamlDeclarativeSource
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets

from source_tiktok_marketing.config.column_selection import select_columns, warn_of_foreign_schemas
from source_tiktok_marketing.config.custom_reports.rows import make_custom_rows, tell_plain_reports
from source_tiktok_marketing.config.mistakes import refuse_mistakes
from source_tiktok_marketing.config.stream_selection import (
    ORGANIC,
    is_offered,
    refuse_repeated_streams,
    refuse_unknown_streams,
    warn_of_unknown_states,
)
from source_tiktok_marketing.config.stream_tables import write_out
from source_tiktok_marketing.config.unknown_options import warn_of_ignored_options
from source_tiktok_marketing.files import Utf8Files
from source_tiktok_marketing.incremental.owned_stream import OwnedStreams
from source_tiktok_marketing.incremental.owner_cursor import SavedCursors
from source_tiktok_marketing.incremental.page_messages import IN_PAGES, PageMessage
from source_tiktok_marketing.incremental.present_cursor import bind_to_present
from source_tiktok_marketing.incremental.state_forms import group_by_stream
from source_tiktok_marketing.logs import Reasons, drop_stack_trace, hide, hide_secrets, is_bookkeeping, speak_plainly
from source_tiktok_marketing.partition_routers.advertiser_directory import AdvertiserDirectory
from source_tiktok_marketing.partition_routers.environments import decide_environment
from source_tiktok_marketing.requesters.clock import SyncClock, tell_days
from source_tiktok_marketing.requesters.oauth import OrganicTokens
from source_tiktok_marketing.retrievers.advertisers import refuse_unreachable
from source_tiktok_marketing.samples import ask_for_samples
from source_tiktok_marketing.shutdown import emit_states
from source_tiktok_marketing.sync import PREPARED, Sync, is_sample


def find_manifest() -> str:
    """The path of the manifest, which is beside the package in a checkout, and inside it in the wheel and the image.

    The path is absolute: the CDK would look for a relative one in the current directory first, where any file may be.
    """
    here = Path(__file__).parent
    return str(next(each for each in (here, here.parent) if (each / "manifest.yaml").exists()) / "manifest.yaml")


class SourceTiktokMarketing(Utf8Files, YamlDeclarativeSource):
    """TikTok Ads for Airbyte: `manifest.yaml`, with its config checked and its report streams kept to local days."""

    # If true, `read` gives whole pages of records (page_decoder.py) to a caller that can write them.
    writes_pages = False
    # The CDK would only name the first mistake, without its field; `streams` names them all.
    check_config_against_spec = False

    def __init__(
        self,
        catalog: ConfiguredAirbyteCatalog | None = None,
        config: Mapping[str, Any] | None = None,
        state: list[AirbyteStateMessage] | None = None,
    ) -> None:
        # The CDK has options of its own, by which a configuration could bring another manifest, or code.
        ours = {name: value for name, value in config.items() if not name.startswith("__")} if config else config
        state = group_by_stream(state or [])
        super().__init__(path_to_yaml=find_manifest(), catalog=catalog, config=ours, state=state)
        if self._config:
            self._config[PREPARED]["columns"] = select_columns(catalog)
        self._tables = [(rows, tuple(rows)) for rows in write_out(self.resolved_manifest)]
        self._wanted = [entry.stream.name for entry in catalog.streams] if catalog else None
        self._given = dict(config or {})
        self._built: list[AbstractStream] = []
        self._sync = Sync.of(self._config)
        speak_plainly(self.name, self._list_names())

    @property
    def connection_specification(self) -> Mapping[str, Any]:
        """The JSON schema of the configuration."""
        specification: Mapping[str, Any] = self.resolved_manifest["spec"]["connection_specification"]
        return specification

    @property
    def normal_config(self) -> Mapping[str, Any]:
        """The configuration this source was built with, in its one shape (`NormalizeConfig`)."""
        return self._config

    def streams(self, config: Mapping[str, Any]) -> list[AbstractStream]:
        """The streams these credentials can read. Raises a config_error naming every mistake in `config`."""
        other = self._configure(config)
        other._refuse_mistakes()
        return other._build(other.normal_config)

    def _build(self, config: Mapping[str, Any]) -> list[AbstractStream]:
        before, self._sync = self._sync.get_shared(SavedCursors), Sync.of(config)
        self._sync.get_shared(SavedCursors).take_over(before)
        clock = self._sync.get_shared(SyncClock)
        if self._wanted is not None and not is_sample(config):
            tell_days(config)
        offered = self.list_offered(config)
        self._config = config  # the CDK builds the streams from it
        self._build_only(self._find_needed(config, offered))
        streams = [stream for stream in super().streams(config) if stream.name in offered]
        self._sync.get_shared(OrganicTokens).hand_back = self._hand_back
        dated = {row["name"] for row in self.list_rows() if "step" in row}
        owned = self._sync.get_shared(OwnedStreams)
        wrapped = (owned.wrap(each, self.emit) for each in streams)
        self._built = [bind_to_present(each, clock, is_windowed=each.name in dated) for each in wrapped]
        return self._built

    def _refuse_mistakes(self) -> None:
        hide_secrets(self._config)
        refuse_mistakes(self._config, self.connection_specification, [row["name"] for row in self.list_rows()])

    def _decide(self) -> Mapping[str, Any]:
        self._refuse_mistakes()
        self._config = decide_environment(self._config, self._build)
        return self._config

    def emit_states(self) -> None:
        """Emits the state of every stream whose cursor has moved, after the records that it is about."""
        emit_states(stream.cursor for stream in self._built if stream.cursor_field)

    def emit(self, message: AirbyteMessage) -> None:
        """Emits a message after all others that this source has emitted so far."""
        self._message_repository.emit_message(message)

    def list_offered(self, config: Mapping[str, Any]) -> list[str]:
        """The names of the streams this configuration is offered (`is_offered`)."""
        return [row["name"] for row in (*self.list_rows(), *self.list_custom_rows()) if is_offered(row, config)]

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:
        """Whether the token works, every chosen ad account is permitted, and every report request is accepted.

        It makes at most four requests: the list of ad accounts, the details of the first hundreds, one report. Each of
        the user's own reports takes one more for each hundred metrics. The other ad accounts are looked up in the list,
        if there is one.
        """
        if (other := self._configure(config)) is not self:
            return other.check(logger, other.normal_config)
        try:
            self._refuse_mistakes()
            warn_of_ignored_options(self._config)
            sample = {"sample": True, "report_rows": make_custom_rows(self._config, sample=True)}
            self._config = {**self._config, PREPARED: {**self._config[PREPARED], **sample}}
            config = self._decide()
            held = self.streams(config)  # the directory lives only as long as the streams that share it
            refuse_unreachable(self._sync.get_shared(AdvertiserDirectory), is_check=True)
            status = super().check(logger, config)
            ask_for_samples(held, [row["name"] for row in self.list_custom_rows()])
            del held
        except AirbyteTracedException as error:
            if error.failure_type is not FailureType.config_error:
                raise
            return AirbyteConnectionStatus(status=Status.FAILED, message=filter_secrets(str(error)))
        if status.status is Status.FAILED:
            status.message = str(ast.literal_eval(status.message or "''"))  # the CDK gives the text's repr
        return status

    def discover(self, logger: logging.Logger, config: Mapping[str, Any]) -> Any:
        """The catalog of the streams this configuration is offered."""
        if (other := self._configure(config)) is not self:
            return other.discover(logger, other.normal_config)
        return super().discover(logger, self._decide())

    def read(
        self,
        logger: logging.Logger,
        config: Mapping[str, Any],
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage] | None = None,
    ) -> Iterator[AirbyteMessage]:
        """Reads the streams of the catalog. For those it does not offer, it raises an error after all others."""
        if (other := self._configure(config, catalog, state)) is not self:
            yield from other.read(logger, other.normal_config, catalog, state)
            return
        warn_of_ignored_options(self._config)
        config = self._decide()
        offered = self.list_offered(config)
        warn_of_unknown_states(group_by_stream(state or []), self._list_names())
        refuse_repeated_streams([entry.stream.name for entry in catalog.streams])
        warn_of_foreign_schemas(catalog)
        reasons = Reasons()
        IN_PAGES.clear()
        tell_plain_reports(self._config)
        try:
            for message in super().read(logger, config, catalog, state):
                if isinstance(message, PageMessage):
                    yield from [message] if self.writes_pages else message.make_messages()
                elif message.type is not Type.TRACE:
                    if not is_bookkeeping(message):
                        yield message
                elif reasons.is_new(message):
                    yield drop_stack_trace(message)
        except AirbyteTracedException as error:
            raise reasons.make_closing_error(error) from None  # its causes were told already
        finally:
            self._sync.close()
        refuse_unknown_streams([entry.stream.name for entry in catalog.streams], offered, self.list_rows())

    def _configure(
        self,
        config: Mapping[str, Any],
        catalog: ConfiguredAirbyteCatalog | None = None,
        state: list[AirbyteStateMessage] | None = None,
    ) -> SourceTiktokMarketing:
        """This source, or one with `config` if this one was built without: the CDK's test tools do that."""
        return type(self)(catalog, config, state) if config and not self._given else self

    def _hand_back(self, renewed: Mapping[str, str]) -> None:
        """Sends the platform its own configuration back, with the renewed tokens in it."""
        for secret in renewed.values():
            hide(secret)
        emit_configuration_as_airbyte_control_message({**self._given, ORGANIC: {**self._given[ORGANIC], **renewed}})

    def list_rows(self) -> list[Mapping[str, Any]]:
        """The manifest's streams: those that are written out, then the rows of its tables."""
        return [*self.resolved_manifest["streams"], *(row for _, rows in self._tables for row in rows)]

    def _find_needed(self, config: Mapping[str, Any], offered: list[str]) -> list[str]:
        """The streams to build, as each costs ten milliseconds: those to read, or those that a check tries."""
        if is_sample(config):
            return list(self.resolved_manifest["check"]["stream_names"])
        return offered if self._wanted is None else self._wanted

    def _build_only(self, names: list[str]) -> None:
        for kept, rows in self._tables:
            kept[:] = [row for row in rows if row["name"] in names]

    def _list_names(self) -> list[str]:
        return [row["name"] for row in (*self.list_rows(), *self.list_custom_rows())]

    def list_custom_rows(self) -> list[Mapping[str, Any]]:
        """The rows of the user's own reports and endpoints."""
        prepared = self._config.get(PREPARED, {"report_rows": {}, "endpoint_rows": []})
        return [*(row for rows in prepared["report_rows"].values() for row in rows), *prepared["endpoint_rows"]]
