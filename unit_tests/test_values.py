"""What becomes of a single value: its type, or null and a word in the log, never a crash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from harness import Sync

from source_tiktok_marketing.schema.casting import CASTERS
from tiktok_simulator import Simulator


@pytest.mark.parametrize(
    ("kind", "wire", "value"),
    [
        ("integer", "12", 12),
        ("integer", "1.00", 1),
        ("integer", "-3", -3),
        ("integer", 7, 7),
        ("integer", 7.0, 7),
        ("number", "14.68", 14.68),
        ("number", "0.410", 0.41),
        ("number", "12", 12.0),
        ("number", 0, 0),
        ("string", 1714125051115569, "1714125051115569"),
        ("string", "0012", "0012"),
        ("boolean", "True", True),
        ("boolean", "0", False),
        ("boolean", 1, True),
        ("boolean", False, False),
        ("date", "2026-01-05 00:00:00", "2026-01-05"),
        ("date-time", "2026-01-05 07:00:00", "2026-01-05T07:00:00"),
        ("date-time", "2026-01-05T07:00:00Z", "2026-01-05T07:00:00"),
        ("array<string>", [2017370, "x"], ["2017370", "x"]),
        ("array<object>", [{"a": 1}], [{"a": 1}]),
        ("object", {"a": 1}, {"a": 1}),
    ],
)
def test_a_value_takes_the_type_of_its_column(kind: str, wire: Any, value: Any) -> None:
    cast = CASTERS[kind](wire)
    assert (cast, type(cast)) == (value, type(value))


@pytest.mark.parametrize(
    ("kind", "wire"),
    [
        ("integer", "1.5"),
        ("integer", 7.5),
        ("integer", "<5"),
        ("integer", "nan"),
        ("number", "n/a"),
        ("number", "inf"),
        ("number", "nan"),
        ("boolean", "perhaps"),
        ("date", "2026-13-01 00:00:00"),
        ("date", "soon"),
        ("date-time", "2026-01-05 25:00:00"),
    ],
)
def test_a_value_of_another_form_is_refused(kind: str, wire: Any) -> None:
    with pytest.raises((ValueError, OverflowError)):
        CASTERS[kind](wire)


def test_an_odd_value_becomes_null_with_one_warning_and_its_number_in_the_log(
    sync: Callable[..., Sync], tiktok: Simulator, one_advertiser: dict[str, Any]
) -> None:
    tiktok.faults.odd_value(metric="clicks", value="<5")
    result = sync("advertisers_reports_daily", config=one_advertiser)
    rows = result.rows("advertisers_reports_daily")
    assert not any("clicks" in row for row in rows)
    assert all("spend" in row for row in rows)
    assert result.warnings == [
        "advertisers_reports_daily.clicks: TikTok sent '<5', which is no integer; it becomes null."
    ]
    told = [message.log.message for message in result.output.logs]
    assert (
        f"advertisers_reports_daily.clicks: {len(rows)} values of an unexpected form became null in this sync." in told
    )
