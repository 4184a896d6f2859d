"""Makes the schema of a stream from its row and the catalogue of columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import InitVar, dataclass
from typing import Any

from airbyte_cdk.sources.declarative.schema import SchemaLoader

from source_tiktok_marketing.errors import DefectError
from source_tiktok_marketing.schema.accounts import ACCOUNT_COLUMNS, is_of_account
from source_tiktok_marketing.schema.columns import Column, read_entity_columns, read_report_columns
from source_tiktok_marketing.schema.owners import find_owner


@dataclass
class ReportSchema(SchemaLoader):
    """The schema of a report: exactly what its row asks TikTok for, the ad account, and the account's columns.

    The request, the primary key and this schema come from the same row of the manifest. A name that the catalogue does
    not have is a mistake in the connector, never in the user's configuration.
    """

    key: list[str]
    metrics: list[str]
    parameters: InitVar[Mapping[str, Any]]
    business_center_id: str = ""
    spans: bool = False
    of: str = "advertiser"

    def get_json_schema(self) -> Mapping[str, Any]:
        """A JSON schema with the owner, the key, the days that a total spans, and the metrics of the row.

        A row that belongs to an ad account also says in which currency and time zone that is.
        """
        span = ["period_start", "period_end"] if self.spans else []
        owner = find_owner(self.of, self.business_center_id).parameter
        account = ACCOUNT_COLUMNS if is_of_account(owner, self.key) else ()
        known, wanted = read_report_columns(), dict.fromkeys([owner, *self.key, *span, *self.metrics, *account])
        if unknown := [name for name in wanted if name not in known]:
            raise DefectError(
                message="A report of this connector is declared wrongly. Please report it.",
                internal_message=f"Not in the catalogue: {', '.join(unknown)}",
            )
        return _make_schema(known[name] for name in wanted)


@dataclass
class EntitySchema(SchemaLoader):
    """The schema of an entity stream: its columns in the catalogue."""

    stream: str
    parameters: InitVar[Mapping[str, Any]]

    def get_json_schema(self) -> Mapping[str, Any]:
        """A JSON schema whose properties are the stream's columns."""
        return _make_schema(read_entity_columns().get(self.stream, {}).values())


def _make_schema(columns: Iterable[Column]) -> dict[str, Any]:
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "additionalProperties": True,
        "properties": {column.label: column.make_json_schema() for column in columns},
    }
