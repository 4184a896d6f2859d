"""How many small mistakes the quick tests find: each is made in the connector, and the tests of its line are run.

`make mutation` prints the share that is found, by group, and each mistake that nobody notices. No file is changed:
pytest collects all tests once, and a fork of it for each mistake runs some of them with the mistake in place.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import select
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import airbyte_cdk  # noqa: F401 - it takes seconds to import, which all forks are spared
import pytest
from line_tests import is_stale, learn, order_tests
from mutants import PACKAGE, Mutant, Mutated, put_in_place, sample_mutants

GROUPS = {
    "errors": ["errors.py"],
    "cursors": sorted(f"incremental/{path.name}" for path in (PACKAGE / "incremental").glob("[!_]*.py")),
    "rate limiter": ["requesters/rate_limiter.py"],
    "paginator": ["requesters/paginator.py", "requesters/page_counts.py"],
    "error handler": ["requesters/error_handler.py", "requesters/retry.py"],
    "retrievers": sorted(f"retrievers/{path.name}" for path in (PACKAGE / "retrievers").glob("[!_]*.py")),
}  # fmt: skip
# The seconds of tests that are tried on one mutant; after how many without the end of a test it hangs; and all it has.
BUDGET, STALLED, LONGEST = 20.0, 60.0, 600
MEMORY = 4 << 30
# So many tests may be tried on a mutant of what happens on import, as they are collected anew.
ON_IMPORT = 60
GOES_ON, FOUND, SURVIVES = b".", b"f", b"s"


class Watch:
    """Runs some tests until one fails or the time is over, and writes into a pipe what comes of it."""

    def __init__(self, tests: Sequence[str], pipe: int) -> None:
        self._places = {test: place for place, test in enumerate(tests)}
        self._pipe, self._failed = pipe, False

    def run(self, items: Iterable[pytest.Item]) -> None:
        """Runs those of the items that were chosen."""
        until = time.process_time() + BUDGET
        chosen = sorted(
            (each for each in items if each.nodeid in self._places), key=lambda each: self._places[each.nodeid]
        )
        for item, following in zip(chosen, [*chosen[1:], None], strict=False):
            if self._failed or time.process_time() > until:
                break
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            os.write(self._pipe, GOES_ON)
        os.write(self._pipe, FOUND if self._failed else SURVIVES)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Takes note of a failure."""
        self._failed |= report.failed


class OneMutant(Watch):
    """A run of pytest for one mutant."""

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """In the place of pytest's own loop."""
        self._failed = session.testsfailed > 0  # a test that can't be imported
        self.run(session.items)
        return True


class AllMutants:
    """A run of pytest that collects once, and forks for each mutant."""

    def __init__(self, mutants: Sequence[Mutant], tell: Callable[[Mutant, str], None]) -> None:
        self._mutants, self._tell = mutants, tell

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """In the place of pytest's own loop."""
        for mutant in self._mutants[:1]:
            refuse_failing(mutant, fork(partial(self._work, session, mutant, mutated=False)))
        for mutant in self._mutants:
            self._tell(mutant, fork(partial(self._work, session, mutant)))
        return True

    def _work(self, session: pytest.Session, mutant: Mutant, pipe: int, *, mutated: bool = True) -> None:
        if mutated and not put_in_place(mutant):
            os.write(pipe, SURVIVES)
            return
        watch = Watch(order_tests(mutant.module, mutant.line)[0], pipe)
        session.config.pluginmanager.register(watch)
        watch.run(session.items)


def run_pytest(plugin: object, tests: Sequence[str]) -> None:
    """Collects the quick ones of the tests and leaves it to the plugin to run them."""
    without = [f"-pno:{name}" for name in ("terminal", "randomly", "xdist", "cov", "cacheprovider")]
    pytest.main([*without, "--override-ini=addopts=", "-m", "not slow", *tests], plugins=[plugin])


def try_import(mutant: Mutant, *, mutated: bool = True) -> str:
    """What becomes of a mutant of what happens on import: the connector is imported with it."""

    def work(pipe: int) -> None:
        if mutated:
            sys.meta_path.insert(0, Mutated(mutant))
        tests = order_tests(mutant.module, mutant.line)[0][:ON_IMPORT]
        run_pytest(OneMutant(tests, pipe), tests)

    return fork(work)


def fork(work: Callable[[int], None]) -> str:
    """Does the work in a process of its own, which writes what comes of it: `found`, `hangs` or `survives`."""
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        os.setpgid(0, 0)
        signal.alarm(LONGEST)  # also where nobody is left to end it
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        try:
            work(writing)
        finally:  # where it ends without a word, the connector can't even be imported
            os._exit(0)
    os.close(writing)
    outcome = _wait(reading)
    os.close(reading)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return outcome


def _wait(pipe: int) -> str:
    while select.select([pipe], [], [], STALLED)[0]:
        said = os.read(pipe, 4096)
        if not said or FOUND in said:
            return "found"
        if SURVIVES in said:
            return "survives"
    return "hangs"


def refuse_failing(mutant: Mutant, outcome: str) -> None:
    """Stops where the tests fail without any mistake: all mutants would be found."""
    if outcome != "survives":
        sys.exit(f"The tests of {mutant.module}:{mutant.line} fail as they are.")


class Results:
    """What became of the mutants, told as it is known."""

    def __init__(self) -> None:
        self.outcomes: dict[Mutant, str] = {}

    def add(self, mutant: Mutant, outcome: str) -> None:
        """Takes note of one mutant."""
        self.outcomes[mutant] = outcome
        told = str(mutant) if outcome == "survives" else str(mutant).partition("\n")[0]
        print(f"{outcome:9} {told}", flush=True)

    def show(self) -> None:
        """The table for CONTRIBUTING.md."""
        print("\n| group | mutants | found |\n|---|---|---|")
        for group, modules in GROUPS.items():
            counts = Counter(outcome for mutant, outcome in self.outcomes.items() if mutant.module in modules)
            if every := counts.total():
                print(f"| {group} | {every} | {100 * (every - counts['survives']) / every:.0f} % |")


def main() -> None:
    """Tries a sample of the mutants of each module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", help="such as errors.py; all of them without")
    parser.add_argument("--mutants", type=int, default=40, help="how many of each module are tried")
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    every = [module for modules in GROUPS.values() for module in modules]
    if is_stale():
        learn(every)
    chosen = [
        mutant for module in asked.modules or every for mutant in sample_mutants(module, asked.mutants, asked.seed)
    ]
    results = Results()
    on_import = [mutant for mutant in chosen if not order_tests(mutant.module, mutant.line)[1]]
    for mutant in on_import[:1]:
        refuse_failing(mutant, try_import(mutant, mutated=False))
    for mutant in on_import:
        results.add(mutant, try_import(mutant))
    run_pytest(AllMutants([mutant for mutant in chosen if mutant not in on_import], results.add), ["unit_tests"])
    results.show()


if __name__ == "__main__":
    main()
