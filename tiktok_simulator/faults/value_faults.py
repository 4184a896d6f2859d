"""Named misbehaviours in single values: cut texts, numbers that JSON does not know, values of another form."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tiktok_simulator.faults.fault import Act, Answer, Arming, Fault
from tiktok_simulator.protocol.wire import Request, Response

CUT = "a text that ends here "
HALF_AN_EMOJI, HALF_A_SEQUENCE = b"\\ud83d", b"\xf0\x9f\x98"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class ValueFaults(Arming):
    """The faults of one member, in every object in `data` that has it."""

    def half_an_emoji(self, member: str, times: int | None = None, path: str | None = None) -> Fault:
        """A text that was cut between the two escapes of an emoji, as JSON can write it and Unicode can't."""
        return self.arm(Fault("half_an_emoji", _cut(member, HALF_AN_EMOJI), path, left=times))

    def half_a_sequence(self, member: str, times: int | None = None, path: str | None = None) -> Fault:
        """A text that was cut between the bytes of a letter."""
        return self.arm(Fault("half_a_sequence", _cut(member, HALF_A_SEQUENCE), path, left=times))

    def unquoted(self, member: str, value: str = "NaN", times: int | None = None, path: str | None = None) -> Fault:
        """A number that JSON does not know: NaN, Infinity, or one that is too large."""
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
        """A value in an unexpected form: another value, or what `form` makes of the right one."""
        make = form if callable(form) else lambda _: form
        return self.arm(Fault("other_form", _replace_member(member, make), path, left=times))


def _cut(member: str, end: bytes) -> Act:
    return _replace_member(member, lambda _: CUT, CUT.encode(), CUT.encode() + end)


def _replace_member(member: str, make: Callable[[Any], Any], mark: bytes = b"", written: bytes = b"") -> Act:
    """The right answer with one member replaced, and then the bytes `mark` replaced as well."""

    def act(request: Request, answer: Answer) -> Response:
        whole = answer(request)
        if whole.code != 0:
            return whole
        body = whole.json()
        for each in _list_objects(body["data"]):
            if member in each:
                each[member] = make(each[member])
        text = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
        return replace(whole, body=text.replace(mark, written) if mark else text)

    return act


def _list_objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a document, the outer ones first."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _list_objects(inner)
