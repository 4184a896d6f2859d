"""Shuts the answers that take too long, all of them from one thread."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread
from time import monotonic

import requests


class Watchdog:
    """Shuts the connection of every answer that is still being received after some seconds.

    A timer for each answer would start a thread for each, which takes a tenth of the CPU time of a request. Here one
    thread sleeps until the oldest answer is due. It need not hear of newer ones, as those are due later.

    Args:
        seconds: How long the body of an answer may take, from its headers on.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._due: dict[requests.Response, float] = {}
        self._lock = Lock()
        self._thread: Thread | None = None

    @contextmanager
    def watch(self, response: requests.Response) -> Iterator[None]:
        """Watches an answer until the context ends."""
        with self._lock:
            self._due[response] = monotonic() + self._seconds
            self._start()
        try:
            yield
        finally:
            with self._lock:
                self._due.pop(response, None)

    def _start(self) -> None:
        if self._thread is None or not self._thread.is_alive():  # a forked process has the watchdog, but not its thread
            self._thread = Thread(target=self._run, name="watchdog of answers", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        pause = Event()
        while True:
            pause.wait(self._shut_due())

    def _shut_due(self) -> float:
        """Shuts what is due. Returns the seconds until the next answer can be."""
        with self._lock:
            now = monotonic()
            for response in [each for each, due in self._due.items() if due <= now]:
                del self._due[response]
                with contextlib.suppress(Exception):  # it has just ended by itself
                    response.raw.shutdown()
            return min(self._due.values(), default=now + self._seconds) - now
