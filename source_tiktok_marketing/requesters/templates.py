"""Fills in the parameters of requests, and evaluates each template once for equal inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from airbyte_cdk.sources.declarative.requesters.request_options import InterpolatedRequestOptionsProvider
from airbyte_cdk.sources.types import StreamSlice, StreamState
from jinja2 import Environment, nodes
from typing_extensions import override

# A place that a template reads, such as ("stream_partition", "advertiser_id").
Path = tuple[str, ...]

# The names that a template may use: those that stay the same, and those that differ from request to request.
CONSTANT = {"config", "parameters"}
VARYING = {"stream_slice", "stream_interval", "stream_partition", "next_page_token"}
# How many values of one template are kept.
MOST_KEPT = 500
# The CDK reads a value as Python where that gives a text or a list, which takes one of these.
LITERAL = frozenset("'\"[")


@dataclass(frozen=True)
class Unset:
    """Stands for a place that is not there: the path ends at this step."""

    step: int


@dataclass
class TemplatesOnce(InterpolatedRequestOptionsProvider):
    """Gives the parameters of requests that the CDK would give, and evaluates no template twice for equal inputs.

    The CDK renders every template for every request, and parses each result as Python: a quarter of the CPU time of a
    request. Most of them only depend on the manifest, and the others on a few ids, days and numbers.
    """

    @override
    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        super().__post_init__(parameters)
        written = self.request_parameters if isinstance(self.request_parameters, dict) else {}
        self._templates = {name: Template(name, text, self.config, parameters) for name, text in written.items()}

    @override
    def get_request_params(
        self,
        *,
        stream_state: StreamState | None = None,
        stream_slice: StreamSlice | None = None,
        next_page_token: Mapping[str, Any] | None = None,
    ) -> MutableMapping[str, Any]:
        """The parameters of one request."""
        if not self._templates:  # there are none, or all are one text
            return super().get_request_params(stream_slice=stream_slice, next_page_token=next_page_token)
        values = ((name, each.evaluate(stream_slice, next_page_token)) for name, each in self._templates.items())
        return {name: value for name, value in values if value is not None}


class Template:
    """The template of one parameter. It gives again what it gave before for what it reads.

    One that only names a place gives the text there. One that calls a macro or has names of its own is evaluated each
    time, as it may depend on more; so is one that reads anything but texts, whole numbers and lists of texts.
    """

    def __init__(self, name: str, text: Any, config: Mapping[str, Any], parameters: Mapping[str, Any]) -> None:
        self._name = name
        self._inner = InterpolatedRequestOptionsProvider(
            config=config, parameters=parameters, request_parameters={name: text}
        )
        self._paths, self._is_a_place = _read_template(text) if isinstance(text, str) else ((), False)
        self._known: dict[tuple[Any, ...], str | None] = {}

    def evaluate(self, stream_slice: StreamSlice | None, token: Mapping[str, Any] | None) -> Any:
        """The value of the parameter; None if the request has none."""
        if self._paths is None:
            return self._evaluate(stream_slice, token)
        found = [_walk(token if path[0] == "next_page_token" else stream_slice, path) for path in self._paths]
        if self._is_a_place and type(found[0]) is str and LITERAL.isdisjoint(found[0]):
            return found[0] or None
        key, known = tuple(map(_freeze, found)), self._known
        if None in key:
            return self._evaluate(stream_slice, token)
        if key in known:
            return known[key]
        value = self._evaluate(stream_slice, token)
        if value is None or isinstance(value, str):
            self._known = {**known, key: value} if len(known) < MOST_KEPT else {key: value}
        return value

    def _evaluate(self, stream_slice: StreamSlice | None, token: Mapping[str, Any] | None) -> Any:
        return self._inner.get_request_params(stream_slice=stream_slice, next_page_token=token).get(self._name)


@cache
def _read_template(text: str) -> tuple[tuple[Path, ...] | None, bool]:
    """The varying places that a template reads, and whether it is nothing but one; None if it may depend on more."""
    tree = Environment(autoescape=True).parse(text)
    paths = tuple(dict.fromkeys(_list_paths(tree)))
    if not {path[0] for path in paths} <= CONSTANT | VARYING:  # a macro is a name, too
        return None, False
    varying = tuple(path for path in paths if path[0] in VARYING)
    written = list(tree.find_all(nodes.Output))
    is_a_place = len(written) == 1 and len(varying) == 1 and isinstance(written[0].nodes[0], nodes.Getattr)
    return varying, is_a_place and len(written[0].nodes) == 1 and tree.body == written


def _list_paths(node: nodes.Node) -> Iterator[Path]:
    """All places that a part of a template reads."""
    inner, steps = node, []
    while isinstance(inner, nodes.Getattr | nodes.Getitem):
        step = inner.attr if isinstance(inner, nodes.Getattr) else _get_constant(inner.arg)
        if step is None:
            break
        steps.append(step)
        inner = inner.node
    if isinstance(inner, nodes.Name):
        yield (inner.name, *reversed(steps))
        return
    for child in node.iter_child_nodes():
        yield from _list_paths(child)


def _get_constant(node: nodes.Node) -> str | None:
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else None


def _walk(value: Any, path: Path) -> Any:
    """What is at the end of a path, which leads through attributes and members, as in a template."""
    for number, step in enumerate(path[1:]):
        try:
            value = getattr(value, step)
        except AttributeError:
            try:
                value = value[step]
            except (KeyError, TypeError):
                return Unset(number)
    return value


def _freeze(value: Any) -> Any:
    """A plain value, or a list of texts, as a key; None for anything else."""
    if type(value) in (str, int, Unset):
        return value
    if type(value) in (list, tuple) and {str}.issuperset(map(type, value)):
        return tuple(value)
    return None
