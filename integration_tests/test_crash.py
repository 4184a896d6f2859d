"""A sync killed at any moment loses nothing: who resumes from the last state it wrote ends with every row."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from crashing import UNDISTURBED, Assassin, Connector, Ended, Kill, Rows
from running import catalog_of

from tiktok_simulator import Simulator, serve
from tiktok_simulator.world.ready_made import BERLIN, TOKYO, make_small_world
from tiktok_simulator.world.world import APP_ID, APP_SECRET, TOKEN

DAILY, AUDIENCE = "campaigns_reports_daily", "advertisers_audience_reports_by_country_daily"
pytestmark = pytest.mark.slow

FULL_REFRESH = "creative_assets_portfolios"
STREAMS = (DAILY, AUDIENCE, "ads", FULL_REFRESH, "advertisers")
KILLED = -9
# Of the hundred columns of a report; a key is always read.
COLUMNS = ("spend", "impressions", "clicks", "campaign_name", "ad_name", "modify_time", "name")
CONFIG = {
    "credentials": {"auth_type": "oauth2.0", "app_id": APP_ID, "secret": APP_SECRET, "access_token": TOKEN},
    "start_date": "2025-12-01",
    "end_date": "2026-02-28",
    "requests_per_second": 1000,  # the simulator has no quota here, and nobody wants to wait
    "concurrency": 4,  # fewer windows under way at once: states differ more between two kills
}


@dataclass
class Syncs:
    """Syncs of one catalog, and what an undisturbed one gives."""

    connector: Connector
    assassin: Assassin
    catalog: dict[str, Any]
    keys: dict[str, Sequence[str]]

    def __post_init__(self) -> None:
        undisturbed = self.read()
        self.truth = undisturbed.rows(self.keys)
        self.bytes, self.requests = len(undisturbed.text), self.assassin.requests
        self.states = sum(message["type"] == "STATE" for message in undisturbed.messages)

    def read(self, kill: Kill = UNDISTURBED, states: Any = (), *, hurried: bool = True) -> Ended:
        files = {"config": CONFIG, "catalog": self.catalog} | ({"state": states} if states else {})
        ended = self.connector.run("read", kill, hurried=hurried, **files)
        assert ended.code == 0 or (ended.code == KILLED and kill != UNDISTURBED), ended.text[-2000:]
        return ended

    def resumed(self, killed: Ended, *, hurried: bool = True) -> tuple[Rows, int]:
        """The rows of both syncs, the later one's before the earlier one's; and how many the later one read."""
        again = self.read(states=killed.states, hurried=hurried).rows(self.keys)
        return killed.rows(self.keys) | again, len(again)


@pytest.fixture(scope="module")
def syncs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Syncs]:
    simulator = Simulator(make_small_world())
    simulator.faults.small_pages(100, "/report/integrated/get/")
    assassin = Assassin(simulator, (BERLIN, str(CONFIG["start_date"])))
    with serve(simulator) as server:
        connector = Connector(STREAMS, server.environment, assassin, tmp_path_factory.mktemp("crash"))
        try:
            catalog, keys = _chosen(connector.run("discover", config=CONFIG))
            yield Syncs(connector, assassin, catalog, keys)
        finally:
            connector.close()


def _chosen(discovered: Ended) -> tuple[dict[str, Any], dict[str, Sequence[str]]]:
    """A catalog of the streams with few columns, and their primary keys."""
    offered = next(message["catalog"]["streams"] for message in discovered.messages if message["type"] == "CATALOG")
    found = {stream["name"]: stream for stream in offered}
    keys = {name: [path[-1] for path in found[name]["source_defined_primary_key"]] for name in STREAMS}
    catalog = catalog_of(*STREAMS)
    for entry in catalog["streams"]:
        stream = entry["stream"] = found[entry["stream"]["name"]]
        wanted = {*keys[stream["name"]], *stream.get("default_cursor_field", ()), *COLUMNS}
        properties = stream["json_schema"]["properties"]
        stream["json_schema"]["properties"] = {name: properties[name] for name in properties if name in wanted}
        if "incremental" not in stream["supported_sync_modes"]:
            entry["sync_mode"] = "full_refresh"
    return catalog, keys


def _spread(number: int, whole: int) -> list[int]:
    """So many moments over a whole, evenly, and none of them its beginning or its end."""
    return [round((each + 0.5) * whole / number) or 1 for each in range(number)]


def _kills(syncs: Syncs, by_bytes: int, by_requests: int) -> list[Kill]:
    """Moments of a whole sync. The last tenth of its requests is left out: which windows need a second request, for
    campaigns that are asked for apart, depends on which were read first."""
    return [Kill(after_bytes=moment) for moment in _spread(by_bytes, syncs.bytes)] + [
        Kill(at_request=moment) for moment in _spread(by_requests, syncs.requests * 9 // 10)
    ]


@pytest.fixture
def told(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Writes the figures of a test into its report and its output."""

    def tell(**figures: object) -> None:
        for name, figure in figures.items():
            record_property(name, figure)
        sys.stdout.write(", ".join(f"{name} {figure}" for name, figure in figures.items()) + "\n")

    return tell


def test_whoever_kills_a_sync_at_any_moment_finds_every_row_after_the_next(syncs: Syncs, told: Any) -> None:
    kills = _kills(syncs, 32, 18)
    resumed_from, read_again, torn, compared = set(), [], 0, 0
    for kill in kills:
        killed = syncs.read(kill)
        assert killed.code == KILLED, kill
        rows, again = syncs.resumed(killed)
        assert rows == syncs.truth, kill
        read_again.append(again)
        resumed_from.add(orjson.dumps(killed.states))
        torn += bool(killed.torn)
        compared += len(syncs.truth)
    told(crash_points=len(kills), states_resumed_from=len(resumed_from), torn_last_lines=torn, rows_compared=compared,
         rows_read_again=sum(read_again))  # fmt: skip
    assert {stream for stream, _ in syncs.truth} == set(STREAMS)
    assert syncs.states > 30
    assert len(resumed_from) > 20, "the kills hardly differed"
    assert torn > 5, "hardly a kill fell into a line"
    assert min(read_again) < len(syncs.truth) / 2, "no sync went on from its state"


def test_states_after_many_rows_lose_no_more(syncs: Syncs, told: Any) -> None:
    kills = _kills(syncs, 4, 2)
    for kill in kills:
        killed = syncs.read(kill, hurried=False)
        assert killed.code == KILLED, kill
        assert syncs.resumed(killed, hurried=False)[0] == syncs.truth, kill
    told(crash_points=len(kills), rows_compared=len(kills) * len(syncs.truth))


@pytest.mark.parametrize("kill", [Kill(after_bytes=0), Kill(at_request=1), Kill(at_request=3)], ids=str)
def test_a_sync_killed_before_its_first_state_is_read_anew(syncs: Syncs, kill: Kill) -> None:
    killed = syncs.read(kill)
    assert killed.states == []
    assert syncs.resumed(killed)[0] == syncs.truth


def test_rows_that_came_before_the_first_state_are_read_anew(syncs: Syncs) -> None:
    daily = next(entry for entry in syncs.catalog["streams"] if entry["stream"]["name"] == DAILY)
    files = {"config": {**CONFIG, "advertiser_ids": [TOKYO]}, "catalog": {"streams": [daily]}}
    whole = syncs.connector.run("read", **files)
    inside_the_first_page = whole.text.index(b'{"type":"RECORD"') + 5_000
    killed = syncs.connector.run("read", Kill(after_bytes=inside_the_first_page), **files)
    assert killed.rows(syncs.keys)
    assert killed.states == []
    rows = killed.rows(syncs.keys) | syncs.connector.run("read", **files).rows(syncs.keys)
    assert rows == whole.rows(syncs.keys)


def test_a_sync_killed_six_times_in_a_row_has_every_row_after_the_seventh(syncs: Syncs, told: Any) -> None:
    rows: Rows = {}
    states: dict[str, Any] = {}
    for moment in (3, 4, 5, 3, 4, 5):
        killed = syncs.read(Kill(at_request=syncs.requests * moment // 12), list(states.values()))
        rows |= killed.rows(syncs.keys)
        states |= {state["stream"]["stream_descriptor"]["name"]: state for state in killed.states}
    told(rows_before_the_last=len(rows))
    assert rows | syncs.read(states=list(states.values())).rows(syncs.keys) == syncs.truth
