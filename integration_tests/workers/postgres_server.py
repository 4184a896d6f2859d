"""A real Postgres of its own, which a test may end in the middle."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

import psycopg

USER = "worker"


class PostgresServer:
    """Debian's newest Postgres on loopback. As root it runs as Debian's own user: Postgres refuses to run as root."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._programs = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        if os.geteuid() == 0:
            shutil.chown(directory, "postgres")
        self._run("initdb", f"--username={USER}", "--auth=trust", "--encoding=UTF8", "--no-sync")

    @property
    def environment(self) -> dict[str, str]:
        """What libpq has to know. The server trusts everybody; the password is there to be looked for in logs."""
        return {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": USER, "PGDATABASE": "postgres",
                "PGPASSWORD": "pw-of-the-database"}  # fmt: skip

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        self._run("pg_ctl", "start", "--wait", f"--log={self._directory / 'log'}", f"--options={options}")

    def end(self) -> None:
        """Ends it as a power cut does: nothing is finished, every connection is gone."""
        self._run("pg_ctl", "stop", "--mode=immediate")

    def connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(host="127.0.0.1", port=self.port, user=USER, dbname="postgres", autocommit=True)

    def _run(self, program: str, *arguments: str) -> None:
        owner = {"user": "postgres", "group": "postgres", "extra_groups": ()} if os.geteuid() == 0 else {}
        command = [str(self._programs / program), *arguments, f"--pgdata={self._directory / 'data'}"]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, timeout=60, **owner)  # type: ignore[call-overload]
