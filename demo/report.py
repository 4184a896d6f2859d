"""The demo's tables: what the second sync read, what campaigns cost, and that all reports add up to the same spend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby

from .database import CampaignSpend, Database
from .terminal import Cell, draw_table, shorten

READ_WHOLE = ("advertisers", "campaigns", "ad_groups", "ads_reports_lifetime")


def describe_syncs(
    before: Mapping[str, int], read: Mapping[str, int], now: Mapping[str, int], since: Mapping[str, date | None]
) -> str:
    """What the second sync read of each stream, and how much of it was new."""
    rows: list[Sequence[Cell] | None] = [
        (
            stream,
            before[stream],
            read[stream],
            now[stream] - before[stream],
            now[stream],
            _describe_extent(stream, since),
        )
        for stream in now
    ]
    totals = (sum(before.values()), sum(read.values()), sum(now.values()) - sum(before.values()), sum(now.values()))
    return draw_table(
        ("stream", "first sync", "second sync", "new rows", "in table", "read again"),
        [*rows, None, ("all", *totals, "")],
    )


def _describe_extent(stream: str, since: Mapping[str, date | None]) -> str:
    if stream in since:
        return f"{since[stream]} and later" if since[stream] else "nothing"
    return "everything" if stream in READ_WHOLE else "what changed"


def show_spend_by_campaign(database: Database) -> str:
    """One table for each ad account, as amounts in different currencies can't be added up."""
    accounts = groupby(database.list_campaigns(), key=lambda row: (row.account, row.currency))
    return "\n\n".join(_show_account(account, currency, list(rows)) for (account, currency), rows in accounts)


def _show_account(account: str, currency: str, campaigns: Sequence[CampaignSpend]) -> str:
    header = (
        f"{shorten(account)}, {currency}",
        "spend",
        "impressions",
        "clicks",
        "CTR",
        "conversions",
        "lifetime spend",
    )
    *rows, total = map(_make_row, campaigns)
    return draw_table(header, [*rows, None, total])


def _make_row(row: CampaignSpend) -> Sequence[Cell]:
    rate = None if row.click_through_rate is None else f"{row.click_through_rate:.2%}"
    return (shorten(row.campaign), row.spend, row.impressions, row.clicks, rate, row.conversions, row.lifetime_spend)


Totals = Mapping[tuple[str, str], Mapping[str, Decimal]]


def show_proof(totals: Totals) -> str:
    """A table of the spend as each report adds it up."""
    titles = list(next(iter(totals.values()), {}))
    rows: list[Sequence[Cell]] = [
        (f"{shorten(name)}, {currency}", *sums.values()) for (name, currency), sums in totals.items()
    ]
    return draw_table(("spend added up from", *titles), rows)


def show_difference(totals: Totals) -> str:
    """Says that all totals are equal, or which are not."""
    found = list(_find_differences(totals))
    return "\n".join(found) if found else "For each ad account, all reports add up to the same spend, to the cent."


def _find_differences(totals: Totals) -> Iterator[str]:
    for (name, currency), sums in totals.items():
        for title, spend in sums.items():
            if missing := sums["campaigns"] - spend:
                yield f"{name}: {title} add up to {missing:,.2f} {currency} less than campaigns."
