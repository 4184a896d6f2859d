"""Path → endpoint: what it accepts (data/parameters.csv), whom it concerns and how it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from .asked import asked_advertisers
from .calls import Answer, Call
from .entities import Listing, advertiser_info, authorized_advertisers, listed, too_many_advertisers
from .parameters import Signature, load_signatures
from .reporting import integrated_report
from .task_calls import cancel_task, check_task, create_task, download_task

PREFIX = "/open_api/v1.3"


@dataclass(frozen=True)
class Endpoint:
    """One endpoint. `advertisers` names the accounts the token must reach; `sandbox` whether that host has it."""

    signature: Signature
    answer: Callable[[Call], Answer]
    advertisers: Callable[[Call], Sequence[str]]
    sandbox: bool = False
    method: str = "GET"


def _none(_: Call) -> Sequence[str]:
    return ()


def _one(call: Call) -> Sequence[str]:
    return [call["advertiser_id"]]


def _many(call: Call) -> Sequence[str]:
    too_many_advertisers(call)
    advertiser_ids: Sequence[str] = call["advertiser_ids"]
    return advertiser_ids


LISTINGS: Mapping[str, Listing] = {
    "/campaign/get/": Listing("campaign"),
    "/adgroup/get/": Listing("adgroup"),
    "/ad/get/": Listing("ad"),
    "/dmp/custom_audience/list/": Listing("audience"),
    "/file/image/ad/search/": Listing("image", reachable=10_000),
    "/file/video/ad/search/": Listing("video", reachable=10_000),
    "/file/music/get/": Listing("music", records="musics", reachable=100_000),
    "/creative/portfolio/list/": Listing("portfolio", records="creative_portfolios"),
}
POSTED = frozenset({"/report/task/create/", "/report/task/cancel/"})
IN_SANDBOX = frozenset({"/campaign/get/", "/adgroup/get/", "/ad/get/", "/report/integrated/get/"})


def _endpoint(path: str, signature: Signature) -> Endpoint:
    sandbox = path in IN_SANDBOX
    if path in LISTINGS:
        return Endpoint(signature, listed(LISTINGS[path]), _one, sandbox)
    answer, advertisers = OTHERS[path]
    return Endpoint(signature, answer, advertisers, sandbox, "POST" if path in POSTED else "GET")


OTHERS: Mapping[str, tuple[Callable[[Call], Answer], Callable[[Call], Sequence[str]]]] = {
    "/oauth2/advertiser/get/": (authorized_advertisers, _none),
    "/advertiser/info/": (advertiser_info, _many),
    "/report/integrated/get/": (integrated_report, asked_advertisers),
    "/report/task/create/": (create_task, asked_advertisers),
    "/report/task/check/": (check_task, _one),
    "/report/task/download/": (download_task, _one),
    "/report/task/cancel/": (cancel_task, _one),
}
ENDPOINTS: Mapping[str, Endpoint] = {
    PREFIX + path: _endpoint(path, signature) for path, signature in load_signatures().items()
}
