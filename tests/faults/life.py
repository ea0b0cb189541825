"""What a long life showed: what was wrong in which quarter-hour, and what the engine held."""

from contextlib import suppress
import ctypes
from dataclasses import astuple, dataclass, field, fields
import gc
import os
from pathlib import Path
import threading
from typing import Final

SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Resources:
    """What an engine holds: `memory` and `documents` in bytes, the others are counted.

    `hoard` is what it does not need and the allocator kept for it, in bytes, since the last look.
    """

    memory: int
    objects: int
    files: int
    connections: int
    subscriptions: int
    tasks: int
    threads: int
    documents: int
    hoard: int = 0


ALLOWED: Final = Resources(
    memory=4_000_000,
    objects=4_000,
    files=2,
    connections=1,
    subscriptions=0,
    tasks=10,
    threads=2,
    documents=4_000,
    hoard=64_000_000,
)
"""How much more there may be of each in the end: a day differs from another, a year adds nothing."""


@dataclass(slots=True)
class Life:
    """What a long life showed."""

    slots: int = 0
    checked: int = 0
    restarts: int = 0
    gaps: int = 0
    lost: int = 0
    """Times that a device was away."""
    gone: int = 0
    """Times that the devices of a load were no longer its own."""
    wrong: list[str] = field(default_factory=list)
    begin: Resources | None = None
    end: Resources | None = None

    @property
    def grown(self) -> list[str]:
        """Return what there is more of in the end than days differ by."""
        if self.begin is None or self.end is None:
            return []
        return [
            f"{each.name}: {before:,} to {after:,}"
            for each, before, after, allowed in zip(
                fields(Resources),
                astuple(self.begin),
                astuple(self.end),
                astuple(ALLOWED),
                strict=True,
            )
            if after > before + allowed
        ]

    def text(self) -> str:
        """Return it in some lines."""
        came = (
            f"{self.slots:,} quarter-hours, {self.checked:,} times a load was looked at,"
            f" {len(self.wrong)} wrong; {self.restarts} restarts, {self.gaps} days without a plan,"
            f" {self.lost} devices away, {self.gone} loads without their devices"
        )
        lines = [came, *self.wrong[:SHOWN]]
        if self.begin is not None and self.end is not None:
            for each, before, after in zip(
                fields(Resources), astuple(self.begin), astuple(self.end), strict=True
            ):
                lines.append(f"{each.name}: {before:,} at first, {after:,} in the end")
        return "\n".join([*lines, *(f"GROWN {each}" for each in self.grown)])


def held(connections: int, subscriptions: int, tasks: int, folder: Path) -> Resources:
    """Return what this process holds, besides what only others can count."""
    gc.collect()
    before = _resident()
    _give_back()
    # Before objects are counted: the list of them is larger than what is looked for.
    memory = _resident()
    return Resources(
        memory,
        len(gc.get_objects()),
        len(list(Path("/proc/self/fd").iterdir())),
        connections,
        subscriptions,
        tasks,
        threading.active_count(),
        sum(file.stat().st_size for file in folder.iterdir()),
        before - memory,
    )


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _give_back() -> None:
    """Have the allocator give back what is free: glibc keeps what lies between things in use."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
