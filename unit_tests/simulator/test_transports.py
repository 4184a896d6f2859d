"""The two ways to reach the simulator agree, let nobody else in, and leave nothing behind."""

from __future__ import annotations

import gc
import gzip
import json
import os
import socket
import ssl
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tiktok_simulator import Simulator, intercept, serve
from tiktok_simulator.__main__ import arm, make_parser
from tiktok_simulator.server.app import HOSTS
from tiktok_simulator.server.over_tls import TLSSocket
from tiktok_simulator.server.routes import PREFIX
from tiktok_simulator.world.ready_made import TOKYO, make_small_world
from tiktok_simulator.world.world import TOKEN

from .asking import NOW, PATIENCE, REPORT, over, wire

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def server(simulator: Simulator) -> Iterator[serve]:
    with serve(simulator) as found:
        yield found


@pytest.fixture
def session(server: serve) -> Iterator[requests.Session]:
    with requests.Session() as found:
        found.trust_env = False
        found.proxies = {"https": server.url, "http": server.url}
        found.verify = server.environment["REQUESTS_CA_BUNDLE"]
        yield found


def test_both_transports_give_the_same_answers() -> None:
    answers = []
    for transport in ("intercepted", "served"):
        with over(transport, Simulator(make_small_world(), clock=lambda: NOW)) as client:
            asked = (("/report/integrated/get/", REPORT), ("/ad/get/", {"advertiser_id": TOKYO}), ("/nowhere/", {}))
            answers.append([client.send(path, **parameters) for path, parameters in asked])
    for one, other in zip(*answers, strict=True):
        assert (one.status, one.body) == (other.status, other.body)
        assert one.headers.get("X-Tt-Logid") == other.headers.get("X-Tt-Logid")


def test_in_process_every_host_is_the_simulators_and_strangers_are_refused(simulator: Simulator) -> None:
    with intercept(simulator):
        assert requests.get("https://example.com/", timeout=PATIENCE).status_code == 403
    assert [exchange.host for exchange in simulator.transcript] == ["example.com"]


def test_the_proxy_refuses_strangers_and_remembers_them(server: serve, session: requests.Session) -> None:
    with pytest.raises(requests.exceptions.ProxyError, match="403"):
        session.get("https://example.com/", timeout=PATIENCE)
    assert session.get("http://example.org/", timeout=PATIENCE).status_code == 403
    assert server.refused == ["example.com", "example.org"]
    assert server.simulator.transcript == []


@pytest.mark.parametrize("host", HOSTS)
def test_both_hosts_have_certificates_of_their_own_names(session: requests.Session, host: str) -> None:
    assert session.get(f"https://{host}{PREFIX}/campaign/get/", timeout=PATIENCE).json()["code"] == 40104


def test_a_client_that_does_not_trust_us_gets_nothing(server: serve, session: requests.Session) -> None:
    session.verify = True
    with pytest.raises(requests.exceptions.SSLError):
        session.get(f"https://{HOSTS[0]}{PREFIX}/campaign/get/", timeout=PATIENCE)
    assert server.simulator.transcript == []


def test_one_connection_carries_many_requests(server: serve, session: requests.Session) -> None:
    for _ in range(20):
        session.get(f"https://{HOSTS[0]}{PREFIX}/campaign/get/", timeout=PATIENCE)
    assert len(server.simulator.transcript) == 20
    (manager,) = session.get_adapter("https://").proxy_manager.values()  # type: ignore[attr-defined]
    (key,) = manager.pools.keys()
    assert manager.pools[key].num_connections == 1


def test_large_answers_are_zipped_for_those_who_can_read_them(session: requests.Session) -> None:
    asked = {"params": wire(REPORT), "headers": {"Access-Token": TOKEN, "Accept-Encoding": "gzip"}}
    url = f"https://{HOSTS[0]}{PREFIX}/report/integrated/get/"
    with session.get(url, stream=True, timeout=PATIENCE, **asked) as zipped:  # type: ignore[arg-type]
        assert zipped.headers["Content-Encoding"] == "gzip"
        body = json.loads(gzip.decompress(zipped.raw.read()))
    asked["headers"]["Accept-Encoding"] = "identity"
    plain = session.get(url, timeout=PATIENCE, **asked)  # type: ignore[arg-type]
    assert "Content-Encoding" not in plain.headers
    assert plain.json()["data"] == body["data"]


def test_requests_at_the_same_time_are_all_answered_and_recorded(server: serve, session: requests.Session) -> None:
    codes: list[int] = []

    def ask() -> None:
        with requests.Session() as own:
            own.trust_env, own.proxies, own.verify = False, session.proxies, session.verify
            headers = {"Access-Token": TOKEN}
            for _ in range(5):
                url = f"https://{HOSTS[0]}{PREFIX}/ad/get/"
                codes.append(
                    own.get(url, params={"advertiser_id": TOKYO}, headers=headers, timeout=PATIENCE).json()["code"]
                )

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [0] * 30
    assert len(server.simulator.transcript) == 30


def test_closing_ends_open_connections_threads_and_files(simulator: Simulator) -> None:
    before = set(threading.enumerate())
    with serve(simulator) as server:
        port = int(server.url.rpartition(":")[2])
        bundle = Path(server.environment["SSL_CERT_FILE"])
        idle = socket.create_connection(("127.0.0.1", port))
        idle.sendall(f"CONNECT {HOSTS[0]}:443 HTTP/1.1\r\n\r\n".encode())
        assert idle.recv(12) == b"HTTP/1.1 200"
        assert bundle.exists()
    idle.close()
    assert set(threading.enumerate()) <= before
    assert not bundle.exists()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port)).close()


def test_a_client_that_resets_its_connection_before_tls_begins_leaves_no_open_socket_behind() -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.sslsocket_class = TLSSocket
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        connection, _ = server.accept()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        with pytest.raises(ConnectionResetError):
            tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
    gc.collect()  # Python warns here of a socket that was left open, and the suite makes an error of it


def test_the_environment_is_all_a_client_needs(server: serve, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    assert requests.get(f"https://{HOSTS[0]}{PREFIX}/ad/get/", timeout=PATIENCE).json()["code"] == 40104


def test_the_command_prints_how_to_reach_it_and_stops_by_itself() -> None:
    command = [
        sys.executable,
        "-W",
        "error",
        "-m",
        "tiktok_simulator",
        "--seconds",
        "0.01",
        "--now",
        "2026-03-01T10:00:00Z",
    ]
    done = subprocess.run(
        command, cwd=REPOSITORY, env={**os.environ}, capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    lines = done.stdout.splitlines()
    assert lines[0].startswith("export HTTPS_PROXY=http://127.0.0.1:")
    configurations = [json.loads(line) for line in lines if line.startswith("{")]
    kinds = [configuration["credentials"]["auth_type"] for configuration in configurations]
    assert kinds == ["oauth2.0", "production_access_token", "sandbox_access_token"]
    assert TOKYO in configurations[1]["advertiser_ids"]
    assert done.stderr == ""


def test_faults_can_be_named_on_the_command_line(simulator: Simulator) -> None:
    options = make_parser().parse_args(
        ["--fault", "rate_limited:times=3,path=/ad/get/", "--fault", f"no_permission:advertiser_id={TOKYO}"]
    )
    first, second = (arm(simulator, text) for text in options.fault)
    assert (first.name, first.left, first.path) == ("rate_limited", 3, "/ad/get/")
    assert (second.name, second.advertiser_id) == ("no_permission", TOKYO)
