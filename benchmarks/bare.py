"""The bare loop: reads the same pages as the contenders, and does nothing but write their records.

`requests.get → orjson.loads → flatten and type → orjson.dumps → stdout`, one page after another. No state, no error
table, no messages, no log: the floor that a connector written in Python with these libraries can approach.

    python -m benchmarks.bare columns.json benchmark-4x50 > records.jsonl
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import requests

from benchmarks.world import FIRST_DAY, LAST_DAY, Size

URL = "https://business-api.tiktok.com/open_api/v1.3/report/integrated/get/"


def _make_whole(text: str) -> int:
    return int(float(text))


CASTS: Mapping[str, Callable[[str], Any]] = {"integer": _make_whole, "number": float}


def read_pages(session: requests.Session, account: str, metrics: list[str]) -> Iterator[list[dict[str, Any]]]:
    """The lists of rows of one ad account."""
    page, last = 1, 1
    while page <= last:
        parameters = {
            "advertiser_id": account,
            "report_type": "BASIC",
            "data_level": "AUCTION_AD",
            "dimensions": '["ad_id", "stat_time_day"]',
            "metrics": orjson.dumps(metrics).decode(),
            "start_date": FIRST_DAY,
            "end_date": LAST_DAY,
            "page": str(page),
            "page_size": "1000",
        }
        data = orjson.loads(session.get(URL, params=parameters, timeout=60).content)["data"]
        yield data["list"]
        page, last = page + 1, data["page_info"]["total_page"]


def flatten(row: Mapping[str, Any], account: str, casts: Mapping[str, Callable[[str], Any]]) -> dict[str, Any]:
    """A typed record of one row."""
    day = row["dimensions"]["stat_time_day"][:10]
    record = {"advertiser_id": account, "ad_id": row["dimensions"]["ad_id"], "stat_time_day": day}
    for name, value in row["metrics"].items():
        if value != "-":
            record[name] = casts[name](value) if name in casts else value
    return record


def main(columns: str, token: str) -> None:
    """Reads the pages that a token stands for. A file has the metrics and their types."""
    types: dict[str, str] = orjson.loads(Path(columns).read_bytes())
    casts = {name: CASTS[type_] for name, type_ in types.items() if type_ in CASTS}
    session = requests.Session()
    session.headers["Access-Token"] = token
    for account in Size.of(token).account_ids:
        for rows in read_pages(session, account, list(types)):
            for row in rows:
                sys.stdout.buffer.write(orjson.dumps(flatten(row, account, casts)) + b"\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
