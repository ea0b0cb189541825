"""Whether a load is on, and what it draws, as far as its devices and its meter say."""

from collections.abc import Collection, Iterator
from datetime import tzinfo
from typing import Final

from ..core.model import ControlState, EquipmentId
from ..core.on_time import under_way
from ..core.plan import SLOT
from ..core.wall_clock import next_occurrence
from ..engine.ground.status import DRAWING_FROM, EquipmentStatus

PAUSE: Final = SLOT
"""Seconds that a machine may pause within its cycle, or a device be away, and the run goes on."""
MOST_HELD: Final = 2 * SLOT
"""Seconds that a power counts for at most: then Home Assistant slept, or the clock was set."""


class Watching:
    """What was last seen of each load."""

    def __init__(self) -> None:
        """Have seen nothing yet."""
        self._quiet: dict[EquipmentId, float] = {}
        """Since when a load that is on draws nothing, or its device is away."""
        self._drawn: dict[EquipmentId, tuple[float, float]] = {}
        """The watts last seen, and when."""

    def seen(self, status: EquipmentStatus, since: float | None, now: float) -> tuple[bool, float]:
        """Return whether a load is on, and since or until when that is known; `since` it was.

        Of one that is switched on and off its switch tells: a tank that is warm draws nothing,
        and has had its time all the same. Of a machine its meter does; without one, its start
        and its duration.
        """
        equipment = status.equipment
        if equipment.continuous:
            on = equipment.state.control == ControlState.ON
            return self._through_pauses(
                status, since, now, on=on, quiet=on and status.connected is False
            )
        run, power = under_way(equipment, now), status.power
        if power is not None:
            quiet = power < DRAWING_FROM
            begun = since is None and run is not None and now - run[0] <= PAUSE
            if begun and run is not None and not quiet:
                return True, float(run[0])
            return self._through_pauses(
                status, since, now, on=since is not None or not quiet, quiet=quiet
            )
        self._quiet.pop(equipment.id, None)
        if run is not None:
            return True, float(run[0])
        if since is None:
            return False, now
        return False, min(now, since + (equipment.constraints.cycle_duration or 0))

    def _through_pauses(
        self,
        status: EquipmentStatus,
        since: float | None,
        now: float,
        *,
        on: bool,
        quiet: bool,
    ) -> tuple[bool, float]:
        equipment_id = status.equipment.id
        if not on or not quiet:
            self._quiet.pop(equipment_id, None)
            return on, now
        if since is None:
            return False, now
        began = self._quiet.setdefault(equipment_id, now)
        return (True, now) if now - began < PAUSE else (False, began)

    def over_at(self, equipment_id: EquipmentId) -> float | None:
        """Return when a run that is quiet now is over (unix seconds)."""
        began = self._quiet.get(equipment_id)
        return None if began is None else began + PAUSE

    def drawn(
        self, status: EquipmentStatus, now: float, zone: tzinfo
    ) -> Iterator[tuple[float, float]]:
        """Yield (when, kWh) of what a load drew since it was last seen, a local day at a time."""
        equipment_id, power = status.equipment.id, status.power
        before = self._drawn.pop(equipment_id, None)
        if power is not None:
            self._drawn[equipment_id] = power, now
        if before is None:
            return
        watts, begin = before
        if not 0 < now - begin <= MOST_HELD:
            return
        while begin < now:
            end = min(now, next_occurrence(begin, 0, 0, zone))
            yield begin, watts * (end - begin) / 3.6e6
            begin = end

    def forget(self, loads: Collection[EquipmentId]) -> None:
        """Keep what was seen of these loads only."""
        for seen in (self._quiet, self._drawn):
            for equipment_id in seen.keys() - set(loads):
                del seen[equipment_id]
