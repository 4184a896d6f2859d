"""Where the data comes from: a simulated TikTok that ends with the demo, or your own account."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from preview.account import PreviewError, read_configuration
from tiktok_simulator import Simulator, serve
from tiktok_simulator.world.ready_made import make_small_world
from tiktok_simulator.world.world import APP_ID, APP_SECRET, TOKEN

from .notebook import DemoError

# It is the evening of the 20th in Berlin. In Los Angeles the day is half over, so the second sync reads it again.
FIRST_SYNC = datetime(2026, 1, 20, 18, tzinfo=UTC)
SECOND_SYNC = datetime(2026, 1, 27, 18, tzinfo=UTC)
SIMULATED: Mapping[str, Any] = {
    "credentials": {"auth_type": "oauth2.0", "app_id": APP_ID, "secret": APP_SECRET, "access_token": TOKEN},
    "start_date": "2026-01-01",
    "requests_per_second": 1000,  # the simulated TikTok has no quota
}


@dataclass(frozen=True)
class Scenario:
    """The configurations of the two syncs, and the texts to print with them.

    Attributes:
        time_passes: What happens between the two syncs.
        strangers: Lists the hosts other than TikTok's that were requested, if the requests can be seen.
    """

    introduction: str
    first_title: str
    first_config: Mapping[str, Any]
    second_title: str
    second_config: Mapping[str, Any]
    remark: str
    conclusion: str
    time_passes: Callable[[], None]
    strangers: Callable[[], Sequence[str]]
    shows_own_reports: bool = False


@contextmanager
def simulate() -> Iterator[Scenario]:
    """Starts a small TikTok on loopback with its clock in January 2026. It ends with the context."""
    now = FIRST_SYNC
    world = make_small_world()

    def a_week_passes() -> None:
        nonlocal now
        now = SECOND_SYNC
        slow_buyers = world.find_entity("ad", world.landmarks["Berlin.late_ad"]).row["campaign_id"]
        world.switch("campaign", slow_buyers, datetime(2026, 1, 23, 9, tzinfo=UTC), on=False)

    with serve(Simulator(world, clock=lambda: now)) as server:
        os.environ.update(server.environment)
        yield Scenario(
            introduction="This demo puts TikTok Ads data into a database, without a TikTok account. A simulated\n"
            "TikTok runs on this machine, with ad accounts in Tokyo, Los Angeles and Berlin. The\n"
            "connector runs as in a notebook: through PyAirbyte, into DuckDB.",
            first_title="1 to 20 January 2026",
            first_config={**SIMULATED, "end_date": "2026-01-20"},
            second_title="a week later, up to 27 January",
            second_config={**SIMULATED, "end_date": "2026-01-27"},
            remark="“Slow buyers” ended in December and spends nothing any more. People who buy now are counted on\n"
            "the day in December on which they clicked (real_time_conversion counts them on the day they buy).\n"
            "“Last season” was deleted. Its spend still counts, as in Ads Manager.",
            conclusion="Every request went to TikTok's own host name. No other host was requested.",
            time_passes=a_week_passes,
            strangers=lambda: server.refused,
            shows_own_reports=True,
        )


@contextmanager
def open_own_account(path: Path) -> Iterator[Scenario]:
    """The account of a configuration file. If it has no start date, the last 30 days are read."""
    try:
        config = {"start_date": "today-30", **read_configuration(path)}
    except PreviewError as error:
        raise DemoError(str(error)) from error
    yield Scenario(
        introduction="This demo puts your own TikTok Ads data into a database: through PyAirbyte, into DuckDB.",
        first_title=f"since {config['start_date']}",
        first_config=config,
        second_title="right after the first",
        second_config=config,
        remark="",
        conclusion="Every run starts with an empty database. A job of your own keeps it, and reads only what is new.",
        time_passes=lambda: None,
        strangers=lambda: (),
    )
