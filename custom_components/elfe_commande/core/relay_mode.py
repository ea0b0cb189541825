"""One number for the mode of a load and what it leads to: panels and other programs use it."""

from enum import IntEnum

from .model import Mode
from .wish import Intent


class RelayMode(IntEnum):
    """The four modes; people choose 0, 3, or automatic, which is 1 or 2 as the plan says."""

    FORCED_OFF = 0
    AUTOMATIC_OFF = 1
    AUTOMATIC_ON = 2
    FORCED_ON = 3

    @property
    def automatic(self) -> bool:
        """Return whether plans and rules decide."""
        return self in (RelayMode.AUTOMATIC_OFF, RelayMode.AUTOMATIC_ON)

    def same_choice(self, other: RelayMode) -> bool:
        """Return whether a person chose the same: automatic is one choice."""
        return self is other or (self.automatic and other.automatic)


def relay_mode(mode: int, *, forced_off: bool, wanted_on: bool | None) -> RelayMode | None:
    """Return the mode of a load, `None` where nobody may drive it.

    `mode` is the database's; `wanted_on` is what plans and rules want of it now.
    """
    if mode == Mode.PILOTED:
        return RelayMode.AUTOMATIC_ON if wanted_on else RelayMode.AUTOMATIC_OFF
    if mode == Mode.MANUAL:
        return RelayMode.FORCED_OFF if forced_off else RelayMode.FORCED_ON
    return None


def intent_of(mode: RelayMode) -> Intent:
    """Return what a person wishes who chooses this mode."""
    if mode is RelayMode.FORCED_OFF:
        return Intent.FORCED_OFF
    return Intent.FORCED_ON if mode is RelayMode.FORCED_ON else Intent.TO_PILOTED
