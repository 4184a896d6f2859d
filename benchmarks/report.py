"""What was measured: a table on the terminal, a passage of docs/performance.md, a chart, and a record for next time."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.rounds import Figures

ROOT = Path(__file__).parents[1]
RECORDED = Path(__file__).with_name("recorded.json")
DOCUMENT, CHART = ROOT / "docs" / "performance.md", ROOT / "docs" / "performance.svg"
GOALS: Mapping[str, float] = {
    "ours/official": 100,
    "ours/manifest": 20,
    "ours/bare": 0.5,
    "ours/tap": 1,
    "ours/ingestr": 1,
}
HEAD = ("", "metrics", "records/s of CPU", "slowest to fastest", "records/s", "start-up, s of CPU",
        "100,000 records, s of CPU", "peak MB", "requests beside the pages")  # fmt: skip
HOW = """\
Daily ad reports of thirty days, in pages of 1,000 rows. The page server is a separate process. It speaks TLS on
loopback and answers every contender from memory and without compression. CPU is user and system time of the process
and its children, as the kernel counts it. **Records/s of CPU** is the figure to compare. It is the cost of one more
record: the slope between two sizes, without the start-up. It tells how many records a core reads, however long the
sync is, and hardly depends on what else the machine does. **100,000 records** is a whole sync of that size with its
start-up. If a contender read fewer records, the figure is extrapolated from its two sizes. Every figure is the median
of {rounds} rounds, in which all contenders took turns. Each contender asks for its default metrics; ingestr and the
bare loop ask for ours. ingestr does not type most metrics, and writes its records nowhere. Our connector is told that
the quota is a thousand requests a second, because it would otherwise wait for TikTok's quota."""


def describe_machine() -> str:
    """The machine, in a line."""
    cpus = Path("/proc/cpuinfo")
    lines = cpus.read_text(encoding="utf-8").splitlines() if cpus.exists() else []
    model = next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine()
    )
    return f"{os.cpu_count()} cores, {model}, {platform.system()}, Python {platform.python_version()}"


def list_versions() -> str:
    """The libraries that the figures depend on."""
    return ", ".join(f"{name} {version(name)}" for name in ("airbyte-cdk", "orjson", "requests", "urllib3"))


def make_table(found: Iterable[Figures]) -> list[list[str]]:
    """The figures, fastest first."""
    ordered = sorted(found, key=lambda one: -one.per_cpu_second)
    return [list(HEAD), *([
        one.label, str(one.metrics), f"{one.per_cpu_second:,.0f}", f"{one.slowest:,.0f} to {one.fastest:,.0f}",
        f"{one.per_second:,.0f}", f"{one.start:.1f}", f"{one.whole:.1f}", f"{one.megabytes:,.0f}",
        str(one.more_requests),
    ] for one in ordered)]  # fmt: skip


def make_sentences(ratios: Mapping[str, float]) -> list[list[str]]:
    """The ratios beside what they should be."""
    rows = [["records for the same CPU", "ratio", "goal"]]
    for name, found in ratios.items():
        goal = GOALS.get(name)
        rows.append([name.replace("/", " / ").replace("_", " "), f"{found:.2f}", f"≥ {goal:g}" if goal else ""])
    return rows


def write_terminal(rows: Sequence[Sequence[str]]) -> str:
    """A table for a terminal."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(_pad(row, widths)) for row in rows)


def write_markdown(rows: Sequence[Sequence[str]]) -> str:
    """A table for a document."""
    rule = "|---|" + "---:|" * (len(rows[0]) - 1)
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], rule, *lines[1:]])


def write_document(
    found: Mapping[str, Figures], ratios: Mapping[str, float], unable: Iterable[str], rounds: int
) -> None:
    """Writes the passage of the document, and leaves the rest of it alone."""
    picture = f"![Records per second of CPU]({CHART.name})"
    passage = [write_markdown(make_table(found.values())), picture, write_markdown(make_sentences(ratios)),
               HOW.format(rounds=rounds), *(f"Could not run: {reason}" for reason in unable),
               f"Measured with `make bench` on {describe_machine()}; {list_versions()}."]  # fmt: skip
    write_passage("bench", "\n\n".join(passage))


def print_line(line: str) -> str:
    """Prints a line of a table as soon as it is known, and returns it."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
    return line


def write_passage(target: str, passage: str) -> None:
    """Writes what `make {target}` found into the document, between its two marks, and leaves the rest alone."""
    text = DOCUMENT.read_text(encoding="utf-8")
    begin, end = (f"<!-- make {target} writes {word} here -->" for word in ("from", "until"))
    before, found, rest = text.partition(begin)
    if not found:
        raise ValueError(f"{DOCUMENT.name} has no place for what make {target} writes")
    DOCUMENT.write_text("\n\n".join([before + begin, passage, end]) + rest.partition(end)[2], encoding="utf-8")


def write_record(found: Mapping[str, Any], ratios: Mapping[str, float]) -> None:
    """Keeps the figures; `make bench-quick` compares with their ratios."""
    kept = {"machine": describe_machine(), "versions": list_versions(), "figures": found,
            "ratios": {name: float(f"{value:.3g}") for name, value in ratios.items()}}  # fmt: skip
    RECORDED.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_ratio(name: str) -> float:
    """A ratio of the last `make bench`."""
    return float(json.loads(RECORDED.read_text(encoding="utf-8"))["ratios"][name])


def draw_chart(found: Iterable[Figures]) -> None:
    """Draws records per second of CPU, on a logarithmic axis."""
    import matplotlib as mpl  # noqa: PLC0415 - its memory would be counted as the contenders'

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "benchmarks"
    from matplotlib import pyplot as plt  # noqa: PLC0415

    ordered = sorted(found, key=lambda one: one.per_cpu_second)
    figure, axes = plt.subplots(figsize=(9, 0.55 * len(ordered) + 1), layout="constrained")
    colours = ["#25d0c8" if one.label.startswith("source-tiktok") else "#b8bcc4" for one in ordered]
    bars = axes.barh([one.label for one in ordered], [one.per_cpu_second for one in ordered], color=colours)
    axes.bar_label(bars, [f"{one.per_cpu_second:,.0f}" for one in ordered], padding=4)
    axes.set(xscale="log", title="Records per second of CPU (logarithmic)")
    axes.margins(x=0.12)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(CHART, metadata={"Date": None})
    plt.close(figure)


def _pad(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    first, *others = zip(row, widths, strict=True)
    return [first[0].ljust(first[1]), *(text.rjust(width) for text, width in others)]
