"""What the components of one sync share."""

from __future__ import annotations

from collections.abc import Mapping
from threading import RLock
from typing import Any, ClassVar, Self, TypeVar, cast
from weakref import WeakValueDictionary

# What the connector adds to a configuration, and no user can set (`normalization.NormalizeConfig`).
PREPARED = "prepared"
# In it: what replaces the configuration's own values if its token turns out to be a sandbox's.
OTHERWISE = "otherwise"
# In it: what the form calls the fields of a custom report, by the parameter of the request that each becomes.
TITLES = "titles"


def is_sample(config: Mapping[str, Any]) -> bool:
    """Whether one row of each report is enough, as in a check."""
    return bool(config[PREPARED]["sample"])


class Sync:
    """Everything that the components of one sync share: a clock, a directory of ad accounts, and so on.

    Each object is made when it is first needed. The CDK builds every component separately, and the only thing that it
    gives to all of them is the configuration object of their source: a component finds its sync by that object. The
    source opens the sync before it builds the streams, and closes it when all is read (`SourceTiktokMarketing.read`).
    """

    _open: ClassVar[WeakValueDictionary[int, Sync]] = WeakValueDictionary()
    _opening: ClassVar[RLock] = RLock()

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._config = config  # kept alive, so that no other configuration gets its `id`
        self._shared: dict[type[Shared], Shared] = {}
        self._making = RLock()

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Sync:
        """The sync of this very `config` object; opens it if it is not open yet."""
        with cls._opening:
            found = cls._open.get(id(config))
            if found is None:
                found = cls._open[id(config)] = cls(config)
            return found

    def get_shared(self, shared_class: type[SharedT], *rest: Any) -> SharedT:
        """The sync's object of this class; made of the configuration and `rest` if there is none yet."""
        with self._making:
            found = self._shared.get(shared_class)
            if found is None:
                found = self._shared[shared_class] = shared_class(self._config, *rest)
                found.sync = self
            return cast("SharedT", found)

    def close(self) -> None:
        """Lets every shared object log what it has to log at the end."""
        for shared in list(self._shared.values()):
            shared.close()


class Shared:
    """A class of which a sync has one object, which all its components share."""

    sync: Sync
    """Each shared object holds its sync, so that the sync lives as long as any component that holds one of them."""

    def __init__(self, config: Mapping[str, Any], *rest: Any) -> None:
        """Call `of` instead, which makes one object for all."""

    @classmethod
    def of(cls, config: Mapping[str, Any], *rest: Any) -> Self:
        """The object of the sync that this very `config` belongs to."""
        return Sync.of(config).get_shared(cls, *rest)

    def close(self) -> None:
        """Called when all is read."""


SharedT = TypeVar("SharedT", bound=Shared)
