"""What the components of one sync share."""

from __future__ import annotations

from collections.abc import Mapping
from threading import RLock
from typing import Any, ClassVar, Self, TypeVar, cast
from weakref import WeakValueDictionary

# Where the connector keeps in a configuration what is its own and nobody may set (`normalization.NormalizeConfig`).
PREPARED = "prepared"
# In it: what counts instead where production refuses the token of a configuration that may be a sandbox's.
OTHERWISE = "otherwise"
# In it: what the form calls the fields of a custom report, by the parameter of the request that each becomes.
TITLES = "titles"


def is_sample(config: Mapping[str, Any]) -> bool:
    """Whether one row is enough, as in a check."""
    return bool(config[PREPARED]["sample"])


class Sync:
    """One sync: of each kind of shared part (clock, patience, directory, …) it has one, made when it is first needed.

    The CDK builds each component apart, and all it hands them in common is the configuration object of their source. So
    a component finds its sync by that object. The source opens the sync before it builds the streams, holds it, and
    closes it when all is read (`SourceTiktokMarketing.read`).
    """

    _open: ClassVar[WeakValueDictionary[int, Sync]] = WeakValueDictionary()
    _opening: ClassVar[RLock] = RLock()

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._config = config  # held, so that no other configuration takes its place in memory
        self._parts: dict[type[Shared], Shared] = {}
        self._making = RLock()

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Sync:
        """The sync of this very `config` object, opened where it is not."""
        with cls._opening:
            found = cls._open.get(id(config))
            if found is None:
                found = cls._open[id(config)] = cls(config)
            return found

    def part(self, kind: type[Part], *rest: Any) -> Part:
        """The sync's part of this kind; made of the configuration and `rest` where there is none yet."""
        with self._making:
            found = self._parts.get(kind)
            if found is None:
                found = self._parts[kind] = kind(self._config, *rest)
                found.sync = self
            return cast("Part", found)

    def close(self) -> None:
        """Lets every part say what it has to say at the end."""
        for part in list(self._parts.values()):
            part.close()


class Shared:
    """A part of a sync, of which there is one, however many components ask for it."""

    sync: Sync
    """Held by each of its parts, so that it lasts as long as a component holds one."""

    def __init__(self, config: Mapping[str, Any], *rest: Any) -> None:
        """Made by `of` alone."""

    @classmethod
    def of(cls, config: Mapping[str, Any], *rest: Any) -> Self:
        """The one of the sync that this very `config` object belongs to."""
        return Sync.of(config).part(cls, *rest)

    def close(self) -> None:
        """Called when all is read."""


Part = TypeVar("Part", bound=Shared)
