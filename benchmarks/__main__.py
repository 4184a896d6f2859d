"""`make bench` measures all contenders and writes docs/performance.md. `make bench-quick` fails if we became slow."""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Mapping

from benchmarks import report
from benchmarks.contenders import Contender, list_everyone, prepare_ours_and_bare
from benchmarks.measure import Server, start_page_server
from benchmarks.rounds import Figures, Round, compute_ratio, make_figures, make_plain, measure, prepare

GUARDED = "ours/bare"
KEPT = 0.7


def compare(
    contenders: Mapping[str, Contender], server: Server, rounds: int
) -> tuple[dict[str, Figures], dict[str, float]]:
    """The figures of every contender, and the ratio of ours to each of the others."""
    taken: defaultdict[str, list[Round]] = defaultdict(list)
    for name, one in measure(contenders, server, rounds):
        taken[name].append(one)
    found = {name: make_figures(contenders[name], own, server) for name, own in taken.items()}
    pairs = [("ours", name) for name in taken if name not in ("ours", "same_columns")]
    pairs += [("same_columns", name) for name in ("official", "manifest") if name in taken]
    return found, {
        f"{ours}/{other}": compute_ratio(taken[ours], taken[other]) for ours, other in pairs if ours in taken
    }


def run_full(rounds: int) -> int:
    """Measures all contenders and writes down the figures."""
    with start_page_server() as server:
        able, unable = prepare(list_everyone(), server)
        found, ratios = compare(able, server, rounds)
    for rows in (report.make_table(found.values()), report.make_sentences(ratios)):
        sys.stdout.write(report.write_terminal(rows) + "\n\n")
    report.write_record(make_plain(found), ratios)
    report.draw_chart(found.values())
    report.write_document(found, ratios, unable.values(), rounds)
    return 0


def run_quick(rounds: int) -> int:
    """Returns 1 if we read less than 70 % of the recorded number of records in the CPU time of the bare loop."""
    ours, bare = prepare_ours_and_bare(small=5, large=40)
    with start_page_server() as server:
        able, unable = prepare({"ours": ours, "bare": bare}, server)
        found, ratios = compare(able, server, rounds)
    sys.stdout.write(report.write_terminal(report.make_table(found.values())) + "\n\n")
    wanted = KEPT * report.read_ratio(GUARDED)
    reached = ratios[GUARDED]
    sys.stdout.write(f"{reached:.2f} of the bare loop's records for the same CPU; at least {wanted:.2f} wanted.\n")
    return int(bool(unable) or reached < wanted)


def main() -> int:
    """The command line."""
    command = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    command.add_argument(
        "--quick", action="store_true", help="only ours and the bare loop, compared with what is recorded"
    )
    command.add_argument("--rounds", type=int, help="how often everyone is measured: 5, or 3 where quick")
    options = command.parse_args()
    return run_quick(options.rounds or 3) if options.quick else run_full(options.rounds or 5)


if __name__ == "__main__":
    sys.exit(main())
