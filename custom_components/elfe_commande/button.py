"""Start a load now; run a cycle now."""

from typing import override

from homeassistant.components.button import (
    DOMAIN as PLATFORM,
    ButtonEntity,
    ButtonEntityDescription,
)
from homeassistant.const import EntityCategory

from .core.wish import Intent
from .devices.shapes import Kind, kind_of
from .engine.ground.status import EquipmentStatus
from .entities.asking import async_run_cycle
from .entities.base import HubEntity, WishingEntity
from .entities.platform import Platform

PARALLEL_UPDATES = 0

START = ButtonEntityDescription(
    key="start", translation_key="start", entity_registry_enabled_default=False
)
DESCRIPTIONS = (START,)

RUN_CYCLE = ButtonEntityDescription(
    key="run_cycle", translation_key="run_cycle", entity_category=EntityCategory.CONFIG
)


def wanted(status: EquipmentStatus) -> tuple[ButtonEntityDescription, ...]:
    """Return the buttons of an equipment: none where there is no scenario to run."""
    driven = kind_of(status) is Kind.DRIVEN
    return DESCRIPTIONS if driven and status.typology is not None else ()


class StartButton(WishingEntity, ButtonEntity):
    """Starts the load as the plan would."""

    told_by = "available"

    @override
    async def async_press(self) -> None:
        """Start the load."""
        await self._async_wish(Intent.START)


class RunCycleButton(HubEntity, ButtonEntity):
    """Reconsiders every equipment without waiting for the next quarter-hour."""

    @override
    async def async_press(self) -> None:
        """Run a cycle."""
        await async_run_cycle(self._engine)


async_setup_entry = Platform(
    domain=PLATFORM,
    descriptions=DESCRIPTIONS,
    wanted=wanted,
    make=StartButton,
    of_hub=lambda hub: [RunCycleButton(hub, RUN_CYCLE)],
).async_set_up
