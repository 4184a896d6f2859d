"""Every endpoint of TikTok's that reads has a stream, or a reason why it has none."""

from __future__ import annotations

import importlib.util
import json
import re
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT.parent / "shared" / "reference" / "endpoints.json"
# TikTok's endpoints of 2026. Of the last ones only its table of permissions tells.
RECENT = {
    "/account/verification/filetype/", "/account/verification/status/", "/creative/pre_review/task/get/",
    "/gmv_max/creation/custom_anchor_video_list/get/", "/gmv_max/creation/shop_video/video_anchors/",
    "/report/bid_protection/detail/get/", "/report/bid_protection/status/get/", "/report/subscription/get/",
    "/account/optimization/*", "/bc/invoice/billing_report/", "/bc/pixel/get/", "/creative/shared_folder/*",
    "/discovery/cml/list/", "/discovery/cml/post/", "/discovery/hashtag/post/", "/gmv_max/video_list/report/",
    "/pps/survey/metric/", "/smart_plus/mmt/ad/",
}  # fmt: skip
NOT_STREAMS = {"custom_reports"}
# Those that hand out or take back a token, and the one that ends a task.
NOT_READING = re.compile(r"/oauth2/|/report/task/cancel/")


@pytest.fixture(scope="module")
def endpoints() -> ModuleType:
    spec = importlib.util.spec_from_file_location("endpoints", ROOT / "scripts" / "endpoints.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_read_endpoint_of_the_reference_is_missing(endpoints: ModuleType) -> None:
    if not REFERENCE.exists():
        pytest.skip("shared/reference is not here: the table can't be compared with TikTok's endpoints")
    known = {(each["method"], each["path"]) for each in json.loads(REFERENCE.read_text(encoding="utf-8"))}
    reading = {(method, path) for method, path in known if method == "GET" or not NOT_READING.search(path)}
    older = {(row["method"], row["endpoint"]) for row in endpoints.read_table() if row["endpoint"] not in RECENT}
    assert older == reading


def test_the_endpoints_of_the_last_year_are_there(endpoints: ModuleType) -> None:
    assert {row["endpoint"] for row in endpoints.read_table()} >= RECENT


def test_an_endpoint_is_listed_once_and_says_what_it_is(endpoints: ModuleType) -> None:
    times = Counter(row["endpoint"] for row in endpoints.read_table())
    assert set(times.values()) == {1}
    assert all(row["about"] and row["part"] for row in endpoints.read_table())


def test_every_endpoint_has_a_stream_or_a_reason(endpoints: ModuleType) -> None:
    served = {f"/{endpoint}/" for endpoint in endpoints.index_served()}
    left = [row for row in endpoints.read_table() if row["endpoint"] not in served and not row["part_of"]]
    assert [row["endpoint"] for row in left if not row["reason"].endswith(".")] == []


def test_no_reason_is_given_for_what_has_a_stream(endpoints: ModuleType) -> None:
    served = {f"/{endpoint}/" for endpoint in endpoints.index_served()}
    having = [row for row in endpoints.read_table() if row["endpoint"] in served or row["part_of"]]
    assert [row["endpoint"] for row in having if row["reason"]] == []


def test_what_is_part_of_a_stream_is_asked_for_by_the_connector(endpoints: ModuleType) -> None:
    package = (path.read_text(encoding="utf-8") for path in (ROOT / "source_tiktok_marketing").glob("*.py"))
    text = "".join([(ROOT / "manifest.yaml").read_text(encoding="utf-8"), *package])
    streams = {name for names in endpoints.index_served().values() for name in names} | NOT_STREAMS
    for row in endpoints.read_table():
        if row["part_of"]:
            assert row["endpoint"].strip("/").rpartition("/")[0] in text
            assert set(row["part_of"].split(";")) <= streams


def test_reasons_name_streams_that_exist(endpoints: ModuleType) -> None:
    streams = {name for names in endpoints.index_served().values() for name in names}
    paths = {row["endpoint"] for row in endpoints.read_table()}
    named = {word for row in endpoints.read_table() for word in row["reason"].split("`")[1::2]}
    assert named <= streams | paths


def test_the_tables_have_a_line_for_each_endpoint(endpoints: ModuleType) -> None:
    lines = [line for line in endpoints.write_tables().splitlines() if line.startswith("| `/")]
    assert len(lines) == len(endpoints.read_table())
    assert not [line for line in lines if line.endswith("|  |")]
