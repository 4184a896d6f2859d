"""Writes out the manifest's tables of streams: each row gets its name, its table's words and what derives from them.

A table has rows under `streams`. The words beside `streams` apply to each row, unless the row has its own:

    - group: commerce                      {name: catalog_feeds, group: commerce, of: business_center,
      of: business_center                   below: [{endpoint: catalog/get/, …}], endpoint: catalog/feed/get/,
      streams:                        →     ask: {bc_id: "{bc_id}", catalog_id: "{catalog_id}"},
        catalog_feeds:                      scope: Get Feed (970), …}
          below: [*catalogs]
          endpoint: catalog/feed/get/

`stream_words.yaml` has the words a row may use, each with its meaning.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from source_tiktok_marketing.errors import UnfinishedRowError, UnknownWordError
from source_tiktok_marketing.schema.owners import AD_ACCOUNT, OWNERS

PLACEHOLDER = re.compile(r"\{(\w+)\}")

Row = Mapping[str, Any]


@cache
def load_words() -> Mapping[str, Any]:
    """The JSON schema of each type of row (`entity`, `nested`, `report` …) and of a parent, by its name."""
    text = (Path(__file__).parent / "stream_words.yaml").read_text(encoding="utf-8")
    schemas: Mapping[str, Any] = yaml.safe_load(text)["definitions"]
    return schemas


def write_out(manifest: Mapping[str, Any]) -> list[list[Row]]:
    """Replaces the tables of `manifest` by their complete rows, and returns these.

    Rows that are complete stay as they are. Tables whose rows come from the configuration have none here.

    Raises:
        UnknownWordError: for a misspelt word.
        UnfinishedRowError: for a row that lacks a word, or whose endpoint has no permission.
    """
    scopes = _index_scopes(manifest.get("definitions", {}).get("scopes", {}))
    tables = []
    for stream in manifest["dynamic_streams"]:
        parameters = stream["components_resolver"].get("stream_parameters", {})
        rows = [
            row for table in parameters.get("list_of_parameters_for_stream", ()) for row in _list_rows(table, scopes)
        ]
        if parameters:
            parameters["list_of_parameters_for_stream"] = rows
        tables.append(rows)
    return tables


def _list_rows(table: Row, scopes: Mapping[str, str]) -> Iterator[Row]:
    if "streams" not in table:
        yield table
        return
    common = {word: value for word, value in table.items() if word != "streams"}
    for name, row in table["streams"].items():
        whole = {**common, "name": name, **row}
        if "ask" in common:
            whole["ask"] = {**common["ask"], **row.get("ask", {})}
        _refuse_unknown_words(name, whole)
        _refuse_unfinished(name, whole)
        whole = {**_read_defaults(find_row_type(whole)), **whole}
        yield _complete_row(whole, scopes) if "of" in whole else _complete_entity_row(whole, scopes)


@cache
def _read_defaults(row_type: str) -> Row:
    properties = load_words()[row_type]["properties"]
    return {word: schema["default"] for word, schema in properties.items() if "default" in schema}


def find_row_type(row: Row) -> str:
    """The type of a row, one of those in `load_words`."""
    if "level" in row:
        return "report"
    if "of" not in row:
        return "entity"
    return "nested_report" if "dimensions" in row else "nested"


def _refuse_unknown_words(name: str, row: Row) -> None:
    for row_type, words in [
        (find_row_type(row), row),
        *(("parent", parent) for word in ("below", "parents") for parent in _walk_parents(row.get(word, ()))),
    ]:
        known = load_words()[row_type]["properties"]
        for word in words:
            if word not in known:
                raise UnknownWordError(name, word, known)


def _refuse_unfinished(name: str, row: Row) -> None:
    schema = load_words()[find_row_type(row)]
    if missing := [word for word in schema["required"] if word not in row]:
        raise UnfinishedRowError(name, f"lacks {', '.join(missing)}.")
    for word, rule in schema["properties"].items():
        if word in row and row[word] not in (values := rule.get("enum", [row[word]])):
            raise UnfinishedRowError(name, f"{word} can't be {row[word]!r}. Use one of {', '.join(values)}.")


def _walk_parents(parents: Iterable[Row]) -> Iterator[Row]:
    for parent in parents:
        yield parent
        for way in parent.get("either", ()):
            yield from _walk_parents(way)


def _index_scopes(scopes: Mapping[str, list[str]]) -> dict[str, str]:
    return {endpoint: scope for scope, endpoints in scopes.items() for endpoint in endpoints}


def _complete_row(row: Row, scopes: Mapping[str, str]) -> Row:
    """A row about something that an owner has, with its request, its scope and its parents in full."""
    parameter = OWNERS[row["of"]].parameter
    ids = [parameter] if parameter else []
    parents, known = _complete_parents(row.get("below", ()), ids, scopes)
    scope = row.get("scope") or scopes.get(row["endpoint"])
    if not scope:
        raise UnfinishedRowError(row["name"], f"`scopes` has no permission for {row['endpoint']}. Add it there.")
    return {**row, "scope": scope, "below": parents, "ask": _make_request(row.get("ask", {}), known)}


def _complete_entity_row(row: Row, scopes: Mapping[str, str]) -> Row:
    """A row of an entity table, with what its things are below in full."""
    parents = [_derive_ask(parent, [AD_ACCOUNT.parameter], scopes) for parent in row.get("parents", ())]
    return {**row, "parents": parents} if parents else row


def _complete_parents(
    parents: Iterable[Row], ids: Iterable[str], scopes: Mapping[str, str]
) -> tuple[list[Row], list[str]]:
    """The parents in full, and every name that is known below them: first ids, then those that are written down."""
    found, written, whole = dict.fromkeys(ids), dict[str, None](), list[Row]()
    for parent in parents:
        if "either" in parent:
            ways = [_complete_parents(way, found, scopes) for way in parent["either"]]
            written |= dict.fromkeys(name for _, known in ways for name in known)
            whole.append({**parent, "either": [way for way, _ in ways]})
        elif "each" in parent:
            texts = {word: _list_choices(parent[word]) for word in ("each", "deleted") if word in parent}
            written |= dict.fromkeys(name for choice in texts["each"] for name in choice)
            whole.append({**parent, **texts})
        else:
            whole.append(_derive_ask(parent, found, scopes))
            found |= dict.fromkeys(parent["takes"])
    return whole, [*(found | written)]


def _derive_ask(parent: Row, ids: Iterable[str], scopes: Mapping[str, str]) -> Row:
    """A parent that is looked up. Its request has ids only, not the values that are written down."""
    scope = scopes.get(parent["endpoint"])
    sweeps = {"sweeps": [_write_texts(sweep) for sweep in parent["sweeps"]]} if "sweeps" in parent else {}
    return {**parent, **({"scope": scope} if scope else {}), **sweeps, "ask": _make_request(parent.get("ask", {}), ids)}


def _make_request(ask: Row, known: Iterable[str]) -> dict[str, str]:
    """The parameters of a request: those that are written down, and each known name that is in none of them.

    A parameter that is written down as an empty text is not sent.
    """
    texts = _write_texts(ask)
    held = {name for text in texts.values() for name in PLACEHOLDER.findall(text)}
    derived = {name: f"{{{name}}}" for name in known if name not in held and name not in texts}
    return derived | {name: text for name, text in texts.items() if text}


def _list_choices(choices: Row | list[Row]) -> list[dict[str, str]]:
    """The values of a parent, one after another: `{partner: [Zefr, IAS]}` is `[{partner: Zefr}, {partner: IAS}]`."""
    if isinstance(choices, Mapping):
        return [_write_texts({name: value}) for name, values in choices.items() for value in values]
    return [_write_texts(choice) for choice in choices]


def _write_texts(values: Row) -> dict[str, str]:
    """Parameters as TikTok reads them: anything but a text as JSON."""
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}
