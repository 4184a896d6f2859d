"""An Airbyte source for TikTok Ads."""

from source_tiktok_marketing.literals import read_literals_in_turn
from source_tiktok_marketing.source import SourceTiktokMarketing

__all__ = ["SourceTiktokMarketing"]

read_literals_in_turn()
