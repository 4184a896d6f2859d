"""Ways to ask the simulator: directly, or by `requests` over both transports."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests
from harness import PATIENCE

from tiktok_simulator import Request, Response, Simulator, intercept, serve
from tiktok_simulator.server.app import PRODUCTION_HOST
from tiktok_simulator.server.routes import ENDPOINTS, PREFIX
from tiktok_simulator.world.model import ORGANIC_TOKEN
from tiktok_simulator.world.ready_made import TOKYO
from tiktok_simulator.world.world import TOKEN

NOW = datetime(2026, 3, 1, 10, 30, tzinfo=UTC)
REPORT = {
    "advertiser_id": TOKYO,
    "report_type": "BASIC",
    "data_level": "AUCTION_CAMPAIGN",
    "dimensions": ["campaign_id", "stat_time_day"],
    "metrics": ["spend", "impressions"],
    "start_date": "2026-01-01",
    "end_date": "2026-01-10",
    "page_size": 1000,
}
TASK = {"advertiser_id": TOKYO}


def wire(parameters: dict[str, Any]) -> dict[str, str]:
    """Parameters as query text: JSON for everything that is not text; None leaves a parameter out."""
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in parameters.items()
        if value is not None
    }


@dataclass
class Client:
    """Sends requests to the simulator, and reads its envelopes."""

    ask: Callable[[Request], Response]

    def send(
        self,
        path: str,
        token: str | None = TOKEN,
        host: str = PRODUCTION_HOST,
        method: str | None = None,
        **parameters: Any,
    ) -> Response:
        """Ask with the endpoint's own method unless told otherwise; a POST's parameters are its JSON body."""
        endpoint = ENDPOINTS.get(PREFIX + path)
        if endpoint and endpoint.of_account and token == TOKEN:
            token = ORGANIC_TOKEN
        headers = {"Access-Token": token} if token else {}
        method = method or (endpoint.method if endpoint else "GET")
        if method == "GET":
            return self.ask(Request(method, host, PREFIX + path, wire(parameters), headers))
        body = {name: value for name, value in parameters.items() if value is not None}
        return self.ask(Request(method, host, PREFIX + path, {}, headers, json.dumps(body).encode()))

    def get(self, path: str, **options: Any) -> dict[str, Any]:
        """The envelope."""
        return dict(self.send(path, **options).json())

    def refusal(self, path: str, **options: Any) -> tuple[int, str]:
        """Code and message of an answer that must be a refusal in an HTTP 200 envelope without data."""
        response = self.send(path, **options)
        body = response.json()
        assert response.status == 200
        assert body["code"] != 0, "accepted"
        assert body["data"] == {}
        return body["code"], body["message"]

    def rows(self, path: str, **options: Any) -> list[dict[str, Any]]:
        body = self.get(path, **options)
        assert body["code"] == 0, body["message"]
        return list(body["data"]["list"])

    def report(self, **changes: Any) -> list[dict[str, Any]]:
        """The rows of REPORT with these changes, dimensions and metrics merged."""
        found = self.rows("/report/integrated/get/", **{**REPORT, **changes})
        return [row["dimensions"] | row["metrics"] for row in found]

    def report_refusal(self, **changes: Any) -> tuple[int, str]:
        return self.refusal("/report/integrated/get/", **{**REPORT, **changes})

    def created(self, **changes: Any) -> str:
        """The id of a new report task: REPORT with these changes."""
        body = self.get("/report/task/create/", **{**REPORT, "page_size": None, **changes})
        assert body["code"] == 0, body["message"]
        return str(body["data"]["task_id"])

    def status(self, task_id: str, **options: Any) -> str:
        """What a check says of a task."""
        return str(self.get("/report/task/check/", **{**TASK, **options}, task_id=task_id)["data"]["status"])

    def table(self, task_id: str, **options: Any) -> list[dict[str, str]]:
        """The rows of a task's text, which must be no envelope."""
        response = self.send("/report/task/download/", **{**TASK, **options}, task_id=task_id)
        assert (response.status, response.code) == (200, None)
        return list(csv.DictReader(io.StringIO(response.body.decode())))

    def task_refusal(self, **changes: Any) -> tuple[int, str]:
        return self.refusal("/report/task/create/", **{**REPORT, "page_size": None, **changes})


def _through_requests(session: requests.Session) -> Callable[[Request], Response]:
    def ask(request: Request) -> Response:
        url = f"https://{request.host}{request.path}"
        answer = session.request(
            request.method,
            url,
            params=dict(request.query),
            headers=dict(request.headers),
            data=request.body,
            timeout=PATIENCE,
        )
        return Response(answer.status_code, dict(answer.headers), answer.content)

    return ask


@contextlib.contextmanager
def over(transport: str, simulator: Simulator) -> Iterator[Client]:
    """A client that reaches the simulator as the connector does."""
    with contextlib.ExitStack() as stack:
        session = stack.enter_context(requests.Session())
        session.trust_env = False
        if transport == "intercepted":
            stack.enter_context(intercept(simulator))
        else:
            server = stack.enter_context(serve(simulator))
            session.proxies = {"https": server.url}
            session.verify = server.environment["REQUESTS_CA_BUNDLE"]
            stack.callback(session.close)
        yield Client(_through_requests(session))
