"""`python -m benchmarks.weather '{"advertisers": 4, …}'`: a simulated TikTok in bad weather, a process of its own.

It says on its first line how to reach it. Each line it is sent is the rate of faults from then on; it answers with what
was asked since the last one, and how it was answered. It ends with its input.
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
# What passes, by the name it has in the table: whatever is asked for, any page of a list, or the second page of one.
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
# What does not pass: the proof that a soak can fail.
HOPELESS: Mapping[str, Arm] = {"40051": lambda faults: faults.refused(40051, times=None, path=REPORTS)}

# One question is spoiled so often in a row at most: each time the wait for it doubles.
IN_A_ROW = 3

Question = tuple[str, tuple[tuple[str, str], ...]]


class Weather:
    """Spoils one request in so many, each time with another fault, and notes which were answered in the end."""

    def __init__(self, simulator: Simulator, seed: int, *, hopeless: bool = False) -> None:
        self._dice = random.Random(seed)  # noqa: S311 - not a secret
        self._anywhere = _make_faults(HOPELESS if hopeless else ANYWHERE, simulator)
        self._pages = self._anywhere if hopeless else self._anywhere | _make_faults(PAGES, simulator)
        self._second_pages = self._pages if hopeless else self._pages | _make_faults(SECOND_PAGES, simulator)
        self.simulator = simulator
        self.turn(0.0)
        simulator.faults.arm(Fault("weather", self._answer))
        simulator.faults.small_pages(ROWS_PER_PAGE, REPORTS)

    def turn(self, rate: float) -> None:
        """Starts again with another rate of faults."""
        self._rate = rate
        self.requests = 0
        self.met: Counter[str] = Counter()
        self._open: dict[Question, Counter[str]] = {}
        self.simulator.transcript.clear()

    @property
    def survived(self) -> Counter[str]:
        """The faults after which the same question was asked again, and answered."""
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
    """The faults, none of which is armed yet."""
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
    told = json.loads(sys.argv[1])
    world = make_world(told["advertisers"], told["first_day"], told["seed"])
    weather = Weather(Simulator(world), told["seed"], hopeless=told["hopeless"])
    with serve(weather.simulator) as server:
        _say(sys.stdout, {"environment": server.environment})
        for line in sys.stdin:
            seen = {"requests": weather.requests, "met": weather.met, "survived": weather.survived}
            _say(sys.stdout, {**seen, "refused": server.refused})
            weather.turn(float(line))


if __name__ == "__main__":
    main()
