"""What each row repeats of its ad account: in which currency its money is, and in which time zone its days are."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import Any, TypeVar

from airbyte_cdk import AirbyteTracedException
from typing_extensions import override

from source_tiktok_marketing.schema.columns import read_entity_columns
from source_tiktok_marketing.sync import PREPARED, Shared
from source_tiktok_marketing.text import join_some

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")

ACCOUNT_COLUMNS = ("currency", "display_timezone")
BOTH = " and ".join(ACCOUNT_COLUMNS)
NAMED = 20
Found = TypeVar("Found")
# Products have the currency of their prices, which TikTok says.
PRICED = frozenset({"tiktok_shop_products", "showcase_products"})


def is_of_account(owner: str, key: Iterable[str]) -> bool:
    """Whether each row of a report belongs to one ad account: to the one asked about, or to the one in its key."""
    return owner == "advertiser_id" or "advertiser_id" in key


class AccountColumns(Shared):
    """The account columns of each ad account, by advertiser/info/, which is asked once a sync for all that need it.

    What TikTok says in a row counts; a column it leaves out or has empty is filled. If the details can't be
    read, the columns are null, and one warning says why. Columns that the catalog does not select are not looked up.

    A report on a business centre has rows of ad accounts that this worker does not read, that the user left out, or
    that the token does not reach. The details of all that it reaches are asked for; a warning names the others.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.look_up: Callable[[str], Mapping[str, Any]] = lambda _: {}
        self.look_up_all: Callable[[], object] = dict
        prepared = config.get(PREPARED, {})
        self._selected: Mapping[str, list[str]] = prepared.get("columns", {})
        self._is_sample = bool(prepared.get("sample"))
        self._known: dict[str, Mapping[str, str]] = {}
        self._failed, self._is_of_all, self._unreached = False, False, set[str]()

    def select_for_report(self, stream: str, owner: str, key: Iterable[str]) -> tuple[str, ...]:
        """The account columns of a report."""
        return self._select(stream, ACCOUNT_COLUMNS if is_of_account(owner, key) else ())

    def select_for_entities(self, stream: str) -> tuple[str, ...]:
        """The account columns of a list."""
        columns = {} if stream in PRICED else read_entity_columns().get(stream, {})
        return self._select(stream, [name for name in ACCOUNT_COLUMNS if name in columns])

    def fill(self, record: MutableMapping[str, Any], names: Iterable[str]) -> None:
        """Adds those of these columns that a record lacks, by the ad account in it."""
        found = self.get_values(str(record.get("advertiser_id", ""))) if names else {}
        for name in names:
            if not record.get(name):
                record.pop(name, None)
                record.update({name: found[name]} if name in found else {})

    def get_values(self, advertiser_id: str) -> Mapping[str, str]:
        """The account columns of one ad account; empty where nothing is known of it."""
        if advertiser_id not in self._known:
            row = self._ask(lambda: self.look_up(advertiser_id)) or {}
            if advertiser_id and self._is_of_all and not row and not self._failed:
                self._unreached.add(advertiser_id)
            self._known[advertiser_id] = {name: row[name] for name in ACCOUNT_COLUMNS if row.get(name)}
        return self._known[advertiser_id]

    def prepare(self, advertiser_id: str) -> None:
        """Looks up the values of an ad account, or of all if none is named, before a page is decoded."""
        if advertiser_id:
            self.get_values(advertiser_id)
        elif not self._is_of_all and not self._is_sample:
            self._ask(self.look_up_all)
            self._is_of_all = True
            self._known.clear()

    @override
    def close(self) -> None:
        """Logs a warning that names the ad accounts of which nothing is known."""
        if self._unreached:
            LOGGER.warning(
                f"The columns {BOTH} are null in the rows of these ad accounts, which the token does not reach as far "
                f"as this sync knows: {join_some(sorted(self._unreached), NAMED)}. Authorise them for the app in "
                "TikTok for Business; if you enter an access token alone, add them to Advertiser IDs (advertiser_ids)."
            )

    def _ask(self, look_up: Callable[[], Found]) -> Found | None:
        try:
            return look_up()
        except AirbyteTracedException as error:
            if not self._failed:
                self._failed = True
                LOGGER.warning(f"The columns {BOTH} of ad accounts are null. {error.message}")
            return None

    def _select(self, stream: str, names: Iterable[str]) -> tuple[str, ...]:
        selected = self._selected.get(stream, names)
        return tuple(name for name in names if name in selected)
