"""How far each owner was read is one value, and a state follows the work: a killed sync reads little of it again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from airbyte_cdk.sources.types import Record, StreamSlice
from airbyte_cdk.test.state_builder import StateBuilder
from harness import Sync

from source_tiktok_marketing import SourceTiktokMarketing
from source_tiktok_marketing.incremental import owner_cursor
from source_tiktok_marketing.incremental.owned_stream import OwnerPartition
from source_tiktok_marketing.incremental.owner_cursor import OwnerCursor
from tiktok_simulator import Simulator
from tiktok_simulator.faults.fault import Answer, Fault
from tiktok_simulator.protocol.wire import Request, Response
from tiktok_simulator.world.ready_made import BERLIN, LOS_ANGELES, TOKYO

Config = dict[str, Any]
DAILY, CAMPAIGNS, FIELD = "campaigns_reports_daily", "campaigns", "stat_time_day"
REPORTS, LIST = "/report/integrated/get/", "/campaign/get/"
# Some windows of thirty days for each ad account.
LONG = {"start_date": "2025-12-10", "end_date": "2026-01-24"}
FIELDS = ("stat_time_day", "stat_time_hour", "period_start", "modify_time")
ONE, TWO = '{"advertiser_id": "1"}', '{"advertiser_id": "2"}'


def take(account: str, value: str | None) -> Record:
    return Record({FIELD: value}, DAILY, StreamSlice(partition={"advertiser_id": account}, cursor_slice={}))


def close(cursor: OwnerCursor, account: str) -> None:
    stream: Any = None
    window = StreamSlice(partition={"advertiser_id": account}, cursor_slice={})
    cursor.close_partition(OwnerPartition(stream, window, lambda *_: []))


def read(cursor: OwnerCursor, account: str, value: str | None) -> None:
    cursor.observe(take(account, value))
    close(cursor, account)


def count_states(result: Sync, stream: str) -> int:
    names = [message.state.stream.stream_descriptor.name for message in result.output.state_messages]
    return names.count(stream)


def test_an_owner_moves_on_and_never_back() -> None:
    cursor = OwnerCursor(DAILY, FIELD, {ONE: "2026-01-05"}, lambda _: None)
    for account, value in (("1", "2026-01-04"), ("2", "2026-01-07"), ("2", "2026-01-06"), ("3", None), ("4", "soon")):
        read(cursor, account, value)
    assert cursor.state == {
        "use_global_cursor": False,
        "states": [
            {"partition": {"advertiser_id": "1"}, "cursor": {FIELD: "2026-01-05"}},
            {"partition": {"advertiser_id": "2"}, "cursor": {FIELD: "2026-01-07"}},
        ],
    }


def test_a_value_for_all_is_that_of_an_owner_without_one() -> None:
    cursor = OwnerCursor(DAILY, FIELD, {"": "2026-01-03", ONE: "2026-01-05"}, lambda _: None)
    assert (cursor.get_saved(ONE), cursor.get_saved(TWO)) == ("2026-01-05", "2026-01-03")
    read(cursor, "2", "2026-01-01")
    assert cursor.get_saved(TWO) == "2026-01-03"


def test_an_old_state_of_one_value_for_all_is_kept_for_accounts_that_are_not_read(
    sync: Callable[..., Sync], tiktok: Simulator, config: Config
) -> None:
    tiktok.faults.outage(times=None, path=REPORTS, code=50000).when = lambda request: (
        request.parameters.get("advertiser_id") == BERLIN
    )
    result = sync(DAILY, config=config | {"end_date": ""}, state={DAILY: {"stat_time_day": "2026-01-20"}})
    assert any(BERLIN in error for error in result.errors)
    assert result.cursors(DAILY)[BERLIN] == "2026-01-20"
    first, *_ = result.output.state_messages
    told = [each["partition"]["advertiser_id"] for each in first.state.stream.stream_state.states]
    assert {TOKYO, BERLIN, LOS_ANGELES} <= set(told)


def test_a_moment_is_saved_as_the_state_has_it() -> None:
    cursor = OwnerCursor(CAMPAIGNS, FIELD, {}, lambda _: None)
    read(cursor, "1", "2026-01-05 07:08:09Z")
    assert cursor.get_saved(ONE) == "2026-01-05T07:08:09"


@pytest.mark.parametrize("stream", [DAILY, CAMPAIGNS])
def test_a_state_comes_after_so_many_rows(
    stream: str, sync: Callable[..., Sync], config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sync(stream, config=config | LONG)
    monkeypatch.setattr(owner_cursor, "ROWS", 1)
    after = sync(stream, config=config | LONG)
    assert count_states(after, stream) > count_states(before, stream) == 2
    assert after.cursors(stream) == before.cursors(stream)


def test_a_state_comes_after_a_minute_of_requests(
    sync: Callable[..., Sync], config: Config, tiktok: Simulator, clock: Any
) -> None:
    def act(request: Request, answer: Answer) -> Response:
        clock.tick(10)
        return answer(request)

    few = count_states(sync(DAILY, config=config | LONG), DAILY)
    tiktok.faults.arm(Fault("slow", act, REPORTS))
    result = sync(DAILY, config=config | LONG)
    assert result.errors == []
    assert count_states(result, DAILY) > few


def list_beginnings(result: Sync) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Each state of a sync, with the rows before it."""
    rows = []
    for message in result.output.records_and_state_messages:
        if message.record:
            rows.append(dict(message.record.data))
        elif message.state:
            yield json.loads(json.dumps(message.state.stream.stream_state.__dict__)), list(rows)


def make_keys(rows: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(row["campaign_id"], row[FIELD]) for row in rows}


def test_whichever_state_was_the_last_of_a_killed_sync_the_next_one_reads_all_the_rest(
    sync: Callable[..., Sync], config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owner_cursor, "ROWS", 1)
    without_lookback = config | LONG | {"attribution_window": 0}
    whole = sync(DAILY, config=without_lookback)
    beginnings = list(list_beginnings(whole))
    assert len(beginnings) > 4
    for state, rows in beginnings[:: len(beginnings) // 4]:
        rest = sync(DAILY, config=without_lookback, state={DAILY: state})
        assert make_keys(rows) | make_keys(rest.rows(DAILY)) == make_keys(whole.rows(DAILY))


def test_no_stream_loses_its_saved_cursors(config: Config) -> None:
    """The streams whose retriever is ours have them from the migration, those made as tasks from the CDK."""
    large = [
        {
            "name": "as_task",
            "level": "ad",
            "metrics": ["spend"],
            "large": True,
            "filters": {"status": "STATUS_NOT_DELETE"},
        }
    ]
    made = config | {"custom_reports": large, "include_leads": True}
    owner = {"advertiser_id": "1", "bc_id": "1", "business_id": "1"}
    source, saved = SourceTiktokMarketing(None, made, None), StateBuilder()
    fields = [*FIELDS, *(row["cursor"] for row in source.list_rows() if "cursor" in row)]
    state = {"states": [{"partition": owner, "cursor": dict.fromkeys(fields, "2026-01-20")}]}
    for name in source.list_offered(source.normal_config):
        saved = saved.with_stream_state(name, state)
    streams = SourceTiktokMarketing(None, made, saved.build()).streams(made)
    kept = {stream.name: stream.cursor.state["states"] for stream in streams if stream.cursor_field}
    assert len(kept) > 60
    values = {name: [next(iter(each["cursor"].values()))[:10] for each in states] for name, states in kept.items()}
    assert [name for name, found in values.items() if found != ["2026-01-20"]] == []


def test_a_partition_is_found_by_itself() -> None:
    window = StreamSlice(partition={"advertiser_id": "1"}, cursor_slice={})
    stream: Any = None
    one, same = (OwnerPartition(stream, window, lambda *_: []) for _ in range(2))
    assert len({one, same, one}) == 2


def test_an_owner_moves_when_its_window_was_read_to_the_end() -> None:
    cursor = OwnerCursor(CAMPAIGNS, FIELD, {ONE: "2026-01-05"}, lambda _: None)
    for account in ("1", "2"):
        cursor.observe(take(account, "2026-01-07"))
    assert cursor.state["states"] == [{"partition": {"advertiser_id": "1"}, "cursor": {FIELD: "2026-01-05"}}]
    close(cursor, "1")
    assert cursor.state["states"] == [{"partition": {"advertiser_id": "1"}, "cursor": {FIELD: "2026-01-07"}}]


def test_a_list_that_breaks_off_leaves_its_account_where_it_was(sync: Callable[..., Sync], tiktok: Simulator) -> None:
    """TikTok sorts a list by no time: what changed last may be on the first page, and what is not read behind it."""
    fault = tiktok.faults.outage(times=None, path=LIST, code=40001, advertiser_id=TOKYO)
    fault.when = lambda request: request.query.get("page") == "2"
    tiktok.faults.small_pages(2, LIST)
    result = sync(CAMPAIGNS)
    assert fault.hits
    assert TOKYO in result.errors[0]
    assert TOKYO not in result.cursors(CAMPAIGNS)
    assert {LOS_ANGELES, BERLIN} <= result.cursors(CAMPAIGNS).keys()
