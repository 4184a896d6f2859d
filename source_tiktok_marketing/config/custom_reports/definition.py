"""A report of the user's: what it asks TikTok for, in the words of the configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from source_tiktok_marketing.schema.metrics import Dimension, Shape, read_dimensions, read_shapes

# From the highest to the lowest; TikTok calls their ids ID dimensions.
ENTITY_LEVELS = ("advertiser", "campaign", "ad_group", "ad")


@dataclass(frozen=True)
class Problem:
    """What is wrong with one field of a report, and what to write instead."""

    field: str
    why: str


@dataclass(frozen=True)
class WantedReport:
    """One report: its type, its level, its breakdowns and its metrics."""

    report_type: str
    level: str
    granularity: str
    breakdowns: Sequence[str] = ()
    metrics: Sequence[str] = ()
    filters: Mapping[str, Any] = field(default_factory=dict)
    business_center_id: str = ""

    @property
    def tiktok_name(self) -> str:
        """The report type's name at TikTok."""
        return read_shapes()[self.report_type][0].tiktok_name

    @property
    def is_filtered(self) -> bool:
        """Whether its type can be filtered by ids, status and buying type."""
        return read_shapes()[self.report_type][0].filtered

    @property
    def shapes(self) -> list[Shape]:
        """The forms its type has at its level."""
        return [shape for shape in read_shapes()[self.report_type] if self.level in shape.levels]

    @property
    def known(self) -> list[Dimension]:
        """Its breakdowns, without unknown ones."""
        return [read_dimensions()[name] for name in self.breakdowns if name in read_dimensions()]

    @property
    def offered(self) -> list[str]:
        """What a report of its type can be broken down by."""
        return [
            name
            for name, item in read_dimensions().items()
            if item.is_breakdown and self.tiktok_name in item.report_types
        ]

    @property
    def places(self) -> list[str]:
        """Its breakdowns as the metrics' own lists name them: `BASIC:country_code`."""
        return [f"{self.tiktok_name}:{dimension.name}" for dimension in self.known]
