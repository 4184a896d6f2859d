"""Turns every form of a saved state into one message per stream, the only form that the CDK always accepts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from airbyte_cdk.models.airbyte_protocol import AirbyteStateMessage
from airbyte_cdk.models.airbyte_protocol_serializers import AirbyteStateMessageSerializer

from source_tiktok_marketing.json_files import read_json_values

NOT_A_STATE = "it is no list of state messages and no object with a state per stream"
Found = Iterator[tuple[Any, Any]]


def read_states(path: str) -> list[AirbyteStateMessage]:
    """The states in a file. Raises ValueError if it has none of these forms.

    A message of any type, or one per line, as in the saved output of a sync; the answer of the platform's API; or an
    object with a state per stream. If a stream has several states, the last one counts.
    """
    return make_messages(_find_states(read_json_values(path)))


def group_by_stream(messages: Iterable[AirbyteStateMessage]) -> list[AirbyteStateMessage]:
    """The same states, one message per stream. A GLOBAL or LEGACY message is divided by stream."""
    found: list[tuple[Any, Any]] = []
    for message in messages:
        states = [message.stream] if message.stream else message.global_.stream_states if message.global_ else []
        found += [(state.stream_descriptor.name, getattr(state.stream_state, "__dict__", None)) for state in states]
        found += (message.data or {}).items()
    return make_messages(found)


def make_messages(found: Iterable[tuple[Any, Any]]) -> list[AirbyteStateMessage]:
    latest = {name: state for name, state in found if isinstance(name, str)}
    return [make_message(name, state) for name, state in latest.items()]


def _find_states(written: Any) -> Found:
    """The name and the state of each stream, in any of the forms."""
    if isinstance(written, list):
        for entry in written:
            yield from _find_states(entry)
    elif isinstance(written, Mapping):
        yield from _read_states(written)
    elif written is not None:
        raise ValueError(NOT_A_STATE)


def _read_states(written: Mapping[str, Any]) -> Found:
    descriptor = _try_forms(written, "stream_descriptor", "streamDescriptor")
    members = ("stream", "global", "data", "globalState", "state")
    inner = [written[name] for name in members if _has_states(written, name)]
    several = _try_forms(written, "stream_states", "streamStates") or _list_states(written, "streamState")
    if isinstance(descriptor, Mapping):
        yield descriptor.get("name"), _try_forms(written, "stream_state", "streamState")
    elif isinstance(several, list):
        yield from _find_states(several)
    elif inner:
        yield from _find_states(inner)
    elif "type" not in written:
        yield from written.items()


def _has_states(written: Mapping[str, Any], name: str) -> bool:
    """Whether `name` is the part of a message that has the states, and not a stream of that name."""
    return isinstance(written.get(name), Mapping) and ("type" in written or "stateType" in written or len(written) == 1)


def _list_states(written: Mapping[str, Any], name: str) -> Any:
    found = written.get(name)
    return found if isinstance(found, list) else None


def _try_forms(written: Mapping[str, Any], *names: str) -> Any:
    return next((written[name] for name in names if written.get(name) is not None), None)


def make_message(name: str, state: Any) -> AirbyteStateMessage:
    """A stream's message. The migration warns of a state that is no object."""
    blob = dict(state) if isinstance(state, Mapping) else {} if state is None else {"no object": True}
    stream = {"stream_descriptor": {"name": name}, "stream_state": blob}
    return AirbyteStateMessageSerializer.load({"type": "STREAM", "stream": stream})
