"""Files that other programs share with us: read whole, replaced whole. All of it blocks."""

from contextlib import suppress
import os
from pathlib import Path
import tempfile
import time
from typing import BinaryIO, Final, override

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
        self._content = b""
        self._settled = False
        self._replaced: BinaryIO | None = None
        """The file that was there before ours."""
        self._replaced_seen: Signature | None = None

    @override
    def look(self) -> Look:
        if (astray := self._look_astray()) is not None:
            return astray
        try:
            with self.path.open("rb") as file:
                signature = _signature(os.fstat(file.fileno()))
                if signature == self._seen and self._settled:
                    return Look(None, signature)
                self._content = file.read()
        except FileNotFoundError:
            self._seen = None
            return Look(None, None)
        text = self._content.decode("utf-8", "replace")
        self._seen = signature
        self._settled = time.time_ns() - signature.changed_ns > _FRESH_NS
        return Look(text, signature)

    def _look_astray(self) -> Look | None:
        """Return what was written to the file that we replaced, since the last look."""
        if self._replaced is None:
            return None
        signature = _signature(os.fstat(self._replaced.fileno()))
        if signature == self._replaced_seen:
            return None
        self._replaced_seen = signature
        self._replaced.seek(0)
        text = self._replaced.read().decode("utf-8", "replace")
        return Look(text, self._present(), astray=signature.changed_ns)

    @override
    def forget(self) -> None:
        self._settled = False

    @override
    def close(self) -> None:
        if self._replaced is not None:
            self._replaced.close()
            self._replaced = None

    @override
    def replace(self, text: str, seen: Signature | None) -> Signature | None:
        temporary = self._write_aside(text)
        before: BinaryIO | None = None
        try:
            with suppress(FileNotFoundError):
                # Kept open below: who opened it before us may write it after.
                before = self.path.open("rb")
            if not self._is_as_seen(before, seen):
                return None
            written = _signature(temporary.stat())
            temporary.replace(self.path)
            self.close()
            self._replaced, before = before, None
        finally:
            temporary.unlink(missing_ok=True)
            if before is not None:
                before.close()
        self._seen, self._replaced_seen, self._settled = written, seen, False
        self._content = text.encode()
        return written

    def _is_as_seen(self, file: BinaryIO | None, seen: Signature | None) -> bool:
        """Whether nobody wrote since: two writings in one tick of the clock look the same."""
        if file is None or seen is None:
            return file is None and seen is None
        return _signature(os.fstat(file.fileno())) == seen and file.read() == self._content

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
