"""What is known of a UPS after a reading."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from types import MappingProxyType

from .battery_test import Phase
from .vocabulary.events import Group, UpsEvent
from .vocabulary.status import FORCED_SHUTDOWN, Supply

type Told = tuple[UpsEvent, ...]
type Asserted = Mapping[Group, UpsEvent]
type Doubts = Mapping[Group, UpsEvent | None]


class Shutdown(Enum):
    """What `FSD` means."""

    NONE = auto()
    ANNOUNCED = auto()
    SPENT = auto()
    """It was announced before mains came back, or before anybody looked: it only stayed."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What is known of a UPS after a reading."""

    supply: Supply = Supply.UNKNOWN
    tokens: tuple[str, ...] = ()
    asserted: Asserted = field(default=MappingProxyType({}))
    """At most one event of each group."""
    doubts: Doubts = field(default=MappingProxyType({}))
    """Events that the last reading speaks of, `None` for the end of one: not agreed on yet."""
    told_supply: UpsEvent | None = None
    """What was last said of the supply, which outlives a status that says nothing."""
    means: Supply = Supply.UNKNOWN
    """What the last reading means for loads: a battery test is no power cut."""
    agreed: Supply = Supply.UNKNOWN
    """The same, once two readings in a row said so."""
    shutdown: Shutdown = Shutdown.NONE
    test: Phase = Phase.IDLE
    test_result: str | None = None
    testing: bool = False
    """A battery test accounts for what the UPS does."""
    charge: float | None = None
    """Percent."""
    heard: bool = False
    """There was a reading at all."""

    def has(self, event: UpsEvent) -> bool:
        """Return whether an event is true now."""
        return event in self.asserted.values()

    @property
    def forced_shutdown(self) -> bool:
        """Whether the UPS announces that it switches everything off."""
        return self.shutdown is Shutdown.ANNOUNCED

    @property
    def unsure(self) -> bool:
        """Whether another reading is to confirm what the last one said."""
        announced = FORCED_SHUTDOWN in self.tokens and self.shutdown is Shutdown.NONE
        return bool(self.doubts) or self.means is not self.agreed or announced
