"""What all components of one source have in common."""

from __future__ import annotations

from collections.abc import Mapping
from threading import RLock
from typing import Any, ClassVar, Self, cast
from weakref import WeakValueDictionary

# Where the connector keeps in a configuration what is its own and nobody may set (`normalization.NormalizeConfig`).
PREPARED = "prepared"
# In it: what counts instead where production refuses the token of a configuration that may be a sandbox's.
OTHERWISE = "otherwise"


def is_sample(config: Mapping[str, Any]) -> bool:
    """Whether one row is enough, as in a check."""
    return bool(config[PREPARED]["sample"])


class OnePerSync:
    """Something there is one of for each source, however many components ask for it.

    The CDK builds each component apart and hands all of them the one configuration object of their source: that
    object's identity is what they have in common. It lives as long as a component holds it.
    """

    _of_config: ClassVar[WeakValueDictionary[tuple[type, int], OnePerSync]] = WeakValueDictionary()
    _creation: ClassVar[RLock] = RLock()

    def __init__(self, config: Mapping[str, Any], *rest: Any) -> None:
        """Made by `of` alone."""

    @classmethod
    def of(cls, config: Mapping[str, Any], *rest: Any) -> Self:
        """The one that belongs to this very `config` object; made of `config` and `rest` where there is none yet."""
        with cls._creation:
            found = cls._of_config.get((cls, id(config)))
            if found is None:
                found = cls._of_config[cls, id(config)] = cls(config, *rest)
            return cast("Self", found)
