"""Production or sandbox: the oldest configurations do not say which of the two their token is for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from airbyte_cdk import AirbyteTracedException

from source_tiktok_marketing.config.custom_reports.rows import make_custom_rows
from source_tiktok_marketing.config.normalization import list_chosen_ids
from source_tiktok_marketing.partition_routers.advertiser_directory import AdvertiserDirectory
from source_tiktok_marketing.requesters.responses import read_answer
from source_tiktok_marketing.sync import OTHERWISE, PREPARED, is_sample

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")


Build = Callable[[Mapping[str, Any]], Any]


def decide_environment(config: Mapping[str, Any], build: Build) -> Mapping[str, Any]:
    """Production's configuration; the sandbox's if production refuses the token and the sandbox accepts it.

    TikTok is only asked if `config` does not say which it is. `build` makes the streams, and with them the requester.
    It does not check the configuration, because a mistake that only counts in the sandbox may never matter.
    """
    prepared = config.get(PREPARED, {})
    if not prepared.get(OTHERWISE):
        return config
    production = {**config, PREPARED: {**prepared, OTHERWISE: {}}}
    sandbox = _prepare_sandbox(production, prepared[OTHERWISE])
    code = _find_refusal(production, build)
    if not code or _find_refusal(sandbox, build):
        return production
    LOGGER.info(
        f"Production refuses the token (code {code}) and the sandbox takes it, so the sandbox is read. Choose Sandbox "
        "Access Token under Sign-in to read it without asking production."
    )
    return sandbox


def _prepare_sandbox(production: Mapping[str, Any], said: Mapping[str, Any]) -> Mapping[str, Any]:
    """The configuration with the values in `said`, and the reports in the form a sandbox gives them."""
    sandbox = {**production, **said}
    rows = make_custom_rows(sandbox, sample=is_sample(sandbox))
    return {**sandbox, PREPARED: {**sandbox[PREPARED], "report_rows": rows}}


def _find_refusal(config: Mapping[str, Any], build: Build) -> int:
    """The code with which an environment refuses the token, or 0. The next request will report any other trouble."""
    built = build(config)  # the directory's requesters live only as long as the streams
    asked = {"advertiser_id": list_chosen_ids(config)[0], "page_size": "1"}
    response = None
    with suppress(AirbyteTracedException):
        response = AdvertiserDirectory.of(config).requesters["environment"].send_request(request_params=asked)
    del built
    return 0 if response is None else read_answer(response).code or 0
