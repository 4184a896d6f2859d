"""Faults between TikTok and its client: gateways, broken connections, damaged bodies, redirects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tiktok_simulator.faults.fault import Answer, Arming, Fault
from tiktok_simulator.protocol.wire import ConnectionDroppedError, Request, Response


class NetworkFaults(Arming):
    """The faults of a connection, which do not depend on the request."""

    def http_status(self, status: int, times: int | None = 1, path: str | None = None) -> Fault:
        """A gateway's HTML page with an HTTP status instead of an envelope."""
        page = Response(status, {"Content-Type": "text/html"}, f"<html><body>{status}</body></html>".encode())
        return self.arm(Fault("http_status", lambda _, __: page, path, left=times))

    def html_503(self, times: int | None = 1, path: str | None = None) -> Fault:
        """A gateway's HTML page with HTTP 503 instead of an envelope."""
        return self.http_status(503, times, path)

    def redirect(self, to: str = "https://elsewhere.example/", times: int | None = 1, path: str | None = None) -> Fault:
        """HTTP 302 to another host."""
        answer = Response(302, {"Location": to, "Content-Type": "text/plain"}, b"")
        return self.arm(Fault("redirect", lambda _, __: answer, path, left=times))

    def connection_reset(self, times: int | None = 1, path: str | None = None) -> Fault:
        """The connection ends without an answer."""
        return self._drop("connection_reset", "connection reset by fault", "reset", times, path)

    def time_out(self, times: int | None = 1, path: str | None = None) -> Fault:
        """The client waits longer than it may for an answer."""
        return self._drop("time_out", "Read timed out.", "timeout", times, path)

    def tls_failure(self, times: int | None = 1, path: str | None = None) -> Fault:
        """The certificate is not trusted."""
        return self._drop("tls_failure", "certificate verify failed: self-signed certificate", "tls", times, path)

    def dns_failure(self, times: int | None = 1, path: str | None = None) -> Fault:
        """The host's name has no address."""
        words = "NameResolutionError: Failed to resolve 'business-api.tiktok.com'"
        return self._drop("dns_failure", words, "dns", times, path)

    def cut_connection(self, times: int | None = 1, path: str | None = None) -> Fault:
        """The connection ends in the middle of the body."""
        return self._drop("cut_connection", "Connection broken: IncompleteRead", "cut", times, path)

    def cut_json(self, times: int | None = 1, path: str | None = None) -> Fault:
        """HTTP 200 with the first half of the body."""
        return self._change_body("cut_json", times, path, lambda body: body[: len(body) // 2])

    def empty_body(self, times: int | None = 1, path: str | None = None) -> Fault:
        """HTTP 200 without a body."""
        return self._change_body("empty_body", times, path, lambda _: b"")

    def not_an_object(self, times: int | None = 1, path: str | None = None) -> Fault:
        """HTTP 200 with JSON that is no envelope."""
        return self._change_body("not_an_object", times, path, lambda _: b'["OK"]')

    def body(
        self, what: bytes | Callable[[Request, bytes], bytes], times: int | None = 1, path: str | None = None
    ) -> Fault:
        """HTTP 200 with another body: these bytes, or what `what(request, body)` makes of the right body."""

        def act(request: Request, answer: Answer) -> Response:
            whole = answer(request)
            return replace(whole, body=what(request, whole.body) if callable(what) else what, code=None)

        return self.arm(Fault("body", act, path, left=times))

    def wrong_type(self, times: int | None = 1, path: str | None = None) -> Fault:
        """The right body with the Content-Type of HTML."""

        def act(request: Request, answer: Answer) -> Response:
            whole = answer(request)
            return replace(whole, headers={**whole.headers, "Content-Type": "text/html"})

        return self.arm(Fault("wrong_type", act, path, left=times))

    def gzip_damage(self, times: int | None = 1, path: str | None = None) -> Fault:
        """A body that is called gzip and can't be unpacked."""
        return self.arm(Fault("gzip_damage", lambda ask, answer: replace(answer(ask), damaged=True), path, left=times))

    def slow(self, seconds: float = 1.0, times: int | None = None, path: str | None = None) -> Fault:
        """An answer that comes late, over a real socket only."""
        return self.arm(Fault("slow", lambda ask, answer: replace(answer(ask), delay=seconds), path, left=times))

    def slow_drip(self, seconds: float = 1.0, times: int | None = 1, path: str | None = None) -> Fault:
        """A body that comes byte by byte, each within the time-out of the client."""
        return self.arm(Fault("slow_drip", lambda ask, answer: replace(answer(ask), drip=seconds), path, left=times))

    def wrong_date(self, date: str = "", age: str = "", times: int | None = None, path: str | None = None) -> Fault:
        """A wrong `Date`, or none, as from a proxy, which may also have kept the answer for `age` seconds."""

        def act(request: Request, answer: Answer) -> Response:
            whole = answer(request)
            return replace(whole, headers={**whole.headers, "Date": date, "Age": age})

        return self.arm(Fault("wrong_date", act, path, left=times))

    def _drop(self, name: str, message: str, failure: str, times: int | None, path: str | None) -> Fault:
        def act(_: Request, __: Answer) -> Response:
            raise ConnectionDroppedError(message, failure)

        return self.arm(Fault(name, act, path, left=times))

    def _change_body(self, name: str, times: int | None, path: str | None, change: Callable[[bytes], bytes]) -> Fault:
        def act(request: Request, answer: Answer) -> Response:
            whole = answer(request)
            return replace(whole, body=change(whole.body), code=None)

        return self.arm(Fault(name, act, path, left=times))
