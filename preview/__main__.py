"""`python -m preview`: rows of one stream, from a simulated TikTok or, with TIKTOK_CONFIG, from your own account."""

from __future__ import annotations

import os
import signal
import sys

from airbyte_cdk import AirbyteTracedException
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets

from .account import Account, PreviewError, open_own, open_simulated
from .offer import find_stream, list_streams
from .reading import read
from .screen import Screen
from .summary import explain_nothing
from .wishes import Wishes


def main() -> int:
    """Runs the preview and returns the exit code. Errors go to stderr."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    screen = Screen()
    try:
        wishes = Wishes.of(os.environ)
        with open_own(wishes.config_path) if wishes.config_path else open_simulated() as account:
            show(wishes, account, screen)
    except (PreviewError, AirbyteTracedException) as error:
        screen.complain(filter_secrets(str(error)))
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return 0


def show(wishes: Wishes, account: Account, screen: Screen) -> None:
    """Shows rows of the chosen stream, or the list of streams."""
    config = wishes.apply_to(account.config)
    with screen.show_waiting("asking the connector what it offers"):
        offered = list_streams(config)
    if not wishes.report:
        screen.list([*offered.values()])
        return
    stream = find_stream(wishes.report, offered)
    catalog = stream.make_catalog(wishes.columns, offered)
    with screen.show_waiting(f"reading {stream.name}"):
        reading = read(catalog, config, account.environment, wishes.rows)
    if reading.rows:
        screen.show(stream, reading.rows, wishes.columns, reading.complete)
    elif reading.complete:
        screen.say(explain_nothing(stream, config))
    if reading.trouble:
        raise PreviewError(reading.trouble)


if __name__ == "__main__":
    sys.exit(main())
