"""The connection form: the names of its fields, and the values it refuses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from reprlib import Repr
from typing import Any

from jsonschema import Draft7Validator, ValidationError

from source_tiktok_marketing.text import spell_as_tiktok

Path = Sequence[str | int]
SHORT = Repr()
SHORT.maxstring = SHORT.maxother = 100
TYPE_NAMES = {"array": "a list", "object": "an object", "string": "text", "boolean": "true or false",
              "integer": "a whole number", "number": "a number"}  # fmt: skip
# A longer list of choices is not shown in full, only the choice that is nearest.
LISTED = 14
# What a value should be, by the form's name for its format.
FORMATS = {"digits": "a valid ID, which has digits only", "lower_case_name": "a valid name"}


def describe_place(spec: Mapping[str, Any], config: Mapping[str, Any], path: Path) -> str:
    """The title of the field at a path, and its name in the configuration. Entries of a list are counted from one.

    `App Secret (credentials.secret)`, `Advertiser IDs (advertiser_ids), entry 1`, or
    `Custom report 1 "weekly_reach" (custom_reports), Metrics`.
    """
    steps = list(path)
    names = [str(steps.pop(0))]
    schema = _find_field(spec, config, names[0])
    value: Any = config.get(names[0])
    while steps and isinstance(steps[0], str):
        names.append(str(steps.pop(0)))
        schema, value = _find_field(schema, value, names[-1]), _get_member(value, names[-1])
    label = str(schema.get("title") or names[-1])
    if steps and "title" in schema.get("items", {}):
        index = int(steps.pop(0))
        schema, value = schema["items"], _get_member(value, index)
        name = _get_member(value, "name")
        label = f"{str(schema['title']).capitalize()} {index + 1}" + (f' "{name}"' if isinstance(name, str) else "")
    return ", ".join([f"{label} ({'.'.join(names)})", *_find_inside(schema, value, steps)])


def _find_inside(schema: Mapping[str, Any], value: Any, steps: Path) -> Iterator[str]:
    for step in steps:
        if isinstance(step, int):
            schema = schema.get("items", {})
            yield f"entry {step + 1}"
        else:
            schema = _find_field(schema, value, step)
            yield str(schema.get("title") or step)
        value = _get_member(value, step)


def _find_field(schema: Mapping[str, Any], value: Any, name: str) -> Mapping[str, Any]:
    """The schema of one member of an object; in a choice, from the branch that the object has chosen."""
    branches = [branch for branch in schema.get("oneOf", ()) if _is_chosen(branch, value)]
    found: Mapping[str, Any] = (branches or [schema])[0].get("properties", {}).get(name, {})
    return found


def _is_chosen(branch: Mapping[str, Any], value: Any) -> bool:
    fixed = {name: field["const"] for name, field in branch["properties"].items() if "const" in field}
    return isinstance(value, Mapping) and all(value.get(name) == const for name, const in fixed.items())


def _get_member(value: Any, step: str | int) -> Any:
    try:
        return value[step]
    except (KeyError, IndexError, TypeError):
        return None


def list_fields(paths: Iterable[Path], *start: str | int) -> set[str]:
    """The fields of the entry at `start` that any of the paths is in."""
    steps = len(start)
    return {str(path[steps]) for path in paths if len(path) > steps and tuple(path[:steps]) == start}


def find_schema_mistakes(spec: Mapping[str, Any], config: Mapping[str, Any]) -> dict[tuple[str | int, ...], str]:
    """What the schema refuses, one sentence per field, by the field's path.

    Days and breakdowns are left to the rules, which know what a day is and which breakdown a report can have.
    """
    found: dict[tuple[str | int, ...], str] = {}
    for error in sorted(_find_errors(spec, config), key=str):
        path = tuple(error.absolute_path)
        schema: Mapping[str, Any] = error.schema if isinstance(error.schema, Mapping) else {}
        if error.validator == "required" and isinstance(error.instance, Mapping):
            for name in (name for name in schema["required"] if error.instance.get(name) is None):
                told = schema["properties"][name]["description"]
                found[*path, name] = f"{describe_place(spec, config, [*path, name])}: is missing. {told}"
        elif not _is_left_to_the_rules(error):
            found.setdefault(path, f"{describe_place(spec, config, path)}: {_explain(error)}")
    return found


def _find_errors(spec: Mapping[str, Any], config: Mapping[str, Any]) -> Iterator[ValidationError]:
    """Each error at its own place: in a choice, those of the branch that was chosen."""
    for error in Draft7Validator(spec).iter_errors(config):
        if error.validator != "oneOf" or not isinstance(error.schema, Mapping):
            yield error
            continue
        for branch in filter(lambda branch: _is_chosen(branch, error.instance), error.schema["oneOf"]):
            for inner in Draft7Validator(branch).iter_errors(error.instance):
                inner.parent = error
                yield inner


def _is_left_to_the_rules(error: ValidationError) -> bool:
    path = list(error.absolute_path)
    if error.validator == "pattern":
        return path[-1] in ("start_date", "end_date")
    return error.validator == "enum" and "breakdowns" in path


def _explain(error: ValidationError) -> str:
    schema: Mapping[str, Any] = error.schema if isinstance(error.schema, Mapping) else {}
    shown = "this value" if schema.get("airbyte_secret") else SHORT.repr(error.instance)
    match error.validator:
        case "type":
            bare = ", without quotes" if isinstance(error.instance, str) and "string" not in schema["type"] else ""
            return f"{shown} must be {TYPE_NAMES[schema['type']]}{bare}."
        case "minimum" | "maximum":
            return f"{shown} is out of range. Write a number from {schema.get('minimum')} to {schema.get('maximum')}."
        case "pattern":
            told = f"{shown} is not {FORMATS[schema['pattern_descriptor']]}."
            return f"{told} {schema.get('description', '')}".strip()
        case "enum":
            return f"{shown} is not known. {choose(str(error.instance), schema['enum'])}"
        case "maxItems":
            return f"must name at most {schema['maxItems']}."
        case _:
            return f"{shown} is not accepted ({error.validator})."


def choose(word: str, words: Iterable[str]) -> str:
    """A sentence on what to choose instead of a word: the nearest choice, and the others if there are few."""
    known = list(words)
    hint = suggest_word(word, known)
    return hint if hint and len(known) > LISTED else f"{hint} Choose {join_choices(known)}.".strip()


def suggest_word(word: Any, known: Iterable[str]) -> str:
    """A question with the known word that is like this one; empty if none is."""
    near = find_nearest(word, known) if isinstance(word, str) else []
    return f"Did you mean {near[0]}?" if near else ""


def find_nearest(word: str, known: Iterable[str]) -> list[str]:
    """The known word that is most like this one, if any is."""
    return get_close_matches(spell_as_tiktok(word), list(known), n=1, cutoff=0.6)


def join_choices(words: Iterable[str]) -> str:
    """`a, b or c`."""
    *most, last = list(words) or ["none"]
    return f"{', '.join(most)} or {last}" if most else last


def number_sentences(sentences: Iterable[str]) -> str:
    """The sentences, one per line, numbered and with a full stop, as Airbyte's form joins all lines into one."""
    return "\n".join(f"{number}) {_end_sentence(sentence)}" for number, sentence in enumerate(sentences, 1))


def _end_sentence(sentence: str) -> str:
    line = " ".join(sentence.split())
    return line if line.endswith((".", "!", "?", "…")) else f"{line}."
