"""Which quick tests run a line of the connector, and how long each takes: learnt once, and kept in `.mutation/`."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain

from coverage import CoverageData
from mutants import PACKAGE

ROOT = PACKAGE.parent
KEPT = ROOT / ".mutation"
COVERAGE, TIMES = KEPT / "coverage", KEPT / "times.xml"
# So many tests are tried before those of one file are run together.
FIRST_LOT = 20


def learn(modules: Iterable[str]) -> None:
    """Runs the quick tests once to see which of them run which lines, and how long each takes."""
    KEPT.mkdir(exist_ok=True)
    settings = KEPT / "settings.ini"
    settings.write_text(
        f"[run]\ndata_file = {COVERAGE}\ninclude =\n  " + "\n  ".join(str(PACKAGE / module) for module in modules),
        encoding="utf-8",
    )
    options = ["--numprocesses=auto", "--cov", f"--cov-config={settings}", "--cov-context=test", "--cov-report="]
    command = [sys.executable, "-m", "pytest", "-q", *options, f"--junitxml={TIMES}", "-m", "not slow", "unit_tests"]
    subprocess.run(command, check=True, cwd=ROOT)


def is_stale() -> bool:
    """Whether the connector or a test has changed since the tests were last run to see their lines."""
    files = [*PACKAGE.rglob("*.py"), *(ROOT / "unit_tests").rglob("*.py")]
    return not TIMES.exists() or max(file.stat().st_mtime for file in files) > TIMES.stat().st_mtime


@cache
def _read_seconds() -> dict[str, float]:
    cases = ET.parse(TIMES).iter("testcase")  # noqa: S314 - pytest wrote it
    return {f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}": float(case.get("time", 1))
            for case in cases}  # fmt: skip


@cache
def _index_tests(module: str) -> dict[int, list[str]]:
    data = CoverageData(str(COVERAGE))
    data.read()
    by_line = data.contexts_by_lineno(str(PACKAGE / module))
    return {line: [context.partition("|")[0] for context in contexts if context] for line, contexts in by_line.items()}


def order_tests(module: str, line: int) -> tuple[list[str], bool]:
    """The tests of a line, the quickest first, later cases of one behind; and whether they run it or import it."""
    by_line = _index_tests(module)
    found = by_line.get(line) or []
    every = found or [test for tests in by_line.values() for test in tests]
    cases: defaultdict[str, list[str]] = defaultdict(list)
    for test in sorted(set(every), key=lambda test: (_read_seconds().get(test, 1), test)):
        cases[test.partition("[")[0]].append(test)
    ranked = [
        ((rank + 1) * _read_seconds().get(test, 1), test) for tests in cases.values() for rank, test in enumerate(tests)
    ]
    return list(_group_by_file([test for _, test in sorted(ranked)])), bool(found)


def _group_by_file(tests: list[str]) -> Iterator[str]:
    """The same tests, in ever larger lots that are grouped by file: what a file sets up takes as long as a test."""
    start, size = 0, FIRST_LOT
    while start < len(tests):
        lot: defaultdict[str, list[str]] = defaultdict(list)
        for test in tests[start : start + size]:
            lot[test.partition("::")[0]].append(test)
        yield from chain.from_iterable(lot.values())
        start, size = start + size, 2 * size
