"""The rows of a report about generated delivery: one for each entity, time bucket and cell of a breakdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from tiktok_simulator.endpoints.promote import ORIGINS
from tiktok_simulator.endpoints.reports.buckets import BUCKETS, DAY, find_midnight
from tiktok_simulator.endpoints.reports.filters import keeps_entity
from tiktok_simulator.endpoints.reports.gains import Place, Span, count, is_delivered
from tiktok_simulator.endpoints.reports.materials import OF_MATERIALS, SHOWN_IN, keep_reported, list_materials
from tiktok_simulator.endpoints.reports.measures import Measures
from tiktok_simulator.endpoints.reports.own_values import name_values
from tiktok_simulator.endpoints.reports.query import ReportQuery
from tiktok_simulator.endpoints.reports.rows import ReportRow, Rows
from tiktok_simulator.world.cells import list_cells
from tiktok_simulator.world.delivery import Flight
from tiktok_simulator.world.model import Account, Entity
from tiktok_simulator.world.world import World

LEVEL_KINDS = {"AUCTION_CAMPAIGN": "campaign", "AUCTION_ADGROUP": "adgroup", "AUCTION_AD": "ad"}
CUT = {"BASIC", "AUDIENCE"}

Period = tuple[datetime | None, datetime | None, dict[str, str]]
"""Begin and end, either of which may be None for no bound, and the value of the time dimension."""


@dataclass(frozen=True)
class Slice:
    """What one row is about: some ads over some hours, in one cell of a breakdown or in all."""

    account: Account
    entity: Entity | None
    dimensions: dict[str, str]
    spans: Sequence[Span]
    cell: int | None = None


@dataclass(frozen=True)
class Group:
    """The ads of one row, or of one row a day."""

    account: Account
    entity: Entity | None
    dimensions: dict[str, str]
    flights: Sequence[Flight]


class GeneratedReport:
    """Makes the slices of a query, and writes each as a row."""

    def __init__(self, world: World, query: ReportQuery) -> None:
        self.world = world
        self.query = query
        self.breakdown = query.list_by_role("breakdown", "audience")
        self.measures = Measures(world, query)
        self.throttled = False

    def make_slices(self) -> list[Slice]:
        """The slices of all rows. Those of several ad accounts with the same dimensions are one."""
        found: dict[tuple[str, ...], Slice] = {}
        for advertiser_id in self.query.advertiser_ids:
            for item in self._slice_account(self.world.accounts[advertiser_id]):
                values = tuple(item.dimensions.values())
                if values in found:
                    item = replace(item, spans=[*found[values].spans, *item.spans])  # noqa: PLW2901
                found[values] = item
        return [each for item in found.values() for each in self._keep_existing(item)]

    def write_row(self, item: Slice) -> ReportRow:
        """Writes a slice as a row."""
        dimensions = {name: item.dimensions[name] for name in self.query.dimensions}
        if "interest_category" in dimensions:
            dimensions["interest_category_v2"] = dimensions["interest_category"]
        return ReportRow(dimensions, self.measures.write(item.account, item.entity, self.count(item)))

    def count(self, item: Slice) -> Sequence[int]:
        """The counts of a slice that the metrics of the query need. Reach is the last one."""
        measures = self.measures
        return count(tuple(item.spans), self._find_place(item), measures.counts, with_reach=measures.needs_reach)

    def _slice_account(self, account: Account) -> Iterator[Slice]:
        shift = self._find_shift(account)
        limit = account.get_local_time(self.query.now).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        for group in self._divide_by_material(account):
            for start, end, timed in self._list_periods(group.flights):
                begin = None if start is None else start + shift
                finish = limit if end is None else min(end + shift, limit)
                if begin is None or begin < finish or not timed:
                    yield Slice(
                        account, group.entity, group.dimensions | timed, _make_spans(group.flights, begin, finish)
                    )

    def _find_shift(self, account: Account) -> timedelta:
        """The time between the clock of the query's dates and that of the ad account."""
        if not self.query.utc or self.query.start is None:
            return timedelta()
        moment = datetime.combine(self.query.start, time(), UTC)
        return account.get_local_time(moment) - moment.replace(tzinfo=None)

    def _divide_by_material(self, account: Account) -> Iterator[Group]:
        """The groups, divided by what their ads show if the query has such a dimension."""
        name = self.query.find_by_role("material")
        if name is None:
            yield from self._list_groups(account)
            return
        known = list_materials(self.world, account.advertiser_id)
        for group in self._list_groups(account):
            for value in sorted({known[flight.ad_id][name] for flight in group.flights}):
                flights = [flight for flight in group.flights if known[flight.ad_id][name] == value]
                yield replace(group, dimensions=group.dimensions | {name: value}, flights=flights)

    def _list_groups(self, account: Account) -> Iterator[Group]:
        """The ads of an ad account by the ID dimension of the query. Reports of materials have no empty groups."""
        for group in self._group_by_id(account):
            if group.flights or self.query.report_type not in SHOWN_IN:
                yield group

    def _group_by_id(self, account: Account) -> Iterator[Group]:
        named = {"advertiser_id": account.advertiser_id} if "advertiser_id" in self.query.dimensions else {}
        if self.query.data_level not in LEVEL_KINDS:
            flights = self._keep_origins(account, self._list_flights(account, "advertiser_id", account.advertiser_id))
            whole = self.world.cut_by != "every level" or self.query.report_type not in CUT
            yield Group(account, None, named, flights if whole else self._keep_newest_ads(flights))
            return
        field = next((name for name in self.query.list_by_role("id") if name not in named), None)
        members = self._find_members(account, field or f"{LEVEL_KINDS[self.query.data_level]}_id")
        if field is None:
            yield Group(account, None, named, [item for _, flights in members.values() for item in flights])
            return
        for value, (entity, flights) in members.items():
            yield Group(account, entity, {**named, field: value}, flights)

    def _list_flights(self, account: Account, field: str, value: str) -> Sequence[Flight]:
        now = account.get_local_time(self.query.now)
        found = [flight.freeze_at(now) for flight in self.world.list_flights(account.advertiser_id, field, value)]
        return keep_reported(self.world, self.query, account.advertiser_id, found)

    def _keep_origins(self, account: Account, flights: Sequence[Flight]) -> Sequence[Flight]:
        """The flights of a whole ad account that its rows count (`World.promote_in_accounts`)."""
        for wanted in (item.values for item in self.query.filters if item.field == ORIGINS):
            origins = {ad.id: ad.origin for ad in self.world.list_entities("ad", account.advertiser_id)}
            return [flight for flight in flights if origins[flight.ad_id] in wanted]
        return flights

    def _find_members(self, account: Account, field: str) -> Mapping[str, tuple[Entity, Sequence[Flight]]]:
        """The values of an id field at the level of the query, newest first, with an entity and the flights of each.

        Filters come first: the newest ids are the newest of those that pass.
        """
        filters = [item for item in self.query.filters if not item.is_about_rows and item.field not in OF_MATERIALS]
        entities = self.world.list_entities(LEVEL_KINDS[self.query.data_level], account.advertiser_id)
        found = {
            item.row[field]: item for item in entities if all(keeps_entity(self.world, item, test) for test in filters)
        }
        ids = self._keep_newest(list(found)) if self.world.cut_by == "ids" else found
        members = {value: (found[value], self._list_flights(account, field, value)) for value in ids}
        if self.world.cut_by == "ids" or self.query.report_type not in CUT:
            return members
        newest = set(map(id, self._keep_newest_ads([each for _, flights in members.values() for each in flights])))
        left = {value: [each for each in flights if id(each) in newest] for value, (_, flights) in members.items()}
        return {value: (found[value], flights) for value, flights in left.items() if flights or not self.throttled}

    def _keep_newest_ads(self, flights: Sequence[Flight]) -> Sequence[Flight]:
        """The flights of the newest ads, newest first."""
        return self._keep_newest(sorted(flights, key=lambda flight: int(flight.ad_id), reverse=True))

    def _keep_newest(self, found: Sequence[Any]) -> Sequence[Any]:
        """The newest ones, as many as a synchronous report covers. `found` is sorted, newest first."""
        cut = len(found) > self.world.newest_ids and not self.query.uncut
        self.throttled = self.throttled or cut
        return found[: self.world.newest_ids] if cut else found

    def _list_periods(self, flights: Sequence[Flight]) -> Iterator[Period]:
        """The time buckets in which these flights can have rows. Without a time dimension it is the whole period."""
        start, end, bucket = self.query.start, self.query.end, self.query.find_by_role("time")
        if bucket is None:
            yield None if start is None else find_midnight(start), None if end is None else find_midnight(end + DAY), {}
            return
        if not flights:
            return
        first = min(flight.first_day for flight in flights) - DAY
        moment = find_midnight(max(start or first, first))
        finish = find_midnight(min(end or date.max - DAY, self.query.now.date() + 2 * DAY) + DAY)
        while moment < finish:
            begun, after = BUCKETS[bucket](moment)
            yield max(moment, begun), min(after, finish), {bucket: begun.strftime("%Y-%m-%d %H:00:00")}
            moment = after

    def _keep_existing(self, item: Slice) -> Iterator[Slice]:
        """The slice or its cells, if they have delivery. By an ID dimension alone, all have a row."""
        bare = bool(item.dimensions) and not self.query.list_by_role("time") and not self.breakdown
        if not bare and not self._is_delivered(item):
            return
        if not self.breakdown:
            yield item
            return
        for number, cell in enumerate(list_cells(self.breakdown, 0)):
            own = name_values(self.world, item.account, item.entity, self.breakdown, cell.values)
            within = replace(item, dimensions=item.dimensions | own, cell=number)
            if self._is_delivered(within):
                yield within

    def _is_delivered(self, item: Slice) -> bool:
        return is_delivered(tuple(item.spans), self._find_place(item), self.query.report_type)

    def _find_place(self, item: Slice) -> Place | None:
        return None if item.cell is None else (self.breakdown, item.cell)


def _make_spans(flights: Iterable[Flight], start: datetime | None, end: datetime) -> list[Span]:
    spans = []
    for flight in flights:
        last = flight.count_hours(end)
        first = 0 if start is None else max(flight.count_hours(start), 0)
        if last > first:
            spans.append((flight, first, last))
    return spans


def generate_report(world: World, query: ReportQuery) -> Rows:
    """The rows of a query about generated delivery."""
    report = GeneratedReport(world, query)
    slices = report.make_slices()

    def write_totals() -> dict[str, Any]:
        account = world.accounts[query.advertiser_ids[0]]
        together = Slice(account, None, {}, [span for item in slices for span in item.spans])
        return report.measures.write_totals(report.count(together))

    return Rows(slices, report.write_row, write_totals, throttled=report.throttled)
