"""A misbehaviour: which requests it concerns, how often, and what it answers instead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tiktok_simulator.protocol.wire import Request, Response, make_envelope

Answer = Callable[[Request], Response]
Act = Callable[[Request, Answer], Response]


@dataclass
class Fault:
    """An armed misbehaviour.

    `act` answers in place of the API, which it may ask. The first `skip` requests it concerns pass untouched,
    then it acts on `left` of them (None: on all); `hits` counts those.
    """

    name: str
    act: Act
    path: str | None = None
    advertiser_id: str | None = None
    when: Callable[[Request], bool] = lambda _: True
    skip: int = 0
    left: int | None = None
    hits: int = 0

    def answer(self, request: Request, otherwise: Answer) -> Response:
        """The spoiled answer if the fault concerns the request, else the right one."""
        if self.left == 0 or not self._concerns(request):
            return otherwise(request)
        if self.skip:
            self.skip -= 1
            return otherwise(request)
        self.hits += 1
        self.left = None if self.left is None else self.left - 1
        return self.act(request, otherwise)

    def _concerns(self, request: Request) -> bool:
        parameters = request.parameters
        asked = parameters.get("advertiser_id", "") + parameters.get("advertiser_ids", "")
        return (
            (self.path is None or request.path.endswith(self.path))
            and (self.advertiser_id is None or self.advertiser_id in asked)
            and self.when(request)
        )


def refuse(code: int, message: str) -> Act:
    """An envelope with a code, in place of any answer."""
    return lambda _, __: make_envelope(code, message, {}, "fault")


class Arming:
    """Holds the armed faults. The kinds of faults inherit from it."""

    def __init__(self) -> None:
        self.armed: list[Fault] = []

    def arm(self, fault: Fault) -> Fault:
        """Arm a fault, which may be one of the test's own, and return it."""
        self.armed.append(fault)
        return fault
