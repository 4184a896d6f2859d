"""`python -m benchmarks.weather '{"advertisers": 4, …}'`: a simulated TikTok with random faults.

It runs in a process of its own. The first line of its output says how to reach it. Each line of its input is a rate of
faults, which counts from then on. The answer is what was asked since the last line, and how it was answered. It ends
with its input.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TextIO

from tiktok_simulator import Simulator, World, serve
from tiktok_simulator.faults.fault import Answer, Fault
from tiktok_simulator.faults.faults import Faults
from tiktok_simulator.protocol.wire import Request, Response
from tiktok_simulator.world.populate import add_advertiser

CAMPAIGNS = 2
FIRST_ADVERTISER = 7_000_000_000_000_000_000
# So that a window of thirty days has more than one page without thousands of rows.
ROWS_PER_PAGE = 200
REPORTS = "/report/integrated/get/"

Arm = Callable[[Faults], Fault]
# Faults that pass, by the requests they concern: any request, any page of a list, the second page of a list.
ANYWHERE: Mapping[str, Arm] = {
    "40100": lambda faults: faults.rate_limited(None),
    "40016": lambda faults: faults.rate_limited(None, code=40016),
    "40133": lambda faults: faults.rate_limited(None, code=40133),
    "50000": lambda faults: faults.outage(None),
    "51004": lambda faults: faults.outage(None, code=51004),
    "60001": lambda faults: faults.outage(None, code=60001),
    "HTTP 429": lambda faults: faults.http_status(429, None),
    "HTTP 500": lambda faults: faults.http_status(500, None),
    "HTTP 502": lambda faults: faults.http_status(502, None),
    "HTTP 503": lambda faults: faults.html_503(None),
    "redirect": lambda faults: faults.redirect(times=None),
    "connection reset": lambda faults: faults.connection_reset(None),
    "cut JSON": lambda faults: faults.cut_json(None),
    "empty body": lambda faults: faults.empty_body(None),
    "no object": lambda faults: faults.not_an_object(None),
    "damaged gzip": lambda faults: faults.gzip_damage(None),
    "no data": lambda faults: faults.no_data(None),
}
PAGES: Mapping[str, Arm] = {
    "odd page_info": lambda faults: faults.odd_page_info(None),
    "page_info of words": lambda faults: faults.page_info_without_numbers(None),
    "empty page": lambda faults: faults.empty_page(times=None),
    "poisoned row": lambda faults: faults.poisoned_row(times=None),
}
SECOND_PAGES: Mapping[str, Arm] = {
    "total moves": lambda faults: faults.changing_total(times=None),
    "repeated page": lambda faults: faults.repeated_page(times=None),
}
# Faults that do not pass. They prove that a soak can fail.
HOPELESS: Mapping[str, Arm] = {"40051": lambda faults: faults.refused(40051, times=None, path=REPORTS)}

# How often a request is spoiled in a row at most, as each wait is twice as long as the one before.
IN_A_ROW = 3

Question = tuple[str, tuple[tuple[str, str], ...]]


class RandomFaults:
    """Spoils requests with random faults at some rate, and notes which of them were answered in the end."""

    def __init__(self, simulator: Simulator, seed: int, *, hopeless: bool = False) -> None:
        self._dice = random.Random(seed)  # noqa: S311 - not a secret
        self._anywhere = _make_faults(HOPELESS if hopeless else ANYWHERE, simulator)
        self._pages = self._anywhere if hopeless else self._anywhere | _make_faults(PAGES, simulator)
        self._second_pages = self._pages if hopeless else self._pages | _make_faults(SECOND_PAGES, simulator)
        self.simulator = simulator
        self.set_rate(0.0)
        simulator.faults.arm(Fault("random", self._answer))
        simulator.faults.small_pages(ROWS_PER_PAGE, REPORTS)

    def set_rate(self, rate: float) -> None:
        """Sets the rate of faults, and starts counting anew."""
        self._rate = rate
        self.requests = 0
        self.met: Counter[str] = Counter()
        self._open: dict[Question, Counter[str]] = {}
        self.simulator.transcript.clear()

    @property
    def survived(self) -> Counter[str]:
        """The faults after which the same request was made again, and answered."""
        return self.met - sum(self._open.values(), Counter())

    def _answer(self, request: Request, answer: Answer) -> Response:
        self.requests += 1
        question = request.path, tuple(sorted(request.parameters.items()))
        right = answer(request)
        if self._dice.random() < self._rate and self._spoil(question) < IN_A_ROW:
            name, fault = self._dice.choice([*self._list_possible(request).items()])
            try:
                spoiled = fault.answer(request, lambda asked: right if asked is request else answer(asked))
            except BaseException:
                self._note(question, name)
                raise
            if spoiled != right:
                self._note(question, name)
                return spoiled
        self._open.pop(question, None)
        return right

    def _spoil(self, question: Question) -> int:
        return sum(self._open.get(question, Counter()).values())

    def _note(self, question: Question, name: str) -> None:
        self.met[name] += 1
        self._open.setdefault(question, Counter())[name] += 1

    def _list_possible(self, request: Request) -> Mapping[str, Fault]:
        page = request.parameters.get("page")
        return self._second_pages if page == "2" else self._pages if page else self._anywhere


def _make_faults(arms: Mapping[str, Arm], simulator: Simulator) -> dict[str, Fault]:
    """Makes the faults. None of them is armed yet."""
    apart = Faults(simulator.world.tasks)
    return {name: arm(apart) for name, arm in arms.items()}


def make_world(advertisers: int, first_day: str, seed: int) -> World:
    """So many ad accounts, each with two campaigns of six ads that have run since before the first day."""
    world = World(seed=seed)
    created = datetime.fromisoformat(first_day).replace(tzinfo=UTC) - timedelta(days=30)
    zones: Sequence[str] = ("Asia/Tokyo", "America/Los_Angeles", "Europe/Berlin", "Etc/UTC")
    for number in range(advertisers):
        zone = zones[number % len(zones)]
        add_advertiser(world, str(FIRST_ADVERTISER + number), timezone=zone, created=created, campaigns=CAMPAIGNS)
    return world


def _say(stream: TextIO, message: Mapping[str, Any]) -> None:
    stream.write(json.dumps(message) + "\n")
    stream.flush()


def main() -> None:
    """Serves until the input ends."""
    plan = json.loads(sys.argv[1])
    world = make_world(plan["advertisers"], plan["first_day"], plan["seed"])
    spoiler = RandomFaults(Simulator(world), plan["seed"], hopeless=plan["hopeless"])
    with serve(spoiler.simulator) as server:
        _say(sys.stdout, {"environment": server.environment})
        for line in sys.stdin:
            seen = {"requests": spoiler.requests, "met": spoiler.met, "survived": spoiler.survived}
            _say(sys.stdout, {**seen, "refused": server.refused})
            spoiler.set_rate(float(line))


if __name__ == "__main__":
    main()
