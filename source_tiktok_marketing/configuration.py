"""The configuration: every accepted shape brought into one, and every mistake in it named at once."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from airbyte_cdk import AirbyteTracedException, FailureType
from airbyte_cdk.sources.declarative.transformations.config_transformations.config_transformation import (
    ConfigTransformation,
)
from jsonschema import Draft7Validator, ValidationError

from source_tiktok_marketing.answers import printable
from source_tiktok_marketing.custom_reports import custom_rows, reports_of
from source_tiktok_marketing.custom_reports import mistakes as report_mistakes
from source_tiktok_marketing.dates import FIRST_ZONE, parse_day, report_days, today_in
from source_tiktok_marketing.extra_endpoints import extra_rows
from source_tiktok_marketing.extra_endpoints import mistakes as extra_mistakes
from source_tiktok_marketing.shards import mistakes as shard_mistakes

OAUTH, PRODUCTION, SANDBOX = "oauth2.0", "production_access_token", "sandbox_access_token"

# The official connector's API and Terraform users leave these out, and mean what its form shows.
DEFAULTS: Mapping[str, Any] = {"start_date": "2016-09-01", "end_date": "today", "attribution_window": 3,
                               "include_deleted": True, "include_leads": False, "week_starts_on": "monday",
                               "skip_inactive": False, "requests_per_second": 10, "concurrency": 8,
                               "max_wait_minutes": 15}  # fmt: skip
# 30 requests a minute and endpoint is what TikTok allows a sandbox.
SANDBOX_DEFAULTS: Mapping[str, Any] = {**DEFAULTS, "requests_per_second": 0.5}
RETIRED = ("report_granularity", "environment", "access_token")
HOW_TO_WRITE_A_DAY = "Write YYYY-MM-DD, today, yesterday, today-30, or a number of days back such as 30."


@dataclass
class NormalizeConfig(ConfigTransformation):
    """Brings every accepted configuration into one shape, so that nothing behind this line asks which it was.

    The official connector's configurations work unchanged: the flat one with `environment`, credentials without
    `auth_type`, lists written as comma-separated text, dates with a time. Nothing is refused here, only brought into
    shape; `mistakes` reads the result.

        {"access_token": "t", "environment": {"app_id": "a", "secret": "s"}, "advertiser_ids": "1, 2"}
        ─────────────────────────────────────────────────────────────────────────────────────────────
        {"credentials": {"auth_type": "oauth2.0", "access_token": "t", "app_id": "a", "secret": "s"},
         "advertiser_ids": ["1", "2"], "start_date": "2016-09-01", …,
         "report_days": {"from": "2016-09-01", "until": "2026-01-06", "week_from": "2016-08-29", …},
         "custom_report_rows": {"daily": [{"name": …, "level": "ad", …}], …}}

    `report_days` are explained in `dates.report_days`, `custom_report_rows` in `custom_reports.custom_rows`;
    `selected_columns`, which the source adds, are the columns the catalog selects, by stream. `sample` is set for a
    check: one row of a report is asked for then.
    """

    def transform(self, config: MutableMapping[str, Any]) -> None:
        """Replaces `config` in place; `config` must be a copy of the user's own."""
        written = {key: value for key, value in config.items() if value not in (None, "", {})}
        credentials = _credentials(written)
        config.clear()
        config.update(SANDBOX_DEFAULTS if credentials.get("auth_type") == SANDBOX else DEFAULTS)
        config.update({key: value for key, value in written.items() if key not in RETIRED})
        config["credentials"] = credentials
        for key in ("advertiser_ids", "exclude_advertiser_ids"):
            config[key] = _ids(config.get(key))
        for key in ("start_date", "end_date"):
            if isinstance(config[key], int) and not isinstance(config[key], bool):
                config[key] = str(config[key])
        config["report_days"] = report_days(config)
        config["custom_reports"] = reports_of(config)
        config["custom_report_rows"] = custom_rows(config)
        config["extra_endpoint_rows"] = extra_rows(config)
        config.setdefault("selected_columns", {})
        config.setdefault("sample", False)


def mistakes(config: Mapping[str, Any], spec: Mapping[str, Any], streams: Iterable[str] = ()) -> list[str]:
    """Everything wrong with a normalized `config`, a sentence each, beginning with the field's name.

    Types, ranges and required fields are read from `spec`, the connection specification the form is made from.
    `streams` are the names a custom report may not have. Values of secret fields are never repeated.
    """
    return [*_credential_mistakes(config["credentials"], spec), *_field_mistakes(config, spec), *_date_mistakes(config),
            *_advertiser_mistakes(config), *shard_mistakes(config),
            *_report_mistakes(config, spec, streams),
            *extra_mistakes(config, spec, [*streams, *_report_names(config)])]  # fmt: skip


def refuse_mistakes(config: Mapping[str, Any], spec: Mapping[str, Any], streams: Iterable[str] = ()) -> None:
    """Raises one config_error that names every mistake in `config`."""
    shaped = dict(config)
    if "credentials" not in shaped:  # the CDK does not transform an empty configuration
        NormalizeConfig().transform(shaped)
    if found := mistakes(shaped, spec, streams):
        count = "one mistake" if len(found) == 1 else f"{len(found)} mistakes"
        raise AirbyteTracedException(
            message=printable(f"The configuration has {count}:\n" + "\n".join(f"- {mistake}" for mistake in found)),
            internal_message="The configuration was refused before any request was sent.",
            failure_type=FailureType.config_error,
        )


def chosen_advertiser_ids(config: Mapping[str, Any]) -> list[str]:
    """The ad accounts the user wrote down, in their order; empty means every one the token reaches."""
    credentials = config["credentials"]
    named = config["advertiser_ids"] or credentials.get("advertiser_ids") or _ids(credentials.get("advertiser_id"))
    return [advertiser_id for advertiser_id in named if advertiser_id not in config["exclude_advertiser_ids"]]


def _credentials(config: Mapping[str, Any]) -> dict[str, Any]:
    nested = config.get("credentials")
    if isinstance(nested, Mapping) and nested:
        found = {key: value for key, value in nested.items() if value not in (None, "")}
    else:
        environment = config.get("environment")
        token = {"access_token": config["access_token"]} if "access_token" in config else {}
        found = token | dict(environment if isinstance(environment, Mapping) else {})
    if "auth_type" not in found and found:
        found["auth_type"] = _auth_type(found)
    for key in ("app_id", "secret", "advertiser_id"):
        if isinstance(found.get(key), int):
            found[key] = str(found[key])
    if "advertiser_ids" in found:
        found["advertiser_ids"] = _ids(found["advertiser_ids"])
    return found


def _auth_type(credentials: Mapping[str, Any]) -> str:
    if "app_id" in credentials or "secret" in credentials:
        return OAUTH
    return PRODUCTION if "advertiser_ids" in credentials else SANDBOX


def _ids(value: Any) -> list[str]:
    if isinstance(value, str):
        return [part for part in re.split(r"[\s,;]+", value) if part]
    if isinstance(value, list):
        return [str(part).strip() for part in value]
    return [] if value is None else [str(value)]


def _credential_mistakes(credentials: Mapping[str, Any], spec: Mapping[str, Any]) -> Iterator[str]:
    branches = {branch["properties"]["auth_type"]["const"]: branch
                for branch in spec["properties"]["credentials"]["oneOf"]}  # fmt: skip
    kind = credentials.get("auth_type")
    if not isinstance(kind, str) or kind not in branches:
        known = ", ".join(branches)
        yield f"credentials.auth_type: is missing or unknown. Choose how to sign in: one of {known}."
        return
    yield from _schema_mistakes(credentials, branches[kind], "credentials.")


def _field_mistakes(config: Mapping[str, Any], spec: Mapping[str, Any]) -> Iterator[str]:
    flat = {name: field for name, field in spec["properties"].items() if name != "credentials"}
    yield from _schema_mistakes(config, {"type": "object", "properties": flat}, "")
    for name, schema in flat.items():
        value = config.get(name)
        if isinstance(value, float) and math.isnan(value):  # which is below no minimum and above no maximum
            yield f"{name}: is no number. Write one from {schema.get('minimum')} to {schema.get('maximum')}."


def _schema_mistakes(value: Mapping[str, Any], schema: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for error in sorted(Draft7Validator(schema).iter_errors(value), key=str):
        if error.validator == "required":
            where = f"{prefix}{_path(error)}." if error.absolute_path else prefix
            fields = error.schema["properties"]
            for name in error.validator_value:
                if name not in error.instance:
                    yield f"{where}{name}: is missing. {fields[name]['description']}"
        else:
            yield f"{prefix}{_path(error)}: {_reason(error)}"


def _path(error: ValidationError) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)
    return "".join(steps).removeprefix(".") or "configuration"


def _reason(error: ValidationError) -> str:
    schema: Mapping[str, Any] = error.schema if isinstance(error.schema, Mapping) else {}
    shown = "this value" if schema.get("airbyte_secret") else repr(error.instance)
    match error.validator:
        case "type":
            return f"{shown} must be {error.validator_value}, without quotes if it is a number or true/false."
        case "minimum" | "maximum":
            return f"{shown} is out of range. Write a number from {schema.get('minimum')} to {schema.get('maximum')}."
        case "pattern":
            return f"{shown} is not understood. {schema.get('pattern_descriptor', 'See the example of the field.')}"
        case "enum":
            return f"{shown} is not known. Write one of {', '.join(schema['enum'])}."
        case "minItems" | "maxItems":
            least = error.validator == "minItems"
            return "must name at least one." if least else f"must name at most {schema['maxItems']}."
        case _:
            return f"{shown} is not accepted ({error.validator})."


def _date_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    today = today_in(FIRST_ZONE)
    days = {}
    for key in ("start_date", "end_date"):
        try:
            days[key] = parse_day(config[key], today)
        except (OverflowError, ValueError):
            yield f"{key}: {config[key]!r} is not a day. {HOW_TO_WRITE_A_DAY}"
        except AttributeError:  # not even text, which the schema has told
            continue
    first, last = days.get("start_date", today), days.get("end_date", today)
    if first > today:
        yield f"start_date: {config['start_date']!r} lies in the future. Write a day that has begun."
    elif last < first and len(days) == 2:
        yield (
            f"end_date: {config['end_date']!r} is before start_date {config['start_date']!r}. "
            "Write a later day, or leave it empty to read until today."
        )


def _advertiser_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    named = config["advertiser_ids"] or _ids(config["credentials"].get("advertiser_ids"))
    if named and not chosen_advertiser_ids(config):
        yield "exclude_advertiser_ids: leaves none of the chosen ad accounts. Take at least one of them out."


def _report_mistakes(config: Mapping[str, Any], spec: Mapping[str, Any], streams: Iterable[str]) -> Iterator[str]:
    """The rules of reports; only where every value has its type, which the schema tells."""
    reports = spec["properties"]["custom_reports"]
    if config["report_days"] and Draft7Validator(reports).is_valid(config["custom_reports"]):
        yield from report_mistakes(config, streams)


def _report_names(config: Mapping[str, Any]) -> list[str]:
    return [row["name"] for rows in config["custom_report_rows"].values() for row in rows]
