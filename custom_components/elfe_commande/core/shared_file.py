"""A file that other programs write too: what is known of it, and what is asked of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Signature:
    """What tells one writing of a file from the next."""

    inode: int
    changed_ns: int
    size: int


@dataclass(frozen=True, slots=True)
class Look:
    """A look at a file. `text` is `None` if it was not written since, or is not there.

    `astray`: the text is in the file that we replaced, which somebody had opened before and
    wrote after; when, in nanoseconds of unix time.
    """

    text: str | None
    signature: Signature | None
    astray: int | None = None

    @property
    def written(self) -> float:
        """Return when the text was written, in unix seconds; 0 if there is no file."""
        if self.astray is not None:
            return self.astray / 1e9
        return 0.0 if self.signature is None else self.signature.changed_ns / 1e9


class SharedFile(Protocol):
    """One file, read whole and replaced whole. Every method blocks, and may raise `OSError`."""

    path: Path

    def look(self) -> Look:
        """Read the file if it was written since the last look."""

    def forget(self) -> None:
        """Read the file at the next look, whether or not it was written."""

    def replace(self, text: str, seen: Signature | None) -> Signature | None:
        """Replace the file, unless it was written since it was seen so.

        Returns what it is now, `None` if somebody else wrote.
        """

    def close(self) -> None:
        """Keep nothing open."""

    def overwrite(self, text: str) -> None:
        """Replace the file, which is ours alone."""
