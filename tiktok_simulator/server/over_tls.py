"""Serves a simulator over TLS, behind a proxy on loopback."""

from __future__ import annotations

import contextlib
import gzip
import socket
import ssl
import struct
import tempfile
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import TCPServer, ThreadingMixIn
from types import TracebackType
from typing import Any, ClassVar
from urllib.parse import urlsplit

import trustme

from tiktok_simulator.protocol.wire import ConnectionDroppedError, Response, make_request
from tiktok_simulator.server.app import HOSTS, Simulator

WORTH_ZIPPING = 1_000


class TLSSocket(ssl.SSLSocket):
    """A TLS socket that is closed when nothing refers to it any more.

    Python makes a TLS socket from a plain one in several steps. If the client resets the connection in between, the
    unfinished socket would stay open, and Python would warn about it at any later time.
    """

    def __del__(self) -> None:
        self.close()


class _Handler(BaseHTTPRequestHandler):
    """One connection: CONNECT, TLS, then HTTP/1.1 requests until the client or the server ends it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server
    host = ""

    def do_CONNECT(self) -> None:
        host = self.path.partition(":")[0]
        if host not in HOSTS:
            self.server.refused.append(host)
            self._send(Response(403, {"Content-Type": "text/plain"}, b"host is not simulated"))
            self.close_connection = True
            return
        self.host = host
        self.send_response_only(200, "Connection established")
        self.end_headers()
        self._start_tls()

    def _start_tls(self) -> None:
        plain = self.connection
        tls = self.server.tls.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        self.connection = tls
        self.server.connections.replace(plain, tls)
        tls.do_handshake()
        self.rfile.close()
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb")
        self.close_connection = False

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if not self.host:  # plain HTTP through the proxy
            self.server.refused.append(urlsplit(self.path).hostname or self.path)
            self._send(Response(403, {"Content-Type": "text/plain"}, b"host is not simulated"))
            return
        request = make_request(self.command, f"https://{self.host}{self.path}", self.headers, body)
        try:
            response = self.server.simulator.handle(request)
        except ConnectionDroppedError:
            self._reset()
            return
        if response.delay:
            pause(self.server.closing, response.delay)
        self._send(response)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _handle  # noqa: N815 - the base class looks for these

    def _send(self, response: Response) -> None:
        body, headers = response.body, dict(response.headers)
        if response.damaged:
            headers["Content-Encoding"] = "gzip"
        elif len(body) > WORTH_ZIPPING and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, compresslevel=1)
            headers["Content-Encoding"] = "gzip"
        self.send_response_only(response.status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            for start in range(0, len(body), step := 1 if response.drip else len(body) or 1):
                self.wfile.write(body[start : start + step])
                self.wfile.flush()
                if response.drip:
                    pause(self.server.closing, response.drip)
        self.wfile.flush()

    def _reset(self) -> None:
        """Resets the connection."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def handle(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # the client left
            super().handle()

    def finish(self) -> None:
        for stream in (self.wfile, self.rfile):
            with contextlib.suppress(OSError, ValueError):
                stream.close()
        self.server.connections.close(self.connection)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Logs nothing, as there is the transcript."""


def pause(closing: threading.Event, seconds: float) -> None:
    """Waits some seconds, but not longer than until the server closes."""
    closing.wait(seconds)


class _Connections:
    """The open sockets of a server, which have to be closed with it."""

    def __init__(self) -> None:
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def add(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)

    def replace(self, old: socket.socket, new: socket.socket) -> None:
        with self._lock:
            self._open.discard(old)
            self._open.add(new)

    def close(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)
        connection.close()

    def end_all(self) -> None:
        """Ends all connections, so that no thread waits for its client any more."""
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)  # a TLS socket's own would disturb its reader


class _Server(ThreadingMixIn, TCPServer):
    allow_reuse_address = True
    daemon_threads = False
    request_queue_size = 64
    address: ClassVar[str] = "127.0.0.1"

    def __init__(self, simulator: Simulator, port: int, tls: ssl.SSLContext) -> None:
        super().__init__((self.address, port), _Handler)
        self.simulator = simulator
        self.tls = tls
        self.refused: list[str] = []
        self.connections = _Connections()
        self.closing = threading.Event()

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.add(request)
        super().process_request(request, client_address)


class serve:  # noqa: N801 - used like the function intercept()
    """Serves a simulator over TLS, behind a CONNECT proxy on 127.0.0.1, while the context is open.

    Attributes:
        url: The address of the proxy, such as "http://127.0.0.1:34567".
        environment: Variables with which `requests` and most other clients use the proxy and trust its certificates.
        refused: Hosts that a client tried to reach and TikTok does not have.
    """

    def __init__(self, simulator: Simulator, port: int = 0) -> None:
        self.simulator = simulator
        self._port = port

    def __enter__(self) -> serve:
        self._directory = tempfile.TemporaryDirectory(prefix="tiktok-simulator-")
        bundle = Path(self._directory.name) / "ca.pem"
        authority = trustme.CA()
        authority.cert_pem.write_to_path(bundle)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.sslsocket_class = TLSSocket
        authority.issue_cert(*HOSTS).configure_cert(tls)
        self._server = _Server(self.simulator, self._port, tls)
        self.refused = self._server.refused
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.environment = {
            **dict.fromkeys(("HTTPS_PROXY", "https_proxy"), self.url),
            **dict.fromkeys(("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"), str(bundle)),
            **dict.fromkeys(("NO_PROXY", "no_proxy"), ""),
        }
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.connections.end_all()
        self._server.server_close()
        self._directory.cleanup()
