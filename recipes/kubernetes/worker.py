"""One worker of several: reads its part of the ad accounts, and puts it into the database all of them share.

What it needs to know is in the environment, as an indexed Job of Kubernetes gives it:

  JOB_COMPLETION_INDEX   which worker this is; Kubernetes sets it
  WORKERS                how many there are
  TIKTOK_CONFIG          the connector's configuration, a file all workers share
  DATABASE               the DuckDB file all workers share; each has one of its own beside it
  STREAMS                names with commas between them; all without

Reading takes as long as TikTok's quota makes it take, and goes on side by side, each worker with the state of its own
file. Copying takes turns, as a DuckDB file has one writer at a time.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import airbyte
import duckdb
from airbyte.caches import DuckDBCache

CONNECTOR = "source-tiktok-marketing"
TOGETHER = "tiktok"
PART = "part"


def schema_of(index: int, count: int) -> str:
    """Where one worker's rows are.

    The number of workers is part of the name: with another number ad accounts change hands, and what the old hands
    have read must not be counted beside what the new ones read.
    """
    return f"{TOGETHER}_{index}_of_{count}"


def read(own: Path, config: dict[str, object], streams: list[str], index: int, count: int) -> None:
    """Reads one part into the worker's own file, from where its last sync ended."""
    part = {**config, "shard": {"index": index, "count": count}}
    source = airbyte.get_source(CONNECTOR, local_executable=CONNECTOR, config=part)
    cache = DuckDBCache(db_path=own, schema_name=PART, cache_dir=own.with_suffix(".files"))
    source.read(cache, streams=streams or "*")
    cache.close()


def publish(own: Path, shared: Path, index: int, count: int) -> None:
    """Replaces what the shared file has of this worker, and makes the views over all workers' tables anew.

    All or nothing: until then readers see what was there before.
    """
    schema = schema_of(index, count)
    with in_turn(shared), duckdb.connect(shared) as database:
        database.execute(f"ATTACH '{own}' AS own (READ_ONLY)")
        database.execute("BEGIN")
        database.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        for table in _tables(database, "own", PART):
            database.execute(f'CREATE OR REPLACE TABLE {schema}."{table}" AS FROM own.{PART}."{table}"')
        _unite(database, shared.stem, [schema_of(number, count) for number in range(count)])
        database.execute("COMMIT")


@contextmanager
def in_turn(shared: Path) -> Iterator[None]:
    """Waits until no other worker writes."""
    with shared.with_suffix(".turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _unite(database: duckdb.DuckDBPyConnection, catalog: str, schemas: list[str]) -> None:
    """A view of each stream over the workers that have it by now; the last one to end finds all of them."""
    database.execute(f"CREATE SCHEMA IF NOT EXISTS {TOGETHER}")
    having: dict[str, list[str]] = {}
    for schema in schemas:
        for table in _tables(database, catalog, schema):
            having.setdefault(table, []).append(schema)
    for table, owners in having.items():
        parts = " UNION ALL BY NAME ".join(f'FROM {schema}."{table}"' for schema in owners)
        database.execute(f'CREATE OR REPLACE VIEW {TOGETHER}."{table}" AS {parts}')


def _tables(database: duckdb.DuckDBPyConnection, catalog: str, schema: str) -> list[str]:
    """The streams' tables; PyAirbyte's own begin with an underscore."""
    question = "SELECT table_name FROM duckdb_tables() WHERE database_name = ? AND schema_name = ? ORDER BY 1"
    found = database.execute(question, [catalog, schema]).fetchall()
    return [name for (name,) in found if not name.startswith("_")]


def main() -> None:
    """Does what the environment says."""
    shared = Path(os.environ["DATABASE"])
    index, count = int(os.environ["JOB_COMPLETION_INDEX"]), int(os.environ["WORKERS"])
    config = json.loads(Path(os.environ["TIKTOK_CONFIG"]).read_text(encoding="utf-8"))
    streams = [name for name in os.environ.get("STREAMS", "").split(",") if name]
    own = shared.with_name(f"{shared.stem}-{index}-of-{count}.duckdb")
    read(own, config, streams, index, count)
    publish(own, shared, index, count)


if __name__ == "__main__":
    main()
