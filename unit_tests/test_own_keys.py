"""What the connector keeps for itself in a configuration can't be set by whoever writes one."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from harness import Sync, read_streams

from source_tiktok_marketing import SourceTiktokMarketing
from source_tiktok_marketing.sync import PREPARED
from tiktok_simulator import Simulator

Config = dict[str, Any]
STREAMS = ("campaigns", "campaigns_reports_daily", "mine")
REPORT = {"name": "mine", "level": "campaign", "granularity": "weekly", "metrics": ["spend", "reach"]}
SOMEBODY_ELSES: Config = {"name": "theirs", "report_type": "BASIC", "level": "campaign", "time": ["stat_time_day"]}
OWN = {
    "days": {"from": "2026-01-20", "until": "2026-01-20", "start_date": "2026-01-20", "end_date": "2026-01-20"},
    "report_rows": {"daily": [SOMEBODY_ELSES]}, "endpoint_rows": [{"name": "theirs", "endpoint": "bc/get/"}],
    "columns": {stream: ["campaign_id"] for stream in STREAMS}, "sample": True,
}  # fmt: skip
OF_OLD = {"report_days": OWN["days"], "custom_report_rows": OWN["report_rows"], "sample": True,
          "extra_endpoint_rows": OWN["endpoint_rows"], "selected_columns": OWN["columns"]}  # fmt: skip
OF_THE_CDK = {"__should_normalize": True, "_limit": 1, "_page_size": 1, "__injected_declarative_manifest": {"a": 1},
              "__injected_components_py": "raise SystemExit"}  # fmt: skip


@pytest.fixture
def mine(config: Config) -> Config:
    return config | {"custom_reports": [REPORT], "end_date": "2026-01-18"}


def asked(tiktok: Simulator) -> list[Any]:
    found = sorted((exchange.path, sorted(exchange.query.items())) for exchange in tiktok.transcript)
    del tiktok.transcript[:]
    return found


def rows(result: Sync) -> list[list[Any]]:
    return [sorted(map(str, result.rows(stream))) for stream in STREAMS]


@pytest.mark.samples(1)
@pytest.mark.parametrize("keys", [{PREPARED: OWN}, OF_OLD, OF_THE_CDK, {**OWN, **OF_OLD}], ids=" ".join)
def test_keys_of_the_connectors_own_change_neither_a_record_nor_a_request(
    keys: Config, tiktok: Simulator, mine: Config
) -> None:
    as_it_is = rows(read_streams(STREAMS, mine)), asked(tiktok)
    result = read_streams(STREAMS, mine | keys)
    assert (rows(result), asked(tiktok)) == as_it_is
    assert all(as_it_is[0])
    assert result.errors == []
    assert all("is ignored" in warning for warning in result.warnings)


@pytest.mark.samples(1)
@pytest.mark.parametrize("keys", [{PREPARED: {**OWN, "sample": False}}, OF_OLD])
def test_keys_of_the_connectors_own_change_nothing_in_a_check(keys: Config, tiktok: Simulator, mine: Config) -> None:
    def check(config: Config) -> tuple[Any, list[Any]]:
        source = SourceTiktokMarketing(config=config)
        return source.check(logging.getLogger("airbyte"), source.normal_config), asked(tiktok)

    assert check(mine | keys) == check(mine)


def test_of_a_configuration_only_what_the_form_knows_is_kept(config: Config) -> None:
    source = SourceTiktokMarketing(config=config | OF_OLD | {PREPARED: OWN, "colour": "blue"})
    options = source.connection_specification["properties"]
    assert source.normal_config.keys() <= {*options, PREPARED}
    assert PREPARED not in options
    assert source.normal_config[PREPARED]["sample"] is False
    assert source.normal_config[PREPARED]["columns"] == {}
