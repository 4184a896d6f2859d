"""The ways to sign in, by their names in a configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OAUTH, PRODUCTION, SANDBOX = "oauth2.0", "production_access_token", "sandbox_access_token"


def is_sandbox(config: Mapping[str, Any]) -> bool:
    """Whether the token is a sandbox's; an empty configuration has none."""
    return bool(config.get("credentials", {}).get("auth_type") == SANDBOX)
