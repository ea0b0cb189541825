"""A person's word about a load: on disk before it is answered, until device and row follow it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Self

from ...core.decision import Act
from ...core.model import EquipmentId, Mode, State, TypologyId
from ...core.plan import SLOT
from ...core.wish import Origin

_MODES: Final[Mapping[Act, Mode]] = {
    Act.TO_MANUAL: Mode.MANUAL,
    Act.TO_PILOTED: Mode.PILOTED,
    Act.FORCED_OFF: Mode.MANUAL,
    Act.FORCED_ON: Mode.MANUAL,
}
FORCED: Final = frozenset({Act.FORCED_OFF, Act.FORCED_ON})
"""Wishes that are kept once they are reached: until somebody programs the load anew."""


@dataclass(slots=True)
class StandingWish:
    """One wish that is not reached yet, or a forced mode that is kept. Times are unix seconds."""

    id: str
    act: Act
    origin: Origin
    at: float
    until: float
    user_id: str | None = None
    typology_id: TypologyId | None = None
    force: bool = False
    advance_end: bool = False
    programmed: int = 0
    """When the row was last programmed, as it was known when the wish was made."""
    mode_at: int | None = None
    """When the mode wished was to be written, although the device had not answered."""
    reached: bool = False
    """The device confirmed it, and the row says so: a forced off is kept alive from then on."""
    overruled: bool = False
    """Its device said since that it is on, and the row was told: by hand, or it was no truth."""
    resumed: bool = False
    """It was made before a restart: whoever made it waits for no answer any more."""

    def is_replaced(self, state: State) -> bool:
        """Whether somebody programmed the load since: theirs is the newer word."""
        if state.last_programmed > max(self.at, self.mode_at or 0, self.programmed):
            return True
        return self.has_mode(state) and _MODES.get(self.act, state.mode) != state.mode

    def has_mode(self, state: State) -> bool:
        """Whether the mode wished was written into a row: on disk it is noted just before that."""
        return self.mode_at is not None and state.last_programmed >= self.mode_at

    @property
    def takes_over(self) -> bool:
        """Whether it takes the load out of the hands of plan and rules."""
        return _MODES.get(self.act) is Mode.MANUAL

    @property
    def keeps_off(self) -> bool:
        """Whether the load is to be off until somebody says otherwise."""
        return self.act is Act.FORCED_OFF and not self.overruled

    def off_again(self, until: float) -> None:
        """Stand as before: the device that was on past us is off, which the row does not say."""
        self.overruled = self.reached = False
        self.origin, self.user_id, self.until = Origin.DEVICE, None, until

    def as_dict(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what was stored; raises `KeyError`, `TypeError` or `ValueError`."""
        known = {each.name for each in fields(cls)}
        values = {name: value for name, value in data.items() if name in known}
        kinds = {"act": Act(values["act"]), "origin": Origin(values["origin"]), "resumed": True}
        return cls(**values | kinds)


type StandingWishes = dict[EquipmentId, StandingWish]


def kept_off(at: float) -> StandingWish:
    """Return what earlier versions stored as the time at which a load was forced off.

    Its row was programmed for it when the device had answered, a quarter-hour later at most.
    """
    programmed = int(at) + SLOT
    return StandingWish(
        "", Act.FORCED_OFF, Origin.DASHBOARD, at, at, programmed=programmed, reached=True
    )
