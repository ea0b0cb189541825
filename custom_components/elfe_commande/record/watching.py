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

    def seen(
        self,
        status: EquipmentStatus,
        since: float | None,
        now: float,
        *,
        ended: float | None = None,
        left_open: bool = False,
    ) -> tuple[bool | None, float]:
        """Return whether a load is on, and since or until when that is known; `since` it was.

        Of one that is switched on and off its switch tells: a tank that is warm draws nothing,
        and has had its time all the same. Of a machine its meter does; without one, its start
        and its duration. `ended` is when it was last known to be on; `left_open`: a restart cut
        that run. Then `None` is returned as long as it may go on and nobody knows.
        """
        equipment = status.equipment
        last = now if since is not None else ended if left_open else None
        if equipment.continuous:
            on = equipment.state.control == ControlState.ON
            away = on and status.connected is False
            return self._through_pauses(status, since, last, now, on=on, quiet=away)
        run, power = under_way(equipment, now), status.power
        if power is not None:
            quiet = power < DRAWING_FROM
            begun = since is None and run is not None and now - run[0] <= PAUSE
            if begun and run is not None and not quiet:
                return True, float(run[0])
            on = last is not None or not quiet
            return self._through_pauses(status, since, last, now, on=on, quiet=quiet)
        metered = status.meter is not None
        over = metered and last is None and run is not None and (ended or 0) > run[0]
        if run is not None and not over:
            self._quiet.pop(equipment.id, None)
            return True, float(run[0])
        ordered = since is not None and under_way(equipment, since) is not None
        if metered and not ordered:
            # A meter that is silent for a moment tells as little as a machine that pauses.
            on = last is not None
            return self._through_pauses(status, since, last, now, on=on, quiet=True)
        self._quiet.pop(equipment.id, None)
        if since is None:
            return False, now
        return False, min(now, since + (equipment.constraints.cycle_duration or 0))

    def _through_pauses(
        self,
        status: EquipmentStatus,
        since: float | None,
        last: float | None,
        now: float,
        *,
        on: bool,
        quiet: bool,
    ) -> tuple[bool | None, float]:
        """Return what becomes of a run that was `last` known to go on; `None` if none was."""
        equipment_id = status.equipment.id
        if not on or not quiet:
            self._quiet.pop(equipment_id, None)
            return on, now
        if last is None:
            return False, now
        began = self._quiet.setdefault(equipment_id, last)
        if now - began >= PAUSE:
            return False, began
        return (None if since is None else True), now

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
