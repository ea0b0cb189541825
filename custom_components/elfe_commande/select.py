"""The mode of loads that can be switched: forced off, automatic, forced on, by hand."""

from typing import override

from homeassistant.components.select import (
    DOMAIN as PLATFORM,
    SelectEntity,
    SelectEntityDescription,
)

from .core.model import Mode
from .core.wish import Intent
from .devices.capacity import has_mode
from .engine.ground.status import EquipmentStatus
from .entities.base import WishingEntity
from .entities.platform import Platform

PARALLEL_UPDATES = 0

FORCED_OFF = "forced_off"
AUTOMATIC = "automatic"
FORCED_ON = "forced_on"
BY_HAND = "by_hand"

INTENTS = {
    FORCED_OFF: Intent.FORCED_OFF,
    AUTOMATIC: Intent.TO_PILOTED,
    FORCED_ON: Intent.FORCED_ON,
    BY_HAND: Intent.TO_MANUAL,
}
"""What each option asks for; by hand is whatever is neither the plan's nor forced."""

# It switches the load itself: where there is one, it is what the appliance's name means.
MODE = SelectEntityDescription(key="mode", translation_key="mode", name=None, options=list(INTENTS))
DESCRIPTIONS = (MODE,)


def wanted(status: EquipmentStatus) -> tuple[SelectEntityDescription, ...]:
    """Return the selects of an equipment: with fingers manual means hands off, so none."""
    return DESCRIPTIONS if has_mode(status) else ()


class ModeSelect(WishingEntity, SelectEntity):
    """Chooses between the plan and a forced state."""

    told_by = "current_option"

    @property
    @override
    def current_option(self) -> str:
        """Return the mode, or the one that the wish under way leads to."""
        status = self._status
        if status.mode == Mode.PILOTED:
            return AUTOMATIC
        if status.forced_off:
            return FORCED_OFF
        return FORCED_ON if status.forced_on else BY_HAND

    @override
    async def async_select_option(self, option: str) -> None:
        """Ask for the mode."""
        await self._async_wish(INTENTS[option])


async_setup_entry = Platform(
    domain=PLATFORM, descriptions=DESCRIPTIONS, wanted=wanted, make=ModeSelect
).async_set_up
