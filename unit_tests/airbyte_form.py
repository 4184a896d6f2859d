"""Airbyte's connector form, as far as a specification can be right or wrong for it.

Written after the platform's own (airbyte-platform of August 2026, `schemaToFormBlock`, `useBuildForm`, `schemaToYup`,
`useGroupsAndSections`): which inputs it shows at first, what it sends, what is left of a saved source that is edited,
and what it can't show at all. The server checks what was sent against the same specification (JSON schema, draft 7).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft7Validator

Schema = Mapping[str, Any]
Json = dict[str, Any]
UNSHOWN = ("anyOf", "allOf", "not", "if", "$ref", "patternProperties", "format")


def is_list_of_objects(schema: Schema) -> bool:
    return bool(schema.get("type") == "array" and schema.get("items", {}).get("type") == "object")


def branch_of(schema: Schema, value: Any) -> Schema:
    """The branch of a choice an object is of: the one with its constant, the first where there is none."""
    for branch in schema["oneOf"]:
        fixed = {name: field["const"] for name, field in branch["properties"].items() if "const" in field}
        if isinstance(value, Mapping) and value.items() >= fixed.items():
            return dict(branch)
    return dict(schema["oneOf"][0])


def untouched(schema: Schema) -> Json:
    """What the form holds for a new source before anything is typed: an object for each object, constants, defaults."""
    values: Json = {}
    for name, field in schema.get("properties", {}).items():
        if "const" in field or "default" in field:
            values[name] = field.get("const", field.get("default"))
        elif "oneOf" in field:
            values[name] = untouched(field["oneOf"][0])
        elif field["type"] == "object":
            values[name] = untouched(field)
        elif is_list_of_objects(field) and name in schema.get("required", ()):
            values[name] = []
    return values


def typed_into(schema: Schema, values: Json, typed: Mapping[str, Any]) -> Json:
    """The values after a user has filled in some fields; another branch of a choice begins with its own defaults."""
    filled = dict(values)
    for name, value in typed.items():
        field = schema["properties"][name]
        if "oneOf" in field:
            branch = branch_of(field, value)
            filled[name] = typed_into(branch, untouched(branch), value)
        elif field["type"] == "object":
            filled[name] = typed_into(field, filled.get(name, {}), value)
        elif is_list_of_objects(field):
            filled[name] = [typed_into(field["items"], untouched(field["items"]), item) for item in value]
        else:
            filled[name] = value
    return filled


def sent(schema: Schema, values: Mapping[str, Any]) -> Json:
    """What goes to the server: empty texts and what the specification does not know are left out."""
    kept: Json = {}
    for name, field in schema.get("properties", {}).items():
        value = values.get(name)
        if "oneOf" in field:
            kept[name] = sent(branch_of(field, value), value or {})
        elif field["type"] == "object":
            kept[name] = sent(field, value or {})
        elif is_list_of_objects(field) and value is not None:
            kept[name] = [sent(field["items"], item) for item in value]
        elif value is not None and not (isinstance(value, str) and not value.strip()):
            kept[name] = value.strip() if isinstance(value, str) else value
    return kept


def new_source(spec: Schema, typed: Mapping[str, Any]) -> Json:
    """The configuration of a source somebody made in the form, typing this and nothing else."""
    return sent(spec, typed_into(spec, untouched(spec), typed))


def shown_at_first(schema: Schema) -> Iterator[str]:
    """The titles of the inputs that are not folded away, whatever groups they stand in."""
    for name, field in schema.get("properties", {}).items():
        if field.get("airbyte_hidden") or "const" in field:
            continue
        if "oneOf" in field:
            yield field["title"]
            yield from shown_at_first(field["oneOf"][0])
        elif field["type"] == "object":
            yield from shown_at_first(field)
        elif name in schema.get("required", ()) or field.get("always_show"):
            yield field["title"]


def faults(schema: Schema, path: str = "", *, is_optional_object: bool = False) -> Iterator[str]:
    """What the form can't show, or what keeps somebody from saving who has filled in all he sees."""
    yield from (f"{path}: {word} is not understood by the form" for word in UNSHOWN if word in schema)
    if not isinstance(schema.get("type"), str):
        yield f"{path}: one type is wanted"
        return
    if path and "const" not in schema and not (schema.get("title") or path.endswith("[]")):
        yield f"{path}: has no title"
    if schema["type"] == "object":
        yield from _faults_of_object(schema, path, is_optional_object=is_optional_object)
    elif schema["type"] == "array":
        yield from faults(schema.get("items", {}), f"{path}[]")
    elif "pattern" in schema:
        yield from _faults_of_pattern(schema, path)
    if "default" in schema and not Draft7Validator(schema).is_valid(schema["default"]):
        yield f"{path}: its own default is refused"


def _faults_of_object(schema: Schema, path: str, *, is_optional_object: bool) -> Iterator[str]:
    if path and not schema.get("title"):
        yield f"{path}: is an object without a name"
    if not schema.get("properties") and not schema.get("oneOf"):
        yield f"{path}: is an object without properties, which is not shown and lost in editing"
    if schema.get("required") and is_optional_object:
        yield f"{path}: asks everybody for {schema['required'][0]}, as the form has no optional object"
    for branch in schema.get("oneOf", ()):
        if not any("const" in field for field in branch["properties"].values()):
            yield f"{path}: a branch of the choice has no constant"
        yield from faults(branch, f"{path}<{branch.get('title', '')}>")
    for name, field in schema.get("properties", {}).items():
        if name in schema.get("required", ()) and field.get("airbyte_hidden"):
            yield f"{path}.{name}: is required and hidden"
        yield from faults(field, f"{path}.{name}".lstrip("."), is_optional_object=True)
        if "pattern" in field and name not in schema.get("required", ()) and not re.search(field["pattern"], ""):
            yield f"{path}.{name}: what was typed can't be taken back, as its pattern refuses nothing at all"


def _faults_of_pattern(schema: Schema, path: str) -> Iterator[str]:
    format_ = schema.get("pattern_descriptor", "")
    if not format_ or format_.endswith(".") or len(format_) > 30:
        yield f"{path}: has no short format (pattern_descriptor) to stand beside the field"


def titles_shown_together(schema: Schema) -> Iterator[list[str]]:
    """The titles of each set of inputs that can be seen at once, folded or not: an object's title is never shown."""
    choices = [field for field in schema.get("properties", {}).values() if "oneOf" in field]
    for branch in [branch for field in choices for branch in field["oneOf"]] or [{}]:
        yield [*_titles(schema), *_titles(branch)]
    for field in schema.get("properties", {}).values():
        if is_list_of_objects(field):
            yield from titles_shown_together(field["items"])


def _titles(schema: Schema) -> Iterator[str]:
    for field in schema.get("properties", {}).values():
        if field.get("airbyte_hidden") or "const" in field:
            continue
        if field["type"] == "object" and "oneOf" not in field:
            yield from _titles(field)
        else:
            yield field["title"]
