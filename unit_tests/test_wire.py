"""Over real sockets: what breaks between TikTok and the connector ends, and in time."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator

import pytest
import requests
from harness import PATIENCE

from source_tiktok_marketing.requesters import transport
from source_tiktok_marketing.requesters.authenticator import TiktokAuthenticator
from source_tiktok_marketing.requesters.watchdog import Watchdog
from tiktok_simulator import Simulator, serve
from tiktok_simulator.world.ready_made import TOKYO, make_small_world
from tiktok_simulator.world.world import TOKEN

URL = f"https://business-api.tiktok.com/open_api/v1.3/campaign/get/?advertiser_id={TOKYO}"
CONFIG = {"credentials": {"access_token": TOKEN}, "max_wait_minutes": 15}


@pytest.fixture
def tiktok(monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """The simulator behind a socket; it really waits between the letters of a body."""
    monkeypatch.undo()
    with serve(Simulator(make_small_world())) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server.simulator


def ask() -> requests.Response:
    return requests.get(URL, auth=TiktokAuthenticator(CONFIG, {}), timeout=PATIENCE)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("gzip_damage", requests.exceptions.ContentDecodingError),
        ("connection_reset", requests.ConnectionError),
    ],
)
def test_a_broken_answer_tells_which_request_it_was(
    fault: str, error: type[requests.RequestException], tiktok: Simulator
) -> None:
    getattr(tiktok.faults, fault)()
    with pytest.raises(error) as raised:
        ask()
    assert raised.value.request is not None
    assert TOKYO in str(raised.value.request.url)
    assert ask().json()["code"] == 0


def test_an_answer_that_drips_is_cut_off_in_time(tiktok: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "WATCHDOG", Watchdog(0.3))
    tiktok.faults.slow_drip(0.01)
    with pytest.raises(requests.RequestException):
        ask()


def test_a_redirect_to_another_host_is_handed_back(tiktok: Simulator) -> None:
    tiktok.faults.redirect()
    assert ask().status_code == 302
    assert len(tiktok.transcript) == 1


def test_an_answer_is_a_response_for_whoever_takes_it_for_one(tiktok: Simulator) -> None:
    answer = ask()
    for each in (answer, copy.deepcopy(answer), pickle.loads(pickle.dumps(answer))):
        assert (each.json(), b"".join(each.iter_content(7))) == (answer.body, answer.content)
        assert [*each.iter_lines()] == answer.content.splitlines()
