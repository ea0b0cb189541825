"""What is wanted of one load: of its devices, and of its row; whose word, since and until when."""

from dataclasses import dataclass

from ...core.decision import Act, Source
from ...core.model import EquipmentId, HandOver, Mode
from ...core.wish import Origin
from ...typologies import Scenario, Typology

_POWERING = frozenset({Act.START, Act.ON, Act.TO_MANUAL, Act.FORCED_ON, Act.RECORD_STARTED})
_CUTTING = frozenset({Act.OFF, Act.KEEP_OFF, Act.TO_PILOTED, Act.FORCED_OFF})
_CONTRARY = ({Act.ON, Act.OFF}, {Act.START, Act.OFF})
_OF_NOBODY = frozenset({Act.KEEP_OFF, Act.RECORD_STARTED})
"""Acts that nobody waits for, also where a person's word is what they follow."""


@dataclass(frozen=True, slots=True)
class Goal:
    """One act on one load, which its scenario spells out.

    `since` and `until` are unix seconds; after `until` no further try begins. `claim` names it:
    its presses are made once, and whoever asks for the same again joins what is under way.
    """

    equipment_id: EquipmentId
    act: Act
    source: Source
    origin: Origin
    typology: Typology
    since: float
    until: float
    claim: str
    mode: Mode | None = None
    """The mode it was decided in, and is carried out and written in; `None`: in any."""
    pulse: int | None = None
    """The slot of the plan's pulse that it carries out."""
    force: bool = False
    user_id: str | None = None
    advance_end: bool = False
    wish: str | None = None
    """The id of the person's wish that it is."""
    hand_over: HandOver = HandOver.ON

    @property
    def scenario(self) -> Scenario:
        """Return what to send and to write."""
        return self.typology.scenario(self.act, self.hand_over)

    @property
    def powers(self) -> bool:
        """Whether it puts power on the load, or takes note that somebody did."""
        if self.act is Act.TO_MANUAL and self.hand_over is not HandOver.ON:
            return False
        return self.act in _POWERING

    @property
    def cuts(self) -> bool:
        """Whether it takes the power from the load."""
        if self.act is Act.TO_MANUAL:
            return self.hand_over is HandOver.OFF
        return self.act in _CUTTING

    @property
    def by_person(self) -> bool:
        """Whether a person wished it: it overtakes all others."""
        return self.source is Source.USER and self.act not in _OF_NOBODY

    @property
    def presses(self) -> bool:
        """Whether it presses buttons: each order toggles something."""
        return self.typology.presses and bool(self.scenario.orders)

    def contradicts(self, other: Goal) -> bool:
        """Whether it wants of the load the contrary of what the other one wants."""
        return {self.act, other.act} in _CONTRARY

    def is_same(self, other: Goal) -> bool:
        """Whether both are the same word: nothing begins anew when it is said again."""
        return self.claim == other.claim and self.act is other.act
