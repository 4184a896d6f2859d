"""`python -m benchmarks.concurrency`: how much of the quota is used where every answer takes 250 ms (three minutes)."""

from __future__ import annotations

import sys

from benchmarks.metered import QUOTA, STREAMS, sync

ACCOUNTS = 40
LATENCY = 0.25
REACHED = 0.9
DEFAULT = 8


def main() -> int:
    """Returns 1 if the default concurrency does not reach the quota."""
    reached = {}
    for concurrency in (2, 4, DEFAULT, 40):
        asked = sync(ACCOUNTS, latency=LATENCY, concurrency=concurrency)
        reached[concurrency] = asked.rate / QUOTA
        sys.stdout.write(
            f"concurrency {concurrency}: {ACCOUNTS} ad accounts x {len(STREAMS)} streams, {asked.requests} requests in "
            f"{asked.seconds:.1f} s, {asked.rate:.2f} a second, {reached[concurrency]:.2f} of the quota, "
            f"{asked.refused} refused\n"
        )
        sys.stdout.flush()
    return int(reached[DEFAULT] < REACHED)


if __name__ == "__main__":
    sys.exit(main())
