"""The parameters of a request: their names, types, enums and ranges. They are checked before anything else.

In a query string, arrays and objects are written as JSON text (endpoints.md, "How to read this file"). In the JSON body
of a POST they are arrays and objects.
"""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tiktok_simulator.protocol.wire import BadRequestError, Request

DATA = Path(__file__).parent / "data"
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class Parameter:
    """One parameter, or one member of `filtering`.

    `low` and `high` are the bounds of a number, or of the length of a text or a list.
    """

    name: str
    type: str
    required: bool
    values: frozenset[str]
    low: int | None
    high: int | None
    default: str

    def check(self, value: Any) -> Any:
        """Returns the value if the parameter takes it. Raises 40002, which names the parameter."""
        if not TYPES[self.type](value):
            raise BadRequestError(f"{self.name}: Not a valid {self.type}.")
        self._check_values(value)
        self._check_bounds(value)
        return value

    def _check_values(self, value: Any) -> None:
        for item in value if isinstance(value, list) else [value]:
            if self.values and item not in self.values:
                raise BadRequestError(f"{self.name}: Must be one of: {', '.join(sorted(self.values))}.")

    def _check_bounds(self, value: Any) -> None:
        size = len(value) if isinstance(value, list | str) else value
        if isinstance(size, int | float) and not isinstance(size, bool):
            if self.low is not None and size < self.low:
                raise BadRequestError(f"{self.name}: Must be at least {self.low}.")
            if self.high is not None and size > self.high:
                raise BadRequestError(f"{self.name}: Must be at most {self.high}.")


def _matches(text: Any, layout: str, parse: Callable[[str], object]) -> bool:
    if not isinstance(text, str) or not re.fullmatch(layout, text):
        return False
    try:
        parse(text)
    except ValueError:
        return False
    return True


def _is_strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


TYPES: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "string[]": _is_strings,
    "object": lambda value: isinstance(value, dict),
    "object[]": lambda value: isinstance(value, list) and all(isinstance(item, dict) for item in value),
    "date": lambda value: _matches(value, r"\d{4}-\d\d-\d\d", date.fromisoformat),
    "time": lambda value: _matches(
        value, r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", lambda text: datetime.strptime(text, TIME_FORMAT)
    ),
}
TEXT_TYPES = frozenset({"string", "date", "time"})


@dataclass(frozen=True)
class Signature:
    """What one endpoint accepts: its parameters, and the members of its `filtering`."""

    parameters: Mapping[str, Parameter]
    members: Mapping[str, Parameter]

    def read(self, request: Request) -> dict[str, Any]:
        """The typed values of a query, or of the JSON body of a POST, with defaults filled in.

        Raises:
            ApiError: 40002. It names the first parameter that is unknown, missing or of the wrong type.
        """
        posted = request.method == "POST"
        if posted:
            _refuse_unknown(request.query, {}, "")
        given: Mapping[str, Any] = _decode_body(request.body) if posted else request.query
        _refuse_unknown(given, self.parameters, "")
        _refuse_missing(given, self.parameters.values())
        values = {name: _read_default(parameter) for name, parameter in self.parameters.items()}
        for name, value in given.items():
            parameter = self.parameters[name]
            values[name] = parameter.check(value if posted else _decode(parameter, value))
        _refuse_missing(values, self.parameters.values())
        self._check_filtering(values.get("filtering"))
        return values

    def _check_filtering(self, filtering: dict[str, Any] | list[dict[str, Any]] | None) -> None:
        for item in [filtering] if isinstance(filtering, dict) else filtering or []:
            _refuse_unknown(item, self.members, "filtering.")
            _refuse_missing(item, self.members.values())
            for name, value in item.items():
                self.members[name].check(value)


def _refuse_unknown(given: Mapping[str, Any], known: Mapping[str, Parameter], prefix: str) -> None:
    for name in given:
        if name not in known:
            raise BadRequestError(f"{prefix}{name}: Unknown field.")


def _refuse_missing(given: Mapping[str, Any], known: Iterable[Parameter]) -> None:
    missing = [parameter.name for parameter in known if parameter.required and not given.get(parameter.name)]
    if missing:
        raise BadRequestError(f"Missing required field(s): {', '.join(missing)}.")


def _decode_body(body: bytes) -> Mapping[str, Any]:
    try:
        members = json.loads(body)
    except ValueError:
        members = None
    if not isinstance(members, dict):
        raise BadRequestError("The body must be a JSON object.")
    return members


def _decode(parameter: Parameter, text: str) -> Any:
    if parameter.type in TEXT_TYPES:
        return text
    try:
        return json.loads(text)
    except ValueError:
        raise BadRequestError(f"{parameter.name}: Not a valid {parameter.type}.") from None


def _read_default(parameter: Parameter) -> Any:
    return _decode(parameter, parameter.default) if parameter.default else None


def _read_bound(text: str) -> int | None:
    return int(text) if text else None


def _read_parameter(row: Mapping[str, str]) -> Parameter:
    return Parameter(
        name=row["parameter"].removeprefix("filtering."),
        type=row["type"],
        required=row["required"] == "yes",
        values=frozenset(filter(None, row["values"].split("|"))),
        low=_read_bound(row["minimum"]),
        high=_read_bound(row["maximum"]),
        default=row["default"],
    )


def load_signatures() -> dict[str, Signature]:
    """Path → signature, from data/parameters.csv, which is taken from endpoints.json.

    An endpoint without parameters has one row, with the path only.
    """
    parameters: dict[str, dict[str, Parameter]] = defaultdict(dict)
    members: dict[str, dict[str, Parameter]] = defaultdict(dict)
    with (DATA / "parameters.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            known = (members if row["parameter"].startswith("filtering.") else parameters)[row["endpoint"]]
            if row["parameter"]:
                parameter = _read_parameter(row)
                known[parameter.name] = parameter
    return {path: Signature(parameters[path], members[path]) for path in parameters}
