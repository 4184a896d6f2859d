"""Measures the contenders in turn, several times, and makes figures of it."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.contenders import Contender
from benchmarks.measure import Cost, FailedError, Server, run
from benchmarks.world import Size

WHOLE = 100_000


@dataclass(frozen=True)
class Round:
    """One contender in one round: a small run and a large one."""

    small: Cost
    large: Cost
    rows: int
    more_rows: int

    @property
    def cpu(self) -> float:
        """Seconds of CPU that one record more costs."""
        return (self.large.cpu - self.small.cpu) / self.more_rows

    @property
    def wall(self) -> float:
        """Seconds that one record more takes."""
        return (self.large.wall - self.small.wall) / self.more_rows

    @property
    def start(self) -> float:
        """Seconds of CPU before the first record."""
        return max(0.0, self.small.cpu - self.cpu * self.rows)


@dataclass(frozen=True)
class Figures:
    """Medians over the rounds. `slowest` and `fastest` are records per second of CPU in single rounds.

    `more_requests` are those beside one for each page.
    """

    label: str
    metrics: int
    more_requests: int
    per_cpu_second: float
    slowest: float
    fastest: float
    per_second: float
    start: float
    whole: float
    megabytes: float


def measure(contenders: Mapping[str, Contender], server: Server, rounds: int) -> Iterable[tuple[str, Round]]:
    """Runs every contender once a round, so that a busy minute of the machine falls on all of them alike."""
    for number in range(1, rounds + 1):
        for name, contender in contenders.items():
            small, large = (_read(contender, size, server) for size in (contender.small, contender.large))
            taken = Round(small, large, contender.small.rows, contender.large.rows - contender.small.rows)
            say(f"round {number} of {rounds}  {contender.label:64} {taken.cpu * 1e6:8.1f} µs of CPU per record")
            yield name, taken


def prepare(contenders: Mapping[str, Contender], server: Server) -> tuple[dict[str, Contender], dict[str, str]]:
    """The contenders that can run here, and why the others can't. Some need others that come before them."""
    able: dict[str, Contender] = {}
    unable: dict[str, str] = {}
    for name, contender in contenders.items():
        say(f"preparing {contender.label}")
        try:
            with tempfile.TemporaryDirectory() as files:
                contender.prepare(server, Path(files))
            _read(contender, Size(1, 1), server)
            able[name] = contender
        except FailedError as error:
            unable[name] = f"{contender.label}: {str(error).splitlines()[0]}"
            say(f"{contender.label}: {error}")
    return able, unable


def make_figures(contender: Contender, rounds: list[Round], server: Server) -> Figures:
    """Makes the figures of one contender from its rounds. One more small run counts its requests."""
    _read(contender, contender.small, server)
    asked = server.read_asked()
    costs = sorted(taken.cpu for taken in rounds)
    return Figures(
        label=contender.label,
        metrics=asked.metrics,
        more_requests=asked.requests - contender.small.accounts * contender.small.pages,
        per_cpu_second=1 / median(costs),
        slowest=1 / costs[-1],
        fastest=1 / costs[0],
        per_second=1 / median(taken.wall for taken in rounds),
        start=median(taken.start for taken in rounds),
        whole=median(taken.start + taken.cpu * WHOLE for taken in rounds),
        megabytes=median(taken.large.megabytes for taken in rounds),
    )


def compute_ratio(ours: list[Round], others: list[Round]) -> float:
    """How many records we read for one of another contender, for the same CPU: the median over the rounds."""
    return median(other.cpu / own.cpu for own, other in zip(ours, others, strict=True))


def make_plain(found: Mapping[str, Figures]) -> dict[str, dict[str, Any]]:
    """The figures for a file, rounded to the digits that are significant."""
    return {key: {name: _shorten(value) for name, value in asdict(one).items()} for key, one in found.items()}


def say(text: str) -> None:
    """Prints progress to stderr, apart from the result."""
    sys.stderr.write(f"{text}\n")


def _shorten(value: Any) -> Any:
    return float(f"{value:.4g}") if isinstance(value, float) else value


def _read(contender: Contender, size: Size, server: Server) -> Cost:
    """Does one run. Raises FailedError if it did not write every record."""
    with tempfile.TemporaryDirectory() as directory:
        files = Path(directory)
        server.read_asked()
        output = files / "output"
        cost = run(contender.make_command(size, files), output, server.environment | dict(contender.environment))
        if (written := contender.count(output)) != size.rows:
            raise FailedError(f"{contender.label} wrote {written} records of {size.rows}")
    return cost
