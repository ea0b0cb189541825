"""A file of rows, one JSON object a line: appended, and never trusted to end where it should."""

import asyncio
from collections.abc import Iterable, Mapping
import json
import logging
import os
from pathlib import Path
from typing import Any, override

from ..engine.ground.ports import Log
from .threads import to_the_end

_LOGGER = logging.getLogger(__name__)


class FileLog(Log):
    """A row is on disk when it is said to be; one that is torn costs no other."""

    def __init__(self, path: Path) -> None:
        """Keep the path; the file is made when it is needed."""
        self._path = path

    @override
    async def load(self) -> list[dict[str, Any]]:
        return await asyncio.to_thread(self._load)

    @override
    async def append(self, rows: Iterable[Mapping[str, Any]]) -> None:
        await to_the_end(asyncio.to_thread(self._append, rows))

    @override
    async def replace(self, rows: Iterable[Mapping[str, Any]]) -> None:
        await to_the_end(asyncio.to_thread(self._replace, rows))

    async def remove(self) -> None:
        """Delete the file."""
        await to_the_end(asyncio.to_thread(self._path.unlink, missing_ok=True))

    def _load(self) -> list[dict[str, Any]]:
        try:
            lines = self._path.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        return [row for line in lines if (row := _read(line)) is not None]

    def _append(self, rows: Iterable[Mapping[str, Any]]) -> None:
        _write(self._path, "ab", rows)

    def _replace(self, rows: Iterable[Mapping[str, Any]]) -> None:
        fresh = self._path.with_name(f"{self._path.name}.new")
        _write(fresh, "wb", rows)
        fresh.replace(self._path)
        _sync_folder(self._path)


def _read(line: bytes) -> dict[str, Any] | None:
    """Return the row of a line; `None` for an empty one, and for one that is torn."""
    try:
        row: object = json.loads(line) if line.strip() else None
    except ValueError:
        _LOGGER.warning("A row that was being written at the end of the last run is left out")
        return None
    return row if isinstance(row, dict) else None


def _write(path: Path, mode: str, rows: Iterable[Mapping[str, Any]]) -> None:
    # A new line before too: what is written after a torn row is not joined to it.
    text = "".join(f"\n{json.dumps(row)}\n" for row in rows)
    new = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open(mode) as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    if new:
        _sync_folder(path)


def _sync_folder(path: Path) -> None:
    """Have the file's name on disk as well."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
