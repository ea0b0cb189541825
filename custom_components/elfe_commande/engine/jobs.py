"""One order under way: what to do, for whom, until when."""

import asyncio
from dataclasses import dataclass, field

from ..core.decision import Act, Source
from ..core.model import EquipmentId, Mode
from ..core.outcome import Result
from ..core.wish import Origin
from ..typologies import Scenario, Typology

_POWERING = frozenset({Act.START, Act.ON, Act.TO_MANUAL, Act.RECORD_STARTED})
_CONTRARY = ({Act.ON, Act.OFF}, {Act.START, Act.OFF})


@dataclass(slots=True, eq=False)
class Job:
    """One act on one equipment, with all of its tries.

    `deadline` is the unix time after which no further try begins; `claim` names its presses,
    so that they are made once per plan pulse or wish.
    """

    equipment_id: EquipmentId
    act: Act
    source: Source
    origin: Origin
    typology: Typology
    deadline: float
    claim: str
    created: float
    mode: Mode | None = None
    """The mode it was decided in, and is carried out and written in; `None`: in any."""
    pulse: int | None = None
    force: bool = False
    user_id: str | None = None
    advance_end: bool = False
    superseded: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    """Done when another order takes this one's place."""
    first: asyncio.Future[Result] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    """The result of the first try, or of the whole when it ended before."""
    mode_written: bool = False
    """The mode was written after a first try that failed."""
    sent_at: float | None = None
    """The loop's time of the first message."""
    tries: int = 0
    waits: bool = True
    """No try of it is under way: for its turn, or for the next try."""
    holds_place: bool = False
    """It counts among the orders at once."""

    @property
    def scenario(self) -> Scenario:
        """Return what to send and to write."""
        return self.typology.scenarios[self.act]

    def contradicts(self, other: Job) -> bool:
        """Whether it wants of the load the contrary of what the other one wants."""
        return {self.act, other.act} in _CONTRARY

    def supersede(self) -> None:
        """Give way to another order: waits and retries end, presses begun do not."""
        if not self.superseded.done():
            self.superseded.set_result(None)

    @property
    def powers(self) -> bool:
        """Whether it puts power on the load, or takes note that somebody did."""
        return self.act in _POWERING

    @property
    def begun(self) -> bool:
        """Whether a first try was made, or is due to a person who waits for it."""
        return self.tries > 0 or self.by_person

    @property
    def by_person(self) -> bool:
        """Whether a person wished it: it overtakes all others."""
        return self.source is Source.USER and self.act is not Act.KEEP_OFF

    @property
    def presses(self) -> bool:
        """Whether it presses buttons: each order toggles something."""
        return self.typology.presses and bool(self.scenario.orders)
