"""docs/evidence.md: everything the connector relies on has a row, and no row is about anything else."""

from __future__ import annotations

import importlib
import re
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from source_tiktok_marketing.retrievers.reports import IDS_PER_FILTER
from source_tiktok_marketing.schema.columns import read_table
from source_tiktok_marketing.schema.metrics import METRICS_PER_REQUEST

ROOT = Path(__file__).parents[1]
# What stands in the code as a number, and the row that has it.
LIMITS = ["30 days with stat_time_day", "1 day with stat_time_hour", "365 days without a time dimension",
          "365 days of a business centre", f"{METRICS_PER_REQUEST} metrics a request", "1000 rows a page",
          "20,000 ids a report", "5 advertiser_ids a report",
          f"{IDS_PER_FILTER} ids in a filter of a report"]  # fmt: skip
RATES = ["10 requests a second", "report/task/create/", "gmv_max/report/get/", "business/*", "the sandbox"]
PATH = re.compile(r"((?:[a-z0-9_]+/)+[a-z0-9_]+/)")


@pytest.fixture(scope="module")
def evidence() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "scripts"))
        return importlib.import_module("evidence")


def named(evidence: ModuleType, about: str) -> list[str]:
    return [row["what"] for row in evidence.read_facts() if row["about"] == about]


def test_every_endpoint_and_code_relied_on_has_a_row(evidence: ModuleType) -> None:
    assert evidence.find_missing() == []


def test_no_row_speaks_of_an_endpoint_that_is_not_asked(evidence: ModuleType) -> None:
    words = (cell for row in evidence.read_facts() for name, cell in row.items() if name != "marks")
    told = {path for cell in words for path in PATH.findall(cell)}
    assert {*named(evidence, "endpoint"), *told} <= evidence.list_asked()


def test_no_row_is_about_a_code_that_the_error_table_does_not_have(evidence: ModuleType) -> None:
    assert set(named(evidence, "code")) == set(evidence.read_answers())


def test_every_limit_and_rate_has_a_row(evidence: ModuleType) -> None:
    assert [limit for limit in LIMITS if limit not in named(evidence, "limit")] == []
    assert [rate for rate in RATES if rate not in named(evidence, "rate")] == []


def test_every_limit_of_an_endpoint_that_the_manifest_names_has_a_row(evidence: ModuleType) -> None:
    text = (ROOT / "manifest.yaml").read_text(encoding="utf-8")
    own = re.findall(r"\{endpoint: ([a-z_/*]+), requests_per_second", text)
    assert own
    assert [endpoint for endpoint in own if endpoint not in named(evidence, "rate")] == []


def test_a_fact_stands_once_and_names_sources_that_are_known(evidence: ModuleType) -> None:
    times = Counter((row["about"], row["what"]) for row in evidence.read_facts())
    assert set(times.values()) == {1}
    said = {source for row in evidence.read_facts() for source in filter(None, row["sources"].split(";"))}
    assert said == set(evidence.read_sources())
    assert all(re.fullmatch(r"20\d\d-\d\d-\d\d", source["date"]) for source in evidence.read_sources().values())


def test_what_is_confirmed_has_a_source_and_what_is_not_says_what_a_wrong_guess_costs(evidence: ModuleType) -> None:
    for row in evidence.read_facts():
        assert row["state"] in ("confirmed", "unconfirmed"), row
        assert row["sources"] if row["state"] == "confirmed" else row["cost"].endswith("."), row
        assert not row["cost"] or row["state"] == "unconfirmed", row


def test_every_mark_of_something_unconfirmed_is_on_the_page(evidence: ModuleType) -> None:
    places = ["manifest.yaml", "BEHAVIOR.md", *map(str, sorted(_sources()))]
    marked = {place for place in places if "unconfirmed" in (ROOT / place).read_text(encoding="utf-8").lower()}
    about_the_word = {"source_tiktok_marketing/schema/metrics.py"}  # says what the mark means
    assert marked - about_the_word == {
        place for row in evidence.read_facts() for place in row["marks"].split(";") if place
    }


def _sources() -> list[Path]:
    found = [path for name in ("source_tiktok_marketing", "tiktok_simulator") for path in (ROOT / name).rglob("*.py")]
    return [path.relative_to(ROOT) for path in [*found, ROOT / "tiktok_simulator" / "README.md"]]


def test_every_unconfirmed_metric_is_on_the_page(evidence: ModuleType) -> None:
    told = evidence.list_unconfirmed_metrics()
    assert [row["metric"] for row in read_table("metrics.csv") if row["state"] and f"`{row['metric']}`" not in told
            and row["state"] == "unconfirmed"] == []  # fmt: skip


def test_the_tables_have_a_line_for_each_fact(evidence: ModuleType) -> None:
    page = (evidence.write_rules_tables(), evidence.write_codes_table(), evidence.write_endpoints_table())
    lines = [line for text in page for line in text.splitlines() if line.startswith("| ")]
    heads = len(("limits", "rates", "rules", "codes", "endpoints"))
    assert len(lines) - heads == len(evidence.read_facts())
    unconfirmed = [row for row in evidence.read_facts() if row["state"] == "unconfirmed"]
    assert len(evidence.write_unconfirmed_table().splitlines()) - 2 == len(unconfirmed)
