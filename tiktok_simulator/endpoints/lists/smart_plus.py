"""smart_plus/material_report/: the delivery of the creatives of Smart+ ads, in all (overview) or by day (breakdown).

Reports by hour, week and month are not simulated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tiktok_simulator.endpoints.call import Answer, Call
from tiktok_simulator.endpoints.lists.grouped import GroupedRequest, Row, answer_page, read_request
from tiktok_simulator.endpoints.lists.listed import read_lists
from tiktok_simulator.endpoints.lists.tables import make_rows as listed_rows
from tiktok_simulator.protocol.wire import BadRequestError
from tiktok_simulator.world.delivery import mix

ADS = "/smart_plus/ad/get/"
PARENTS = ("advertiser_id", "campaign_id", "adgroup_id", "smart_plus_ad_id")
ENTITIES = ("main_material_id", "ad_text_entity_id", "call_to_action_entity_id", "interactive_add_on_entity_id")
TYPES = {name: name.removesuffix("_id") + "_type" for name in ENTITIES}
# The filters that choose ads. A request has at most one of them.
WHOSE = {"campaign_ids", "adgroup_ids", "smart_plus_ad_ids"}
OF_EACH, SHARED = 2, 3
"""How many creatives of a type an ad has, and how many its ad account has."""


def answer_overview(call: Call) -> Answer:
    """The answer of material_report/overview/: by one parent and one type of creative, all days together.

    Raises:
        ApiError: 40002 for other dimensions, unknown metrics, too many days or filters that exclude each other.
    """
    dimensions = call["dimensions"]
    if sum(name in PARENTS for name in dimensions) != 1 or sum(name in ENTITIES for name in dimensions) != 1:
        raise BadRequestError("dimensions: One ID dimension and one creative dimension are needed.")
    return _answer(call, "overview")


def answer_breakdown(call: Call) -> Answer:
    """The answer of material_report/breakdown/: by types of creatives, and by day if the request says so.

    Raises:
        ApiError: 40002 for other dimensions, unknown metrics, too many days or filters that exclude each other.
    """
    if wrong := [name for name in call["dimensions"] if name not in (*ENTITIES, "stat_time_day")]:
        raise BadRequestError(f"dimensions: {', '.join(wrong)} cannot be combined.")
    return _answer(call, "breakdown")


def _answer(call: Call, report: str) -> Answer:
    filtering = call["filtering"] or {}
    if len(WHOSE & filtering.keys()) > 1:
        raise BadRequestError("filtering: Only one of campaign_ids, adgroup_ids and smart_plus_ad_ids can be given.")
    return answer_page(call, make_report_rows(read_request(call, "smart_plus", [report])))


def make_report_rows(ask: GroupedRequest) -> list[Row]:
    """The rows of one ad account."""
    found = {tuple(subject.items()) for subject in _list_subjects(ask)}
    rows = (row for subject in sorted(found) for row in ask.make_rows(dict(subject)))
    return [row | {"info": _make_info(row["dimensions"])} for row in rows]


def _list_subjects(ask: GroupedRequest) -> Iterator[dict[str, str]]:
    for number, ad in enumerate(listed_rows(ask.world, read_lists()[ADS], {"advertiser_id": ask.advertiser_id}, None)):
        if any(ad[name.removesuffix("s")] not in ask.filtering[name] for name in WHOSE & ask.filtering.keys()):
            continue
        for each in range(OF_EACH):
            ids = {name: _make_entity_id(ask.advertiser_id, name, (number + each) % SHARED) for name in ENTITIES}
            yield {name: (ad | ids)[name] for name in ask.dimensions if name != "stat_time_day"}


def _make_entity_id(advertiser_id: str, name: str, number: int) -> str:
    return str(7_300_000_000_000_000_000 + mix(advertiser_id, name, number) % 10**15)


def _make_info(dimensions: Mapping[str, str]) -> dict[str, str]:
    """The ids of a row again, and the types of its creatives."""
    ids = {name: value for name, value in dimensions.items() if name != "stat_time_day"}
    return ids | {TYPES[name]: f"{TYPES[name]} {mix(value) % 3}" for name, value in ids.items() if name in TYPES}
