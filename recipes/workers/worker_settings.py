"""The settings of a worker: environment variables, as `worker.py` lists them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from errors import SettingsError

# As many as the connector divides its ad accounts among.
MOST_WORKERS = 1_000
STORES = ("postgres", "ducklake")


@dataclass(frozen=True)
class Settings:
    """The settings of this worker, from the environment."""

    config: Mapping[str, Any]
    streams: Sequence[str]
    schema: str
    index: int
    count: int
    store: str = "postgres"
    data_path: str = ""
    metadata_schema: str = "public"

    @property
    def shard(self) -> str:
        return f"shard {self.index} of {self.count}"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Reads the settings. Raises SettingsError if one is missing or can't be read."""
    try:
        index, count = int(environment["JOB_COMPLETION_INDEX"]), int(environment["WORKERS"])
        path = environment["TIKTOK_CONFIG"]
    except KeyError as error:
        raise SettingsError(f"The environment variable {error.args[0]} is missing.") from error
    except ValueError as error:
        raise SettingsError("JOB_COMPLETION_INDEX and WORKERS must be whole numbers.") from error
    if not 1 <= count <= MOST_WORKERS:
        raise SettingsError(f"WORKERS is {count}. It is from 1 to {MOST_WORKERS}.")
    if not 0 <= index < count:
        raise SettingsError(f"JOB_COMPLETION_INDEX is {index}. Of {count} WORKERS, it is from 0 to {count - 1}.")
    store, data_path = environment.get("STORE") or "postgres", environment.get("DATA_PATH", "")
    if store not in STORES:
        raise SettingsError(f"STORE is {store}. It can be {' or '.join(STORES)}.")
    if store == "ducklake" and not data_path:
        raise SettingsError("STORE=ducklake needs DATA_PATH, the folder of its Parquet files.")
    if data_path and not Path(data_path).is_absolute():
        raise SettingsError(f"DATA_PATH is {data_path}. Write the whole path, which is the same for all workers.")
    streams = [name.strip() for name in environment.get("STREAMS", "").split(",") if name.strip()]
    config = {**_read_config(path), "shard": {"index": index, "count": count}}
    return Settings(config, streams, environment.get("SCHEMA") or "tiktok", index, count, store, data_path,
                    environment.get("METADATA_SCHEMA") or "public")  # fmt: skip


def _read_config(path: str) -> Mapping[str, Any]:
    try:
        config = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(
            f"TIKTOK_CONFIG names {path or 'no file'}, which can't be read: {error.strerror}."
        ) from error
    except ValueError:  # the parser's message may quote a secret
        config = None
    if not isinstance(config, dict):
        raise SettingsError(f"TIKTOK_CONFIG names {path}, which is no JSON object.")
    return config
