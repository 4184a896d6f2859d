"""Every mistake in the configuration, named at once as the form names its fields."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from source_tiktok_marketing.config.custom_reports.mistakes import mistakes as report_mistakes
from source_tiktok_marketing.config.dates import FIRST_ZONE, HOW_TO_WRITE_A_DAY, WORDS, parse_days, today_in
from source_tiktok_marketing.config.extra_endpoints import mistakes as extra_mistakes
from source_tiktok_marketing.config.form import SHORT, Path, did_you_mean, either, numbered, place, schema_mistakes
from source_tiktok_marketing.config.normalization import NormalizeConfig, chosen_advertiser_ids, named_ids
from source_tiktok_marketing.config.organic import mistakes as organic_mistakes
from source_tiktok_marketing.config.shards import mistakes as shard_mistakes
from source_tiktok_marketing.config.sign_in import PRODUCTION
from source_tiktok_marketing.config.unknown_keys import IGNORED
from source_tiktok_marketing.errors import ConfigError
from source_tiktok_marketing.sync import PREPARED
from source_tiktok_marketing.text import printable

NO_SIGN_IN = (
    "an access token alone does not say how you sign in. Add App ID and App Secret to read every ad account it "
    "reaches, or list your ad accounts under Advertiser IDs."
)
NOT_SIGNED_IN_THERE = (
    "app_id and secret are read where credentials has them. Put app_id, secret and access_token into credentials."
)


def mistakes(config: Mapping[str, Any], spec: Mapping[str, Any], streams: Iterable[str] = ()) -> list[str]:
    """Everything wrong with a normalized `config`, a sentence each, beginning with what the form calls the field.

    Types, ranges and required fields are read from `spec`, the connection specification the form is made from.
    `streams` are the names a custom report may not have. Values of secret fields are never repeated.
    """
    by_schema = schema_mistakes(spec, config)
    by_rule = [
        *_credential_mistakes(config, spec), *_number_mistakes(config, spec), *_date_mistakes(config),
        *_advertiser_mistakes(config), *shard_mistakes(config), *organic_mistakes(config, spec),
        *report_mistakes(config, list(streams), by_schema, spec),
        *extra_mistakes(config, [*streams, *_report_names(config)], by_schema, spec),
    ]  # fmt: skip
    told = [*by_schema.items(), *((path, f"{place(spec, config, path)}: {why}") for path, why in by_rule)]
    order = list(spec["properties"])  # that of the form, and of the reports in it
    return [why for _, why in sorted(told, key=lambda each: (order.index(str(each[0][0])), _number(each[0])))]


def _number(path: Path) -> int:
    return next((step for step in path if isinstance(step, int)), 0)


def refuse_mistakes(config: Mapping[str, Any], spec: Mapping[str, Any], streams: Iterable[str] = ()) -> None:
    """Raises one config_error that names every mistake in `config`."""
    shaped = dict(config)
    if PREPARED not in shaped:  # the CDK does not transform an empty configuration
        NormalizeConfig({"options": spec["properties"]}).transform(shaped)
    if found := mistakes(shaped, spec, streams):
        count = "one mistake" if len(found) == 1 else f"{len(found)} mistakes"
        raise ConfigError(
            message=printable(f"The configuration has {count}:\n{numbered(found)}"),
            internal_message="The configuration was refused before any request was sent.",
        )


Mistakes = Iterator[tuple[Path, str]]


def _credential_mistakes(config: Mapping[str, Any], spec: Mapping[str, Any]) -> Mistakes:
    credentials = config["credentials"]
    branches = spec["properties"]["credentials"]["oneOf"]
    kinds = {branch["properties"]["auth_type"]["const"]: branch["title"] for branch in branches}
    known = either(f"{title} ({kind})" for kind, title in kinds.items())
    kind = credentials.get("auth_type")
    if {"app_id", "secret"} & {name for name, _ in config[PREPARED][IGNORED]} and kind is None:
        yield ["credentials"], NOT_SIGNED_IN_THERE
    elif kind is None and credentials:
        yield ["credentials"], NO_SIGN_IN
    elif not isinstance(kind, str) or kind not in kinds:
        told = "is missing." if kind is None else f"auth_type {SHORT.repr(kind)} is not known."
        hint = did_you_mean(kind, kinds)
        yield ["credentials"], " ".join(filter(None, (told, hint, f"Choose how to sign in: {known}.")))
    elif kind == PRODUCTION and not named_ids(config):
        why = "is missing. An access token without its app does not say which ad accounts it reaches: list them."
        yield ["advertiser_ids"], why


def _number_mistakes(config: Mapping[str, Any], spec: Mapping[str, Any]) -> Mistakes:
    for name, schema in spec["properties"].items():
        value = config.get(name)
        if isinstance(value, float) and math.isnan(value):  # which is below no minimum and above no maximum
            yield [name], f"is no number. Write one from {schema.get('minimum')} to {schema.get('maximum')}."


def _date_mistakes(config: Mapping[str, Any]) -> Mistakes:
    today = today_in(FIRST_ZONE)
    days = {}
    for key in ("start_date", "end_date"):
        try:
            days[key] = parse_days(config[key], today, str(config["week_starts_on"]))
        except (OverflowError, ValueError):
            hint = did_you_mean(config[key], WORDS)
            yield [key], " ".join(filter(None, (f"{config[key]!r} is not a day.", hint, HOW_TO_WRITE_A_DAY)))
        except AttributeError:  # not even text, which the schema has told
            continue
    first, last = (days.get(key, (today, today))[end] for end, key in enumerate(("start_date", "end_date")))
    if first > today:
        yield ["start_date"], f"{config['start_date']!r} lies in the future. Write a day that has begun."
    elif last < first and len(days) == 2:
        told = f"{config['end_date']!r} is before Start Date, which is {config['start_date']!r}."
        yield ["end_date"], f"{told} Write a later day, or leave it empty to read until today."


def _advertiser_mistakes(config: Mapping[str, Any]) -> Mistakes:
    if named_ids(config) and not chosen_advertiser_ids(config):
        yield ["exclude_advertiser_ids"], "excludes every chosen ad account. Remove at least one from this list."


def _report_names(config: Mapping[str, Any]) -> list[str]:
    return [row["name"] for rows in config[PREPARED]["report_rows"].values() for row in rows]
