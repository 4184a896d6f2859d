"""Names every mistake in the configuration at once, by the names that the form gives its fields."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from source_tiktok_marketing.config.custom_reports.mistakes import find_mistakes as report_mistakes
from source_tiktok_marketing.config.dates import (
    FIRST_ZONE,
    HOW_TO_WRITE_A_DAY,
    WORDS,
    find_today,
    is_always_empty,
    parse_days,
)
from source_tiktok_marketing.config.extra_endpoints import find_mistakes as extra_mistakes
from source_tiktok_marketing.config.form import (
    SHORT,
    Path,
    describe_place,
    find_schema_mistakes,
    join_choices,
    number_sentences,
    suggest_word,
)
from source_tiktok_marketing.config.normalization import NormalizeConfig, list_chosen_ids, list_named_ids
from source_tiktok_marketing.config.organic import find_mistakes as organic_mistakes
from source_tiktok_marketing.config.shards import find_mistakes as shard_mistakes
from source_tiktok_marketing.config.sign_in import PRODUCTION
from source_tiktok_marketing.config.unknown_options import IGNORED
from source_tiktok_marketing.errors import ConfigError
from source_tiktok_marketing.sync import PREPARED
from source_tiktok_marketing.text import make_printable

NO_SIGN_IN = (
    "an access token alone does not say how you sign in. Add App ID and App Secret to read every ad account it "
    "reaches, or list your ad accounts under Advertiser IDs."
)
NOT_SIGNED_IN_THERE = (
    "App ID (app_id) and App Secret (secret) are not read where they stand. Put them in here, together with Access "
    "Token (access_token)."
)


def find_mistakes(config: Mapping[str, Any], spec: Mapping[str, Any], streams: Iterable[str] = ()) -> list[str]:
    """Everything that is wrong with a normalized `config`, in sentences that begin with the form's name for the field.

    Types, ranges and required fields come from `spec`, the connection specification that the form is made from.
    `streams` are the names that a custom report may not have. The values of secret fields are never repeated.
    """
    by_schema = find_schema_mistakes(spec, config)
    by_rule = [
        *_find_credential_mistakes(config, spec), *_find_number_mistakes(config, spec), *_find_date_mistakes(config),
        *_find_advertiser_mistakes(config), *shard_mistakes(config), *organic_mistakes(config, spec),
        *report_mistakes(config, list(streams), by_schema, spec),
        *extra_mistakes(config, [*streams, *_list_report_names(config)], by_schema, spec),
    ]  # fmt: skip
    told = [*by_schema.items(), *((path, f"{describe_place(spec, config, path)}: {why}") for path, why in by_rule)]
    order = list(spec["properties"])  # the order of the form, and of the reports in it
    return [why for _, why in sorted(told, key=lambda each: (order.index(str(each[0][0])), _get_number(each[0])))]


def _get_number(path: Path) -> int:
    return next((step for step in path if isinstance(step, int)), 0)


def refuse_mistakes(config: Mapping[str, Any], spec: Mapping[str, Any], streams: Iterable[str] = ()) -> None:
    """Raises one config_error that names every mistake in `config`."""
    shaped = dict(config)
    if PREPARED not in shaped:  # the CDK does not transform an empty configuration
        NormalizeConfig({"options": spec["properties"]}).transform(shaped)
    if found := find_mistakes(shaped, spec, streams):
        count = "one mistake" if len(found) == 1 else f"{len(found)} mistakes"
        raise ConfigError(
            message=make_printable(f"The configuration has {count}:\n{number_sentences(found)}"),
            internal_message="The configuration was refused before any request was sent.",
        )


Mistakes = Iterator[tuple[Path, str]]


def _find_credential_mistakes(config: Mapping[str, Any], spec: Mapping[str, Any]) -> Mistakes:
    credentials = config["credentials"]
    branches = spec["properties"]["credentials"]["oneOf"]
    titles = {branch["properties"]["auth_type"]["const"]: branch["title"] for branch in branches}
    known = join_choices(f"{title} ({auth_type})" for auth_type, title in titles.items())
    auth_type = credentials.get("auth_type")
    if {"app_id", "secret"} & {name for name, _ in config[PREPARED][IGNORED]} and auth_type is None:
        yield ["credentials"], NOT_SIGNED_IN_THERE
    elif auth_type is None and credentials:
        yield ["credentials"], NO_SIGN_IN
    elif not isinstance(auth_type, str) or auth_type not in titles:
        told = "is missing." if auth_type is None else f"auth_type {SHORT.repr(auth_type)} is not known."
        hint = suggest_word(auth_type, titles)
        yield ["credentials"], " ".join(filter(None, (told, hint, f"Choose how to sign in: {known}.")))
    elif auth_type == PRODUCTION and not list_named_ids(config):
        why = "is missing. An access token without its app does not say which ad accounts it reaches: list them."
        yield ["advertiser_ids"], why


def _find_number_mistakes(config: Mapping[str, Any], spec: Mapping[str, Any]) -> Mistakes:
    for name, schema in spec["properties"].items():
        value = config.get(name)
        if isinstance(value, float) and math.isnan(value):  # no minimum or maximum refuses it
            yield [name], f"is no number. Write one from {schema.get('minimum')} to {schema.get('maximum')}."


def _find_date_mistakes(config: Mapping[str, Any]) -> Mistakes:
    today = find_today(FIRST_ZONE)
    days = {}
    for name in ("start_date", "end_date"):
        try:
            days[name] = parse_days(config[name], today, str(config["week_starts_on"]))
        except (OverflowError, ValueError):
            hint = suggest_word(config[name], WORDS)
            yield [name], " ".join(filter(None, (f"{config[name]!r} is not a day.", hint, HOW_TO_WRITE_A_DAY)))
        except AttributeError:  # the schema refuses what is no text
            continue
    first, last = (days.get(name, (today, today))[end] for end, name in enumerate(("start_date", "end_date")))
    if first > today:
        yield ["start_date"], f"{config['start_date']!r} lies in the future. Write a day that has begun."
    elif (
        last < first
        and len(days) == 2
        and is_always_empty(config["start_date"], config["end_date"], today, str(config["week_starts_on"]))
    ):
        told = f"{config['end_date']!r} is before Start Date, which is {config['start_date']!r}."
        yield ["end_date"], f"{told} Write a later day, or leave it empty to read until today."


def _find_advertiser_mistakes(config: Mapping[str, Any]) -> Mistakes:
    if list_named_ids(config) and not list_chosen_ids(config):
        yield ["exclude_advertiser_ids"], "excludes every chosen ad account. Remove at least one from this list."


def _list_report_names(config: Mapping[str, Any]) -> list[str]:
    return [row["name"] for rows in config[PREPARED]["report_rows"].values() for row in rows]
