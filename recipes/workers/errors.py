"""Why a worker ends before it is done, and with which exit code."""

from __future__ import annotations

import os
import signal


class WorkerError(Exception):
    """The worker can't continue. The same run may succeed later."""

    exit_code = os.EX_TEMPFAIL


class BusyError(WorkerError):
    """Another worker is reading the same ad accounts."""


class SettingsError(WorkerError):
    """The environment or the configuration must be changed first."""

    exit_code = os.EX_CONFIG


class UnfitError(WorkerError):
    """The database can't store the rows of a stream."""

    exit_code = os.EX_CONFIG


class ConnectorError(WorkerError):
    """The connector could not read everything. `is_config` says that the configuration must be changed first."""

    def __init__(self, message: str, *, is_config: bool = False) -> None:
        super().__init__(message)
        self.exit_code = os.EX_CONFIG if is_config else os.EX_TEMPFAIL


class StoppedError(WorkerError):
    """The worker was told to stop."""

    exit_code = 128 + signal.SIGTERM


class LostError(WorkerError):
    """The database can't be reached, or went away."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the database can't be reached, or went away: {why}.")


class RefusedError(WorkerError):
    """The database refused the worker, or what it told it to do."""

    exit_code = os.EX_CONFIG

    def __init__(self, database: str, why: str) -> None:
        super().__init__(f"{database} refused the worker: {why}.")
