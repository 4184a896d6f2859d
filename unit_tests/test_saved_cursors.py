"""What is gone on from in a saved state, entry by entry, and what is told of the rest; without a sync."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models.airbyte_protocol import AirbyteStateMessage
from airbyte_cdk.models.airbyte_protocol_serializers import AirbyteStateMessageSerializer

from source_tiktok_marketing.incremental.state_forms import NOT_A_STATE, group_by_stream, read_states
from source_tiktok_marketing.incremental.state_migration import AdvertiserStateMigration

Json = dict[str, Any]
DAY, MOMENT = "stat_time_day", "modify_time"
START = "read from the start again"


def migrate(state: Any, cursor: str = DAY, **settings: Any) -> Any:
    return AdvertiserStateMigration(cursor=cursor, stream="reports", parameters={}, **settings).migrate(state)


def of(account: Any, value: Any, cursor: str = DAY) -> Json:
    return {"partition": {"advertiser_id": account}, "cursor": {cursor: value}}


def gone_on(*entries: Json) -> Json:
    return {"use_global_cursor": False, "states": list(entries)}


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("2026-01-05", "2026-01-05"),
        (" 2026-01-05 ", "2026-01-05"),
        ("2026-01-05 23:59:59", "2026-01-05"),
        ("2026-01-05T23:59:59", "2026-01-05"),
        ("2026-01-05 01:00:00 UTC", "2026-01-05"),
        ("2026-01-05T01:00:00+02:00", "2026-01-04"),
        ("2026-01-05T23:00:00-02:00", "2026-01-05"),
        ("1970-01-01", "1970-01-01"),
        ("2026-02-15", "2026-02-15"),  # it is the 15th on the clocks that are first
        ("9000-01-01", "9000-01-01"),
        ("9999-12-31", "9000-01-01"),
        ("2027-02-17", "2027-02-17"),
    ],
)
def test_a_day_is_gone_on_from(written: str, understood: str) -> None:
    assert migrate({"states": [of("1", written)]}) == gone_on(of("1", understood))


@pytest.mark.parametrize("written", ["1969-12-31", "", "5", 5, None, "05.01.2026", "2026-13-01", "2026-01-05Z9",
                                     "2026-01-05T25:00", ["2026-01-05"], "٢٠٢٦-01-05"])  # fmt: skip
def test_what_is_no_day_is_told_and_read_anew(written: Any, caplog: pytest.LogCaptureFixture) -> None:
    assert migrate({"states": [of("1", written), of("2", "2026-01-05")]}) == gone_on(of("2", "2026-01-05"))
    assert caplog.messages == [f"reports: The saved cursor of the ad accounts 1 is no day or moment: they are {START}."]


@pytest.mark.parametrize("written", ["2026-02-16", "2026-12-31", "2027-02-16"])
def test_a_day_that_lies_ahead_by_less_than_a_clock_may_be_wrong_is_read_anew(
    written: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert migrate({"states": [of("1", written)]}) == gone_on()
    assert caplog.messages == [f"reports: The saved cursor of the ad accounts 1 lies in the future: they are {START}."]


def test_a_day_in_the_far_future_was_meant_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    assert migrate({"states": [of("1", "2099-01-01")]}) == gone_on(of("1", "2099-01-01"))
    assert caplog.messages == [
        "reports: The saved cursor of the ad accounts 1 lies in the far future: nothing of them is read until then. "
        "Reset the stream to read them now."
    ]


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("2026-01-05", "2026-01-05T00:00:00"),
        ("2026-01-05 07:08:09.123456", "2026-01-05T07:08:09"),
        ("2026-01-05T07:08:09Z", "2026-01-05T07:08:09"),
        ("2026-01-05T07:08:09.5+02:00", "2026-01-05T05:08:09"),
        ("2026-01-05T07:08:09-02:00", "2026-01-05T07:08:09"),
    ],
)
def test_a_moment_is_gone_on_from_to_the_second_and_never_later_than_written(written: str, understood: str) -> None:
    assert migrate({"states": [of("1", written, MOMENT)]}, MOMENT) == gone_on(of("1", understood, MOMENT))


def test_of_several_cursors_of_an_account_the_earliest_counts_where_all_are_days() -> None:
    states = [of("1", "2026-01-07"), of("2", "2026-01-09"), of("1", "2026-01-05"), of("1", "2026-01-06")]
    assert migrate({"states": states}) == gone_on(of("1", "2026-01-05"), of("2", "2026-01-09"))
    assert migrate({"states": [*states, of("1", "soon")]}) == gone_on(of("2", "2026-01-09"))


@pytest.mark.parametrize(
    ("partition", "account"),
    [
        ({"advertiser_id": 7}, "7"),
        ({"parent_slice": {"advertiser_id": "7"}}, "7"),
        ({"advertiser_id": None, "parent_slice": {"parent_slice": {"advertiser_id": "7"}}}, "7"),
        ({"advertiser_id": "7", "parent_slice": {"advertiser_id": "8"}}, "7"),
        ({"advertiser_id": True}, None),
        ({"campaign_id": "7"}, None),
        ("7", None),
        (None, None),
    ],
)
def test_an_account_is_found_in_its_partition_or_a_parents(
    partition: Any, account: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    entry = {"partition": partition, "cursor": {DAY: "2026-01-05"}}
    assert migrate({"states": [entry]}) == gone_on(*([of(account, "2026-01-05")] if account else []))
    told = [] if account else [
        f"reports: 1 parts of the saved state name none of the ad accounts, which are {START}."
    ]  # fmt: skip
    assert caplog.messages == told


def test_all_that_is_amiss_is_told_at_once(caplog: pytest.LogCaptureFixture) -> None:
    states = ["?", None, *(of(str(number), "soon") for number in range(6)), {"partition": {"advertiser_id": "9"}},
              of("7", "2026-03-01"), of("8", "2099-01-01")]  # fmt: skip
    assert migrate({"states": states}) == gone_on(of("8", "2099-01-01"))
    (told,) = caplog.messages
    assert told == (
        f"reports: 2 parts of the saved state name none of the ad accounts, which are {START}. The saved cursor of the "
        f"ad accounts 0, 1, 2, 3, 4 and 2 more is no day or moment: they are {START}. The saved cursor of the ad "
        f"accounts 7 lies in the future: they are {START}. The saved cursor of the ad accounts 8 lies in the far "
        "future: nothing of them is read until then. Reset the stream to read them now."
    )


@pytest.mark.parametrize(
    ("state", "migrated", "told"),
    [
        ({DAY: "2026-01-05 10:00:00"}, {DAY: "2026-01-05"}, ""),
        ({DAY: "soon"}, {}, f"The saved cursor of the ad accounts all is no day or moment: they are {START}."),
        ({"__ab_no_cursor_state_message": True}, {}, ""),
        ({"__ab_full_refresh_sync_complete": True}, {}, ""),
        ({"state": {DAY: "2026-01-05"}}, {},
         f"The saved state has one cursor for all and does not say for which: the stream is {START}."),
        ({"use_global_cursor": True}, {},
         f"The saved state has one cursor for all and does not say for which: the stream is {START}."),
        ({"use_global_cursor": False, "lookback": 7}, {},
         f"The saved state is of no form this connector knows (use_global_cursor, lookback): the stream is {START}."),
        ({"states": {"1": "2026-01-05"}}, {},
         f"The saved state is of no form this connector knows (states): the stream is {START}."),
    ],
)  # fmt: skip
def test_a_state_without_accounts_counts_for_all_or_is_told(
    state: Json, migrated: Json, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    assert migrate(state) == migrated
    assert caplog.messages == ([f"reports: {told}"] if told else [])


def test_a_business_centre_is_found_by_its_id() -> None:
    entry = {"partition": {"bc_id": "5"}, "cursor": {DAY: "2026-01-05"}}
    assert migrate({"states": [entry]}, business_center_id="5") == gone_on(entry)
    assert migrate({"states": [entry]}, of="business_center") == gone_on(entry)
    assert migrate({"states": [entry]}) == gone_on()


@pytest.mark.parametrize(("state", "is_due"), [({}, False), ({DAY: ""}, True)])
def test_only_an_empty_state_needs_no_look(state: Json, is_due: bool) -> None:
    migration = AdvertiserStateMigration(cursor=DAY, stream="reports", parameters={})
    assert migration.should_migrate(state) is is_due


CAMEL = {"streamDescriptor": {"name": "ads"}, "streamState": {"a": 1}}
SNAKE = {"stream_descriptor": {"name": "ads"}, "stream_state": {"a": 1}}


def named(messages: list[AirbyteStateMessage]) -> Json:
    return {message.stream.stream_descriptor.name: vars(message.stream.stream_state)
            for message in messages if message.stream and message.stream.stream_state}  # fmt: skip


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (None, {}),
        ([], {}),
        ({}, {}),
        (SNAKE, {"ads": {"a": 1}}),
        ([CAMEL, {**SNAKE, "stream_state": {"a": 2}}], {"ads": {"a": 2}}),
        ({"stream": SNAKE}, {"ads": {"a": 1}}),
        ({"stream": {"a": 1}, "data": {"a": 2}}, {"stream": {"a": 1}, "data": {"a": 2}}),  # two streams of such names
        ({"type": "LEGACY", "data": {"ads": {"a": 1}}}, {"ads": {"a": 1}}),
        ({"stateType": "global", "globalState": {"streamStates": [CAMEL]}}, {"ads": {"a": 1}}),
        ({"type": "LOG", "log": {"message": "x"}}, {}),
        ({"stateType": "stream", "streamState": [CAMEL]}, {"ads": {"a": 1}}),
        ({"stream_descriptor": {"name": 7}, "stream_state": {}}, {}),
        ({"ads": None, "campaigns": "?"}, {"ads": {}, "campaigns": {"no object": True}}),
        ({"type": "STREAM", "stream": "?"}, {}),
    ],
)
def test_every_form_of_a_file_names_its_streams(written: Any, found: Json, tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.write_text(json.dumps(written))
    assert named(read_states(str(file))) == found


@pytest.mark.parametrize("written", ["text", 5, [[5]]])
def test_what_is_no_state_is_refused(written: Any, tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.write_text(json.dumps(written))
    with pytest.raises(ValueError, match=NOT_A_STATE):
        read_states(str(file))


def test_states_given_in_process_are_grouped_by_stream() -> None:
    messages = [AirbyteStateMessageSerializer.load(each) for each in (
        {"type": "STREAM", "stream": {**SNAKE, "stream_state": {"a": 0}}},
        {"type": "GLOBAL", "global": {"stream_states": [SNAKE, {"stream_descriptor": {"name": "empty"}}]}},
        {"type": "LEGACY", "data": {"campaigns": {"b": 2}}},
        {"type": "LEGACY"},
    )]  # fmt: skip
    assert named(group_by_stream(messages)) == {"ads": {"a": 1}, "empty": {}, "campaigns": {"b": 2}}
