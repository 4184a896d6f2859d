"""`python -m benchmarks.server`: the page server. It is a process of its own, so that no contender pays for its work.

It says on its first line how to reach it, answers each line it is sent with what was asked since the last one, and ends
with its input. It is the simulator's transport (TLS behind a proxy on loopback) over pages made beforehand: a client
that honours HTTPS_PROXY needs no change to be measured. Pages go out uncompressed: unpacking would cost every
contender the same, and so bring them closer together.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any, TextIO

from benchmarks.idle import make_active_rows
from benchmarks.pages import Pages
from benchmarks.world import Size
from tiktok_simulator import Simulator, serve
from tiktok_simulator.protocol.wire import Request, Response
from tiktok_simulator.server import over_tls as transports
from tiktok_simulator.world.ready_made import make_empty_world

JSON = {"Content-Type": "application/json"}


class PageServer(Simulator):
    """Answers reports from pages made beforehand; everything else only as far as a client needs it to get there."""

    def __init__(self) -> None:
        super().__init__(make_empty_world())
        self._pages = Pages()
        self.requests = 0
        self.pages = 0
        self.metrics = 0

    def handle(self, request: Request) -> Response:
        """Answers one request; concurrent clients do not wait for each other."""
        self.requests += 1
        size = Size.of(request.get_header("Access-Token") or Size(1, 1).token)
        if "report/integrated/get" in request.path and "advertiser_ids" in request.query:
            # Our questions: each ad account has rows, and none of a kind that needs a filter.
            rows = [] if "filtering" in request.query else make_active_rows(request.query)
            return Response(200, JSON, json.dumps(_make_envelope(rows)).encode(), 0)
        if "report/integrated/get" in request.path:
            metrics, page = json.loads(request.query["metrics"]), int(request.query.get("page", 1))
            self.metrics = len(metrics)
            self.pages += 1
            return Response(200, JSON, self._pages.answer(metrics, page, size.pages), 0)
        return Response(200, JSON, json.dumps(_make_envelope(_make_details(size.account_ids))).encode(), 0)


def _make_envelope(details: list[dict[str, Any]]) -> dict[str, Any]:
    info = {"page": 1, "page_size": 1000, "total_number": len(details), "total_page": 1}
    return {"code": 0, "message": "OK", "request_id": "1", "data": {"list": details, "page_info": info}}


def _make_details(ids: list[str]) -> list[dict[str, Any]]:
    shared = {"currency": "EUR", "timezone": "Etc/UTC", "display_timezone": "UTC", "create_time": 1_600_000_000}
    return [
        {"advertiser_id": id_, "advertiser_name": f"Account {id_}", "name": f"Account {id_}", **shared} for id_ in ids
    ]


def _say(stream: TextIO, message: Mapping[str, Any]) -> None:
    stream.write(json.dumps(message) + "\n")
    stream.flush()


def main() -> None:
    """Serves until the input ends."""
    transports.WORTH_ZIPPING = sys.maxsize
    simulator = PageServer()
    with serve(simulator) as server:
        _say(sys.stdout, {"environment": server.environment})
        for _ in sys.stdin:
            _say(sys.stdout, {"requests": simulator.requests, "pages": simulator.pages, "metrics": simulator.metrics,
                              "refused": server.refused})  # fmt: skip
            simulator.requests = simulator.pages = 0


if __name__ == "__main__":
    main()
