"""Brings every accepted shape of the configuration into one."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from airbyte_cdk.sources.declarative.transformations.config_transformations.config_transformation import (
    ConfigTransformation,
)

from source_tiktok_marketing.config.custom_reports.rows import make_custom_rows, read_reports, read_titles
from source_tiktok_marketing.config.dates import list_report_days
from source_tiktok_marketing.config.extra_endpoints import make_extra_rows, read_endpoints
from source_tiktok_marketing.config.organic import ENDS
from source_tiktok_marketing.config.sign_in import OAUTH, PRODUCTION, SANDBOX
from source_tiktok_marketing.config.unknown_options import IGNORED, find_ignored_options
from source_tiktok_marketing.sync import OTHERWISE, PREPARED, TITLES

# Values for options that the form leaves empty. TikTok allows a sandbox 30 requests per minute and endpoint.
UNSAID: Mapping[str, Any] = {"end_date": "today", "requests_per_second": 10}
UNSAID_IN_SANDBOX: Mapping[str, Any] = {**UNSAID, "requests_per_second": 0.5}


@dataclass
class NormalizeConfig(ConfigTransformation):
    """Brings every accepted configuration into one shape, so that no other code has to know the others.

    The official connector's configurations work unchanged: the flat one with `environment`, credentials without
    `auth_type`, lists written as comma-separated text, dates with a time. Nothing is refused here;
    `mistakes.find_mistakes` checks the result. Only the form's fields are kept, which are `options` of the parameters.

        {"access_token": "t", "environment": {"app_id": "a", "secret": "s"}, "advertiser_ids": "1, 2"}
        ─────────────────────────────────────────────────────────────────────────────────────────────
        {"credentials": {"auth_type": "oauth2.0", "access_token": "t", "app_id": "a", "secret": "s"},
         "advertiser_ids": ["1", "2"], "start_date": "2016-09-01", …,
         "prepared": {"days": {"from": "2016-09-01", "until": "2026-01-06", "week_from": "2016-08-29", …},
                      "report_rows": {"daily": [{"name": …, "level": "ad", …}], …}, …}}

    `prepared` is the connector's own, and replaces whatever the user writes there. `list_report_days` explains its
    `days`, `make_custom_rows` its `report_rows`. The source fills in `columns`, those that the catalog selects, by
    stream. `sample` is true in a check, which asks for one row of a report. An ad account and a token without
    `auth_type` count as production's; `otherwise` has what they are as a sandbox's (environments.py).
    """

    parameters: Mapping[str, Any]

    def transform(self, config: MutableMapping[str, Any]) -> None:
        """Replaces `config` in place; `config` must be a copy of the user's own."""
        options: Mapping[str, Any] = self.parameters["options"]
        tidy = {name: _tidy(value) for name, value in config.items()}
        written = {name: value for name, value in tidy.items() if value not in (None, "", {})}
        credentials = _read_credentials(written)
        config.clear()
        config.update({name: option["default"] for name, option in options.items() if "default" in option})
        config.update(UNSAID_IN_SANDBOX if credentials.get("auth_type") == SANDBOX else UNSAID)
        config.update({name: written[name] for name in options if name in written})
        if isinstance(signed_in := config.get("organic"), Mapping) and set(signed_in) <= {ENDS}:
            del config["organic"]  # the form does not show this field, so that a user can't empty it
        config["credentials"] = credentials
        for name in ("advertiser_ids", "exclude_advertiser_ids"):
            config[name] = _read_ids(config.get(name))
        for name in ("start_date", "end_date"):
            if isinstance(config.get(name), int) and not isinstance(config[name], bool):
                config[name] = str(config[name])
        config["custom_reports"] = read_reports(config)
        config["extra_endpoints"] = read_endpoints(config)
        config[PREPARED] = {"days": list_report_days(config), "report_rows": make_custom_rows(config),
                            "endpoint_rows": make_extra_rows(config), "columns": {}, "sample": False,
                            OTHERWISE: _prepare_otherwise(written, credentials),
                            TITLES: read_titles(options),
                            IGNORED: find_ignored_options(written, options)}  # fmt: skip


def list_chosen_ids(config: Mapping[str, Any]) -> list[str]:
    """The ad accounts that the user wrote down, in their order; empty for every one that the token reaches."""
    excluded = config["exclude_advertiser_ids"]
    return [advertiser_id for advertiser_id in list_named_ids(config) if advertiser_id not in excluded]


def list_named_ids(config: Mapping[str, Any]) -> list[str]:
    """The ad accounts that the user wrote down in any place, also those that are excluded."""
    credentials = config["credentials"]
    return config["advertiser_ids"] or credentials.get("advertiser_ids") or _read_ids(credentials.get("advertiser_id"))


def _tidy(value: Any) -> Any:
    """The value without blanks around texts, and without members that are empty."""
    if isinstance(value, Mapping):
        return {name: kept for name, item in value.items() if (kept := _strip(item)) not in (None, "")}
    return [_strip(item) for item in value] if isinstance(value, list) else _strip(value)


def _strip(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _read_credentials(config: Mapping[str, Any]) -> dict[str, Any]:
    nested = config.get("credentials")
    if isinstance(nested, Mapping) and nested:
        found = dict(nested)
    else:
        environment = config.get("environment")
        token = {"access_token": config["access_token"]} if "access_token" in config else {}
        found = token | dict(environment if isinstance(environment, Mapping) else {})
    if "auth_type" not in found and (auth_type := _guess_auth_type(found, config)):
        found["auth_type"] = auth_type
    for name in ("app_id", "secret", "advertiser_id"):
        if isinstance(found.get(name), int):
            found[name] = str(found[name])
    if "advertiser_ids" in found:
        found["advertiser_ids"] = _read_ids(found["advertiser_ids"])
    return found


def _prepare_otherwise(written: Mapping[str, Any], credentials: Mapping[str, Any]) -> dict[str, Any]:
    """What to replace if the token is a sandbox's; empty unless there is one ad account and no `auth_type`."""
    nested = written.get("credentials")
    is_said = isinstance(nested, Mapping) and "auth_type" in nested
    if is_said or credentials.get("auth_type") != PRODUCTION or "advertiser_id" not in credentials:
        return {}
    rate = written.get("requests_per_second", UNSAID_IN_SANDBOX["requests_per_second"])
    return {"credentials": {**credentials, "auth_type": SANDBOX}, "requests_per_second": rate}


def _guess_auth_type(credentials: Mapping[str, Any], config: Mapping[str, Any]) -> str:
    """The `auth_type` of credentials without one; empty for a token alone, which may be anything."""
    if "app_id" in credentials or "secret" in credentials:
        return OAUTH
    if "advertiser_ids" in credentials or "advertiser_id" in credentials:
        return PRODUCTION
    return PRODUCTION if credentials and "advertiser_ids" in config else ""


def _read_ids(value: Any) -> list[str]:
    if isinstance(value, str):
        return [each for each in re.split(r"[\s,;]+", value) if each]
    if isinstance(value, list):
        return [str(each).strip() for each in value]
    return [] if value is None else [str(value)]
