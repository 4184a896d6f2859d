"""The leads of a world: how many there are, the forms that moved to a library, and the exports."""

from __future__ import annotations

from dataclasses import dataclass, field

from tiktok_simulator.world.tasks import Tasks

REGIONS = {"": 2, "us": 1, "eu": 1}
"""Region → how many leads a form has there. A header of the request names the region."""
ZIPPED_FROM = 10 * 1024 * 1024


@dataclass
class LeadFiles:
    """Exports of leads.

    `moved` are the forms whose leads belong to a library now. `counts` is how many leads a form has in each region.
    Files of `zipped_from` bytes or more are zipped.
    """

    tasks: Tasks = field(default_factory=Tasks)
    moved: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=lambda: dict(REGIONS))
    zipped_from: int = ZIPPED_FROM
