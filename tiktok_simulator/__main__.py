"""`python -m tiktok_simulator`: serve a world and print how to reach it."""

from __future__ import annotations

import argparse
import ast
import json
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from tiktok_simulator.endpoints.reports.recorded import make_recorded_world
from tiktok_simulator.faults.fault import Fault
from tiktok_simulator.server.app import Simulator, read_clock
from tiktok_simulator.server.over_tls import serve
from tiktok_simulator.world.ready_made import make_busy_world, make_small_world
from tiktok_simulator.world.world import APP_ID, APP_SECRET, SANDBOX_TOKEN, TOKEN, World


def make_parser() -> argparse.ArgumentParser:
    """Makes the parser of the command line."""
    command = argparse.ArgumentParser(prog="python -m tiktok_simulator", description=__doc__)
    command.add_argument("--port", type=int, default=0, help="proxy port on 127.0.0.1; 0 chooses a free one")
    command.add_argument("--world", choices=("small", "busy", "recorded"), default="small")
    command.add_argument("--seed", type=int, default=7)
    command.add_argument("--recorded", metavar="PATH", help="the recording that --world recorded replays")
    command.add_argument("--now", metavar="TIME", help="the moment the clock starts at, e.g. 2026-03-01T10:00:00Z")
    command.add_argument("--seconds", type=float, default=3600, help="stop by itself after this time")
    command.add_argument(
        "--fault", action="append", default=[], metavar="NAME[:ARGUMENT=VALUE,…]", help="e.g. rate_limited:times=3"
    )
    return command


def make_world(options: argparse.Namespace) -> World:
    """Makes the world that the command line asks for."""
    if options.world == "recorded":
        return make_recorded_world(options.recorded)
    return make_busy_world(options.seed) if options.world == "busy" else make_small_world(options.seed)


def make_clock(start: str | None) -> Callable[[], datetime]:
    """Makes a clock that starts at this moment. Without a moment it is the real clock."""
    if start is None:
        return read_clock
    moment = datetime.fromisoformat(start)
    ahead = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - read_clock()
    return lambda: read_clock() + ahead


def arm(simulator: Simulator, text: str) -> Fault:
    """Arm a fault written as `name` or `name:argument=value,argument=value`."""
    name, _, arguments = text.partition(":")
    pairs = (item.split("=", 1) for item in arguments.split(",") if item)
    fault: Fault = getattr(simulator.faults, name)(**{argument: _read_value(value) for argument, value in pairs})
    return fault


def _read_value(text: str) -> object:
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
    return text if isinstance(value, int) and value > 10**15 else value  # an id stays text


def list_configurations(world: World) -> Sequence[dict[str, object]]:
    """A configuration of the connector for each type of credentials."""
    sandbox = sorted(account.advertiser_id for account in world.accounts.values() if account.sandbox)
    start = {"start_date": "2026-01-01"}
    found: list[dict[str, object]] = [
        {
            "credentials": {"auth_type": "oauth2.0", "app_id": APP_ID, "secret": APP_SECRET, "access_token": TOKEN},
            **start,
        },
        {
            "credentials": {"auth_type": "production_access_token", "access_token": TOKEN},
            "advertiser_ids": sorted(world.permitted),
            **start,
        },
    ]
    if sandbox:
        token = {"auth_type": "sandbox_access_token", "access_token": SANDBOX_TOKEN, "advertiser_id": sandbox[0]}
        found.append({"credentials": token, "start_date": "2020-12-01"})
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGINT, SIGTERM or the end of --seconds; returns the exit status."""
    options = make_parser().parse_args(arguments)
    if options.world == "recorded" and not options.recorded:
        make_parser().error("--world recorded needs --recorded PATH")
    simulator = Simulator(make_world(options), clock=make_clock(options.now))
    for text in options.fault:
        arm(simulator, text)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with serve(simulator, options.port) as server:
        for name, value in server.environment.items():
            print(f"export {name}={value}")
        for configuration in list_configurations(simulator.world):
            print(json.dumps(configuration))
        sys.stdout.flush()
        stop.wait(timedelta(seconds=options.seconds).total_seconds())
    return 0


if __name__ == "__main__":
    sys.exit(main())
