"""An Airbyte source for TikTok Ads."""

from source_tiktok_marketing.source import SourceTiktokMarketing

__all__ = ["SourceTiktokMarketing"]
