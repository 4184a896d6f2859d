"""Reads TikTok Ads every night, with one task for each worker. Each task is retried separately. For Airflow 3.

The environment of Airflow's workers must have what worker.py needs (TIKTOK_CONFIG, STREAMS, PGHOST …). TIKTOK_WORKER is
the path of worker.py. TIKTOK_PYTHON is a Python with the connector and psycopg: Airflow's own has other packages.
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
    """One run each night. The next run does not begin before the last one has ended."""

    @task(retries=3, retry_delay=WAIT)
    def read(index: int) -> None:
        """Runs one worker. If something must be changed first, the task is not retried."""
        command = [os.environ["TIKTOK_PYTHON"], os.environ["TIKTOK_WORKER"]]
        environment = {**os.environ, "JOB_COMPLETION_INDEX": str(index), "WORKERS": str(WORKERS)}
        code = subprocess.run(command, env=environment, check=False).returncode
        if code == os.EX_CONFIG:
            raise AirflowFailException(f"Shard {index} of {WORKERS} needs a change first: see the log.")
        if code:
            raise AirflowException(f"Shard {index} of {WORKERS} ended with {code}: see the log.")

    read.expand(index=list(range(WORKERS)))


tiktok_sync()
