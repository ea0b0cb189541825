"""Home Assistant's storage folder as the engine's disk."""

import asyncio
from typing import Any, override

from homeassistant.core import HomeAssistant

from ..checked_store import CheckedStore
from ..const import DOMAIN
from ..engine.ports import Disk, Document
from .threads import to_the_end

_VERSION = 1
DOCUMENTS = ("journal", "memory", "local", "rules")


class StoredDocument(Document):
    """One file of `.storage`, replaced atomically and made into text outside the loop."""

    def __init__(self, hass: HomeAssistant, entry_id: str, name: str) -> None:
        """Name the file after the entry."""
        self._store = CheckedStore(
            hass,
            _VERSION,
            f"{DOMAIN}.{entry_id}.{name}",
            atomic_writes=True,
            serialize_in_event_loop=False,
        )
        self._turn = asyncio.Lock()

    @override
    async def load(self) -> dict[str, Any] | None:
        data: object = await self._store.async_load()
        return data if isinstance(data, dict) else None

    @override
    async def save(self, data: dict[str, Any]) -> None:
        await to_the_end(self._save(data))

    async def _save(self, data: dict[str, Any]) -> None:
        # Of two saves at once the store writes the newer one, and tells the other nothing of it.
        async with self._turn:
            self._store.failure = None
            await self._store.async_save(data)
            if (failure := self._store.failure) is not None:
                raise OSError(str(failure)) from failure

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
