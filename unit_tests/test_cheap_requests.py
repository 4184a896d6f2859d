"""The connector's own requester sends what the CDK's and `requests` would send, to the byte.

It works out once what they work out for every request. If it kept too much, an ad account would get another's
parameters, and nobody would see it in the rows of a small world.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any
from unittest.mock import patch

import pytest
import requests
from airbyte_cdk.sources.declarative.requesters import HttpRequester
from airbyte_cdk.sources.declarative.requesters.request_options import InterpolatedRequestOptionsProvider
from airbyte_cdk.sources.types import StreamSlice
from fuzzing import fuzz
from harness import frozen_now, read_streams
from hypothesis import example, given
from hypothesis import strategies as st

from source_tiktok_marketing import SourceTiktokMarketing
from source_tiktok_marketing.requesters.requester import TiktokRequester
from source_tiktok_marketing.requesters.responses import locate_request, read_parameters
from source_tiktok_marketing.requesters.session import TiktokSession
from source_tiktok_marketing.requesters.templates import MOST_KEPT, TemplatesOnce
from tiktok_simulator import Simulator, intercept
from tiktok_simulator.protocol.wire import Request, Response
from tiktok_simulator.world.ready_made import make_small_world

REPORT = "https://business-api.tiktok.com/open_api/v1.3/report/integrated/get/"
STREAMS = ("campaigns", "ads", "campaigns_reports_daily", "ads_reports_daily", "ads_reports_hourly", "advertisers",
           "campaigns_reports_weekly", "campaigns_reports_lifetime", "pixels")  # fmt: skip


class Listener(Simulator):
    """A simulated TikTok that keeps the requests as they came."""

    def __init__(self) -> None:
        super().__init__(make_small_world(), clock=frozen_now)
        self.heard: Counter[str] = Counter()

    def handle(self, request: Request) -> Response:
        self.heard[str(request)] += 1
        return super().handle(request)


class Nodding(Listener):
    """One that takes everything."""

    def handle(self, request: Request) -> Response:
        self.heard[str(request)] += 1
        return Response(200, {"Content-Type": "application/json"}, b"{}")


def hear(config: dict[str, Any]) -> Counter[str]:
    tiktok = Listener()
    with intercept(tiktok):
        assert read_streams(STREAMS, config).errors == []
    return tiktok.heard


def test_a_sync_sends_the_same_requests_as_with_the_requester_of_the_cdk(config: dict[str, Any]) -> None:
    config |= {"end_date": "2026-01-15"}  # of several windows, the later ones may have less to ask for
    ours = hear(config)
    assert ours.total() > 50
    with (
        patch.object(TiktokRequester, "send_request", HttpRequester.send_request),
        patch.object(TemplatesOnce, "get_request_params", InterpolatedRequestOptionsProvider.get_request_params),
    ):
        theirs = hear(config)
    assert ours - theirs == theirs - ours == Counter()


def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
    request.headers["Access-Token"] = "a token"
    return request


def prepare(session: requests.Session, url: str, parameters: dict[str, Any], **more: Any) -> tuple[Any, ...]:
    session.auth = sign
    session.cookies.set("a", "1", domain="business-api.tiktok.com") if more.pop("baked", False) else None
    found = session.prepare_request(requests.Request("GET", url, params=parameters, **more))
    return found.method, found.url, found.body, list(found.headers.items()), found.hooks


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
URLS = st.sampled_from(
    [REPORT, REPORT + "?a=1", REPORT + "é ü/%7e%41?", "https://sandbox-ads.tiktok.com", REPORT + "#b"]
)


@given(
    URLS,
    st.dictionaries(TEXTS, TEXTS | st.integers() | st.none() | st.lists(TEXTS, max_size=2), max_size=4),
    st.booleans(),
)
@example(REPORT, {"metrics": '["spend", "clicks"]', "page": "1", "empty": ""}, True)
def test_a_request_is_prepared_as_requests_would(url: str, parameters: dict[str, Any], baked: bool) -> None:
    ours, theirs = TiktokSession(), requests.Session()
    for _ in range(2):
        assert prepare(ours, url, parameters, baked=baked) == prepare(theirs, url, parameters, baked=baked)


@given(st.dictionaries(TEXTS, TEXTS, max_size=4))
def test_the_parameters_of_a_prepared_request_are_those_in_its_address(parameters: dict[str, str]) -> None:
    ours, theirs = (session.prepare_request(requests.Request("GET", REPORT, params=parameters))
                    for session in (TiktokSession(), requests.Session()))  # fmt: skip
    assert read_parameters(ours) == read_parameters(theirs)
    assert locate_request(ours) == locate_request(theirs)


@pytest.mark.parametrize("more", [{"json": {"a": "1"}}, {"data": {"a": "1"}}, {"headers": {"X": "1"}}], ids=str)
def test_a_request_with_more_than_parameters_is_prepared_as_requests_would(more: dict[str, Any]) -> None:
    assert prepare(TiktokSession(), REPORT, {"b": "2"}, **more) == prepare(
        requests.Session(), REPORT, {"b": "2"}, **more
    )


def list_settings(session: requests.Session) -> list[Any]:
    urls = (REPORT, REPORT + "?page=2", "https://sandbox-ads.tiktok.com/a?b=c:d", "https://x.tiktok.com")
    return [session.merge_environment_settings(url, {}, False, None, None) for url in urls * 2]


def test_proxies_and_certificates_of_the_environment_are_used_host_by_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "sandbox-ads.tiktok.com")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/certificates.pem")
    found = list_settings(TiktokSession())
    assert found == list_settings(requests.Session())
    assert found[0]["proxies"]["https"] == "http://proxy.example:3128"
    assert not found[2]["proxies"].get("https")
    assert {each["verify"] for each in found} == {"/certificates.pem"}


def find_templates(part: Any) -> Iterator[str]:
    """All templates of request parameters in a part of the manifest."""
    if isinstance(part, dict):
        written = part.get("request_parameters")
        yield from map(str, written.values()) if isinstance(written, dict) else ()
    for each in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from find_templates(each)


@cache
def list_templates() -> list[str]:
    return [*dict.fromkeys(find_templates(SourceTiktokMarketing().resolved_manifest)), *OTHERS]


OTHERS = (
    "17",
    "{{ next_page_token.next_page_token.metrics }}",
    "{{ stream_slice['advertiser_id'] }}!",
    "{{ stream_slice }}",
    "{{ config.include_deleted }}{{ parameters.level }}",
    "{{ stream_slice.extra_fields.last_day }} {{ stream_interval.start_time }}",
    "{{ 'a' if next_page_token else 'b' }}",
    "{{ first_day }}!",
    "{% set a = stream_slice.advertiser_id %}{{ a }}",
    "x{{ stream_slice.a.b.c }}",
    "{{ stream_slice.extra_fields.left_out }}{{ stream_slice.extra_fields.first_day }}",
)
PARAMETERS = {"report_type": "BASIC", "level": "ad", "dimensions": ["ad_id", "stat_time_day"], "rows_per_page": 10}
TEXTS_IN_SLICES = st.sampled_from(["", "7", "None", "['a']", "'a'", '["b"]', "2026-01-15", "a b"])
LISTS = st.lists(st.sampled_from(["spend", "clicks", 1, True]), max_size=2)
VALUES = st.none() | st.booleans() | st.integers(0, 2) | TEXTS_IN_SLICES | LISTS


def values_of(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, VALUES))


SLICES = st.none() | st.builds(
    lambda partition, days, extra: StreamSlice(partition=partition, cursor_slice=days, extra_fields=extra),
    values_of("advertiser_id", "bc_id"),
    values_of("start_time", "end_time"),
    values_of("first_day", "last_day", "filters", "left_out"),
)
PAGES = st.none() | values_of("page", "metrics", "size")
TOKENS = st.none() | st.builds(lambda page: {"next_page_token": page}, PAGES)


def give(provider: InterpolatedRequestOptionsProvider, stream_slice: Any, token: Any) -> Any:
    try:
        return dict(provider.get_request_params(stream_slice=stream_slice, next_page_token=token))
    except Exception as error:
        return type(error)


@fuzz(400)
@given(st.lists(st.tuples(SLICES, TOKENS), min_size=1, max_size=4))
def test_a_template_gives_what_the_cdk_gives_for_it_whatever_was_asked_before(asked: list[tuple[Any, Any]]) -> None:
    config = {"prepared": {"sample": False}, "include_deleted": True}
    for text in list_templates():
        given: dict[str, Any] = {"config": config, "parameters": PARAMETERS, "request_parameters": {"a": text}}
        ours, theirs = TemplatesOnce(**given), InterpolatedRequestOptionsProvider(**given)
        for where in asked * 2:
            assert give(ours, *where) == give(theirs, *where), text


def test_a_template_forgets_what_it_gave_for_very_many(monkeypatch: pytest.MonkeyPatch) -> None:
    evaluated = Counter[str]()
    evaluate = InterpolatedRequestOptionsProvider.get_request_params

    def count(*given: Any, **more: Any) -> Any:
        evaluated["times"] += 1
        return evaluate(*given, **more)

    monkeypatch.setattr(InterpolatedRequestOptionsProvider, "get_request_params", count)
    template = TemplatesOnce(config={}, parameters={}, request_parameters={"a": "{{ stream_slice.advertiser_id }}!"})
    for number in [*range(MOST_KEPT + 1), 0, 0]:
        window = StreamSlice(partition={"advertiser_id": str(number)}, cursor_slice={})
        assert template.get_request_params(stream_slice=window) == {"a": f"{number}!"}
    assert evaluated["times"] == MOST_KEPT + 2


def test_what_a_macro_gives_is_not_kept(clock: Any) -> None:
    template = TemplatesOnce(config={}, parameters={}, request_parameters={"a": "{{ today_utc() }}"})
    found = [template.get_request_params()]
    clock.tick(86_400)
    assert [*found, template.get_request_params()] == [{"a": "2026-02-15"}, {"a": "2026-02-16"}]


def test_a_list_belongs_to_the_request_it_was_made_for() -> None:
    template = TemplatesOnce(config={}, parameters={}, request_parameters={"a": "['b', 'c']"})
    template.get_request_params()["a"].clear()
    assert template.get_request_params() == {"a": ["b", "c"]}


def make_requester(kind: type[HttpRequester], **more: Any) -> HttpRequester:
    url = (
        "https://business-api.tiktok.com/open_api/v1.3/{{ stream_slice.extra_fields.endpoint or parameters.endpoint }}"
    )
    given: dict[str, Any] = {"config": {}, "parameters": {"endpoint": "ad/get/"}, "name": "ads", "url": url} | more
    return kind(**given)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_kind_of_request_goes_where_and_as_that_of_the_cdk_does(method: str) -> None:
    heard: list[Counter[str]] = []
    kinds: list[dict[str, Any]] = [
        *({"request_params": {"page": page}} for page in "12"),
        *({"request_params": {"page": "1"}, "request_body_json": {"a": body}} for body in "12"),
        {"request_headers": {"X-Lead-Region": "eu"}},
        {"request_body_data": {"a": "b"}},
    ]
    for requester in (make_requester(kind, http_method=method) for kind in (TiktokRequester, HttpRequester)):
        tiktok = Nodding()
        with intercept(tiktok):
            for endpoint in ("", "campaign/get/", "adgroup/get/", "campaign/get/"):
                where = StreamSlice(partition={"a": "1"}, cursor_slice={}, extra_fields={"endpoint": endpoint})
                for each in kinds:
                    requester.send_request(stream_slice=where, **each)
        heard.append(tiktok.heard)
    assert heard[0] == heard[1]
    assert heard[0].total() == 4 * len(kinds)
