"""The disk as the engine sees it: while something cannot be written, a person is told."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
import logging
from typing import Any, override

from .ports import Disk, Document, Log

_LOGGER = logging.getLogger(__name__)


class WatchedDisk(Disk):
    """Tells when the first document cannot be saved, and once each was saved again.

    Whoever saves hears of it too: what follows for them is theirs to decide.
    """

    def __init__(self, disk: Disk) -> None:
        """Watch another disk; nothing is wrong with it yet."""
        self._disk = disk
        self._unsaved: set[str] = set()
        self.changed: Callable[[OSError | None], None] = lambda _: None
        """Called with why a document could not be saved, and with `None` once all were."""

    @override
    def document(self, name: str) -> Document:
        return _WatchedDocument(self, name, self._disk.document(name))

    @override
    def log(self, name: str) -> Log:
        return _WatchedLog(self, name, self._disk.log(name))

    async def watch(self, name: str, saving: Awaitable[None]) -> None:
        """Take note of whether something can be saved."""
        try:
            await saving
        except OSError as error:
            self.failed(name, error)
            raise
        self.saved(name)

    def failed(self, name: str, error: OSError) -> None:
        """Take note of a document that could not be saved."""
        fine = not self._unsaved
        self._unsaved.add(name)
        if fine:
            _LOGGER.warning("The disk cannot be written, %s is not saved: %s", name, error)
            self.changed(error)

    def saved(self, name: str) -> None:
        """Take note of a document that was saved."""
        if name in self._unsaved:
            self._unsaved.remove(name)
            if not self._unsaved:
                _LOGGER.info("The disk can be written again")
                self.changed(None)


class _WatchedDocument(Document):
    def __init__(self, disk: WatchedDisk, name: str, document: Document) -> None:
        self._disk = disk
        self._name = name
        self._document = document
        self._read = False

    @override
    async def load(self) -> dict[str, Any] | None:
        data = await self._document.load()
        self._read = True
        return data

    @override
    async def save(self, data: dict[str, Any]) -> None:
        if not self._read:
            # What closes after a start that failed knows nothing of what is there.
            _LOGGER.debug("%s was not read, and is left as it is", self._name)
            return
        await self._disk.watch(self._name, self._document.save(data))


class _WatchedLog(Log):
    def __init__(self, disk: WatchedDisk, name: str, log: Log) -> None:
        self._disk = disk
        self._name = name
        self._log = log

    @override
    async def load(self) -> list[dict[str, Any]]:
        return await self._log.load()

    @override
    async def append(self, rows: Iterable[Mapping[str, Any]]) -> None:
        await self._disk.watch(self._name, self._log.append(rows))

    @override
    async def replace(self, rows: Iterable[Mapping[str, Any]]) -> None:
        await self._disk.watch(self._name, self._log.replace(rows))
