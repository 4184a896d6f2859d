"""Finds options of the configuration that are no field of the form: most of them are misspelt."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from source_tiktok_marketing.config.form import suggest_word
from source_tiktok_marketing.sync import PREPARED
from source_tiktok_marketing.text import make_plain

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")

# Older forms of the official connector's configuration, and the connector's own.
KNOWN = {"environment", "access_token", "report_granularity", "concurrency_level", PREPARED}
# In it: the options that are ignored, each with the question "Did you mean …?" if a field is like it.
IGNORED = "ignored"


def find_ignored_options(written: Mapping[str, Any], options: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The options that are no field (`credentials.app` if one is inside another), each with a hint.

    Those in a report or an endpoint are left out here, as they are mistakes there (`find_mistakes_in`).
    """
    found = [(name, suggest_word(name, options)) for name in find_unknown_options(written, (*options, *KNOWN))]
    for name, option in options.items():
        known = [inner for branch in (option, *option.get("oneOf", ())) for inner in branch.get("properties", ())]
        value = written.get(name)
        if known and isinstance(value, Mapping):
            found += [(f"{name}.{inner}", suggest_word(inner, known)) for inner in find_unknown_options(value, known)]
    return found


def find_unknown_options(written: Mapping[str, Any], known: Iterable[str]) -> list[str]:
    """The unknown options in an object, without those of the platform and the CDK, which begin with an underscore."""
    names = set(known)
    return [name for name in written if name not in names and not name.startswith("_")]


def find_mistakes_in(written: Any, schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with the options of a report or an endpoint. An ignored one could change what is read."""
    for name in find_unknown_options(written, schema["properties"]) if isinstance(written, Mapping) else ():
        yield name, f"no field has that name. {suggest_word(name, schema['properties']) or 'Take it out.'}"


def warn_of_ignored_options(config: Mapping[str, Any]) -> None:
    """Logs one warning for each option of the configuration that is ignored."""
    for name, hint in config.get(PREPARED, {}).get(IGNORED, ()):
        LOGGER.warning(f"{make_plain(name)} in the configuration is ignored: no field has that name. {hint}".rstrip())
