"""Files that other programs share with us: read whole, replaced whole. All of it blocks."""

from contextlib import suppress
import os
from pathlib import Path
import tempfile
import time
from typing import Final, override

from ..core.shared_file import Look, SharedFile, Signature

_FRESH_NS: Final = 1_000_000_000
"""A file written so shortly before it was read may be written again at the same time of day."""
_SHARED: Final = 0o664


class SharedPath(SharedFile):
    """One file; its methods belong in an executor."""

    def __init__(self, path: str) -> None:
        """Touch nothing yet."""
        self.path = Path(path)
        self._seen: Signature | None = None
        self._settled = False

    @override
    def look(self) -> Look:
        try:
            with self.path.open("rb") as file:
                signature = _signature(os.fstat(file.fileno()))
                if signature == self._seen and self._settled:
                    return Look(None, signature)
                text = file.read().decode("utf-8", "replace")
        except FileNotFoundError:
            self._seen = None
            return Look(None, None)
        self._seen = signature
        self._settled = time.time_ns() - signature.changed_ns > _FRESH_NS
        return Look(text, signature)

    @override
    def forget(self) -> None:
        self._settled = False

    @override
    def replace(self, text: str, seen: Signature | None) -> Signature | None:
        temporary = self._write_aside(text)
        try:
            present = self._present()
            if present != seen:
                return None
            written = _signature(temporary.stat())
            temporary.replace(self.path)
        finally:
            temporary.unlink(missing_ok=True)
        self._seen, self._settled = written, False
        return written

    @override
    def overwrite(self, text: str) -> None:
        temporary = self._write_aside(text)
        try:
            temporary.replace(self.path)
        finally:
            temporary.unlink(missing_ok=True)

    def _write_aside(self, text: str) -> Path:
        """Write a file beside it, which those may write who may write this one."""
        handle, name = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            mode = _SHARED
            with suppress(FileNotFoundError):
                mode = self.path.stat().st_mode & 0o777
            temporary.chmod(mode)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        return temporary

    def _present(self) -> Signature | None:
        try:
            return _signature(self.path.stat())
        except FileNotFoundError:
            return None


def _signature(stat: os.stat_result) -> Signature:
    return Signature(stat.st_ino, stat.st_mtime_ns, stat.st_size)
