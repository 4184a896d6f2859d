"""The permissions that docs/setup.md asks for, made from the manifest by cog."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from docs import SOURCE

REPORTS = "report/integrated/get/"
# What TikTok's page about permission scopes says of the endpoints whose rows in the manifest name none.
PERMISSIONS: Mapping[str, str] = {
    "oauth2/advertiser/get/": "Read Ad Account Information (100)",
    "advertiser/info/": "Read Ad Account Information (100)",
    "campaign/get/": "Read Campaigns (200)",
    "adgroup/get/": "Read Ad Groups (210)",
    "ad/get/": "Read Ads (220)",
    REPORTS: "Consolidated Report (44)",
    "dmp/custom_audience/list/": "Read Custom Audiences (30)",
    "file/image/ad/search/": "Read Image Library (600)",
    "file/video/ad/search/": "Read Video Library (610)",
    "file/music/get/": "Read music library (630)",
    "creative/portfolio/list/": "CTA Recommendation (6110100)",
}


def write_permissions_of_all() -> str:
    """The permissions of the streams that are offered to everybody, and what each is for."""
    streams: dict[str, list[str]] = {}
    for row in SOURCE.list_rows():
        if "group" not in row:
            for permission in list_permissions(row):
                streams.setdefault(permission, []).append(str(row["name"]))
    head = ["| Permission | Streams |", "|---|---|"]
    return "\n".join(head + [f"| {name} | {_shorten(of)} |" for name, of in streams.items()])


def write_permissions_of_groups() -> str:
    """The permissions of the streams in groups, by group."""
    groups: dict[str, set[str]] = {}
    for row in SOURCE.list_rows():
        if "group" in row:
            groups.setdefault(row["group"], set()).update(list_permissions(row))
    head = ["| Stream group | Permissions |", "|---|---|"]
    return "\n".join(head + [f"| `{group}` | {', '.join(sorted(groups[group]))} |" for group in sorted(groups)])


def list_permissions(row: Mapping[str, Any]) -> list[str]:
    """The permissions a stream needs."""
    endpoint = row.get("endpoint") or row.get("$parameters", {}).get("endpoint") or REPORTS
    if "scope" not in row and endpoint not in PERMISSIONS:
        raise SystemExit(f"Say in scripts/setup_guide.py which permission {endpoint} needs.")
    # "Ads Management (2) and Onsite Commerce Store (19000000)" are two; "Terms and Agreements (120)" is one.
    return re.split(r"(?<=\)) and ", row.get("scope") or PERMISSIONS[endpoint])


def _shorten(streams: list[str]) -> str:
    reports = [name for name in streams if "_reports_" in name]
    named = [f"`{name}`" for name in streams if name not in reports]
    return ", ".join([*named, f"the {len(reports)} ready-made reports, and your own"] if reports else named)
