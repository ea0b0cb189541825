"""Home Assistant's storage folder as the engine's disk."""

from typing import Any, override

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from ..const import DOMAIN
from ..engine.ports import Disk, Document
from .threads import to_the_end

_VERSION = 1
DOCUMENTS = ("journal", "memory", "local", "rules")


class StoredDocument(Document):
    """One file of `.storage`, replaced atomically and made into text outside the loop."""

    def __init__(self, hass: HomeAssistant, entry_id: str, name: str) -> None:
        """Name the file after the entry."""
        self._store: Store[dict[str, Any]] = Store(
            hass,
            _VERSION,
            f"{DOMAIN}.{entry_id}.{name}",
            atomic_writes=True,
            serialize_in_event_loop=False,
        )

    @override
    async def load(self) -> dict[str, Any] | None:
        data: object = await self._store.async_load()
        return data if isinstance(data, dict) else None

    @override
    async def save(self, data: dict[str, Any]) -> None:
        await to_the_end(self._store.async_save(data))

    async def remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()


class HomeAssistantDisk(Disk):
    """The documents of one config entry."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Keep whose documents they are."""
        self._hass = hass
        self._entry_id = entry_id

    @override
    def document(self, name: str) -> StoredDocument:
        return StoredDocument(self._hass, self._entry_id, name)

    async def remove(self) -> None:
        """Delete every document of the entry."""
        for name in DOCUMENTS:
            await self.document(name).remove()
