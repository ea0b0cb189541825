"""The pilot switch: on while the plan drives the load, off while people do.

It has a name of its own, never the appliance's: "off" would mean that it is switched on.
"""

from typing import Any, override

from homeassistant.components.switch import (
    DOMAIN as PLATFORM,
    SwitchEntity,
    SwitchEntityDescription,
)

from .core.model import EquipmentId, Mode
from .core.wish import Intent
from .describe import about_decision, attributes
from .devices.shapes import Kind, kind_of
from .engine.ground.status import EquipmentStatus
from .entities.base import WishingEntity
from .entities.platform import Platform
from .hub import Hub

PARALLEL_UPDATES = 0

PILOT = SwitchEntityDescription(key="pilot", translation_key="pilot")
DESCRIPTIONS = (PILOT,)


def wanted(status: EquipmentStatus) -> tuple[SwitchEntityDescription, ...]:
    """Return the switches of an equipment: none where nothing is ever ordered."""
    return DESCRIPTIONS if kind_of(status) is Kind.DRIVEN else ()


class PilotSwitch(WishingEntity, SwitchEntity):
    """Hands the load over to the plan and back."""

    told_by = "is_on"

    @property
    @override
    def is_on(self) -> bool:
        """Return whether the plan drives the load, or will once the wish under way is done."""
        return self._status.mode == Mode.PILOTED

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Hand the load over to the plan."""
        await self._async_wish(Intent.TO_PILOTED, advance_end=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Hand the load over to people."""
        await self._async_wish(Intent.TO_MANUAL, advance_end=True)


class CompactPilotSwitch(PilotSwitch):
    """The only entity of its equipment: it tells what sensors tell elsewhere."""

    _unrecorded_attributes = frozenset({"decision", "source", "reason", "next_start", "connected"})

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return the decision, who made it and why, the next start, whether devices answer."""
        status = self._status
        return attributes(**about_decision(status), connected=status.connected)


def _make(hub: Hub, equipment_id: EquipmentId, description: SwitchEntityDescription) -> PilotSwitch:
    kind = CompactPilotSwitch if hub.compact else PilotSwitch
    return kind(hub, equipment_id, description)


async_setup_entry = Platform(
    domain=PLATFORM, descriptions=DESCRIPTIONS, wanted=wanted, make=_make, in_compact=True
).async_set_up
