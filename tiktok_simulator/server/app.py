"""The simulator: checks each request in TikTok's order, answers it, and keeps a transcript."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime

from tiktok_simulator.endpoints.call import Answer, Call
from tiktok_simulator.faults.faults import Faults
from tiktok_simulator.protocol.wire import ApiError, Exchange, Request, Response, make_envelope, make_plain_text
from tiktok_simulator.server.routes import ENDPOINTS, PREFIX, Endpoint
from tiktok_simulator.world.delivery import mix
from tiktok_simulator.world.model import Grant
from tiktok_simulator.world.world import APP_ID, World

PRODUCTION_HOST = "business-api.tiktok.com"
SANDBOX_HOST = "sandbox-ads.tiktok.com"
HOSTS = (PRODUCTION_HOST, SANDBOX_HOST)
OWN_LIMITS = {"/report/task/create/": (2, 60, 4_500), "/gmv_max/report/get/": (8, 240, 20_000)}
# Requests a minute to the endpoints of TikTok accounts: to one of them about one account, and to all together.
OF_ONE_ACCOUNT, OF_ACCOUNTS = 40, 600
NO_TOKEN = "Access token is null, you should set it in http header with key Access-Token."  # noqa: S105 - the real text
NOT_IN_SANDBOX = "Requested functionality, operation, or endpoint is not supported in the sandbox environment."
WRONG_TOKEN = "Access token is incorrect or has been revoked."  # noqa: S105 - the real text


def read_clock() -> datetime:
    """The current time, with a zone."""
    return datetime.now(UTC)


@dataclass
class Quota:
    """How many requests an app may make to one endpoint (errors.md §5, level Basic), in fixed windows of UTC time.

    `own` has the limits of endpoints with other ones: a second, a minute, a day.
    """

    per_second: int = 10
    per_minute: int = 600
    per_day: int = 864_000
    own: Mapping[str, tuple[int, int, int]] = field(default_factory=lambda: dict(OWN_LIMITS))
    _made: Counter[tuple[str, str, str]] = field(default_factory=Counter, repr=False)

    def count(self, app_id: str, path: str, now: datetime, account: str = "") -> None:
        """Counts a request, which may be about a TikTok account. Raises 40100 if a window is full."""
        general = (self.per_second, self.per_minute, self.per_day)
        limits = next((own for name, own in self.own.items() if path.endswith(name)), general)
        for layout, limit in zip(("%F %T", "%F %R", "%F"), limits, strict=True):
            self._take((app_id, path, now.strftime(layout)), limit)
        if account:
            self._take((account, path, now.strftime("%F %R")), OF_ONE_ACCOUNT)
            self._take((app_id, "", now.strftime("%F %R")), OF_ACCOUNTS)

    def _take(self, key: tuple[str, str, str], limit: int) -> None:
        self._made[key] += 1
        if self._made[key] > limit:
            raise ApiError(40100, "Too many requests. Please retry in some time.")


class Simulator:
    """TikTok's API about one world.

    `transcript` has all requests in the order of their answers. `faults` can spoil the next answers.
    """

    def __init__(self, world: World, *, clock: Callable[[], datetime] = read_clock, quota: Quota | None = None) -> None:
        self.world = world
        self.clock = clock
        self.quota = quota
        self.faults = Faults(world.tasks)
        self.transcript: list[Exchange] = []
        self._lock = threading.RLock()

    def handle(self, request: Request) -> Response:
        """Answers one request.

        Raises:
            ConnectionDroppedError: A fault ends the connection. The transcript has status 0.
        """
        with self._lock:
            status, code = 0, None
            try:
                response = self._add_date(self.faults.answer(request, self._answer))
                status, code = response.status, response.code
                return response
            finally:
                self._record(request, status, code)

    def _add_date(self, response: Response) -> Response:
        """Adds the date to an answer (RFC 9110, 6.6.1). A fault may have set another one, or `""` for none."""
        headers = {"Date": format_datetime(self.clock(), usegmt=True), **response.headers}
        return replace(response, headers={name: value for name, value in headers.items() if value})

    def _record(self, request: Request, status: int, code: int | None) -> None:
        query, now = dict(request.parameters), self.clock()
        self.transcript.append(Exchange(request.host, request.method, request.path, query, status, code, now))

    def asked(self, path: str) -> Sequence[Exchange]:
        """The exchanges with one endpoint, such as "/campaign/get/"."""
        return [exchange for exchange in self.transcript if exchange.path.endswith(path)]

    def _answer(self, request: Request) -> Response:
        if request.host not in HOSTS:
            return make_plain_text(403, f"host {request.host} is not simulated")
        endpoint = ENDPOINTS.get(request.path)
        if endpoint is None:
            return make_plain_text(404, "404 page not found")
        if request.method != endpoint.method:
            return make_plain_text(405, "405 method not allowed")
        request_id = f"{len(self.transcript):08d}{mix(request.path, len(self.transcript)):020d}"
        try:
            return _write_answer(self._answer_accepted(request, endpoint), request_id)
        except ApiError as error:
            return make_envelope(error.code, error.message, {}, request_id)

    def _answer_accepted(self, request: Request, endpoint: Endpoint) -> Answer:
        """Checks the token, the quota, the parameters and the permission, then asks the endpoint (errors.md §2)."""
        grant = self._find_grant(request, endpoint)
        if self.quota:
            account = request.parameters.get("business_id", "") if endpoint.of_account else ""
            self.quota.count(grant.app_id, request.path, self.clock(), account)
        if grant.sandbox and not endpoint.sandbox:
            raise ApiError(40014, NOT_IN_SANDBOX)
        headers = {name.lower(): value for name, value in request.headers.items()}
        call = Call(self.world, grant, self.clock(), endpoint.signature.read(request), headers)
        if request.path.removeprefix(PREFIX) in self.world.unscoped:
            raise ApiError(40125, "The developer does not have the permission for this endpoint.")
        self._check_permission(grant, endpoint.advertisers(call))
        return endpoint.answer(call)

    def _find_grant(self, request: Request, endpoint: Endpoint) -> Grant:
        if endpoint.tokenless:
            return Grant("", APP_ID)
        token = request.get_header("Access-Token")
        if not token:
            raise ApiError(40104, NO_TOKEN)
        if endpoint.of_account:
            self.world.tiktok_account.check(token, self.clock())
            return Grant(token, APP_ID)
        grant = self.world.grants.get(token)
        if grant is None or grant.sandbox != (request.host == SANDBOX_HOST):
            raise ApiError(40105, WRONG_TOKEN)
        return grant

    def _check_permission(self, grant: Grant, advertiser_ids: Sequence[str]) -> None:
        permitted = self.world.list_permitted(grant)
        for advertiser_id in advertiser_ids:
            if advertiser_id not in self.world.accounts:
                raise ApiError(40300, f"The advertiser {advertiser_id} does not exist or has been deleted.")
            if advertiser_id not in permitted:
                raise ApiError(40001, f"No permission to operate advertiser {advertiser_id}.")


def _write_answer(answer: Answer, request_id: str) -> Response:
    if answer.text is not None:
        return make_plain_text(200, answer.text)
    if answer.file is not None:
        return Response(200, answer.headers, answer.file)
    response = make_envelope(0, "OK", answer.data, request_id)
    return Response(200, {**response.headers, **answer.headers}, response.body, 0)
