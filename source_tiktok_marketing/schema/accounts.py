"""What each row repeats of its ad account: in which currency its money is, and in which time zone its days are."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import Any

from airbyte_cdk import AirbyteTracedException

from source_tiktok_marketing.schema.columns import read_entity_columns
from source_tiktok_marketing.sync import PREPARED, Shared

LOGGER = logging.getLogger("airbyte.source_tiktok_marketing")

ACCOUNT_COLUMNS = ("currency", "display_timezone")
# Products have the currency of their prices, which TikTok says.
PRICED = frozenset({"tiktok_shop_products", "showcase_products"})


def is_of_account(owner: str, key: Iterable[str]) -> bool:
    """Whether each row of a report belongs to one ad account: it was asked about, or is in the key."""
    return owner == "advertiser_id" or "advertiser_id" in key


class AccountColumns(Shared):
    """The account columns of each ad account, by advertiser/info/, which is asked once a sync for all that need it.

    What TikTok says in a row counts; a column it leaves out or has empty is filled. Where the details can't be had,
    the columns are null, and one warning says why. Columns that the catalog does not select are not looked up.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.details: Callable[[], Mapping[str, Mapping[str, Any]]] = dict
        self._selected: Mapping[str, list[str]] = config.get(PREPARED, {}).get("columns", {})
        self._known: dict[str, Mapping[str, str]] = {}
        self._failed = False

    def of_report(self, stream: str, owner: str, key: Iterable[str]) -> tuple[str, ...]:
        """The account columns of a report."""
        return self._select(stream, ACCOUNT_COLUMNS if is_of_account(owner, key) else ())

    def of_entities(self, stream: str) -> tuple[str, ...]:
        """The account columns of a list."""
        columns = {} if stream in PRICED else read_entity_columns().get(stream, {})
        return self._select(stream, [name for name in ACCOUNT_COLUMNS if name in columns])

    def fill(self, record: MutableMapping[str, Any], names: Iterable[str]) -> None:
        """Puts what is missing of these columns on a record that carries its ad account."""
        found = self.of_account(str(record.get("advertiser_id", ""))) if names else {}
        for name in names:
            if not record.get(name):
                record.pop(name, None)
                record.update({name: found[name]} if name in found else {})

    def of_account(self, advertiser_id: str) -> Mapping[str, str]:
        """The account columns of one ad account; empty where nothing is known of it."""
        if advertiser_id not in self._known:
            row = self._look_up().get(advertiser_id, {})
            self._known[advertiser_id] = {name: row[name] for name in ACCOUNT_COLUMNS if row.get(name)}
        return self._known[advertiser_id]

    def _look_up(self) -> Mapping[str, Mapping[str, Any]]:
        try:
            return self.details()
        except AirbyteTracedException as error:
            if not self._failed:
                self._failed = True
                LOGGER.warning(f"The columns {' and '.join(ACCOUNT_COLUMNS)} of ad accounts are null. {error.message}")
            return {}

    def _select(self, stream: str, names: Iterable[str]) -> tuple[str, ...]:
        selected = self._selected.get(stream, names)
        return tuple(name for name in names if name in selected)
