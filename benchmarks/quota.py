"""`python -m benchmarks.quota`: syncs against a TikTok that enforces its quota, with the real clock (five minutes).

Alone, no request may be refused and all must be done in 1.1 times what the quota takes; beside a program that eats the
quota, the sync slows down, finishes, and has read the same.
"""

from __future__ import annotations

import sys

from benchmarks.measure import FailedError
from benchmarks.metered import QUOTA, Asked, sync

ACCOUNTS = 130
LONGEST = 1.1
EATERS = {
    "another program takes 5 a second": {"eaten": 5.0},
    "another program takes 20 a second for 30 s": {"eaten": 20.0, "eaten_for": 30.0},
}


def say(label: str, asked: Asked) -> None:
    """One line of what was measured."""
    ratio = asked.seconds * QUOTA / (asked.requests - asked.refused)
    sys.stdout.write(
        f"{label}: {asked.requests} requests in {asked.seconds:.1f} s ({ratio:.3f} of what the quota takes), "
        f"{asked.refused} refused, at most {asked.busiest} in a second, {asked.rows} rows, {asked.wall:.1f} s in all\n"
    )
    sys.stdout.flush()


def main() -> int:
    """Returns 1 if a sync sent too many requests, took too long or read something else."""
    alone = sync(ACCOUNTS)
    say("alone", alone)
    kept = not alone.refused and alone.seconds <= LONGEST * alone.requests / QUOTA
    for label, eater in EATERS.items():
        try:
            beside = sync(ACCOUNTS, **eater)
        except FailedError as error:
            sys.stdout.write(f"{label}: {error}\n")
            kept = False
        else:
            say(label, beside)
            kept = kept and beside.rows == alone.rows
    return int(not kept)


if __name__ == "__main__":
    sys.exit(main())
