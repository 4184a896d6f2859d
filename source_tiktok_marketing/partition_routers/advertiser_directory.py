"""The ad accounts of a sync, looked up once for all streams."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, date, timedelta, tzinfo
from threading import RLock
from typing import Any

from airbyte_cdk import AirbyteTracedException
from airbyte_cdk.sources.declarative.requesters import HttpRequester

from source_tiktok_marketing.config.dates import LONGEST_SPAN, find_day, find_zone, look_up_zone, parse_days
from source_tiktok_marketing.config.normalization import list_chosen_ids
from source_tiktok_marketing.config.shards import is_ours
from source_tiktok_marketing.config.sign_in import OAUTH, is_sandbox
from source_tiktok_marketing.errors import ConfigError
from source_tiktok_marketing.partition_routers.advertiser_details import BATCH, Details
from source_tiktok_marketing.requesters.clock import SyncClock
from source_tiktok_marketing.requesters.responses import read_answer
from source_tiktok_marketing.schema.accounts import AccountColumns
from source_tiktok_marketing.schema.casting import OddValues, cast_entity
from source_tiktok_marketing.sync import Shared, is_sample
from source_tiktok_marketing.text import join_some, make_plain

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")

# How many lookups a check makes. With a report, and the list if there is one, these are four requests.
IN_A_CHECK, IN_A_CHECK_WITH_LIST = 3, 2
NAMED = 20


class AdvertiserDirectory(Shared):
    """The ad accounts of one sync: which the token reaches, which the user chose, and what day it is in each.

    Each lookup is made once per sync, however many streams and threads need it. An error is kept like an answer, so
    that a wrong token takes one request, not one per stream. The CDK's HTTP cache can't be used: it keeps TikTok's
    error bodies, which come with status 200, and answers retries from them.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._config = config
        self._clock, self._odd_values = SyncClock.of(config), OddValues.of(config)
        self._lock = RLock()
        self._known: dict[str, Callable[[], Any]] = {}
        self._todays: dict[str, date] = {}
        self._untold: set[str] = set()
        self.refused_together: list[str] = []
        self.requesters: dict[str, HttpRequester] = {}
        self.sweeps: list[Mapping[str, Any]] = []
        accounts = AccountColumns.of(config)
        accounts.look_up, accounts.look_up_all = self.find_details, self.read_details_of_others

    def list_authorised(self) -> list[Mapping[str, Any]]:
        """`{advertiser_id, advertiser_name}` of every ad account the token reaches, or of those written down.

        Only OAuth credentials carry the app id and secret that TikTok wants for its list.
        """
        rows: list[Mapping[str, Any]] = self._ask_once("authorised", self._ask_for_list)
        return rows

    def list_chosen(self) -> list[str]:
        """The ids this worker reads, in a stable order. Raises a config_error if no worker has any."""
        return [advertiser_id for advertiser_id in self._list_undivided() if is_ours(self._config, advertiser_id)]

    def get_any(self) -> str:
        """One ad account, for lists that are the same for all: the first that answers, among a hundred at most."""
        found: str = self._ask_once("any", self._find_any)
        return found

    def _find_any(self) -> str:
        ids = self._list_undivided()
        if is_sandbox(self._config) or len(ids) == 1:
            return ids[0]
        with suppress(AirbyteTracedException):  # the streams that need the details raise the same error
            rows = (
                self.read_details() if len(self.list_chosen()) in range(1, BATCH) else self._list_answering(ids[:BATCH])
            )
            return next(iter(rows), ids[0])
        return ids[0]

    def _list_answering(self, ids: list[str]) -> list[str]:
        details = Details(self.requesters["details"], self._odd_values, IN_A_CHECK)
        return [row["advertiser_id"] for row in details.read(ids)]

    def _list_undivided(self) -> list[str]:
        excluded = self._config["exclude_advertiser_ids"]
        every = [row["advertiser_id"] for row in self.list_authorised() if row["advertiser_id"] not in excluded]
        if chosen := list_chosen_ids(self._config) or every:
            return list(dict.fromkeys(chosen))
        raise ConfigError(
            message="This token reaches no ad account. Authorise at least one ad account for the app in TikTok for "
            "Business, or take ad accounts out of Excluded Advertiser IDs (exclude_advertiser_ids).",
            internal_message=f"{len(self.list_authorised())} authorised, none chosen",
        )

    def read_details(self) -> Mapping[str, Mapping[str, Any]]:
        """The rows of advertiser/info/ by id: of the chosen ad accounts that answer, in a check of the first ones."""
        rows: Mapping[str, Mapping[str, Any]] = self._ask_once("details", self._ask_for_details)
        return rows

    def find_details(self, advertiser_id: str) -> Mapping[str, Any]:
        """The details of an ad account; for a report on a business centre also of one that this worker does not read.

        `display_timezone` is the zone that its days are taken to be in, or empty if TikTok names none.
        """
        row = self.read_details().get(advertiser_id)
        if not row and "others" in self._known:
            row = self.read_details_of_others().get(advertiser_id)
        zone = look_up_zone(row.get("display_timezone"), row.get("timezone")) if row else None
        return {**row, "display_timezone": zone.key if zone else ""} if row else {}

    def read_details_of_others(self) -> Mapping[str, Mapping[str, Any]]:
        """The rows of advertiser/info/ of the ad accounts that the token reaches and this worker does not read."""
        rows: Mapping[str, Mapping[str, Any]] = self._ask_once("others", self._ask_for_others)
        return rows

    def list_unreachable(self) -> list[str]:
        """The chosen ad accounts that the token has no permission for."""
        if is_sandbox(self._config):
            return []
        known = self.read_details()
        return [each for each in self.list_chosen() if each not in known and each not in self._untold]

    @property
    def are_named(self) -> bool:
        """Whether the user wrote down which ad accounts to read."""
        return bool(list_chosen_ids(self._config))

    def list_promising(self) -> list[str]:
        """The chosen ad accounts that should answer a check; all of them if none should."""
        chosen, doubtful = self.list_chosen(), {*self.list_unreachable(), *self.refused_together}
        return [each for each in chosen if each not in doubtful] or chosen

    def find_days(self, advertiser_id: str, wanted: Mapping[str, Any]) -> dict[str, str]:
        """The days to report on, `first_day` to `last_day`, and `today`, on the ad account's own clock, as ISO dates.

        `wanted` has `start_date`, `end_date` and `week_starts_on` as the configuration writes them.

        `year_before` is the earliest day at which a report without a time dimension may start. If the time zone of an
        ad account is not known (in the sandbox, or without permission), it is taken to be UTC.
        """
        today = self._find_today(advertiser_id)
        week_starts_on = str(wanted["week_starts_on"])
        first, _ = parse_days(wanted["start_date"], today, week_starts_on)
        last = min(parse_days(wanted["end_date"], today, week_starts_on)[1], today)
        return {
            "first_day": first.isoformat(),
            "last_day": last.isoformat(),
            "today": today.isoformat(),
            "year_before": max(first, last - LONGEST_SPAN).isoformat(),
        }

    def find_first_possible_day(self, advertiser_id: str) -> str:
        """The day before the ad account was created, in its time zone, as an ISO date. It has no rows of earlier days.

        Empty if TikTok does not say when that was, or names a day that has not come, or if every window is to be read.
        """
        if self._config.get("read_every_window"):
            return ""
        created = self.read_details().get(advertiser_id, {}).get("create_time")
        day = find_day(created, self._find_zone(advertiser_id)) if isinstance(created, int) else None
        known = day is not None and date.min < day <= self._find_today(advertiser_id)
        return (day - timedelta(days=1)).isoformat() if day and known else ""

    def _find_today(self, advertiser_id: str) -> date:
        if advertiser_id not in self._todays:  # midnight may pass during a sync: all streams keep the same day
            # The zone is looked up first, as its answer says what time it is.
            zone = self._find_zone(advertiser_id) if advertiser_id else UTC
            self._todays[advertiser_id] = self._clock.find_today(zone)
        return self._todays[advertiser_id]

    @property
    def _auth_type(self) -> str:
        return str(self._config["credentials"]["auth_type"])

    def _find_zone(self, advertiser_id: str) -> tzinfo:
        row = self.read_details().get(advertiser_id, {})
        return find_zone(row.get("display_timezone"), row.get("timezone"))

    def _ask_for_list(self) -> list[Mapping[str, Any]]:
        if self._auth_type != OAUTH:
            named = dict.fromkeys(list_chosen_ids(self._config))
            return [{"advertiser_id": advertiser_id} for advertiser_id in named]
        response = self.requesters["authorised"].send_request()
        rows = read_answer(response).data.get("list") or () if response is not None else ()
        typed = (cast_entity("advertiser_ids", row, self._odd_values) for row in rows)
        return list({row["advertiser_id"]: row for row in typed}.values())

    def _ask_for_details(self) -> dict[str, Mapping[str, Any]]:
        if is_sandbox(self._config):
            return {}
        reached = {row["advertiser_id"] for row in self.list_authorised()}
        wanted = [advertiser_id for advertiser_id in self.list_chosen() if advertiser_id in reached]
        lookups = IN_A_CHECK_WITH_LIST if self._auth_type == OAUTH else IN_A_CHECK
        details = Details(self.requesters["details"], self._odd_values, lookups if is_sample(self._config) else None)
        found = {row["advertiser_id"]: row for row in details.read(wanted)}
        self._untold, self.refused_together = details.untold, details.suspected
        _tell_unknown_zones(found)
        return found

    def _ask_for_others(self) -> dict[str, Mapping[str, Any]]:
        if is_sandbox(self._config):
            return {}
        ours = set(self.list_chosen())
        others = [row["advertiser_id"] for row in self.list_authorised() if row["advertiser_id"] not in ours]
        return {row["advertiser_id"]: row for row in Details(self.requesters["details"], self._odd_values).read(others)}

    def _ask_once(self, question: str, ask: Callable[[], Any]) -> Any:
        with self._lock:
            if question not in self._known:
                self._known[question] = _keep_outcome(ask)
        return self._known[question]()


def _tell_unknown_zones(rows: Mapping[str, Mapping[str, Any]]) -> None:
    """Warns of ad accounts whose days can't be known."""
    zones = {each: [row.get("display_timezone"), row.get("timezone")] for each, row in rows.items()}
    if unknown := {each: names for each, names in zones.items() if not look_up_zone(*names)}:
        said = {each: " and ".join(filter(None, names)) or "none" for each, names in unknown.items()}
        words = [f"{each} ({make_plain(names, 60)})" for each, names in said.items()]
        LOGGER.warning(
            f"TikTok names no known time zone for these ad accounts: {join_some(words, NAMED)}. Their days are taken "
            "to be those of UTC, and display_timezone is null in their rows. Set the time zone in TikTok Ads Manager."
        )


def _keep_outcome(ask: Callable[[], Any]) -> Callable[[], Any]:
    """A function that returns or raises, any number of times, what `ask` returned or raised."""
    try:
        answer = ask()
    except AirbyteTracedException as error:
        refusal = error

        def again() -> Any:
            raise refusal

        return again
    return lambda: answer
