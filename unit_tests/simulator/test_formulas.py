"""What a rate or an average is made of: what its description says."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from tiktok_simulator.protocol.tables import METRICS
from tiktok_simulator.world.formulas import find_formula

ROOT = Path(__file__).parents[2]
# The words a description has for the whole that a rate is a share of.
WHOLES = {"clicks": "clicks", "impressions": "impressions", "app installs": "app_install"}


def whole_of(metric: str, description: str) -> str:
    """The count that a metric is a percentage of, as its description says it; nothing where it says none."""
    said = re.search(r"percent\w* of ([\w ]+)", description)
    for words, count in WHOLES.items():
        if said and said[1].startswith(words):
            return f"skan_{count}" if metric.startswith("skan_") and words == "app installs" else count
    return ""


def described() -> dict[str, str]:
    """Every metric of reports that is a percentage of a count, with that count."""
    with (ROOT / "source_tiktok_marketing" / "schema" / "metrics.csv").open(encoding="utf-8", newline="") as table:
        found = {row["metric"]: whole_of(row["metric"], row["description"]) for row in csv.DictReader(table)}
    return {metric: whole for metric, whole in found.items() if whole and metric in METRICS}


def test_a_rate_is_a_share_of_what_its_description_names() -> None:
    wholes = {name: whole for name, whole in described().items() if len(find_formula(name).needs) == 2}
    assert {name: find_formula(name).needs[1] for name in wholes} == wholes
    assert len(wholes) > 100


@pytest.mark.parametrize(
    ("name", "needs"),
    [
        ("profile_visits_rate", ("profile_visits", "impressions")),
        ("registration_rate", ("registration", "app_install")),
        ("landing_page_view_rate", ("total_landing_page_view", "clicks")),
        ("value_per_total_view_content", ("total_view_content_value", "total_view_content")),
        ("value_per_complete_payment", ("total_complete_payment_rate", "complete_payment")),
        ("website_value_per_schedule", ("website_total_schedule_value", "website_total_schedule")),
        ("complete_payment_roas", ("total_complete_payment_rate", "spend")),
        ("onsite_shopping_roas", ("total_onsite_shopping_value", "spend")),
    ],
)
def test_an_average_is_of_what_its_name_says(name: str, needs: tuple[str, str]) -> None:
    assert find_formula(name).needs == needs
    assert find_formula(name).write([0, 0]).strip("0.") == ""
