"""What the world knows about leads: the forms that moved to a business centre, and the exports under way."""

from __future__ import annotations

from dataclasses import dataclass, field

from tiktok_simulator.world.tasks import Tasks

REGIONS = {"": 2, "us": 1, "eu": 1}
"""How many leads a form has by the region that a request's header names."""
ZIPPED_FROM = 10 * 1024 * 1024


@dataclass
class LeadFiles:
    """Exports of leads.

    `moved` are the forms whose leads belong to a library now; `counts` how many leads a form has, by region; files
    of `zipped_from` bytes or more are zipped.
    """

    tasks: Tasks = field(default_factory=Tasks)
    moved: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=lambda: dict(REGIONS))
    zipped_from: int = ZIPPED_FROM
