"""A fault: which requests it concerns, how often it acts, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tiktok_simulator.protocol.wire import Request, Response, make_envelope

Answer = Callable[[Request], Response]
Act = Callable[[Request, Answer], Response]


@dataclass
class Fault:
    """An armed fault.

    `act` makes the answer; it can ask the API for the right one. The first `skip` requests that the fault concerns get
    the right answer. Then it acts on the next `left` of them, or on all if `left` is None. `hits` counts them.
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
        """Answers a request: as the fault does if it concerns the request, else rightly."""
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
    """Makes an `act` that answers with an error in the envelope."""
    return lambda _, __: make_envelope(code, message, {}, "fault")


class Arming:
    """Holds the armed faults. The classes of faults inherit from it."""

    def __init__(self) -> None:
        self.armed: list[Fault] = []

    def arm(self, fault: Fault) -> Fault:
        """Arms a fault and returns it. A test can arm one of its own."""
        self.armed.append(fault)
        return fault
