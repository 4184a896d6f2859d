"""Turns a page of a list into typed records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import InitVar, dataclass, field
from typing import Any

import orjson
import requests
from airbyte_cdk.sources.declarative.extractors.record_extractor import RecordExtractor

from source_tiktok_marketing.requesters.responses import Answer, read_answer
from source_tiktok_marketing.schema.accounts import AccountColumns
from source_tiktok_marketing.schema.casting import OddValues, cast_entity


@dataclass
class EntityExtractor(RecordExtractor):
    """Extracts campaigns, ads, images … from a page: typed by the catalogue of columns, each with its ad account.

    TikTok leaves `advertiser_id` out of audiences, images, videos, music and portfolios, and writes times in two
    ways (`2026-01-05 07:00:00`, `2026-01-05T07:00:00Z`, both UTC). Columns that the catalogue lacks pass through.

    A sweep marked `undated` keeps only rows without `modify_time`: the others came with another sweep.
    """

    record_path: str
    stream: str
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    sweeps: list[Mapping[str, Any]] = field(default_factory=list)

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self._odd_values, self._accounts = OddValues.of(self.config), AccountColumns.of(self.config)
        self._told = self._accounts.select_for_entities(self.stream)

    def extract_records(self, response: requests.Response) -> Iterator[Mapping[str, Any]]:
        """The records of one answer."""
        answer = read_answer(response)
        advertiser_id, undated_only = answer.advertiser_id, self._is_undated(answer)
        for row in answer.data.get(self.record_path) or ():
            if not (undated_only and row.get("modify_time")):
                record = {"advertiser_id": advertiser_id} | cast_entity(self.stream, row, self._odd_values)
                self._accounts.fill(record, self._told)
                yield record

    def _is_undated(self, answer: Answer) -> bool:
        filtering = orjson.loads(answer.get_parameter("filtering") or "{}")
        undated = (sweep["filter"] for sweep in self.sweeps if sweep.get("undated"))
        return any(wanted.items() <= filtering.items() for wanted in undated)
