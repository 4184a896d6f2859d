"""The worker's connection to Postgres, and the locks that belong to it and end with it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zlib import crc32

import psycopg
from errors import BusyError, LostError, RefusedError, UnfitError

OLDEST_SERVER = 15  # the first version with NULLS NOT DISTINCT
# A lost connection to the server is noticed within a minute and a half.
NETWORK: dict[str, Any] = {
    "connect_timeout": 15,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 6,
}

# What Postgres and libpq say of a setting that is wrong, in English. A failed connection has no SQLSTATE.
FOR_GOOD = (
    "does not exist",
    "authentication failed",
    "is not permitted to log in",
    "no pg_hba.conf entry",
    "pg_hba.conf rejects connection",
    "no password supplied",
    "permission denied",
    "but SSL was required",
    "invalid integer value",
    "invalid sslmode value",
)


@contextmanager
def connect(name: str) -> Iterator[psycopg.Connection[Any]]:
    """Connects with what libpq's environment variables say. Within it, errors of Postgres are those of a worker."""
    connected = False
    try:
        with psycopg.connect(autocommit=True, application_name=name, **NETWORK) as connection:
            connected = True
            yield connection
    except psycopg.OperationalError as error:
        why = " ".join(str(error).split()).rstrip(".?")
        if not connected and any(words in why for words in FOR_GOOD):
            raise RefusedError("Postgres", why) from error
        raise LostError(why if connected else _name_server() + why) from error
    except psycopg.Error as error:
        raise RefusedError("Postgres", error.diag.message_primary or type(error).__name__) from error


def _name_server() -> str:
    """What libpq's variables say of the server. Its own message may not name it."""
    named = [f"{name}={os.environ[name]}" for name in ("PGHOST", "PGPORT") if os.environ.get(name)]
    return f"{' '.join(named)}: " if named else ""


class Locks:
    """Advisory locks on the tables in a schema."""

    def __init__(self, connection: psycopg.Connection[Any], schema: str) -> None:
        self._connection = connection
        # The first of the two numbers of each lock.
        self._space = crc32(schema.encode()) & 0x7FFF_FFFF

    def claim(self, index: int, count: int) -> None:
        """Reserves a shard until the connection ends.

        Raises BusyError if another worker reads it, or if workers with another number of shards are running, because
        they divide the ad accounts in another way. Raises UnfitError if the server is too old.
        """
        if self._connection.info.server_version < OLDEST_SERVER * 10_000:
            raise UnfitError(f"The server is older than Postgres {OLDEST_SERVER}.")
        with self.alone():
            for other_index, other_count in self._claimed():
                if (other_index, other_count) == (index, count):
                    raise BusyError("it is being read by another worker. Wait until that one has ended.")
                if other_count != count:
                    raise BusyError(f"shard {other_index} of {other_count} is being read. Wait until it is done.")
            self._connection.execute("select pg_advisory_lock(%s, %s)", [self._space, count * 1000 + index])

    @contextmanager
    def alone(self) -> Iterator[None]:
        """A transaction that only one worker can have at a time."""
        with self._connection.transaction():
            self._connection.execute("select pg_advisory_xact_lock(%s, 0)", [self._space])
            yield

    def verify(self) -> None:
        """Raises an error if the connection has ended, and the locks with it."""
        self._connection.execute("select 1")

    def _claimed(self) -> Iterator[tuple[int, int]]:
        """The shards that workers are reading: the index and the count of each."""
        found = self._connection.execute(
            "select objid::int from pg_locks where locktype = 'advisory' and objsubid = 2 and objid <> 0 "
            "and classid = %s and database = (select oid from pg_database where datname = current_database())",
            [self._space]).fetchall()  # fmt: skip
        return ((number % 1000, number // 1000) for (number,) in found)
