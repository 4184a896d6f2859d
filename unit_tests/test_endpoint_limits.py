"""An endpoint that TikTok allows less than others is asked less often, and no other waits for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from airbyte_cdk import AirbyteTracedException
from harness import NOW, Turns, read_streams
from rows import MANIFEST

from source_tiktok_marketing.requesters.authenticator import QuotaAuthenticator
from source_tiktok_marketing.requesters.error_handler import TiktokErrorHandler
from source_tiktok_marketing.requesters.rate_limiter import Budget
from tiktok_simulator import Quota, Simulator, World, intercept
from tiktok_simulator.endpoints.lists.tiktok_accounts import BUSINESS
from tiktok_simulator.protocol.wire import ApiError
from tiktok_simulator.world.model import OPEN_ID
from tiktok_simulator.world.world import APP_ID, APP_SECRET

Config = dict[str, Any]
HOST = "https://business-api.tiktok.com/open_api/v1.3"
GMV_MAX, VIDEOS, COMMENTS = "/gmv_max/report/get/", "/business/video/list/", "/business/comment/list/"
LIMITS: list[Mapping[str, Any]] = MANIFEST["definitions"]["authenticator"]["own_limits"]
BEGAN = datetime(2026, 2, 15, 5, 0, tzinfo=UTC)


def sent(turns: Turns, number: int, path: str, requests_per_second: float = 10, **more: Any) -> list[float]:
    """The moments at which so many requests for one endpoint went."""
    budget = Budget({"requests_per_second": requests_per_second, "max_wait_minutes": 15, **more}, LIMITS)
    moments = []
    for _ in range(number):
        for turn in budget.wait(f"{HOST}{path}?business_id=7"):
            turn.late = 0.0
        moments.append(turns.now())
    return moments


@pytest.mark.parametrize(("rate", "own"), [(10, (8, 240, 20_000)), (20, (12, 360, 30_000)), (50, (20, 600, 50_000))])
@pytest.mark.parametrize("phase", [0.0, 0.3, 31.7])
def test_reports_of_gmv_max_keep_to_their_limit_at_every_level_of_an_app(
    rate: int, own: tuple[int, int, int], phase: float, turns: Turns
) -> None:
    quota = Quota(rate, 60 * rate, 86_400 * rate, {GMV_MAX: own})
    moments = sent(turns, 2 * own[1] + 1, GMV_MAX, rate)
    for moment in moments:
        quota.count("app", GMV_MAX, BEGAN + timedelta(seconds=phase + moment))
    assert 120 <= moments[-1] < 130
    assert moments[own[0] - 1] < 1.1


def test_an_endpoint_about_a_tiktok_account_is_asked_forty_times_a_minute(turns: Turns) -> None:
    quota, moments = Quota(), sent(turns, 90, COMMENTS)
    for moment in moments:
        quota.count("app", COMMENTS, BEGAN + timedelta(seconds=30 + moment), "7")
    assert moments[39] < 5
    assert 60 < moments[40] < 66
    with pytest.raises(ApiError):
        for number in range(41):
            quota.count("app", COMMENTS, BEGAN + timedelta(hours=1, seconds=number / 10), "7")


def test_another_endpoint_or_account_does_not_wait_for_it(turns: Turns) -> None:
    budget = Budget({"requests_per_second": 10, "max_wait_minutes": 15}, LIMITS)
    for _ in range(40):
        budget.wait(f"{HOST}{COMMENTS}?business_id=7")
    for url in (f"{VIDEOS}?business_id=7", f"{COMMENTS}?business_id=8", "/campaign/get/?advertiser_id=7"):
        budget.wait(HOST + url)
        assert turns.now() < 6
    budget.wait(f"{HOST}{COMMENTS}?business_id=7")
    assert turns.now() > 60


def test_a_sync_ends_when_it_has_made_the_requests_of_the_day_and_other_endpoints_go_on(turns: Turns) -> None:
    budget = Budget({"requests_per_second": 10, "max_wait_minutes": 15}, [{"endpoint": GMV_MAX, "per_day": 5}])
    for _ in range(5):
        budget.wait(HOST + GMV_MAX)
    with pytest.raises(AirbyteTracedException) as raised:
        budget.wait(HOST + GMV_MAX)
    assert raised.value.failure_type and raised.value.failure_type.value == "transient_error"
    assert str(raised.value.message).startswith("TikTok allows 5 requests a day to gmv_max/report/get/, and this sync")
    budget.wait(f"{HOST}/campaign/get/")
    assert turns.now() < 2


def test_workers_share_the_limit_of_an_endpoint(turns: Turns) -> None:
    moments = sent(turns, 81, GMV_MAX, shard={"index": 0, "count": 3})
    assert moments[79] < 45
    assert moments[80] > 60


def test_limits_hold_whichever_component_of_a_stream_is_built_first(turns: Turns) -> None:
    config = {"requests_per_second": 10, "max_wait_minutes": 15}
    handler = TiktokErrorHandler(config=config, parameters={})
    signer = QuotaAuthenticator(config, {}, own_limits=LIMITS)
    budget = Budget.of(config)
    for _ in range(41):
        budget.wait(f"{HOST}{COMMENTS}?business_id=7")
    assert turns.now() > 60
    del handler, signer


@pytest.fixture
def counting(world: World, turns: Turns) -> Iterator[Simulator]:
    """A TikTok that counts requests by the time they waited for their turn."""
    simulator = Simulator(world, clock=lambda: NOW + timedelta(seconds=turns.now()), quota=Quota())
    with intercept(simulator):
        yield simulator


def test_a_sync_of_more_videos_than_a_minute_allows_is_never_refused(
    counting: Simulator, config: Config, turns: Turns
) -> None:
    block = {"client_id": APP_ID, "client_secret": APP_SECRET, "business_id": OPEN_ID,
             "refresh_token": "simulated-refresh-token-0"}  # fmt: skip
    result = read_streams(["organic_comments"], {**config, "organic": block})
    assert (result.errors, result.warnings) == ([], [])
    asked = [exchange for exchange in counting.transcript if BUSINESS in exchange.path]
    assert {exchange.code for exchange in asked} == {0}
    assert len(counting.asked(COMMENTS)) > 40
    assert turns.now() > 60


def test_a_sync_of_a_gmv_max_report_is_never_refused(
    counting: Simulator, one_advertiser: Config, world: World, turns: Turns, waits: list[float]
) -> None:
    world.list_sizes["/gmv_max/campaign/get/"] = 40
    result = read_streams(["gmv_max_item_group_reports_daily"], one_advertiser)
    assert result.errors == []
    assert {exchange.code for exchange in counting.asked(GMV_MAX)} == {0}
    assert len(counting.asked(GMV_MAX)) > 20


def test_an_endpoint_whose_own_quota_is_used_up_holds_up_no_other(tiktok: Simulator, config: Config) -> None:
    report = "gmv_max_advertiser_reports_daily"
    fault = tiktok.faults.rate_limited(None, path=GMV_MAX)
    result = read_streams([report, "campaigns"], config | {"max_wait_minutes": 1, "concurrency": 2})
    assert fault.hits > 0
    assert result.statuses == {report: "INCOMPLETE", "campaigns": "COMPLETE"}
    after = read_streams(["campaigns"], config)
    assert len(result.rows("campaigns")) == len(after.rows("campaigns")) > 0
