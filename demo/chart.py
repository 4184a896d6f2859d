"""The chart: what each campaign spent on each day, one panel for each ad account and its currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, DayLocator, date2num
from matplotlib.figure import Figure

from .database import Database, DaySpend
from .terminal import shortened

# Okabe and Ito's colours, which people with any colour vision tell apart; grey for the rest.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
REST, REST_COLOUR = "other campaigns", "#999999"
SHOWN_ACCOUNTS = 4
FOOTNOTE = (
    "Days of each ad account's own clock, amounts in its currency: compare shapes, not heights. "
    "The newest day may not be over."
)


def draw(database: Database, path: Path) -> None:
    """Writes the chart of all spend in the database to a PNG file; no spend, no chart."""
    by_account = groupby(database.days(), key=lambda row: (row.account, row.currency))
    accounts = [(name, list(rows)) for name, rows in by_account][:SHOWN_ACCOUNTS]
    if not accounts:
        return
    figure = Figure(figsize=(10, 1.2 + 2.4 * len(accounts)), layout="constrained")
    panels = figure.subplots(len(accounts), sharex=True, squeeze=False)[:, 0]
    for ((account, currency), rows), axes in zip(accounts, panels, strict=True):
        _stack(axes, rows)
        _dress(axes, account, currency)
    figure.suptitle("TikTok Ads: spend by day and campaign", fontsize=15, fontweight="bold")
    figure.supxlabel(FOOTNOTE, fontsize=9, color="#555555")
    figure.savefig(path, dpi=130)


def _stack(axes: Axes, rows: Sequence[DaySpend]) -> None:
    days = sorted({row.day for row in rows})
    places = [float(date2num(day)) for day in days]  # type: ignore[no-untyped-call]
    bottom = [0.0] * len(days)
    for (campaign, spend), colour in zip(_campaigns(rows), (*PALETTE, REST_COLOUR), strict=False):
        heights = [spend[day] for day in days]
        axes.bar(places, heights, 0.82, bottom, label=_plain(campaign), color=colour, edgecolor="white", linewidth=0.4)
        bottom = [low + height for low, height in zip(bottom, heights, strict=True)]
    step = max(1, round((places[-1] - places[0]) / 9))
    axes.xaxis.set_major_locator(DayLocator(interval=step))  # type: ignore[no-untyped-call]


def _campaigns(rows: Sequence[DaySpend]) -> list[tuple[str, dict[date, float]]]:
    """The campaigns that spent most, by name, so that a name has its colour in every panel; then all others as one."""
    spend: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows:
        spend[row.campaign][row.day] += float(row.spend)
    largest = sorted(spend, key=lambda name: sum(spend[name].values()), reverse=True)
    shown, rest = largest[: len(PALETTE)], largest[len(PALETTE) :]
    found = [(name, spend[name]) for name in sorted(shown)]
    others: dict[date, float] = defaultdict(float)
    for name in rest:
        for day, amount in spend[name].items():
            others[day] += amount
    return [*found, (REST, others)] if rest else found


def _plain(name: str) -> str:
    """A name as it is: matplotlib would read formulas between dollar signs."""
    return shortened(name).replace("$", r"\$")


def _dress(axes: Axes, account: str, currency: str) -> None:
    axes.set_title(_plain(account), loc="left", fontsize=11, fontweight="bold")
    axes.set_ylabel(f"Spend per day, {currency}", fontsize=9)
    axes.xaxis.set_major_formatter(DateFormatter("%d %b"))  # type: ignore[no-untyped-call]
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.margins(x=0.01)
    axes.grid(axis="y", color="#dddddd", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0, labelsize=9)
    handles, labels = axes.get_legend_handles_labels()
    # The legend reads from top to bottom as the stack does.
    axes.legend(handles[::-1], labels[::-1], loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=9)
