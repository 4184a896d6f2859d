"""What each metric is computed from, and how it is written.

A metric is either a count or computed from counts. Counts are units, or cents of money, and add up over any slice. The
name of a metric says which counts it needs, as TikTok names its metrics regularly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from tiktok_simulator.protocol.tables import METRICS

REACH = "reach"
SECONDS = "seconds watched"  # not a metric; the averages of video play are computed from it
WRITTEN_WITH_DECIMALS = frozenset({"onsite_shopping", "complete_payment", "total_purchase"})
NOT_APPLICABLE = frozenset({"secondary_goal_result", "cost_per_secondary_goal_result", "secondary_goal_result_rate"})

# Units (or cents) per million impressions.
SHARES: Mapping[str, int] = {
    "spend": 520_000, "billed_cost": 500_000, "cash_spend": 480_000, "voucher_spend": 40_000,
    "tax_spend": 50_000, "cashback_coupon_spend": 10_000,
    "gross_impressions": 1_200_000, "clicks": 14_000, "engagements": 30_000,
    "conversion": 900, "real_time_conversion": 850, "result": 14_000, "real_time_result": 13_000,
    "video_play_actions": 880_000, "organic_video_views": 90_000,
    "video_watched_2s": 300_000, "video_watched_6s": 90_000,
    "video_views_p25": 200_000, "video_views_p50": 110_000, "video_views_p75": 70_000, "video_views_p100": 45_000,
    SECONDS: 1_300_000, "engaged_view": 60_000, "engaged_view_15s": 30_000,
    "likes": 9_000, "comments": 600, "shares": 500, "follows": 700, "profile_visits": 2_500,
}  # fmt: skip
GROUP_SHARES: Mapping[str, int] = {"Video": 20_000, "Click": 400, "Social": 300, "Image": 100_000, "Playable": 30_000}
OBJECTIVE_OF_GROUP: Mapping[str, str] = {
    "App": "APP_PROMOTION", "App (SKAN)": "APP_PROMOTION", "Native growth": "APP_PROMOTION",
    "Website": "WEB_CONVERSIONS", "Shop": "WEB_CONVERSIONS", "TikTok": "WEB_CONVERSIONS", "Offline": "WEB_CONVERSIONS",
}  # fmt: skip
DELIVERED_GROUPS = frozenset(
    {"Video", "Click", "Social", "LIVE", "Image", "Interactive add-on", "Instant experience", "Playable"}
)
EVENTS_OF_CORE = re.compile(r"conversion|result")
# TikTok calls this "by conversion time". SKAN also has metrics "by click time", which reports do not have.
BY_ITSELF = re.compile(r"^real_time_|^skan_|_by_conversion_time$|_launch_conversion_time$")
# What a rate is a share of, by the group of the metric. It is clicks in all other groups, and for OF_CLICKS.
WHOLE_OF_GROUP: Mapping[str, str] = {
    **dict.fromkeys(("Core", "Click", "Social", "Image"), "impressions"),
    "App": "app_install", "App (SKAN)": "skan_app_install",
}  # fmt: skip
OF_CLICKS = frozenset({"skan_conversion_rate", "app_install_rate", "real_time_app_install_rate"})
AMOUNT = re.compile(r"value|revenue")
MONEY = frozenset(
    {"spend", "billed_cost", "cash_spend", "voucher_spend", "tax_spend", "cashback_coupon_spend",
     "total_complete_payment_rate"}
)  # fmt: skip


def is_money(count: str) -> bool:
    """Whether a count is an amount of money, in cents."""
    return count != SECONDS and METRICS[count].type == "number"


class Dated(IntEnum):
    """What the day of a count refers to."""

    DELIVERY = 0
    CLICK = 1
    """The view or click that led to the event. The figures of a past day may still grow."""
    ITSELF = 2
    """The event itself. Days without delivery can have it."""


def find_dating(count: str) -> Dated:
    """What a count is dated by: conversions and later events by the click, unless their name says otherwise."""
    if count == SECONDS:
        return Dated.DELIVERY
    group = METRICS[count].group
    if group in DELIVERED_GROUPS or (group == "Core" and not EVENTS_OF_CORE.search(count)):
        return Dated.DELIVERY
    return Dated.ITSELF if BY_ITSELF.search(count) else Dated.CLICK


def compute_event_share(count: str, objective_type: str) -> int:
    """Units (or cents) of a count per million impressions of an ad with this objective."""
    group = METRICS[count].group if count != SECONDS else "Video"
    if OBJECTIVE_OF_GROUP.get(group, objective_type) != objective_type:
        return 0
    if count in SHARES:
        return SHARES[count]
    share = GROUP_SHARES.get(group, 150 + 40 * (len(count) % 7))
    return share * 2_500 if is_money(count) else share


@dataclass(frozen=True)
class Formula:
    """How one metric is computed from the counts that it `needs`, and written."""

    needs: tuple[str, ...]
    write: Callable[[Sequence[int]], str]
    money: bool = False

    @property
    def is_cost(self) -> bool:
        """Whether it is an amount of money, or computed from one."""
        return any(is_money(count) for count in self.needs if count != REACH)


def write_cents(amount: int) -> str:
    """Writes cents as TikTok writes money: "14.68"."""
    return f"{amount // 100}.{amount % 100:02d}"


def _make_count(name: str) -> Formula:
    if is_money(name):
        return Formula((name,), lambda counts: write_cents(counts[0]), money=True)
    if name in WRITTEN_WITH_DECIMALS:
        return Formula((name,), lambda counts: f"{counts[0]}.00" if counts[0] % 3 == 1 else str(counts[0]))
    return Formula((name,), lambda counts: str(counts[0]))


def _make_ratio(top: str, bottom: str, factor: float, decimals: int = 2) -> Formula:
    """`factor` times `top` divided by `bottom`; zero if `bottom` is zero."""
    zero = f"{0:.{decimals}f}"

    def write(counts: Sequence[int]) -> str:
        return f"{factor * counts[0] / counts[1]:.{decimals}f}" if counts[1] else zero

    return Formula((top, bottom), write)


FIXED: Mapping[str, Formula] = {
    "cpc": _make_ratio("spend", "clicks", 0.01),
    "cpm": _make_ratio("spend", "impressions", 10),
    "ctr": _make_ratio("clicks", "impressions", 100),
    "single_image_ctr": _make_ratio("clicks", "single_image_impressions", 100),
    "frequency": _make_ratio("impressions", REACH, 1),
    "cost_per_1000_reached": _make_ratio("spend", REACH, 10),
    "average_video_play": _make_ratio(SECONDS, "video_play_actions", 1),
    "average_video_play_per_user": _make_ratio(SECONDS, REACH, 1),
    "cost_per_result": _make_ratio("spend", "result", 0.01, 3),
    "real_time_cost_per_result": _make_ratio("spend", "real_time_result", 0.01, 3),
    "complete_payment_roas": _make_ratio("total_complete_payment_rate", "spend", 1),
    REACH: Formula((REACH,), lambda counts: str(counts[0])),
    "account_type": Formula((), lambda _: "AUCTION"),
}
RATIO = re.compile(r"cost_(?:per|pre|total)_|_cost$|value_per_|_rate(?:_v2)?$|roas|average|_avg|_per_click$")


def _find_counted(stem: str) -> str:
    """The integer metric in the name of a ratio; conversions if the name has none."""
    in_all = re.sub(r"^(website|onsite|offline|native_growth)_", r"\1_total_", stem)
    for name in (stem, f"{stem}s", f"total_{stem}", in_all, f"{stem}_events", f"{stem}_count"):
        if name in METRICS and METRICS[name].type == "integer":
            return name
    return "conversion"


def _find_value(count: str) -> str:
    """The metric with the money that a count brought in; the value of purchases if there is none."""
    stem = count.removeprefix("total_")
    names = (
        f"total_{stem}_value",
        f"{count}_value",
        "total_complete_payment_rate" if stem == "complete_payment" else "",
    )
    return next((name for name in names if name in METRICS), "total_purchase_value")


def _make_by_name(name: str) -> Formula:
    if "cost_" in name or name.endswith("_cost"):
        return _make_ratio("spend", _find_counted(re.sub(r"cost_(per_|pre_)?|_cost$", "", name)), 0.01)
    if "value_per_" in name:
        counted = _find_counted(re.sub(r"(avg_|total_)?value_per_", "", name))
        return _make_ratio(_find_value(counted), counted, 0.01)
    if "roas" in name:
        return _make_ratio(_find_value(re.sub(r"_roas.*", "", name)), "spend", 1)
    whole = "clicks" if name in OF_CLICKS else WHOLE_OF_GROUP.get(METRICS[name].group, "clicks")
    return _make_ratio(_find_counted(re.sub(r"_rate(_v2)?$|_per_click$|_avg$|^average_", "", name)), whole, 100)


@cache
def list_counts(report_type: str) -> tuple[str, ...]:
    """Every count that a report of this type can have."""
    measured = [name for name, item in METRICS.items() if report_type in item.report_types and not item.is_attribute]
    return tuple(name for name in measured if find_formula(name).needs == (name,) and name != REACH)


@cache
def find_formula(name: str) -> Formula:
    """The formula of one metric that is not an attribute."""
    if name in FIXED:
        return FIXED[name]
    if name in NOT_APPLICABLE:
        return Formula((), lambda _: "-")
    if METRICS[name].type == "integer" or name in MONEY or (AMOUNT.search(name) and not RATIO.search(name)):
        return _make_count(name)
    return _make_by_name(name)
