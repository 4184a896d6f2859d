"""Graceful shutdown: a command that is cancelled, or whose reader has gone away, ends within seconds and loses nothing.

The CDK leaves signals to Python: SIGTERM ends the process where it stands, and as PID 1 of a container, where there is
no default action, it does nothing at all. SIGINT waits for every worker thread.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from threading import Event, Lock, Thread, Timer
from typing import Any, NoReturn

from airbyte_cdk import AirbyteLogMessage, AirbyteMessage, Level, Type
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor

# The platform waits longer than this before it kills the process. To write what was read takes far less.
GRACE_SECONDS = 4.0
# To copy a state takes far less time than passes until the next partition is added.
TRIES_OF_A_STATE = 20
SIGNALS = (signal.SIGTERM, signal.SIGINT)
_STOPPING = Event()


def hold_if_stopping() -> None:
    """Returns at once. Once the process is being stopped, it holds the thread until the process ends.

    A thread calls it right before each request.
    """
    if _STOPPING.is_set():
        Event().wait()


@dataclass
class Shutdown:
    """Stops one command on SIGTERM or SIGINT.

      signal ──▶ no more requests ──▶ state of every stream ──▶ the last message ──▶ exit 128 + signal
                 (`hold_if_stopping`)  (`emit_states`)           (`last`)

    States and the last message are queued like all messages, so that they come after the records they are about. All
    this takes at most `GRACE_SECONDS`. A second signal ends the process at once.
    """

    emit_states: Callable[[], None] | None = None
    emit: Callable[[AirbyteMessage], None] | None = None
    code: int = 0
    last: AirbyteMessage | None = None
    _lock: Lock = field(default_factory=Lock)

    def install(self) -> None:
        """Makes this the handler of both signals. Only the main thread may call it."""
        for number in SIGNALS:
            signal.signal(number, self._handle)

    def read_with(self, emit_states: Callable[[], None], emit: Callable[[AirbyteMessage], None]) -> None:
        """Notes how a sync emits its states (`emit_states`) and one message (`emit`), behind all messages so far."""
        self.emit_states, self.emit = emit_states, emit

    def _handle(self, number: int, _: Any) -> None:
        """Starts the shutdown. The main thread may hold any lock here, so that other threads have to do the rest."""
        if self.code:
            end_at_once(self.code)
        self.code = 128 + number
        _STOPPING.set()
        watchdog = Timer(GRACE_SECONDS, end_at_once, [self.code])
        watchdog.daemon = True
        watchdog.start()
        Thread(target=self._finish, args=[signal.Signals(number).name], daemon=True).start()

    def _finish(self, name: str) -> None:
        if self.emit is None or self.emit_states is None:  # nothing was read yet
            end_at_once(self.code)
        self.emit_states()
        words = f"The sync was stopped by {name}. What was read is written with its state: the next sync goes on there."
        self.last = AirbyteMessage(type=Type.LOG, log=AirbyteLogMessage(level=Level.INFO, message=words))
        self.emit(self.last)


def emit_states(cursors: Iterable[Cursor]) -> None:
    """Emits the state of every cursor that has one for any ad account."""
    for cursor in cursors:
        _repeat_while_it_changes(partial(_emit_state, cursor))


def _emit_state(cursor: Cursor) -> None:
    """Emits a cursor's state, where it has one for any ad account."""
    if cursor.state.get("states"):
        cursor.ensure_at_least_one_state_emitted()


def _repeat_while_it_changes(emit: Callable[[], None]) -> None:
    """Calls `emit` until it succeeds: the CDK reads its cursors without a lock, while another thread may add one."""
    for _ in range(TRIES_OF_A_STATE - 1):
        with suppress(RuntimeError):
            return emit()
    return emit()


def watch_reader() -> None:
    """Ends the process as soon as the reader of stdout, a pipe, has gone away, even if nothing is written."""
    if sys.__stdout__ is None:
        end_without_reader("it is closed")
    poll = select.poll()
    poll.register(sys.__stdout__.fileno(), 0)

    def wait() -> None:
        poll.poll()
        end_without_reader("its reader has gone away")

    Thread(target=wait, daemon=True).start()


def end_without_reader(why: str) -> NoReturn:
    """Ends the process with one line on stderr: stdout can't take a message about itself."""
    try:
        os.write(2, f"The sync ends, as nothing can be written to stdout: {why}.\n".encode())
    finally:
        end_at_once(1)


def end_at_once(code: int) -> NoReturn:
    """Ends the process without waiting for its threads: some sleep for minutes, and none has to write anything."""
    os._exit(code)
