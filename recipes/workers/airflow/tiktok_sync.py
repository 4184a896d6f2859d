"""Reads TikTok Ads every night: a task for each worker, each tried again by itself. For Airflow 3.

The environment of Airflow's workers has what worker.py needs (TIKTOK_CONFIG, STREAMS, PGHOST …). TIKTOK_WORKER says
where that file is, and TIKTOK_PYTHON is a Python with the connector and psycopg: Airflow's own has other packages.
"""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime, timedelta

from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException

WORKERS = 3
WAIT = timedelta(seconds=float(os.environ.get("TIKTOK_RETRY_SECONDS", "60")))


@dag(schedule="30 3 * * *", start_date=datetime(2026, 1, 1, tzinfo=UTC), catchup=False, max_active_runs=1)
def tiktok_sync() -> None:
    """One run a night; the next one does not begin before it has ended."""

    @task(retries=3, retry_delay=WAIT)
    def read(index: int) -> None:
        """Runs one worker. What must be changed first is not tried again."""
        command = [os.environ["TIKTOK_PYTHON"], os.environ["TIKTOK_WORKER"]]
        environment = {**os.environ, "JOB_COMPLETION_INDEX": str(index), "WORKERS": str(WORKERS)}
        code = subprocess.run(command, env=environment, check=False).returncode
        if code == os.EX_CONFIG:
            raise AirflowFailException(f"Shard {index} of {WORKERS} needs a change first: see the log.")
        if code:
            raise AirflowException(f"Shard {index} of {WORKERS} ended with {code}: see the log.")

    read.expand(index=list(range(WORKERS)))


tiktok_sync()
