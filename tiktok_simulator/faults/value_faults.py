"""Faults of single values: cut texts, numbers that JSON does not have, values of another type."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tiktok_simulator.faults.fault import Act, Answer, Arming, Fault
from tiktok_simulator.protocol.wire import Request, Response, write_json

CUT = "a text that ends here "
HALF_AN_EMOJI, HALF_A_SEQUENCE = b"\\ud83d", b"\xf0\x9f\x98"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class ValueFaults(Arming):
    """The faults of one member, in all objects of `data` that have it."""

    def half_an_emoji(self, member: str, times: int | None = None, path: str | None = None) -> Fault:
        """A text that was cut between the two escapes of an emoji. JSON allows this, Unicode does not."""
        return self.arm(Fault("half_an_emoji", _cut(member, HALF_AN_EMOJI), path, left=times))

    def half_a_sequence(self, member: str, times: int | None = None, path: str | None = None) -> Fault:
        """A text that was cut between the bytes of a character."""
        return self.arm(Fault("half_a_sequence", _cut(member, HALF_A_SEQUENCE), path, left=times))

    def unquoted(self, member: str, value: str = "NaN", times: int | None = None, path: str | None = None) -> Fault:
        """A number that JSON does not have: NaN, Infinity, or one that is too large."""
        act = _replace_member(member, lambda _: CUT, json.dumps(CUT).encode(), value.encode())
        return self.arm(Fault("unquoted", act, path, left=times))

    def byte_order_mark(self, times: int | None = None, path: str | None = None) -> Fault:
        """A body that begins with a byte-order mark."""

        def act(request: Request, answer: Answer) -> Response:
            whole = answer(request)
            return replace(whole, body=BYTE_ORDER_MARK + whole.body)

        return self.arm(Fault("byte_order_mark", act, path, left=times))

    def other_form(
        self, member: str, form: Callable[[Any], Any] | Any, times: int | None = None, path: str | None = None
    ) -> Fault:
        """Another value: `form`, or what it makes of the right value if it is a function."""
        make = form if callable(form) else lambda _: form
        return self.arm(Fault("other_form", _replace_member(member, make), path, left=times))


def _cut(member: str, end: bytes) -> Act:
    return _replace_member(member, lambda _: CUT, CUT.encode(), CUT.encode() + end)


def _replace_member(member: str, make: Callable[[Any], Any], mark: bytes = b"", written: bytes = b"") -> Act:
    """Makes an `act` that replaces one member of the right answer, and then the bytes `mark` by `written`."""

    def act(request: Request, answer: Answer) -> Response:
        whole = answer(request)
        if whole.code != 0:
            return whole
        body = whole.json()
        for each in _list_objects(body["data"]):
            if member in each:
                each[member] = make(each[member])
        text = write_json(body)
        return replace(whole, body=text.replace(mark, written) if mark else text)

    return act


def _list_objects(value: Any) -> Iterator[dict[str, Any]]:
    """Lists all objects of a document, the outer ones first."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _list_objects(inner)
