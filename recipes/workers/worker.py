"""One of several workers: reads its shard of the ad accounts into a database that all workers share.

Its settings are environment variables, as an indexed Job of Kubernetes sets them:

  JOB_COMPLETION_INDEX   the number of this worker, beginning with 0; Kubernetes sets it
  WORKERS                how many workers there are
  TIKTOK_CONFIG          the file with the connector's configuration, the same for all workers
  STREAMS                the streams to read, separated by commas; all streams if it is empty
  SCHEMA                 the schema of the tables; `tiktok` if it is empty
  STORE                  `postgres` (if it is empty) or `ducklake`
  DATA_PATH              the folder of DuckLake's Parquet files, the same for all workers
  METADATA_SCHEMA        the schema of DuckLake's catalog in Postgres; `public` if it is empty
  PGHOST, PGUSER …       libpq's own variables: where the database, or DuckLake's catalog, is, and the user

The exit code is 0 for success, 75 if the same run may succeed later, 78 if something must be changed first, or 143
after SIGTERM.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from connector import Connector, Message, State
from errors import ConnectorError, LostError, RefusedError, SettingsError, StoppedError, WorkerError
from postgres import open_postgres
from store import Cursors, Store, Table
from worker_settings import Settings, read_settings

from source_tiktok_marketing.config.form import suggest_word
from source_tiktok_marketing.config.shards import is_first, is_ours

LOGGER = logging.getLogger("worker")
# So many rows are kept in memory at most. They are written earlier if a state arrives.
MOST_ROWS = 20_000
# The CDK's mark for a stream that has no state.
NO_STATE = "__ab_no_cursor_state_message"


@dataclass
class Sync:
    """One run: takes the connector's messages and writes them to the database."""

    settings: Settings
    store: Store
    connector: Connector
    tables: dict[str, Table] = field(default_factory=dict)
    known: defaultdict[str, Cursors] = field(default_factory=lambda: defaultdict(dict))
    rows: defaultdict[str, list[Mapping[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    in_hand: int = 0
    written: int = 0
    has_begun: bool = False

    def run(self) -> None:
        """Reads and writes everything. Raises ConnectorError at the end if a part could not be read."""
        self.store.claim(self.settings.index, self.settings.count)
        offered = self.connector.discover(self.settings.config)
        chosen = _choose(offered, self.settings.streams)
        self.tables = {name: Table.of(stream) for name, stream in chosen.items()}
        self.store.prepare(self.tables.values())
        catalog = {"streams": [_configure(stream) for stream in chosen.values()]}
        self.has_begun = True
        for message in self.connector.read(self.settings.config, catalog, list(self._load_states())):
            self.take(message)
        self._write_all()
        self.connector.raise_errors()

    def _load_states(self) -> Iterator[Mapping[str, Any]]:
        """Yields the state of each stream, with the cursors of this worker's owners only.

        The connector would keep the cursors of other workers' ad accounts, and return them when they are outdated.
        """
        for stream, owner, cursor in self.store.load_cursors():
            if stream in self.tables and _reads(self.settings.config, owner):
                self.known[stream][_text_of(owner)] = cursor
        for stream, cursors in self.known.items():
            states = [{"partition": json.loads(owner), "cursor": cursor} for owner, cursor in cursors.items()]
            state = {"use_global_cursor": False, "states": states}
            yield {"type": "STREAM", "stream": {"stream_descriptor": {"name": stream}, "stream_state": state}}

    def take(self, message: Message) -> None:
        """Keeps a record in memory, or writes the records so far with the state that follows them."""
        if message.record:
            self.rows[message.record.stream].append(message.record.data)
            self.in_hand += 1
            if self.in_hand >= MOST_ROWS:
                self._write_all()
        elif message.state:
            self._write(message.state.stream.stream_descriptor.name, self._find_changes(message.state))
        elif message.log and message.log.level in {"WARN", "ERROR", "FATAL"}:
            LOGGER.warning(message.log.message)

    def _find_changes(self, state: State) -> Cursors:
        """The cursors that differ from those in the database. A state has the cursors of all ad accounts."""
        stream, content = state.stream.stream_descriptor.name, state.stream.stream_state or {}
        if "states" not in content and NO_STATE not in content:
            LOGGER.warning(f"{stream} has no state for each ad account: the next run reads it from the start again.")
        said = {_text_of(each["partition"]): each["cursor"] for each in content.get("states", [])}
        known = self.known[stream]
        return {owner: cursor for owner, cursor in said.items() if known.get(owner) != cursor}

    def _write_all(self) -> None:
        for stream in list(self.rows):
            self._write(stream, {})

    def _write(self, stream: str, cursors: Cursors) -> None:
        """Writes a stream's rows in memory and the cursors that follow them, in one transaction."""
        rows = self.rows.pop(stream, [])
        self.store.write(self.tables[stream], rows, cursors)
        self.known[stream].update(cursors)
        self.in_hand -= len(rows)
        self.written += len(rows)


def _text_of(owner: Mapping[str, Any]) -> str:
    return json.dumps(owner, sort_keys=True)


def _choose(offered: Mapping[str, Mapping[str, Any]], names: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    if unknown := [name for name in names if name not in offered]:
        is_spaced = any(len(name.split()) > 1 for name in unknown)
        hint = "Separate the names of streams by commas." if is_spaced else suggest_word(unknown[0], offered)
        said = f"STREAMS names {', '.join(unknown)}, which this configuration does not offer. {hint}"
        raise SettingsError(said.rstrip())
    return {name: offered[name] for name in names or offered}


def _configure(stream: Mapping[str, Any]) -> Mapping[str, Any]:
    mode = "incremental" if "incremental" in stream["supported_sync_modes"] else "full_refresh"
    return {"stream": stream, "sync_mode": mode, "destination_sync_mode": "append_dedup"}


def _reads(config: Mapping[str, Any], owner: Mapping[str, Any]) -> bool:
    """Whether this worker reads an owner. The first worker reads every owner that is not an ad account."""
    return is_ours(config, owner["advertiser_id"]) if "advertiser_id" in owner else is_first(config)


def main() -> int:
    """Runs the worker, and returns the exit code."""
    # The connector was imported for its division into shards, and set up its own logging. `force` replaces that.
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr, force=True)
    connector = Connector()
    signal.signal(signal.SIGTERM, connector.stop)
    try:
        settings = read_settings(os.environ)
    except SettingsError as error:
        LOGGER.error(error)  # noqa: TRY400  # the sentence is for the user, a traceback is not
        return os.EX_CONFIG
    code, said = _run(settings, connector)
    LOGGER.log(logging.ERROR if code else logging.INFO, f"{settings.shard.capitalize()}: {said}")
    return code


def open_store(settings: Settings) -> AbstractContextManager[Store]:
    """The database. DuckDB is imported only where it is used, as the other workers need not have it."""
    if settings.store == "ducklake":
        try:
            open_ducklake = import_module("ducklake").open_ducklake
        except ModuleNotFoundError as error:
            raise SettingsError(
                f"STORE=ducklake needs the package {error.name}. Install it: README.md names it."
            ) from error
        store: AbstractContextManager[Store] = open_ducklake(
            settings.schema, settings.shard, settings.data_path, settings.metadata_schema
        )
        return store
    return open_postgres(settings.schema, settings.shard)


def _run(settings: Settings, connector: Connector) -> tuple[int, str]:
    """Runs the sync. Returns the exit code, and the sentence that explains it."""
    sync: Sync | None = None
    try:
        with connector, open_store(settings) as store:
            sync = Sync(settings, store, connector)
            sync.run()
    except (ConnectorError, StoppedError, LostError, RefusedError) as error:
        first = "Correct this, then run" if error.exit_code == os.EX_CONFIG else "Run"
        saved = "What was read until then is saved with its state. " if sync and sync.has_begun else ""
        return error.exit_code, f"{error} {saved}{first} {settings.shard} again."
    except WorkerError as error:
        return error.exit_code, str(error)
    return os.EX_OK, f"done, {sync.written} rows of {len(sync.tables)} streams."


if __name__ == "__main__":
    # Python would forget an open lake at its end: see LAKES in ducklake.py. The log needs no flush.
    os._exit(main())
