"""What every room stands on: time, the gate in front of orders, and the ways to tell of things."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import tzinfo

from ...core.lifecycle import Lifecycle
from ...core.timing import Timing
from .events import Event
from .metering import Metering
from .owner import Owner
from .ports import AlwaysOurs, Clock, Ownership
from .problems import Problems
from .store import Store
from .telling import Telling
from .traffic import Traffic


@dataclass(slots=True)
class Ground:
    """Handed to every room that needs more than one part of it."""

    clock: Clock
    timing: Timing
    zone: tzinfo
    lifecycle: Lifecycle
    notify: Callable[[Event], None]
    """Tells of something; never raises."""
    telling: Telling = field(default_factory=Telling)
    """Guards whoever is told of something."""
    traffic: Traffic = field(default_factory=Traffic)
    ownership: Ownership = field(default_factory=AlwaysOurs)
    problems: Problems = field(init=False)
    store: Store = field(init=False)
    metering: Metering = field(init=False)
    owner: Owner = field(init=False)

    def __post_init__(self) -> None:
        """Make the small parts."""
        self.problems = Problems(self.notify)
        self.store = Store(self.notify, self.telling)
        self.metering = Metering(self.timing, self.store.statuses)
        self.owner = Owner(self.ownership, self.store, self.problems, self.notify)
