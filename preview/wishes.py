"""What the user asks for: REPORT, ROWS, FROM, TO, COLUMNS and TIKTOK_CONFIG of the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .account import PreviewError

RECENTLY = "today-7"


@dataclass(frozen=True)
class Wishes:
    """What is shown, in the words of the user.

    Attributes:
        report: A stream's name; without one, the streams are listed.
        columns: The columns to ask for; none are all of them.
        config_path: The configuration of an account; without one, TikTok is simulated.
    """

    report: str
    rows: int
    first_day: str
    last_day: str
    columns: tuple[str, ...]
    config_path: Path | None

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Wishes:
        """Reads the environment. Raises a PreviewError if ROWS is not a number of rows."""
        wished = {name: value.strip() for name, value in environment.items()}
        path = wished.get("TIKTOK_CONFIG")
        return cls(
            report=wished.get("REPORT", ""),
            rows=_read_rows(wished.get("ROWS") or "10"),
            first_day=wished.get("FROM", ""),
            last_day=wished.get("TO", ""),
            columns=_read_columns(wished.get("COLUMNS", "")),
            config_path=Path(path) if path else None,
        )

    def apply_to(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """`config` with the days to read: FROM and TO, else its own dates, else the last week."""
        days = {"start_date": self.first_day, "end_date": self.last_day}
        return {"start_date": RECENTLY, **config, **{name: day for name, day in days.items() if day}}


def _read_rows(text: str) -> int:
    if not (text.isdecimal() and int(text)):
        raise PreviewError(f"ROWS={text} is not a number of rows. Write 10, or any other from 1 on.")
    return int(text)


def _read_columns(text: str) -> tuple[str, ...]:
    if text.isdecimal():  # what shells export under this name: the width of the terminal
        return ()
    return tuple(dict.fromkeys(text.replace(",", " ").split()))
