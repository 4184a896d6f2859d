"""Pages of a report that are made in advance: rows as TikTok writes them, with the metrics that a client wants."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from threading import Lock

from benchmarks.world import FIRST_DAY, ROWS_PER_PAGE

DISTINCT_PAGES = 8
DAYS = [date.fromisoformat(FIRST_DAY) + timedelta(day) for day in range(30)]
METRICS = Path(__file__).parents[1] / "tiktok_simulator" / "protocol" / "data" / "metrics.csv"
# The share of a row's figures that are zero: most kinds of conversion do not happen on a given day.
ZERO = 0.45
# What TikTok answers "-" for; the tap gives up on a "-" anywhere else.
NOT_APPLICABLE = ("secondary_goal", "cost_per_secondary_goal", "tt_app_name", "dpa_target")
# Whole numbers that TikTok writes with decimals, e.g. "3.00".
WITH_DECIMALS = ("onsite_shopping", "complete_payment", "total_purchase")
SAME_EVERYWHERE = {"advertiser_name": "Account", "currency": "EUR", "placement_type": "Automatic Placement",
                   "promotion_type": "Website", "objective_type": "WEB_CONVERSIONS", "tt_app_id": "0",
                   "mobile_app_id": "0"}  # fmt: skip
NAMES = ("Summer sale | 夏のセール", "Größer & günstiger", "Retargeting | 30d | lookalike 3%", "新学期キャンペーン v2")


@dataclass
class Pages:
    """The rows of every page, by the metrics asked for; made once for each list of metrics."""

    _made: dict[tuple[str, ...], list[bytes]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def answer(self, metrics: Sequence[str], page: int, pages: int) -> bytes:
        """One page of `pages`, as TikTok answers it. After the last page the list is empty."""
        with self._lock:
            made = self._made.setdefault(tuple(metrics), []) or self._make(tuple(metrics))
        rows = made[page % DISTINCT_PAGES] if page <= pages else b""
        info = {"page": page, "page_size": ROWS_PER_PAGE, "total_number": pages * ROWS_PER_PAGE, "total_page": pages}
        tail = b'],"page_info":%b},"request_id":"20260131"}' % json.dumps(info).encode()
        return b'{"code":0,"message":"OK","data":{"list":[' + rows + tail

    def _make(self, metrics: tuple[str, ...]) -> list[bytes]:
        self._made[metrics] = [_make_rows(metrics, page) for page in range(DISTINCT_PAGES)]
        return self._made[metrics]


def _make_rows(metrics: Sequence[str], page: int) -> bytes:
    chance = random.Random(page)  # noqa: S311 - the same rows in every run
    rows = []
    for index in range(page * ROWS_PER_PAGE, (page + 1) * ROWS_PER_PAGE):
        ad, day = divmod(index, len(DAYS))
        dimensions = {"ad_id": str(1_790_000_000_000_000 + ad), "stat_time_day": f"{DAYS[day]} 00:00:00"}
        rows.append({"dimensions": dimensions, "metrics": {name: _write_value(name, ad, chance) for name in metrics}})
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()[1:-1]


def _write_value(metric: str, ad: int, chance: random.Random) -> str:
    """One value, as the text TikTok makes of it."""
    if metric in SAME_EVERYWHERE:
        return SAME_EVERYWHERE[metric]
    if metric.startswith(NOT_APPLICABLE):
        return "-"
    value_type, drawn = _read_types().get(metric, "string"), chance.random()
    if value_type not in ("integer", "number"):
        return str(1_780_000_000_000_000 + ad // 6) if metric.endswith("_id") else f"{NAMES[ad % len(NAMES)]} {ad}"
    if value_type == "number" or metric in WITH_DECIMALS:
        whole = metric in WITH_DECIMALS
        above = drawn - ZERO
        return "0.00" if above < 0 else f"{int(above * 40) if whole else above * 700:.2f}"
    return "0" if drawn < ZERO else str(int(drawn**4 * 20_000))


@cache
def _read_types() -> Mapping[str, str]:
    """The type of each metric, as the simulator knows it."""
    with METRICS.open(encoding="utf-8", newline="") as lines:
        return {row["metric"]: row["type"] for row in csv.DictReader(lines)}
