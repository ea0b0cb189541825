"""Home Assistant's storage folder as the engine's disk."""

import asyncio
from pathlib import Path
from typing import Any, override

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import STORAGE_DIR

from ..checked_store import CheckedStore
from ..const import DOMAIN
from ..core.failing import failing
from ..engine.ground.ports import Disk, Document
from .file_log import FileLog
from .threads import to_the_end

_VERSION = 1
DOCUMENTS = ("journal", "memory", "local", "rules", "owner", "planner", "record")
SHADOW = "shadow"
LOGS = ("outbox", SHADOW)
RECORD = "record.db"
"""A file of its own, and what SQLite puts beside it."""


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
                raise OSError(failing(failure)) from failure

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

    @override
    def log(self, name: str) -> FileLog:
        return FileLog(self.file(name))

    def file(self, name: str) -> Path:
        """Return where a file is that is neither a document nor a log."""
        return Path(self._hass.config.path(STORAGE_DIR), f"{DOMAIN}.{self._entry_id}.{name}")

    async def remove_record(self) -> None:
        """Delete what happened."""
        await self._hass.async_add_executor_job(_remove_all, self.file(RECORD))

    async def remove(self) -> None:
        """Delete every document, log and file of the entry."""
        await self.remove_record()
        for name in DOCUMENTS:
            await self.document(name).remove()
        for name in LOGS:
            await self.log(name).remove()


def _remove_all(path: Path) -> None:
    """Delete a file, and all whose names begin with its name."""
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink(missing_ok=True)
