"""Why a worker ends before it is done, and with which exit code."""

from __future__ import annotations

import os
import signal


class WorkerError(Exception):
    """The worker can't go on. The same may succeed later."""

    exit_code = os.EX_TEMPFAIL


class BusyError(WorkerError):
    """Another worker reads the same ad accounts right now."""


class SettingsError(WorkerError):
    """The environment or the configuration must be changed first."""

    exit_code = os.EX_CONFIG


class UnfitError(WorkerError):
    """The database can't hold what it should."""

    exit_code = os.EX_CONFIG


class ConnectorError(WorkerError):
    """The connector could not read everything. `is_config` says that the configuration must be changed first."""

    def __init__(self, message: str, *, is_config: bool = False) -> None:
        super().__init__(message)
        self.exit_code = os.EX_CONFIG if is_config else os.EX_TEMPFAIL


class StoppedError(WorkerError):
    """The worker was told to stop."""

    exit_code = 128 + signal.SIGTERM
