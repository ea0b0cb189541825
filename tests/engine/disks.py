"""A disk that may have no room."""

from collections.abc import Iterable, Mapping
from typing import Any, override

from demo.engine_host import MemoryDisk, MemoryDocument, MemoryLog


class FullDisk(MemoryDisk):
    """Documents that cannot be saved while the disk is full; what they held stays."""

    def __init__(self) -> None:
        """Have room."""
        super().__init__()
        self.full = False

    @override
    def log(self, name: str) -> MemoryLog:
        return self.logs.setdefault(name, _Log(self))

    @override
    def document(self, name: str) -> MemoryDocument:
        return self.documents.setdefault(name, _Document(self))


class _Document(MemoryDocument):
    def __init__(self, disk: FullDisk) -> None:
        super().__init__()
        self._disk = disk

    @override
    async def save(self, data: dict[str, Any]) -> None:
        if self._disk.full:
            raise OSError("no space left")
        await super().save(data)


class _Log(MemoryLog):
    def __init__(self, disk: FullDisk) -> None:
        super().__init__()
        self._disk = disk

    @override
    async def append(self, rows: Iterable[Mapping[str, Any]]) -> None:
        if self._disk.full:
            raise OSError("no space left")
        await super().append(rows)

    @override
    async def replace(self, rows: Iterable[Mapping[str, Any]]) -> None:
        if self._disk.full:
            raise OSError("no space left")
        await super().replace(rows)
