"""What every contender reads: thirty days of some ad accounts, each with some pages."""

from __future__ import annotations

from dataclasses import dataclass

ROWS_PER_PAGE = 1_000
# Thirty days are one window for every contender, so that all ask for the same pages.
FIRST_DAY, LAST_DAY = "2026-01-01", "2026-01-30"
FIRST_ACCOUNT = 7_000_000_000_000_000_000


@dataclass(frozen=True)
class Size:
    """How much there is to read. The access token says it, so that one server serves every size at once."""

    accounts: int
    pages: int

    @classmethod
    def of(cls, token: str) -> Size:
        """The size a token stands for: `benchmark-4x50` is four ad accounts with fifty pages each."""
        accounts, _, pages = token.removeprefix("benchmark-").partition("x")
        return cls(int(accounts), int(pages))

    @property
    def token(self) -> str:
        """The access token that stands for this size."""
        return f"benchmark-{self.accounts}x{self.pages}"

    @property
    def account_ids(self) -> list[str]:
        """The ids of the ad accounts."""
        return [str(FIRST_ACCOUNT + index) for index in range(self.accounts)]

    @property
    def rows(self) -> int:
        """The rows of all pages."""
        return self.accounts * self.pages * ROWS_PER_PAGE
