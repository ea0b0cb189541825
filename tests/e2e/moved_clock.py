"""Home Assistant, in which ELFE Commande lives on a clock that a file moves.

    python moved_clock.py FILE --config FOLDER ...

The first eight bytes of the file are a double: seconds to add to the machine's clock. All who read
the same file see it moved at once; also those that were frozen meanwhile, as soon as they go on.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
import mmap
from pathlib import Path
import runpy
import struct
import sys
import time
from typing import Any

OFFSET = struct.Struct("d")
NEVER = 1e9
LOOK = 0.5
"""Seconds until a clock that was moved is noticed."""
PACKAGE = "custom_components.elfe_commande"
BY_IT = ("actions", "binary_sensor", "calendar", "condition", "entities", "sensor", "time")
"""What tells people of the time, or is told a time by them; what compares Home Assistant's own times
with its clock does not know of ours."""


class MovedClock:
    """The machine's clock, and what the file adds to it."""

    def __init__(self, path: Path) -> None:
        """Map the file, which is made if it is not there."""
        if not path.exists():
            path.write_bytes(OFFSET.pack(0.0))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), OFFSET.size)

    def now(self) -> float:
        """Return the unix time."""
        added: float = OFFSET.unpack_from(self._map)[0]
        return time.time() + added

    def move_to(self, moment: float) -> None:
        """Let it be this unix time now."""
        OFFSET.pack_into(self._map, 0, moment - time.time())


def main(file: str, *arguments: str) -> None:
    """Put the clock into the integration of the configuration's folder, and run Home Assistant."""
    sys.path[0] = arguments[arguments.index("--config") + 1]
    from custom_components.elfe_commande.adapters.clock import HomeAssistantClock  # noqa: PLC0415
    from custom_components.elfe_commande.configuration import entry_settings  # noqa: PLC0415

    clock, timing = MovedClock(Path(file)), entry_settings.timing

    def hurried(options: Any) -> Any:
        # A clock that is moved on purpose is no clock to wonder at.
        return replace(timing(options), clock_jump=NEVER, clock_look=LOOK, first_cycle=2 * LOOK)

    HomeAssistantClock.now = lambda _: clock.now()  # type: ignore[method-assign]
    _shown_by(clock.now)
    entry_settings.timing = hurried
    sys.argv = ["homeassistant", *arguments]
    runpy.run_module("homeassistant", run_name="__main__", alter_sys=True)


def _shown_by(now: Callable[[], float]) -> None:
    """Have the front rooms of the integration ask this clock; Home Assistant keeps its own."""
    from homeassistant.util import dt as dt_util  # noqa: PLC0415

    theirs, rooms = dt_util.utcnow, {f"{PACKAGE}.{each}" for each in BY_IT}

    def is_ours() -> bool:
        asks = str(sys._getframe(2).f_globals["__name__"])  # noqa: SLF001
        return ".".join(asks.split(".")[:3]) in rooms

    def utcnow() -> datetime:
        return datetime.fromtimestamp(now(), UTC) if is_ours() else theirs()

    def local(zone: tzinfo | None = None) -> datetime:
        at = now() if is_ours() else time.time()
        return datetime.fromtimestamp(at, zone or dt_util.get_default_time_zone())

    dt_util.utcnow = utcnow
    dt_util.now = local


if __name__ == "__main__":
    main(*sys.argv[1:])
