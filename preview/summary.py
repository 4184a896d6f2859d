"""The last lines below the rows: how many, of which ad accounts and days, and what is not shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from source_tiktok_marketing.text import join_some

from .columns import Rows, Sorted
from .offer import Stream

DAYS = ("stat_time_day", "stat_time_hour", "period_start", "period_end")
NAMED_ACCOUNTS = 3
NAMED_COLUMNS = 6
EXAMPLES = 3


def summarize(stream: Stream, rows: Rows, columns: Sorted, *, complete: bool, divided: bool) -> str:
    """What the tables do not show: the ad accounts, the days, and the columns that were left out."""
    return "\n".join([_count_rows(stream, rows, complete), *_describe_columns(stream, columns, divided)])


def explain_nothing(stream: Stream, config: Mapping[str, Any]) -> str:
    """The sentence for a stream without rows."""
    days = f" from {config['start_date']} to {config.get('end_date') or 'today'}" if _has_days(stream) else ""
    return f"{stream.name} has no rows{days}."


def _count_rows(stream: Stream, rows: Rows, complete: bool) -> str:
    days = sorted({str(row[name])[:10] for row in rows for name in DAYS if row.get(name)})
    period = f", {' to '.join(dict.fromkeys((days[0], days[-1])))}" if days else ""
    more = "These are all." if complete else "Reading stopped there."
    return f"{_count(len(rows), 'row')} of {stream.name}{period}{_describe_accounts(rows)}. {more}"


def _describe_accounts(rows: Rows) -> str:
    named = dict.fromkeys(_name_account(row) for row in rows if row.get("advertiser_id"))
    return f", ad account{'s' * (len(named) > 1)} {join_some(list(named), NAMED_ACCOUNTS)}" if named else ""


def _name_account(row: Mapping[str, Any]) -> str:
    about = [str(row[name]) for name in ("advertiser_name", "currency") if row.get(name)]
    return f"{row['advertiser_id']} ({', '.join(about)})" if about else str(row["advertiser_id"])


def _describe_columns(stream: Stream, columns: Sorted, divided: bool) -> Iterator[str]:
    if count := len(columns.empty):
        names = f": {', '.join(columns.empty)}" if count <= NAMED_COLUMNS else ""
        yield f"{_count(count, 'column')} without a value left out{names}."
    if divided:
        others = [column for column in columns.shown if column.name not in stream.key]
        some = [column.name for column in sorted(others, key=lambda column: not column.is_number)][:EXAMPLES]
        yield f"To have it in one table, choose columns: COLUMNS={','.join(some)}"


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"


def _has_days(stream: Stream) -> bool:
    return not {*DAYS}.isdisjoint(stream.key)
