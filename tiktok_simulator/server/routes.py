"""The endpoints by path: the parameters of each (data/parameters.csv), its ad accounts, and its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from tiktok_simulator.endpoints.call import Answer, Call
from tiktok_simulator.endpoints.lists.change_logs import check_log, create_log, download_log
from tiktok_simulator.endpoints.lists.entities import (
    Listing,
    answer_advertiser_info,
    answer_authorized_advertisers,
    make_list_endpoint,
    refuse_too_many_advertisers,
)
from tiktok_simulator.endpoints.lists.gmv_max import answer_gmv_max_report
from tiktok_simulator.endpoints.lists.leads import answer_forms, answer_lead_file, answer_lead_task
from tiktok_simulator.endpoints.lists.listed import read_lists
from tiktok_simulator.endpoints.lists.smart_plus import answer_breakdown, answer_overview
from tiktok_simulator.endpoints.lists.tables import answer_list
from tiktok_simulator.endpoints.lists.tiktok_accounts import BUSINESS, RENEWAL, answer_account_list, renew_token
from tiktok_simulator.endpoints.reports.endpoint import answer_integrated_report
from tiktok_simulator.endpoints.reports.request import read_advertisers
from tiktok_simulator.endpoints.reports.task_endpoints import cancel_task, check_task, create_task, download_task
from tiktok_simulator.protocol.parameters import Signature, load_signatures

PREFIX = "/open_api/v1.3"


@dataclass(frozen=True)
class Endpoint:
    """One endpoint.

    `advertisers` finds the ad accounts that the token has to reach. `sandbox` is whether the sandbox has the endpoint.
    `of_account` is set if it needs the token of a TikTok account, `tokenless` if it needs no token.
    """

    signature: Signature
    answer: Callable[[Call], Answer]
    advertisers: Callable[[Call], Sequence[str]]
    sandbox: bool = False
    method: str = "GET"
    of_account: bool = False
    tokenless: bool = False


def _name_none(_: Call) -> Sequence[str]:
    return ()


def _name_one(call: Call) -> Sequence[str]:
    return [call["advertiser_id"]]


def _name_one_if_given(call: Call) -> Sequence[str]:
    named = call.parameters.get("advertiser_id")
    return [named] if named else ()


def _name_many(call: Call) -> Sequence[str]:
    refuse_too_many_advertisers(call)
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
POSTED = frozenset(
    {RENEWAL, "/report/task/create/", "/report/task/cancel/", "/page/lead/task/", "/changelog/task/create/"}
)
IN_SANDBOX = frozenset({"/campaign/get/", "/adgroup/get/", "/ad/get/", "/report/integrated/get/"})


def _make_endpoint(path: str, signature: Signature) -> Endpoint:
    sandbox = path in IN_SANDBOX
    if path in LISTINGS:
        return Endpoint(signature, make_list_endpoint(LISTINGS[path]), _name_one, sandbox)
    if path.startswith(BUSINESS):
        return Endpoint(signature, partial(answer_account_list, path), _name_none, of_account=True)
    if path in read_lists() and path not in OTHERS:
        return Endpoint(signature, partial(answer_list, path), _name_one_if_given, sandbox)
    answer, advertisers = OTHERS[path]
    method = "POST" if path in POSTED else "GET"
    return Endpoint(signature, answer, advertisers, sandbox, method, tokenless=path == RENEWAL)


OTHERS: Mapping[str, tuple[Callable[[Call], Answer], Callable[[Call], Sequence[str]]]] = {
    "/oauth2/advertiser/get/": (answer_authorized_advertisers, _name_none),
    "/advertiser/info/": (answer_advertiser_info, _name_many),
    RENEWAL: (renew_token, _name_none),
    "/report/integrated/get/": (answer_integrated_report, read_advertisers),
    "/gmv_max/report/get/": (answer_gmv_max_report, _name_one),
    "/smart_plus/material_report/overview/": (answer_overview, _name_one),
    "/smart_plus/material_report/breakdown/": (answer_breakdown, _name_one),
    "/report/task/create/": (create_task, read_advertisers),
    "/report/task/check/": (check_task, _name_one),
    "/report/task/download/": (download_task, _name_one),
    "/report/task/cancel/": (cancel_task, _name_one),
    "/changelog/task/create/": (create_log, _name_one),
    "/changelog/task/check/": (check_log, _name_one),
    "/changelog/task/download/": (download_log, _name_one),
    "/page/get/": (answer_forms, _name_one_if_given),
    "/page/lead/task/": (answer_lead_task, _name_one_if_given),
    "/page/lead/task/download/": (answer_lead_file, _name_one_if_given),
}
ENDPOINTS: Mapping[str, Endpoint] = {
    PREFIX + path: _make_endpoint(path, signature) for path, signature in load_signatures().items()
}
