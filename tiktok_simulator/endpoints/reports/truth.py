"""What reports and lists have without TikTok's limits: a client should have the same in the end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from tiktok_simulator.endpoints.reports.business_center import list_accounts
from tiktok_simulator.endpoints.reports.filters import make_status_filter
from tiktok_simulator.endpoints.reports.query import ReportQuery
from tiktok_simulator.endpoints.reports.sources import find_report_rows
from tiktok_simulator.world.world import World


def compute_truth(  # noqa: PLR0913 - one keyword for each property of a report
    world: World,
    *,
    advertiser_id: str | None = None,
    report_type: str = "BASIC",
    data_level: str = "AUCTION_ADVERTISER",
    dimensions: Iterable[str],
    metrics: Iterable[str],
    start: date | None,
    end: date | None,
    include_deleted: bool = True,
    now: datetime,
) -> list[dict[str, str]]:
    """The rows of a report of any type for a whole period at once, without TikTok's limits on days and ids.

    A row has its dimensions and metrics side by side. Values are texts as TikTok writes them. The order is not defined.
    Without `start` and `end` the report is about the lifetime, without `advertiser_id` about all ad accounts of the
    business center. No rule is checked.
    """
    advertiser_ids = (advertiser_id,) if advertiser_id else tuple(list_accounts(world))
    filters = make_status_filter(data_level, "STATUS_ALL" if include_deleted else "STATUS_NOT_DELETE")
    names = tuple(dimensions), tuple(metrics)
    query = ReportQuery(report_type, data_level, advertiser_ids, *names, start, end, now, filters, uncut=True)
    return [row.dimensions | row.metrics for row in find_report_rows(world, query).write_page()]


def list_true_entities(
    world: World, kind: str, advertiser_id: str, *, include_deleted: bool = True
) -> list[dict[str, Any]]:
    """All rows of a kind and of all buying types, newest first, as its endpoint writes them."""
    return [dict(item.row) for item in world.list_entities(kind, advertiser_id) if include_deleted or not item.deleted]
