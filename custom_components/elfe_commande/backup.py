"""Home Assistant's backups: what happened is in them as it was at one moment."""

import asyncio

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .const import DOMAIN
from .hub import ElfeConfigEntry
from .record.keeping import Keeper


async def async_pre_backup(hass: HomeAssistant) -> None:
    """Have all that is known on disk, and nothing written until the backup is done."""
    await asyncio.gather(*(keeper.hold() for keeper in _keepers(hass)))


async def async_post_backup(hass: HomeAssistant) -> None:
    """Go on writing; raise where a backup took so long that it was not waited for."""
    held = [keeper.release() for keeper in _keepers(hass)]
    if not all(held):
        raise HomeAssistantError(translation_domain=DOMAIN, translation_key="record_not_held")


def _keepers(hass: HomeAssistant) -> list[Keeper]:
    entries: list[ElfeConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    keepers = (entry.runtime_data.archive.keeper for entry in entries)
    return [keeper for keeper in keepers if keeper is not None]
